"""What a table is about: people, something people did, organisations, or things; and what its columns say together."""

import re
from dataclasses import dataclass
from enum import StrEnum

from bequest.model.datamap import FieldClass
from bequest.steps.discover import lexicon
from bequest.steps.discover.detector import TypeFamily, type_family
from bequest.steps.discover.matching import comment_hits, last_word_of, mentions, name_hits, words_of
from bequest.steps.discover.sample import ColumnInfo, TableSample
from bequest.steps.discover.words import fold, has_han, listed


class Topic(StrEnum):
    """What one row is."""

    PERSON = "person"
    EVENT = "event"
    ORGANISATION = "organisation"
    THING = "thing"
    UNKNOWN = "unknown"


INDIVIDUAL = frozenset(
    {
        FieldClass.PERSON_NAME,
        FieldClass.GENDER,
        FieldClass.BIRTHDAY,
        FieldClass.AGE,
        FieldClass.NATIONAL_ID,
        FieldClass.PHONE,
        FieldClass.EMAIL,
        FieldClass.MARITAL,
        FieldClass.RELIGION_ETHNICITY,
        FieldClass.USERNAME,
        FieldClass.PASSWORD_SECRET,
        FieldClass.PASSPORT,
        FieldClass.ADDRESS,
        FieldClass.SOCIAL_ID,
    }
)
"""Classes that, two or more together, say a row is about an individual."""

_GROUPS = {
    Topic.PERSON.value: lexicon.PEOPLE,
    Topic.EVENT.value: lexicon.EVENTS,
    Topic.ORGANISATION.value: lexicon.ORGANISATIONS,
    Topic.THING.value: lexicon.THINGS,
}
_HAN_GENERIC = tuple(sorted((w for w in lexicon.GENERIC_TABLE_WORDS if has_han(w)), key=len, reverse=True))
_COMMENT_CUT = re.compile(r"[:：,，;；。(（\[【\n]")


@dataclass(frozen=True, slots=True)
class TableContext:
    """What stands around a column."""

    topic: Topic
    individual: bool
    """A row describes one person: bare `name` is that person's."""
    people: bool
    """Rows concern people, by topic, references or columns."""
    persons: bool
    """The same, more strictly: about one person, or about people outside, not merely with a clerk's name in it."""
    contact_person: bool
    """A column names a contact person of an organisation."""
    customers: bool
    staff: bool
    children: bool
    suppliers: bool
    medical: bool
    log: bool
    communication: bool
    loyalty: bool
    address_parts: bool
    """Two or more columns are parts of an address: then 详情 is the rest of it."""
    orders: bool
    buying: bool
    evidence: str


def topic_of_text(text: str) -> Topic:
    """The topic a table name or comment ends in, generic words left out; the last meaningful word decides."""
    if has_han(text):
        rest = _COMMENT_CUT.split(fold(text).strip(), maxsplit=1)[0].strip().lower()
        while True:
            shorter = rest
            for word in _HAN_GENERIC:
                if shorter.endswith(word) and shorter != word:
                    shorter = shorter.removesuffix(word)
            if shorter == rest:
                break
            rest = shorter
        answer, word = last_word_of(rest, _GROUPS)
        if answer == Topic.PERSON.value and _ends_in_thing_or_event(rest.removesuffix(word)):
            return Topic.EVENT
        return Topic(answer) if answer else Topic.UNKNOWN
    words = [w for w in words_of(text) if w not in lexicon.GENERIC_TABLE_WORDS and not w.isdigit()]
    if not words:
        return Topic.UNKNOWN
    if words[-1] in lexicon.PEOPLE and len(words) > 1 and words[-2] in _THINGS_AND_EVENTS:
        return Topic.EVENT  # coupon_user: who has which coupon
    return next((Topic(label) for label, group in _GROUPS.items() if words[-1] in group), Topic.UNKNOWN)


_THINGS_AND_EVENTS = frozenset(lexicon.THINGS) | frozenset(lexicon.EVENTS)


def _ends_in_thing_or_event(text: str) -> bool:
    return any(has_han(w) and text.endswith(w) for w in _THINGS_AND_EVENTS)


