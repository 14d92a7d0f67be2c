"""The form of a bundle: a BagIt bag (RFC 8493) with portable names, one manifest spelling, and bounded sizes.

Everything has one spelling only, so that a verifier can write each tag file anew and compare bytes.
"""

import re
from collections.abc import Mapping

from bequest.kernel.errors import VerificationError

BAGIT = "bagit.txt"
BAG_INFO = "bag-info.txt"
MANIFEST = "manifest-sha256.txt"
MANIFEST_SIG = "manifest-sha256.txt.sig"
TAGMANIFEST = "tagmanifest-sha256.txt"
TAGMANIFEST_SIG = "tagmanifest-sha256.txt.sig"
VERIFY_PAGE = "VERIFY.md"
MANIFEST_SM3, MANIFEST_SM2 = "manifest-sm3.txt", "manifest-sm3.txt.sm2"
"""In bundles of the 国密 profile alone (`evidence.guomi`)."""
DATA = "data/"

BAGIT_TEXT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
TAG_FILES = (BAG_INFO, BAGIT, MANIFEST, MANIFEST_SIG, VERIFY_PAGE)
"""What the tag manifest lists. The tag manifest and its signature stand outside it."""
GUOMI_FILES = (MANIFEST_SM3, MANIFEST_SM2)
"""What it lists beside them in a bundle of the 国密 profile."""

MAX_FILES = 50_000
MAX_FILE_BYTES = 1 << 30
MAX_BUNDLE_BYTES = 8 << 30
MAX_PATH_CHARACTERS = 200

_SEGMENT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]*")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


def is_portable_path(path: str) -> bool:
    """Whether a relative path is safe and means the same file on every system."""
    segments = path.split("/")
    return len(path) <= MAX_PATH_CHARACTERS and all(
        _SEGMENT.fullmatch(s) and not s.endswith(".") and not _RESERVED.fullmatch(s) for s in segments
    )


def render_manifest(digests: Mapping[str, str]) -> bytes:
    """A manifest: SHA-256, two spaces, path; in the order of the paths."""
    return "".join(f"{digests[path]}  {path}\n" for path in sorted(digests)).encode()


def parse_manifest(data: bytes) -> dict[str, str]:
    """Path → SHA-256 of a manifest in its one spelling.

    Raises:
        VerificationError: where it is spelled otherwise or names an unsafe path.
    """
    try:
        lines = data.decode("ascii").splitlines()
    except UnicodeDecodeError as error:
        raise VerificationError("the manifest is not ASCII") from error
    digests: dict[str, str] = {}
    for line in lines:
        match = _LINE.fullmatch(line)
        if not match or not is_portable_path(match[2]):
            raise VerificationError("the manifest has a line that is not a SHA-256 and a safe path")
        digests[match[2]] = match[1]
    if render_manifest(digests) != data:
        raise VerificationError("the manifest is not in its one spelling: sorted, each path once")
    if len({path.lower() for path in digests}) != len(digests):
        raise VerificationError("the manifest has paths that differ only in upper and lower case")
    return digests


def render_bag_info(*, case: str, rehearsal: bool, bagged_on: str, n_bytes: int, n_files: int) -> bytes:
    """The metadata of the bag."""
    fields = (
        ("Bag-Software-Agent", "bequest"),
        ("Bagging-Date", bagged_on),
        ("Bequest-Rehearsal", "true" if rehearsal else "false"),
        ("External-Identifier", f"urn:bequest:case:{case}"),
        ("Payload-Oxum", f"{n_bytes}.{n_files}"),
    )
    return "".join(f"{name}: {value}\n" for name, value in fields).encode()


def bagging_date(bag_info: bytes) -> str:
    """The date in the bag's metadata; empty where there is none."""
    match = re.search(rb"^Bagging-Date: ([0-9]{4}-[0-9]{2}-[0-9]{2})$", bag_info, re.MULTILINE)
    return match[1].decode() if match else ""
