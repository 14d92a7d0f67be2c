"""An opened package into a receiver's place, part by part, each count checked against what was signed for."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from bequest.kernel.errors import DeliveryError
from bequest.sources.landing import ArrivingTable, Landing
from bequest.steps.deliver.arrived import ArrivedTable
from bequest.steps.deliver.receive import Received


@dataclass(frozen=True, slots=True)
class ImportedTable:
    """Rows of a table: written by this delivery, left out because they were withdrawn before, there at the end."""

    rows: int
    left_out: int
    there: int
    before: bool
    """Whether a former run had written all of it."""


@dataclass(frozen=True, slots=True)
class Imported:
    """An import that is done. `kind`: of the place; its address is nobody else's business."""

    kind: str
    tables: dict[str, ImportedTable]


def import_package(received: Received, tables: Sequence[ArrivedTable], landing: Landing) -> Imported:
    """Write all that came; run again it writes what is missing and ends the same.

    Raises:
        DeliveryError: where other rows are there at the end than came.
        SourceError: what the place refuses; parts that were written stay, and the next run goes on after them.
    """
    done = {t.id: _import_table(received, t, landing) for t in tables}
    wrong = [
        t for t, d in done.items() if d.rows + d.left_out != received.counts[t] or (not d.before and d.there != d.rows)
    ]
    if wrong:
        raise DeliveryError(
            f"after the import the rows are not those that were signed for: {', '.join(wrong)}",
            hint="Something else writes to these tables. Stop it, drop them and the journal bequest_import, and import"
            " again.",
            code="BQ-DELIVERY-8",
        )
    return Imported(landing.kind, done)


def _import_table(received: Received, table: ArrivedTable, landing: Landing) -> ImportedTable:
    arriving = ArrivingTable(received.delivery_id, table.id, table.columns)
    landing.prepare(arriving)
    landed = []
    for part in table.parts:
        frame = pl.read_parquet(received.bag / "data" / part.path, columns=list(table.columns))
        landed.append(landing.take(arriving, part.path, part.sha256, frame.cast(pl.String)))
    return ImportedTable(
        sum(x.rows for x in landed), sum(x.left_out for x in landed), landing.there(arriving),
        any(x.before for x in landed),
    )  # fmt: skip
