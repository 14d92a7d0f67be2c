"""People who objected, disputed or were put on hold during the destruction: what is not erased yet of theirs stays."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from bequest.app.context import Context, Run
from bequest.app.evidence import publish, record
from bequest.app.fixed import stopped_since
from bequest.app.legal_holds import PREFIX, in_force, subjects_of
from bequest.app.redecide import fix_plans
from bequest.app.run_link import load_linked
from bequest.app.telling import people_of
from bequest.engine.tableplan import TablePlan
from bequest.evidence.event_types import EventType
from bequest.kernel.canonical import digest, short
from bequest.model.case import RELEASES_NOTHING
from bequest.model.datamap import DataMap
from bequest.steps.destroy.erase import ErasureResult
from bequest.steps.link.link import Linked
from bequest.steps.plan.lots import Residues
from bequest.steps.plan.merge import block_rows, delete_rows

TableKey = tuple[str, str]


@dataclass(slots=True)
class Holds:
    """Who is on hold: references of letters, ids of holds. Kept on disk, so that a killed run knows it again.

    A hold of a court or an authority keeps whole rows, also one that the decisions know: an open dispute lets go of
    passwords. Nobody comes off it in this run, not even where a hold is lifted meanwhile.
    """

    ctx: Context
    run: Run
    datamap: DataMap
    _refs: set[str] = field(init=False)
    _people: pl.DataFrame | None = None

    def __post_init__(self) -> None:
        path = self._path()
        self._refs = set(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else set()

    def _path(self) -> Path:
        return self.run.workspace.dir("work") / "held.json"

    def _stopped(self) -> set[str]:
        case = self.run.case
        lots, ends = tuple(lot.id for lot in case.lots), case.event in RELEASES_NOTHING
        return set(stopped_since(self.run.workspace, lots, disputes_only=ends)) | set(in_force(self.run.workspace))

    def any_new(self) -> bool:
        """Whether somebody else has objected or was put on hold since."""
        return bool(self._stopped() - self._refs)

    def renew(self) -> None:
        """Take in who has objected or was put on hold since; on record before anything is erased by it."""
        if not self.any_new():
            return
        self._refs |= self._stopped()
        self.run.workspace.write_json(self._path(), sorted(self._refs))
        with self.ctx.store.transaction() as tx:
            record(
                self.ctx, tx, self.run.case.id, EventType.HOLD_SET, short(digest(sorted(self._refs))), at=self.run.at,
                counts={"people": len(self.subjects())},
            )  # fmt: skip
        publish(self.ctx, self.run.case.id)

    def subjects(self) -> pl.Series:
        """Today's subjects on hold."""
        if not self._refs:
            return pl.Series("subject", [], dtype=pl.UInt32)
        if self._people is None:
            self._people = people_of(self.run.workspace, self._linked())
        mine = self._people.filter(pl.col("ref").is_in(sorted(self._refs)))["subject"].cast(pl.Int64)
        named = sorted(r for r in self._refs if r.startswith(PREFIX))
        held = subjects_of(self.run.workspace, self._linked(), named) if named else mine.clear()
        return pl.concat([mine, held]).unique().sort().cast(pl.UInt32)

    def _linked(self) -> Linked:
        return load_linked(self.run.workspace, self.run.case, self.datamap, fixed=True)

    def fix(self, plans: Mapping[TableKey, TablePlan], erased: list[ErasureResult]) -> None:
        """Put on record what holds changed, and rows of too few people: everybody's line, the counts, the feedback."""
        tables = {(t.source, t.table): t for e in erased for t in e.tables if len(t.held) or len(t.too_few)}
        with self.ctx.store.transaction() as tx:
            latest = tx.populations.latest(self.run.case.id)
        if not tables or latest is None:
            return
        residues = Residues(next(iter(plans.values())).dispositions)
        fixed = dict(plans)
        for k, t in tables.items():
            fixed[k] = delete_rows(block_rows(plans[k], t.held, residues), t.too_few, residues)
        fixed = {k: replace(p, dispositions=residues.dispositions) for k, p in fixed.items()}
        fix_plans(self.ctx, self.run, self.datamap, fixed, self._linked(), latest.population, keep=False)
