"""The corrections that a person in IT makes to the data map after discovery has proposed one."""

from collections.abc import Sequence

from bequest.demo import toml
from bequest.demo.schema import TABLES, Column, Table
from bequest.model.datamap import FactBinding, Need, Relation, RetentionBinding

_HEAD = """# 数据地图的人工确认 · Corrections of the data map, confirmed by IT
# class: 列的内容 · role: 该列说的是谁 · need: 受让方的持续目的是否需要
"""


def render_map(tables: Sequence[Table] = TABLES, *, aside: bool = False) -> str:
    """The corrections as TOML text: every column of every table in the case, and what hangs on the tables.

    `aside`: the tables that are not in the case too, so that it is said of each.
    """
    return _HEAD + "\n".join(_table(t) for t in tables if aside or t.in_case)


def _table(t: Table) -> str:
    head: dict[str, toml.Toml] = {
        "source": t.source,
        "table": t.name,
        "record_class": t.record_class.value,
        "key": list(t.key),
        "freshness_column": t.freshness_column,
    }
    parts = [toml.table("[[tables]]", head)]
    parts += [toml.table("[[tables.columns]]", _column(c)) for c in t.columns]
    parts += [toml.table("[[tables.relations]]", _relation(r)) for r in t.relations]
    parts += [toml.table("[[tables.facts]]", _fact(f)) for f in t.facts]
    parts += [toml.table("[[tables.retention]]", _retention(r)) for r in t.retention]
    return "\n".join(parts)


def _column(c: Column) -> dict[str, toml.Toml]:
    values: dict[str, toml.Toml] = {"name": c.name, "class": c.cls.value, "role": c.role.value}
    if c.need is not Need.NEEDED:
        values["need"] = c.need.value
    return values | {"personal": c.personal, "sensitive": c.sensitive}


def _relation(r: Relation) -> dict[str, toml.Toml]:
    return {"column": r.column, "to": f"{r.to_source}.{r.to_table}.{r.to_column}", "role": r.role.value}


def _fact(f: FactBinding) -> dict[str, toml.Toml]:
    values: dict[str, toml.Toml] = {"fact": f.fact.value, "column": f.column, "how": f.how}
    if f.values:
        values["values"] = f.values
    return values | {"default": f.default, "role": f.role.value}


def _retention(r: RetentionBinding) -> dict[str, toml.Toml]:
    return {"band": r.band, "start_column": r.start_column, "if_column": r.if_column}
