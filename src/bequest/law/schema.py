"""From plain YAML values to the nouns of a law pack: every key known, every value cited, or a clear error.

A value of a parameter without reference, unit and status is refused, and so is a parameter nobody verified: a legal
product cannot have an uncited number.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from bequest.kernel.errors import LawError
from bequest.law.citations import Instrument, parse_citation
from bequest.law.pack import (
    BandText,
    DutyText,
    Gate,
    NoticeNeed,
    NoticeText,
    Obsolete,
    OpenPoint,
    Phase,
    RequiredRoles,
    When,
)
from bequest.law.params import DatedValue, Parameter, Reading, Scalar, Verification
from bequest.model.case import Event, Role
from bequest.model.disposition import ReasonStatus

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

UNITS = ("year", "month", "day", "working_day", "person", "item", "factor", "switch", "text", "age", "hour", "yuan")


@dataclass(frozen=True, slots=True)
class Entry:
    """A mapping from a file, with its place for error messages."""

    place: str
    values: Mapping[object, object]

    def fail(self, problem: str, hint: str) -> LawError:
        """An error that names the file and the place in it."""
        return LawError(f"{self.place}: {problem}", hint=hint, code="BQ-LAW-2")

    def only(self, *known: str) -> "Entry":
        """The entry itself, where it has no other keys than these."""
        for key in self.values:
            if key not in known:
                raise self.fail(f"unknown key {key!r}", f"Known keys are {', '.join(known)}.")
        return self

    def text(self, key: str, default: str | None = None) -> str:
        """A text value."""
        value = self.values.get(key, default)
        if not isinstance(value, str) or (not value.strip() and default is None):
            raise self.fail(f"{key!r} is missing or no text", f"Write `{key}: …`.")
        return " ".join(value.split())

    def flag(self, key: str, default: bool = False) -> bool:
        """A yes or no."""
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            raise self.fail(f"{key!r} is neither true nor false", f"Write `{key}: true` or `{key}: false`.")
        return value

    def number(self, key: str) -> int:
        """A whole number."""
        value = self.values.get(key)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.fail(f"{key!r} is missing or no whole number", f"Write `{key}: 3`.")
        return value

    def day(self, key: str) -> date:
        """A calendar date."""
        value = self.values.get(key)
        if type(value) is not date:
            raise self.fail(f"{key!r} is missing or no date", f"Write `{key}: 2026-11-01`.")
        return value

    def day_or_none(self, key: str) -> date | None:
        """A calendar date, or nothing."""
        return self.day(key) if self.values.get(key) is not None else None

    def days(self, key: str) -> frozenset[date]:
        """A list of calendar dates."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(type(v) is date for v in value):
            raise self.fail(f"{key!r} is no list of dates", f"Write `{key}: [2026-10-01, 2026-10-02]`.")
        return frozenset(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty where absent."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise self.fail(f"{key!r} is no list of texts", f"Write `{key}: [one, two]`.")
        return tuple(value)

    def citations(self, key: str, *, needed: bool = True) -> tuple[str, ...]:
        """A list of citations."""
        found = self.texts(key)
        if needed and not found:
            raise self.fail(f"{key!r} cites nothing", f"Write `{key}: [PIPL-22]`.")
        for text in found:
            parse_citation(text)
        return found

    def choice(self, key: str, kind: type[E]) -> E:
        """One of the values of an enumeration."""
        value = self.values.get(key)
        try:
            return kind(str(value))
        except ValueError:
            raise self.fail(f"{key!r} cannot be {value!r}", f"Use one of {', '.join(kind)}.") from None

    def entry(self, key: str) -> "Entry":
        """A mapping inside this one."""
        value = self.values.get(key)
        if not isinstance(value, dict):
            raise self.fail(f"{key!r} is missing or no mapping", f"Write `{key}:` and its keys below it.")
        return Entry(f"{self.place}: {key}", value)

    def entries(self, key: str) -> tuple["Entry", ...]:
        """A list of mappings; empty where absent."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            raise self.fail(f"{key!r} is no list of mappings", f"Write `{key}:` and a `-` before each.")
        return tuple(Entry(f"{self.place}: {key} {i + 1}", v) for i, v in enumerate(value))


def unique(entries: tuple[Entry, ...], parse: Callable[[Entry], T], name: Callable[[T], str]) -> dict[str, T]:
    """Parsed entries by name; two of one name are refused."""
    out: dict[str, T] = {}
    for e in entries:
        made = parse(e)
        if name(made) in out:
            raise e.fail(f"{name(made)!r} is there twice", "Names are unique.")
        out[name(made)] = made
    return out


def parse_instrument(e: Entry) -> Instrument:
    """An instrument of the register."""
    e.only(
        *("code", "zh", "en", "zh_short", "en_short", "in_force_from", "in_force_to", "status", "source", "note"),
        *("article_zh", "article_en", "renumbered"),
    )
    old: dict[str, str] = {}
    renumbered_on = None
    if "renumbered" in e.values:
        r = e.entry("renumbered").only("date", "was")
        renumbered_on = r.day("date")
        old = {str(k): str(v) for k, v in r.entry("was").values.items()}
    return Instrument(
        code=e.text("code"),
        zh=e.text("zh"),
        en=e.text("en"),
        zh_short=e.text("zh_short"),
        en_short=e.text("en_short"),
        in_force_from=e.day_or_none("in_force_from"),
        in_force_to=e.day_or_none("in_force_to"),
        status=e.choice("status", ReasonStatus),
        source=e.text("source"),
        note=e.text("note", ""),
        article_zh=e.text("article_zh", "第 {n} 条"),
        article_en=e.text("article_en", "Art. {n}"),
        renumbered_on=renumbered_on,
        old_numbers=old,
    )


def parse_parameter(name: str, e: Entry) -> Parameter:
    """A parameter file."""
    e.only("description", "unit", "values", "verified", "readings")
    description = e.entry("description").only("zh", "en")
    unit = e.text("unit")
    if unit not in UNITS:
        raise e.fail(f"unit is {unit!r}", f"Use one of {', '.join(UNITS)}.")
    values = []
    for since, raw in sorted(e.entry("values").values.items(), key=lambda item: str(item[0])):
        if type(since) is not date or not isinstance(raw, dict):
            raise e.fail(f"value {since!r} has no date of effect", "Write `2021-11-01: {value: …, reference: …}`.")
        values.append(
            _dated(since, Entry(f"{e.place}: {since}", raw).only("value", "reference", "status", "note"), unit)
        )
    if not values:
        raise e.fail("it has no value", "Write at least one dated value.")
    v = e.entry("verified").only("date", "by", "source")
    verified = Verification(v.day("date"), v.text("by"), v.text("source"))
    readings = _switch_readings(e) if unit == "switch" else ()
    return Parameter(name, description.text("zh"), description.text("en"), unit, tuple(values), verified, readings)


def _switch_readings(e: Entry) -> tuple[Reading, ...]:
    """What a switch means: off first, then on."""
    found = {r.only("value", "zh", "en").flag("value"): Reading(r.text("zh"), r.text("en")) for r in
             e.entries("readings")}  # fmt: skip
    if set(found) != {False, True}:
        raise e.fail("a switch has two readings", "Write `readings:` with `value: false` and `value: true`.")
    return found[False], found[True]


def _dated(since: date, e: Entry, unit: str) -> DatedValue:
    if "value" not in e.values:
        raise e.fail("no value", "Write `value:`; null where the parameter is repealed.")
    return DatedValue(
        since=since,
        value=_scalar(e, unit),
        reference=_citation(e, "reference"),
        status=e.choice("status", ReasonStatus),
        note=e.text("note", ""),
    )


def _scalar(e: Entry, unit: str) -> Scalar | None:
    value = e.values["value"]
    if value is None:
        return None
    fits = {"switch": bool, "text": str}.get(unit, int)
    if type(value) is fits and isinstance(value, bool | int | str):
        return value
    raise e.fail(f"value {value!r} does not fit the unit {unit}", f"The unit {unit} takes a {fits.__name__}.")


def _citation(e: Entry, key: str) -> str:
    text = e.text(key)
    parse_citation(text)
    return text


def parse_gate(e: Entry) -> Gate:
    """A gate."""
    e.only("id", "phase", "line", "zh", "en")
    return Gate(e.text("id"), e.choice("phase", Phase), e.text("line", ""), e.text("zh"), e.text("en"))


def _reading(e: Entry) -> Reading:
    e.only("zh", "en")
    return Reading(e.text("zh"), e.text("en"))


def parse_open_point(e: Entry) -> OpenPoint:
    """An open point."""
    e.only("id", "zh", "en", "articles", "readings", "default", "switch")
    default = e.entry("default").only("zh", "en")
    readings = () if "switch" in e.values else tuple(_reading(r) for r in e.entries("readings"))
    if "switch" not in e.values and len(readings) < 2:
        raise e.fail("fewer than two readings", "A point with one reading is not open.")
    return OpenPoint(
        id=e.text("id"),
        zh=e.text("zh"),
        en=e.text("en"),
        articles=e.citations("articles"),
        readings=readings,
        default_zh=default.text("zh"),
        default_en=default.text("en"),
        switch=e.text("switch", ""),
    )


def parse_band(e: Entry) -> BandText:
    """A retention band."""
    e.only("id", "param", "articles", "status", "zh", "en", "counting")
    c = e.entry("counting").only("from", "status", "zh", "en")
    counted_from = c.text("from")
    if counted_from not in {"record", "year_end", "law_date"}:
        raise c.fail(f"counted from {counted_from!r}", "Use record, year_end or law_date.")
    return BandText(
        id=e.text("id"),
        param=e.text("param"),
        from_year_end=counted_from == "year_end",
        from_law_date=counted_from == "law_date",
        articles=e.citations("articles"),
        status=e.choice("status", ReasonStatus),
        counting_status=c.choice("status", ReasonStatus),
        zh=e.text("zh"),
        en=e.text("en"),
        counting_zh=c.text("zh"),
        counting_en=c.text("en"),
    )


def parse_notice(e: Entry) -> NoticeText:
    """An item of the notice checklist."""
    e.only("id", "zh", "en", "needed")
    needs = []
    for n in e.entries("needed"):
        n.only("route", "when", "need", "article", "status", "events")
        when, need = n.text("when", "always"), n.text("need", "mandatory")
        if when not in {"always", "changed", "sensitive", "minors", "consent"}:
            raise n.fail(f"when is {when!r}", "Use always, changed, sensitive, minors or consent.")
        if need not in {"mandatory", "recommended"}:
            raise n.fail(f"need is {need!r}", "Use mandatory or recommended.")
        needs.append(
            NoticeNeed(
                n.text("route"),
                when,
                need == "mandatory",
                _citation(n, "article"),
                n.choice("status", ReasonStatus),
                n.texts("events"),
            )
        )
    return NoticeText(e.text("id"), e.text("zh"), e.text("en"), tuple(needs))


def parse_duty(e: Entry) -> DutyText:
    """A duty of the case."""
    e.only("id", "phase", "zh", "en", "articles", "status", "keep", "within", "owner", "when")
    when = e.entry("when").only("events", "routes", "flags", "unless", "persons_at_least", "persons_below")
    return DutyText(
        id=e.text("id"),
        phase=e.text("phase"),
        zh=e.text("zh"),
        en=e.text("en"),
        articles=e.citations("articles"),
        status=e.choice("status", ReasonStatus),
        keep=e.text("keep", ""),
        within=e.text("within", ""),
        owner=e.text("owner"),
        when=When(
            when.texts("events"),
            when.texts("routes"),
            when.texts("flags"),
            when.texts("unless"),
            when.text("persons_at_least", ""),
            when.text("persons_below", ""),
        ),
    )


def parse_roles(e: Entry) -> RequiredRoles:
    """Who must approve for one event."""
    e.only("event", "roles", "min_persons", "max_external", "zh", "en")
    return RequiredRoles(
        e.choice("event", Event),
        tuple(Role(r) for r in e.texts("roles")),
        e.number("min_persons"),
        e.number("max_external"),
        e.text("zh"),
        e.text("en"),
    )


def parse_obsolete(e: Entry) -> Obsolete:
    """An obsolete citation."""
    e.only("pattern", "replacement", "zh", "en", "status")
    return Obsolete(
        e.text("pattern"), e.text("replacement"), e.text("zh"), e.text("en"), e.choice("status", ReasonStatus)
    )
