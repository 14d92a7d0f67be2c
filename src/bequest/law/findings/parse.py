"""From YAML values to findings and facts: every key known, every fact and value one that exists, or a clear error."""

import difflib
from collections.abc import Mapping
from datetime import date, datetime

from bequest.law.findings.model import COMPARISONS, ONLY, Condition, Facts, FactText, FactValue, Finding, Term, Test
from bequest.law.findings.wording import SheetWords, is_unknown, plain, read_value, said_otherwise, shown
from bequest.law.outcomes import WORDS
from bequest.law.params import Reading
from bequest.law.schema import Entry
from bequest.model.disposition import ReasonStatus

KINDS = ("flag", "choice", "number", "date", "moment")
Register = Mapping[str, FactText]


def parse_fact(e: Entry) -> FactText:
    """A fact of the register."""
    e.only("id", "topics", "kind", "values", "zh", "en")
    kind = e.text("kind")
    if kind not in KINDS or (kind == "choice") != bool(e.texts("values")):
        raise e.fail(f"kind is {kind!r}", f"Use one of {', '.join(KINDS)}; a choice names its values.")
    return FactText(e.text("id"), e.texts("topics"), kind, e.texts("values"), e.text("zh"), e.text("en"))


def parse_given(e: Entry, register: Register, words: SheetWords) -> dict[str, FactValue]:
    """Facts as a lawyer wrote them, each with a value its kind can take; what is not known is left out.

    Raises:
        LawError: for a fact or a value that is none, saying what can be written.
    """
    out: dict[str, FactValue] = {}
    for name, value in said_otherwise(e, register, words.names, "fact").items():
        text = register[str(name)]
        if is_unknown(value, words) and not (text.kind == "choice" and value in text.values):
            continue
        read = read_value(text, value, words)
        if read is None:
            raise e.fail(f"{text.id} cannot be {shown(value)}", _hint(text, value))
        out[text.id] = read
    return out


def parse_unknown(e: Entry, register: Register, words: SheetWords) -> tuple[str, ...]:
    """The facts that are named and said not to be known: what they are about is asked."""
    named = said_otherwise(e, register, words.names, "fact").items()
    return tuple(str(n) for n, v in named if is_unknown(v, words) and v not in register[str(n)].values)


def _hint(text: FactText, value: object) -> str:
    near = difflib.get_close_matches(plain(str(value)), text.values, n=1)
    meant = f"Did you mean {near[0]}? " if near else ""
    return {
        "choice": f"{meant}It takes {', '.join(text.values)}.",
        "flag": "Write true or false; leave the fact out where it is not known.",
        "number": "Write a whole number.",
        "date": "Write a date such as 2026-12-31.",
        "moment": "Write date and time such as 2026-12-31 09:30:00.",
    }[text.kind]


def _value(e: Entry, text: FactText, value: object) -> FactValue:
    wanted = {"flag": bool, "choice": str, "number": int, "date": date, "moment": datetime}[text.kind]
    fits = type(value) is wanted and (text.kind != "choice" or value in text.values)
    if not fits or not isinstance(value, bool | int | str | date):
        raise e.fail(f"{text.id} cannot be {shown(value)}", _hint(text, value))
    return value


