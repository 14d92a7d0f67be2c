"""The data map as a TOML file a person corrects, and back.

The file is an exchange form, not the map: what it does not name stays as it is. Everything it names is checked against
the map it is imported into; an unknown key, table, column or word is refused by name, with the nearest known ones.
"""

import json
from collections.abc import Iterable, Mapping, Sequence

from bequest.model.anonymising import Way
from bequest.model.datamap import (
    ORIGIN_PARTS,
    Anonymising,
    ColumnMap,
    DataMap,
    FactBinding,
    FieldClass,
    Need,
    Origin,
    Reference,
    Relation,
    RetentionBinding,
    TableMap,
)
from bequest.model.facts import RecordClass, RowRole
from bequest.model.reduction import CHOICES
from bequest.steps.discover.changes import Change
from bequest.steps.discover.mapread import BANDS, apply_document, apply_map
from bequest.steps.discover.personal import personal_by_class, sensitive_by_class
from bequest.steps.discover.standing import known_references

_HEAD = """\
# Data map / 数据地图
#
# Correct what is wrong and import the file again; what is not named here stays as it is.
# 有误之处请直接改正后再导入；文件中未写到的内容保持不变。
# A column named here counts as seen by a person: confirmed where unchanged, corrected where changed.
# 写在这里的列视为经人工核对：未改动记为“已确认”，有改动记为“已更正”。
#
# class / 类别:         {classes}
# role / 角色:          {roles}
# need / 是否需要:      {needs}
# reduced_by / 怎样缩减: {reductions} (need = "reduced"; docs/operators.md)
# anonymised_by / 怎样匿名: {ways} (anonymise = {{ k = 5, reason = "…" }} on the table; docs/anonymise-in-place.md)
# record_class / 记录:  {records}
# personal, sensitive: left out where they are usual for the class / 与类别惯例一致时省略
# references / 引用: those that do not count; standing = confirmed, rejected, open / 不作数的引用：确认、否定、未定
# facts.how: map, present, date_band, id_band
# retention.band / 保存义务: {bands}
# origins / 来源: {origins}, each as text or as <part>_column / 各写文字，或写成 <部分>_column 指明所在列
"""


def export_map(data_map: DataMap) -> str:
    """The whole map as commented TOML: one line a column, its evidence behind it (never a value)."""
    head = _HEAD.format(
        classes=_wrapped(c.value for c in FieldClass),
        roles=_wrapped(r.value for r in RowRole),
        needs=", ".join(n.value for n in Need),
        records=_wrapped(r.value for r in RecordClass),
        reductions=", ".join(CHOICES),
        bands=_wrapped(BANDS),
        ways=", ".join(w.value for w in Way),
        origins=", ".join(ORIGIN_PARTS),
    )
    return head + "".join(_table(t) for t in data_map.tables)


def import_map(text: str, data_map: DataMap) -> tuple[DataMap, list[Change]]:
    """The map with a person's corrections, and what they changed (confirmations are no change).

    Raises:
        DataMapError: for text that is no TOML, and for any key, table, column or word that is not known.
    """
    return apply_map(text, data_map)


def import_document(document: Mapping[str, object], data_map: DataMap) -> tuple[DataMap, list[Change]]:
    """The same, with what such a file would say, already read.

    Raises:
        DataMapError: for any key, table, column or word that is not known.
    """
    return apply_document(document, data_map)


def _wrapped(words: Iterable[str]) -> str:
    listed = list(words)
    lines = [" ".join(listed[i : i + 9]) for i in range(0, len(listed), 9)]
    return "\n#                       ".join(lines)


