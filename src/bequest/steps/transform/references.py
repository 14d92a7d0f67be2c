"""Which columns hold references, and in which name space: so that tables of one delivery can be joined.

Every key column, every user number and every column that points to one of these becomes a token under the
recipient's key. A column belongs to the name space of the column its relations end at. Numbers that the customer
holds and quotes (order, parcel and account numbers) are no internal references: for them the approved decision stands
as it is, in the column itself and in all that point to it.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from bequest.engine.tableplan import TablePlan
from bequest.model.datamap import ColumnMap, FieldClass

ColumnKey = tuple[str, str, str]

QUOTED_NUMBERS: Final = frozenset({FieldClass.ORDER_NO, FieldClass.TRACKING_NUMBER, FieldClass.ACCOUNT_NUMBER})
"""Numbers that pass between the customer and the shop."""

INTERNAL: Final = frozenset({FieldClass.USER_ID, FieldClass.USERNAME, FieldClass.NOT_PI, FieldClass.OTHER_PI})
"""Classes whose key columns are the company's own numbers: a key of another class (a phone) is no mere reference."""


def reference_domains(plans: Iterable[TablePlan]) -> dict[ColumnKey, str]:
    """The name space of every column that is tokenised; columns not in it are released as decided."""
    plans = tuple(plans)
    columns = {(p.source, p.table, c.name): c for p in plans for c in p.columns}
    points_to: dict[ColumnKey, ColumnKey] = {}
    for p in plans:
        for r in p.relations:
            points_to.setdefault((p.source, p.table, r.column), (r.to_source, r.to_table, r.to_column))
    keys = {(p.source, p.table, k) for p in plans for k in p.key}
    domains: dict[ColumnKey, str] = {}
    for column in columns:
        root = _root(column, points_to)
        if root in columns and _is_internal(columns[root], root in keys):
            domains[column] = "\x1f".join(root)
    return domains


def _root(column: ColumnKey, points_to: Mapping[ColumnKey, ColumnKey]) -> ColumnKey:
    """Where the relations of a column end; a circle ends at its smallest member."""
    path = [column]
    while (following := points_to.get(path[-1])) is not None:
        if following in path:
            return min(path[path.index(following) :])
        path.append(following)
    return path[-1]


def _is_internal(column: ColumnMap, is_key: bool) -> bool:
    return column.cls is FieldClass.USER_ID or (is_key and column.cls in INTERNAL)
