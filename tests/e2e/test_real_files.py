"""Files as people really have them beside the demo company's sources, from the case file to a verified bundle.

An old workbook, a protected one, an export with titles and sums, archives and documents decided on as a whole, a
ledger that stays, and data that a platform holds.
"""

import io
import re
import stat
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
import xlwt
from msoffcrypto.format.ooxml import OOXMLFile

from bequest.app.answers import enter_answers
from bequest.app.context import Context, open_context
from bequest.app.rehearse import Played, rehearse
from bequest.app.tasks import export_list, finish_task, task_list
from bequest.crypto.sealing import read_sealed
from bequest.demo.company import make_company
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import ResidueFoundError, StateError
from bequest.model.case import Event
from bequest.model.destruction import CertificateState, Finding
from bequest.model.disposition import Residue
from bequest.steps.destroy.custody_bucket import sealing_aad

PASSWORD = "guess-1234"
HEADER = ("会员号", "姓名", "手机", "店铺")
MIXED = "mixed-customers"
WALK_INS = [(f"W{i}", f"欧阳{c}", f"1390013{i:04}", "12") for i, c in enumerate("甲乙丙丁戊己庚辛壬癸子丑")]
VIPS = [(f"V{i}", f"司徒{c}", f"1370013{i:04}", "12") for i, c in enumerate("甲乙丙丁戊己庚辛壬癸子丑")]
OTHERS = [
    (f"M{i}", f"诸葛{c}", f"1360013{i:04}", "12" if i % 2 else "13") for i, c in enumerate("甲乙丙丁戊己庚辛壬癸")
]
HELD = [(f"P{i}", f"上官{c}", f"1350013{i:04}", "12") for i, c in enumerate("甲乙丙丁戊己庚辛壬癸子丑")]
CASE = "demo-e5"


def xls(path: Path, rows: list[tuple[str, ...]]) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("客户")
    sheet.write(0, 0, "12号店散客名单")
    for i, row in enumerate((HEADER, *rows), start=1):
        for j, value in enumerate(row):
            sheet.write(i, j, value)
    book.save(str(path))


def protected_xlsx(path: Path, rows: list[tuple[str, ...]]) -> None:
    plain = io.BytesIO()
    with xlsxwriter.Workbook(plain, {"in_memory": True}) as book:
        sheet = book.add_worksheet("贵宾")
        for i, row in enumerate((HEADER, *rows)):
            sheet.write_row(i, 0, row)
    plain.seek(0)
    with path.open("wb") as out:
        OOXMLFile(plain).encrypt(PASSWORD, out)


def held_csv(path: Path) -> None:
    lines = ["平台会员导出,,,", ",".join(HEADER), *(f'="{a}",{b},="{c}",{d}' for a, b, c, d in HELD), "合计,,12,"]
    path.write_bytes("\r\n".join([*lines, ""]).encode("gb18030"))


SOURCES = f"""
[[sources]]
name = "customers-old"
kind = "xls"
path = "sources/customers-old.xls"
timezone = "Asia/Shanghai"

[[sources]]
name = "vips"
kind = "xlsx"
path = "sources/vips.xlsx"
password = "env:VIP_PASSWORD"

[[sources]]
name = "{MIXED}"
kind = "xls"
path = "sources/mixed.xls"

[[sources]]
name = "contracts"
kind = "file"
path = "sources/contracts"
disposition = "custody"
reason = "合同保存至诉讼时效届满"

[[sources]]
name = "scans"
kind = "file"
path = "sources/scans/*.pdf"
disposition = "unlinked"
reason = "身份证扫描件不再需要"

[[sources]]
name = "ledger"
kind = "csv"
path = "sources/ledger.csv"
system_kind = "ledger"
custodian = "清源会计师事务所"

[[sources]]
name = "market"
kind = "held-elsewhere"
owner = "聚客平台有限公司"
contact = "privacy@example.com"
due_on = 2027-01-15
export = "sources/market-*.csv"
"""


