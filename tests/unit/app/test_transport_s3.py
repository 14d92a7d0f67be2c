"""Packages are carried to a bucket (moto's server over HTTP), and go on after the parts that are there."""

from pathlib import Path
from typing import Any

import pytest
from tests.servers import PASSWORD, ObjectStore
from tests.unit.steps.deliver import delivery_cases as c

from bequest.app.receive import receive_package
from bequest.app.transport import Carried, carry, way_to
from bequest.app.transport_s3 import S3Way
from bequest.kernel.errors import DeliveryError, InputError

KEYS = {"AWS_ACCESS_KEY_ID": "tester", "AWS_SECRET_ACCESS_KEY": PASSWORD}
PART = 5 << 20


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return c.build(tmp_path).folder


def way(store: ObjectStore, bucket: str) -> Any:
    return way_to(f"s3://127.0.0.1:{store.port}/{bucket}/in/box", environ=KEYS)


def fetched(store: ObjectStore, bucket: str, to: Path) -> Path:
    """The receiver's side, with a client that shares nothing with ours."""
    s3 = store.connect(bucket)
    for o in s3.list_objects_v2(Bucket=bucket)["Contents"]:
        path = to / o["Key"].removeprefix("in/box/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(s3.get_object(Bucket=bucket, Key=o["Key"])["Body"].read())
    return to


def test_a_package_arrives_whole_once_and_is_not_sent_twice(
    package: Path, object_store: ObjectStore, tmp_path: Path
) -> None:
    bucket = object_store.new_database()
    told: list[str] = []
    first = carry(package, way(object_store, bucket), tell=lambda name, _d, _n: told.append(name))
    assert first.there == 0
    assert told[-1].endswith("tagmanifest-sha256.txt")
    arrived = fetched(object_store, bucket, tmp_path / "arrived") / package.name
    ours = {p.relative_to(package): p.read_bytes() for p in package.rglob("*") if p.is_file()}
    assert {p.relative_to(arrived): p.read_bytes() for p in arrived.rglob("*") if p.is_file()} == ours
    assert carry(package, way(object_store, bucket)) == Carried(0, first.sent, first.n_bytes)
    assert callable(receive_package)


def test_a_large_file_goes_on_after_the_parts_that_are_there_and_the_same(
    object_store: ObjectStore, tmp_path: Path
) -> None:
    bucket, folder = object_store.new_database(), tmp_path / "delivery-x"
    folder.mkdir()
    content = bytes(range(256)) * (PART // 256) + b"b" * PART + b"the end"
    (folder / "volume.age").write_bytes(content)
    s3, key = object_store.connect(bucket), "in/box/delivery-x/volume.age"
    begun = s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    parts = {1: content[:PART], 2: b"x" * PART}  # the second is of another file
    for n, body in parts.items():
        s3.upload_part(Bucket=bucket, Key=key, UploadId=begun, PartNumber=n, Body=body)
    to = S3Way.parse(f"s3://127.0.0.1:{object_store.port}/{bucket}/in/box", KEYS)
    small = S3Way(to.host, to.endpoint, to.bucket, to.folder, to.region, to.access, to.secret, PART)
    assert carry(folder, small).sent == 1
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == content
    assert not s3.list_multipart_uploads(Bucket=bucket).get("Uploads")


def test_another_file_of_that_name_is_not_overwritten(package: Path, object_store: ObjectStore) -> None:
    bucket = object_store.new_database()
    name = f"in/box/{package.name}/bagit.txt"
    object_store.connect(bucket).put_object(Bucket=bucket, Key=name, Body=b"somebody else's, longer than ours" * 9)
    with pytest.raises(DeliveryError, match="other files of that name"):
        carry(package, way(object_store, bucket))


BAD = {
    "keys in the address": ("s3://key:secret@store.example.com/bucket", KEYS, "cannot be used"),
    "no bucket": ("s3://store.example.com/", KEYS, "cannot be used"),
    "no keys": ("s3://store.example.com/bucket", {"AWS_ACCESS_KEY_ID": "a"}, "AWS_SECRET_ACCESS_KEY"),
}


@pytest.mark.parametrize(("target", "environ", "said"), BAD.values(), ids=BAD)
def test_an_address_that_cannot_be_used_is_refused(target: str, environ: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        way_to(target, environ=environ)
    assert "key:secret" not in refused.value.message


def test_a_store_that_is_down_or_has_no_such_bucket_is_told(package: Path, object_store: ObjectStore) -> None:
    with pytest.raises(DeliveryError, match="no such bucket"):
        carry(package, way(object_store, "nowhere"))
    assert S3Way.parse("s3://store.example.com/b", KEYS).endpoint == "https://store.example.com"
