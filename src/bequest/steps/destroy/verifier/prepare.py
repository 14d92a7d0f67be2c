"""The first look, before the deletion: what must go, whether the search finds it, and where it may lawfully remain.

Tokens are learned from every cell that the plan empties. Then one whole search is run, the very one that is run after
the deletion. It must find a sample of known values again in each column it claims to search (positive control), and
every hit in a cell that stays (in use, blocked, other people's rows, tables outside the case) is allowed there later.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from bequest.model.case import Source, SourceKind
from bequest.model.datamap import FieldClass
from bequest.steps.destroy.verifier.candidates import (
    EMAIL,
    ID,
    PHONE,
    SEARCHABLE,
    Candidate,
    Profile,
    candidates,
    known,
    profile_of,
)
from bequest.steps.destroy.verifier.places import Places, by_table, filled_and_going, loses
from bequest.steps.destroy.verifier.raw import raw_paths
from bequest.steps.destroy.verifier.reading import read_rows
from bequest.steps.destroy.verifier.rows import Rows, UnreadableError
from bequest.steps.destroy.verifier.scan import ColumnHits, Search, Tally
from bequest.steps.destroy.verifier.state import ColumnControl, Facts, SourceControl, VerifierState
from bequest.steps.destroy.verifier.task import Task
from bequest.steps.destroy.verifier.tokens import Tokeniser, TokenSet

SAMPLE = 1_000
"""Known values per column that the control must find again (all, where there are fewer)."""

IN_BYTES = frozenset({PHONE, ID, EMAIL})
"""Kinds that are also looked for in bytes, and inside texts that go."""

_IN_TEXTS = Profile(kinds=IN_BYTES)

RAW_KINDS = frozenset({SourceKind.SQLITE, SourceKind.XLSX})
"""Stores that keep more than their cells: free pages and journals, shared strings and comments."""

ColumnKey = tuple[str, str, str]


def prepare(task: Task) -> VerifierState:
    """Learn and control. Reads every source twice, changes nothing."""
    tokeniser = Tokeniser(task.key)
    places = by_table(task.plans)
    learned = _Learned()
    unreadable: dict[str, str] = {}
    for source in task.sources:
        try:
            for rows in read_rows(source, task):
                found = places.get((source.name, rows.table))
                if found is not None:
                    learned.take(found, rows, found.locate(rows, task.link_ecb), tokeniser)
        except UnreadableError as error:
            unreadable[source.name] = error.code
    wanted = TokenSet(t for tokens in (*learned.tokens.values(), learned.in_texts) for t in tokens)
    control = _Control(task, places, tokeniser, learned)
    profile = profile_of(learned.values)
    search = Search(tokeniser, wanted, profile)
    for source in task.sources:
        if source.name not in unreadable:
            control.look(source, search)
    facts = Facts(
        task.key_commit,
        profile,
        tuple(control.columns()),
        tuple(control.source(s, unreadable.get(s.name, "")) for s in task.sources),
    )
    allowed_in = {s: frozenset(t) for s, t in control.allowed_in.items()}
    return VerifierState(facts, wanted, control.allowed, allowed_in)


def place_row(places: Places | None, keys: list[str], position: int) -> str:
    """What names a row for good: its key; nothing where rows are known by number, which changes when others go."""
    return keys[position] if places is not None and places.plan.key else ""


def _none(rows: Rows) -> npt.NDArray[np.bool_]:
    return np.zeros(len(rows.names), np.bool_)


class _Learned:
    """Tokens of what goes, by column."""

    def __init__(self) -> None:
        self.tokens: dict[ColumnKey, set[bytes]] = {}
        self.in_texts: set[bytes] = set()
        self.unsearchable: dict[ColumnKey, int] = {}
        self.values: set[Candidate] = set()
        """In memory only, and only until their profile is taken."""
        self.seen: dict[tuple[str, str], npt.NDArray[np.bool_]] = {}
        self.by_bytes: dict[str, set[bytes]] = {}
        """Source → sampled tokens of kinds that are looked for in bytes."""

    def take(self, places: Places, rows: Rows, located: npt.NDArray[np.int64], tokeniser: Tokeniser) -> None:
        plan = places.plan
        seen = self.seen.setdefault((plan.source, plan.table), np.zeros(plan.rows.height, np.bool_))
        seen[located[located >= 0]] = True
        for column in plan.columns:
            if column.cls in SEARCHABLE and loses(places, column.name):
                key = (plan.source, plan.table, column.name)
                values = filled_and_going(places, rows, column.name, located)
                self._learn(key, column.cls, set(values), tokeniser)

    def _learn(self, key: ColumnKey, cls: FieldClass, values: Iterable[str], tokeniser: Tokeniser) -> None:
        tokens = self.tokens.setdefault(key, set())
        for value in values:
            found = known(cls, value)
            if found is None:
                self.unsearchable[key] = self.unsearchable.get(key, 0) + 1
            else:
                token = tokeniser.value(found.kind, found.normal)
                tokens.add(token)
                self.values.add(found)
                if found.kind in IN_BYTES:
                    self.by_bytes.setdefault(key[0], set()).add(token)
            if cls is FieldClass.FREE_TEXT:
                inside = candidates(value, _IN_TEXTS)
                self.values |= inside
                self.in_texts.update(tokeniser.value(c.kind, c.normal) for c in inside)

    def sample(self, key: ColumnKey) -> set[bytes]:
        """The smallest tokens: a random choice that nobody without the key can steer."""
        return set(sorted(self.tokens[key])[:SAMPLE])


class _Control:
    """The search before the deletion: what it found again, and what may remain."""

    def __init__(
        self, task: Task, places: dict[tuple[str, str], Places], tokeniser: Tokeniser, learned: _Learned
    ) -> None:
        self._task = task
        self._places = places
        self._tokeniser = tokeniser
        self._learned = learned
        self._samples = {key: learned.sample(key) for key in learned.tokens}
        self._found: dict[ColumnKey, set[bytes]] = {key: set() for key in learned.tokens}
        self._rows: dict[str, int] = {}
        self._raw: dict[str, tuple[int, int]] = {}
        self.allowed: dict[tuple[bytes, bytes], int] = {}
        self.allowed_in: dict[str, set[bytes]] = {s.name: set() for s in task.sources}

    def look(self, source: Source, search: Search) -> None:
        """Search one source."""
        tally = Tally()
        for rows, hits in search.cells(source, self._task, tally):
            places = self._places.get((source.name, rows.table))
            located = places.locate(rows, self._task.link_ecb) if places else None
            keys = (rows.keys(places.plan.key) if places else rows.names).to_list()
            for hit in hits:
                going = places.going(hit.column, located) if places and located is not None else _none(rows)
                self._note(source.name, places, rows, going[hit.rows], keys, hit)
        self._rows[source.name] = tally.rows
        if source.kind in RAW_KINDS:
            wanted = set(sorted(self._learned.by_bytes.get(source.name, ()))[:SAMPLE])
            files = raw_paths(source, self._task.known_copies)
            met = {found.token for file, _ in files for found in search.raw(file, tally)}
            self._raw[source.name] = (len(wanted), len(wanted & met))

    def _note(
        self,
        source: str,
        places: Places | None,
        rows: Rows,
        going: npt.NDArray[np.bool_],
        keys: list[str],
        hit: ColumnHits,
    ) -> None:
        key = (source, rows.table, hit.column)
        sample = self._samples.get(key, set())
        again = (hit.tokens[i] for i in np.unique(hit.owner[going]).tolist())
        self._found.setdefault(key, set()).update(token for token in again if token in sample)
        for i, position in zip(hit.owner[~going].tolist(), hit.rows[~going].tolist(), strict=True):
            row = place_row(places, keys, position)
            place = self._tokeniser.place(source, rows.table, hit.column, row)
            self.allowed[hit.tokens[i], place] = self.allowed.get((hit.tokens[i], place), 0) + 1
            self.allowed_in[source].add(hit.tokens[i])

    def columns(self) -> Iterable[ColumnControl]:
        """How the control went in each column."""
        for key in sorted(self._samples):
            expected, found = len(self._samples[key]), len(self._found[key] & self._samples[key])
            unsearchable = self._learned.unsearchable.get(key, 0)
            yield ColumnControl(*key, len(self._learned.tokens[key]), unsearchable, expected, found)

    def source(self, source: Source, not_readable: str) -> SourceControl:
        """How the control went in a source."""
        planned = recognised = 0
        beyond: list[str] = []
        for (name, table), places in sorted(self._places.items()):
            if name != source.name:
                continue
            losing = np.logical_or.reduce(list(places.goes.values()))
            seen = self._learned.seen.get((name, table), np.zeros(len(losing), np.bool_))
            planned += int(losing.sum())
            recognised += int((losing & seen).sum())
            beyond += [
                f"{table}.{c.name}"
                for c in places.plan.columns
                if c.personal
                and loses(places, c.name)
                and not self._learned.tokens.get((name, table, c.name))
                and (c.cls not in SEARCHABLE or (name, table, c.name) in self._learned.unsearchable)
            ]
        raw = self._raw.get(source.name, (0, 0))
        rows = self._rows.get(source.name, 0)
        return SourceControl(source.name, rows, planned, recognised, *raw, not_readable, tuple(beyond))
