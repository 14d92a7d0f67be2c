"""One pass over a table: surrogate row, tokens of identifiers, facts and dates. No value in clear leaves this pass.

The frame of a table holds `row_no`, `row_tag`, `row_digest`; for each column `v:<column>` (non-empty); for each role
that can be recognised `k:<role>:ref` tokens of references to another table's key (`ref2` and so on where a row bears
several keys of its person, or one and a reference), `x:<role>:<kind>` tokens of what people are known by (`features`),
`n:<role>` (the name of a person, not of a company, stands there), and `m:<role>`, the mention's own token; facts as
`f:<fact>`; `start:<band>` dates of retention duties; `contact` (date of contact with the person); `own_lot` (the lot by
the table's own scope columns, several joined by `BETWEEN`, empty for outside, null where the table has none); and, for
scope to spread along records, `s:at:<column>` (what others point to) and `s:of:<column>` (what it points to);
`g:region` and `g:value`, the kinds of people of `groups`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import polars as pl

from bequest.engine.dates import age_band, parse_date
from bequest.engine.kernels import normalise
from bequest.engine.kernels.cmac import tokens
from bequest.engine.rows import identify
from bequest.engine.strictest import strictest_horizontal
from bequest.engine.text import non_empty
from bequest.model.case import Lot
from bequest.model.datamap import DataMap, FactBinding, FieldClass, TableMap
from bequest.model.facts import SUBJECT_FACTS, Fact, RowRole
from bequest.steps.link.features import role_features
from bequest.steps.link.groups import group_codes

Ecb = Callable[[bytes], bytes]
BETWEEN = "\x1f"
"""Between the lots of a row that lies in several."""
PRIMARY_ORDER = (
    RowRole.CUSTOMER,
    RowRole.ENTERPRISE_CONTACT,
    RowRole.PROSPECT,
    RowRole.CONSIGNEE,
    RowRole.INVOICE_RECIPIENT,
    RowRole.SUPPLIER_CONTACT,
    RowRole.MENTIONED,
    RowRole.STAFF,
    RowRole.UNKNOWN,
)


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """What the pass needs besides the table: the token cipher, law date, ages, zone, lots, link targets."""

    ecb: Ecb
    law_date: date
    child_age: int
    minor_age: int
    timezone: str
    lots: tuple[Lot, ...]
    targets: frozenset[tuple[str, str, str]]
    record_targets: frozenset[tuple[str, str, str]] = frozenset()


def record_targets(datamap: DataMap) -> frozenset[tuple[str, str, str]]:
    """Columns of tables in the case that other records point to, as the lines of an order to the order."""
    inside = {(t.source, t.name) for t in datamap.tables if t.in_case}
    return frozenset(
        (r.to_source, r.to_table, r.to_column)
        for t in datamap.tables
        if t.in_case
        for r in t.relations
        if r.role is RowRole.RECORD and (r.to_source, r.to_table) in inside
    )


def link_targets(datamap: DataMap) -> frozenset[tuple[str, str, str]]:
    """Columns that other tables point to when they name a person."""
    return frozenset(
        (r.to_source, r.to_table, r.to_column)
        for t in datamap.tables
        for r in t.relations
        if r.role is not RowRole.RECORD
    )


def primary_role(table: TableMap) -> RowRole:
    """Whose record a row is: the role whose facts decide it."""
    present = {c.role for c in table.columns} | {r.role for r in table.relations}
    for role in PRIMARY_ORDER:
        if role in present:
            return role
    return RowRole.RECORD


class IndexBefore(Protocol):
    """An index made earlier, read piece by piece."""

    height: int

    def __getitem__(self, name: str, /) -> pl.Series:
        """A whole column."""
        ...

    def slice(self, offset: int, length: int, /) -> pl.DataFrame:
        """That many rows from there on; fewer where it ends before."""
        ...


def index_table(
    table: TableMap, batches: Iterable[pl.DataFrame], settings: IndexSettings, *, before: IndexBefore | None = None
) -> pl.DataFrame:
    """Index all batches of a table; see the module's text for the columns. `before`: see `index_batches`."""
    made = list(index_batches(table, batches, settings, before=before))
    if not made and before is not None:
        return before.slice(0, before.height)
    return pl.concat(made, rechunk=True)


