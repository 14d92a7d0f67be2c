"""What the data map says of reduced columns reaches the receiver, in a whole case from discovery to the bundle."""

import json
import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from bequest.app.context import open_context
from bequest.app.delivered import load_tallies
from bequest.app.make_bundle import make_bundle
from bequest.app.open_case import open_case
from bequest.app.rehearse import OPENED_AT, Played, rehearse
from bequest.app.replay import replay
from bequest.app.run_discover import run_discover, run_import_map
from bequest.app.run_link import run_link
from bequest.app.run_plan import ColumnExplanation, explain_field, run_plan
from bequest.cli.commands.plan import how
from bequest.demo.company import SMALLEST, make_company
from bequest.documents.words import word
from bequest.engine.kernels import normalise
from bequest.model.case import Event, Role
from bequest.model.disposition import Operator, Release
from bequest.sources.marker import write_folder_marker, write_table_marker
from bequest.steps.destroy.replay import IMPORTED, OLDER, SAME

REDUCED = {
    "name": "mask",
    "mobile": "ff1",
    "email": "token",
    "id_no": "ff1:sm4",
    "birthday": "generalise:month",
    "address": "generalise:city",
    "province": "fixed:某省",
    "remark": "drop",
}


@dataclass(frozen=True)
class Reduced:
    folder: Path
    backup: Path
    before: pl.DataFrame
    given: pl.DataFrame
    by: dict[str, str]
    played: Played
    explained: dict[str, tuple[ColumnExplanation, ...]]
    planned: dict[str, int]
    masked: dict[str, int]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Reduced:
    folder = tmp_path_factory.mktemp("reduced") / "demo"
    make_company(folder, event=Event.E5, customers=SMALLEST)
    text = (folder / "map.toml").read_text(encoding="utf-8")
    head, customers, rest = re.split(r"(?=\[\[tables\]\]\n)", text, maxsplit=2)
    for column, by in REDUCED.items():
        at = f'name = "{column}"\n'
        assert at in customers
        block = customers.split(at, 1)[1].split("[[tables.columns]]", 1)[0]
        needed = "" if "need =" in block else 'need = "reduced"\n'
        customers = customers.replace(at, f'{at}reduced_by = "{by}"\n{needed}', 1)
    (folder / "map.toml").write_text(head + customers + rest, encoding="utf-8")
    shutil.copy(folder / "sources" / "crm.db", folder.parent / "crm.db")
    with closing(sqlite3.connect(folder / "sources" / "crm.db")) as db:
        before = pl.read_database("SELECT * FROM customers", db, infer_schema_length=None)
    ctx = open_context(folder / "home")
    case = open_case(ctx, folder / "case.toml", clock_at=OPENED_AT)
    run_discover(ctx, case.id)
    run_import_map(ctx, case.id, folder / "map.toml")
    run_link(ctx, case.id)
    run_plan(ctx, case.id)
    explained = {c: explain_field(ctx, case.id, "crm", "customers", c) for c in REDUCED}
    played = rehearse(ctx, folder)
    with ctx.store.transaction() as tx:
        population = tx.populations.latest(case.id).population
        [delivery] = tx.deliveries.list(case.id)
    tally = load_tallies(ctx.workspace(case.id), delivery.delivery_id)["crm", "customers"]
    planned = {
        c: sum(
            x.values
            for x in population.counts
            if (x.source, x.table, x.column) == ("crm", "customers", c) and x.release is Release.MASKED
        )
        for c in REDUCED
    }
    [inner] = (folder / "receiver").glob("*/bag/data/crm/customers")
    package = json.loads((inner.parents[1] / "datapackage.json").read_text())
    fields = next(r for r in package["resources"] if r["bequest:table"] == "crm.customers")["schema"]["fields"]
    by = {f["name"]: f.get("bequest:by", "") for f in fields}
    return Reduced(
        folder,
        folder.parent / "crm.db",
        before,
        pl.read_parquet(inner / "*.parquet"),
        by,
        played,
        explained,
        planned,
        tally.masked,
    )


def test_the_receiver_gets_what_was_chosen(whole: Reduced) -> None:
    given = whole.given
    assert given.height > 10
    assert given["name"].drop_nulls().str.contains(r"^.\*+$").all()
    assert given["province"].drop_nulls().replace("", None).drop_nulls().unique().to_list() == ["某省"]
    assert given["birthday"].drop_nulls().str.contains(r"^\d{4}-\d{2}$").all()
    assert given["email"].drop_nulls().replace("", None).drop_nulls().str.contains(r"^[0-9a-f]{32}$").all()
    assert given["address"].drop_nulls().str.contains(r"(?:市|自治州|地区|盟)$").all()
    assert "remark" not in given.columns or given["remark"].null_count() == given.height


def test_ff1_values_have_the_form_of_the_class_and_are_nobodys_of_the_source(whole: Reduced) -> None:
    given = whole.given
    mobiles = given["mobile"].drop_nulls().replace("", None).drop_nulls()
    assert mobiles.str.contains(r"^(\d{11,12}|\*{4})$").all()
    assert mobiles.str.contains(r"^\d{11}$").sum() > 10
    assert set(mobiles) & set(whole.before["mobile"].drop_nulls()) == set()
    ids = given["id_no"].drop_nulls().replace("", None).drop_nulls()
    ids = ids.filter(ids != "****")
    assert len(ids) > 5
    for value in ids:
        total = sum(int(x) * w for x, w in zip(value[:17], normalise.ID_WEIGHTS, strict=True))
        assert normalise.ID_CHECK_CHARACTERS[total % 11] == value[17]
    assert set(ids) & set(whole.before["id_no"].drop_nulls()) == set()


