"""A bucket as a source: which objects are tables, and that nothing of a row is left in any version.

Tried against moto's server over HTTP, with an own client beside ours.
"""

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from tests.servers import ObjectStore

from bequest.kernel.errors import InputError, SourceError
from bequest.kernel.secret import Secrets
from bequest.model.case import Source, SourceKind
from bequest.sources import KEY, Changes, open_source
from bequest.sources.s3_connect import parse_place
from bequest.steps.destroy.verifier.reading import read_rows
from bequest.steps.destroy.verifier.rows import UnreadableError
from bequest.steps.destroy.verifier.task import Task

CSV = b"no,name,phone\r\nK1,\xe7\x8e\x8b\xe4\xba\x94,13800138001\r\nK2,\xe6\x9d\x8e\xe5\x9b\x9b,13800138002\r\n"


def nothing() -> None:
    """A guard that always agrees."""


class Bucket:
    """A bucket of the test's own, with a client that shares nothing with ours."""

    def __init__(self, store: ObjectStore, **how: Any) -> None:
        self.name = store.new_database()
        self.s3 = store.connect(self.name)
        self.address = store.url(self.name) + "/shop"
        self.source = Source(name="exports", kind=SourceKind.S3, url="env:S3", **how)
        self.secrets = Secrets({"S3": self.address})

    def put(self, key: str, body: bytes = CSV, **more: Any) -> None:
        self.s3.put_object(Bucket=self.name, Key=key, Body=body, **more)

    def opened(self) -> Any:
        return open_source(self.source, self.secrets)

    def versions(self) -> list[tuple[str, bytes]]:
        """Key and content of everything that is there, markers too."""
        found = self.s3.list_object_versions(Bucket=self.name)
        out = [(m["Key"], b"(marker)") for m in found.get("DeleteMarkers", [])]
        for v in found.get("Versions", []):
            said = self.s3.get_object(Bucket=self.name, Key=v["Key"], VersionId=v["VersionId"])
            out.append((v["Key"], said["Body"].read()))
        return sorted(out)

    def task(self, **more: Any) -> Task:
        return Task((self.source,), (), b"k" * 32, lambda b: b, secrets=self.secrets, **more)


@pytest.fixture
def bucket(object_store: ObjectStore) -> Bucket:
    return Bucket(object_store)


def keys(*names: str) -> pl.Series:
    return pl.Series(list(names), dtype=pl.String)


def test_objects_of_known_forms_are_tables_and_the_rest_is_told(bucket: Bucket) -> None:
    bucket.put("shop/2026/customers.csv")
    bucket.put("shop/events.jsonl", b'{"phone": "13800138001"}\n')
    frame = io.BytesIO()
    pl.DataFrame({"id": [1, 2], "mail": ["a@example.com", None]}).write_parquet(frame)
    bucket.put("shop/mails.parquet", frame.getvalue())
    bucket.put("shop/contract.pdf", b"%PDF")
    bucket.put("shop/folder/", b"")
    bucket.put("shopping/other.csv")
    bucket.put("shop/gone.csv")
    bucket.s3.delete_object(Bucket=bucket.name, Key="shop/gone.csv")
    found = {t.name: t for t in bucket.opened().inventory()}
    assert set(found) == {"2026_customers", "events", "mails", "(other objects)", "(deleted objects)"}
    assert found["2026_customers"].column_names() == ("no", "name", "phone")
    assert (found["(other objects)"].n_rows, found["(other objects)"].why_not_scanned) == (1, "objects")
    assert (found["(deleted objects)"].n_rows, found["(deleted objects)"].why_not_scanned) == (1, "hidden_versions")


def test_patterns_say_which_objects_belong_to_the_source(object_store: ObjectStore) -> None:
    bucket = Bucket(object_store, tables=("crm/*.csv",))
    bucket.put("shop/crm/a.csv")
    bucket.put("shop/logs/b.csv")
    assert [(t.name, t.why_not_scanned) for t in bucket.opened().inventory()] == [
        ("crm_a", ""),
        ("(other objects)", "objects"),
    ]