def index_batches(
    table: TableMap, batches: Iterable[pl.DataFrame], settings: IndexSettings, *, before: IndexBefore | None = None
) -> Iterator[pl.DataFrame]:
    """The index of a table batch by batch, one without rows where there are none.

    `before`: an index of the same table by the same rules. A batch all of whose rows stand in it at the same places,
    by key and content, is taken from there; nothing comes where all of it holds as it is.
    """
    seen, same = 0, list[int]()
    tag, digest = (before["row_tag"], before["row_digest"]) if before is not None else (None, None)
    as_before = before is not None
    for batch in batches:
        rows = identify(batch, table.source, table.name, [c.name for c in table.columns], settings.ecb)
        place = slice(seen, seen + batch.height)
        known = (
            tag is not None
            and digest is not None
            and tag[place].equals(rows["row_tag"])
            and digest[place].equals(rows["row_digest"])
        )
        if as_before and known:
            same.append(batch.height)
        else:
            if as_before and before is not None:
                yield from _from_before(before, same)
            as_before = False
            if known and before is not None:
                yield before.slice(seen, batch.height)
            else:
                yield _index_batch(table, batch, rows, settings, first_row=seen)
        seen += batch.height
    if as_before and before is not None and seen and seen < before.height:
        yield from _from_before(before, same)
    if not seen:
        nobody = _empty(table)
        rows = identify(nobody, table.source, table.name, [c.name for c in table.columns], settings.ecb)
        yield _index_batch(table, nobody, rows, settings, first_row=0)


def _from_before(before: IndexBefore, heights: Iterable[int]) -> Iterator[pl.DataFrame]:
    """Its first rows, in batches of these heights."""
    at = 0
    for height in heights:
        yield before.slice(at, height)
        at += height


def _empty(table: TableMap) -> pl.DataFrame:
    return pl.DataFrame(schema={"__key": pl.Utf8, **{c.name: pl.Utf8 for c in table.columns}})


def _index_batch(
    table: TableMap, batch: pl.DataFrame, rows: pl.DataFrame, s: IndexSettings, *, first_row: int
) -> pl.DataFrame:
    content = batch.select(c.name for c in table.columns)
    out: dict[str, pl.Series] = {
        "row_no": pl.arange(first_row, first_row + batch.height, dtype=pl.UInt32, eager=True),
        **rows.to_dict(),
    }
    out.update({f"v:{c}": series for c, series in content.select(non_empty(pl.all())).to_dict().items()})
    out.update(_link_keys(table, batch, s))
    out.update(_facts(table, batch, s))
    for r in table.retention:
        out[f"start:{r.band}"] = batch.select(parse_date(pl.col(r.start_column), s.timezone).alias("d"))["d"]
    out["contact"] = (
        batch.select(parse_date(pl.col(table.freshness_column), s.timezone)).to_series()
        if table.freshness_column
        else pl.Series([None] * batch.height, dtype=pl.Date)
    )
    out["own_lot"] = _own_lot(table, batch, s.lots)
    out.update(_record_keys(table, batch, s))
    out.update(group_codes(table, batch, primary_role(table)))
    return pl.DataFrame({name: series.alias(name) for name, series in out.items()})


def _link_keys(table: TableMap, batch: pl.DataFrame, s: IndexSettings) -> Mapping[str, pl.Series]:
    keys: dict[str, pl.Series] = {}
    main = primary_role(table)

    def add(role: RowRole, column: str, target: tuple[str, str, str]) -> None:
        n = 1 + sum(name.startswith(f"k:{role}:ref") for name in keys)
        keys[f"k:{role}:ref{n if n > 1 else ''}"] = _reference(batch, column, target, s.ecb)

    for c in table.columns:
        target = (table.source, table.name, c.name)
        if target in s.targets:
            add(main, c.name, target)
    pointed: set[RowRole] = {RowRole.RECORD}
    for r in table.relations:
        if r.role not in pointed:  # of two references in one role only the first counts: they may name two people
            pointed.add(r.role)
            add(r.role, r.column, (r.to_source, r.to_table, r.to_column))
    for role in {c.role for c in table.columns} - {RowRole.RECORD, RowRole.STAFF}:
        keys.update(_identifier_keys(table, batch, role, s))
    for word in {name.split(":")[1] for name in keys} | {c.role.value for c in table.columns}:
        prefix = f"mention\x1f{table.source}\x1f{table.name}\x1f{word}\x1f"
        keys[f"m:{word}"] = tokens(batch["__key"], s.ecb, prefix)
    return keys


