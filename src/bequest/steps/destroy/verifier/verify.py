"""The second look, after the deletion: every cell of every table, every byte of the files, against what should be gone.

Each hit is
- planned, where this token may remain in this very cell (in a column, as often as before, where rows have no key),
  or its row is on hold and stands as it stood;
- coincidence, where a whole cell of a column that identifies nobody equals it (an order number like a phone number),
  or it is a piece of a longer number among bytes: shown and counted, and residue where a column has many;
- residue otherwise. One residue refuses the certificate.

Hits that are neither planned nor known from the first look are laid before people, one by one. What they decided is
applied by token and place, in this search and in every later one.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from bequest.kernel.canonical import Json, to_json
from bequest.kernel.errors import StateError
from bequest.model.adjudication import Decision, Hit
from bequest.model.case import SERVERS, Source, SourceKind
from bequest.model.destruction import Finding, Level, SearchResult
from bequest.steps.destroy.verifier.buffers import Ints, Texts
from bequest.steps.destroy.verifier.candidates import KINDS, OWN_KINDS, PLAIN
from bequest.steps.destroy.verifier.held import HeldRows, contents
from bequest.steps.destroy.verifier.open_hits import Codes, OpenHits, Where, is_allowed, is_organic, is_residue
from bequest.steps.destroy.verifier.places import Places, by_table, class_of
from bequest.steps.destroy.verifier.prepare import RAW_KINDS, row_names
from bequest.steps.destroy.verifier.raw import raw_paths
from bequest.steps.destroy.verifier.reading import read_rows
from bequest.steps.destroy.verifier.rows import Rows, UnreadableError
from bequest.steps.destroy.verifier.scan import NAMES, Bools, ColumnHits, RawHits, Search, Tally
from bequest.steps.destroy.verifier.shapes import shape_of
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
ORGANIC, ALLOWED = "organic", "allowed"
"""Coincidence and planned, as people decided."""


_NO_CODES = np.zeros(0, np.uint8)
_NO_NAME = Texts(np.zeros(2, np.int64), np.frombuffer(b"", np.uint8))


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
    hits: tuple[Hit, ...] = ()
    """Hits for people to decide on; not part of the report."""
    more_hits: int = 0
    """Further ones, of kinds and columns of which enough are shown."""
    decisions: tuple[Decision, ...] = ()
    """What people had decided when this search was made."""

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
            "decisions": [
                {
                    "number": d.number, "source": d.hit.source, "table": d.hit.table, "column": d.hit.column,
                    "kind": d.hit.kind, "hits": d.hit.hits, "verdict": d.verdict.value, "reason": d.reason,
                    "by": [p for p in (d.first, d.second) if p],
                }
                for d in self.decisions
            ],
        }  # fmt: skip


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
    return Report(results, lines, state.facts, look.open.all(), look.open.more.total(), task.decisions)


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
        self._numbers: Counter[tuple[str, str]] = Counter()
        self.open = OpenHits(task.decisions)
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
                    if rows.cells.columns != [NAMES]:
                        self._numbers[source.name, rows.table] += rows.cells.height
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
            self._count((source, rows.table, hit.column), hit, names, allowed, chance, rows)

    def _on_hold(self, source: str, rows: Rows, hits: list[ColumnHits]) -> Ints:
        """For each row with a hit, its row in the plan where it is on hold and stands as it stood, else -1."""
        found = np.full(len(rows.names), -1, np.int64)
        held = self._held.get((source, rows.table))
        if held:
            at = np.unique(np.concatenate([hit.rows for hit in hits]))
            found[at] = held.find(contents(self._tokeniser, source, rows, at))
        return found

    def _count(
        self, where: Where, hit: ColumnHits, names: Texts, allowed: Bools, chance: Bools, rows: Rows
    ) -> None:  # fmt: skip
        """Count the hits of a column by kind and verdict; of those no rule settles, people have the word."""
        for number in np.unique(hit.kinds).tolist():
            at, kind = np.flatnonzero(hit.kinds == number), KINDS[number]
            is_open = at[~allowed[at]]
            codes = self._asked(where, kind, hit, names, is_open, chance, rows) if len(is_open) else _NO_CODES
            organic, stands, residue = (int(f(codes).sum()) for f in (is_organic, is_allowed, is_residue))
            unsaid = is_open[codes == 0]
            new_chances = int(chance[unsaid].sum())
            found = {
                PLANNED: int((allowed[at] & ~chance[at]).sum()),
                COINCIDENCE: int((allowed[at] & chance[at]).sum()) + new_chances,
                RESIDUE: len(unsaid) - new_chances + residue,
                ORGANIC: organic,
                ALLOWED: stands,
            }
            for verdict, n in found.items():
                self.lines[*where, kind, verdict] += n
            self._new_chances[*where, kind] += new_chances

    def _asked(
        self, where: Where, kind: str, hit: ColumnHits, names: Texts, at: Ints, chance: Bools, rows: Rows
    ) -> Codes:  # fmt: skip
        """What people said of these hits; those they have not seen are kept for them."""
        places = self._tokeniser.places(*where, names, hit.rows[at])
        cells = Allowed.cell(self._tokens[hit.known[at]], places)
        first = self._numbers[where[0], where[1]] + 1

        def look(i: int) -> tuple[int, str]:
            row = int(hit.rows[at[i]])
            return first + row, shape_of(rows.cells[where[2]][row] or "", kind)

        cls = class_of(self._places.get(where[:2]), where[2]).value
        return self.open.judge(where, kind, cls, cells, chance[at], look, in_bytes=False)

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
            self._in_file((source.name, path.name, BYTES), found)

    def _in_file(self, where: Where, found: RawHits) -> None:
        for number in np.unique(found.kinds).tolist():
            at, kind = np.flatnonzero(found.kinds == number), KINDS[number]
            places = self._tokeniser.places(*where, _NO_NAME, np.zeros(len(at), np.int64))
            cells = Allowed.cell(self._tokens[found.known[at]], places)
            chance = found.is_chance[at]
            codes = self.open.judge(where, kind, "", cells, chance, partial(_byte, found.at[at]), in_bytes=True)
            unsaid = codes == 0
            self.lines[*where, kind, COINCIDENCE] += int((unsaid & chance).sum())
            self.lines[*where, kind, RESIDUE] += int((unsaid & ~chance).sum() + is_residue(codes).sum())
            self.lines[*where, kind, ORGANIC] += int(is_organic(codes).sum())
            self.lines[*where, kind, ALLOWED] += int(is_allowed(codes).sum())

    def _no_coincidence_where_many(self, source: str, rows_of: Mapping[str, int]) -> None:
        """Equal numbers that were not there at the first look are residue where a column has more than a few."""
        for key, n in self._new_chances.items():
            if key[0] == source and n > FEW and n * MANY > rows_of.get(key[1], 0):
                self.lines[*key, COINCIDENCE] -= n
                self.lines[*key, RESIDUE] += n
                self.open.no_chance(key[:3], key[3])

    def _result(self, searched: Source, tally: Tally, why: str) -> SearchResult:
        source = searched.name
        by = {
            v: sum(n for k, n in self.lines.items() if k[0] == source and k[4] == v)
            for v in (RESIDUE, PLANNED, COINCIDENCE, ORGANIC, ALLOWED)
        }
        columns = [c for c in self._state.facts.columns if c.source == source]
        expected, found = (sum(getattr(c, f"control_{w}") for c in columns) for w in ("expected", "found"))
        control = self._controls.get(source)
        blind = bool(why) or found < expected or control is None or control.rows_recognised < control.rows_planned
        finding = Finding.AS_PLANNED if by[PLANNED] or by[ALLOWED] else Finding.CLEAR
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
            by[PLANNED] + by[ALLOWED],
            by[COINCIDENCE] + by[ORGANIC],
            finding,
            control.not_searchable if control else (),
            by[ORGANIC] + by[ALLOWED],
        )


def _byte(begins: Ints, i: int) -> tuple[int, str]:
    """Where the i-th of them begins; what stands around it in a file is not shown."""
    return int(begins[i]), ""


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
