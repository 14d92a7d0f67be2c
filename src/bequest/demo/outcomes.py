"""What must happen: the outcome of every value at cutover, written apart from the product.

Outcomes carry the number of the line below that decided; the first that applies does:

1 outside the deal · 3 secrets · 4 open dispute · 5 deceased · 6 child without a guardian's consent · 7 over-collected ·
8 consents, objections, disputes themselves · 9 objection · 10 closed or soft-deleted · 11 stale · 12 web log ·
13 has not consented, where that is asked for · 14 not needed, or needed for a new purpose · 15 passes on notice ·
16 the company ends. 0: a share deal, in which nothing moves.

Where a list is sold and the company goes on (E10), line 13 comes second and leaves everything as it is.
"""

from collections.abc import Mapping

import polars as pl

from bequest.demo.casefile import EFFECTIVE_ON
from bequest.demo.records import Records, is_filled
from bequest.demo.schema import Column
from bequest.demo.truth import Tables
from bequest.demo.variants import LOT
from bequest.model.case import ENTRUSTS, MOVES_NOTHING, RELEASES_NOTHING, Event
from bequest.model.datamap import FieldClass, Need
from bequest.model.disposition import Release, Residue
from bequest.model.facts import RecordClass, RowRole

_SECRETS = frozenset({FieldClass.PASSWORD_SECRET, FieldClass.BIOMETRIC})
PAIRS: tuple[tuple[Release, Residue], ...] = tuple((r, s) for r in Release for s in Residue)
"""Release × residue in a fixed order: outcomes are places in it until they are written."""


def _pair(release: Release, residue: Residue) -> pl.Expr:
    return pl.lit(PAIRS.index((release, residue)), pl.UInt8)


def outcomes(
    event: Event, tables: Tables, scope: Mapping[str, pl.DataFrame], facts: pl.DataFrame, *, lot: str = LOT,
    asked: bool = False,
) -> pl.DataFrame:  # fmt: skip
    """The outcome of every non-empty value of every column of every table in the case, as it is for one lot.

    `asked`: only with the person's consent does anything pass; `facts` then say `consented`.
    """
    facts = facts if "consented" in facts.columns else facts.with_columns(pl.lit(not asked).alias("consented"))
    return pl.concat(_of_table(event, r, scope[r.table.name], facts, lot, asked) for r in tables.in_case())


def _of_table(
    event: Event, records: Records, scope: pl.DataFrame, facts: pl.DataFrame, lot: str, asked: bool
) -> pl.DataFrame:
    moves = event not in MOVES_NOTHING
    rows = records.frame.select(
        records.row_key,
        pl.col("@customer").alias("person"),
        _soft_deleted(records).alias("soft_deleted"),
        _held(records).alias("held"),
        *(is_filled(c, records.frame.schema[c]).alias(f"has:{c}") for c in records.table.names),
    ).hstack(scope)
    rows = rows.join(facts, on="person", how="left", maintain_order="left").with_columns(
        pl.col("child", "objected", "dispute", "deceased", "closed", "open_order", "stale", "new_purpose").fill_null(
            False
        ),
        pl.col("guardian_consent").fill_null("missing"),
        pl.col("consented").fill_null(not asked),
        pl.when(pl.col("in_lot") & moves).then(pl.lit(lot)).otherwise(pl.lit("")).alias("lot"),
    )
    parts = []
    for column in records.table.columns:
        line = _line(event, records.table.record_class, column) if moves else pl.lit(0, pl.UInt8)
        parts.append(
            rows.lazy()
            .filter(pl.col(f"has:{column.name}"))
            .with_columns(line.alias("line"))
            .with_columns(_outcome(event, records.table.record_class, column).alias("pair"))
            .select("row_key", pl.lit(column.name).alias("column"), "person", "lot", "pair", "line")
        )
    releases = {i: r.value for i, (r, _) in enumerate(PAIRS)}
    residues = {i: s.value for i, (_, s) in enumerate(PAIRS)}
    return pl.concat(pl.collect_all(parts)).select(
        pl.lit(records.table.source).alias("source"),
        pl.lit(records.table.name).alias("table"),
        "row_key",
        "column",
        "person",
        "lot",
        pl.col("pair").replace_strict(releases, return_dtype=pl.Utf8).alias("release"),
        pl.col("pair").replace_strict(residues, return_dtype=pl.Utf8).alias("residue"),
        "line",
    )


