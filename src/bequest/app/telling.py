"""State of telling people and of their answers, as the workspace keeps it: references and facts, no values."""

import numpy as np
import polars as pl

from bequest.app.workspace import Workspace
from bequest.kernel.errors import StateError
from bequest.model.facts import FACT_VALUES, Fact
from bequest.steps.link.link import Linked
from bequest.steps.notify.ladder import notice_codes

NO_ANSWERS = pl.DataFrame(schema={"subject": pl.Int64, "fact": pl.Utf8, "value": pl.Utf8})


def register(workspace: Workspace) -> pl.DataFrame:
    """Who was told how.

    Raises:
        StateError: where no notice was prepared.
    """
    path = workspace.dir("work") / "notices.parquet"
    if not path.is_file():
        raise StateError("no notices are prepared", hint="Run `bequest notify` first.")
    return pl.read_parquet(path)


def save_register(workspace: Workspace, frame: pl.DataFrame) -> None:
    """Keep the register."""
    workspace.write(workspace.dir("work") / "notices.parquet", frame)


def saved_answers(workspace: Workspace) -> pl.DataFrame | None:
    """All answers so far, or None."""
    path = workspace.dir("work") / "answers.parquet"
    return pl.read_parquet(path) if path.is_file() else None


def save_answers(workspace: Workspace, frame: pl.DataFrame) -> None:
    """Keep the answers."""
    workspace.write(workspace.dir("work") / "answers.parquet", frame)


def answers_of(workspace: Workspace, linked: Linked) -> pl.DataFrame:
    """The answers as facts of today's subjects: found again through the anchor, whatever numbers they have now."""
    answers = saved_answers(workspace)
    if answers is None:
        return NO_ANSWERS
    people = linked.anchors.alias("anchor").to_frame().with_row_index("subject")
    return (
        answers.join(register(workspace).select("ref", "anchor"), on="ref")
        .join(people, on="anchor")
        .select(pl.col("subject").cast(pl.Int64), "fact", "value")
    )


def notice_of(workspace: Workspace, linked: Linked) -> np.ndarray:
    """The notice fact of every subject, as one code each."""
    codes = {v: i for i, v in enumerate(FACT_VALUES[Fact.NOTICE])}
    return notice_codes(register(workspace), linked.anchors, codes)