def test_after_deletion_and_scrub_no_version_marker_or_part_holds_what_went(bucket: Bucket) -> None:
    key = "shop/customers.csv"
    bucket.put(key, CSV + b"K3,old,13800138003\r\n")
    bucket.put(key, ContentType="text/csv", Metadata={"owner": "it"}, Tagging="kind=export")
    bucket.put("shop/gone.csv")
    bucket.s3.delete_object(Bucket=bucket.name, Key="shop/gone.csv")
    upload = bucket.s3.create_multipart_upload(Bucket=bucket.name, Key=key)["UploadId"]
    bucket.s3.upload_part(Bucket=bucket.name, Key=key, UploadId=upload, PartNumber=1, Body=CSV)
    source = bucket.opened()
    [rows] = source.read("customers", key=["no"])
    assert rows[KEY].to_list() == ["K1", "K2"]
    done = source.apply("customers", Changes(keys("K1"), {"phone": keys("K2")}, ("no",)), guard=nothing)
    assert (done.rows_deleted, dict(done.cells_emptied)) == (1, {"phone": 1})
    assert b"13800138001" in b"".join(c for _, c in bucket.versions())  # the version before still holds it
    plan = source.plan_scrub(["customers"])
    assert plan.is_possible
    assert plan.remains == ("freed_blocks",)
    [facts] = [c.facts for c in plan.checks if c.code == "versions"]
    assert facts == {
        "older_versions": 3, "markers": 1, "unfinished_uploads": 1, "deleted_objects": 1, "versioning": "Enabled",
    }  # fmt: skip
    report = source.clean(nothing, ["customers"])
    assert report.actions == ("older_versions_deleted", "uploads_aborted")
    assert bucket.versions() == [(key, b"no,name,phone\r\nK2,\xe6\x9d\x8e\xe5\x9b\x9b,\r\n")]
    assert not bucket.s3.list_multipart_uploads(Bucket=bucket.name).get("Uploads")
    head = bucket.s3.head_object(Bucket=bucket.name, Key=key)
    assert (head["ContentType"], head["Metadata"]) == ("text/csv", {"owner": "it"})
    assert bucket.s3.get_object_tagging(Bucket=bucket.name, Key=key)["TagSet"] == [{"Key": "kind", "Value": "export"}]
    again = source.apply("customers", Changes(keys("K1"), {"phone": keys("K2")}, ("no",)), guard=nothing)
    assert (again.rows_deleted, dict(again.cells_emptied)) == (0, {"phone": 0})


def test_versions_of_tables_outside_the_case_stay(bucket: Bucket) -> None:
    for name in ("customers", "prices"):
        bucket.put(f"shop/{name}.csv")
        bucket.put(f"shop/{name}.csv")
    bucket.opened().clean(nothing, ["customers"])
    assert [k for k, _ in bucket.versions()] == ["shop/customers.csv", "shop/prices.csv", "shop/prices.csv"]


def test_an_object_that_somebody_changed_meanwhile_is_left(bucket: Bucket) -> None:
    bucket.put("shop/customers.csv")
    source = bucket.opened()
    taken = source.fingerprint()
    bucket.put("shop/customers.csv", CSV + b"K3,new,13800138003\r\n")
    with pytest.raises(SourceError, match="has changed"):
        source.apply("customers", Changes(keys("0"), {}, (), taken), guard=nothing)

    def meanwhile() -> None:
        bucket.put("shop/customers.csv", CSV)

    with pytest.raises(SourceError, match="has changed"):
        bucket.opened().apply("customers", Changes(keys("K1"), {}, ("no",)), guard=meanwhile)
    assert bucket.versions()[-1][1] in {CSV, CSV + b"K3,new,13800138003\r\n"}


