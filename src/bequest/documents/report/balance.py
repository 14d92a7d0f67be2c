"""The field table: system → table → column with both axes, and whether each sum meets the count taken at the source."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bequest.model.disposition import Release, Residue
from bequest.model.plan import ColumnCount, Population


@dataclass(slots=True)
class Sums:
    """Values on both axes. `total` is what the source counted; the two axes must each meet it."""

    total: int = 0
    release: dict[Release, int] = field(default_factory=lambda: dict.fromkeys(Release, 0))
    residue: dict[Residue, int] = field(default_factory=lambda: dict.fromkeys(Residue, 0))

    @property
    def released(self) -> int:
        """Sum of the release axis."""
        return sum(self.release.values())

    @property
    def remaining(self) -> int:
        """Sum of the residue axis."""
        return sum(self.residue.values())

    @property
    def release_gap(self) -> int:
        """Source count less the release axis: zero where it ties."""
        return self.total - self.released

    @property
    def residue_gap(self) -> int:
        """Source count less the residue axis: zero where it ties."""
        return self.total - self.remaining

    @property
    def ties(self) -> bool:
        """Whether both axes meet the source count."""
        return self.release_gap == 0 and self.residue_gap == 0

    def add(self, other: "Sums") -> None:
        """Add another line to this one."""
        self.total += other.total
        for release, n in other.release.items():
            self.release[release] += n
        for residue, n in other.residue.items():
            self.residue[residue] += n

    def count(self, line: ColumnCount) -> None:
        """Add one decided count; the source count is not touched."""
        self.release[line.release] += line.values
        self.residue[line.residue] += line.values


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One column."""

    name: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class TableRows:
    """One table with its columns."""

    name: str
    columns: tuple[ColumnRow, ...]
    sums: Sums
    unbalanced: int
    """Columns below that do not tie, although their differences may cancel out."""


@dataclass(frozen=True, slots=True)
class SystemRows:
    """One source with its tables."""

    name: str
    tables: tuple[TableRows, ...]
    sums: Sums
    unbalanced: int


@dataclass(frozen=True, slots=True)
class FieldTable:
    """The whole table. It balances only where every single column does."""

    systems: tuple[SystemRows, ...]
    sums: Sums
    n_columns: int
    unbalanced: int

    @property
    def ties(self) -> bool:
        """Whether every column, and so the total, meets its source count on both axes."""
        return self.unbalanced == 0 and self.sums.ties


def field_table(population: Population) -> FieldTable:
    """The population's counts as a table that adds up; columns stand in the order in which the totals name them."""
    cells: dict[tuple[str, str, str], Sums] = {}
    for total in population.totals:
        cells.setdefault((total.source, total.table, total.column), Sums()).total += total.values
    for line in population.counts:
        cells.setdefault((line.source, line.table, line.column), Sums()).count(line)
    systems = tuple(_system(source, cells) for source in _unique(k[0] for k in cells))
    whole = _summed(s.sums for s in systems)
    return FieldTable(systems, whole, len(cells), sum(s.unbalanced for s in systems))


def _system(source: str, cells: dict[tuple[str, str, str], Sums]) -> SystemRows:
    names = _unique(k[1] for k in cells if k[0] == source)
    tables = []
    for name in names:
        columns = tuple(ColumnRow(k[2], s) for k, s in cells.items() if k[:2] == (source, name))
        off = sum(not c.sums.ties for c in columns)
        tables.append(TableRows(name, columns, _summed(c.sums for c in columns), off))
    return SystemRows(source, tuple(tables), _summed(t.sums for t in tables), sum(t.unbalanced for t in tables))


def _summed(parts: Iterable[Sums]) -> Sums:
    whole = Sums()
    for part in parts:
        whole.add(part)
    return whole


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
