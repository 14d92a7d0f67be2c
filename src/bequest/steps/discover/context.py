"""What a table is about: people, something people did, organisations, or things; and what its columns say together."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from bequest.model.datamap import FieldClass
from bequest.steps.discover import lexicon
from bequest.steps.discover.around import (
    any_outsider,
    are_firms,
    are_people,
    are_suppliers,
    before_personal,
    beside_a_person,
    by_initials,
    counts_people,
    describes_people,
    has_births,
    held_by_firms,
    in_initials,
    initials,
    is_link,
    is_name_beside_phone,
    is_pay,
    is_staff,
    names_bank,
    names_class,
    names_staff,
    owes,
    refers_by_number,
    refers_to_anybody,
    strong_class,
    told,
)
from bequest.steps.discover.machinery import HUMAN as _HUMAN
from bequest.steps.discover.machinery import LOGIN as _LOGIN
from bequest.steps.discover.machinery import is_machinery
from bequest.steps.discover.matching import PINYIN, last_word_of, mentions, words_of
from bequest.steps.discover.sample import TableSample
from bequest.steps.discover.segments import singular
from bequest.steps.discover.words import chunks, fold, has_han


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

_HUMAN_ALONE = frozenset({FieldClass.PERSON_NAME, FieldClass.GENDER, FieldClass.BIRTHDAY, FieldClass.NATIONAL_ID})
_GROUPS = {
    Topic.PERSON.value: lexicon.PEOPLE,
    Topic.EVENT.value: lexicon.EVENTS,
    Topic.ORGANISATION.value: lexicon.ORGANISATIONS,
    Topic.THING.value: lexicon.THINGS,
}
_TOPICAL = frozenset(w for group in _GROUPS.values() for w in group)
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
    finance: bool = False
    """Rows are movements or holdings of somebody's money: loans, repayments, withdrawals."""
    pay: bool = False
    """Rows are somebody's pay: every sum in them is."""
    schooling: bool = False
    work_history: bool = False
    attendance: bool = False
    machinery: bool = False
    """Rows are about systems: servers, data sources, clients, jobs, channels; accounts and secrets are theirs."""
    of_people: frozenset[tuple[str, ...]] = frozenset()
    """Words before heads that only people have: with `report_tel` stands `report_name`."""
    own_words: frozenset[str] = frozenset()
    """Words of the table's name, where it is a table of people."""
    described: bool = False
    """One person a row, with what only a person has: an ID number, a birthday, a gender."""
    identified: bool = False
    """The number of somebody's ID stands in the row."""
    papers: bool = False
    """Rows are somebody's papers: passports, visas."""
    pupils: bool = False
    taxed: bool = False
    """A tax number or licence stands in the row: its account is a company's."""
    initials: frozenset[str] = frozenset()
    """Names of columns that are initials of words about people, where several stand together (`xm`, `xb`, `csrq`)."""
    in_initials: bool = False
    """Most names are initials of something in pinyin, known or not."""
    of_accounts: bool = False
    """Rows are accounts: without somebody named, those of the company itself."""
    banked: bool = False
    """A bank or the name of an account stands in the row."""
    of_places: bool = False
    """Addresses and telephones, but nobody whose they are: a list of branches or lockers."""
    beside_a_person: frozenset[str] = frozenset()
    """Columns that follow a person's name at once: the telephone there is the person's."""
    relatives: bool = False
    """Rows are relatives, contacts, visitors of the person they are filed under."""
    identifiers: bool = False
    """Values of a column are telephones or identity numbers, whatever it is called."""
    animals: bool = False
    """Rows are animals: what is said of births, names and vaccines is theirs."""
    bodily: bool = False
    """Two columns or more are about somebody's body: initials and plain words for its measures count."""
    firms: bool = False
    """Rows are companies, though the table is named after customers."""
    template: bool = False
    """Rows are forms and terms to be filled in: nobody's, whatever they are about."""
    tallied: bool = False
    """Rows add up what was done or taken."""
    held_by_firms: bool = False
    """Rows belong to a shop, merchant or supplier and name nobody: their money and accounts are its own."""