def table_context(sample: TableSample) -> TableContext:
    """The context of a table from its name, comment and the names of its columns."""
    both = f"{sample.table} {sample.comment}"
    topic = _topic(sample)
    classes = [_strong_class(c) for c in sample.columns]
    n_individual = len({c for c in classes if c in INDIVIDUAL})
    refers = any(_refers_to_outsider(c) for c in sample.columns)
    named_people = mentions(both, lexicon.PEOPLE)
    if topic is Topic.UNKNOWN and n_individual >= 3:
        topic = Topic.PERSON
    about_nobody = topic in {Topic.THING, Topic.ORGANISATION}
    individual = topic is Topic.PERSON or (not about_nobody and n_individual >= 2)
    persons = individual or (not about_nobody and (refers or named_people))
    people = persons or (not about_nobody and n_individual >= 1)
    evidence = f"context:{topic.value} table" if topic is not Topic.UNKNOWN else ""
    if topic is not Topic.PERSON and individual:
        evidence = f"context:{n_individual} columns about one person"
    return TableContext(
        topic=topic,
        individual=individual,
        people=people,
        persons=persons,
        contact_person=any(c is FieldClass.PERSON_NAME for c in classes),
        customers=mentions(both, lexicon.CUSTOMERS),
        staff=_is_staff(sample, both),
        children=mentions(both, lexicon.CHILDREN),
        suppliers=mentions(both, lexicon.SUPPLIERS),
        medical=mentions(both, lexicon.MEDICAL_WORDS),
        log=mentions(both, lexicon.LOG_WORDS),
        communication=mentions(both, lexicon.COMMUNICATION_WORDS),
        loyalty=mentions(both, lexicon.LOYALTY_WORDS),
        address_parts=sum(c is FieldClass.REGION for c in classes) >= 2,
        orders=mentions(both, lexicon.ORDER_WORDS),
        buying=mentions(both, lexicon.BUYING_WORDS),
        evidence=evidence,
    )


def _topic(sample: TableSample) -> Topic:
    name, comment = topic_of_text(sample.table), topic_of_text(sample.comment)
    if mentions(f"{sample.table} {sample.comment}", lexicon.TEMPLATE_WORDS):
        return Topic.THING
    topic = comment if comment is not Topic.UNKNOWN else name
    both = f"{sample.table} {sample.comment}"
    address_of_organisation = (
        mentions(both, ("address", "地址"))
        and mentions(both, lexicon.ORGANISATIONS)
        and not mentions(both, lexicon.PEOPLE)
    )
    if address_of_organisation or (topic is Topic.PERSON and mentions(both, lexicon.SUPPLIERS)):
        return Topic.ORGANISATION
    if topic is Topic.THING and mentions(both, ("statistic", "stat", "统计")) and mentions(both, lexicon.CUSTOMERS):
        return Topic.EVENT
    return topic


def _strong_class(column: ColumnInfo) -> FieldClass | None:
    """The personal class a column's own words name, organisation's columns left out."""
    comments = comment_hits(column.comment)
    for hit in (*comments, *name_hits(column.name)):
        if hit.weak or belongs_to_organisation(hit.before):
            continue
        if hit.cls is FieldClass.NOT_PI:
            if comments:
                return None
            continue
        if hit.cls in {FieldClass.PERSON_NAME, FieldClass.USERNAME} and type_family(column.declared_type) not in {
            TypeFamily.TEXT,
            TypeFamily.UNKNOWN,
        }:
            return FieldClass.USER_ID
        return hit.cls
    return None


def _refers_to_outsider(column: ColumnInfo) -> bool:
    """Whether the column refers to a person who is not merely the clerk that keyed the row in."""
    for hit in (*comment_hits(column.comment), *name_hits(column.name)):
        if hit.cls in {FieldClass.USER_ID, FieldClass.USERNAME, FieldClass.PERSON_NAME} and not hit.weak:
            words = (*hit.before, *hit.hint.split()) if not has_han(hit.hint) else (hit.hint,)
            text = "".join(words)
            if hit.hint in _SCREEN_NAMES:
                return True
            if any((w in text) if has_han(w) else (w in words) for w in lexicon.CUSTOMERS):
                return True
    return False


_SCREEN_NAMES = frozenset(
    listed("username, user name, nickname, nick name, yonghuming, zhanghao, nicheng, 昵称, 用户昵称, 用户名, 用户账号")
)


def _is_staff(sample: TableSample, both: str) -> bool:
    if mentions(both, lexicon.STAFF):
        return True
    words = words_of(sample.table)
    return "sys" in words[:-1] and words[-1] == "user"


_ORGANISATION_WORDS = frozenset(lexicon.ORGANISATIONS) | {
    "product",
    "goods",
    "device",
    "system",
    "官方",
    "平台",
    "商品",
    "对方单位",
}
_HAN_ORGANISATIONS = tuple(w for w in _ORGANISATION_WORDS if has_han(w))


def belongs_to_organisation(before: tuple[str, ...]) -> bool:
    """Whether the words before the head name an organisation or thing: `shop` before `phone`, 公司 before 地址."""
    text = "".join(before)
    return any(w in _ORGANISATION_WORDS for w in before) or any(text.endswith(w) for w in _HAN_ORGANISATIONS)


def names_a_person(before: tuple[str, ...], hint: str) -> bool:
    """Whether the words around the head name a human role: 负责人 before 电话, `contact` before `phone`."""
    return names_one_of(before, hint, lexicon.PEOPLE)


def names_one_of(before: tuple[str, ...], hint: str, group: tuple[str, ...]) -> bool:
    """Whether a word of the group stands before the head or in it."""
    words = {*before, *hint.split()}
    text = "".join(before) + hint
    return any((w in text) if has_han(w) else (w in words) for w in group)
