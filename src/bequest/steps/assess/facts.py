"""Facts of subjects and records as small codes (indices into `FACT_VALUES`), computed for all rows at once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from bequest.engine.strictest import strictest_per_subject
from bequest.model.datamap import DataMap, TableMap
from bequest.model.facts import FACT_VALUES, SUBJECT_FACTS, Fact, RecordClass, RowRole

TableKey = tuple[str, str]

_REFERENCE = re.compile(r"k:\w+:ref\d*")
"""Columns of an index that hold references to people, or what others refer to them by."""

SUBJECT_DEFAULTS: dict[Fact, str] = {
    Fact.KIND: "unknown",
    Fact.AGE_BAND: "unknown",
    Fact.GUARDIAN_CONSENT: "missing",
    Fact.OBJECTION: "none",
    Fact.DISPUTE: "none",
    Fact.DECEASED: "no",
    Fact.NOTICE: "planned",
    Fact.CONSENT_TRANSFER: "silent",
    Fact.CONSENT_NEW_PURPOSE: "silent",
    Fact.ACCOUNT: "none",
    Fact.OPEN_ORDER: "no",
    Fact.FRESHNESS: "unknown",
}
KIND_OF_ROLE: dict[RowRole, str] = {
    RowRole.CUSTOMER: "customer",
    RowRole.ENTERPRISE_CONTACT: "enterprise_contact",
    RowRole.PROSPECT: "prospect",
    RowRole.GUARDIAN: "guardian",
    RowRole.SUPPLIER_CONTACT: "supplier_contact",
}


@dataclass(frozen=True, slots=True)
class DueRule:
    """How long a retention band runs: whole years or months from the start date.

    `from_year_end`: counted from 31 December of the start's year. `from_law_date`: every record starts on the law date.
    """

    years: int = 0
    months: int = 0
    from_year_end: bool = False
    from_law_date: bool = False


@dataclass(frozen=True, slots=True)
class FactInput:
    """Everything the facts come from. `primary` and `subject_of` are as `link` made them.

    `answers` overrides facts of subjects (subject UInt32, fact Utf8, value Utf8): the last answer per fact, as the
    notify step resolved them; `notice` the state of telling each subject.
    """

    datamap: DataMap
    indexes: Mapping[TableKey, pl.DataFrame]
    n_subjects: int
    primary: Mapping[TableKey, np.ndarray]
    subject_of: Mapping[TableKey, Mapping[RowRole, np.ndarray]]
    law_date: date
    stale_after_months: int
    bands: Mapping[str, DueRule]
    answers: pl.DataFrame
    notice: np.ndarray | None
    nobody_notice: str = "planned"


@dataclass(frozen=True, slots=True)
class Facts:
    """Codes of every fact for every row of every table in the case, the row's lot, and the end of its retention."""

    subject: Mapping[Fact, np.ndarray]
    rows: Mapping[TableKey, Mapping[Fact, np.ndarray]]
    lots: Mapping[TableKey, pl.Series]
    due: Mapping[TableKey, pl.DataFrame]


def code_of(fact: Fact, value: str) -> int:
    """The code of a value of a fact."""
    return FACT_VALUES[fact].index(value)


def months_before(day: date, months: int) -> date:
    """The day `months` calendar months earlier, cut to the month's length."""
    return pl.select(pl.lit(day).dt.offset_by(f"-{months}mo")).item()  # type: ignore[no-any-return]


def facts(given: FactInput) -> Facts:
    """All facts of the case."""
    subject = _subject_facts(given)
    rows: dict[TableKey, dict[Fact, np.ndarray]] = {}
    lots: dict[TableKey, pl.Series] = {}
    dues: dict[TableKey, pl.DataFrame] = {}
    scopes = _scopes(given)
    for table in _tables(given):
        key = (table.source, table.name)
        index = given.indexes[key]
        codes = _spread(subject, given.primary[key], nobody_notice=given.nobody_notice)
        lots[key], codes[Fact.SCOPE] = scopes[key]
        dues[key], codes[Fact.RETENTION] = _retention(table, index, given)
        for fact in (Fact.ORDER_STATE, Fact.SOFT_DELETED):
            codes[fact] = _record_fact(fact, index)
        rows[key] = codes
    return Facts(subject, rows, lots, dues)


