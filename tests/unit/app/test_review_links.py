"""Pairs in doubt: people decide, decisions outlive the next run, ids of people stay the same."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from tests.unit.app.app_cases import add_case, events
from tests.unit.store.samples import CASE

from bequest.app.context import Context
from bequest.app.linked_people import people_history, review_list
from bequest.app.review_links import decide, export_pairs, open_pairs
from bequest.app.run_discover import run_discover
from bequest.app.run_link import export_links, is_linked, run_link
from bequest.evidence.event_types import EventType
from bequest.kernel.errors import InputError, StateError
from bequest.model.case import Scope, Source, SourceKind

CRM = (
    "cust_no,shop_id,name,mobile,email,birthday,address\n"
    "C1,12,张伟,13511112222,zw@example.com,1980-03-04,杭州市西湖区文三路88号3幢1单元502室\n"
    "C2,12,張偉,135-1111-2222,,,\n"
    "C3,12,张玮,,,1980-03-04,\n"
    "C4,12,李娜,13622223333,,,\n"
    "C5,12,李小明,13622223333,,,\n"
    "C6,12,王芳,13800000000,,,\n"
    "C7,12,王芳,13800000000,,,\n"
)


@pytest.fixture
def linked(ctx: Context, tmp_path: Path) -> tuple[Context, str]:
    folder = tmp_path / "crm"
    folder.mkdir()
    (folder / "customers.csv").write_text(CRM, encoding="utf-8")
    source = Source(name="crm", kind=SourceKind.CSV, path=folder / "customers.csv")
    lot = replace(CASE.lots[0], scope=(Scope(source="crm", table="crm", column="shop_id", values=("12",)),))
    case = add_case(ctx, replace(CASE, id="review-1", rehearsal=False, sources=(source,), lots=(lot,)))
    run_discover(ctx, case.id)
    run_link(ctx, case.id)
    return ctx, case.id


def clusters(ctx: Context, case_id: str, path: Path) -> dict[str, int]:
    path.unlink(missing_ok=True)
    export_links(ctx, case_id, path)
    frame = pl.read_parquet(path)
    assert frame.columns == ["source", "table", "row_key", "role", "cluster_id"]
    return dict(zip(frame["row_key"], frame["cluster_id"], strict=True))


def test_people_decide_and_it_stays_decided(linked: tuple[Context, str], tmp_path: Path) -> None:
    ctx, case_id = linked
    out = tmp_path / "links.parquet"
    first = clusters(ctx, case_id, out)
    keys = sorted(first)
    assert len(keys) == 7
    one, two, three, four, five, six, seven = keys
    assert first[one] == first[two], "traditional characters and separators"
    assert len({first[k] for k in (one, three, four, five, six, seven)}) == 6, "in doubt, a family phone, a junk phone"
    pairs = open_pairs(ctx, case_id)
    [pair] = [r for r in pairs.to_dicts() if {r["left_row"], r["right_row"]} <= {0, 1, 2}]
    assert abs(sum(pair[p] for p in ("chance", "name", "birthday")) - pair["bits"]) < 0.5
    with pytest.raises(InputError):
        decide(ctx, case_id, pair["code"], same=True, person="nobody", reason="")
    with pytest.raises(InputError):
        decide(ctx, case_id, "0000000000", same=True, person=ctx.case(case_id).case.people[0].id, reason="")
    someone = ctx.case(case_id).case.people[0].id
    decide(ctx, case_id, pair["code"], same=True, person=someone, reason="asked him")
    assert EventType.SUBJECT_REVIEWED in {typ for typ, _ in events(ctx, case_id)}
    assert not is_linked(ctx, case_id), "the decision counts from the next run"
    with pytest.raises(StateError):
        export_links(ctx, case_id, tmp_path / "stale.parquet")
    for _ in range(2):
        run_link(ctx, case_id)
        again = clusters(ctx, case_id, out)
        assert again[three] == again[one] == first[one]
        assert {k: again[k] for k in keys if k != three} == {k: first[k] for k in keys if k != three}
    assert people_history(ctx.workspace(case_id)).select("kind", "person", "other").rows() == [
        ("merged", first[three], first[one])
    ]
    assert pair["code"] not in review_list(ctx.workspace(case_id))["code"].to_list()


def test_the_list_with_row_keys_is_logged_and_complete(linked: tuple[Context, str], tmp_path: Path) -> None:
    ctx, case_id = linked
    n = export_pairs(ctx, case_id, tmp_path / "pairs.csv")
    frame = pl.read_csv(tmp_path / "pairs.csv")
    assert frame.height == n > 0
    assert frame.select(pl.col("left_key", "right_key").is_null().any()).row(0) == (False, False)
    assert EventType.ACCESS_READ in {typ for typ, _ in events(ctx, case_id)}
