"""A whole case with a bucket and a Redis among its sources: from opening to a bundle that verifies.

The demo company is made as always; tickets and web log then lie in a bucket with older versions, a deleted object and
an upload that broke off; loyalty cards lie in a Redis, one hash each. The same case on files leaves the same rows.
"""

import base64
import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.e2e.whole_case import assert_verifies
from tests.servers import ObjectStore, Redis

from bequest.app.context import open_context
from bequest.app.rehearse import Played, rehearse
from bequest.app.replay import replay
from bequest.demo.company import make_company
from bequest.model.case import Event, Role
from bequest.steps.destroy.replay import OLDER, SAME

CUSTOMERS = 200


@dataclass(frozen=True)
class Whole:
    played: Played
    folder: Path
    bucket: str
    cards: list[dict[str, str]]
    tickets: bytes
    plain: Path


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis]:
    """A server of its own: every file of it is searched."""
    server = Redis()
    server.start()
    yield server
    server.end()


@pytest.fixture(scope="module")
def whole(object_store: ObjectStore, redis: Redis, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    folder = tmp_path_factory.mktemp("stores-case")
    make_company(folder / "demo", event=Event.E5, customers=CUSTOMERS)
    sources = folder / "demo" / "sources"
    case_file = folder / "demo" / "case.toml"
    text = case_file.read_text("utf-8")
    case_id = re.findall(r'^id = "(.+)"', text, re.MULTILINE)[0]
    cards = list(csv.DictReader(io.StringIO((sources / "loyalty.csv").read_text("gb18030"))))
    tickets = (sources / "tickets.jsonl").read_bytes()

    bucket = object_store.new_database()
    s3 = object_store.connect(bucket)
    for name in ("tickets.jsonl", "weblog.parquet"):
        body, (stem, _, _) = (sources / name).read_bytes(), name.partition(".")
        s3.put_object(Bucket=bucket, Key=f"{stem}/{name}", Body=body)
        s3.put_object(Bucket=bucket, Key=f"{stem}/{name}", Body=body)
        marker = json.dumps({"case_id": case_id}).encode()
        s3.put_object(Bucket=bucket, Key=f"{stem}/.bequest-rehearsal", Body=marker)
        text = re.sub(rf'kind = "\w+"\npath = "sources/{name}"', f'kind = "s3"\nurl = "env:{stem.upper()}"', text)
        (sources / name).unlink()
    s3.put_object(Bucket=bucket, Key="tickets/2025.jsonl", Body=tickets)
    s3.delete_object(Bucket=bucket, Key="tickets/2025.jsonl")
    broken = s3.create_multipart_upload(Bucket=bucket, Key="tickets/tickets.jsonl")["UploadId"]
    s3.upload_part(Bucket=bucket, Key="tickets/tickets.jsonl", UploadId=broken, PartNumber=1, Body=tickets)

    db = redis.connect("3")
    for card in cards:
        db.hset(f"loyalty:{card['card_no']}", mapping=card)
    db.set(f"bequest_rehearsal:{case_id}", "1")
    text = text.replace(
        'kind = "csv"\npath = "sources/loyalty.csv"', 'kind = "redis"\nurl = "env:CARDS"\ntables = ["loyalty:*"]'
    ).replace('encoding = "gb18030"\n', "")
    (sources / "loyalty.csv").unlink()
    case_file.write_text(text, "utf-8")
    where = object_store.url(bucket)
    environ = {"TICKETS": f"{where}/tickets", "WEBLOG": f"{where}/weblog", "CARDS": redis.url("3")}
    played = rehearse(open_context(folder / "home", environ=environ), folder / "demo")

    plain = folder / "plain"
    make_company(plain / "demo", event=Event.E5, customers=CUSTOMERS)
    rehearse(open_context(plain / "home"), plain / "demo")
    return Whole(played, folder, bucket, cards, tickets, plain / "demo" / "sources")


def versions(store: ObjectStore, bucket: str) -> dict[str, list[bytes]]:
    s3, out = store.connect(bucket), dict[str, list[bytes]]()
    found = s3.list_object_versions(Bucket=bucket)
    assert not found.get("DeleteMarkers")
    assert not s3.list_multipart_uploads(Bucket=bucket).get("Uploads")
    for v in found["Versions"]:
        said = s3.get_object(Bucket=bucket, Key=v["Key"], VersionId=v["VersionId"])["Body"].read()
        out.setdefault(v["Key"], []).append(said)
    return out


def test_the_same_case_on_files_leaves_the_same_rows(whole: Whole, object_store: ObjectStore, redis: Redis) -> None:
    found = versions(object_store, whole.bucket)
    assert found["tickets/tickets.jsonl"] == [(whole.plain / "tickets.jsonl").read_bytes()]
    [log] = found["weblog/weblog.parquet"]
    assert pl.read_parquet(io.BytesIO(log)).equals(pl.read_parquet(whole.plain / "weblog.parquet"))
    expected = list(csv.DictReader(io.StringIO((whole.plain / "loyalty.csv").read_text("gb18030"))))
    db = redis.connect("3")
    left = [{k.decode(): v.decode() for k, v in db.hgetall(key).items()} for key in db.scan_iter("loyalty:*")]
    stays = {c["card_no"]: {k: v for k, v in c.items() if v} for c in expected}
    assert {c["card_no"]: {k: v for k, v in c.items() if v} for c in left} == stays
    assert 0 < len(left) < len(whole.cards)


def test_nothing_of_who_is_gone_is_left_in_any_version_or_file(
    whole: Whole, object_store: ObjectStore, redis: Redis
) -> None:
    everything = b"".join(c for versions_ in versions(object_store, whole.bucket).values() for c in versions_)
    everything += b"".join(p.read_bytes() for p in redis.data.rglob("*") if p.is_file())
    stays = {r for p in whole.plain.glob("*") if p.suffix in {".csv", ".jsonl"} for r in _numbers(p)}
    phones = {c["phone"] for c in whole.cards if re.fullmatch(r"1\d{10}", c["phone"])}
    phones |= set(re.findall(r'"phone":"(1\d{10})"', whole.tickets.decode()))
    gone = phones - stays
    assert len(gone) > 20
    assert [p for p in sorted(gone) if p.encode() in everything] == []


def _numbers(path: Path) -> set[str]:
    return set(re.findall(r"1\d{10}", path.read_bytes().decode("gb18030", "replace")))


def certificate(whole: Whole) -> dict[str, Any]:
    [path] = whole.played.bundle.folder.rglob("certificate.dsse.json")
    found: dict[str, Any] = json.loads(base64.b64decode(json.loads(path.read_bytes())["payload"]))["predicate"]
    return found


def test_the_certificate_says_what_was_searched_cleaned_and_left(whole: Whole) -> None:
    said = certificate(whole)
    for name in ("tickets", "weblog", "loyalty"):
        [search] = [r for r in said["searches"] if r["source"] == name]
        assert search["finding"] in {"clear", "as_planned"}, search
        assert (search["method"], search["level"]) == ("cells", "logical")
    steps = {s["source"]: s["actions"] for s in said["method"]["steps"]}
    assert steps["tickets"] == ["older_versions_deleted", "uploads_aborted"]
    assert steps["loyalty"] == ["aof_rewritten", "dump_saved", "slow_log_emptied"]
    residuals = json.dumps(said["residuals"])
    assert "freed memory of the server" in residuals
    assert said["state"] == "interim"


def test_the_bundle_verifies(whole: Whole) -> None:
    assert_verifies(whole.played.bundle, whole.folder)


def test_who_comes_back_into_the_bucket_or_the_key_store_is_erased_again(
    whole: Whole, object_store: ObjectStore, redis: Redis
) -> None:
    where, s3, db = object_store.url(whole.bucket), object_store.connect(whole.bucket), redis.connect("3")
    environ = {"TICKETS": f"{where}/tickets", "WEBLOG": f"{where}/weblog", "CARDS": redis.url("3")}
    ctx, case_id = open_context(whole.folder / "home", environ=environ), whole.played.case.id
    left = s3.get_object(Bucket=whole.bucket, Key="tickets/tickets.jsonl")["Body"].read()
    cards = {k: db.hgetall(k) for k in db.scan_iter("loyalty:*")}
    s3.put_object(Bucket=whole.bucket, Key="tickets/tickets.jsonl", Body=whole.tickets)
    for card in whole.cards:
        db.hset(f"loyalty:{card['card_no']}", mapping=card)
    operator = next(p.id for p in whole.played.case.people if Role.OPERATOR in p.roles)
    for source in ("tickets", "loyalty"):
        assert replay(ctx, case_id, source).count(SAME) > 10
        done = replay(ctx, case_id, source, operator_key=whole.folder / "demo" / "keys" / operator)
        assert done.erased_rows > 10
        again = replay(ctx, case_id, source)
        assert again.count(SAME) == again.count(OLDER) == 0
    assert s3.get_object(Bucket=whole.bucket, Key="tickets/tickets.jsonl")["Body"].read() == left
    assert {k: {f: v for f, v in db.hgetall(k).items() if v} for k in db.scan_iter("loyalty:*")} == {
        k: {f: v for f, v in card.items() if v} for k, card in cards.items()
    }