def _tables(given: FactInput) -> list[TableMap]:
    return [t for t in given.datamap.tables if t.in_case and (t.source, t.name) in given.indexes]


def _subject_facts(given: FactInput) -> dict[Fact, np.ndarray]:
    collected: dict[Fact, list[pl.DataFrame]] = {f: [] for f in SUBJECT_FACTS}
    contacts: list[pl.DataFrame] = []
    for table in _tables(given):
        key = (table.source, table.name)
        index = given.indexes[key]
        for role, subjects in given.subject_of.get(key, {}).items():
            who = pl.Series("subject", subjects)
            for fact in SUBJECT_FACTS:
                if f"f:{role}:{fact}" in index.columns:
                    values = pl.DataFrame([who, index[f"f:{role}:{fact}"].alias("value")])
                    collected[fact].append(values.filter(pl.col("subject") >= 0))
            if role in KIND_OF_ROLE and f"f:{role}:{Fact.KIND}" not in index.columns:
                collected[Fact.KIND].append(_constant(who, KIND_OF_ROLE[role]))
            elif role not in KIND_OF_ROLE:
                collected[Fact.KIND].append(_constant(who, "third_party"))
        main = pl.DataFrame([pl.Series("subject", given.primary[key]), index["contact"].alias("contact")])
        contacts.append(main.filter(pl.col("subject") >= 0).drop_nulls())
    empty = pl.DataFrame(schema={"subject": pl.Int64, "value": pl.Utf8})
    merged = {
        f: strictest_per_subject(f, pl.concat([empty, *parts]), given.n_subjects, SUBJECT_DEFAULTS[f])
        for f, parts in collected.items()
    }
    merged[Fact.FRESHNESS] = _freshness(contacts, given)
    if given.notice is not None:
        merged[Fact.NOTICE] = given.notice
    _apply_answers(merged, given.answers)
    child = merged[Fact.AGE_BAND] == code_of(Fact.AGE_BAND, "under_14")
    merged[Fact.GUARDIAN_CONSENT][~child] = code_of(Fact.GUARDIAN_CONSENT, "not_needed")
    return merged


def _constant(who: pl.Series, value: str) -> pl.DataFrame:
    return pl.DataFrame([who]).filter(pl.col("subject") >= 0).unique().with_columns(pl.lit(value).alias("value"))


def _freshness(contacts: Sequence[pl.DataFrame], given: FactInput) -> np.ndarray:
    codes = np.full(given.n_subjects, code_of(Fact.FRESHNESS, "unknown"), dtype=np.uint8)
    if not contacts:
        return codes
    latest = pl.concat(contacts).group_by("subject").agg(pl.col("contact").max())
    limit = months_before(given.law_date, given.stale_after_months)
    stale = latest.select(
        "subject",
        pl.when(pl.col("contact") < limit)
        .then(code_of(Fact.FRESHNESS, "stale"))
        .otherwise(code_of(Fact.FRESHNESS, "current"))
        .cast(pl.UInt8)
        .alias("code"),
    )
    codes[stale["subject"].to_numpy()] = stale["code"].to_numpy()
    return codes


def _apply_answers(merged: dict[Fact, np.ndarray], answers: pl.DataFrame) -> None:
    """An answer overrides what the systems say, but an objection already on file is not undone by silence."""
    for (name,), part in answers.group_by("fact"):
        fact = Fact(str(name))
        codes = part.select(pl.col("value").replace_strict({v: i for i, v in enumerate(FACT_VALUES[fact])}))["value"]
        merged[fact][part["subject"].to_numpy()] = codes.cast(pl.UInt8).to_numpy()


