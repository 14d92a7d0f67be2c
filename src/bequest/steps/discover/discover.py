"""The step: samples in, data map out. Pure, and the same sample always gives the same map.

Verdicts of people in the previous map survive; what is proposed is proposed anew each time, so better detectors reach
old cases. Columns that are gone are dropped (`changes.compare_maps` reports them), new ones are proposed.
"""

from collections.abc import Sequence
from dataclasses import replace

from bequest.model.datamap import ColumnMap, DataMap, FieldClass, TableMap, TableState, Verdict
from bequest.model.facts import RecordClass, RowRole
from bequest.steps.discover.context import TableContext, Topic, table_context
from bequest.steps.discover.detector import TypeFamily, type_family
from bequest.steps.discover.judge import judge_column
from bequest.steps.discover.matching import comment_hits, name_hits, words_of
from bequest.steps.discover.relations import find_relations
from bequest.steps.discover.roles import record_class_of, role_of
from bequest.steps.discover.sample import TableSample, schema_digest

_CLINICAL = 2
"""Columns about health that make a table a clinical record."""
_HELD_BY_PEOPLE = frozenset({Verdict.CONFIRMED, Verdict.CORRECTED})


def discover(samples: Sequence[TableSample], previous: DataMap | None = None) -> DataMap:
    """The data map of all tables handed over, in the order source, table."""
    ordered = sorted(samples, key=lambda s: (s.source, s.table))
    tables = [_propose(sample) for sample in ordered]
    relations = find_relations(ordered, tables)
    related = [replace(t, relations=relations.get((t.source, t.name), ())) for t in tables]
    if previous is None:
        return DataMap(tuple(related))
    held = {(t.source, t.name): t for t in previous.tables}
    return DataMap(tuple(_keep_verdicts(t, held.get((t.source, t.name))) for t in related))


def _propose(sample: TableSample) -> TableMap:
    context = table_context(sample)
    columns = tuple(judge_column(sample, c, context) for c in sample.columns)
    columns = _own_key(sample, context, _clinical_text(sample, context, _traces(context, columns)))
    record = record_class_of(sample, context)
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
        schema_digest=schema_digest(sample.columns),
        notes=sample.notes,
    )


def _somebody_in(columns: tuple[ColumnMap, ...], context: TableContext) -> bool:
    """Whether records hold people after all, beyond the clerks that keyed them in or the contact of a shop."""
    if context.topic in {Topic.THING, Topic.ORGANISATION}:
        return False
    return any(c.personal and c.role is not RowRole.STAFF and c.cls is not FieldClass.ORDER_NO for c in columns)


def _own_key(sample: TableSample, context: TableContext, columns: tuple[ColumnMap, ...]) -> tuple[ColumnMap, ...]:
    """The key of a table of people is a reference to the person, under whatever name."""
    keys = [c.name for c in sample.columns if c.is_key] or [c.name for c in sample.columns if c.name.lower() == "id"]
    if context.topic is not Topic.PERSON or len(keys) != 1:
        return columns
    return tuple(
        replace(
            c,
            cls=FieldClass.USER_ID,
            personal=True,
            role=role_of(FieldClass.USER_ID, True, info, context, sample),
            confidence=max(c.confidence, 900) if c.cls is FieldClass.USER_ID else 900,
            evidence=(*(e for e in c.evidence if c.cls is FieldClass.USER_ID), "context:key of a person table"),
        )
        if c.name == keys[0] and c.cls in {FieldClass.NOT_PI, FieldClass.UNKNOWN, FieldClass.USER_ID}
        else c
        for c, info in zip(columns, sample.columns, strict=True)
    )


def _traces(context: TableContext, columns: tuple[ColumnMap, ...]) -> tuple[ColumnMap, ...]:
    """In a log of what people do (logins, visits), the time of a line is behaviour."""
    referred = any(c.cls in {FieldClass.USER_ID, FieldClass.USERNAME} and c.personal for c in columns)
    if not (context.log and context.topic is Topic.EVENT and referred):
        return columns
    if not any(c.cls in {FieldClass.IP, FieldClass.DEVICE_ID, FieldClass.BEHAVIOUR} for c in columns):
        return columns
    return tuple(
        replace(
            c,
            cls=FieldClass.BEHAVIOUR,
            personal=True,
            role=RowRole.CUSTOMER,
            confidence=800,
            evidence=("context:time of a line in a log of people",),
        )
        if c.cls is FieldClass.NOT_PI and _is_moment(c)
        else c
        for c in columns
    )


def _clinical_text(sample: TableSample, context: TableContext, columns: tuple[ColumnMap, ...]) -> tuple[ColumnMap, ...]:
    """In a clinical record every text whose words say nothing else is about the patient's health."""
    n_health = sum(c.cls is FieldClass.HEALTH for c in columns)
    if not context.medical or context.topic in {Topic.THING, Topic.ORGANISATION} or n_health < _CLINICAL:
        return columns
    return tuple(
        replace(
            c,
            cls=FieldClass.HEALTH,
            personal=True,
            sensitive=True,
            role=role_of(FieldClass.HEALTH, True, info, context, sample),
            confidence=650,
            evidence=("context:text in a clinical record",),
        )
        if c.cls in {FieldClass.NOT_PI, FieldClass.UNKNOWN}
        and type_family(c.declared_type) in {TypeFamily.TEXT, TypeFamily.JSON}
        and not name_hits(info.name)
        and not comment_hits(info.comment)
        else c
        for c, info in zip(columns, sample.columns, strict=True)
    )


def _is_moment(column: ColumnMap) -> bool:
    words = words_of(column.name)
    if words and words[0] in {"update", "updated", "modify", "modified", "delete", "deleted"}:
        return False
    if {"cost", "duration", "use", "spend", "elapsed"} & set(words) or "耗时" in column.name:
        return False
    family = type_family(column.declared_type)
    if family is TypeFamily.INTEGER:
        return bool({"ts", "timestamp"} & set(words))
    timely = {"time", "at", "date", "ts", "timestamp", "datetime"} & set(words)
    return family is TypeFamily.DATE or bool(timely) or column.name.endswith("时间")


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
