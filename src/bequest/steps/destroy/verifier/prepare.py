"""The first look, before the deletion: what must go, whether the search finds it, and where it may lawfully remain.

Tokens are learned from every cell that the plan empties. Then one whole search is run, the very one that is run after
the deletion. It must find a sample of known values again in each column it claims to search (positive control), and
every hit in a cell that stays (in use, blocked, other people's rows, tables outside the case) is allowed there later.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from bequest.model.case import Source, SourceKind
from bequest.model.datamap import FieldClass
from bequest.steps.destroy.verifier.buffers import Bytes, Texts, text_buffers
from bequest.steps.destroy.verifier.candidates import EMAIL, ID, KINDS, PHONE, SEARCHABLE, Profile, known, profile_of
from bequest.steps.destroy.verifier.finder import Finder
from bequest.steps.destroy.verifier.held import Contents, contents
from bequest.steps.destroy.verifier.places import Places, by_table, filled_and_going, loses
from bequest.steps.destroy.verifier.raw import raw_paths
from bequest.steps.destroy.verifier.reading import ReadTwice
from bequest.steps.destroy.verifier.rows import Rows, UnreadableError
from bequest.steps.destroy.verifier.scan import ColumnHits, Search, Tally
from bequest.steps.destroy.verifier.state import Allowed, ColumnControl, Facts, SourceControl, VerifierState
from bequest.steps.destroy.verifier.task import Task
from bequest.steps.destroy.verifier.tokens import SIZE, Tokeniser, TokenSet

SAMPLE = 1_000
"""Known values per column that the control must find again (all, where there are fewer)."""

IN_BYTES = frozenset({PHONE, ID, EMAIL})
"""Kinds that are also looked for in bytes, and inside texts that go."""

RAW_KINDS = frozenset({SourceKind.SQLITE, SourceKind.XLSX})
"""Stores that keep more than their cells: free pages and journals, shared strings and comments."""

ColumnKey = tuple[str, str, str]
Bools = npt.NDArray[np.bool_]


def prepare(task: Task) -> VerifierState:
    """Learn and control. Goes through every source twice, changes nothing."""
    twice = ReadTwice()
    tokeniser = Tokeniser(task.key)
    places = by_table(task.plans)
    learned = _Learned(tokeniser)
    unreadable: dict[str, str] = {}
    for source in task.sources:
        try:
            for rows in twice.first(source, task):
                found = places.get((source.name, rows.table))
                if found is not None:
                    learned.take(found, rows, found.locate(rows, task.link_ecb))
        except UnreadableError as error:
            unreadable[source.name] = error.code
    learned.settle()
    wanted = TokenSet(_stacked([*(t.array() for t in learned.tokens.values()), learned.in_texts.array()]))
    control = _Control(task, places, tokeniser, learned, wanted)
    search = Search(tokeniser, wanted, learned.profile)
    for source in task.sources:
        if source.name not in unreadable:
            control.look(source, search, twice)
    facts = Facts(
        task.key_commit,
        learned.profile,
        tuple(control.columns()),
        tuple(control.source(s, unreadable.get(s.name, "")) for s in task.sources),
    )
    return VerifierState(facts, wanted, control.allowed(), learned.contents)


def row_names(places: Places | None, rows: Rows) -> Texts:
    """What names each row for good: its key; nothing where rows are known by number, which changes when others go."""
    if places is None or not places.plan.key:
        return Texts(np.zeros(len(rows.names) + 1, np.int64), np.frombuffer(b"", np.uint8))
    return text_buffers(rows.keys(places.plan.key))


def _stacked(parts: list[Bytes]) -> Bytes:
    return np.concatenate([np.zeros((0, SIZE), np.uint8), *parts])


class _Learned:
    """Tokens of what goes, by column."""

    def __init__(self, tokeniser: Tokeniser) -> None:
        self._tokeniser = tokeniser
        self._inside = Finder(Profile(kinds=IN_BYTES))
        self._parts: dict[ColumnKey, list[Bytes]] = {}
        self._parts_in_texts: list[Bytes] = []
        self._parts_by_bytes: dict[str, list[Bytes]] = {}
        self.unsearchable: dict[ColumnKey, int] = {}
        self.profile = Profile()
        self.seen: dict[tuple[str, str], Bools] = {}
        self._rows: dict[tuple[str, str], list[Contents]] = {}

    def take(self, places: Places, rows: Rows, located: npt.NDArray[np.int64]) -> None:
        """Learn from one batch."""
        plan = places.plan
        seen = self.seen.setdefault((plan.source, plan.table), np.zeros(plan.rows.height, np.bool_))
        seen[located[located >= 0]] = True
        losing = (
            np.flatnonzero((located >= 0) & places.losing[np.maximum(located, 0)]) if plan.rows.height else located[:0]
        )
        if len(losing):
            tokens = contents(self._tokeniser, plan.source, rows, losing)
            self._rows.setdefault((plan.source, plan.table), []).append(Contents(tokens, located[losing]))
        for column in plan.columns:
            if column.cls in SEARCHABLE and loses(places, column.name):
                key = (plan.source, plan.table, column.name)
                self._learn(key, column.cls, filled_and_going(places, rows, column.name, located))

    def _learn(self, key: ColumnKey, cls: FieldClass, values: pl.Series) -> None:
        parts = self._parts.setdefault(key, [])
        forms = known(cls, values).drop_nulls()
        if forms.height < len(values):
            self.unsearchable[key] = self.unsearchable.get(key, 0) + len(values) - forms.height
        if forms.height:
            kinds = forms["kind"].to_numpy()
            tokens = self._tokeniser.values(kinds, text_buffers(forms["normal"]))
            parts.append(TokenSet(tokens).array())
            in_bytes = np.isin(kinds, [KINDS.index(kind) for kind in IN_BYTES])
            self._parts_by_bytes.setdefault(key[0], []).append(tokens[in_bytes])
            self.profile |= profile_of(forms)
        if cls is FieldClass.FREE_TEXT and len(values):
            found = self._inside.find(values.to_arrow(compat_level=pl.CompatLevel.oldest()))
            self._parts_in_texts.append(self._tokeniser.values(found.kinds, found.normals))
            self.profile |= profile_of(found.known())

    def settle(self) -> None:
        """All is learned: each token once."""
        self.contents = {table: Contents.joined(parts) for table, parts in self._rows.items()}
        self.tokens = {key: TokenSet(_stacked(parts)) for key, parts in self._parts.items()}
        self.in_texts = TokenSet(_stacked(self._parts_in_texts))
        self.by_bytes = {source: TokenSet(_stacked(parts)) for source, parts in self._parts_by_bytes.items()}


class _Control:
    """The search before the deletion: what it found again, and what may remain."""

    def __init__(
        self,
        task: Task,
        places: Mapping[tuple[str, str], Places],
        tokeniser: Tokeniser,
        learned: _Learned,
        wanted: TokenSet,
    ) -> None:
        self._task = task
        self._places = places
        self._tokeniser = tokeniser
        self._learned = learned
        self._wanted = wanted
        self._tokens = wanted.array()
        self._samples = {key: wanted.positions(t.head(SAMPLE).array()) for key, t in learned.tokens.items()}
        self._found = {key: np.zeros(len(sample), np.bool_) for key, sample in self._samples.items()}
        self._rows: dict[str, int] = {}
        self._raw: dict[str, tuple[int, int]] = {}
        self._cells: list[tuple[Bytes, npt.NDArray[np.int64]]] = []
        self._stays = {s.name: np.zeros(len(wanted), np.bool_) for s in task.sources}

    def look(self, source: Source, search: Search, twice: ReadTwice) -> None:
        """Search one source."""
        tally = Tally()
        for rows, hits in search.cells(twice.again(source, self._task), tally):
            if not hits:
                continue
            places = self._places.get((source.name, rows.table))
            located = places.locate(rows, self._task.link_ecb) if places else None
            names = row_names(places, rows)
            for hit in hits:
                going = np.zeros(len(hit.rows), np.bool_)
                if places is not None and located is not None:
                    going = places.going(hit.column, located)[hit.rows]
                self._note(source.name, rows.table, names, hit, going)
        self._rows[source.name] = tally.rows
        if source.kind in RAW_KINDS:
            expected = self._learned.by_bytes.get(source.name, TokenSet.of(())).head(SAMPLE)
            met = np.zeros(len(self._wanted), np.bool_)
            for file, _ in raw_paths(source, self._task.known_copies):
                met[search.raw(file, tally).known] = True
            self._raw[source.name] = (len(expected), int(met[self._wanted.positions(expected.array())].sum()))

    def _note(self, source: str, table: str, names: Texts, hit: ColumnHits, going: Bools) -> None:
        sample = self._samples.get((source, table, hit.column))
        if sample is not None and len(sample):
            at = np.minimum(np.searchsorted(sample, hit.known[going]), len(sample) - 1)
            self._found[source, table, hit.column][at[sample[at] == hit.known[going]]] = True
        stays = hit.known[~going]
        self._stays[source][stays] = True
        places = self._tokeniser.places(source, table, hit.column, names, hit.rows[~going])
        cells = Allowed.cell(self._tokens[stays], places)
        once = TokenSet(cells)
        self._cells.append((once.array(), np.bincount(once.positions(cells), minlength=len(once))))

    def allowed(self) -> Allowed:
        """Where known values may remain."""
        cells = _stacked([part for part, _ in self._cells])
        counts = np.concatenate([np.zeros(0, np.int64), *(n for _, n in self._cells)])
        tokens = {source: TokenSet(self._tokens[stays]) for source, stays in self._stays.items()}
        return Allowed(cells, counts, tokens)

    def columns(self) -> Iterable[ColumnControl]:
        """How the control went in each column."""
        for key in sorted(self._samples):
            sample = self._samples[key]
            unsearchable = self._learned.unsearchable.get(key, 0)
            again = int(self._found[key].sum())
            yield ColumnControl(*key, len(self._learned.tokens[key]), unsearchable, len(sample), again)

    def source(self, source: Source, not_readable: str) -> SourceControl:
        """How the control went in a source."""
        planned = recognised = 0
        beyond: list[str] = []
        for (name, table), places in sorted(self._places.items()):
            if name != source.name:
                continue
            losing = places.losing
            seen = self._learned.seen.get((name, table), np.zeros(len(losing), np.bool_))
            planned += int(losing.sum())
            recognised += int((losing & seen).sum())
            beyond += [
                f"{table}.{c.name}"
                for c in places.plan.columns
                if c.personal
                and loses(places, c.name)
                and not len(self._learned.tokens.get((name, table, c.name), ()))
                and (c.cls not in SEARCHABLE or (name, table, c.name) in self._learned.unsearchable)
            ]
        raw = self._raw.get(source.name, (0, 0))
        rows = self._rows.get(source.name, 0)
        return SourceControl(source.name, rows, planned, recognised, *raw, not_readable, tuple(beyond))
