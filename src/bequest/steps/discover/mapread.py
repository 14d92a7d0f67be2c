"""Reads the TOML of a data map and applies it to a map, checking every name."""

import difflib
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

from bequest.kernel.errors import DataMapError
from bequest.model.anonymising import Way, table_refusal, usual_way
from bequest.model.anonymising import refusal as anonymising_refusal
from bequest.model.datamap import (
    ORIGIN_PARTS,
    Anonymising,
    ColumnMap,
    DataMap,
    FactBinding,
    FieldClass,
    Need,
    Origin,
    Relation,
    RetentionBinding,
    Standing,
    TableMap,
    Verdict,
)
from bequest.model.facts import FACT_VALUES, Fact, RecordClass, RowRole
from bequest.model.reduction import CHOICES, refusal
from bequest.steps.discover.changes import Change
from bequest.steps.discover.personal import personal_by_class, sensitive_by_class
from bequest.steps.discover.standing import as_listed, known_references, with_standing

_TABLE_KEYS = frozenset(
    {"source", "table", "record_class", "key", "freshness_column", "columns", "relations", "facts", "retention"}
    | {"origins", "anonymise", "references"}
)
_COLUMN_KEYS = frozenset({"name", "class", "role", "need", "reduced_by", "anonymised_by", "personal", "sensitive"})
_RELATION_KEYS = frozenset({"column", "to", "role"})
_REFERENCE_KEYS = _RELATION_KEYS | {"standing"}
_PARTS_ON_THEIR_OWN = frozenset({"source", "table", "columns", "references"})
"""A word on some columns or references is none on the table."""
_FACT_KEYS = frozenset({"fact", "column", "how", "values", "default", "role"})
_ORIGIN_KEYS = frozenset({"columns", *ORIGIN_PARTS, *(f"{p}_column" for p in ORIGIN_PARTS)})
_RETENTION_KEYS = frozenset({"band", "start_column", "if_column"})
HOW = ("map", "present", "date_band", "id_band")
"""How a fact is read from a column."""
REDUCTION_HINT = f"Ways to reduce: {', '.join(CHOICES)}; see docs/operators.md. Leave it out for the law's default."
ANONYMISING_HINT = f"Ways to anonymise: {', '.join(w.value for w in Way)}; see docs/anonymise-in-place.md."
BANDS = tuple(b for b in FACT_VALUES[Fact.RETENTION] if b != "none")
"""Duties to keep that a record may bear."""

Item = Mapping[str, object]
Word = TypeVar("Word", bound=StrEnum)
Bound = TypeVar("Bound", Relation, FactBinding, RetentionBinding, Origin)


