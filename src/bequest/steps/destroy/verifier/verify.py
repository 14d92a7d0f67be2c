"""The second look, after the deletion: every cell of every table, every byte of the files, against what should be gone.

Each hit is
- planned, where this token may remain in this very cell (in a column, as often as before, where rows have no key),
  or its row is on hold and stands as it stood;
- coincidence, where a whole cell of a column that identifies nobody equals it (an order number like a phone number),
  or it is a piece of a longer number among bytes: shown and counted, and residue where a column has many;
- residue otherwise. One residue refuses the certificate.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bequest.kernel.canonical import Json, to_json
from bequest.kernel.errors import StateError
from bequest.model.case import SERVERS, Source, SourceKind
from bequest.model.destruction import Finding, Level, SearchResult
from bequest.steps.destroy.verifier.buffers import Ints
from bequest.steps.destroy.verifier.candidates import KINDS, OWN_KINDS, PLAIN
from bequest.steps.destroy.verifier.held import HeldRows, contents
from bequest.steps.destroy.verifier.places import Places, by_table, class_of
from bequest.steps.destroy.verifier.prepare import RAW_KINDS, row_names
from bequest.steps.destroy.verifier.raw import raw_paths
from bequest.steps.destroy.verifier.reading import read_rows
from bequest.steps.destroy.verifier.rows import Rows, UnreadableError
from bequest.steps.destroy.verifier.scan import Bools, ColumnHits, Kinds, Search, Tally
from bequest.steps.destroy.verifier.state import Allowed, Facts, SourceControl, VerifierState
from bequest.steps.destroy.verifier.task import Task
from bequest.steps.destroy.verifier.tokens import Tokeniser

MANY = 100
"""One cell in so many: beyond it, equal numbers in a column are no coincidence any more."""
FEW = 3
METHOD = "cells+bytes"
METHOD_ON_SERVER = "cells"
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
    look = _SecondLook(replace(task, afterwards=True), state, tokeniser, search)
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
        self._tokens = state.wanted.array()
        self._left = state.allowed.counts.copy()
        self._held = {
            table: HeldRows(self._places[table].plan, known, task.held)
            for table, known in state.contents.items()
            if len(task.held) and table in self._places
        }
        self._controls: Mapping[str, SourceControl] = {s.source: s for s in state.facts.sources}
        self._new_chances: Counter[tuple[str, str, str, str]] = Counter()
        self.lines: Counter[tuple[str, str, str, str, str]] = Counter()

    def source(self, source: Source) -> SearchResult:
        """Search one source and give its result."""
        tally = Tally()
        why = self._controls[source.name].not_readable if source.name in self._controls else "not_prepared"
        rows_of: Counter[str] = Counter()
        met = np.zeros(len(self._tokens), np.bool_)
        try:
            if not _went_whole(source):
                for rows, hits in self._search.cells(read_rows(source, self._task), tally):
                    rows_of[rows.table] += len(rows.names)
                    self._judge(source.name, rows, hits)
                    for hit in hits:
                        met[hit.known] = True
            self._bytes(source, tally, met)
        except (UnreadableError, OSError, ValueError) as error:
            why = why or type(error).__name__
        self._no_coincidence_where_many(source.name, rows_of)
        return self._result(source, tally, why)

    def _judge(self, source: str, rows: Rows, hits: list[ColumnHits]) -> None:
        if not hits:
            return
        places = self._places.get((source, rows.table))
        names = row_names(places, rows)
        # where rows are known by number, the numbers have moved: then only the counts of the first look speak
        keyed = places is not None and bool(places.plan.key)
        held = self._on_hold(source, rows, hits)
        located = places.locate(rows, self._task.link_ecb) if places and keyed else held
        for hit in hits:
            stays = np.ones(len(hit.rows), np.bool_)
            if places is not None:
                stays = ~places.going(hit.column, located)[hit.rows]
            cells = Allowed.cell(
                self._tokens[hit.known[stays]],
                self._tokeniser.places(source, rows.table, hit.column, names, hit.rows[stays]),
            )
            allowed = np.zeros(len(stays), np.bool_)
            allowed[stays] = self._state.allowed.take(cells, self._left)
            on_hold = held[hit.rows] >= 0
            allowed |= on_hold
            chance = stays & ~on_hold & _may_be_chance(places, hit)
            self._count((source, rows.table, hit.column), hit.kinds, allowed, chance)

    def _on_hold(self, source: str, rows: Rows, hits: list[ColumnHits]) -> Ints:
        """For each row with a hit, its row in the plan where it is on hold and stands as it stood, else -1."""
        found = np.full(len(rows.names), -1, np.int64)
        held = self._held.get((source, rows.table))
        if held:
            at = np.unique(np.concatenate([hit.rows for hit in hits]))
            found[at] = held.find(contents(self._tokeniser, source, rows, at))
        return found

    def _count(self, where: tuple[str, str, str], kinds: Kinds, allowed: Bools, chance: Bools) -> None:
        verdicts = {COINCIDENCE: chance, PLANNED: allowed & ~chance, RESIDUE: ~allowed & ~chance}
        for number in np.unique(kinds).tolist():
            of_kind, kind = kinds == number, KINDS[number]
            for verdict, is_so in verdicts.items():
                self.lines[*where, kind, verdict] += int((of_kind & is_so).sum())
            self._new_chances[*where, kind] += int((of_kind & chance & ~allowed).sum())

    def _bytes(self, source: Source, tally: Tally, met: Bools) -> None:
        """What stands in the bytes and in no cell: what stands in cells has been judged there."""
        if source.kind in SERVERS:  # the files are the server's: no byte of them is claimed to have been searched
            return
        explained = met.copy()
        may_remain = self._state.allowed.in_source.get(source.name)
        if may_remain is not None:
            at = self._state.wanted.positions(may_remain.array())
            explained[at[at >= 0]] = True
        for path, kind in raw_paths(source, self._task.known_copies):
            if kind is not None and kind not in RAW_KINDS:
                continue
            found = self._search.raw(path, tally, explained)
            for number, chance in zip(found.kinds, found.is_chance, strict=True):
                self.lines[source.name, path.name, BYTES, KINDS[number], COINCIDENCE if chance else RESIDUE] += 1

    def _no_coincidence_where_many(self, source: str, rows_of: Mapping[str, int]) -> None:
        """Equal numbers that were not there at the first look are residue where a column has more than a few."""
        for key, n in self._new_chances.items():
            if key[0] == source and n > FEW and n * MANY > rows_of.get(key[1], 0):
                self.lines[*key, COINCIDENCE] -= n
                self.lines[*key, RESIDUE] += n

    def _result(self, searched: Source, tally: Tally, why: str) -> SearchResult:
        source = searched.name
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
            METHOD_ON_SERVER if searched.kind in SERVERS else METHOD,
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


def _may_be_chance(places: Places | None, hit: ColumnHits) -> Bools:
    """Whole cells, in a column that identifies nobody, that look like an identifier of another kind."""
    cls = class_of(places, hit.column)
    if cls not in PLAIN:
        return np.zeros(len(hit.rows), np.bool_)
    own = [KINDS.index(kind) for kind in OWN_KINDS.get(cls, frozenset())]
    return np.asarray(hit.wholes & ~np.isin(hit.kinds, own), np.bool_)
