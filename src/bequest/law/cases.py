"""Law cases: worked examples a lawyer can read, each with the answer that is expected."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bequest.law.evaluate import decide
from bequest.law.pack import LawPack, with_switches
from bequest.law.schema import Entry
from bequest.model.basis import Basis
from bequest.model.case import Event, LegalRoute, Lot, OnSilence
from bequest.model.datamap import FieldClass, Need
from bequest.model.disposition import CellDecision, Operator, Release, Residue
from bequest.model.facts import FACT_VALUES, Fact, RecordClass, RowRole
from bequest.model.plan import FieldKind, SituationKey

LOT_ID = "lot"


@dataclass(frozen=True, slots=True)
class Expected:
    """What a case expects; empty and None mean: not looked at, but `open_points` always are."""

    release: Release
    residue: Residue
    operator: Operator
    fallback: Release | None
    until: str
    outcomes: tuple[str, ...]
    not_outcomes: tuple[str, ...]
    articles: tuple[str, ...]
    not_articles: tuple[str, ...]
    rules: tuple[str, ...]
    says: tuple[tuple[str, str], ...]
    """Rules with the outcome word of their reason: a note's word stands there and nowhere else."""
    open_points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LawCase:
    """One worked example."""

    place: str
    zh: str
    en: str
    on: date
    event: Event
    lot: Lot | None
    abroad: bool
    situation: SituationKey
    field: FieldKind
    switches: tuple[tuple[str, bool], ...]
    expected: Expected


def parse_facts(e: Entry) -> dict[Fact, str]:
    """Facts by name, each with a value it can take."""
    out = {}
    for key, value in e.values.items():
        try:
            fact = Fact(str(key))
        except ValueError:
            raise e.fail(f"no fact is named {key!r}", f"Facts are {', '.join(Fact)}.") from None
        if value not in FACT_VALUES[fact]:
            raise e.fail(
                f"{fact.value} cannot be {value!r}",
                f"It takes {', '.join(FACT_VALUES[fact])}; quote yes, no and 14_17.",
            )
        out[fact] = str(value)
    return out


def parse_cases(e: Entry, usual: Mapping[Fact, str]) -> tuple[LawCase, ...]:
    """The cases of an entry: one, or with `events` one for each, its event beside its name."""
    if "events" not in e.values:
        return (parse_case(e, usual),)
    name, rest = e.entry("name").only("zh", "en"), {k: v for k, v in e.values.items() if k != "events"}
    return tuple(
        parse_case(
            Entry(
                f"{e.place} {event}",
                {
                    **rest,
                    "event": event,
                    "name": {"zh": f"{name.text('zh')}：{event}", "en": f"{name.text('en')}: {event}"},
                },
            ),
            usual,
        )
        for event in e.texts("events")
    )


def parse_case(e: Entry, usual: Mapping[Fact, str]) -> LawCase:
    """A case; facts it does not name are as `usual`."""
    e.only("name", "date", "event", "lot", "record_class", "role", "facts", "field", "switches", "expect")
    name = e.entry("name").only("zh", "en")
    facts = {**usual, **(parse_facts(e.entry("facts")) if "facts" in e.values else {})}
    lot = _lot(e.entry("lot")) if "lot" in e.values else None
    role = e.choice("role", RowRole) if "role" in e.values else RowRole.CUSTOMER
    pairs = tuple(sorted((f.value, v) for f, v in facts.items()))
    return LawCase(
        place=e.place,
        zh=name.text("zh"),
        en=name.text("en"),
        on=e.day("date"),
        event=e.choice("event", Event),
        lot=lot,
        abroad="lot" in e.values and e.entry("lot").flag("abroad"),
        situation=SituationKey(e.choice("record_class", RecordClass), role, lot.id if lot else "", pairs),
        field=_field(e.entry("field")),
        switches=_switches(e),
        expected=_expected(e.entry("expect")),
    )


def _switches(e: Entry) -> tuple[tuple[str, bool], ...]:
    if "switches" not in e.values:
        return ()
    inner = e.entry("switches")
    return tuple((str(name), inner.flag(str(name))) for name in inner.values)


def _lot(e: Entry) -> Lot:
    e.only("route", "on_silence", "abroad", "basis")
    silence = e.choice("on_silence", OnSilence) if "on_silence" in e.values else OnSilence.PROCEED
    basis = e.choice("basis", Basis) if "basis" in e.values else Basis.NOT_RECORDED
    return Lot(id=LOT_ID, receiver="buyer", legal_route=e.choice("route", LegalRoute), on_silence=silence, basis=basis)


def _field(e: Entry) -> FieldKind:
    e.only("class", "personal", "sensitive", "need", "anonymised_by")
    need = e.choice("need", Need) if "need" in e.values else Need.NEEDED
    way = e.text("anonymised_by") if "anonymised_by" in e.values else ""
    return FieldKind(
        e.choice("class", FieldClass), e.flag("personal", True), e.flag("sensitive"), need, anonymised_by=way
    )


def _expected(e: Entry) -> Expected:
    e.only(
        *("release", "residue", "operator", "fallback", "until", "outcomes", "not_outcomes", "articles"),
        *("not_articles", "rules", "says", "open"),
    )
    says = e.entry("says") if "says" in e.values else None
    return Expected(
        release=e.choice("release", Release),
        residue=e.choice("residue", Residue),
        operator=e.choice("operator", Operator) if "operator" in e.values else Operator.NONE,
        fallback=e.choice("fallback", Release) if "fallback" in e.values else None,
        until=e.text("until", ""),
        outcomes=e.texts("outcomes"),
        not_outcomes=e.texts("not_outcomes"),
        articles=e.texts("articles"),
        not_articles=e.texts("not_articles"),
        rules=e.texts("rules"),
        says=tuple((str(rule), says.text(str(rule))) for rule in says.values) if says else (),
        open_points=e.texts("open"),
    )


def run_case(pack: LawPack, case: LawCase) -> CellDecision:
    """What the pack answers in the case, with the switches set as the case says."""
    return decide(
        with_switches(pack, case.switches) if case.switches else pack,
        event=case.event,
        on=case.on,
        lot=case.lot,
        situation=case.situation,
        field=case.field,
        abroad=case.abroad,
    )


def differences(case: LawCase, got: CellDecision) -> tuple[str, ...]:
    """Where the answer is not the expected one, in words; empty where it is."""
    want, d = case.expected, got.disposition
    cited = {a for r in got.reasons for a in r.articles}
    spoke = {r.rule: r.outcome for r in got.reasons}
    pairs: list[tuple[str, object, object]] = [
        ("release", want.release, d.release),
        ("residue", want.residue, d.residue),
        ("operator", want.operator, d.operator),
        ("fallback", want.fallback, d.fallback),
        ("until", want.until, d.until),
        ("open points", set(want.open_points), set(got.open_points)),
        ("outcomes missing", set(), set(want.outcomes) - set(got.outcomes)),
        ("outcomes forbidden", set(), set(want.not_outcomes) & set(got.outcomes)),
        ("articles missing", set(), set(want.articles) - cited),
        ("articles forbidden", set(), set(want.not_articles) & cited),
        ("rules missing", set(), set(want.rules) - set(spoke)),
        *((f"{rule} says", word, spoke.get(rule, "nothing")) for rule, word in want.says),
    ]
    return tuple(f"{what}: expected {w}, got {g}" for what, w, g in pairs if w != g)