def apply_map(text: str, data_map: DataMap) -> tuple[DataMap, list[Change]]:
    """The map with the corrections of the text, and what changed.

    Raises:
        DataMapError: for text that is no TOML, and for any key, table, column or word that is not known.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DataMapError(f"the data map file is not TOML: {error}", hint="Mend the line it names.") from None
    return apply_document(document, data_map)


def apply_document(document: Item, data_map: DataMap) -> tuple[DataMap, list[Change]]:
    """The same with what a data map file would say, already read.

    Raises:
        DataMapError: for any key, table, column or word that is not known.
    """
    _known_keys(document, frozenset({"tables"}), "the data map file")
    tables = {(t.source, t.name): t for t in data_map.tables}
    seen: set[tuple[str, str]] = set()
    changes: list[Change] = []
    for item in _items(document, "tables", "the data map file"):
        source, name = _text(item, "source", "[[tables]]"), _text(item, "table", "[[tables]]")
        table = _find_table(source, name, tables)
        if (source, name) in seen:
            raise DataMapError(f"{source}.{name} stands twice in the file", hint="Keep one [[tables]] for each table.")
        seen.add((source, name))
        tables[source, name] = _apply_table(item, table, data_map)
        changes += _differences(table, tables[source, name])
    return DataMap(tuple(tables[t.source, t.name] for t in data_map.tables)), changes


def _near(word: str, known: Iterable[str]) -> str:
    choices = sorted(set(known))
    near = difflib.get_close_matches(word, choices, n=3, cutoff=0.5)
    return f"Did you mean: {', '.join(near)}?" if near else f"Known: {', '.join(choices)}."


def _known_keys(item: Item, known: frozenset[str], where: str) -> None:
    for key in item:
        if key not in known:
            raise DataMapError(f"{where} has an unknown key {key!r}", hint=_near(key, known))


def _items(item: Item, key: str, where: str) -> list[Item]:
    value = item.get(key, [])
    if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
        raise DataMapError(f"{key!r} of {where} must be a list of tables", hint=f"Write [[{key}]] or a list of {{ }}.")
    return value


def _text(item: Item, key: str, where: str, default: str | None = None) -> str:
    value = item.get(key, default)
    if not isinstance(value, str):
        raise DataMapError(f"{where} needs {key!r} as text", hint=f'Write {key} = "…".')
    return value


def _flag(item: Item, key: str, where: str, default: bool) -> bool:
    value = item.get(key, default)
    if not isinstance(value, bool):
        raise DataMapError(f"{key!r} of {where} must be true or false", hint="Write true or false, without quotes.")
    return value


def _word(kind: type[Word], item: Item, key: str, where: str, default: Word) -> Word:
    word = _text(item, key, where, default.value)
    known = [w.value for w in kind]
    if word not in known:
        raise DataMapError(f"{where} has an unknown {key} {word!r}", hint=_near(word, known))
    return kind(word)


def _one_of(word: str, known: Iterable[str], what: str, where: str) -> str:
    choices = list(known)
    if word not in choices:
        raise DataMapError(f"{where} has an unknown {what} {word!r}", hint=_near(word, choices))
    return word


def _find_table(source: str, name: str, tables: Mapping[tuple[str, str], TableMap]) -> TableMap:
    if (source, name) not in tables:
        known = [f"{s}.{n}" for s, n in tables]
        raise DataMapError(f"the data map has no table {source}.{name}", hint=_near(f"{source}.{name}", known))
    return tables[source, name]


def _column_name(item: Item, key: str, table: TableMap, where: str, default: str | None = None) -> str:
    name = _text(item, key, where, default)
    return name if name == "" and default == "" else _one_of(name, (c.name for c in table.columns), "column", where)


def _apply_table(item: Item, table: TableMap, data_map: DataMap) -> TableMap:
    where = f"{table.source}.{table.name}"
    _known_keys(item, _TABLE_KEYS, where)
    key = item.get("key", list(table.key))
    if not isinstance(key, list):
        raise DataMapError(f"'key' of {where} must be a list", hint='Write key = ["id"], or [] for the row number.')
    names = [c.name for c in table.columns]
    wanted = _apply_columns(_items(item, "columns", where), table, where)
    changed = replace(
        table,
        columns=wanted,
        record_class=_word(RecordClass, item, "record_class", where, table.record_class),
        key=tuple(_one_of(str(k), names, "column in key", where) for k in key),
        freshness_column=_column_name(item, "freshness_column", table, where, "")
        if "freshness_column" in item
        else table.freshness_column,
        relations=_bound(item, "relations", where, table.relations, lambda i: _relation(i, table, data_map, where)),
        facts=_bound(item, "facts", where, table.facts, lambda i: _fact(i, table, where)),
        retention=_bound(item, "retention", where, table.retention, lambda i: _retention(i, table, where)),
        origins=_bound(item, "origins", where, table.origins, lambda i: _origin(i, table, where)),
        anonymise=_anonymise(item["anonymise"], where) if "anonymise" in item else table.anonymise,
    )
    changed = _with_ways(changed, where)
    same = replace(changed, columns=table.columns) == table
    if "relations" in item:
        changed = as_listed(changed, table)
    for spoken in _items(item, "references", where):
        changed = _speak(spoken, changed, data_map, where)
    if set(item) <= _PARTS_ON_THEIR_OWN:
        return changed
    return replace(changed, verdict=_verdict(same, table.verdict))


def _speak(item: Item, table: TableMap, data_map: DataMap, where: str) -> TableMap:
    """The table after a word on one reference; one that nobody knew is a person's own."""
    _known_keys(item, _REFERENCE_KEYS, f"a reference of {where}")
    wanted = _relation({k: v for k, v in item.items() if k != "standing"}, table, data_map, where)
    standing = Standing(
        _one_of(_text(item, "standing", f"a reference of {where}"), (s.value for s in Standing), "standing", where)
    )
    if standing is not Standing.CONFIRMED and wanted.ends not in {r.ends for r, _ in known_references(table)}:
        raise DataMapError(
            f"{where} has no reference from {wanted.column} to {wanted.to_source}.{wanted.to_table}.{wanted.to_column}",
            hint="Only a reference that is known can be rejected or opened again.",
        )
    return with_standing(table, wanted.ends, standing, wanted.role if "role" in item else None)


