"""The verdict on one column: independent evidence added up, then whether it concerns a person, then whose it is.

Points are log-odds in tenths: 10 points multiply the odds by e. A column starts at `PRIOR`; each piece of evidence adds
or takes; the class with most points is proposed where its confidence passes one half. Nothing is ever forced to the
maximum, and no single weak sign is enough.
"""

import math
from dataclasses import dataclass, field
from functools import cache

from bequest.model.datamap import ColumnMap, FieldClass
from bequest.model.facts import RowRole
from bequest.steps.discover.bare import of_banks, without_bare_words
from bequest.steps.discover.context import TableContext, Topic
from bequest.steps.discover.detector import Detector, TypeFamily, bearings, type_family
from bequest.steps.discover.detectors import DETECTORS
from bequest.steps.discover.matching import Hit, acting_initials, comment_hits, name_hits, says_something, words_of
from bequest.steps.discover.personal import is_personal, is_sensitive
from bequest.steps.discover.roles import role_of
from bequest.steps.discover.sample import ColumnInfo, TableSample
from bequest.steps.discover.textual import identifiers_in_text, looks_like_json, looks_like_text
from bequest.steps.discover.valuetext import ColumnValues, column_values
from bequest.steps.discover.weak import weak_counts

PRIOR = -30
NAME = 50
NAME_WEAK = 22
COMMENT = 56
COMMENT_WEAK = 26
NAME_OVERRULED = -50
"""The comment opens with another noun: then the name means something else (`name`, 角色名称)."""
NAME_DOUBTED = -15
"""The same where the name is of several words and so hard to mean anything else (`user_agent`)."""
PEOPLE_AROUND = 20
NOBODY_AROUND = -12
REFERENCE = 50
VALUES_SILENT = -12
FEW_VALUES = -12
PLAIN_NAME = -25
WORDS_OF_A_LIST = -60
REFERENCE_TO_THING = -40
REAL_NAMES = 20
"""Where people log in or are called by their own names, the column is of names, whatever its own is (`nick`)."""

_DISTINCT_TO_JUDGE = 4
_FEW_DISTINCT_OF = 200
_MANY_NAMES = 600
_MOST_REAL, _ENOUGH_REAL = 800, 12
_IDENTIFIERS = frozenset(
    {FieldClass.PHONE, FieldClass.EMAIL, FieldClass.NATIONAL_ID, FieldClass.BANK_CARD, FieldClass.PASSPORT}
)
_PLACES = frozenset(
    {FieldClass.ADDRESS, FieldClass.REGION, FieldClass.LOCATION_TRACE, FieldClass.GEO_COORDINATES, FieldClass.POSTCODE}
)
"""Words for places do not contradict each other."""
_VALUE_ONLY = frozenset(
    {
        FieldClass.PHONE,
        FieldClass.LANDLINE,
        FieldClass.EMAIL,
        FieldClass.NATIONAL_ID,
        FieldClass.BANK_CARD,
        FieldClass.USCC,
        FieldClass.LICENSE_PLATE,
        FieldClass.IP,
        FieldClass.PERSON_NAME,
        FieldClass.ADDRESS,
        FieldClass.COMPANY_NAME,
        FieldClass.GENDER,
        FieldClass.MARITAL,
        FieldClass.RELIGION_ETHNICITY,
        FieldClass.EDUCATION,
        FieldClass.ACCOUNT_NUMBER,
    }
)
"""Classes whose values are telling enough to be proposed without a word in name or comment."""


@dataclass(slots=True)
class _Case:
    """Points and reasons for one class."""

    points: int = PRIOR
    evidence: list[str] = field(default_factory=list)
    coverage: int = 0
    by_name: bool = False
    named_beside: bool = False
    """Named like a column beside it that only people have."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What the evidence says of a column before its table has been looked at as a whole."""

    cls: FieldClass
    confidence: int
    coverage: int
    evidence: tuple[str, ...]
    hits: tuple[Hit, ...]
    in_text: tuple[FieldClass, ...]


def confidence_of(points: int) -> int:
    """Points as a probability per mille."""
    return round(1000 / (1 + math.exp(-points / 10)))


def percent(per_mille: int) -> str:
    """A share per mille as per cent with one decimal."""
    return f"{per_mille / 10:.1f}%"


