"""The data map as Fides datasets (fideslang 3): one dataset a source, one collection a table, one field a column.

Texts are written as JSON strings, which YAML reads as they are: no name of a column can become anything else.
"""

import json
import re

from bequest.documents.classes import CLASSES
from bequest.model.case import Case
from bequest.model.datamap import ColumnMap, DataMap, FieldClass, TableMap

_KEY = re.compile(r"[^A-Za-z0-9_.-]+")
_SILENT = frozenset({FieldClass.NOT_PI, FieldClass.UNKNOWN})


def fides_dataset(case: Case, data_map: DataMap) -> str:
    """YAML of all sources of the case that are in its data map."""
    sources = sorted({t.source for t in data_map.tables})
    lines = ["dataset:"]
    for source in sources:
        lines += [
            f"- fides_key: {_q(_key(f'{case.id}_{source}'))}",
            f"  organization_fides_key: {_q(_key(case.transferor.id))}",
            f"  name: {_q(source)}",
            f"  description: {_q(case.title)}",
            "  collections:",
        ]
        for table in (t for t in data_map.tables if t.source == source):
            lines += _collection(case, table)
    return "\n".join(lines) + "\n"


def _collection(case: Case, table: TableMap) -> list[str]:
    lines = [f"  - name: {_q(table.name)}", f"    description: {_q(table.record_class.value)}", "    fields:"]
    references = {r.column: r for r in table.relations}
    for column in table.columns:
        lines += _field(column, column.name in table.key)
        if (to := references.get(column.name)) is not None:
            lines += [
                "        references:",
                f"        - dataset: {_q(_key(f'{case.id}_{to.to_source}'))}",
                f"          field: {_q(f'{to.to_table}.{to.to_column}')}",
                "          direction: to",
            ]
    return lines


def _field(column: ColumnMap, is_key: bool) -> list[str]:
    lines = [f"    - name: {_q(column.name)}", f"      description: {_q(column.cls.value)}"]
    if column.personal and column.cls not in _SILENT:
        lines.append(f"      data_categories: [{_q(CLASSES[column.cls].fides)}]")
    elif not column.personal:
        lines.append(f"      data_categories: [{_q(CLASSES[FieldClass.NOT_PI].fides)}]")
    meta = [f"        primary_key: {'true' if is_key else 'false'}"]
    return [*lines, "      fides_meta:", *meta]


def _key(text: str) -> str:
    """A key as Fides allows it: letters, digits, dot, dash and underscore; others become their code."""
    return _KEY.sub(lambda m: "".join(f"u{ord(c):x}" for c in m[0]), text)


def _q(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