def _record_keys(table: TableMap, batch: pl.DataFrame, s: IndexSettings) -> Mapping[str, pl.Series]:
    """Tokens by which records hang together that name no person: scope spreads along them, people do not."""
    at = {t: f"s:at:{t[2]}" for t in s.record_targets if t[:2] == (table.source, table.name)}
    of = {
        (r.to_source, r.to_table, r.to_column): (f"s:of:{r.column}", r.column)
        for r in table.relations
        if r.role is RowRole.RECORD and (r.to_source, r.to_table, r.to_column) in s.record_targets
    }
    keys = {name: _reference(batch, target[2], target, s.ecb) for target, name in at.items()}
    return keys | {name: _reference(batch, column, target, s.ecb) for target, (name, column) in of.items()}


def _reference(batch: pl.DataFrame, column: str, target: tuple[str, str, str], ecb: Ecb) -> pl.Series:
    value = batch.select(normalise.text(pl.col(column)).alias("v"))["v"]
    return tokens(value, ecb, "ref\x1f" + "\x1f".join(target) + "\x1f")


def _identifier_keys(table: TableMap, batch: pl.DataFrame, role: RowRole, s: IndexSettings) -> Mapping[str, pl.Series]:
    keys: dict[str, pl.Series] = {}
    people = [c.name for c in table.columns if c.role is role and c.cls is FieldClass.PERSON_NAME]
    if people:
        named = pl.any_horizontal(normalise.names_somebody(pl.col(c)) for c in people)
        keys[f"n:{role}"] = batch.select(named.alias("v"))["v"]
    return {**keys, **role_features(table, batch, role, s.ecb, s.timezone)}


def _facts(table: TableMap, batch: pl.DataFrame, s: IndexSettings) -> Mapping[str, pl.Series]:
    """One column per fact; several bindings of one fact in a table keep the strictest (see `merge_strictest`)."""
    by_fact: dict[tuple[Fact, RowRole], list[pl.Series]] = {}
    for b in table.facts:
        value = _bound(b, batch, s)
        role = b.role if b.fact in SUBJECT_FACTS else RowRole.RECORD
        by_fact.setdefault((b.fact, role), []).append(value)
    return {f"f:{role}:{fact}": strictest_horizontal(fact, series) for (fact, role), series in by_fact.items()}


def _bound(b: FactBinding, batch: pl.DataFrame, s: IndexSettings) -> pl.Series:
    if b.how not in {"date_band", "id_band"}:
        return batch.select(_said(b).alias("v"))["v"]
    is_date = b.how == "date_band"
    born = parse_date(pl.col(b.column), s.timezone) if is_date else normalise.birth_date_from_id(pl.col(b.column))
    band = age_band(pl.col("born"), s.law_date, s.child_age, s.minor_age)
    return batch.select(born.alias("born")).select(band.alias("v"))["v"]  # the band looks at the date many times


def _said(b: FactBinding) -> pl.Expr:
    text = pl.col(b.column).str.strip_chars()
    default = pl.lit(b.default or None, pl.Utf8)
    if b.how == "map":
        return text.replace_strict(b.values, default=default, return_dtype=pl.Utf8)
    if b.how == "present":
        return pl.when(non_empty(text)).then(pl.lit(b.values["present"])).otherwise(default)
    return default


def _own_lot(table: TableMap, batch: pl.DataFrame, lots: tuple[Lot, ...]) -> pl.Series:
    """The lots whose scope names a column of this table and holds the row's value; empty text for outside."""
    here = (table.source, table.name)
    hits = []
    for lot in lots:
        mine = [sc for sc in lot.scope if (sc.source, sc.table) == here]
        if mine:
            inside = [normalise.text(pl.col(sc.column)).is_in(list(sc.values)).fill_null(False) for sc in mine]
            hits.append(pl.when(pl.any_horizontal(inside)).then(pl.lit(lot.id)))
    if not hits:
        return pl.Series([None] * batch.height, dtype=pl.Utf8)
    return batch.select(pl.concat_str(hits, separator=BETWEEN, ignore_nulls=True).alias("v"))["v"]