def _soft_deleted(records: Records) -> pl.Expr:
    return pl.col("is_deleted") == 1 if records.table.record_class is RecordClass.CUSTOMER_PROFILE else pl.lit(False)


def _held(records: Records) -> pl.Expr:
    """Whether a duty to keep the record still runs on the law date."""
    match records.table.record_class:
        case RecordClass.ORDER:  # ten years after the end of the invoice's year
            ends = pl.date(pl.col("#paid").dt.year() + 10, 12, 31)
            return (pl.col("发票抬头").is_not_null() & (ends > EFFECTIVE_ON)).fill_null(False)
        case RecordClass.WEB_LOG:  # six months
            return pl.col("#day").dt.offset_by("6mo") > EFFECTIVE_ON
        case RecordClass.CONSENT | RecordClass.OBJECTION:  # three years from the law date
            return pl.lit(True)
    return pl.lit(False)


def _line(event: Event, record_class: RecordClass, column: Column) -> pl.Expr:
    """The line of the outcome table that decides a value of the column."""
    if event in RELEASES_NOTHING:
        return _first(_lines_at_the_end(record_class, column), 16)
    if event in ENTRUSTS:
        left_out = (
            column.need in {Need.NOT_NEEDED, Need.NEW_PURPOSE, Need.OVER_COLLECTED} or column.role is RowRole.STAFF
        )
        return _first([(~pl.col("in_lot"), 1), (column.cls in _SECRETS, 3), (left_out, 14)], 15)
    child = pl.col("child") & (pl.col("guardian_consent") != "given")
    objected = pl.col("objected")
    if event is Event.E3 and column.need in {Need.NEEDED, Need.REDUCED}:  # a contract or a duty passes by law
        objected = objected & ~pl.col("open_order") & ~pl.col("held")
    agreed = event is Event.E10 and (~pl.col("consented") | pl.col("objected") | child)
    steps: list[tuple[bool | pl.Expr, int]] = [
        (~pl.col("in_lot"), 1),
        (agreed, 13),
        (column.cls in _SECRETS, 3),
        (pl.col("dispute"), 4),
        (pl.col("deceased"), 5),
        (child, 6),
        (column.need is Need.OVER_COLLECTED, 7),
        (record_class in {RecordClass.OBJECTION, RecordClass.CONSENT, RecordClass.DISPUTE}, 8),
        (objected, 9),
        (pl.col("closed") | pl.col("soft_deleted"), 10),
        (pl.col("stale"), 11),
        (record_class is RecordClass.WEB_LOG, 12),
        (~pl.col("consented"), 13),
        (column.need in {Need.NOT_NEEDED, Need.NEW_PURPOSE}, 14),
    ]
    return _first(steps, 15)


def _lines_at_the_end(record_class: RecordClass, column: Column) -> list[tuple[bool | pl.Expr, int]]:
    """Lines where the company ends and nobody takes over: children first, nothing passes."""
    return [
        (column.cls in _SECRETS, 3),
        (pl.col("dispute"), 4),
        (pl.col("deceased"), 5),
        (pl.col("child"), 16),
        (column.need is Need.OVER_COLLECTED, 7),
        (record_class in {RecordClass.OBJECTION, RecordClass.CONSENT, RecordClass.DISPUTE}, 8),
    ]


def _first(steps: list[tuple[bool | pl.Expr, int]], last: int) -> pl.Expr:
    """The number of the first step that applies."""
    line = pl.lit(last, pl.UInt8)
    for condition, number in reversed(steps):
        if condition is False:
            continue
        hit = pl.lit(True) if condition is True else condition
        line = pl.when(hit).then(pl.lit(number, pl.UInt8)).otherwise(line)
    return line


