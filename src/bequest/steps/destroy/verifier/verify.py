"""The second look, after the deletion: every cell of every table, every byte of the files, against what should be gone.

Each hit is
- planned, where this token may remain in this very cell (in a column, as often as before, where rows have no key);
- coincidence, where a whole cell of a column that identifies nobody equals it (an order number like a phone number),
  or it is a piece of a longer number among bytes: shown and counted, and residue where a column has many;
- residue otherwise. One residue refuses the certificate.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bequest.kernel.canonical import Json, to_json
from bequest.kernel.errors import StateError
from bequest.model.case import Source, SourceKind
from bequest.model.destruction import Finding, Level, SearchResult
from bequest.steps.destroy.verifier.candidates import OWN_KINDS, PLAIN, Candidate
from bequest.steps.destroy.verifier.places import Places, by_table, class_of
from bequest.steps.destroy.verifier.prepare import RAW_KINDS, place_row
from bequest.steps.destroy.verifier.raw import raw_paths
from bequest.steps.destroy.verifier.rows import Rows, UnreadableError
from bequest.steps.destroy.verifier.scan import ColumnHits, Search, Tally
from bequest.steps.destroy.verifier.state import Facts, SourceControl, VerifierState
from bequest.steps.destroy.verifier.task import Task
from bequest.steps.destroy.verifier.tokens import Tokeniser

MANY = 100
"""One cell in so many: beyond it, equal numbers in a column are no coincidence any more."""
FEW = 3
METHOD = "cells+bytes"
BYTES = "(bytes)"
"""Stands for the column where something was found in the bytes of a file."""

PLANNED, COINCIDENCE, RESIDUE = "planned", "coincidence", "residue"


@dataclass(frozen=True, slots=True)
class Line:
    """Hits of one kind with one verdict in one column (or file), counted: what people adjudicate. No values."""

    source: str
    table: str
    column: str
    kind: str
    verdict: str
    hits: int


@dataclass(frozen=True, slots=True)
class Report:
    """What the verifier found: one result per source, the lines behind it, and the facts of the first look."""

    results: tuple[SearchResult, ...]
    lines: tuple[Line, ...]
    facts: Facts

    @property
    def is_clean(self) -> bool:
        """Whether every source was searched and holds nothing outside the plan."""
        return all(r.finding in {Finding.CLEAR, Finding.AS_PLANNED} for r in self.results)

    def predicate(self) -> dict[str, Json]:
        """The predicate of a RescanReport statement."""
        return {
            "results": [to_json(r) for r in self.results],
            "lines": [to_json(line) for line in self.lines],
            "columns": [to_json(c) for c in self.facts.columns],
            "sources": [to_json(s) for s in self.facts.sources],
            "keyCommit": self.facts.key_commit,
        }


def verify(task: Task, state: VerifierState) -> Report:
    """Search every source for what should be gone. May be repeated, also at a later date.

    Raises:
        StateError: where the state was made with another key.
    """
    if task.key_commit != state.facts.key_commit:
        raise StateError(
            "the verifier's key is not the one of the first look", hint="Use the key under which the tokens were made."
        )
    tokeniser = Tokeniser(task.key)
    search = Search(tokeniser, state.wanted, state.facts.profile)
    look = _SecondLook(task, state, tokeniser, search)
    results = tuple(look.source(s) for s in task.sources)
    lines = tuple(Line(*key, n) for key, n in sorted(look.lines.items()) if n)
    return Report(results, lines, state.facts)


class _SecondLook:
    def __init__(self, task: Task, state: VerifierState, tokeniser: Tokeniser, search: Search) -> None:
        self._task = task
        self._state = state
        self._tokeniser = tokeniser
        self._search = search
        self._places = by_table(task.plans)
        self._left = dict(state.allowed)
        self._controls: Mapping[str, SourceControl] = {s.source: s for s in state.facts.sources}
        self._met: set[tuple[str, bytes]] = set()
        self._new_chances: Counter[tuple[str, str, str, str]] = Counter()
        self.lines: Counter[tuple[str, str, str, str, str]] = Counter()

    def source(self, source: Source) -> SearchResult:
        """Search one source and give its result."""
        tally = Tally()
        why = self._controls[source.name].not_readable if source.name in self._controls else "not_prepared"
        rows_of: Counter[str] = Counter()
        try:
            if not _went_whole(source):
                for rows, hits in self._search.cells(source, self._task, tally):
                    rows_of[rows.table] += len(rows.names)
                    self._judge(source.name, rows, hits)
            self._bytes(source, tally)
        except (UnreadableError, OSError, ValueError) as error:
            why = why or type(error).__name__
        self._no_coincidence_where_many(source.name, rows_of)
        return self._result(source.name, tally, why)

    def _judge(self, source: str, rows: Rows, hits: list[ColumnHits]) -> None:
        if not hits:
            return
        places = self._places.get((source, rows.table))
        keys = (rows.keys(places.plan.key) if places else rows.names).to_list()
        # where rows are known by number, the numbers have moved: then only the counts of the first look speak
        keyed = places is not None and bool(places.plan.key)
        located = places.locate(rows, self._task.link_ecb) if places and keyed else None
        for hit in hits:
            self._met.update((source, token) for token in hit.tokens)
            going = places.going(hit.column, located)[hit.rows] if places and located is not None else _none(hit.rows)
            pairs = zip(hit.owner.tolist(), hit.rows.tolist(), going.tolist(), strict=True)
            for i, position, goes in pairs:
                place = self._tokeniser.place(source, rows.table, hit.column, place_row(places, keys, position))
                allowed = not goes and self._take(hit.tokens[i], place)
                chance = not goes and _may_be_chance(places, hit.column, hit.found[i])
                verdict = COINCIDENCE if chance else PLANNED if allowed else RESIDUE
                where = (source, rows.table, hit.column, hit.found[i].kind)
                self.lines[*where, verdict] += 1
                self._new_chances[where] += chance and not allowed

    def _take(self, token: bytes, place: bytes) -> bool:
        """Use up one of the places in which this token may remain."""
        left = self._left.get((token, place), 0)
        if left:
            self._left[token, place] = left - 1
        return left > 0

    def _bytes(self, source: Source, tally: Tally) -> None:
        """What stands in the bytes and in no cell: what stands in cells has been judged there."""
        allowed = self._state.allowed_in.get(source.name, frozenset())
        for path, kind in raw_paths(source, self._task.known_copies):
            if kind is not None and kind not in RAW_KINDS:
                continue
            for found in self._search.raw(path, tally):
                if found.token not in allowed and (source.name, found.token) not in self._met:
                    verdict = COINCIDENCE if found.is_chance else RESIDUE
                    self.lines[source.name, path.name, BYTES, found.kind, verdict] += 1

    def _no_coincidence_where_many(self, source: str, rows_of: Mapping[str, int]) -> None:
        """Equal numbers that were not there at the first look are residue where a column has more than a few."""
        for key, n in self._new_chances.items():
            if key[0] == source and n > FEW and n * MANY > rows_of.get(key[1], 0):
                self.lines[*key, COINCIDENCE] -= n
                self.lines[*key, RESIDUE] += n

    def _result(self, source: str, tally: Tally, why: str) -> SearchResult:
        by = {
            v: sum(n for k, n in self.lines.items() if k[0] == source and k[4] == v)
            for v in (RESIDUE, PLANNED, COINCIDENCE)
        }
        columns = [c for c in self._state.facts.columns if c.source == source]
        expected, found = (sum(getattr(c, f"control_{w}") for c in columns) for w in ("expected", "found"))
        control = self._controls.get(source)
        blind = bool(why) or found < expected or control is None or control.rows_recognised < control.rows_planned
        finding = Finding.AS_PLANNED if by[PLANNED] else Finding.CLEAR
        if blind:
            finding = Finding.NOT_SEARCHED
        if by[RESIDUE]:
            finding = Finding.RESIDUE
        return SearchResult(
            source,
            METHOD,
            Level.LOGICAL,
            tally.columns,
            tally.candidates,
            found,
            expected,
            by[RESIDUE],
            by[PLANNED],
            by[COINCIDENCE],
            finding,
            control.not_searchable if control else (),
        )


def _went_whole(source: Source) -> bool:
    """Whether its file is gone: no cell is left to be searched, but what lies beside it is."""
    return source.kind is not SourceKind.HELD_ELSEWHERE and source.path != Path() and not source.path.exists()


def _may_be_chance(places: Places | None, column: str, found: Candidate) -> bool:
    """A whole cell, in a column that identifies nobody, that looks like an identifier of another kind."""
    cls = class_of(places, column)
    return found.whole and cls in PLAIN and found.kind not in OWN_KINDS.get(cls, frozenset())


def _none(rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    return np.zeros(len(rows), np.bool_)