def parse_finding(e: Entry, register: Register) -> Finding:
    """A finding."""
    e.only(
        *(
            "id",
            "topic",
            "gate",
            "when",
            "outcomes",
            "articles",
            "status",
            "since",
            "until",
            "term",
            "readings",
            "yields_to",
            "waits_for",
            "rests_on",
            "asks",
            "only_if",
            "unless",
        ),
        *("zh", "en", "unblock"),
    )
    outcomes = e.texts("outcomes")
    unknown = [w for w in outcomes if w not in WORDS]
    if unknown or not outcomes:
        raise e.fail(f"{', '.join(unknown) or 'nothing'} is no outcome word", "See the table in law/outcomes.py.")
    status = e.choice("status", ReasonStatus)
    readings = tuple(Reading(r.text("zh"), r.text("en")) for r in e.entries("readings"))
    if ("open" in outcomes) != bool(readings):
        raise e.fail("an open point and its readings do not go together", "Write `open` and at least two readings.")
    unblock = e.entry("unblock").only("zh", "en") if "unblock" in e.values else None
    return Finding(
        id=e.text("id"), topic=e.text("topic"), gate=e.text("gate", ""), when=_condition(e.entry("when"), register),
        outcomes=outcomes, articles=e.citations("articles"), status=status, since=e.day_or_none("since"),
        until=e.day_or_none("until"), term=_term(e.entry("term"), register) if "term" in e.values else None,
        yields_to=e.texts("yields_to"),
        waits_for=e.texts("waits_for"), rests_on=e.texts("rests_on"), asks=e.flag("asks", default=True),
        only_if=e.text("only_if", ""), unless=e.text("unless", ""), readings=readings, zh=e.text("zh"), en=e.text("en"),
        unblock_zh=unblock.text("zh") if unblock else "", unblock_en=unblock.text("en") if unblock else "",
    )  # fmt: skip


def _term(e: Entry, register: Register) -> Term:
    e.only("param", "start", "before", "keeps", "year_end", "or_less", "only")
    only = e.text("only", "")
    if only and only not in ONLY:
        raise e.fail(f"only is {only!r}", f"Use one of {', '.join(ONLY)}.")
    start, less = e.text("start"), e.text("or_less", "")
    if less and (less not in register or register[less].kind != "number"):
        raise e.fail(f"or_less is {less!r}", "Name a fact of kind number.")
    if start not in register or register[start].kind not in {"date", "moment"}:
        raise e.fail(f"start is {start!r}", "Name a fact of kind date or moment.")
    return Term(e.text("param"), start, e.flag("before"), e.flag("keeps"), e.flag("year_end"), less, only)


def _condition(e: Entry, register: Register) -> Condition:
    tests = tuple(_test(e, str(k), v, register) for k, v in e.values.items() if k not in {"any", "none"})
    return Condition(
        tests,
        tuple(_condition(x, register) for x in e.entries("any")),
        tuple(_condition(x, register) for x in e.entries("none")),
    )


def _test(e: Entry, fact: str, wanted: object, register: Register) -> Test:
    text = register.get(fact)
    if text is None:
        raise e.fail(f"no fact is named {fact!r}", f"Facts are {', '.join(register)}.")
    if not isinstance(wanted, dict):
        values = wanted if isinstance(wanted, list) else [wanted]
        return Test(fact, among=tuple(_value(e, text, v) for v in values))
    [(how, value)] = wanted.items() if len(wanted) == 1 else [("", None)]
    if how not in COMPARISONS:
        raise e.fail(f"{fact} is compared by {how!r}", f"Use one of {', '.join(COMPARISONS)}.")
    if how in {"from", "before"}:
        if type(value) is not date or text.kind != "date":
            raise e.fail(f"{fact} is compared with {value!r}", "Write a date.")
        return Test(fact, how=how, day=value)
    if not isinstance(value, str) or text.kind != "number":
        raise e.fail(f"{fact} is compared with {value!r}", "Name a parameter: numbers stand nowhere else.")
    return Test(fact, how=how, param=value)


def facts_of(condition: Condition) -> tuple[str, ...]:
    """Every fact a condition looks at, in its order."""
    inner = (f for c in (*condition.any_of, *condition.none_of) for f in facts_of(c))
    return tuple(dict.fromkeys((*(t.fact for t in condition.tests), *inner)))


def parameters_of(finding: Finding) -> tuple[str, ...]:
    """Every parameter a finding compares with or counts by."""

    def inside(c: Condition) -> tuple[str, ...]:
        here = tuple(t.param for t in c.tests if t.param)
        return (*here, *(p for x in (*c.any_of, *c.none_of) for p in inside(x)))

    term = (finding.term.param,) if finding.term else ()
    return tuple(dict.fromkeys((*inside(finding.when), *term, *filter(None, (finding.switch,)))))


__all__ = ["Facts", "facts_of", "parameters_of", "parse_fact", "parse_finding", "parse_given"]
