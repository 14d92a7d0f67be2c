"""Destruction in a bucket and in a Redis, stopped before every batch and every part of a scrub, and run again."""

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.servers import ObjectStore, Redis
from tests.unit.steps import decided_tables as d
from tests.unit.steps.destroy.in_place_tables import KEYS, REPLAY

from bequest.engine.tableplan import TablePlan
from bequest.kernel.errors import LeaseError
from bequest.kernel.secret import Secrets
from bequest.model.case import Source, SourceKind
from bequest.model.datamap import FieldClass
from bequest.sources import OpenSource, open_source, redis_keys
from bequest.steps.destroy.erase import TableErasure, erase
from bequest.steps.destroy.ledger import read_ledger, write_ledger

ROWS = [(str(i), f"1380013{i:04}", f"人{i}") for i in range(9)]
FATES = [d.NONE_DELETE, [d.NONE_IN_USE, d.NONE_DELETE, d.NONE_IN_USE], d.NONE_IN_USE] * 3
CLASSES = {"no": FieldClass.NOT_PI, "phone": FieldClass.PHONE, "name": FieldClass.PERSON_NAME}


def dying(after: int) -> Callable[[], None]:
    calls = count()

    def guard() -> None:
        if next(calls) >= after:
            raise LeaseError("the lease is lost")

    return guard


class Bucket:
    """A CSV object with an older version that says more."""

    table = "exports/people.csv"

    def __init__(self, server: ObjectStore) -> None:
        self.server = server
        self.names = [*CLASSES]

    def fresh(self) -> OpenSource:
        self.bucket = self.server.new_database()
        lines = "\n".join([",".join(CLASSES), *(",".join(r) for r in ROWS), ""])
        s3 = self.server.connect(self.bucket)
        for body in (lines + "9,13800139999,old\n", lines):
            s3.put_object(Bucket=self.bucket, Key="exports/people.csv", Body=body.encode())
        spec = Source(name="people", kind=SourceKind.S3, url="env:PEOPLE")
        return open_source(spec, Secrets({"PEOPLE": self.server.url(self.bucket) + "/exports"}))

    def left(self) -> Any:
        s3 = self.server.connect(self.bucket)
        versions = s3.list_object_versions(Bucket=self.bucket)
        assert not versions.get("DeleteMarkers")
        return sorted(
            s3.get_object(Bucket=self.bucket, Key=v["Key"], VersionId=v["VersionId"])["Body"].read().decode()
            for v in versions["Versions"]
        )


class Hashes:
    """A hash for each row."""

    def __init__(self, server: Redis) -> None:
        self.server = server
        self.names = ["key", "phone", "name"]

    def fresh(self) -> OpenSource:
        self.number = self.server.new_database()
        self.db = self.server.connect(self.number)
        for no, phone, name in ROWS:
            self.db.hset(f"person:{no}", mapping={"phone": phone, "name": name})
        spec = Source(name="people", kind=SourceKind.REDIS, url="env:PEOPLE", tables=("person:*",))
        return open_source(spec, Secrets({"PEOPLE": self.server.url(self.number)}))

    def left(self) -> Any:
        return {k: self.db.hgetall(k) for k in sorted(self.db.scan_iter("person:*"))}


def planned(source: OpenSource) -> TablePlan:
    """A plan over the rows as the store shows them."""
    [info] = [t for t in source.inventory() if t.columns]
    batch = pl.concat(list(source.read(info.name, key=info.key or (info.columns[0].name,))))
    names = [c for c in batch.columns if c != "__key"]
    by_class = {"phone": FieldClass.PHONE, "name": FieldClass.PERSON_NAME}
    columns = [d.column(n, by_class.get(n, FieldClass.NOT_PI)) for n in names]
    rows = batch.select(names).rows()
    at = sorted(range(len(rows)), key=lambda i: rows[i])
    fates: list[Any] = [None] * len(rows)
    for n, i in enumerate(at):
        fate = FATES[n]
        if isinstance(fate, list):  # the phone alone goes
            fate = [d.NONE_DELETE if c == "phone" else d.NONE_IN_USE for c in names]
        fates[i] = fate
    return d.plan_of("people", info.name, columns, rows, fates, key=info.key or (names[0],))


def destroyed(plan: TablePlan, source: OpenSource, work: Path, guard: Callable[[], None]) -> TableErasure:
    path, names = work / "ledger.parquet", [c.name for c in plan.columns]
    write_ledger(path, [(plan, source.read(plan.table, names, key=plan.key))], link_ecb=d.LINK, replay_ecb=REPLAY)
    done = erase(plan, source, KEYS, read_ledger(path), None, work, guard)
    source.clean(guard)
    return done


@pytest.mark.parametrize("kind", ["s3", "redis"])
def test_stopped_anywhere_and_run_again_nothing_more_and_nothing_less_is_gone(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_keys, "AT_ONCE", 2)
    server = request.getfixturevalue("object_store" if kind == "s3" else "redis_server")
    store: Any = Bucket(server) if kind == "s3" else Hashes(server)
    source, calls = store.fresh(), count()
    plan = planned(source)
    (tmp_path / "whole").mkdir()
    expected = destroyed(plan, source, tmp_path / "whole", lambda: next(calls) and None)
    left, n = store.left(), next(calls)
    assert n >= 4
    assert (expected.rows_deleted, expected.rows_emptied, expected.rows_after) == (3, 3, 6)
    shown = json.dumps(left, default=str) if kind == "s3" else str(left)
    assert ROWS[0][1] not in shown
    assert "13800139999" not in shown
    for point in range(n):
        source, work = store.fresh(), tmp_path / f"stopped-{point}"
        work.mkdir()
        with pytest.raises(LeaseError):
            destroyed(plan, source, work, dying(point))
        assert destroyed(plan, source, work, lambda: None) == expected
        assert store.left() == left