def _anonymise(value: object, where: str) -> Anonymising | None:
    """`{ k = 5, reason = "…" }`, or false for no."""
    if value is False:
        return None
    where = f"anonymise of {where}"
    if not isinstance(value, dict):
        raise DataMapError(f"{where} must be a table or false", hint='Write anonymise = { k = 5, reason = "…" }.')
    _known_keys(value, frozenset({"k", "reason"}), where)
    k = value.get("k")
    if isinstance(k, bool) or not isinstance(k, int):
        raise DataMapError(f"{where} needs a whole number k", hint="Write k = 5, or more.")
    wanted = Anonymising(k, _text(value, "reason", where, ""))
    if why := table_refusal(wanted):
        raise DataMapError(f"{where}: {why}", hint=ANONYMISING_HINT)
    return wanted


def _with_ways(table: TableMap, where: str) -> TableMap:
    """Every column with its way, those that nobody chose with the usual one; none where rows are not anonymised."""
    wanted = table.anonymise is not None
    columns = tuple(
        replace(c, anonymised_by=c.anonymised_by or usual_way(c, table.key) if wanted else "") for c in table.columns
    )
    made = replace(table, columns=columns)
    for c in columns if wanted else ():
        if why := anonymising_refusal(c, made):
            raise DataMapError(
                f"{where}.{c.name} cannot be anonymised by {c.anonymised_by!r}: {why}", hint=ANONYMISING_HINT
            )
    return made


def _bound(
    item: Item, key: str, where: str, present: tuple[Bound, ...], read: Callable[[Item], Bound]
) -> tuple[Bound, ...]:
    """The list under a key, where the file has it; else what the map has."""
    return tuple(read(i) for i in _items(item, key, where)) if key in item else present


def _verdict(same: bool, before: Verdict) -> Verdict:
    if not same:
        return Verdict.CORRECTED
    return Verdict.CONFIRMED if before is Verdict.PROPOSED else before


def _apply_columns(items: list[Item], table: TableMap, where: str) -> tuple[ColumnMap, ...]:
    corrected: dict[str, ColumnMap] = {}
    for item in items:
        name = _column_name(item, "name", table, where)
        if name in corrected:
            raise DataMapError(f"{where}.{name} stands twice in the file", hint="Keep one line for each column.")
        corrected[name] = _apply_column(item, table.column(name), f"{where}.{name}")
    return tuple(corrected.get(c.name, c) for c in table.columns)


def _apply_column(item: Item, column: ColumnMap, where: str) -> ColumnMap:
    """One column; `personal` and `sensitive` follow a changed class where the file does not say them.

    Where the class stays and the file is silent, an exported line means the usual answer, a line with only a name and
    some other key means no change: both are the same, since what is unusual is always exported.
    """
    _known_keys(item, _COLUMN_KEYS, where)
    cls = _word(FieldClass, item, "class", where, column.cls)
    named = "class" in item
    personal = _flag(item, "personal", where, personal_by_class(cls) if named else column.personal)
    usual = personal and sensitive_by_class(cls)
    changed = replace(
        column,
        cls=cls,
        role=_word(RowRole, item, "role", where, column.role),
        need=_word(Need, item, "need", where, column.need),
        reduced_by=_text(item, "reduced_by", where, column.reduced_by if "need" not in item else ""),
        anonymised_by=_text(item, "anonymised_by", where, column.anonymised_by),
        personal=personal,
        sensitive=_flag(item, "sensitive", where, usual if named else column.sensitive and personal),
    )
    if why := refusal(changed):
        raise DataMapError(f"{where} cannot be reduced by {changed.reduced_by!r}: {why}", hint=REDUCTION_HINT)
    return replace(changed, verdict=_verdict(changed == column, column.verdict))


def _relation(item: Item, table: TableMap, data_map: DataMap, where: str) -> Relation:
    where = f"a relation of {where}"
    _known_keys(item, _RELATION_KEYS, where)
    to = _text(item, "to", where)
    parts = to.split(".", 2)
    if len(parts) != 3:
        raise DataMapError(f"{where} points to {to!r}", hint='Write to = "source.table.column".')
    target = _find_table(parts[0], parts[1], {(t.source, t.name): t for t in data_map.tables})
    column = _one_of(parts[2], (c.name for c in target.columns), f"column of {target.source}.{target.name}", where)
    role = _word(RowRole, item, "role", where, RowRole.CUSTOMER)
    return Relation(_column_name(item, "column", table, where), target.source, target.name, column, role)


