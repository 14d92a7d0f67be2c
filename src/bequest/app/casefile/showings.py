"""`[[showings]]`: the anonymous tables of a due diligence, each by the description of `bequest diligence`."""

import tomllib
from collections.abc import Sequence

from bequest.app.casefile.papers import paper_digest
from bequest.app.casefile.table import Table
from bequest.kernel.errors import BequestError, CaseFileError
from bequest.model.case import Case, Event
from bequest.model.showing import Showing
from bequest.steps.anonymise.measure import Wanted
from bequest.steps.anonymise.spec import TableSpec, read_spec

SHOWING = ("id", "receiver", "file", "sha256")


def read_showing(table: Table) -> Showing:
    """A table to be shown; its description is read and checked here, and its digest taken.

    Raises:
        CaseFileError: where the file is not there, is another, or describes no table of the case.
    """
    path = (table.references.folder / table.text("file")).resolve()
    digest = paper_digest(path)
    if digest is None:
        raise table.fault(
            "file", f"there is no readable file {path.name}", "Put the description beside the case file; see"
            " docs/diligence.md.",
        )  # fmt: skip
    written = table.text("sha256", "").lower()
    if written and written != digest:
        raise table.fault("sha256", f"is not that of {path.name}", "Write the SHA-256 of the file, or leave it out.")
    try:
        spec = read_spec(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise table.fault("file", f"{path.name} is not TOML", "See docs/diligence.md.") from None
    except BequestError as error:
        raise table.fault("file", f"{path.name}: {error.message}", error.hint) from None
    if not spec.table or spec.file:
        raise table.fault(
            "file", f"{path.name} names no table of the case", 'Write table = "source.table" in it, and no input.'
        )
    return Showing(
        id=table.identifier("id"), receiver=table.text("receiver"), table=spec.table, columns=spec.names,
        wanted=asked(spec), file=path, sha256=digest,
    )  # fmt: skip


def asked(spec: TableSpec) -> str:
    """What a description asks of its table, in one line."""
    w: Wanted = spec.wanted
    return f"k={w.k} l={w.l} t={w.t:g} suppression={w.suppression:g}"


def check_showings(case: Case, showings: Sequence[Showing], where: str) -> None:
    """Nothing, where a due diligence shows something to somebody named, and no other event shows anything.

    Raises:
        CaseFileError: naming what is amiss.
    """
    if case.event is not Event.E14:
        if showings:
            raise CaseFileError(
                f"{where} showings: event {case.event.value} shows no tables",
                hint="Tables are shown in a due diligence, E14; `bequest diligence` makes one in any case.",
            )
        return
    if not showings or not case.receivers:
        raise CaseFileError(
            f"{where} {'showings' if case.receivers else 'receivers'}: a due diligence shows at least one anonymous"
            " table to somebody named",
            hint="Write [[receivers]] for the prospective buyer and [[showings]] with id, receiver and file.",
        )
    known, sources = {r.id for r in case.receivers}, {s.name for s in case.sources if s.has_rows}
    for n, showing in enumerate(showings, start=1):
        if showing.receiver not in known:
            raise CaseFileError(
                f"{where} showings#{n}.receiver: {showing.receiver!r} is not named under [[receivers]]",
                hint=f"Named there: {', '.join(sorted(known))}.",
            )
        if showing.table.partition(".")[0] not in sources:
            raise CaseFileError(
                f"{where} showings#{n}.file: the table {showing.table} is of no source that is read row by row",
                hint=f"Sources: {', '.join(sorted(sources))}.",
            )
    for n, name in enumerate(ids := [s.id for s in showings], start=1):
        if name in ids[: n - 1]:
            raise CaseFileError(f"{where} showings#{n}.id: {name!r} stands twice", hint="Give each its own.")
