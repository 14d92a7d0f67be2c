"""A small table whose rows are to be anonymised, in every kind of store that can be rewritten, with real types."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import polars as pl
from tests.servers import Mariadb, Postgres
from tests.unit.sources.conftest import SUFFIX, WRITERS
from tests.unit.steps import decided_tables as d

from bequest.crypto.cipher import aes_ecb
from bequest.engine.tableplan import TablePlan
from bequest.kernel.secret import Secrets
from bequest.model.case import Source, SourceKind
from bequest.model.datamap import ColumnMap, FieldClass
from bequest.model.disposition import Disposition, Release, Residue
from bequest.sources import KEY, OpenSource, open_source
from bequest.steps.destroy.erase import EraseKeys, erase
from bequest.steps.destroy.erasure import TableErasure
from bequest.steps.destroy.ledger import read_ledger, write_ledger

REPLAY, TOKENS = aes_ecb(bytes([7] * 32)), aes_ecb(bytes([9] * 32))
KEYS = EraseKeys(d.LINK, REPLAY, TOKENS)
TURN = Disposition(Release.AS_IS, Residue.ANONYMISE)
PAIRS = tuple(TURN if x == d.MASK_DELETE else x for x in d.ALL)
WAYS = {
    "name": "drop", "mobile": "fixed:0", "card": "token", "birth": "generalise:decade", "age": "generalise:10",
    "city": "keep", "paid": "keep:measure", "note": "drop",
}  # fmt: skip
TYPES = {
    "id": "bigint", "name": "varchar(20)", "mobile": "varchar(20) NOT NULL", "card": "varchar(32) UNIQUE",
    "birth": "date", "age": "numeric(6,2)", "city": "varchar(20)", "paid": "numeric(10,2)",
    "note": "varchar(40) NOT NULL",
}  # fmt: skip
CLASSES = {
    "id": FieldClass.NOT_PI, "name": FieldClass.PERSON_NAME, "mobile": FieldClass.PHONE, "card": FieldClass.USER_ID,
    "birth": FieldClass.BIRTHDAY, "age": FieldClass.AGE, "city": FieldClass.REGION, "paid": FieldClass.NOT_PI,
    "note": FieldClass.FREE_TEXT,
}  # fmt: skip
Row = tuple[str, ...]
ROWS: list[Row] = [
    (
        str(i), f"人{i}", f"138001380{i:02}", f"C{i}", f"19{80 + i % 20}-0{1 + i % 9}-11",
        f"{20 + i % 2 * 10 + i % 7}.00",
        ("沪", "京", "穗")[i // 2 % 3] if i != 29 else "疆", f"{i}.50", f"note {i}",
    )
    for i in range(30)
]  # fmt: skip
KEY_COLUMNS = ("id",)


def columns(kind: SourceKind, ways: dict[str, str] = WAYS) -> tuple[ColumnMap, ...]:
    typed = kind in {SourceKind.POSTGRESQL, SourceKind.MARIADB}
    return tuple(
        replace(
            d.column(n, cls, personal=cls is not FieldClass.NOT_PI, declared=TYPES[n].split()[0] if typed else "text"),
            anonymised_by=ways.get(n, "keep"),
        )
        for n, cls in CLASSES.items()
    )


def planned(
    kind: SourceKind, rows: Sequence[Row], decided: Sequence[Disposition], *, k: int, key: Sequence[str] = KEY_COLUMNS,
    ways: dict[str, str] = WAYS, subjects: Sequence[int] | None = None,
) -> TablePlan:  # fmt: skip
    plan = d.plan_of("people", "people", columns(kind, ways), rows, decided, key=key)
    if subjects is not None:
        plan = replace(plan, rows=plan.rows.with_columns(pl.Series("subject", subjects, dtype=pl.UInt32)))
    return replace(plan, dispositions=PAIRS, anonymise_k=k)


def store(kind: SourceKind, rows: Sequence[Row], tmp: Path, server: Postgres | Mariadb | None = None) -> OpenSource:
    names = list(CLASSES)
    if server is None:
        path = tmp / f"people.{SUFFIX[kind]}"
        path.unlink(missing_ok=True)
        WRITERS[kind](path, names, rows)
        return open_source(Source(name="people", kind=kind, path=path))
    database = server.new_database()
    kinds = ", ".join(f"{n} {TYPES[n]}" for n in names)
    with closing(server.connect(database)) as db, db.cursor() as cursor:
        cursor.execute(f"CREATE TABLE people ({kinds}, PRIMARY KEY (id))")
        cursor.executemany(f"INSERT INTO people VALUES ({', '.join(['%s'] * len(names))})", rows)
    return open_source(Source(name="people", kind=kind, url="env:PEOPLE"), Secrets({"PEOPLE": server.url(database)}))


def run(
    plan: TablePlan, source: OpenSource, work: Path, guard: Callable[[], None] = lambda: None,
    held: Sequence[int] = (),
) -> TableErasure:  # fmt: skip
    """The ledger, then the erasing, as the step does it."""
    ledger_file = work / "ledger.parquet"
    names = [c.name for c in plan.columns]
    if not ledger_file.exists():
        batches = source.read("people", names, key=plan.key)
        write_ledger(ledger_file, [(plan, batches)], link_ecb=d.LINK, replay_ecb=REPLAY)
    on_hold = pl.Series("subject", held, dtype=pl.UInt32)
    return erase(plan, source, KEYS, read_ledger(ledger_file), None, work, guard, held=on_hold)


def left(source: OpenSource) -> list[dict[str, str | None]]:
    """The rows as they are shown, nothing and empty text alike."""
    frames = list(source.read("people"))
    rows = pl.concat(frames).drop(KEY).to_dicts() if frames else []
    return sorted(({k: v or None for k, v in r.items()} for r in rows), key=lambda r: str(sorted(r.items(), key=str)))
