"""State of telling people and of their answers, as the workspace keeps it: references and facts, no values.

Letters go out weeks before the cutover, and records come, go and merge meanwhile. A person is found again by any record
under which he or she was known: a lost objection would pass on the data of somebody who said no.
"""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from bequest.app.law import pack_of
from bequest.app.workspace import Workspace
from bequest.crypto.atomic import write_file
from bequest.kernel.errors import StateError
from bequest.model.case import Case
from bequest.model.facts import FACT_VALUES, Fact
from bequest.steps.link.link import Linked
from bequest.steps.notify.answers import last_words, over_lots
from bequest.steps.notify.ladder import Told, notice_codes, told_of, window_end

NO_ANSWERS = pl.DataFrame(schema={"subject": pl.Int64, "fact": pl.Utf8, "value": pl.Utf8})


def window_closes(workspace: Workspace, case: Case) -> date | None:
    """The last day on which somebody may still object; it rolls off holidays. None while anybody is not told."""
    end = window_end(register(workspace), case.window, published_on(workspace))
    return pack_of(case).calendar.roll(end) if end is not None else None


def beyond_table(case: Case, day: date) -> int | None:
    """The last year of the table of holidays, where that day lies past it and lunar holidays are not known yet."""
    calendar = pack_of(case).calendar
    return None if calendar.knows(day) else calendar.last_known_year()


def register(workspace: Workspace) -> pl.DataFrame:
    """Who was told how.

    Raises:
        StateError: where no notice was prepared.
    """
    path = workspace.dir("work") / "notices.parquet"
    if not path.is_file():
        raise StateError("no notices are prepared", hint="Run `bequest notify` first.")
    found = pl.read_parquet(path)
    return found if "lots" in found.columns else found.with_columns(pl.lit("").alias("lots"))


def save_register(workspace: Workspace, frame: pl.DataFrame) -> None:
    """Keep the register."""
    workspace.write(workspace.dir("work") / "notices.parquet", frame)


def saved_answers(workspace: Workspace) -> pl.DataFrame | None:
    """All answers so far, or None."""
    path = answers_file(workspace)
    return with_lot(pl.read_parquet(path)) if path.is_file() else None


def with_lot(found: pl.DataFrame) -> pl.DataFrame:
    """Answers with their lot; where they have none, they are for all."""
    return found if "lot" in found.columns else found.with_columns(pl.lit("").alias("lot"))


def answers_file(workspace: Workspace) -> Path:
    """Where the answers lie."""
    return workspace.dir("work") / "answers.parquet"


def save_answers(workspace: Workspace, frame: pl.DataFrame) -> None:
    """Keep the answers."""
    workspace.write(answers_file(workspace), frame)


def know_again(workspace: Workspace, linked: Linked) -> None:
    """Keep every token under which somebody who answered is known today: `anchor`, `mention`.

    The record that the letter went by may be gone, or have merged with others, when the answer is needed.
    """
    answers = saved_answers(workspace)
    if answers is None:
        return
    found = _found_again(workspace, linked, answers.select("ref").join(_anchors(workspace), on="ref")["anchor"])
    marked = found.join(mentions(workspace, linked), on="subject").select("anchor", "mention")
    workspace.write(_known_file(workspace), pl.concat([_known(workspace), marked]).unique(maintain_order=True))


def answers_of(
    workspace: Workspace, linked: Linked, answers: pl.DataFrame | None, case: Case | None = None
) -> pl.DataFrame:
    """The answers as facts of today's subjects, whatever numbers they have now; the last of each kind holds.

    Where the case has several lots there is a column `lot` too: an answer for all holds in each of them, until a later
    one for a single lot.
    """
    lots = tuple(lot.id for lot in case.lots) if case else ()
    by_lot = ["lot"] if len(lots) > 1 else []
    if answers is None:
        return NO_ANSWERS.with_columns(pl.lit(None, pl.Utf8).alias(c) for c in by_lot)
    reached = over_lots(answers.join(_anchors(workspace), on="ref", maintain_order="left"), lots)
    if not by_lot:  # then whatever is said is for all
        reached = reached.filter(pl.col("part") == "")
    found = reached.join(_found_again(workspace, linked, reached["anchor"]), on="anchor", maintain_order="left")
    last = last_words(found, "subject", "part").with_columns(lot="part")
    return last.select("subject", "fact", "value", *by_lot)