def _spread(subject: Mapping[Fact, np.ndarray], primary: np.ndarray, *, nobody_notice: str) -> dict[Fact, np.ndarray]:
    """Subject facts on rows; a row about nobody known has the defaults and can only be reached by public notice."""
    out = {}
    nobody = primary < 0
    for fact, codes in subject.items():
        default = nobody_notice if fact is Fact.NOTICE else SUBJECT_DEFAULTS[fact]
        if fact is Fact.GUARDIAN_CONSENT:
            default = "not_needed"
        spread = codes[np.where(nobody, 0, primary)] if len(codes) else np.zeros(len(primary), dtype=np.uint8)
        out[fact] = np.where(nobody, np.uint8(code_of(fact, default)), spread).astype(np.uint8)
    return out


def _record_fact(fact: Fact, index: pl.DataFrame) -> np.ndarray:
    column = f"f:{RowRole.RECORD}:{fact}"
    default = "none" if fact is Fact.ORDER_STATE else "no"
    if column not in index.columns:
        return np.full(index.height, code_of(fact, default), dtype=np.uint8)
    ranks = {v: i for i, v in enumerate(FACT_VALUES[fact])}
    return index[column].fill_null(default).replace_strict(ranks, return_dtype=pl.UInt8).to_numpy()


def _retention(table: TableMap, index: pl.DataFrame, given: FactInput) -> tuple[pl.DataFrame, np.ndarray]:
    """The band that runs longest, and its last day; `none` where the last day of every duty is before the law date."""
    none = code_of(Fact.RETENTION, "none")
    due = pl.lit(None, pl.Date)
    band = pl.lit(none, pl.UInt8)
    for r in table.retention:
        ends = due_on(pl.col(f"start:{r.band}"), given.bands[r.band], given.law_date)
        longer = (ends >= given.law_date) & (due.is_null() | (ends > due))
        band = pl.when(longer).then(pl.lit(code_of(Fact.RETENTION, r.band), pl.UInt8)).otherwise(band)
        due = pl.when(longer).then(ends).otherwise(due)
    frame = index.select(due.alias("due_on"), band.alias("band"))
    if frame.height != index.height:  # literals only: one row
        frame = pl.concat([frame] * index.height) if index.height else frame.clear()
    return frame.select("due_on"), frame["band"].to_numpy()


def due_on(start: pl.Expr, rule: DueRule, law_date: date) -> pl.Expr:
    """The last day of a duty that began on `start`."""
    if rule.from_law_date:
        start = pl.lit(law_date)
    if rule.from_year_end:
        start = pl.date(start.dt.year(), 12, 31)
    return start.dt.offset_by(f"{rule.years}y").dt.offset_by(f"{rule.months}mo")


def _scopes(given: FactInput) -> dict[TableKey, tuple[pl.Series, np.ndarray]]:
    """Lot and scope of every row (decision D5).

    A table with a scope column of its own goes by it. A customer's profile, or a row that other tables point to, is
    also in use by them: it is `shared` where its own value or a row of the same subject lies in a lot while another
    lies outside. A table without a scope column follows the row it points to.
    """
    uses = _lots_in_use(given)
    targets = {(r.to_source, r.to_table) for t in _tables(given) for r in t.relations if r.role is not RowRole.RECORD}
    done: dict[TableKey, tuple[pl.Series, np.ndarray]] = {}
    followers = []
    for table in _tables(given):
        key = (table.source, table.name)
        own = given.indexes[key]["own_lot"]
        scoped = own.null_count() < len(own)
        if key in targets or (scoped and table.record_class is RecordClass.CUSTOMER_PROFILE):
            done[key] = _parent_scope(own, given.primary[key], uses)
        elif scoped:
            done[key] = _plain_scope(own)
        else:
            followers.append(table)
    for table in followers:
        done[(table.source, table.name)] = _followed_scope(table, given, done)
    return done


