"""Law cases in rows: values on a day, duties of a case, last days of keeping, articles cited.

Each row says what must hold; that of a duty names every event in which it is due (`exactly`) and so none of the others.

They stand in `packs/<jurisdiction>/tables/*.yaml`, written from the texts and not from the pack.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bequest.kernel.errors import LawError
from bequest.law.citations import on_date
from bequest.law.duties import CaseFacts, case_duties
from bequest.law.evaluate import params_on
from bequest.law.pack import LawPack
from bequest.law.retention import bands, due_on
from bequest.law.schema import Entry


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what it is about (a parameter, duty, band or rule), and the check; empty where it holds."""

    place: str
    about: str
    check: Callable[[LawPack], str]


def parse_tables(e: Entry) -> tuple[Row, ...]:
    """The rows of a file."""
    e.only("values", "duties", "periods", "citations")
    return (
        *(_value(r) for r in e.entries("values")),
        *(_duty(r) for r in e.entries("duties")),
        *(_period(r) for r in e.entries("periods")),
        *(_cites(r) for r in e.entries("citations")),
    )


def _value(e: Entry) -> Row:
    e.only("value", "date", "is")
    name, on, want = e.text("value"), e.day("date"), e.values.get("is")

    def check(pack: LawPack) -> str:
        params = params_on(pack, on)
        got = params.value(name) if params.holds(name) else None
        return "" if got == want and type(got) is type(want) else f"{name} on {on}: expected {want}, got {got}"

    return Row(e.place, name, check)


def _duty(e: Entry) -> Row:
    e.only("duty", "date", "routes", "flags", "persons", "exactly", "keep", "within")
    name, on, due_in = e.text("duty"), e.day("date"), e.texts("exactly")
    facts = CaseFacts(e.number("persons") if "persons" in e.values else 0, frozenset(e.texts("flags")))
    routes, keep, within = e.texts("routes"), e.text("keep", ""), e.text("within", "")

    def check(pack: LawPack) -> str:
        wrong = []
        for event in sorted(pack.events):
            found = {d.id: d for d in case_duties(pack, event, routes, facts, on=on)}.get(name)
            got = (
                None
                if found is None
                else (_length(found.keep, found.keep_unit), _length(found.within, found.within_unit))
            )
            want = (keep, within) if event in due_in else None
            wrong += [f"{name} in {event} on {on}: expected {want}, got {got}"] if got != want else []
        return "; ".join(wrong)

    return Row(e.place, name, check)


def _length(number: int, unit: str) -> str:
    return f"{number} {unit}" if number else ""


def _period(e: Entry) -> Row:
    e.only("band", "starts", "law_date", "last")
    name, start, law_date, last = e.text("band"), e.day("starts"), e.day("law_date"), e.day("last")

    def check(pack: LawPack) -> str:
        band = bands(pack, law_date).get(name)
        got: date | None = due_on(band, start, law_date) if band is not None else None
        return "" if got == last else f"{name} from {start}: expected {last}, got {got}"

    return Row(e.place, name, check)


def _cites(e: Entry) -> Row:
    """All the articles of a rule or duty, as they read on the day."""
    e.only("cites", "date", "exactly")
    name, on, want = e.text("cites"), e.day("date"), e.citations("exactly")

    def check(pack: LawPack) -> str:
        found = {r.id: r.reference for r in pack.rules} | {d.id: d.articles for d in pack.duties}
        got = on_date(pack.instruments, found.get(name, ()), on)
        return "" if sorted(got) == sorted(want) else f"{name} on {on} cites: expected {want}, got {got}"

    return Row(e.place, name, check)


def failure(row: Row, pack: LawPack) -> str:
    """What is wrong with a row; an error of the law counts too."""
    try:
        return row.check(pack)
    except LawError as wrong:
        return wrong.message


__all__ = ["Row", "failure", "parse_tables"]
