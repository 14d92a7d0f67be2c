"""Geometry of the other charts: stacked and horizontal bars, bars over time. Numbers in, numbers out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

BAR_WIDTH = 640.0
_SLIT = 1.5


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a stacked bar; `lines` are the x of its hatching, `dots` those of its dots."""

    css: str
    x: float
    width: float
    lines: tuple[float, ...] = ()
    dots: tuple[float, ...] = ()


def stacked_bar(parts: Sequence[tuple[str, int]]) -> tuple[Segment, ...]:
    """Parts (colour class, value) as segments of one bar; bronze carries hatching, teal dots, for grey print."""
    shown = [(css, n) for css, n in parts if n > 0]
    total = sum(n for _, n in shown)
    room = BAR_WIDTH - _SLIT * max(len(shown) - 1, 0)
    x, segments = 0.0, []
    for css, n in shown:
        width = room * n / total
        segments.append(Segment(css, x, width, *_texture(css, x, width)))
        x += width + _SLIT
    return tuple(segments)


def _texture(css: str, x: float, width: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    if css == "till":
        return tuple(x + 9 * i for i in range(int((width - 7) // 9) + 1)) if width >= 7 else (), ()
    if css == "turn":
        return (), tuple(x + 4 + 9 * i for i in range(int((width - 6) // 9) + 1)) if width >= 6 else ()
    return (), ()


@dataclass(frozen=True, slots=True)
class Bar:
    """One horizontal bar with its figure beside it."""

    label: str
    value: int
    text: str
    y: float
    width: float
    css: str


def horizontal_bars(
    rows: Sequence[tuple[str, int, str, str]], *, room: float = 300.0, pitch: float = 28.0
) -> tuple[Bar, ...]:
    """Rows (label, value, text, colour class) from zero, the longest `room` wide."""
    most = max((v for _, v, _, _ in rows), default=0)
    return tuple(
        Bar(label, value, text, 6 + i * pitch, room * value / most if most else 0.0, css)
        for i, (label, value, text, css) in enumerate(rows)
    )


@dataclass(frozen=True, slots=True)
class CostBar:
    """What a way of handling brings (loss avoided, then customers' worth) and below what it costs, from one zero."""

    label: str
    y: float
    avoided: float
    margin: float
    cost: float
    strong: bool


def cost_bars(
    rows: Sequence[tuple[str, int, int, int, bool]], *, room: float = 520.0, pitch: float = 34.0
) -> tuple[CostBar, ...]:
    """Rows (label, loss avoided, customers' worth, cost, whether it is the plan), the longest bar `room` wide.

    A loss that is more than everything handled as it is brings nothing: its bar is empty, the figures say it.
    """
    most = max((max(max(a, 0) + m, c) for _, a, m, c, _ in rows), default=0)
    scale = room / most if most else 0.0
    return tuple(
        CostBar(label, 8 + i * pitch, scale * max(a, 0), scale * m, scale * c, strong)
        for i, (label, a, m, c, strong) in enumerate(rows)
    )


@dataclass(frozen=True, slots=True)
class Column:
    """Values due in one month; `text` is empty where a neighbour's label needs the room (the table has it)."""

    month: str
    value: int
    x: float
    y: float
    height: float
    text: str
    label_y: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """Values by due month on a true scale of time."""

    columns: tuple[Column, ...]
    ticks: tuple[tuple[float, str], ...]
    """(x, year) of each January."""
    start_x: float
    baseline: float
    width: int


TIMELINE_WIDTH = 980
_LEFT, _RIGHT, _TOP, _BASE = 24.0, 956.0, 34.0, 200.0
_LABEL_ROOM = 58.0


def custody_timeline(buckets: Sequence[tuple[str, int]], start: date) -> Timeline:
    """Columns for (month `2036-12`, values), from the start date to the last month, labels where they fit."""
    months: dict[str, int] = {}
    for month, values in buckets:
        months[month] = months.get(month, 0) + values
    first = start.year * 12 + start.month - 1
    places = {m: _months(m) for m in sorted(months)}
    last = max([*places.values(), first + 12])
    # the span runs to the end of a year, so that the last tick is a January
    last += 12 - last % 12
    step = (_RIGHT - _LEFT) / (last - first)
    most = max(months.values(), default=0)
    columns = []
    free = _labelled({m: _LEFT + (p - first + 0.5) * step for m, p in places.items()}, months)
    for m, p in places.items():
        height = (_BASE - _TOP) * months[m] / most if most else 0.0
        text = f"{months[m]:,}" if m in free else ""
        columns.append(
            Column(m, months[m], _LEFT + (p - first) * step, _BASE - height, height, text, _BASE - height - 6)
        )
    years = range(start.year + (start.month > 1), last // 12 + 1)
    # a year needs about 34 units of width for its figure
    every = max(1, round(34 / (12 * step) + 0.49))
    ticks = tuple((_LEFT + (y * 12 - first) * step, str(y)) for y in years if (y - years.start) % every == 0)
    return Timeline(tuple(columns), ticks, _LEFT, _BASE, TIMELINE_WIDTH)


def column_width(timeline: Timeline) -> float:
    """Width of the columns: as wide as the closest two allow, between 3 and 14."""
    xs = sorted(c.x for c in timeline.columns)
    closest = min((b - a for a, b in pairwise(xs)), default=14.0)
    return max(3.0, min(14.0, closest - 1))


def _months(month: str) -> int:
    year, number = month.split("-")[:2]
    return int(year) * 12 + int(number) - 1


def _labelled(xs: dict[str, float], values: dict[str, int]) -> set[str]:
    kept: list[str] = []
    for month in sorted(xs, key=lambda m: -values[m]):
        if all(abs(xs[month] - xs[other]) >= _LABEL_ROOM for other in kept):
            kept.append(month)
    return set(kept)