@lru_cache(maxsize=16384)
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
        if answer == Topic.PERSON.value and rest.removesuffix(word).endswith(_HAN_THINGS_AND_EVENTS):
            return Topic.EVENT
        return Topic(answer) if answer else Topic.UNKNOWN
    words = [singular(w, _TOPICAL) for w in words_of(text) if w not in lexicon.GENERIC_TABLE_WORDS and not w.isdigit()]
    if not words:
        return Topic.UNKNOWN
    if words[-1] in _FILES and words[-2:-1] and words[-2] in lexicon.PEOPLE:
        words = words[:-1]  # driver_file: of drivers
    if words[-1] not in _TOPICAL and (said := PINYIN.words_in("".join(chunks(text)))):
        return topic_of_text(said if said in _RANKS else said.replace("等级", "登记"))
    if words[-1] in lexicon.PEOPLE and len(words) > 1 and words[-2] in _THINGS_AND_EVENTS:
        return Topic.EVENT  # coupon_user: who has which coupon
    last = words[-1] if words[-1] in _TOPICAL else _behind_a_prefix(words[-1])
    return next((Topic(label) for label, group in _GROUPS.items() if last in group), Topic.UNKNOWN)


def _behind_a_prefix(word: str) -> str:
    """The word about people, things or deeds behind a few letters that say nothing: `prlemployee`."""
    rests = (singular(word[i:], _TOPICAL) for i in range(1, _LONGEST_PREFIX + 1) if len(word) - i >= _LEAST_REST)
    return next((r for r in rests if r in _TOPICAL), "")


_FILES = frozenset({"file", "dossier", "archive", "profile", "roster"})
_LONGEST_PREFIX, _LEAST_REST = 4, 5
_RANKS = frozenset({"会员等级", "用户等级", "客户等级", "等级", "医院等级", "酒店等级"})
"""Spelt like 登记, which names of tables in pinyin far more often mean."""
_THINGS_AND_EVENTS = frozenset(lexicon.THINGS) | frozenset(lexicon.EVENTS)
_HAN_THINGS_AND_EVENTS = tuple(w for w in _THINGS_AND_EVENTS if has_han(w))


def table_context(sample: TableSample) -> TableContext:
    """The context of a table from its name, comment and the names of its columns."""
    both = told(sample)
    classes = [strong_class(c) for c in sample.columns]
    n_individual = _count_individual(classes) + is_name_beside_phone(sample, classes)
    pointing = any(c.to_people for c in sample.columns) or names_staff(sample)
    filed = {c.to_held for c in sample.columns if c.to_held and not held_by_firms(sample)}
    refers = pointing or bool(filed) or any_outsider(sample, both)
    named_people = mentions(both, lexicon.PEOPLE)
    numbered = pointing or any(refers_by_number(c) for c in sample.columns)
    machinery = is_machinery(sample, classes, numbered, _topic(sample) is Topic.PERSON)
    topic = _topic_of_columns(sample, classes, machinery, refers or named_people)
    about_nobody = topic in {Topic.THING, Topic.ORGANISATION}
    individual = topic is Topic.PERSON or (not about_nobody and n_individual >= 2)
    persons = individual or (not about_nobody and (refers or named_people))
    people = persons or (not about_nobody and n_individual >= 1)
    return TableContext(
        topic=topic,
        individual=individual,
        people=people,
        persons=persons,
        contact_person=any(c is FieldClass.PERSON_NAME for c in classes),
        customers=mentions(both, lexicon.CUSTOMERS),
        staff=is_staff(sample, both),
        children=mentions(both, lexicon.CHILDREN),
        suppliers=mentions(both, lexicon.SUPPLIERS),
        medical=mentions(both, lexicon.MEDICAL_WORDS) or "care" in filed,
        log=mentions(both, lexicon.LOG_WORDS),
        communication=mentions(both, lexicon.COMMUNICATION_WORDS),
        loyalty=mentions(both, lexicon.LOYALTY_WORDS),
        address_parts=sum(c is FieldClass.REGION for c in classes) >= 2,
        orders=mentions(both, lexicon.ORDER_WORDS),
        buying=mentions(both, lexicon.BUYING_WORDS),
        evidence=_why(topic, individual, n_individual),
        finance=_is_of_money(sample, people, machinery) or "money" in filed,
        pay=not about_nobody and (refers or people) and is_pay(sample, both),
        schooling=people and mentions(both, lexicon.SCHOOLING_WORDS),
        work_history=people and not machinery and mentions(both, lexicon.WORK_HISTORY_WORDS),
        attendance=not about_nobody and mentions(both, lexicon.ATTENDANCE_WORDS),
        machinery=machinery,
        identified=FieldClass.NATIONAL_ID in classes,
        papers=people and mentions(both, lexicon.PAPER_WORDS),
        pupils=mentions(f"{both} {' '.join(c.said for c in sample.columns)}", lexicon.PUPIL_WORDS),
        taxed=_is_taxed(sample, classes),
        of_people=before_personal(sample),
        described=(topic is Topic.PERSON or n_individual >= _CLEARLY_PEOPLE) and _describes(classes),
        own_words=frozenset(words_of(sample.table)) if topic is Topic.PERSON else frozenset(),
        initials=initials(sample),
        in_initials=in_initials(sample),
        banked=names_bank(sample),
        of_accounts=mentions(both, ("account", "acct", "账户", "账号", "帐户")),
        of_places=topic is Topic.UNKNOWN and not refers and {c for c in classes if c in INDIVIDUAL} <= _OF_PLACES_TOO,
        beside_a_person=beside_a_person(sample, classes),
        relatives=mentions(both, lexicon.RELATED_WORDS),
        animals=mentions(both, lexicon.ANIMAL_WORDS),
        bodily=not about_nobody and refers_to_anybody(sample) and classes.count(FieldClass.HEALTH) >= 2,
        firms=are_firms(sample),
        template=about_nobody and mentions(both, lexicon.TEMPLATE_WORDS),
        tallied=mentions(both, lexicon.TALLY_WORDS),
        held_by_firms=not refers and not _HUMAN & set(classes) and held_by_firms(sample),
    )