def make_files(folder: Path) -> None:
    sources = folder / "sources"
    xls(sources / "customers-old.xls", WALK_INS)
    xls(sources / "mixed.xls", OTHERS)
    protected_xlsx(sources / "vips.xlsx", VIPS)
    held_csv(sources / "market-customers.csv")
    (sources / "contracts").mkdir()
    with zipfile.ZipFile(sources / "contracts" / "张三丰-13900139999.zip", "w") as archive:
        archive.writestr("合同.txt", "甲方 张三丰 手机 13900139999 邮箱 zsf@example.com")
    (sources / "contracts" / "说明.txt").write_text("经办 13900139998", "utf-8")
    (sources / "scans").mkdir()
    for i in range(3):
        (sources / "scans" / f"scan-{i}.pdf").write_bytes(b"%PDF-1.4\n" + bytes([i]) * 50 + b"\n13900139997\n")
    (sources / "ledger.csv").write_text("凭证号,客户,金额\n1,张三丰,5\n2,李四光,7\n", "utf-8")
    case = folder / "case.toml"
    scopes = "".join(
        f'{{ source = "{s}", table = "{t}", column = "店铺", in = ["12"] }}, '
        for s, t in (
            ("customers-old", "customers-old"),
            ("vips", "vips"),
            (MIXED, MIXED),
            ("market", "market-customers"),
        )
    )
    text = case.read_text("utf-8").replace("scope = [", "scope = [" + scopes, 1)
    case.write_text(text.replace("[window]", SOURCES + "\n[window]"), "utf-8")


class AtPoint:
    """Does something once at a boundary."""

    def __init__(self) -> None:
        self.does: dict[str, Callable[[], None]] = {}

    def at(self, case_id: str, point: str) -> None:
        act = self.does.pop(point, None)
        if act:
            act()


@dataclass(frozen=True)
class Real:
    folder: Path
    ctx: Context
    played: Played
    listed: str


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Real:
    folder = tmp_path_factory.mktemp("real") / "company"
    make_company(folder, event=Event.E5, customers=110, case_id=CASE)
    make_files(folder)
    hooks = AtPoint()
    ctx = open_context(folder / "home", hooks=hooks, environ={"VIP_PASSWORD": PASSWORD})
    letter = folder / "letter.txt"
    letter.write_text("本公司已删除名单所列会员资料。\n", "utf-8")
    listed = folder / "listed.csv"

    def holder_answers() -> None:
        export_list(ctx, CASE, "held-market", listed)
        person = next(p.id for p in ctx.case(CASE).case.people)
        finish_task(
            ctx, CASE, "held-market", outcome="deleted", evidence=letter, person_id=person,
            key=folder / "keys" / person,
        )  # fmt: skip

    hooks.does["deliver.before_finish"] = holder_answers
    played = rehearse(ctx, folder)
    return Real(folder, ctx, played, listed.read_text("utf-8-sig"))


CRASHES = ("destroy.custody_sealed", "destroy.verifier_prepared", "destroy.erased_customers-old", "destroy.erased",
           "destroy.verified", "destroy.before_finish")  # fmt: skip


class KilledError(Exception):
    """The process ends here."""


def test_killed_at_every_boundary_of_the_destruction_it_ends_the_same(real: Real, tmp_path: Path) -> None:
    folder = tmp_path / "company"
    make_company(folder, event=Event.E5, customers=110, case_id=CASE)
    make_files(folder)
    hooks = AtPoint()

    def killed() -> None:
        raise KilledError

    hooks.does = dict.fromkeys(CRASHES, killed)
    ends = 0
    while True:
        ctx = open_context(folder / "home", hooks=hooks, environ={"VIP_PASSWORD": PASSWORD})
        try:
            played = rehearse(ctx, folder)
            break
        except KilledError:
            ends += 1
    assert ends == len(CRASHES)
    assert played.bundle.report.ok
    with ctx.store.transaction() as tx:
        again = tx.destructions.certificates(CASE)[-1].certificate
    assert again.tables == certificate(real).tables
    assert [s.finding for s in again.searches] == [s.finding for s in certificate(real).searches]
    residuals = {r.where_en for r in again.residuals} - {r.where_en for r in certificate(real).residuals}
    assert residuals == {"market, held by 聚客平台有限公司"}  # here nobody has answered