def judge_column(sample: TableSample, column: ColumnInfo, context: TableContext) -> ColumnMap:
    """The proposed verdict on one column of a table."""
    values = column_values(sample.values(column.name))
    finding = find_class(column, context, values)
    personal = is_personal(finding.cls, finding.hits, context, finding.in_text, column)
    sensitive = personal and is_sensitive(finding.cls, finding.hits, column, context)
    cls = finding.cls
    if cls is FieldClass.ADDRESS and context.log and context.topic is Topic.EVENT and not context.orders:
        cls = FieldClass.REGION  # where a login came from is a place, not a postal address
    if cls is FieldClass.PERSON_NAME and context.firms and not personal:
        cls = FieldClass.COMPANY_NAME
    if cls is FieldClass.FREE_TEXT and not personal:
        cls = FieldClass.NOT_PI
    role = role_of(cls, personal, column, context, sample)
    return ColumnMap(
        name=column.name,
        declared_type=column.declared_type,
        cls=cls,
        personal=personal,
        sensitive=sensitive,
        role=role if personal or cls is not FieldClass.NOT_PI else RowRole.RECORD,
        confidence=finding.confidence,
        coverage=finding.coverage,
        evidence=finding.evidence,
        in_text=finding.in_text,
    )


def find_class(column: ColumnInfo, context: TableContext, values: ColumnValues) -> Finding:
    """The class of a column by names, types, values and context, each adding to the points of each class."""
    cases: dict[FieldClass, _Case] = {}
    names = name_hits(column.said)
    if not names and context.in_initials and not says_something(column.comment):
        names = acting_initials(column.said)
    names = of_banks(names, context)
    comments = without_bare_words(names, of_banks(comment_hits(column.comment), context))
    if column.to_people and _type_allows(FieldClass.USER_ID, column.declared_type):
        cases[FieldClass.USER_ID] = _Case(PRIOR + REFERENCE, [f"reference:key of {column.refers_to}"], by_name=True)
    _add_words(cases, "name", names, NAME, NAME_WEAK, context, column)
    _add_words(cases, "comment", comments, COMMENT, COMMENT_WEAK, context, column)
    bare = tuple(w for w in words_of(column.said) if not w.isdigit())
    textual = type_family(column.declared_type) in {TypeFamily.TEXT, TypeFamily.UNKNOWN}
    if textual and not names and not comments and bare in context.of_people:
        evidence = f"context:other columns are named after {' '.join(bare)}"
        cases[FieldClass.PERSON_NAME] = _Case(PRIOR + NAME, [evidence], by_name=True)
    _add_silence_of_comment(cases, names, comments, column)
    if FieldClass.ORDER_NO in cases and any(h.hint.endswith(" id") and h.cls is FieldClass.NOT_PI for h in names):
        cases[FieldClass.ORDER_NO].points += REFERENCE_TO_THING
    _add_values(cases, values, column, context)
    in_text = identifiers_in_text(values) if _may_hold_text(column, values, cases) else ()
    _add_text(cases, values, in_text, context, names, says_something(column.comment))
    hits = (*comments, *names)
    plain = next((h for h in hits if h.cls is FieldClass.NOT_PI), None)
    if plain is not None:
        for case in cases.values():
            if not case.by_name:
                case.points += PLAIN_NAME
    return _best(cases, hits, plain, values, in_text, column, context)


@cache
def _detectors_of(cls: FieldClass) -> tuple[Detector, ...]:
    return tuple(d for d in DETECTORS if d.cls is cls)


@cache
def _type_allows(cls: FieldClass, declared: str) -> bool:
    return any(d.can_be(declared) for d in _detectors_of(cls))


def _add_words(
    cases: dict[FieldClass, _Case],
    what: str,
    hits: tuple[Hit, ...],
    strong: int,
    weak: int,
    context: TableContext,
    column: ColumnInfo,
) -> None:
    for hit in hits:
        if hit.cls is FieldClass.NOT_PI:
            continue
        if hit.weak and not weak_counts(hit, context):
            continue
        if _is_a_count(hit, column, context):
            continue
        cls: FieldClass = hit.cls
        family = type_family(column.declared_type)
        if family is TypeFamily.INTEGER and ((column.is_key and cls is not FieldClass.USER_ID) or hit.hint == "state"):
            continue  # a counted key is no number of a paper, and a counted state is none of a country
        if not _type_allows(cls, column.declared_type):
            if not _is_number_of_person(cls, column.declared_type):
                continue
            cls = FieldClass.USER_ID
        case = cases.setdefault(cls, _Case())
        case.points += weak if hit.weak else strong
        case.by_name = True
        case.named_beside |= hit.weak and hit.before in context.of_people
        case.evidence.append(f"{what}:{hit.hint}")


