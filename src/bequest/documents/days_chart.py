"""Geometry of a chart over days: bars of answers, a stepped line of the share told. Numbers in, numbers out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WIDTH, HEIGHT = 880.0, 236.0
_LEFT, _RIGHT, _TOP, _BASE = 48.0, 836.0, 22.0, 196.0
_LABEL_ROOM = 62.0


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a day's bar."""

    css: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class DaysChart:
    """Everything an SVG needs. `line` is a path of the share told, from 0 at the base to all at the top."""

    pieces: tuple[Piece, ...]
    line: str
    share: float
    """The share told at the end, 0 to 1."""
    line_end: tuple[float, float]
    ticks: tuple[tuple[float, date], ...]
    most: int
    """The figure at the top of the bars' scale."""
    marks: tuple[tuple[float, str], ...]
    """Days to mark: x and a word for it."""


def days_chart(
    days: Sequence[tuple[date, int, Sequence[tuple[str, int]]]], whole: int, marks: Sequence[tuple[date, str]]
) -> DaysChart | None:
    """Days as (date, told on it, parts of its bar by colour class); `whole` is everybody who is to be told.

    None without a day.
    """
    if not days:
        return None
    first = days[0][0]
    last = max(days[-1][0], first + timedelta(days=6), *(on for on, _ in marks))
    step = (_RIGHT - _LEFT) / ((last - first).days + 1)
    most = max(1, *(sum(n for _, n in parts) for _, _, parts in days))
    pieces: list[Piece] = []
    reached, path = 0, [f"M{_LEFT:.1f} {_BASE:.1f}"]
    for on, told, parts in days:
        x, y = _x(on, first, step), _BASE
        for css, n in parts:
            height = (_BASE - _TOP) * n / most
            if n:
                y -= height
                pieces.append(Piece(css, x + step * 0.14, y, max(step * 0.72, 1.0), height))
        reached += told
        path.append(f"H{x:.1f}V{_level(reached, whole):.1f}")
    end = _x(last, first, step) + step
    path.append(f"H{end:.1f}")
    every = max(1, round(_LABEL_ROOM / step + 0.49))
    ticks = tuple(
        (_x(on, first, step) + step / 2, on)
        for on in (first + timedelta(days=n) for n in range(0, (last - first).days + 1, every))
    )
    placed = tuple((_x(on, first, step) + step, text) for on, text in marks if first <= on <= last)
    share = reached / whole if whole else 0.0
    return DaysChart(tuple(pieces), "".join(path), share, (end, _level(reached, whole)), ticks, most, placed)


def _x(on: date, first: date, step: float) -> float:
    return _LEFT + (on - first).days * step


def _level(reached: int, whole: int) -> float:
    return _BASE - (_BASE - _TOP) * (reached / whole if whole else 0.0)