def _is_of_money(sample: TableSample, people: bool, machinery: bool) -> bool:
    """Whether rows are movements or holdings of somebody's money, or what somebody owes."""
    return (people and mentions(told(sample), lexicon.FINANCE_WORDS)) or (owes(sample) and not machinery)


def _why(topic: Topic, individual: bool, n_individual: int) -> str:
    """What the context goes by, for the explanation of a column."""
    if topic is not Topic.PERSON and individual:
        return f"context:{n_individual} columns about one person"
    return f"context:{topic.value} table" if topic is not Topic.UNKNOWN else ""


_DESCRIBED = frozenset({FieldClass.NATIONAL_ID, FieldClass.GENDER, FieldClass.BIRTHDAY})
_PROFILE = frozenset(
    {FieldClass.MARITAL, FieldClass.EDUCATION, FieldClass.EMPLOYMENT, FieldClass.INCOME_ASSETS, FieldClass.HEALTH}
)


def _describes(classes: list[FieldClass | None]) -> bool:
    """Whether columns tell what only a person has, or two things about somebody's life."""
    return bool(_DESCRIBED & set(classes) or len(_PROFILE & set(classes)) >= 2)


def _is_taxed(sample: TableSample, classes: list[FieldClass | None]) -> bool:
    """Whether the number of a taxpayer or licence stands in a row that does not describe a person."""
    described = _topic(sample) is Topic.PERSON and _DESCRIBED & set(classes)
    return not described and any(names_class(c, {FieldClass.TAX_ID, FieldClass.USCC}) for c in sample.columns)


def _count_individual(classes: list[FieldClass | None]) -> int:
    """How many classes speak of an individual; places and firms have telephones, mail and addresses too."""
    found = {c for c in classes if c in INDIVIDUAL}
    return len(found) if found - _OF_PLACES_TOO or FieldClass.USER_ID in classes else min(len(found), 1)


_OF_PLACES_TOO = frozenset({FieldClass.PHONE, FieldClass.EMAIL, FieldClass.ADDRESS})