def _is_a_count(hit: Hit, column: ColumnInfo, context: TableContext) -> bool:
    """Whether a whole number counts people: `student_num` of a school, not of a pupil."""
    return (
        hit.cls is FieldClass.USER_ID
        and hit.hint.endswith(" num")
        and context.topic in {Topic.ORGANISATION, Topic.THING}
        and type_family(column.declared_type) is TypeFamily.INTEGER
    )


def _is_number_of_person(cls: FieldClass, declared: str) -> bool:
    """A person's name in a column of numbers is a reference to the person; any other mismatch speaks against."""
    naming = {FieldClass.PERSON_NAME, FieldClass.USERNAME}
    return cls in naming and type_family(declared) is TypeFamily.INTEGER and "(1)" not in declared


def _add_silence_of_comment(
    cases: dict[FieldClass, _Case], names: tuple[Hit, ...], comments: tuple[Hit, ...], column: ColumnInfo
) -> None:
    if not names or not says_something(column.comment):
        return
    said = {h.cls for h in comments}
    for hit in names:
        if hit.cls in _PLACES and said <= _PLACES:
            continue
        if hit.cls in cases and said and hit.cls not in said:
            doubted = len(hit.hint.split()) > 1 and hit.cls is not FieldClass.USER_ID
            cases[hit.cls].points += NAME_DOUBTED if doubted else NAME_OVERRULED
            cases[hit.cls].evidence.append("comment:something else")


def _add_values(
    cases: dict[FieldClass, _Case], values: ColumnValues, column: ColumnInfo, context: TableContext
) -> None:
    if values.n_distinct == 0:
        for case in cases.values():
            case.evidence.append("by name only")
        return
    enough = values.n_distinct >= _DISTINCT_TO_JUDGE
    best: dict[FieldClass, tuple[int, int, Detector]] = {}
    possible = [
        d
        for d in DETECTORS
        if d.shape is not None
        and d.can_be(column.declared_type)
        and (d.cls in cases or (d.cls in _VALUE_ONLY and _tellable(d, values)))
    ]
    for detector, share in zip(possible, bearings(possible, values.text, values.compact), strict=True):
        points = detector.shape.points * share // 1000 if detector.shape else 0
        if (points, share) > best.get(detector.cls, (0, 0))[:2]:
            best[detector.cls] = (points, share, detector)
    for cls, (points, share, detector) in best.items():
        if cls not in cases and share < 500:
            continue
        case = cases.setdefault(cls, _Case())
        case.points += points
        case.coverage = share
        case.evidence.append(f"values:{detector.id} {percent(share)} of {values.looked_at} distinct")
        screened = cls is FieldClass.PERSON_NAME and FieldClass.USERNAME in cases
        if screened and share >= _MOST_REAL and values.n_distinct >= _ENOUGH_REAL:
            case.points += REAL_NAMES
    for cls, case in cases.items():
        shaped = any(d.shape is not None for d in _detectors_of(cls))
        if shaped and case.coverage < 100 and enough:
            case.points += VALUES_SILENT
            case.evidence.append(f"values:do not bear it ({values.looked_at} distinct)")
        if cls is FieldClass.FREE_TEXT and values.n_distinct <= 2 and values.n_values >= 10 * values.n_distinct:
            case.points += WORDS_OF_A_LIST
            case.evidence.append(f"values:only {values.n_distinct} distinct of {values.n_values}")
        if cls in _IDENTIFIERS and values.n_distinct <= 2 and values.n_values >= _FEW_DISTINCT_OF:
            case.points += FEW_VALUES
            case.evidence.append(f"values:only {values.n_distinct} distinct of {values.n_values}")
    _add_context(cases, context)


def _tellable(detector: Detector, values: ColumnValues) -> bool:
    """Whether values alone may speak: words out of a small set need few, free values need several."""
    if detector.cls in {FieldClass.GENDER, FieldClass.MARITAL}:
        return values.n_distinct >= 2
    if detector.cls in {FieldClass.RELIGION_ETHNICITY, FieldClass.EDUCATION}:
        return values.n_distinct >= 3
    return values.n_distinct >= _DISTINCT_TO_JUDGE


