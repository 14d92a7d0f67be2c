"""Decided rows to delivered rows. Pure: batches in, batches out; keys and decisions come as arguments.

Rules kept:
- a value is given only by its own decision: none → null, as is → the value, masked → by the decision's operator;
- keys, user numbers and what points to them are tokens under the recipient's key (`references`);
- columns that no row releases are not there; rows that release nothing personal are not there;
- a row that is not the one decided on at the mark is left out and counted (decision D9).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import polars as pl

from bequest.engine.kernels.cmac import tokens
from bequest.engine.rows import CHANGED, DECIDED, KEY, LATE, Ecb, RowMatcher, row_tag_prefix
from bequest.engine.tableplan import DECISION_PREFIX, TablePlan
from bequest.engine.text import non_empty
from bequest.model.datamap import FieldClass
from bequest.model.disposition import Operator, Release
from bequest.steps.transform.marks import Marks
from bequest.steps.transform.operator import ColumnContext
from bequest.steps.transform.operators import OPERATORS
from bequest.steps.transform.shape import ROW, ReleasedColumn, TableShape, is_released


@dataclass(slots=True)
class TransformTally:
    """Counts of one table as it streams by; complete when the stream is at its end."""

    delivered: int = 0
    left_out: int = 0
    """Rows of the lots that release nothing personal."""
    outside: int = 0
    changed: int = 0
    late: int = 0
    as_is: dict[str, int] = field(default_factory=dict)
    """Non-empty values given as they are (as a token, where the column is a reference), by column."""
    masked: dict[str, int] = field(default_factory=dict)
    withheld: dict[str, int] = field(default_factory=dict)
    """Non-empty values of delivered rows that are not given."""


def transform_table(
    batches: Iterable[pl.DataFrame],
    plan: TablePlan,
    shape: TableShape,
    lots: frozenset[str],
    *,
    link_ecb: Ecb,
    recipient_ecb: Ecb,
    tally: TransformTally,
    tick: Callable[[int], None] | None = None,
    marks: Marks | None = None,
    note: Callable[[pl.DataFrame], None] | None = None,
) -> Iterator[pl.DataFrame]:
    """Stream a table through its decisions; batches without a delivered row are skipped.

    `note` is told of every delivered row: `row_tag` at the source and `row`, its token at the receiver.
    """
    matcher = RowMatcher(plan, link_ecb)
    for batch in batches:
        found = matcher.match(batch)
        tally.changed += int((found["state"] == CHANGED).sum())
        tally.late += int((found["state"] == LATE).sum())
        known = found["state"] == DECIDED
        decisions = plan.rows[found["pos"].filter(known)]
        mine = decisions["lot"].is_in(list(lots))
        tally.outside += int((~mine).sum())
        decisions = decisions.filter(mine)
        out = transform(batch.filter(known).filter(mine), plan, decisions, shape, recipient_ecb, tally)
        if note is not None and out.height:
            tags = found["row_tag"].filter(known).filter(mine)
            note(pl.DataFrame([tags.filter(decisions.select(is_released(plan)).to_series()), out[ROW].alias("row")]))
        out = out if marks is None else marks.put(out)
        if tick is not None:
            tick(batch.height)
        if out.height:
            yield out


def transform(
    batch: pl.DataFrame,
    plan: TablePlan,
    decisions: pl.DataFrame,
    shape: TableShape,
    recipient_ecb: Ecb,
    tally: TransformTally,
) -> pl.DataFrame:
    """The delivered form of a batch whose row i was decided by row i of `decisions`."""
    given = decisions.select(is_released(plan).alias("g"))["g"]
    tally.left_out += int((~given).sum())
    batch, decisions = batch.filter(given), decisions.filter(given)
    tally.delivered += batch.height
    row = tokens(batch[KEY], recipient_ecb, row_tag_prefix(plan.source, plan.table)).bin.encode("hex")
    columns = (
        _column(batch[c.name], decisions[DECISION_PREFIX + c.name], plan, _context(c, recipient_ecb, row), c, tally)
        for c in shape.columns
    )
    return pl.DataFrame([row.alias(ROW), *columns])


def _context(c: ReleasedColumn, ecb: Ecb, row: pl.Series) -> ColumnContext:
    """A column that is no reference has the name space of its class: equal values join across the tables."""
    cls = FieldClass.PHONE if c.column.cls is FieldClass.LANDLINE else c.column.cls
    return ColumnContext(c.column, ecb, c.domain or f"class\x1f{cls.value}", row, is_of_class=not c.is_reference)


def _column(
    values: pl.Series, decided: pl.Series, plan: TablePlan, ctx: ColumnContext, c: ReleasedColumn, tally: TransformTally
) -> pl.Series:
    _count(pl.DataFrame([values.alias("v"), decided.alias("d")]), plan, c.name, tally)
    return as_released(values, decided, plan, ctx, c)


def as_released(
    values: pl.Series, decided: pl.Series, plan: TablePlan, ctx: ColumnContext, c: ReleasedColumn
) -> pl.Series:
    """Values of one column as a receiver gets them; `decided` has the disposition of each, an index of the plan's."""
    frame = pl.DataFrame([values.alias("v"), decided.alias("d")])
    result = pl.Series("out", [None], dtype=pl.Utf8).new_from_index(0, len(values))
    for operator, indices in _ways(plan, decided, c).items():
        made = values if operator is Operator.NONE else OPERATORS[operator].apply(values, ctx)
        frame = frame.with_columns(result, made.alias("m"))
        chosen = pl.when(pl.col("d").is_in(indices)).then(pl.col("m")).otherwise(pl.col("out"))
        result = frame.select(chosen.alias("out"))["out"]
    return result.alias(c.name)


def _ways(plan: TablePlan, decided: pl.Series, c: ReleasedColumn) -> dict[Operator, list[int]]:
    """How the values of this batch are made: operator (none: as they are) → indices of the dispositions."""
    ways: dict[Operator, list[int]] = {}
    for i in decided.unique().sort().to_list():
        d = plan.dispositions[i]
        if d.release is Release.AS_IS:
            ways.setdefault(Operator.TOKEN if c.is_reference else Operator.NONE, []).append(i)
        elif d.release is Release.MASKED:
            ways.setdefault(_masked_by(d.operator, c), []).append(i)
    return ways


def _masked_by(operator: Operator, c: ReleasedColumn) -> Operator:
    """A reference is masked by its token; a masked release that names no operator is hidden rather than shown."""
    if operator is Operator.DROP:
        return operator
    if c.is_reference:
        return Operator.TOKEN
    return Operator.MASK if operator is Operator.NONE else operator


def _count(frame: pl.DataFrame, plan: TablePlan, name: str, tally: TransformTally) -> None:
    filled = frame.filter(non_empty(pl.col("v")))["d"].value_counts()
    for index, n in filled.iter_rows():
        release = plan.dispositions[index].release
        book = {Release.AS_IS: tally.as_is, Release.MASKED: tally.masked}.get(release, tally.withheld)
        book[name] = book.get(name, 0) + n
