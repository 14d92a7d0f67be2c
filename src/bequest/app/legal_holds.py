"""Holds that a court or an authority asks for, as the workspace keeps them: who is held, in keyed tokens, and why.

A person on hold is decided as one with an open dispute: nothing is passed on, nothing is deleted (PIPL Art. 44, 47; the
duty to preserve comes from the paper). Unlike a dispute it is not the person's to settle: no answer takes it away. It
never ends by itself either; `until` is the day by which somebody looks at it again.

A hold covers whoever bears, today, any of the mentions its people had when it was set: records merge and part.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

import polars as pl

from bequest.app.telling import mentions
from bequest.app.workspace import Workspace
from bequest.kernel.canonical import to_json
from bequest.kernel.codec import decode
from bequest.model.facts import Fact
from bequest.steps.link.link import Linked

PREFIX = "hold-"
"""Ids begin with it; no reference of a letter does."""


class Ground(StrEnum):
    """Why data must stay: a word, for free text would be personal data sooner or later."""

    LITIGATION = "litigation"
    """A court or arbitration case, running or expected."""
    AUTHORITY = "authority"
    """An authority asked for it, or investigates."""


@dataclass(frozen=True, slots=True)
class LegalHold:
    """A hold. Times in UTC; `paper` and `lifted_paper` are the SHA-256 of the papers in `attachments`."""

    hold_id: str
    reason: Ground
    until: date
    paper: str
    set_by: str
    set_at: datetime
    people: int
    rows: int
    lifted_by: str = ""
    lifted_at: datetime | None = None
    lifted_paper: str = ""

    @property
    def in_force(self) -> bool:
        """Whether it holds."""
        return self.lifted_at is None


def holds_file(workspace: Workspace) -> Path:
    """Where the list lies; whoever watches for holds looks at it."""
    return workspace.dir("work") / "holds.json"


def all_holds(workspace: Workspace) -> tuple[LegalHold, ...]:
    """All holds ever set, in the order in which they were."""
    path = holds_file(workspace)
    if not path.is_file():
        return ()
    return tuple(decode(LegalHold, h) for h in json.loads(path.read_text(encoding="utf-8")))


def save_holds(workspace: Workspace, holds: Iterable[LegalHold]) -> None:
    """Keep the list: from here on the holds in it act."""
    workspace.write_json(holds_file(workspace), to_json(tuple(holds)))


def in_force(workspace: Workspace) -> tuple[str, ...]:
    """Ids of the holds that hold now, sorted."""
    return tuple(sorted(h.hold_id for h in all_holds(workspace) if h.in_force))


def save_marks(workspace: Workspace, hold_id: str, marks: pl.Series) -> None:
    """Keep the tokens of everything under which the people of a hold are known."""
    workspace.write(_marks_file(workspace, hold_id), marks.alias("mention").to_frame())


def subjects_of(workspace: Workspace, linked: Linked, hold_ids: Iterable[str]) -> pl.Series:
    """Today's subjects under any of these holds, sorted."""
    files = [_marks_file(workspace, h) for h in sorted(hold_ids)]
    if not files:
        return pl.Series("subject", [], dtype=pl.Int64)
    marks = pl.concat([workspace.read(f, "hold set") for f in files]).unique()
    return mentions(workspace, linked).join(marks, on="mention", how="semi")["subject"].unique().sort()


def holds_on(workspace: Workspace, linked: Linked, subjects: list[int]) -> tuple[LegalHold, ...]:
    """The holds in force on any of these subjects."""
    standing = [h for h in all_holds(workspace) if h.in_force]
    return tuple(h for h in standing if subjects_of(workspace, linked, [h.hold_id]).is_in(subjects).any())


def with_holds(answers: pl.DataFrame, held: pl.Series, lots: Iterable[str]) -> pl.DataFrame:
    """The facts of answers, in which people on hold have an open dispute whatever they said of one.

    `answers` as `telling.answers_of` gives them; `lots` of the case.
    """
    if not len(held):
        return answers
    dispute = Fact.DISPUTE.value
    theirs = (pl.col("fact") == dispute) & pl.col("subject").is_in(held.implode())
    lines = held.cast(pl.Int64).alias("subject").to_frame().with_columns(fact=pl.lit(dispute), value=pl.lit("open"))
    if "lot" in answers.columns:
        lines = lines.join(pl.DataFrame({"lot": ["", *lots]}), how="cross")
    return pl.concat([answers.filter(~theirs), lines.select(answers.columns)])


def _marks_file(workspace: Workspace, hold_id: str) -> Path:
    return workspace.dir("work", "holds") / f"{hold_id}.parquet"
