"""`bequest trace`: leaks in part, in another order and another form are named; what was not marked accuses nobody."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from tests.unit.app.app_cases import T0, add_case
from tests.unit.store.samples import CASE

from bequest.app.context import Context, open_context
from bequest.app.open_case import make_keys
from bequest.app.preflight import check_watermarks
from bequest.app.trace import SURE, delivery_marks, read_leak, trace
from bequest.kernel.errors import CaseFileError, StateError
from bequest.model.datamap import ColumnMap, DataMap, FieldClass, RetentionBinding, TableMap
from bequest.model.facts import RecordClass, RowRole
from bequest.steps.transform.shape import ReleasedColumn, TableShape
from bequest.store.records import DeliveryRecord

COLUMNS = tuple(
    ColumnMap(name, "TEXT", cls, True, False, RowRole.CUSTOMER, 1000, 1000)
    for name, cls in (("mobile", FieldClass.PHONE), ("seen_at", FieldClass.BEHAVIOUR), ("city", FieldClass.REGION))
)
N = 300
FRAME = pl.DataFrame(
    {
        "__row": [f"{i:032x}" for i in range(N)],
        "mobile": [str(13_000_000_000 + 7 * i) for i in range(N)],
        "seen_at": [f"2026-05-{1 + i % 28:02} {i % 24:02}:{i * 7 % 60:02}:{i * 13 % 60:02}" for i in range(N)],
        "city": ["杭州市"] * N,
    }
)


@pytest.fixture
def marked(tmp_path: Path) -> tuple[Context, dict[str, pl.DataFrame]]:
    """Two marked deliveries of the same rows."""
    ctx = open_context(tmp_path / "home")
    lot = replace(CASE.lots[0], watermark=("crm.customers.seen_at",))
    case = add_case(ctx, replace(CASE, lots=(lot, *CASE.lots[1:])))
    make_keys(ctx, case.id, ("watermark",), T0)
    shape = TableShape("crm", "customers", tuple(ReleasedColumn(c, "") for c in COLUMNS), N)
    out = {}
    for name in ("d-1", "d-2"):
        with ctx.store.transaction() as tx:
            tx.deliveries.record(
                case.id,
                DeliveryRecord(
                    delivery_id=name, lot=lot.id, receiver=lot.receiver, policy_digest="0" * 64,
                    population_digest="0" * 64, created_at=T0, state_at=T0 + timedelta(0), wave=1,
                ),
            )  # fmt: skip
        marks = delivery_marks(ctx, case.id, lot, name, shape)
        assert marks is not None
        assert (marks.columns, marks.anchor) == (("seen_at",), "mobile")
        out[name] = marks.put(FRAME)
    return ctx, out


def test_a_leak_in_part_and_in_another_form_is_named(
    marked: tuple[Context, dict[str, pl.DataFrame]], tmp_path: Path
) -> None:
    ctx, given = marked
    leak = given["d-2"].sample(90, shuffle=True, seed=4).select(
        时间=pl.col("seen_at").str.replace_all("-", "/"), 电话="+86 " + pl.col("mobile"), 市="city"
    )  # fmt: skip
    (tmp_path / "leak.csv").write_bytes(leak.write_csv(separator=";").encode("gb18030"))
    first, second = trace(ctx, tmp_path / "leak.csv")
    assert (first.delivery_id, first.fits, first.rows) == ("d-2", 90, 90)
    assert first.is_named
    assert first.probability < 1e-20
    assert not second.is_named
    assert second.probability > SURE


def test_what_was_never_marked_accuses_nobody(marked: tuple[Context, dict[str, pl.DataFrame]], tmp_path: Path) -> None:
    ctx, given = marked
    FRAME.write_csv(tmp_path / "own.csv")
    assert not any(s.is_named for s in trace(ctx, tmp_path / "own.csv"))
    given["d-1"].head(12).write_csv(tmp_path / "few.csv")
    assert not any(s.is_named for s in trace(ctx, tmp_path / "few.csv"))
    assert read_leak(tmp_path / "few.csv").height == 13


def test_canaries_are_shown_apart(marked: tuple[Context, dict[str, pl.DataFrame]], tmp_path: Path) -> None:
    ctx, _ = marked
    (tmp_path / "canaries.csv").write_text("delivery,value\nd-1,13000000021\nd-2,13999999999\n")
    FRAME.head(20).select("mobile", "city").write_csv(tmp_path / "leak.csv")
    found = {s.delivery_id: s for s in trace(ctx, tmp_path / "leak.csv", canaries=tmp_path / "canaries.csv")}
    assert (found["d-1"].canaries, found["d-2"].canaries) == (1, 0)
    assert not found["d-1"].is_named


def test_without_marks_there_is_nothing_to_trace(tmp_path: Path) -> None:
    ctx = open_context(tmp_path / "home")
    FRAME.write_csv(tmp_path / "leak.csv")
    with pytest.raises(StateError, match="bears marks"):
        trace(ctx, tmp_path / "leak.csv")


REFUSED = {
    "a record kept by law": ({"retention": (RetentionBinding("record_3y", "seen_at"),)}, "seen_at", "kept by law"),
    "an order": ({"record_class": RecordClass.ORDER}, "seen_at", "kept by law"),
    "a key": ({"key": ("seen_at",)}, "seen_at", "rows are known by it"),
    "a phone": ({}, "mobile", "nothing that may differ"),
    "no such column": ({}, "nothing", "no such column"),
}


@pytest.mark.parametrize(("changes", "column", "why"), REFUSED.values(), ids=REFUSED)
def test_where_no_mark_may_be(changes: dict[str, object], column: str, why: str) -> None:
    table = TableMap("crm", "customers", RecordClass.CUSTOMER_PROFILE, COLUMNS, N)
    lot = replace(CASE.lots[0], watermark=(f"crm.customers.{column}",))
    case = replace(CASE, lots=(lot,))
    with pytest.raises(CaseFileError, match=why):
        check_watermarks(case, DataMap((replace(table, **changes),)))