def _q(text: str) -> str:
    """A TOML basic string; JSON's escapes are a subset of TOML's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _texts(values: Sequence[str]) -> str:
    return "[" + ", ".join(_q(v) for v in values) + "]"


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _table(table: TableMap) -> str:
    lines = [
        "",
        "[[tables]]" + (f"  # not scanned: {_one_line(table.why_not_scanned)}" if table.why_not_scanned else ""),
        f"source = {_q(table.source)}",
        f"table = {_q(table.name)}  # {table.n_rows} rows",
        f"record_class = {_q(table.record_class.value)}",
        f"key = {_texts(table.key)}",
        f"freshness_column = {_q(table.freshness_column)}",
        *([_anonymise(table.anonymise)] if table.anonymise else []),
        "columns = [",
        *(_column(c) for c in table.columns),
        "]",
        *_list("relations", [_relation(r) for r in table.relations]),
        *_references(table),
        *_list("facts", [_fact(f) for f in table.facts]),
        *_list("retention", [_retention(r) for r in table.retention]),
        *_list("origins", [_origin(o) for o in table.origins]),
    ]
    return "\n".join(lines) + "\n"


def _anonymise(wanted: Anonymising) -> str:
    return f"anonymise = {{ k = {wanted.k}, reason = {_q(wanted.reason)} }}"


def _list(name: str, items: list[str]) -> list[str]:
    return [f"{name} = [", *(f"  {i}," for i in items), "]"] if items else [f"{name} = []"]


def _column(column: ColumnMap) -> str:
    parts = [
        f"name = {_q(column.name)}",
        f"class = {_q(column.cls.value)}",
        f"role = {_q(column.role.value)}",
        f"need = {_q(column.need.value)}",
    ]
    if column.reduced_by:
        parts.append(f"reduced_by = {_q(column.reduced_by)}")
    if column.anonymised_by:
        parts.append(f"anonymised_by = {_q(column.anonymised_by)}")
    if column.personal != personal_by_class(column.cls):
        parts.append(f"personal = {_flag(column.personal)}")
    if column.sensitive != (column.personal and sensitive_by_class(column.cls)):
        parts.append(f"sensitive = {_flag(column.sensitive)}")
    why = _one_line(" · ".join((f"{column.confidence / 10:.1f}%", column.verdict.value, *column.evidence)))
    return f"  {{ {', '.join(parts)} }},  # {why}"


def _relation(relation: Relation) -> str:
    to = f"{relation.to_source}.{relation.to_table}.{relation.to_column}"
    return f"{{ column = {_q(relation.column)}, to = {_q(to)}, role = {_q(relation.role.value)} }}"


def _references(table: TableMap) -> list[str]:
    """References that do not count, with what was said of them; those that do are relations."""
    rest = [r for r, counts in known_references(table) if not counts]
    return _list("references", [_reference(r) for r in rest]) if rest else []


def _reference(reference: Reference) -> str:
    to = f"{reference.to_source}.{reference.to_table}.{reference.to_column}"
    return f"{{ column = {_q(reference.column)}, to = {_q(to)}, standing = {_q(reference.standing.value)} }}"


def _fact(fact: FactBinding) -> str:
    values = ", ".join(f"{_q(k)} = {_q(v)}" for k, v in fact.values.items())
    return (
        f"{{ fact = {_q(fact.fact.value)}, column = {_q(fact.column)}, how = {_q(fact.how)}, values = {{ {values} }}, "
        f"default = {_q(fact.default)}, role = {_q(fact.role.value)} }}"
    )


def _retention(retention: RetentionBinding) -> str:
    return (
        f"{{ band = {_q(retention.band)}, start_column = {_q(retention.start_column)}, "
        f"if_column = {_q(retention.if_column)} }}"
    )


def _origin(origin: Origin) -> str:
    """What is said of it; parts that are empty are left out."""
    parts = [f"columns = {_texts(origin.columns)}"] if origin.columns else []
    told = [f"{name}{ending}" for name in ORIGIN_PARTS for ending in ("", "_column")]
    parts += [f"{name} = {_q(text)}" for name in told if (text := getattr(origin, name))]
    return f"{{ {', '.join(parts)} }}"
