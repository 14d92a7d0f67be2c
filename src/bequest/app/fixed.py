"""Which answers the fixed decisions go by, and whether others have come since."""

import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from bequest.app.legal_holds import holds_file, in_force
from bequest.app.telling import answers_file, saved_answers, with_lot
from bequest.app.workspace import Workspace
from bequest.crypto.atomic import write_file
from bequest.kernel.errors import StateError
from bequest.model.facts import Fact
from bequest.steps.notify.answers import last_words, over_lots, stopping

_ANSWER = ("ref", "fact", "value", "part")
_NEW_PURPOSE = Fact.CONSENT_NEW_PURPOSE.value
_WITHDRAWS = (Fact.OBJECTION.value, Fact.CONSENT_TRANSFER.value, Fact.GUARDIAN_CONSENT.value)
_HALF_DONE = "a delta cutover is under way"
"""In the place of the mark while rows are taken in."""


class AnswersCameError(StateError):
    """Answers came while a step was at work: it begins this batch anew, with them."""


def _note(workspace: Workspace) -> Path:
    return workspace.dir("work") / "fixed.json"


def _copy(workspace: Workspace) -> Path:
    return workspace.dir("work") / "answers-fixed.parquet"


@dataclass(frozen=True, slots=True)
class Taken:
    """The answers as they were at one moment. Whoever decides by them fixes these, whatever came in the meantime.

    `holds`: ids of the holds in force at that moment.
    """

    data: bytes
    holds: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """Their digest; empty without any."""
        held = ("\0" + "\n".join(self.holds)).encode() if self.holds else b""
        return hashlib.sha256(self.data + held).hexdigest() if self.data or held else ""

    @property
    def answers(self) -> pl.DataFrame | None:
        """All of them, or None."""
        return with_lot(pl.read_parquet(io.BytesIO(self.data))) if self.data else None


def take_answers(workspace: Workspace) -> Taken:
    """The answers as they are now."""
    path = answers_file(workspace)
    return Taken(path.read_bytes() if path.is_file() else b"", in_force(workspace))


def note_fixed(workspace: Workspace, taken: Taken) -> None:
    """Note that the decisions on disk go by these answers. Any others, also those that came since, are new."""
    if taken.data:
        write_file(_copy(workspace), taken.data)
    workspace.write_json(_note(workspace), {"answers": taken.mark})


def note_half_done(workspace: Workspace) -> None:
    """Note that the decisions on disk are being replaced: nothing may act on them until they are fixed again."""
    workspace.write_json(_note(workspace), {"answers": _HALF_DONE})


def is_half_done(workspace: Workspace) -> bool:
    """Whether decisions were being replaced when the step that does it ended."""
    return fixed_mark(workspace) == _HALF_DONE


def refuse_half_done(workspace: Workspace, case_id: str) -> None:
    """Refuse to act on decisions that are half replaced.

    Raises:
        StateError: while a delta cutover was cut off.
    """
    if is_half_done(workspace):
        raise StateError(
            f"a delta cutover of case {case_id} was cut off: its rows are half taken in",
            hint=f"Run `bequest cutover {case_id} --delta --confirmed-by PERSON` again; it goes on where it stopped.",
        )


def fixed_mark(workspace: Workspace) -> str:
    """The answers that the decisions go by; empty for none."""
    path = _note(workspace)
    return str(json.loads(path.read_text(encoding="utf-8"))["answers"]) if path.is_file() else ""


def keep_fixed(workspace: Workspace, path: Path) -> None:
    """Keep the answers that the decisions go by at `path`: by them is known later what came since."""
    write_file(path, _copy(workspace).read_bytes() if _copy(workspace).is_file() else b"")


def withdrawn_since(workspace: Workspace, kept: Path, lot: str, lots: tuple[str, ...]) -> pl.Series:
    """References of people who objected, or took back the consent to the transfer, since answers were kept there.

    What counts is the last word for this lot, then and now; `lots` are all of the case. A dispute stops the
    destruction but withdraws nothing.
    """
    answers = saved_answers(workspace)
    if answers is None:
        return pl.Series("ref", [], dtype=pl.Utf8)
    data = kept.read_bytes()
    before = with_lot(pl.read_parquet(io.BytesIO(data))) if data else answers.clear()
    meant = stopping().filter(pl.col("fact").is_in(list(_WITHDRAWS)))
    new = _last(answers, lots).filter(pl.col("part") == lot).join(meant, on=["fact", "value"], how="semi")
    return new.join(_last(before, lots), on=list(_ANSWER), how="anti")["ref"].unique().sort()


def stopped_since(workspace: Workspace, lots: tuple[str, ...], *, disputes_only: bool = False) -> pl.Series:
    """References of people who objected, disputed or took a consent back since the decisions were fixed.

    Who refuses a new purpose stops what is under way only where he had agreed to it before. `disputes_only`: see
    `stopping`.
    """
    answers = saved_answers(workspace)
    if answers is None:
        return pl.Series("ref", [], dtype=pl.Utf8)
    meant = stopping(disputes_only=disputes_only)
    new = _last(answers, lots).join(meant, on=["fact", "value"], how="semi")
    path = _copy(workspace)
    before = _last(with_lot(pl.read_parquet(path)) if path.is_file() else answers.clear(), lots)
    agreed = before.filter(pl.col("fact") == _NEW_PURPOSE, pl.col("value") == "given")["ref"]
    new = new.join(before, on=list(_ANSWER), how="anti").filter(
        (pl.col("fact") != _NEW_PURPOSE) | pl.col("ref").is_in(agreed.implode())
    )
    return new["ref"].unique().sort()


def _last(answers: pl.DataFrame, lots: tuple[str, ...]) -> pl.DataFrame:
    """What holds for each question and lot (`part`): an answer for one lot may have stood between two for all."""
    return last_words(over_lots(answers, lots), "ref", "part")


_Entry = tuple[int, int, int] | None


@dataclass(slots=True)
class Watch:
    """Looks at every batch whether answers or holds came: one look at two files' entries, after what `take` asks.

    `take`: takes into the files what waits elsewhere, for a click at the portal stops the next batch already.
    """

    workspace: Workspace
    guard: Callable[[], None]
    matters: Callable[[], bool] = lambda: True
    take: Callable[[], None] = lambda: None
    _seen: tuple[_Entry, _Entry] = field(init=False)

    def __post_init__(self) -> None:
        self._seen = self._look()

    def _look(self) -> tuple[_Entry, _Entry]:
        return _entry(answers_file(self.workspace)), _entry(holds_file(self.workspace))

    def check(self) -> None:
        """Nothing, while no answers and no holds came that matter here.

        Raises:
            AnswersCameError: where they did.
        """
        self.take()
        self.look()

    def look(self) -> None:
        """The same by the file alone, for whoever is in a transaction.

        Raises:
            AnswersCameError: as `check`.
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


def _entry(path: Path) -> _Entry:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