def test_a_lock_is_a_dated_residual_and_a_hold_stands_against_a_scrub(object_store: ObjectStore) -> None:
    bucket = Bucket(object_store)
    name = bucket.name + "-locked"
    bucket.s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    bucket.name, bucket.secrets = name, Secrets({"S3": object_store.url(name) + "/shop"})
    until = datetime.now(UTC) + timedelta(days=40)
    bucket.put("shop/customers.csv", ObjectLockMode="COMPLIANCE", ObjectLockRetainUntilDate=until)
    bucket.put("shop/customers.csv", CSV + b"K3,new,13800138003\r\n")
    source = bucket.opened()
    plan = source.plan_scrub(["customers"])
    assert plan.is_possible
    assert "locked_versions" in plan.remains
    [lock] = [c for c in plan.checks if c.code == "object_lock"]
    assert lock.facts == {"versions": 1, "until": until.date().isoformat()}
    report = source.clean(nothing, ["customers"])
    assert "locked_versions" in report.remains
    assert len(bucket.versions()) == 2
    assert all("older" not in r.table for r in read_rows(bucket.source, bucket.task(afterwards=True)))
    bucket.put("shop/customers.csv", ObjectLockLegalHoldStatus="ON")
    bucket.put("shop/customers.csv", CSV)
    assert not bucket.opened().plan_scrub(["customers"]).is_possible


def test_the_verifier_reads_older_versions_afterwards_and_is_blind_where_an_upload_is_left(bucket: Bucket) -> None:
    bucket.put("shop/2026/customers.csv")
    bucket.put("shop/2026/customers.csv", b"no,name,phone\r\n")
    before = {r.table: r.cells.height for r in read_rows(bucket.source, bucket.task())}
    assert before == {"2026_customers": 0}
    after = [(r.table, r.cells) for r in read_rows(bucket.source, bucket.task(afterwards=True))]
    [found] = [c for t, c in after if t == "2026_customers (older version)" and c.height]
    assert found["phone"].to_list() == ["13800138001", "13800138002"]
    left = bucket.task(afterwards=True, left=frozenset({"exports"}))
    assert {r.table for r in read_rows(bucket.source, left)} == {"2026_customers"}
    bucket.s3.create_multipart_upload(Bucket=bucket.name, Key="shop/x.csv")
    with pytest.raises(UnreadableError):
        list(read_rows(bucket.source, bucket.task(afterwards=True)))


def test_a_rehearsal_knows_its_bucket_by_an_object(bucket: Bucket) -> None:
    assert not bucket.opened().marker("demo")
    bucket.put("shop/.bequest-rehearsal", b'{"case_id": "demo"}')
    assert bucket.opened().marker("demo")
    assert not bucket.opened().marker("other")
    assert bucket.opened().inventory() == ()


BAD = {
    "another scheme": "https://k:s@localhost/bucket",
    "no bucket": "s3+https://k:s@store.example.com/",
    "unknown option": "s3+https://k:s@store.example.com/bucket?endpoint=x",
    "in clear over the network": "s3+http://k:s@store.example.com/bucket",
    "no port": "s3+https://k:s@store.example.com:port/bucket",
}


@pytest.mark.parametrize("url", BAD.values(), ids=BAD)
def test_an_address_that_cannot_be_used_is_refused_without_its_secret(url: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_place(url, "url of source x")
    assert "k:s" not in refused.value.message + (refused.value.hint or "")


def test_an_address_says_folder_region_and_signs_in_percent_form() -> None:
    place = parse_place("s3+https://AK:se%2Fcret@store.example.com:9000/b/a/c?region=cn-east-1", "url")
    assert (place.endpoint, place.bucket, place.prefix, place.region, place.secret) == (
        "https://store.example.com:9000", "b", "a/c/", "cn-east-1", "se/cret",
    )  # fmt: skip
    assert not re.search("se.cret", repr(place))


def test_a_bucket_that_is_not_there_and_a_server_that_is_down_are_told(object_store: ObjectStore) -> None:
    opened: Callable[..., Any] = open_source
    spec = Source(name="exports", kind=SourceKind.S3, url="env:S3")
    with pytest.raises(SourceError, match="no such bucket"):
        opened(spec, Secrets({"S3": object_store.url("nowhere")})).inventory()
    with pytest.raises(SourceError, match="cannot be reached"):
        opened(spec, Secrets({"S3": "s3+http://k:s@127.0.0.1:9/bucket"})).inventory()
