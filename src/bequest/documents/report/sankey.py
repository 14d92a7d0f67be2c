"""The flow picture: source → release → residue, widths are values, every value passes through all three columns."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from bequest.model.disposition import Release, Residue

MIN_GAP = 26.0
"""Space between nodes, so that the two lines of a small node's label stay free."""
TOP = 34.0
X = (132.0, 430.0, 742.0)
NODE_WIDTH = 9.0
WIDTH = 900
THINNEST = 0.75
"""Links thinner than this are drawn this thin: a handful of values stays visible."""


@dataclass(frozen=True, slots=True)
class Flow:
    """So many values of one source with one pair."""

    source: str
    release: Release
    residue: Residue
    values: int


@dataclass(frozen=True, slots=True)
class Node:
    """A bar of one of the three columns. `height` is exactly `values` times the picture's scale."""

    column: int
    key: str
    values: int
    x: float
    y: float
    height: float

    @property
    def middle(self) -> float:
        """Height of the label."""
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Link:
    """A band between two nodes of neighbouring columns, coloured by its release outcome."""

    column: int
    start: str
    end: str
    release: Release
    values: int
    y0: float
    y1: float
    thickness: float

    @property
    def path(self) -> str:
        """SVG path of the band."""
        x0, x1 = X[self.column] + NODE_WIDTH, X[self.column + 1]
        mid = (x0 + x1) / 2
        thick = max(self.thickness, THINNEST)
        a, b = self.y0, self.y1
        return (
            f"M{x0:g} {a:.2f}C{mid:g} {a:.2f} {mid:g} {b:.2f} {x1:g} {b:.2f}V{b + thick:.2f}"
            f"C{mid:g} {b + thick:.2f} {mid:g} {a + thick:.2f} {x0:g} {a + thick:.2f}Z"
        )


@dataclass(frozen=True, slots=True)
class Sankey:
    """The laid-out picture."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    total: int
    scale: float
    """Height units per value."""
    height: float


def lay_out(flows: Sequence[Flow], *, height: float = 500.0) -> Sankey:
    """Place nodes and links; sources in the order met, outcomes in the order of their enumerations.

    Every column holds the same total; the picture grows where many sources would leave the bars too little room.
    """
    totals = _column_totals(flows)
    total = sum(f.values for f in flows)
    crowd = max((len(c) for c in totals), default=0)
    room = max(height, crowd * MIN_GAP * 1.6)
    scale = (room - max(crowd - 1, 0) * MIN_GAP) / total if total else 0.0
    nodes = tuple(n for i, column in enumerate(totals) for n in _stack(i, column, scale, room))
    links = _links(flows, {(n.column, n.key): n for n in nodes}, scale)
    return Sankey(nodes, links, total, scale, TOP + room + 34)


def _column_totals(flows: Sequence[Flow]) -> list[dict[str, int]]:
    sources: dict[str, int] = {}
    for f in flows:
        sources[f.source] = sources.get(f.source, 0) + f.values
    release = {str(r): sum(f.values for f in flows if f.release is r) for r in Release}
    residue = {str(r): sum(f.values for f in flows if f.residue is r) for r in Residue}
    return [{k: v for k, v in column.items() if v} for column in (sources, release, residue)]


def _stack(index: int, column: dict[str, int], scale: float, room: float) -> list[Node]:
    spare = room - sum(column.values()) * scale
    gap = spare / (len(column) - 1) if len(column) > 1 else 0.0
    y, nodes = TOP, []
    for key, values in column.items():
        nodes.append(Node(index, key, values, X[index], y, values * scale))
        y += values * scale + gap
    return nodes


def _links(flows: Sequence[Flow], nodes: dict[tuple[int, str], Node], scale: float) -> tuple[Link, ...]:
    first: dict[tuple[str, Release], int] = defaultdict(int)
    second: dict[tuple[Release, Residue], int] = defaultdict(int)
    for f in flows:
        first[f.source, f.release] += f.values
        second[f.release, f.residue] += f.values
    out: dict[tuple[int, str], float] = {k: n.y for k, n in nodes.items()}
    into = dict(out)
    made = []
    steps: list[tuple[int, str, str, Release, int]] = []
    for (_, source), release in ((s, r) for s in nodes if s[0] == 0 for r in Release):
        steps.append((0, source, str(release), release, first[source, release]))
    steps += [(1, str(r), str(q), r, second[r, q]) for r in Release for q in Residue]
    for column, start, end, release, values in steps:
        if not values:
            continue
        a, b, thick = (column, start), (column + 1, end), values * scale
        made.append(Link(column, start, end, release, values, out[a], into[b], thick))
        out[a] += thick
        into[b] += thick
    return tuple(made)
