"""Numbers, periods and switches of the law, as of one date. Rules take every number from here."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bequest.kernel.errors import LawError
from bequest.model.disposition import ReasonStatus

Scalar = bool | int | str

_PLACEHOLDER = re.compile(r"\{([a-z0-9_]+(?:\.[a-z0-9_]+)+)\}")


@dataclass(frozen=True, slots=True)
class DatedValue:
    """One value of a parameter from a date of effect on. `value` is None where the parameter is repealed."""

    since: date
    value: Scalar | None
    reference: str
    status: ReasonStatus
    note: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """When, by whom and in which copy the values were last compared with the text."""

    on: date
    by: str
    source: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read an open point."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the law through time; `name` is its path with dots, such as `cn.pipl.child_age`."""

    name: str
    zh: str
    en: str
    unit: str
    values: tuple[DatedValue, ...]
    verified: Verification
    readings: tuple[Reading, ...] = ()
    """Of a switch: what it means where it is off, and where it is on."""

    def at(self, on: date) -> DatedValue | None:
        """The value in force on that date; None before the first and after a repeal."""
        held = None
        for v in self.values:
            if v.since <= on:
                held = v
        return held if held is not None and held.value is not None else None


class Params:
    """All parameters as of one date.

    Raises (all methods):
        LawError: for a name that no parameter bears, or one that has no value on the date.
    """

    __slots__ = ("_held", "_known", "on")

    def __init__(self, on: date, parameters: Mapping[str, Parameter]) -> None:
        self.on = on
        self._known = parameters
        at = {name: p.at(on) for name, p in parameters.items()}
        self._held = {name: v for name, v in at.items() if v is not None}

    def held(self, name: str) -> DatedValue:
        """The value with its date of effect, reference and status."""
        try:
            return self._held[name]
        except KeyError:
            raise self._missing(name) from None

    def value(self, name: str) -> Scalar:
        """The value alone."""
        value = self.held(name).value
        if value is None:  # repealed values are never held
            raise self._missing(name)
        return value

    def number(self, name: str) -> int:
        """The value of a parameter that is a whole number."""
        value = self.value(name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._kind(name, "a whole number")
        return value

    def flag(self, name: str) -> bool:
        """The value of a switch."""
        value = self.value(name)
        if not isinstance(value, bool):
            raise self._kind(name, "a switch")
        return value

    def text(self, name: str) -> str:
        """The value of a parameter that is text."""
        value = self.value(name)
        if not isinstance(value, str):
            raise self._kind(name, "text")
        return value

    def citation(self, name: str) -> str:
        """The article the value rests on, such as `PIPL-31`."""
        return self.held(name).reference

    def unit(self, name: str) -> str:
        """The unit of the value."""
        self.held(name)
        return self._known[name].unit

    def holds(self, name: str) -> bool:
        """Whether the parameter has a value on the date; false also for a name nothing bears."""
        return name in self._held

    def names(self) -> tuple[str, ...]:
        """Names of the parameters that have a value on the date, sorted."""
        return tuple(sorted(self._held))

    def fill(self, text: str) -> str:
        """`text` with every `{parameter.name}` replaced by the value in force."""
        return _PLACEHOLDER.sub(lambda m: _shown(self.value(m[1]), text), text)

    def _missing(self, name: str) -> LawError:
        if name in self._known:
            first = self._known[name].values[0].since
            return LawError(
                f"parameter {name} has no value on {self.on.isoformat()}",
                hint=f"Its first value takes effect on {first.isoformat()}; see `values` in its file.",
                code="BQ-LAW-3",
            )
        return LawError(f"no parameter is named {name!r}", hint=_near(name, sorted(self._known)), code="BQ-LAW-3")

    def _kind(self, name: str, wanted: str) -> LawError:
        return LawError(
            f"parameter {name} is not {wanted}", hint="Look at `unit` in the parameter's file.", code="BQ-LAW-3"
        )


def placeholders(text: str) -> tuple[str, ...]:
    """Names of the parameters that a text mentions."""
    return tuple(_PLACEHOLDER.findall(text))


def _near(name: str, known: Sequence[str]) -> str:
    """A hint with names that look alike, also where only the last part matches."""
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.6)
    last = name.rpartition(".")[2]
    near += [
        k for k in known if k not in near and difflib.SequenceMatcher(None, k.rpartition(".")[2], last).ratio() > 0.8
    ]
    if not near:
        return "The pack's params folders hold one file per parameter; the path with dots is the name."
    return f"Did you mean {' or '.join(near[:3])}?"


def _shown(value: object, text: str) -> str:
    """A value as people read it; a switch as on or off in the language of the text around it."""
    if isinstance(value, bool):
        chinese = any("\u4e00" <= c <= "\u9fff" for c in text)
        return ("开" if value else "关") if chinese else ("on" if value else "off")
    return str(value)
