"""The guilloche band of signed documents: twelve interlaced waves, computed, the same on every certificate."""

from math import cos, pi, sin

_WIDTH, _MIDDLE, _STEP = 900, 26.0, 5
_PERIOD, _WAVE, _LINES = 300, 100, 12


def guilloche(colour: str) -> str:
    """The band as an SVG file, 900 × 52 units."""
    paths = "".join(f'<path d="{_line(k)}"/>' for k in range(_LINES))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} 52" width="{_WIDTH}" height="52">'
        f'<g fill="none" stroke="{colour}" stroke-width=".55" stroke-opacity=".5">{paths}</g></svg>'
    )


def _line(k: int) -> str:
    phase = 2 * pi * k / _LINES
    points = (
        f"{x} {_MIDDLE + (12 + 10 * cos(2 * pi * x / _PERIOD)) * sin(2 * pi * x / _WAVE + phase):.1f}"
        for x in range(0, _WIDTH + 1, _STEP)
    )
    return "M" + "L".join(points)