def _add_context(cases: dict[FieldClass, _Case], context: TableContext) -> None:
    nobody = context.topic in {Topic.THING, Topic.ORGANISATION}
    for cls, case in cases.items():
        clinical = cls is FieldClass.HEALTH and (context.medical or context.bodily) and not nobody
        told = cls is FieldClass.FREE_TEXT and (context.persons or (context.communication and context.people))
        told = told or (cls in {FieldClass.BEHAVIOUR, FieldClass.DEVICE_ID} and context.log and context.people)
        told = told or (cls is FieldClass.USER_ID and context.loyalty)
        told = told or (cls in {FieldClass.INCOME_ASSETS, FieldClass.BANK_CARD} and (context.finance or context.pay))
        told = told or (cls is FieldClass.EDUCATION and (context.schooling or context.pupils))
        told = told or (cls is FieldClass.EMPLOYMENT and context.work_history)
        told = told or (cls is FieldClass.NATIONAL_ID and context.papers)
        told = told or (cls is FieldClass.PASSWORD_SECRET and context.persons)
        told = told or bool(context.initials)
        told = told or (cls is FieldClass.PERSON_NAME and case.named_beside)
        told = told or (cls is FieldClass.PERSON_NAME and context.identifiers and case.coverage >= _MANY_NAMES)
        if context.individual or clinical or told:
            case.points += PEOPLE_AROUND
            why = "context:telephones or identity numbers beside it" if context.identifiers else ""
            case.evidence.append("context:medical table" if clinical else context.evidence or why)
        elif nobody and cls in {FieldClass.PERSON_NAME, FieldClass.ADDRESS, FieldClass.GENDER, FieldClass.EDUCATION}:
            case.points += NOBODY_AROUND
            case.evidence.append(context.evidence)


def _may_hold_text(column: ColumnInfo, values: ColumnValues, cases: dict[FieldClass, _Case]) -> bool:
    if values.n_distinct == 0 or type_family(column.declared_type) not in {
        TypeFamily.TEXT,
        TypeFamily.JSON,
        TypeFamily.UNKNOWN,
    }:
        return False
    return FieldClass.FREE_TEXT in cases or looks_like_text(values) or looks_like_json(values)


def _add_text(
    cases: dict[FieldClass, _Case],
    values: ColumnValues,
    in_text: tuple[FieldClass, ...],
    context: TableContext,
    names: tuple[Hit, ...],
    commented: bool,
) -> None:
    """Running text and nested data are free text where nothing better is known and somebody may be in them."""
    if in_text:
        case = cases.setdefault(FieldClass.FREE_TEXT, _Case())
        case.points += 45
        case.evidence.append("values:identifiers inside text: " + ", ".join(c.value for c in in_text))
    elif looks_like_text(values) and context.people and not names and not commented:
        case = cases.setdefault(FieldClass.FREE_TEXT, _Case())
        case.points += 35
        case.evidence.append("values:running text")


def _best(
    cases: dict[FieldClass, _Case],
    hits: tuple[Hit, ...],
    plain: Hit | None,
    values: ColumnValues,
    in_text: tuple[FieldClass, ...],
    column: ColumnInfo,
    context: TableContext,
) -> Finding:
    if values.n_distinct == 0:
        _add_context(cases, context)
    ranked = sorted(cases.items(), key=lambda item: (-item[1].points, item[0].value))
    if ranked and ranked[0][1].points > 0:
        cls, case = ranked[0]
        evidence = tuple(dict.fromkeys(e for e in case.evidence if e))
        return Finding(cls, confidence_of(case.points), case.coverage, evidence, hits, in_text)
    reason = (f"name:{plain.hint}",) if plain is not None else ()
    if ranked and ranked[0][1].points > -10 and plain is None and context.people:
        cls, case = ranked[0]
        evidence = tuple(dict.fromkeys(e for e in case.evidence if e))
        undecided = (f"undecided: {cls.value} {percent(confidence_of(case.points))}", *evidence)
        return Finding(FieldClass.UNKNOWN, confidence_of(case.points), case.coverage, undecided, hits, in_text)
    if plain is None and not hits and _is_opaque(column, values, context):
        return Finding(FieldClass.UNKNOWN, 0, 0, ("no word known, no value known",), hits, in_text)
    best = confidence_of(ranked[0][1].points) if ranked else confidence_of(PRIOR)
    return Finding(FieldClass.NOT_PI, 1000 - best, 0, (*reason, "nothing personal found"), hits, in_text)


def _is_opaque(column: ColumnInfo, values: ColumnValues, context: TableContext) -> bool:
    """Text of many values under an unknown name in a table about individuals: a person has to look."""
    family = type_family(column.declared_type)
    if family not in {TypeFamily.TEXT, TypeFamily.UNKNOWN} or not context.individual or values.n_distinct < 20:
        return False
    numeric = values.text.str.contains(r"^[-+0-9.,:/ T]+$").mean()
    return not (isinstance(numeric, float) and numeric > 0.5)
