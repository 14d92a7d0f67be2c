"""What deliveries came to: the package of each, what was counted on the way, and which of them a run has to tell."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from bequest.app.context import WAVE
from bequest.app.fixed import keep_fixed
from bequest.app.workspace import Workspace
from bequest.kernel.canonical import to_json
from bequest.kernel.codec import decode
from bequest.model.case import Lot
from bequest.steps.deliver.package import Package
from bequest.steps.transform.transform import TransformTally
from bequest.store.records import DeliveryState
from bequest.store.transaction import Tx

TableKey = tuple[str, str]
GONE_OUT = frozenset({DeliveryState.SENT, DeliveryState.RECEIVED})
OF_ONE = "values:"
"""Counts of a step by delivery: `values:<id of the delivery>`."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """One delivery: the package and what was counted on the way, per table."""

    delivery_id: str
    lot: Lot
    package: Package
    tallies: dict[TableKey, TransformTally]

    @property
    def values(self) -> int:
        """Values given, as they are or masked."""
        return sum(sum(t.as_is.values()) + sum(t.masked.values()) for t in self.tallies.values())


def counts_of(done: Iterable[Delivered], *, each: bool) -> dict[str, int]:
    """The counts of a step that made or found these; `each`: also the values of every one."""
    done = list(done)
    counts = {
        "rows": sum(t.delivered for d in done for t in d.tallies.values()),
        "values": sum(d.values for d in done),
        "changed": _left_alone(done, "changed"),
        "late": _left_alone(done, "late"),
        "bytes": sum(v.n_bytes for d in done for v in d.package.volumes),
    }
    return counts | ({f"{OF_ONE}{d.delivery_id}": d.values for d in done} if each else {})


def _left_alone(done: Iterable[Delivered], what: str) -> int:
    """Rows that are not those decided on, counted once although every lot's pass meets them."""
    most: dict[TableKey, int] = {}
    for d in done:
        for key, tally in d.tallies.items():
            most[key] = max(most.get(key, 0), getattr(tally, what))
    return sum(most.values())


def waves_sent(tx: Tx, case_id: str) -> dict[str, int]:
    """Lot → the last wave that went out."""
    sent: dict[str, int] = {}
    for d in tx.deliveries.list(case_id):
        if d.state in GONE_OUT:
            sent[d.lot] = max(sent.get(d.lot, 0), d.wave)
    return sent


def waves_not_told(tx: Tx, case_id: str, lot: str) -> list[str]:
    """Further waves of a lot that a run had sent when it was killed: no run that ended has told of them."""
    told = {name.removeprefix(OF_ONE) for r in tx.steps.all(case_id) if r.step == WAVE for name in r.counts}
    return [
        d.delivery_id
        for d in tx.deliveries.list(case_id)
        if d.lot == lot and d.wave > 1 and d.state in GONE_OUT and d.delivery_id not in told
    ]


def keep_tallies(workspace: Workspace, delivery_id: str, tallies: Mapping[TableKey, TransformTally]) -> None:
    """Keep what was counted, before the delivery counts as sent: what it was made from may change afterwards."""
    plain = [{"source": s, "table": t, "tally": to_json(tally)} for (s, t), tally in tallies.items()]
    workspace.write_json(_file(workspace, delivery_id), plain)


def load_tallies(workspace: Workspace, delivery_id: str) -> dict[TableKey, TransformTally]:
    """What was counted when the delivery was made."""
    found = json.loads(_file(workspace, delivery_id).read_text(encoding="utf-8"))
    return {(e["source"], e["table"]): decode(TransformTally, e["tally"]) for e in found}


@dataclass(slots=True)
class DeliveredRows:
    """Which rows of which tables went with a delivery, under which tokens: by them they are withdrawn later."""

    parts: list[pl.DataFrame] = field(default_factory=list)

    def of(self, source: str, table: str) -> Callable[[pl.DataFrame], None]:
        """Takes the rows of one table as they stream by."""

        def note(rows: pl.DataFrame) -> None:
            self.parts.append(
                rows.select(pl.lit(source).alias("source"), pl.lit(table).alias("table"), "row_tag", "row")
            )

        return note

    def keep(self, workspace: Workspace, delivery_id: str) -> None:
        """Keep them, with the answers that the delivery was decided by."""
        rows = pl.concat(self.parts) if self.parts else pl.DataFrame(schema=_ROWS)
        workspace.write(_rows_file(workspace, delivery_id), rows)
        keep_fixed(workspace, fixed_at(workspace, delivery_id))


_ROWS = {"source": pl.String, "table": pl.String, "row_tag": pl.Binary, "row": pl.String}


def rows_of_delivery(workspace: Workspace, delivery_id: str) -> pl.DataFrame:
    """`source`, `table`, `row_tag`, `row` of every row that went with a delivery."""
    return workspace.read(_rows_file(workspace, delivery_id), "deliver")


def fixed_at(workspace: Workspace, delivery_id: str) -> Path:
    """Where the answers lie that a delivery was decided by."""
    return workspace.dir("work") / f"{delivery_id}.answers.parquet"


def _rows_file(workspace: Workspace, delivery_id: str) -> Path:
    return workspace.dir("work", "delivered") / f"{delivery_id}.parquet"


def _file(workspace: Workspace, delivery_id: str) -> Path:
    return workspace.dir("work") / f"{delivery_id}.counted.json"
