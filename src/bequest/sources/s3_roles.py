"""Keys with the rights of one phase only, as policies in the language that S3-compatible stores share (IAM)."""

import json
from collections.abc import Sequence

from bequest.kernel.secret import Secrets
from bequest.model.case import Source
from bequest.sources.s3_connect import parse_place

_LIST = ("s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads")
_READ = ("s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging")
_RULES = (
    "s3:GetBucketVersioning", "s3:GetBucketObjectLockConfiguration", "s3:GetReplicationConfiguration",
    "s3:GetBucketLogging", "s3:GetLifecycleConfiguration",
)  # fmt: skip
_LOCKS = ("s3:GetObjectVersion", "s3:GetObjectRetention", "s3:GetObjectLegalHold")
RIGHTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "read": (_LIST, _READ),
    "delete": (_LIST, (*_READ, "s3:PutObject", "s3:PutObjectTagging")),
    "scrub": ((*_LIST, *_RULES), (*_LOCKS, "s3:DeleteObjectVersion", "s3:AbortMultipartUpload")),
    "verify": (_LIST, (*_READ, "s3:GetObjectRetention")),
}
"""By phase: what is allowed on the bucket, and on its objects."""


def roles_sql(
    spec: Source, secrets: Secrets, *, case_id: str, tables: Sequence[str], phases: Sequence[str]
) -> str:  # fmt: skip
    """One policy a phase; objects are not named one by one, since their names may hold those of people."""
    place = parse_place(secrets.follow(spec.url, f"url of source {spec.name}"), f"url of source {spec.name}")
    bucket = f"arn:aws:s3:::{place.bucket}"
    out = [f"-- {case_id}: a policy for each key; give the scrub's key for its window only ({len(tables)} tables)"]
    for phase in phases:
        on_bucket, on_objects = RIGHTS[phase]
        policy = {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": sorted(on_bucket), "Resource": bucket},
                {"Effect": "Allow", "Action": sorted(on_objects), "Resource": f"{bucket}/{place.prefix}*"},
            ],
        }
        out.append(f"-- bequest_{phase}\n{json.dumps(policy, indent=2)}")
    return "\n\n".join(out) + "\n"
