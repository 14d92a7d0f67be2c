"""What linking keeps of people in the workspace: their ids and history, decisions of people, and what is in doubt.

All of it are tokens of mentions and numbers; no value in clear is among them.
"""

import hashlib
from collections.abc import Iterator, Mapping

import numpy as np
import polars as pl

from bequest.app.workspace import TableFile, Workspace
from bequest.kernel.errors import StateError
from bequest.steps.link.identities import HISTORY, KNOWN, identities, persons_before
from bequest.steps.link.link import DECISIONS, Linked, nothing_decided

_DECIDED = {**DECISIONS, "by": pl.String, "at": pl.String, "reason": pl.String}


def decisions(workspace: Workspace) -> pl.DataFrame:
    """What people decided so far, the last word on each pair: `left`, `right`, `same`, `by`, `at`, `reason`."""
    path = workspace.dir("work") / "link-decisions.parquet"
    found = workspace.read(path, f"link {workspace.root.name}") if path.is_file() else pl.DataFrame(schema=_DECIDED)
    return found.unique(["left", "right"], keep="last", maintain_order=True)


def decided_digest(workspace: Workspace) -> str:
    """Digest of the decisions, in which their order does not count."""
    found = decisions(workspace).sort("left", "right")
    lines = [f"{a.hex()} {b.hex()} {same}" for a, b, same in found.select(list(DECISIONS)).iter_rows()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest() if lines else ""


def add_decision(workspace: Workspace, pair: pl.DataFrame) -> None:
    """Keep one more decision (one line of the columns of `decisions`)."""
    path = workspace.dir("work") / "link-decisions.parquet"
    line = pair.select(pl.col(k).cast(v) for k, v in _DECIDED.items())
    workspace.write(path, pl.concat([decisions(workspace), line]) if path.is_file() else line)


def to_apply(workspace: Workspace) -> pl.DataFrame:
    """The decisions as linking takes them."""
    found = decisions(workspace)
    return found.select(list(DECISIONS)) if found.height else nothing_decided()


def save_people(workspace: Workspace, linked: Linked, indexes: Mapping[tuple[str, str], TableFile]) -> None:
    """Give every subject its id, and note what became of ids of the run before."""
    work = workspace.dir("work")
    path, log = work / "people.parquet", work / "people-history.parquet"
    before = TableFile(path) if path.is_file() else None
    persons = pl.read_parquet(path, columns=["person"])["person"].to_numpy() if before else np.zeros(0, np.int64)
    history = people_history(workspace)
    used = [s.max() for s in (history["person"], history["other"])]
    run = int(str(history["run"].max() or 0)) + 1
    first_new = max(int(persons.max(initial=0)), *(int(str(u or 0)) for u in used)) + 1
    subject = np.concatenate([np.zeros(0, np.int32), *(m for _, m in _mentions(linked, indexes))])
    tokens = (token for token, _ in _mentions(linked, indexes))
    was = persons_before(tokens, len(subject), before.parts("mention") if before else (), persons)
    made = identities(subject, was, linked.n_subjects, persons, first_new, run)
    if made.history.height:
        workspace.write(log, pl.concat([history, made.history]))
    workspace.write_batches(path, _known(linked, indexes, made.person_of))
    workspace.write(work / "person-of.parquet", made.person_of.alias("person").to_frame())
    workspace.write(work / "review.parquet", linked.review)


def _mentions(linked: Linked, indexes: Mapping[tuple[str, str], TableFile]) -> Iterator[tuple[pl.Series, np.ndarray]]:
    """Every mention that is somebody's, part by part: its token, and the subject."""
    for key, roles in linked.subject_of.items():
        for role, subjects in roles.items():
            first = 0
            for part in indexes[key].parts(f"m:{role}"):
                who = subjects[first : first + len(part)].astype(np.int32)
                known = who >= 0
                yield part.filter(pl.Series(known)), who[known]
                first += len(part)


def _known(
    linked: Linked, indexes: Mapping[tuple[str, str], TableFile], person_of: pl.Series
) -> Iterator[pl.DataFrame]:
    """Whose each mention is, for the next run."""
    yield pl.DataFrame(schema=KNOWN)
    for token, subject in _mentions(linked, indexes):
        yield pl.DataFrame([token.alias("mention"), person_of.gather(subject).alias("person")])


def people_history(workspace: Workspace) -> pl.DataFrame:
    """What became of ids in the runs so far: `run` (counting those in which something changed), `kind`, ids."""
    log = workspace.dir("work") / "people-history.parquet"
    return pl.read_parquet(log) if log.is_file() else pl.DataFrame(schema=HISTORY)


def person_ids(workspace: Workspace) -> pl.Series:
    """The id of each subject of the last run."""
    return workspace.read(workspace.dir("work") / "person-of.parquet", f"link {workspace.root.name}")["person"]


def review_list(workspace: Workspace) -> pl.DataFrame:
    """The pairs in doubt of the last run that nobody decided since, with a `code` each that stays the same.

    Raises:
        StateError: where linking has not run yet.
    """
    path = workspace.dir("work") / "review.parquet"
    if not path.is_file():
        raise StateError("there is no review list yet", hint=f"Run `bequest link {workspace.root.name}` first.")
    found = pl.read_parquet(path).join(decisions(workspace), on=["left", "right"], how="anti", maintain_order="left")
    codes = [hashlib.sha256(a + b).hexdigest()[:10] for a, b in found.select("left", "right").iter_rows()]
    return found.with_columns(pl.Series("code", codes, dtype=pl.String))
