"""What only a person can say of the data map, and what is done where nobody says it: told until somebody does."""

from collections.abc import Iterable, Mapping

from bequest.cli import render
from bequest.engine.tableplan import TablePlan
from bequest.model.datamap import DataMap, TableMap
from bequest.model.facts import RecordClass

TableKey = tuple[str, str]


def print_left_open(case: str, datamap: DataMap, plans: Mapping[TableKey, TablePlan] | None = None) -> None:
    """Records of no known kind, orders without a duty to keep, columns that nobody has classified.

    With the plans of a case that has lots also the tables that no lot reaches.
    """
    filled = [t for t in datamap.tables if t.in_case and t.n_rows]
    unclassed = _named(t for t in filled if t.record_class is RecordClass.OTHER)
    unbound = _named(t for t in filled if t.record_class is RecordClass.ORDER and not t.retention)
    unknown = ", ".join(".".join(c) for c in datamap.unknown_columns())
    for named, zh, en in (
        (
            unclassed,
            "记录类别不明，一律冻结、不移交",
            "kind of record not known, so nothing of it passes and all is blocked",
        ),
        (
            unbound,
            "订单类记录没有写明保存义务（retention），按没有处理",
            "orders without a duty to keep (retention), decided as if there were none",
        ),
        (
            unknown,
            "列的类别不明，一律冻结；还有一列不明，就不能签发销毁证书",
            "columns of no known class, blocked; while there is one, no certificate of destruction is issued",
        ),
    ):
        if named:
            render.line(render.say(f"{zh}：{named}", f"{en}: {named}"))
    if unclassed or unbound or unknown:
        way = f"`bequest map export {case} map.toml`, `bequest map import {case} map.toml`"
        render.line(render.say(f"核对并改正：{way}", f"look through it and correct it: {way}"))
    if plans and any((p.rows["lot"] != "").any() for p in plans.values()):
        _print_outside(datamap, plans)


def _print_outside(datamap: DataMap, plans: Mapping[TableKey, TablePlan]) -> None:
    """Tables about people of which no row lies in any lot: nothing of them passes or goes, perhaps by oversight."""
    outside = _named(
        t
        for t in datamap.tables
        if (plan := plans.get((t.source, t.name))) is not None
        and t.record_class is not RecordClass.STAFF
        and plan.rows.height
        and (plan.rows["lot"] == "").all()
    )
    if outside:
        render.line(
            render.say(
                f"没有一行在移交范围之内，原样留在原处：{outside}。应随之移交的，请补写关系（relations）或者范围（scope）",
                f"no row of it lies in the scope of any lot, so it stays where it is, untouched: {outside}. Where it "
                "belongs to what passes, add its relations to the data map, or a scope to the lot",
            )
        )


def _named(tables: Iterable[TableMap]) -> str:
    return ", ".join(f"{t.source}.{t.name}" for t in tables)
