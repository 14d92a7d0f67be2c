"""What differs between two data maps: for the person who runs discovery again, and for a schema that moved."""

from dataclasses import dataclass

from bequest.model.datamap import ColumnMap, DataMap, TableMap


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `column` is empty where it concerns the table; before or after is empty where there is none."""

    source: str
    table: str
    column: str
    what: str
    before: str
    after: str


def compare_maps(previous: DataMap, current: DataMap) -> list[Change]:
    """Tables and columns that are gone, new, of another type, or of another class, in the order of the maps.

    Verdicts on columns that are gone are lost with them, which is why they are reported.
    """
    before = {(t.source, t.name): t for t in previous.tables}
    after = {(t.source, t.name): t for t in current.tables}
    changes = [Change(*k, "", "table gone", "", "") for k in before if k not in after]
    for key, table in after.items():
        if key not in before:
            changes.append(Change(*key, "", "new table", "", table.record_class.value))
        else:
            changes += _compare_columns(before[key], table)
    return changes


def _compare_columns(before: TableMap, after: TableMap) -> list[Change]:
    old = {c.name: c for c in before.columns}
    new = {c.name: c for c in after.columns}

    def change(column: str, what: str, was: str, now: str) -> Change:
        return Change(after.source, after.name, column, what, was, now)

    changes = [change(name, "column gone", _told(c), "") for name, c in old.items() if name not in new]
    for name, c in new.items():
        if name not in old:
            changes.append(change(name, "new column", "", c.cls.value))
            continue
        if old[name].declared_type != c.declared_type:
            changes.append(change(name, "type", old[name].declared_type, c.declared_type))
        if old[name].cls is not c.cls:
            changes.append(change(name, "class", old[name].cls.value, c.cls.value))
    return changes


def _told(column: ColumnMap) -> str:
    return f"{column.cls.value} ({column.verdict.value})"
