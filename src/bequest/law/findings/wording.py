"""Facts as people write them: Chinese names and values, dates and numbers as text, and what is not known. Pure.

A spelling is read only where it can mean one thing; anything else is refused with what was meant, or what can be
written. A fact whose value is not known (empty, `unknown`, 不明) is left out, and so it is asked for.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bequest.law.findings.model import FactText, FactValue
from bequest.law.schema import Entry

_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_NUMBER = re.compile(r"(\d[\d,_ ]*)(\.\d+)?\s*(万|亿)?\s*[人名条岁]?")
_TIMES = {"": 1, "万": 10_000, "亿": 100_000_000}


@dataclass(frozen=True, slots=True)
class SheetWords:
    """Other words for the keys of a sheet, for facts and for their values; all from `packs/sheet_words.yaml`."""

    keys: Mapping[str, str]
    jurisdictions: Mapping[str, str]
    names: Mapping[str, str]
    """Another name of a fact → the fact."""
    values: Mapping[str, Mapping[str, str]]
    """Fact → another word for a value → the value."""
    yes: frozenset[str]
    no: frozenset[str]
    unknown: frozenset[str]


def parse_words(e: Entry) -> SheetWords:
    """The words from their file."""
    e.only("keys", "jurisdictions", "unknown", "words_for_true", "words_for_false", "facts")
    names: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    facts = e.entry("facts")
    for fact in map(str, facts.values):
        inner = facts.entry(fact).only("names", "values")
        for name in inner.texts("names"):
            if name in names:
                raise inner.fail(f"{name!r} is the name of {names[name]} too", "Names are unique.")
            names[name] = fact
        values[fact] = _texts(inner.entry("values")) if "values" in inner.values else {}
    return SheetWords(
        _texts(e.entry("keys")), _texts(e.entry("jurisdictions")), names, values,
        frozenset(e.texts("words_for_true")), frozenset(e.texts("words_for_false")), frozenset(e.texts("unknown")),
    )  # fmt: skip


def _texts(e: Entry) -> dict[str, str]:
    return {str(k): str(v) for k, v in e.values.items()}


def plain(text: str) -> str:
    """A word without case, with one spelling of its gaps: `Legal duty`, `legal-duty` and `legal_duty` are the same."""
    return re.sub(r"[\s\-]+", "_", text.strip()).lower()


def said_otherwise(e: Entry, known: Iterable[str], words: Mapping[str, str], what: str) -> dict[object, object]:
    """The entry's values under their own keys; a key in other words is brought back to its own.

    Raises:
        LawError: for a key that is none (it names the nearest), or one that is there in two wordings.
    """
    names = tuple(known)
    out: dict[object, object] = {}
    for key, value in e.values.items():
        text = str(key).strip()
        name = words.get(text) or next((n for n in names if plain(n) == plain(text)), "")
        if not name:
            near = difflib.get_close_matches(plain(text), names, n=1, cutoff=0.6) or difflib.get_close_matches(
                text, tuple(words), n=1, cutoff=0.5
            )
            meant = f"Did you mean {near[0]}? " if near else ""
            raise e.fail(f"no {what} is named {key!r}", f"{meant}Known are {', '.join(names)}.")
        if name in out:
            raise e.fail(f"{name} is there twice, in two wordings", "Write it once.")
        out[name] = value
    return out


def read_value(text: FactText, value: object, words: SheetWords) -> FactValue | None:
    """A value as the kind of the fact has it, where it can mean one thing only; else None."""
    if isinstance(value, str):
        value = value.strip()
    match text.kind:
        case "flag":
            return _flag(value, words)
        case "choice":
            return _choice(text, value, words)
        case "number":
            return _number(value)
        case "date":
            return read_day(value)
        case _:
            return _moment(value)


def is_unknown(value: object, words: SheetWords) -> bool:
    """Whether it says that the fact is not known."""
    return value is None or (isinstance(value, str) and plain(value) in {"", *words.unknown})


def shown(value: object) -> str:
    """A value as it may stand in a message: dates as they are written."""
    return value.isoformat() if isinstance(value, date) else repr(value)


def read_day(value: object) -> date | None:
    """A calendar date: 2026-12-31, 2026/12/31, 2026.12.31, 2026年12月31日."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    found = _DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def _flag(value: object, words: SheetWords) -> bool | None:
    if isinstance(value, bool):
        return value
    word = plain(value) if isinstance(value, str) else ""
    return True if word in words.yes else False if word in words.no else None


def _choice(text: FactText, value: object, words: SheetWords) -> str | None:
    if not isinstance(value, str):
        return None
    own = {plain(v): v for v in text.values}
    return own.get(plain(value)) or words.values.get(text.id, {}).get(value)


def _number(value: object) -> int | None:
    """A whole number, not below zero; in text also with separators, and with 万 or 亿."""
    if isinstance(value, str):
        found = _NUMBER.fullmatch(value)
        if found is None:
            return None
        whole = re.sub(r"[,_ ]", "", found[1])
        scaled = float(whole + (found[2] or "")) * _TIMES[found[3] or ""]
        value = int(scaled) if scaled.is_integer() else None
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if value >= 0 else None


def _moment(value: object) -> datetime | None:
    """Date and time; a date alone is none, since the hours run from a minute."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or read_day(value) is not None:
        return None
    found = _DAY.match(value)
    if found is None:
        return None
    day, rest = f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}", value[found.end() :].strip(" T")
    clock = re.sub(r"[时點点：]", ":", rest).rstrip("分 ").removesuffix("秒")
    hour, _, minutes = clock.partition(":")
    try:
        return datetime.fromisoformat(f"{day} {hour:0>2}:{minutes or '00'}")
    except ValueError:
        return None
