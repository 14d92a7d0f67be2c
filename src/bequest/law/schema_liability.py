"""From plain YAML values to what a pack says of liability."""

from bequest.law.citations import parse_citation
from bequest.law.pack import BreachText, LiabilityText, Penalty, PenaltyRange
from bequest.law.schema import Entry
from bequest.model.disposition import ReasonStatus

UNITS = ("yuan", "percent", "factor", "year", "day")
KINDS = ("civil", "administrative", "criminal", "reputation")
WHO = ("company", "persons")


def parse_breach(e: Entry) -> BreachText:
    """A finding."""
    e.only("id", "zh", "en")
    return BreachText(e.text("id"), e.text("zh"), e.text("en"))


def parse_penalty(e: Entry) -> Penalty:
    """A penalty with its dated ranges."""
    e.only("id", "zh", "en", "ranges")
    return Penalty(e.text("id"), e.text("zh"), e.text("en"), tuple(map(_range, e.entries("ranges"))))


def _range(e: Entry) -> PenaltyRange:
    e.only("since", "who", "unit", "from", "to", "zh", "en", "reference", "status")
    unit, who = e.text("unit"), e.text("who")
    if unit not in UNITS or who not in WHO:
        raise e.fail(f"unit {unit!r}, who {who!r}", f"Units are {', '.join(UNITS)}; who is {' or '.join(WHO)}.")
    low, high = (e.number(k) if k in e.values else None for k in ("from", "to"))
    if (low is None and high is None) or (low is not None and high is not None and low > high):
        raise e.fail("a range without a bound, or from above to", "Write `from:` or `to:`, the smaller one first.")
    reference = e.text("reference")
    parse_citation(reference)
    return PenaltyRange(
        since=e.day("since"), who=who, unit=unit, low=low, to=high, zh=e.text("zh"), en=e.text("en"),
        reference=reference, status=e.choice("status", ReasonStatus),
    )  # fmt: skip


def parse_liability(e: Entry) -> LiabilityText:
    """A consequence of a finding."""
    e.only("id", "finding", "kind", "penalty", "articles", "status", "zh", "en", "when")
    kind = e.text("kind")
    if kind not in KINDS:
        raise e.fail(f"kind is {kind!r}", f"Use one of {', '.join(KINDS)}.")
    industries = e.entry("when").only("industries").texts("industries") if "when" in e.values else ()
    return LiabilityText(
        id=e.text("id"), finding=e.text("finding"), kind=kind, penalty=e.text("penalty"), zh=e.text("zh"),
        en=e.text("en"), articles=e.citations("articles"), status=e.choice("status", ReasonStatus),
        industries=industries,
    )  # fmt: skip