def _fact(item: Item, table: TableMap, where: str) -> FactBinding:
    where = f"a fact of {where}"
    _known_keys(item, _FACT_KEYS, where)
    fact = Fact(_one_of(_text(item, "fact", where), (f.value for f in Fact), "fact", where))
    how = _one_of(_text(item, "how", where), HOW, "how", where)
    values = item.get("values", {})
    if not isinstance(values, dict) or not all(isinstance(v, str) for v in values.values()):
        raise DataMapError(f"'values' of {where} must map text to text", hint='Write values = { "1" = "yes" }.')
    for word in values.values():
        _one_of(word, FACT_VALUES[fact], f"value of {fact.value}", where)
    default = _text(item, "default", where, "")
    if default:
        _one_of(default, FACT_VALUES[fact], f"value of {fact.value}", where)
    elif how in {"map", "present"}:
        raise DataMapError(f"{where} needs a default", hint=f"One of: {', '.join(FACT_VALUES[fact])}.")
    if how == "present" and set(values) != {"present"}:
        raise DataMapError(f"{where} of kind present needs one value", hint='Write values = { present = "…" }.')
    if how in {"date_band", "id_band"} and fact is not Fact.AGE_BAND:
        raise DataMapError(f"{where} reads {fact.value} as an age", hint="date_band and id_band are for age_band only.")
    role = _word(RowRole, item, "role", where, RowRole.CUSTOMER)
    return FactBinding(fact, _column_name(item, "column", table, where), how, dict(values), default, role)


def _retention(item: Item, table: TableMap, where: str) -> RetentionBinding:
    where = f"a retention of {where}"
    _known_keys(item, _RETENTION_KEYS, where)
    band = _one_of(_text(item, "band", where), BANDS, "band", where)
    start = _column_name(item, "start_column", table, where)
    return RetentionBinding(band, start, _column_name(item, "if_column", table, where, ""))


def _origin(item: Item, table: TableMap, where: str) -> Origin:
    where = f"an origin of {where}"
    _known_keys(item, _ORIGIN_KEYS, where)
    columns = item.get("columns", [])
    if not isinstance(columns, list):
        raise DataMapError(f"'columns' of {where} must be a list", hint='Write columns = ["mobile"], or leave it out.')
    names = [c.name for c in table.columns]
    of = tuple(_one_of(str(c), names, "column", where) for c in columns)
    texts = {part: _text(item, part, where, "") for part in ORIGIN_PARTS}
    told = {f"{part}_column": _column_name(item, f"{part}_column", table, where, "") for part in ORIGIN_PARTS}
    return Origin(of, **texts, **told)


def _differences(before: TableMap, after: TableMap) -> list[Change]:
    def change(column: str, what: str, was: object, now: object) -> Change:
        return Change(after.source, after.name, column, what, str(was), str(now))

    changes = []
    if before.record_class is not after.record_class:
        changes.append(change("", "record_class", before.record_class.value, after.record_class.value))
    if before.key != after.key:
        changes.append(change("", "key", ", ".join(before.key), ", ".join(after.key)))
    if before.freshness_column != after.freshness_column:
        changes.append(change("", "freshness_column", before.freshness_column, after.freshness_column))
    if before.anonymise != after.anonymise:
        was_k, now_k = (t.anonymise.k if t.anonymise else "" for t in (before, after))
        changes.append(change("", "anonymise", was_k, now_k))
    for what, was, now in (
        ("relations", before.relations, after.relations),
        ("facts", before.facts, after.facts),
        ("retention", before.retention, after.retention),
        ("origins", before.origins, after.origins),
    ):
        if was != now:
            changes.append(change("", what, len(was), len(now)))
    for old, new in zip(before.columns, after.columns, strict=True):
        for what, told, tells in (
            ("class", old.cls.value, new.cls.value),
            ("role", old.role.value, new.role.value),
            ("need", old.need.value, new.need.value),
            ("reduced_by", old.reduced_by, new.reduced_by),
            ("anonymised_by", old.anonymised_by, new.anonymised_by),
            ("personal", str(old.personal).lower(), str(new.personal).lower()),
            ("sensitive", str(old.sensitive).lower(), str(new.sensitive).lower()),
        ):
            if told != tells:
                changes.append(change(new.name, what, told, tells))
    return changes
