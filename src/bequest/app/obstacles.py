"""What servers would refuse when the plan is carried out, found when it is made: warnings with a way out.

Nothing fails by them: a right may be given, a trigger switched off, until the day of the destruction.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bequest.app.anonymising import is_wanted, refused_in_place
from bequest.engine.tableplan import DECISION_PREFIX, LEAVES, TablePlan
from bequest.kernel.errors import InputError
from bequest.model.anonymising import chosen
from bequest.model.case import SERVERS, Case
from bequest.sources.emptying import refused_columns
from bequest.sources.source import OpenSource
from bequest.sources.standing import Standing, TableStanding

TableKey = tuple[str, str]

WORDS: dict[str, tuple[str, str, str, str]] = {
    "account": (
        "无法以删除账户连接，权限未核对", "the account that deletes cannot be asked: its rights are not checked",
        "备好 delete_url 所指账户后重新规划", "prepare what delete_url refers to, then plan again",
    ),
    "read_only": (
        "服务器或账户只读", "the server or the account only reads",
        "改用主库，或为删除配置可写账户", "name the primary server, or an account that may write",
    ),
    "right": ("缺少权限", "rights are missing", "见 `bequest source roles`", "see `bequest source roles`"),
    "referred": (
        "案外的表以外键引用将删除的行", "tables outside the case refer to rows that go",
        "把这些表纳入案件，或由库主去掉外键", "take these tables into the case, or have the foreign key dropped",
    ),
    "triggers": (
        "删除或修改时会触发，可能阻止或复制行", "triggers run on delete or update: they may keep rows or copy them",
        "请库主审阅，执行期间停用", "have their owner review them and switch them off meanwhile",
    ),
    "rules": (
        "规则可能改写删除", "rules may turn a deletion into something else",
        "请库主在执行期间去掉", "have their owner drop them meanwhile",
    ),
    "row_security": (
        "行级安全会隐藏行", "row-level security hides rows",
        "给账户 BYPASSRLS，或停用策略", "give the account BYPASSRLS, or switch the policies off",
    ),
    "no_transactions": (
        "存储引擎没有事务", "the storage engine has no transactions",
        "停用应用后再执行，或转为 InnoDB", "stop the application meanwhile, or convert to InnoDB",
    ),
    "no_declared_key": (
        "没有主键：按内容逐行识别，较慢，期间行不得改动",
        "no key: rows are known by content; slow, and rows must not change meanwhile",
        "在数据图中指定键列，或停止写入", "name key columns in the data map, or let nobody write meanwhile",
    ),
    "system_versioned": (
        "保留行的历史版本，删除后仍在", "history of rows is kept: what is deleted stays in it",
        "请库主执行 DROP SYSTEM VERSIONING", "have its owner DROP SYSTEM VERSIONING",
    ),
    "cells": (
        "行留存而单元格无法清空或改写", "cells cannot be emptied or changed while their rows stay",
        "由库主允许 NULL，换一种匿名方式，或改为整行删除",
        "have NULL allowed there, anonymise another way, or decide that whole rows go",
    ),
}  # fmt: skip
"""By code: what, in both languages, and the way out."""


_NOTES = ("rules", "row_security", "no_transactions", "system_versioned", "no_declared_key")
"""Notes of an inventory that stand against a deletion or change it."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that stands against it. `facts`: names of columns, tables, triggers or rights, never values."""

    source: str
    table: str
    code: str
    facts: str
    what_zh: str
    what_en: str
    way_out_zh: str
    way_out_en: str


@dataclass(frozen=True, slots=True)
class Going:
    """What the plan takes from one table."""

    rows: int
    emptied: tuple[str, ...]
    plan: TablePlan | None = None
    """Where rows of it are to be anonymised in place."""


def going_of(plan: TablePlan) -> Going:
    """Whole rows, and columns of which cells go while their rows stay."""
    leaves = plan.rows.select(plan.leaves().alias("l"))["l"]
    gone = plan.indices(residue=LEAVES)
    emptied = (
        c.name
        for c in plan.columns
        if c.name not in plan.key and bool((plan.rows[DECISION_PREFIX + c.name].is_in(gone) & ~leaves).any())
    )
    if not plan.rows.height:
        return Going(0, ())
    changed = is_wanted(plan)
    written = (c.name for c in plan.columns if changed and c.name not in plan.key and chosen(c).writes)
    return Going(int(leaves.sum()), tuple(dict.fromkeys((*emptied, *written))), plan if changed else None)


def obstacles(
    case: Case, sources: Mapping[str, OpenSource], plans: Mapping[TableKey, TablePlan]
) -> tuple[Obstacle, ...]:
    """What stands against the plan on each server of the case, asked of its catalogue."""
    found: list[Obstacle] = []
    for spec in case.sources:
        going = {t: going_of(p) for (s, t), p in plans.items() if s == spec.name}
        ask = getattr(sources.get(spec.name), "standing", None)
        if spec.kind in SERVERS and ask is not None and any(g.rows or g.emptied for g in going.values()):
            found += find(spec.name, _asked(ask), going)
    return tuple(found)


def _asked(ask: object) -> Standing:
    try:
        found = ask() if callable(ask) else None
    except InputError as error:  # of the address, the account or the server
        return Standing(why_unknown=error.code)
    assert isinstance(found, Standing)  # noqa: S101
    return found


def find(source: str, standing: Standing, going: Mapping[str, Going]) -> list[Obstacle]:
    """The obstacles of one server: of tables from which something goes. Pure."""
    found = [_told(source, "", "account", [standing.why_unknown])] if standing.why_unknown else []
    if standing.is_read_only:
        found.append(_told(source, "", "read_only", []))
    for t in standing.tables:
        mine = going.get(t.info.name, Going(0, ()))
        if mine.rows or mine.emptied:
            found += [_told(source, t.info.name, code, facts) for code, facts in _of_table(t, mine, going.keys())]
    return found


def _of_table(t: TableStanding, going: Going, in_case: Collection[str]) -> Iterator[tuple[str, Sequence[str]]]:
    info = t.info
    blocked = [c for c in going.emptied if c in t.no_update]
    missing = [r for r in t.missing_rights if r == "SELECT" or (r == "DELETE" and going.rows)]
    missing += [f"UPDATE ({', '.join(blocked)})"] if blocked else []
    if missing:
        yield "right", missing
    outside = [r for r in t.referrers if r.table not in in_case] if going.rows else []
    if outside:
        yield "referred", [f"{r.table} ({', '.join(r.columns)}; ON DELETE {r.on_delete.value})" for r in outside]
    if t.triggers:
        yield "triggers", t.triggers
    notes = {*info.notes, info.why_not_scanned}
    yield from ((code, ()) for code in _NOTES if code in notes)
    refused = refused_in_place(going.plan, info) if going.plan else refused_columns(info, going.emptied)
    if refused:
        yield "cells", [f"{c} ({why})" for c, why in refused.items()]


def _told(source: str, table: str, code: str, facts: Sequence[str]) -> Obstacle:
    return Obstacle(source, table, code, "; ".join(facts), *WORDS[code])