def _plain_scope(lots: pl.Series) -> tuple[pl.Series, np.ndarray]:
    filled = lots.fill_null("")
    codes = np.where(filled.to_numpy() == "", code_of(Fact.SCOPE, "outside"), code_of(Fact.SCOPE, "in_lot"))
    return filled, codes.astype(np.uint8)


def _lots_in_use(given: FactInput) -> pl.DataFrame:
    """Per subject: the first lot among its child rows (null: none) and whether any child row lies outside."""
    parts = []
    for table in _tables(given):
        key = (table.source, table.name)
        own = given.indexes[key]["own_lot"]
        if table.record_class is RecordClass.CUSTOMER_PROFILE or own.null_count() == len(own):
            continue
        parts.append(pl.DataFrame([pl.Series("subject", given.primary[key]), own.alias("lot")]))
    if not parts:
        return pl.DataFrame(schema={"subject": pl.Int64, "child_lot": pl.Utf8, "child_outside": pl.Boolean})
    return (
        pl.concat(parts)
        .filter(pl.col("subject") >= 0)
        .group_by("subject")
        .agg(
            pl.col("lot").filter(pl.col("lot") != "").min().alias("child_lot"),
            (pl.col("lot") == "").any().alias("child_outside"),
        )
    )


def _parent_scope(own: pl.Series, subjects: np.ndarray, uses: pl.DataFrame) -> tuple[pl.Series, np.ndarray]:
    frame = pl.DataFrame([own.alias("own"), pl.Series("subject", subjects)]).join(
        uses, on="subject", how="left", maintain_order="left"
    )
    own_lot = pl.when(pl.col("own") != "").then(pl.col("own"))
    lot = pl.coalesce(own_lot, pl.col("child_lot"))
    outside = (pl.col("own") == "").fill_null(False) | pl.col("child_outside").fill_null(False)
    scope = (
        pl.when(lot.is_null())
        .then(code_of(Fact.SCOPE, "outside"))
        .when(outside)
        .then(code_of(Fact.SCOPE, "shared"))
        .otherwise(code_of(Fact.SCOPE, "in_lot"))
        .cast(pl.UInt8)
    )
    out = frame.select(lot.fill_null("").alias("lot"), scope.alias("scope"))
    return out["lot"], out["scope"].to_numpy()


def _followed_scope(
    table: TableMap, given: FactInput, done: Mapping[TableKey, tuple[pl.Series, np.ndarray]]
) -> tuple[pl.Series, np.ndarray]:
    """Scope of the parent row; a parent that is shared makes its child shared too. Without a parent: outside."""
    key = (table.source, table.name)
    height = given.indexes[key].height
    outside = pl.Series([""] * height, dtype=pl.Utf8), np.full(height, code_of(Fact.SCOPE, "outside"), np.uint8)
    relation = next(
        (r for r in table.relations if r.role is not RowRole.RECORD and (r.to_source, r.to_table) in done), None
    )
    if relation is None:
        return outside
    parent_key = (relation.to_source, relation.to_table)
    parent, child = given.indexes[parent_key], given.indexes[key]
    lots, codes = done[parent_key]
    parents = pl.concat(
        pl.DataFrame([parent[c].alias("ref"), lots.alias("lot"), pl.Series("scope", codes)])
        for c in parent.columns
        if _REFERENCE.fullmatch(c)
    ).unique("ref", keep="first", maintain_order=True)
    lot, scope = outside[0].replace("", None), pl.Series(outside[1])
    for column in child.columns:
        if _REFERENCE.fullmatch(column) and column.split(":")[1] == relation.role:
            met = child.select(pl.col(column).alias("ref")).join(parents, on="ref", how="left", maintain_order="left")
            known = met["lot"].is_not_null()
            lot, scope = met["lot"].zip_with(known, lot), met["scope"].zip_with(known, scope)
    return lot.fill_null(""), scope.to_numpy().astype(np.uint8)