def notice_of(workspace: Workspace, linked: Linked) -> np.ndarray:
    """The notice fact of every subject, as one code each: who was told under any of his records was told."""
    return _notice(workspace, linked, register(workspace))


def notice_by_lot(workspace: Workspace, linked: Linked, case: Case) -> dict[str, np.ndarray]:
    """The same for each lot, where the case has several: somebody may have been told of one and not of another."""
    state = register(workspace)
    if len(case.lots) < 2:
        return {}
    return {lot.id: _notice(workspace, linked, told_of(state, lot.id)) for lot in case.lots}


def _notice(workspace: Workspace, linked: Linked, state: pl.DataFrame) -> np.ndarray:
    codes = {v: i for i, v in enumerate(FACT_VALUES[Fact.NOTICE])}
    rank = pl.col("state").replace_strict(_TOLD_BEST, default=len(_TOLD_BEST), return_dtype=pl.UInt8)
    told = (
        state.join(_found_again(workspace, linked, state["anchor"]), on="anchor")
        .sort(rank, maintain_order=True)
        .unique("subject", keep="first", maintain_order=True)
    )
    return notice_codes(
        told.with_columns(linked.anchors.gather(told["subject"]).alias("anchor")), linked.anchors, codes
    )


def people_of(workspace: Workspace, linked: Linked) -> pl.DataFrame:
    """Today's subjects of everybody who was to be told: `ref`, `subject`."""
    found = _anchors(workspace)
    again = _found_again(workspace, linked, found["anchor"])
    return found.join(again, on="anchor", maintain_order="left").select("ref", "subject")


_TOLD_BEST = {Told.DELIVERED.value: 0, Told.PUBLISHED.value: 1}
_KNOWN = {"anchor": pl.Binary, "mention": pl.Binary}


def _anchors(workspace: Workspace) -> pl.DataFrame:
    return register(workspace).select("ref", "anchor")


def _known_file(workspace: Workspace) -> Path:
    return workspace.dir("work") / "answered.parquet"


def _known(workspace: Workspace) -> pl.DataFrame:
    path = _known_file(workspace)
    return pl.read_parquet(path) if path.is_file() else pl.DataFrame(schema=_KNOWN)


def _found_again(workspace: Workspace, linked: Linked, anchors: pl.Series) -> pl.DataFrame:
    """`anchor`, `subject`: who bears an anchor of an earlier run today. More than one, where a person was parted."""
    wanted = pl.DataFrame([anchors.unique().alias("anchor")])
    known = _known(workspace).join(wanted, on="anchor", how="semi")
    today = (
        linked.anchors.alias("anchor")
        .to_frame()
        .with_row_index("subject")
        .with_columns(pl.col("subject").cast(pl.Int64))
    )
    same = wanted.join(today, on="anchor").select("anchor", "subject")
    moved = wanted.join(same, on="anchor", how="anti").select("anchor", pl.col("anchor").alias("mention"))
    marks = pl.concat([moved, known])
    if not marks.height:
        return same
    elsewhere = marks.join(mentions(workspace, linked), on="mention").select("anchor", "subject")
    return pl.concat([same, elsewhere]).unique(maintain_order=True)


def mentions(workspace: Workspace, linked: Linked) -> pl.DataFrame:
    """Every mention of today's subjects: `mention`, `subject`."""
    parts = [pl.DataFrame(schema={"mention": pl.Binary, "subject": pl.Int64})]
    for (source, table), roles in linked.subject_of.items():
        index = pl.read_parquet(workspace.table_file("index", source, table), columns=[f"m:{r}" for r in roles])
        for role, subjects in roles.items():
            who = pl.Series("subject", subjects, dtype=pl.Int64)
            parts.append(pl.DataFrame([index[f"m:{role}"].alias("mention"), who]).filter(pl.col("subject") >= 0))
    return pl.concat(parts)


_PUBLISHED = "published-on.txt"


def note_published(workspace: Workspace, day: date) -> None:
    """Keep the day of the first public notice."""
    path = workspace.dir("work") / _PUBLISHED
    if not path.is_file():
        write_file(path, day.isoformat().encode())


def published_on(workspace: Workspace) -> date | None:
    """The day of the first public notice."""
    path = workspace.dir("work") / _PUBLISHED
    return date.fromisoformat(path.read_text("utf-8")) if path.is_file() else None