def _outcome_at_the_end(record_class: RecordClass) -> pl.Expr:
    """Nothing passes: kept by the keeper, or deleted. Disputes and the dead are settled to the keeper beforehand."""
    kept, erased = _pair(Release.NONE, Residue.CUSTODY), _pair(Release.NONE, Residue.DELETE)
    settled = pl.col("line").is_in([4, 5]) | ((pl.col("line") == 8) & (record_class is RecordClass.DISPUTE))
    by_duty = pl.col("line").is_in([8, 16]) & pl.col("held")
    return pl.when(settled | by_duty).then(kept).otherwise(erased)


def _outcome(event: Event, record_class: RecordClass, column: Column) -> pl.Expr:
    """Release × residue by the line that decided."""
    if event in RELEASES_NOTHING:
        return _outcome_at_the_end(record_class)
    none, as_is, masked = Release.NONE, Release.AS_IS, Release.MASKED
    held, line = pl.col("held"), pl.col("line")
    stopped, erased = _pair(none, Residue.BLOCKED), _pair(none, Residue.DELETE)

    def released(release: Release) -> pl.Expr:
        return pl.when(held).then(_pair(release, Residue.CUSTODY)).otherwise(_pair(release, Residue.DELETE))

    passes = as_is
    if column.cls in {FieldClass.FREE_TEXT, FieldClass.USER_ID} or column.need is Need.REDUCED:
        passes = masked
    if event in ENTRUSTS:  # the transferor goes on with its copy
        return pl.when(line == 15).then(_pair(passes, Residue.IN_USE)).otherwise(_pair(none, Residue.IN_USE))

    shared = pl.col("shared") & (event is not Event.E8)  # a bankrupt company uses nothing any more

    def passed_on(release: Release) -> pl.Expr:  # a row shared with what lies outside is released but stays
        return pl.when(shared).then(_pair(release, Residue.IN_USE)).otherwise(released(release))

    falls = pl.when(shared).then(_pair(none, Residue.IN_USE)).otherwise(erased)  # staff go, or stay, with the row
    new_purpose = pl.when("new_purpose").then(released(as_is)).otherwise(released(none))
    about_itself = {
        RecordClass.OBJECTION: _pair(none, Residue.CUSTODY),
        RecordClass.CONSENT: pl.when("consented")
        .then(_pair(as_is, Residue.CUSTODY))
        .otherwise(_pair(none, Residue.CUSTODY)),
    }.get(record_class, stopped)
    waits = pl.col("open_order") & (event is not Event.E3)
    objected = pl.when(held).then(_pair(none, Residue.CUSTODY)).when(waits).then(stopped).otherwise(erased)
    outside = _pair(none, Residue.IN_USE)
    if event is Event.E8:  # nobody takes it over; what is in dispute is for the administrator to settle
        disputed = pl.col("dispute") | (record_class is RecordClass.DISPUTE)
        outside = pl.when(disputed).then(stopped).otherwise(released(none))
    stays = line == 13 if event is Event.E10 else pl.lit(False)
    return (
        pl.when(line == 0)
        .then(_pair(none, Residue.IN_USE))
        .when(line == 1)
        .then(outside)
        .when(stays)
        .then(_pair(none, Residue.IN_USE))
        .when(line.is_in([3, 7]))
        .then(erased)
        .when(line.is_in([4, 5]) | ((line == 6) & (pl.col("guardian_consent") == "missing")))
        .then(stopped)
        .when(line == 8)
        .then(about_itself)
        .when(line == 9)
        .then(objected)
        .when(line.is_in([6, 10, 11, 12, 13]))
        .then(released(none))
        .when(line == 14)
        .then(new_purpose if column.need is Need.NEW_PURPOSE else released(none))
        .otherwise(falls if column.role is RowRole.STAFF else passed_on(passes))
    )