def test_nothing_in_clear_went_with_it(whole: Reduced) -> None:
    shown = whole.given.select(~pl.selectors.starts_with("guardian"))  # needed as they are
    cells = set(shown.unpivot(on=pl.selectors.all())["value"].drop_nulls())
    for column in ("name", "mobile", "email", "id_no", "birthday", "address"):
        values = set(whole.before[column].drop_nulls()) - {""}
        assert {v for v in values if len(v) > 1} & cells == set(), column


def test_the_package_and_the_explanation_say_how(whole: Reduced) -> None:
    assert whole.by["mobile"] == "ff1"
    assert whole.by["birthday"] == "generalise"
    said = {(c, x.after.operator.value, x.reduced_by) for c, xs in whole.explained.items() for x in xs}
    assert ("mobile", "ff1", "ff1") in said
    assert ("birthday", "generalise", "generalise:month") in said
    assert "[month]" in how(Operator.GENERALISE, "generalise:month")
    assert word(Operator.FF1).zh == "保留格式加密"


def test_the_balances_hold_and_the_evidence_verifies(whole: Reduced) -> None:
    assert {c: whole.masked.get(c, 0) for c in REDUCED} == whole.planned
    assert whole.masked["mobile"] > 10
    assert whole.played.bundle.report.ok
    codes = {c.code for c in whole.played.bundle.report.checks}
    assert {c for c in codes if "certificate" in c}


def _restore(whole: Reduced, folder: Path) -> Path:
    """The customers of the day before, brought back from a backup."""
    folder.mkdir()
    shutil.copy(whole.backup, folder / "crm.db")
    write_folder_marker(folder, whole.played.case.id)
    return folder / "crm.db"


def test_who_comes_back_by_a_restored_backup_is_erased_again(whole: Reduced, tmp_path: Path) -> None:
    ctx, case_id = open_context(whole.folder / "home"), whole.played.case.id
    restored = _restore(whole, tmp_path / "restored")
    looked = replay(ctx, case_id, "crm", at=restored)
    assert looked.count(SAME) > 100
    assert looked.statement is None
    assert _rows(restored, "customers") == _rows(whole.backup, "customers")
    operator = next(p.id for p in whole.played.case.people if Role.OPERATOR in p.roles)
    done = replay(ctx, case_id, "crm", at=restored, operator_key=whole.folder / "keys" / operator)
    assert done.erased_rows > 100
    after = _rows(whole.folder / "sources" / "crm.db", "customers")
    assert _rows(restored, "customers") == after
    again = replay(ctx, case_id, "crm", at=restored)
    assert again.count(SAME) == again.count(OLDER) == 0
    live = replay(ctx, case_id, "crm")
    assert live.count(SAME) == live.count(OLDER) == live.count(IMPORTED) == 0
    gone = str(whole.before.filter(pl.col("shop_id").cast(str) == "12")["mobile"].drop_nulls()[0])
    assert done.statement is not None
    assert gone.encode() not in done.statement.read_bytes()
    assert make_bundle(ctx, case_id).report.ok  # what came after the close is kept beside it


def test_who_comes_back_by_an_import_is_listed_and_goes_when_people_say_so(whole: Reduced, tmp_path: Path) -> None:
    ctx, case_id = open_context(whole.folder / "home"), whole.played.case.id
    (tmp_path / "import").mkdir()
    path = tmp_path / "import" / "crm.db"
    left = set(_column(whole.folder / "sources" / "crm.db", "customers", "mobile"))
    gone = sorted({m for m in _column(whole.backup, "customers", "mobile") if m and m.isdigit()} - left)[:5]
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE leads (no INTEGER PRIMARY KEY, tel TEXT, note TEXT)")
        people = [*gone, "13700000000", "13711112222", "13722223333"]
        db.executemany("INSERT INTO leads (tel, note) VALUES (?, '新线索')", [(p,) for p in people])
    write_folder_marker(path.parent, case_id)
    write_table_marker(path, case_id)
    operator = next(p.id for p in whole.played.case.people if Role.OPERATOR in p.roles)
    key = whole.folder / "keys" / operator
    careful = replay(ctx, case_id, "crm", at=path, operator_key=key)
    assert careful.erased_rows == 0
    known = careful.count(IMPORTED)
    assert 0 < known <= len(gone)
    done = replay(ctx, case_id, "crm", at=path, operator_key=key, imports=True)
    assert done.erased_rows == known
    assert {"13700000000", "13711112222", "13722223333"} <= set(_column(path, "leads", "tel"))
    assert len(_column(path, "leads", "tel")) == len(gone) + 3 - known


def _rows(path: Path, table: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return sorted(db.execute(f"SELECT * FROM {table}"), key=str)


def _column(path: Path, table: str, column: str) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return [v for (v,) in db.execute(f"SELECT {column} FROM {table}")]
