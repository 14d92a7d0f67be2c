"""Facts of subjects and records as small codes (indices into `FACT_VALUES`), computed for all rows at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl

from bequest.engine.strictest import strictest_per_subject
from bequest.model.datamap import DataMap, TableMap
from bequest.model.facts import FACT_VALUES, SUBJECT_FACTS, Fact, RowRole
from bequest.steps.assess.scope import BETWEEN, TableScope, scopes

TableKey = tuple[str, str]

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

    `answers` overrides facts of subjects (subject, fact, value, and `lot` where answers differ by lot): the last answer
    per fact, as the notify step resolved them; `notice` the state of telling each subject, `notice_by_lot` where people
    were told of some lots only. `lots` are all lots of the case, in its order.
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
    lots: tuple[str, ...] = ()
    notice_by_lot: Mapping[str, np.ndarray] = field(default_factory=dict)

    def known_lots(self) -> tuple[str, ...]:
        """The lots of the case, in its order."""
        if self.lots:
            return self.lots
        met = {v for f in self.indexes.values() if "own_lot" in f.columns for v in f["own_lot"].unique() if v}
        return tuple(sorted({lot for v in met for lot in v.split(BETWEEN)}))


@dataclass(frozen=True, slots=True)
class Shares:
    """Rows that lie in more than one lot, once for each further lot: row number, lot, codes of every fact there."""

    rows: np.ndarray
    lots: pl.Series
    codes: Mapping[Fact, np.ndarray]


@dataclass(frozen=True, slots=True)
class Facts:
    """Codes of every fact for every row of every table in the case, the row's (first) lot, the end of its retention.

    `shares` has the tables with rows in several lots: each such row is decided once per lot (decision D5).
    """

    subject: Mapping[Fact, np.ndarray]
    rows: Mapping[TableKey, Mapping[Fact, np.ndarray]]
    lots: Mapping[TableKey, pl.Series]
    due: Mapping[TableKey, pl.DataFrame]
    shares: Mapping[TableKey, Shares] = field(default_factory=dict)


def code_of(fact: Fact, value: str) -> int:
    """The code of a value of a fact."""
    return FACT_VALUES[fact].index(value)


def months_before(day: date, months: int) -> date:
    """The day `months` calendar months earlier, cut to the month's length."""
    return pl.select(pl.lit(day).dt.offset_by(f"-{months}mo")).item()  # type: ignore[no-any-return]


def facts(given: FactInput) -> Facts:
    """All facts of the case."""
    said = _by_lot(given)
    rows: dict[TableKey, dict[Fact, np.ndarray]] = {}
    lots: dict[TableKey, pl.Series] = {}
    dues: dict[TableKey, pl.DataFrame] = {}
    shares: dict[TableKey, Shares] = {}
    found = scopes(_tables(given), given.indexes, given.primary, given.known_lots())
    for table in _tables(given):
        key = (table.source, table.name)
        index, scope = given.indexes[key], found[key]
        lots[key] = scope.lot
        dues[key], retention = _retention(table, index, given)
        of_record = {f: _record_fact(f, index) for f in (Fact.ORDER_STATE, Fact.SOFT_DELETED)}
        of_record |= {Fact.SCOPE: scope.codes, Fact.RETENTION: retention}
        rows[key] = _codes(said, given, key, np.arange(index.height), scope.lot) | of_record
        further = _further(scope)
        if further is not None:
            where, which = further
            codes = _codes(said, given, key, where, which) | {f: c[where] for f, c in of_record.items()}
            shares[key] = Shares(where, which, codes)
    return Facts(said[""], rows, lots, dues, shares)


def _further(scope: TableScope) -> tuple[np.ndarray, pl.Series] | None:
    """Row numbers and lots of what lies in further lots beside the first."""
    parts = list(scope.further())
    if not parts:
        return None
    names = [pl.Series([lot], dtype=pl.Utf8).new_from_index(0, len(rows)) for lot, rows in parts]
    return np.concatenate([rows for _, rows in parts]), pl.concat(names)


def _by_lot(given: FactInput) -> dict[str, dict[Fact, np.ndarray]]:
    """Facts of the subjects as they stand for each lot, and (empty lot) for all: people may answer for one only."""
    known = _subject_facts(given)
    by_lot = "lot" in given.answers.columns
    out = {}
    for lot in ("", *given.known_lots()):
        mine = {f: codes.copy() for f, codes in known.items()}
        if lot in given.notice_by_lot:
            mine[Fact.NOTICE] = given.notice_by_lot[lot]
        _apply_answers(mine, given.answers.filter(pl.col("lot") == lot) if by_lot else given.answers)
        child = mine[Fact.AGE_BAND] == code_of(Fact.AGE_BAND, "under_14")
        mine[Fact.GUARDIAN_CONSENT][~child] = code_of(Fact.GUARDIAN_CONSENT, "not_needed")
        out[lot] = mine
    return out


def _codes(
    said: Mapping[str, Mapping[Fact, np.ndarray]], given: FactInput, key: TableKey, rows: np.ndarray, lots: pl.Series
) -> dict[Fact, np.ndarray]:
    """Facts of the people of some rows of a table, each row as it stands for its lot."""
    primary = given.primary[key][rows]
    met = lots.unique().sort().to_list() or [""]
    codes = _spread(said[met[0]], primary, nobody_notice=given.nobody_notice)
    for lot in met[1:]:
        here = (lots == lot).to_numpy()
        for fact, values in _spread(said[lot], primary[here], nobody_notice=given.nobody_notice).items():
            codes[fact][here] = values
    return codes


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
        if r.if_column:  # where a duty counts from the law date, its start says nothing of who bears it
            ends = pl.when(pl.col(f"v:{r.if_column}")).then(ends)
        longer = (ends >= given.law_date) & (due.is_null() | (ends > due))
        band = pl.when(longer).then(pl.lit(code_of(Fact.RETENTION, r.band), pl.UInt8)).otherwise(band)
        due = pl.when(longer).then(ends).otherwise(due)
    frame = index.with_columns(due.alias("due_on"), band.alias("band"))  # a lone literal is spread over the rows
    return frame.select("due_on"), frame["band"].to_numpy()


def due_on(start: pl.Expr, rule: DueRule, law_date: date) -> pl.Expr:
    """The last day of a duty that began on `start`."""
    if rule.from_law_date:
        start = pl.lit(law_date)
    if rule.from_year_end:
        start = pl.date(start.dt.year(), 12, 31)
    return start.dt.offset_by(f"{rule.years}y").dt.offset_by(f"{rule.months}mo")