def certificate(real: Real):  # type: ignore[no-untyped-def]
    with real.ctx.store.transaction() as tx:
        return tx.destructions.certificates(CASE)[-1].certificate


def test_the_bundle_verifies(real: Real) -> None:
    assert real.played.bundle.report.ok
    names = [p.name for p in (real.played.bundle.folder / "data" / "attachments").iterdir()]
    assert len(names) == 1
    assert re.fullmatch(r"held-market-[0-9a-f]{12}\.txt", names[0])


def test_files_of_which_every_row_goes_are_gone_and_the_sums_tie(real: Real) -> None:
    sources = real.folder / "sources"
    assert not (sources / "customers-old.xls").exists()
    assert not (sources / "vips.xlsx").exists()
    by = {(t.source, t.table): t for t in certificate(real).tables}
    for name in ("customers-old", "vips"):
        t = by[name, name]
        assert (t.rows_before, t.rows_after, t.before, t.difference) == (12, 0, 48, 0)
        assert t.deleted + t.sealed == 48


def test_a_file_of_which_rows_must_stay_stays_whole_with_a_task_and_a_dated_residual(real: Real) -> None:
    assert (real.folder / "sources" / "mixed.xls").exists()
    [t] = [t for t in certificate(real).tables if t.source == MIXED]
    assert (t.rows_before, t.rows_after, t.deleted, t.difference) == (10, 10, 0, 0)
    assert t.blocked + t.in_use == t.before == 40
    assert certificate(real).state is CertificateState.INTERIM
    [residual] = [r for r in certificate(real).residuals if MIXED in r.where_en]
    assert residual.due_on == "2027-01-31"


def test_whole_stores_end_as_decided_and_are_counted(real: Real) -> None:
    sources = real.folder / "sources"
    cert = certificate(real)
    by = {t.source: t for t in cert.tables if t.table == "(whole)"}
    assert not list((sources / "scans").glob("*.pdf"))
    assert (by["scans"].rows_before, by["scans"].rows_after, by["scans"].deleted) == (3, 0, 3)
    assert not list((sources / "contracts").iterdir())
    assert (by["contracts"].rows_before, by["contracts"].sealed) == (2, 3)
    ledger = sources / "ledger.csv"
    assert ledger.read_text("utf-8").count("\n") == 3
    assert not stat.S_IMODE(ledger.stat().st_mode) & 0o222
    assert (by["ledger"].rows_after, by["ledger"].sealed) == (1, 2)
    assert all(t.difference == 0 for t in cert.tables)
    found = {s.source: s.finding for s in cert.searches}
    assert found["scans"] is found["contracts"] is Finding.CLEAR
    assert found["ledger"] is Finding.AS_PLANNED
    assert {k.custodian for k in cert.kept if "ledger" in k.what_en} == {"清源会计师事务所"}


def test_what_was_sealed_whole_opens_for_the_keeper(real: Real) -> None:
    custody = real.ctx.workspace(CASE).dir("custody") / "whole-contracts"
    key = real.ctx.keys(CASE).get("custody/whole-contracts")
    contents = [
        read_sealed(p, key, sealing_aad(CASE, "whole-contracts", p.name)) for p in sorted(custody.glob("*.sealed"))
    ]
    assert len(contents) == 2
    assert any(c.decode("utf-8", "replace") == "经办 13900139998" for c in contents)


def test_names_of_files_reach_neither_evidence_nor_report(real: Real) -> None:
    told = [p for p in real.played.bundle.folder.rglob("*") if p.is_file()]
    told += list(real.ctx.workspace(CASE).dir("custody").rglob("*"))
    for path in told:
        assert "13900139999" not in path.name
        if path.is_file() and path.suffix != ".sealed":
            assert b"13900139999" not in path.read_bytes(), path
            assert "张三丰".encode() not in path.read_bytes(), path


