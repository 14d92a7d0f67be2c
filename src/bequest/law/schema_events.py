"""From plain YAML values to what a pack says of events: their paths, the papers they need, the fate of whole stores."""

from zoneinfo import available_timezones

from bequest.law.days import HolidayYear, WorkCalendar
from bequest.law.outcomes import axes
from bequest.law.pack import EventText, ObjectionText, PaperText, StoreText
from bequest.law.schema import Entry, unique
from bequest.model.case import Event, LegalRoute, PaperKind, SystemKind
from bequest.model.disposition import ReasonStatus, Release, Residue

PATHS = ("no_transfer", "succession", "provision", "account", "ending")
DATES = ("register_closes_on",)


def parse_event(e: Entry) -> EventText:
    """An event."""
    e.only("event", "path", "routes", "dates", "articles", "status", "zh", "en")
    path = e.text("path")
    if path not in PATHS:
        raise e.fail(f"path is {path!r}", f"Use one of {', '.join(PATHS)}.")
    for name in e.texts("dates"):
        if name not in DATES:
            raise e.fail(f"{name!r} is no date of a case", f"Use one of {', '.join(DATES)}.")
    return EventText(
        event=e.choice("event", Event),
        path=path,
        routes=tuple(LegalRoute(r) for r in e.texts("routes")),
        dates=e.texts("dates"),
        articles=e.citations("articles"),
        status=e.choice("status", ReasonStatus),
        zh=e.text("zh"),
        en=e.text("en"),
    )


def parse_objection(e: Entry) -> ObjectionText:
    """What an objection does, in words."""
    e.only("ground", "release", "residue", "zh", "en")
    return ObjectionText(
        e.text("ground"), e.choice("release", Release), e.choice("residue", Residue), e.text("zh"), e.text("en")
    )


def parse_calendar(e: Entry) -> WorkCalendar:
    """The table of holidays and make-up days."""
    e.only("zone", "every_year", "years")
    zone = e.text("zone")
    if zone not in available_timezones():
        raise e.fail(f"zone is {zone!r}", "Use a name such as Asia/Shanghai.")
    years = unique(e.entries("years"), _year, lambda y: str(y.year))
    every = e.entry("every_year")
    every.only("decree", "in_force_from", "status", "holidays")
    every.text("decree")
    every.choice("status", ReasonStatus)
    fixed = frozenset((d.month, d.day) for d in every.days("holidays"))
    return WorkCalendar(zone, {y.year: y for y in years.values()}, fixed, every.day("in_force_from"))


def _year(e: Entry) -> HolidayYear:
    e.only("year", "notice", "announced_on", "status", "holidays", "workdays")
    return HolidayYear(
        year=e.number("year"),
        notice=e.text("notice"),
        announced_on=e.day("announced_on"),
        status=e.choice("status", ReasonStatus),
        off=e.days("holidays"),
        work=e.days("workdays"),
    )


def parse_paper(e: Entry) -> PaperText:
    """A paper that is needed."""
    e.only("kind", "by", "events", "role", "articles", "status", "zh", "en")
    by = e.text("by")
    if by not in {"opening", "cutover"}:
        raise e.fail(f"by is {by!r}", "Use opening or cutover.")
    return PaperText(
        kind=e.choice("kind", PaperKind),
        by=by,
        events=tuple(Event(x) for x in e.texts("events")),
        role=e.text("role", ""),
        articles=e.citations("articles"),
        status=e.choice("status", ReasonStatus),
        zh=e.text("zh"),
        en=e.text("en"),
    )


def parse_store(e: Entry) -> StoreText:
    """The fate of whole stores of a kind."""
    e.only("system_kind", "events", "words", "articles", "status", "zh", "en")
    words = e.texts("words")
    if None in axes(words):
        raise e.fail(f"the words {', '.join(words)} leave an axis open", "Say what is passed on and what remains.")
    return StoreText(
        system_kind=e.choice("system_kind", SystemKind),
        events=tuple(Event(x) for x in e.texts("events")),
        words=words,
        articles=e.citations("articles"),
        status=e.choice("status", ReasonStatus),
        zh=e.text("zh"),
        en=e.text("en"),
    )
