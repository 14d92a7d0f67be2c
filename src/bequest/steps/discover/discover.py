"""The step: samples in, data map out. Pure, and the same sample always gives the same map.

Verdicts of people in the previous map survive; what is proposed is proposed anew each time, so better detectors reach
old cases. Columns that are gone are dropped (`changes.compare_maps` reports them), new ones are proposed.
"""

from collections.abc import Sequence
from dataclasses import replace

from bequest.model.datamap import ColumnMap, DataMap, FactBinding, FieldClass, Relation, TableMap, TableState, Verdict
from bequest.model.facts import Fact, RecordClass, RowRole
from bequest.steps.discover.called import as_called
from bequest.steps.discover.context import TableContext, Topic, table_context
from bequest.steps.discover.judge import judge_column
from bequest.steps.discover.learned import with_second_opinion
from bequest.steps.discover.naming import with_readings
from bequest.steps.discover.origins import origin_columns, origins_of
from bequest.steps.discover.profiles import as_profiled
from bequest.steps.discover.references import with_references
from bequest.steps.discover.relations import find_relations
from bequest.steps.discover.roles import record_class_of
from bequest.steps.discover.sample import TableSample, schema_digest
from bequest.steps.discover.standing import with_counts, with_references_told
from bequest.steps.discover.systems import kinds_of
from bequest.steps.discover.wholes import as_a_whole, with_identifiers_found, with_people_found

_HELD_BY_PEOPLE = frozenset({Verdict.CONFIRMED, Verdict.CORRECTED})


def discover(samples: Sequence[TableSample], previous: DataMap | None = None) -> DataMap:
    """The data map of all tables handed over, in the order source, table."""
    ordered = sorted(samples, key=lambda s: (s.source, s.table))
    kinds = kinds_of(ordered)
    tables = [_propose(sample, kinds[sample.source]) for sample in with_references([with_readings(s) for s in ordered])]
    relations = find_relations(ordered, tables)
    orders = {(t.source, t.name) for t in tables if t.record_class is RecordClass.ORDER}
    related = [_with_relations(t, relations.get((t.source, t.name), ()), orders) for t in tables]
    held = {(t.source, t.name): t for t in previous.tables} if previous else {}
    known = {(t.source, t.name): t for t in related}
    told = [
        with_references_told(t, s, known, held.get((t.source, t.name))) for t, s in zip(related, ordered, strict=True)
    ]
    kept = [_keep_verdicts(t, held.get((t.source, t.name))) for t in told]
    return DataMap(tuple(with_counts(kept, ordered)))


def by_rules(sample: TableSample) -> tuple[TableContext, tuple[ColumnMap, ...]]:
    """What the rules say of the columns of a table, and the context they went by."""
    context = table_context(sample)
    columns = tuple(judge_column(sample, c, context) for c in sample.columns)
    if (more := with_identifiers_found(with_people_found(sample, context, columns), columns)) is not context:
        context = more
        columns = tuple(judge_column(sample, c, context) for c in sample.columns)
    return context, as_called(sample, context, as_a_whole(sample, context, columns))


def _propose(sample: TableSample, kinds: Sequence[str]) -> TableMap:
    context, columns = by_rules(sample)
    columns = with_second_opinion(sample, context, columns, kinds)
    columns, profile = as_profiled(columns)
    record = profile.record_class if profile else record_class_of(sample, context)
    if record is RecordClass.REFERENCE and _somebody_in(columns, context):
        record = RecordClass.OTHER
    return TableMap(
        source=sample.source,
        name=sample.table,
        record_class=record,
        columns=columns,
        n_rows=sample.n_rows,
        state=TableState.NOT_SCANNED if sample.why_not_scanned else TableState.SCANNED,
        why_not_scanned=sample.why_not_scanned,
        key=tuple(c.name for c in sample.columns if c.is_key),
        facts=_ages(columns),
        origins=origins_of(sample, columns),
        schema_digest=schema_digest(sample.columns),
        notes=sample.notes,
    )


def _with_relations(table: TableMap, relations: tuple[Relation, ...], orders: set[tuple[str, str]]) -> TableMap:
    """The table with its relations, and what they say of its records.

    Lines of an order (`order_item` that refers to `order`) are that order's. Rosters and the like that name nobody but
    staff are staff records.
    """
    record = table.record_class
    parents = {(r.to_source, r.to_table) for r in relations} & orders
    if record is RecordClass.REFERENCE and any(table.name.startswith(f"{name}_") for _, name in parents):
        record = RecordClass.ORDER
    if record is RecordClass.OTHER and _names_staff_only(table, relations):
        record = RecordClass.STAFF
    return replace(table, relations=relations, record_class=record)


def _names_staff_only(table: TableMap, relations: tuple[Relation, ...]) -> bool:
    roles = {c.role for c in table.columns if c.personal} | {r.role for r in relations if r.role is not RowRole.RECORD}
    return roles == {RowRole.STAFF} and not any(c.cls is FieldClass.UNKNOWN for c in table.columns)


_BIRTHS = {FieldClass.BIRTHDAY: "date_band", FieldClass.NATIONAL_ID: "id_band"}


def _ages(columns: tuple[ColumnMap, ...]) -> tuple[FactBinding, ...]:
    """Customers' ages, where a birthday or an identity number tells them: children are decided otherwise (PIPL 31)."""
    return tuple(
        FactBinding(Fact.AGE_BAND, c.name, _BIRTHS[c.cls])
        for c in columns
        if c.cls in _BIRTHS and c.role is RowRole.CUSTOMER and c.personal
    )


def _somebody_in(columns: tuple[ColumnMap, ...], context: TableContext) -> bool:
    """Whether records hold people after all, beyond the clerks that keyed them in or the contact of a shop."""
    if context.topic in {Topic.THING, Topic.ORGANISATION}:
        return False
    return any(c.personal and c.role is not RowRole.STAFF and c.cls is not FieldClass.ORDER_NO for c in columns)


def _keep_verdicts(proposed: TableMap, before: TableMap | None) -> TableMap:
    if before is None:
        return proposed
    held = {c.name: c for c in before.columns if c.verdict in _HELD_BY_PEOPLE}
    columns = tuple(_keep_column(c, held.get(c.name)) for c in proposed.columns)
    kept = replace(proposed, columns=columns)
    if before.verdict not in _HELD_BY_PEOPLE:
        return kept
    names = {c.name for c in proposed.columns}
    return replace(
        kept,
        record_class=before.record_class,
        key=before.key if set(before.key) <= names else proposed.key,
        relations=tuple(r for r in before.relations if r.column in names),
        facts=tuple(f for f in before.facts if f.column in names),
        retention=tuple(r for r in before.retention if {r.start_column, r.if_column} - {""} <= names),
        freshness_column=before.freshness_column if before.freshness_column in names else "",
        origins=tuple(o for o in before.origins if origin_columns(o) <= names) or kept.origins,
        verdict=before.verdict,
    )


def _keep_column(proposed: ColumnMap, held: ColumnMap | None) -> ColumnMap:
    """What a person said of the column, with the evidence of today beside it."""
    if held is None:
        return proposed
    return replace(
        held,
        declared_type=proposed.declared_type,
        coverage=proposed.coverage,
        evidence=proposed.evidence,
        in_text=proposed.in_text,
    )
