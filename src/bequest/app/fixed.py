"""Which answers the fixed decisions go by, and whether others have come since."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from bequest.app.telling import answers_file, saved_answers
from bequest.app.workspace import Workspace
from bequest.kernel.errors import StateError
from bequest.steps.notify.answers import STOPS

_ANSWER = ("ref", "fact", "value", "lot")


class AnswersCameError(StateError):
    """Answers came while a step was at work: it begins this batch anew, with them."""


def _note(workspace: Workspace) -> Path:
    return workspace.dir("work") / "fixed.json"


def _copy(workspace: Workspace) -> Path:
    return workspace.dir("work") / "answers-fixed.parquet"


def answers_mark(workspace: Workspace) -> str:
    """What the answers are now, as a digest; empty without any."""
    path = answers_file(workspace)
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def note_fixed(workspace: Workspace, mark: str | None = None) -> None:
    """Note that the decisions on disk go by the answers as they are."""
    answers = saved_answers(workspace)
    if answers is not None:
        workspace.write(_copy(workspace), answers)
    workspace.write_json(_note(workspace), {"answers": answers_mark(workspace) if mark is None else mark})


def fixed_mark(workspace: Workspace) -> str:
    """The answers that the decisions go by; empty for none."""
    path = _note(workspace)
    return str(json.loads(path.read_text(encoding="utf-8"))["answers"]) if path.is_file() else ""


def stopped_since(workspace: Workspace, *, disputes_only: bool = False) -> pl.Series:
    """References of people who objected, disputed or took a consent back since the decisions were fixed.

    `disputes_only`: where nobody receives, an objection has nothing to stop; a dispute still stops the deletion.
    """
    answers = saved_answers(workspace)
    if answers is None:
        return pl.Series("ref", [], dtype=pl.Utf8)
    path = _copy(workspace)
    stops = pl.DataFrame(STOPS, schema=["fact", "value"], orient="row")
    if disputes_only:
        stops = stops.filter(pl.col("fact") == "dispute")
    new = answers.join(stops, on=["fact", "value"], how="semi")
    if path.is_file():
        new = new.join(pl.read_parquet(path), on=list(_ANSWER), how="anti")
    return new["ref"].unique().sort()


@dataclass(slots=True)
class Watch:
    """Looks at every batch whether answers came; costs one look at the file's entry, and no query."""

    workspace: Workspace
    guard: Callable[[], None]
    matters: Callable[[], bool] = lambda: True
    _seen: tuple[int, int, int] | None = field(init=False)

    def __post_init__(self) -> None:
        self._seen = self._look()

    def _look(self) -> tuple[int, int, int] | None:
        try:
            found = answers_file(self.workspace).stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def check(self) -> None:
        """Nothing, while no answers came that matter here.

        Raises:
            AnswersCameError: where they did.
        """
        now = self._look()
        if now != self._seen:
            if self.matters():
                raise AnswersCameError("answers came while this step was at work", hint="Run it again.")
            self._seen = now

    def __call__(self) -> None:
        """The guard of a batch: lease first, then answers."""
        self.guard()
        self.check()