def test_the_holders_export_is_cleaned_and_his_own_copy_is_a_task_done(real: Real) -> None:
    left = (real.folder / "sources" / "market-customers.csv").read_bytes().decode("gb18030")
    assert left == "平台会员导出,,,\r\n会员号,姓名,手机,店铺\r\n合计,,12,\r\n"
    tasks = {t.task_id: t for t in task_list(real.ctx, CASE)}
    done = tasks["held-market"]
    assert (done.state.value, done.outcome, done.persons) == ("done", "deleted", 12)
    assert tasks[f"file-{MIXED}"].state.value == "open"
    frame = pl.read_csv(io.StringIO(real.listed))
    assert frame.height == 12
    assert set(frame["what"]) == {"row"}
    assert sorted(frame["手机"].cast(pl.String)) == sorted(r[2] for r in HELD)
    with real.ctx.store.transaction() as tx:
        events = {e.event_id for e in tx.outbox.all(CASE)}
    assert {"task.opened:held-market", "task.done:held-market"} <= events
    assert not any(r.where_en.startswith("market,") for r in certificate(real).residuals)


def test_after_close_no_task_can_be_done_and_no_list_opened(real: Real) -> None:
    person = real.ctx.case(CASE).case.people[0].id
    with pytest.raises(StateError, match="is closed"):
        finish_task(
            real.ctx, CASE, f"file-{MIXED}", outcome="replaced", evidence=real.folder / "letter.txt",
            person_id=person, key=real.folder / "keys" / person,
        )  # fmt: skip
    with pytest.raises(StateError, match="no list"):
        export_list(real.ctx, CASE, "held-market", real.folder / "again.csv")


def test_the_population_counts_whole_stores_on_both_axes(real: Real) -> None:
    with real.ctx.store.transaction() as tx:
        population = tx.populations.latest(CASE)
    assert population is not None
    assert population.population.conserved() == ()
    whole = {(c.source, c.column): (c.residue, c.values) for c in population.population.counts if c.table == "(whole)"}
    assert whole["scans", "(objects)"] == (Residue.DELETE, 3)
    assert whole["contracts", "(values)"] == (Residue.CUSTODY, 3)
    assert whole["ledger", "(values)"] == (Residue.CUSTODY, 2)


def object_late(ctx: Context, folder: Path) -> None:
    """Somebody who was told objects now."""
    ref = pl.read_parquet(ctx.workspace(CASE).dir("work") / "notices.parquet")["ref"][0]
    path = folder / "late.csv"
    path.write_text(f"ref,answer,at,channel\n{ref},object,{rfc3339(ctx.now(CASE))},letter\n", "utf-8")
    enter_answers(ctx, CASE, path)


def test_a_late_objection_leaves_what_was_decided_on_whole_files_and_stores(tmp_path: Path) -> None:
    folder = tmp_path / "company"
    make_company(folder, event=Event.E5, customers=110, case_id=CASE)
    make_files(folder)
    hooks = AtPoint()
    ctx = open_context(folder / "home", hooks=hooks, environ={"VIP_PASSWORD": PASSWORD})
    hooks.does["deliver.started"] = lambda: object_late(ctx, folder)
    played = rehearse(ctx, folder)
    assert played.bundle.report.ok
    assert (folder / "sources" / "mixed.xls").exists()
    with ctx.store.transaction() as tx:
        found = tx.destructions.certificates(CASE)[-1].certificate
        population = tx.populations.latest(CASE)
    assert population is not None
    places = [(t.source, t.table, t.column) for t in population.population.totals]
    assert len(places) == len(set(places))
    assert [r.where_en for r in found.residuals if MIXED in r.where_en]
    assert {t.source for t in found.tables if t.table == "(whole)"} == {"scans", "contracts", "ledger"}


def test_a_file_that_changed_after_the_mark_is_not_taken_in_by_a_late_objection(tmp_path: Path) -> None:
    folder = tmp_path / "company"
    make_company(folder, event=Event.E5, customers=110, case_id=CASE)
    make_files(folder)
    scan = folder / "sources" / "scans" / "scan-0.pdf"
    hooks = AtPoint()
    ctx = open_context(folder / "home", hooks=hooks, environ={"VIP_PASSWORD": PASSWORD})

    def change() -> None:
        scan.write_bytes(scan.read_bytes() + b"\nnew page\n")
        object_late(ctx, folder)

    hooks.does["deliver.started"] = change
    with pytest.raises(ResidueFoundError):
        rehearse(ctx, folder)
    assert scan.read_bytes().endswith(b"new page\n"), "nobody decided on this content"