def _topic_of_columns(sample: TableSample, classes: list[FieldClass | None], machinery: bool, somebody: bool) -> Topic:
    """The topic, where the table's own words leave it open or its columns tell otherwise."""
    topic, both = _topic(sample), told(sample)
    n_individual = _count_individual(classes)
    if topic is Topic.EVENT and describes_people(sample, classes):
        topic = Topic.PERSON
    tenants = mentions(both, ("tenant", "租户")) and FieldClass.NATIONAL_ID in classes
    if topic is Topic.ORGANISATION and (has_births(sample) or tenants or are_people(sample, classes)):
        topic = Topic.PERSON  # emp_dep: of dependants, not of departments
    if topic is Topic.PERSON and counts_people(sample) and FieldClass.PERSON_NAME not in classes:
        return Topic.THING
    if topic is Topic.PERSON and are_suppliers(sample) and not _HUMAN_ALONE & set(classes):
        return Topic.ORGANISATION
    if topic is Topic.UNKNOWN and mentions(both, lexicon.ORGANISATIONS) and not somebody:
        topic = Topic.ORGANISATION
    if topic is Topic.UNKNOWN and n_individual >= _CLEARLY_PEOPLE:
        ordered = {FieldClass.ORDER_NO, FieldClass.TRACKING_NUMBER} & set(classes)
        topic = Topic.EVENT if ordered else Topic.PERSON
    if (
        topic in {Topic.THING, Topic.ORGANISATION}
        and not machinery
        and _belongs_to_somebody(sample, both, n_individual, classes)
    ):
        return Topic.EVENT
    return Topic.THING if machinery and topic is not Topic.EVENT else topic


_CLEARLY_PEOPLE = 3


def _belongs_to_somebody(sample: TableSample, both: str, n_individual: int, classes: list[FieldClass | None]) -> bool:
    """Whether things of the table are a person's own (cards, houses, jobs), or filed under a person by its name."""
    if mentions(both, lexicon.TEMPLATE_WORDS) or is_link(sample):
        return False
    refers = any(c.to_people or c.to_held for c in sample.columns)
    refers = refers or any_outsider(sample, both) or names_staff(sample)
    if names_staff(sample) and (_topic(sample) is not Topic.ORGANISATION or mentions(both, lexicon.EVENTS)):
        return True
    if not refers and mentions(both, lexicon.ORGANISATIONS):
        return False
    if refers and _TRACED & set(classes) and mentions(both, lexicon.TRACE_WORDS):
        return True
    if FieldClass.IP in classes and set(classes) >= _LOGIN and not refers:
        n_individual -= len(_LOGIN)  # whoever logs in to a device
    intimate = {FieldClass.HEALTH, FieldClass.INCOME_ASSETS} & set(classes)
    if intimate and _topic(sample) is Topic.THING and any(c.to_people or c.to_held for c in sample.columns[:3]):
        return True
    owned = mentions(both, lexicon.OWN_THINGS)
    if _topic(sample) is Topic.ORGANISATION:
        return refers and owned and (mentions(both, lexicon.PEOPLE) or names_staff(sample))
    if owned and n_individual >= 2:
        return True
    named = _HUMAN & set(classes)
    told_of_people = owned or named or mentions(both, (*lexicon.PEOPLE, *lexicon.FINANCE_WORDS))
    return n_individual >= _CLEARLY_PEOPLE or bool(refers and told_of_people)


_TRACED = frozenset({FieldClass.GEO_COORDINATES, FieldClass.LOCATION_TRACE})


def _topic(sample: TableSample) -> Topic:
    name, comment = topic_of_text(sample.table), topic_of_text(sample.comment)
    if mentions(told(sample), lexicon.TEMPLATE_WORDS):
        return Topic.THING
    topic = comment if comment is not Topic.UNKNOWN else name
    topic = topic_of_text(by_initials(sample)) if topic is Topic.UNKNOWN else topic
    both = f"{sample.table} {sample.comment}"
    address_of_organisation = (
        mentions(both, ("address", "地址"))
        and mentions(both, lexicon.ORGANISATIONS)
        and not mentions(both, lexicon.PEOPLE)
    )
    if (
        topic is Topic.THING
        and mentions(both, ("addr", "address", "地址"))
        and mentions(both, ("book", "簿", "user", "cust"))
    ):
        return Topic.EVENT
    if address_of_organisation or (topic is Topic.PERSON and mentions(both, lexicon.SUPPLIERS)):
        return Topic.ORGANISATION
    if topic is Topic.THING and mentions(both, ("statistic", "stat", "统计")) and mentions(both, lexicon.CUSTOMERS):
        return Topic.EVENT
    return topic
