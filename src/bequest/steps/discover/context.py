"""What a table is about: people, something people did, organisations, or things; and what its columns say together."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from bequest.model.datamap import FieldClass
from bequest.steps.discover import lexicon
from bequest.steps.discover.detector import TypeFamily, type_family
from bequest.steps.discover.matching import PINYIN, WHOLE, comment_hits, last_word_of, mentions, name_hits, words_of
from bequest.steps.discover.sample import ColumnInfo, TableSample
from bequest.steps.discover.words import chunks, fold, has_han, listed


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

_HUMAN = frozenset(
    {
        FieldClass.PERSON_NAME,
        FieldClass.GENDER,
        FieldClass.BIRTHDAY,
        FieldClass.NATIONAL_ID,
        FieldClass.PHONE,
        FieldClass.SOCIAL_ID,
    }
)
"""What systems have none of, other than accounts, passwords and addresses."""
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
    finance: bool = False
    """Rows are movements or holdings of somebody's money: loans, repayments, withdrawals."""
    pay: bool = False
    """Rows are somebody's pay: every sum in them is."""
    schooling: bool = False
    work_history: bool = False
    attendance: bool = False
    machinery: bool = False
    """Rows are about systems: servers, data sources, clients, jobs, channels; accounts and secrets are theirs."""
    pupils: bool = False
    taxed: bool = False
    """A tax number or licence stands in the row: its account is a company's."""
    initials: frozenset[str] = frozenset()
    """Names of columns that are initials of words about people, where several stand together (`xm`, `xb`, `csrq`)."""
    beside_a_person: frozenset[str] = frozenset()
    """Columns that follow a person's name at once: the telephone there is the person's."""
    relatives: bool = False
    """Rows are relatives, contacts, visitors of the person they are filed under."""
    firms: bool = False
    """Rows are companies, though the table is named after customers."""


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
        if answer == Topic.PERSON.value and _ends_in_thing_or_event(rest.removesuffix(word)):
            return Topic.EVENT
        return Topic(answer) if answer else Topic.UNKNOWN
    words = [w for w in words_of(text) if w not in lexicon.GENERIC_TABLE_WORDS and not w.isdigit()]
    if not words:
        return Topic.UNKNOWN
    if words[-1] not in _TOPICAL and (said := PINYIN.words_in("".join(chunks(text)))):
        return topic_of_text(said)
    if words[-1] in lexicon.PEOPLE and len(words) > 1 and words[-2] in _THINGS_AND_EVENTS:
        return Topic.EVENT  # coupon_user: who has which coupon
    return next((Topic(label) for label, group in _GROUPS.items() if words[-1] in group), Topic.UNKNOWN)


_TOPICAL = frozenset(w for group in _GROUPS.values() for w in group)
_THINGS_AND_EVENTS = frozenset(lexicon.THINGS) | frozenset(lexicon.EVENTS)


def _ends_in_thing_or_event(text: str) -> bool:
    return any(has_han(w) and text.endswith(w) for w in _THINGS_AND_EVENTS)


def table_context(sample: TableSample) -> TableContext:
    """The context of a table from its name, comment and the names of its columns."""
    both = _told(sample)
    topic = _topic(sample)
    classes = [_strong_class(c) for c in sample.columns]
    n_individual = len({c for c in classes if c in INDIVIDUAL})
    pointing = any(c.to_people for c in sample.columns)
    refers = pointing or any(_refers_to_outsider(c) for c in sample.columns) or _names_staff(sample)
    numbered = pointing or any(_refers_by_number(c) for c in sample.columns) or _names_staff(sample)
    named_people = mentions(both, lexicon.PEOPLE)
    configured = mentions(both, lexicon.TEMPLATE_WORDS) or not numbered
    machinery = mentions(both, lexicon.MACHINERY_WORDS) and configured and len(_HUMAN & set(classes)) < 2
    if topic in {Topic.THING, Topic.ORGANISATION} and not machinery and _belongs_to_somebody(sample, both, n_individual):
        topic = Topic.EVENT
    if machinery and topic is not Topic.EVENT:
        topic = Topic.THING
    if topic is Topic.UNKNOWN and mentions(both, lexicon.ORGANISATIONS) and not named_people and not refers:
        topic = Topic.ORGANISATION
    if topic is Topic.UNKNOWN and n_individual >= _CLEARLY_PEOPLE:
        ordered = {FieldClass.ORDER_NO, FieldClass.TRACKING_NUMBER} & set(classes)
        topic = Topic.EVENT if ordered else Topic.PERSON
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
        finance=people and mentions(both, lexicon.FINANCE_WORDS),
        pay=not about_nobody and (refers or people or _names_staff(sample)) and mentions(both, lexicon.PAY_WORDS),
        schooling=people and mentions(both, lexicon.SCHOOLING_WORDS),
        work_history=people and not machinery and mentions(both, lexicon.WORK_HISTORY_WORDS),
        attendance=not about_nobody and mentions(both, lexicon.ATTENDANCE_WORDS),
        machinery=machinery,
        pupils=mentions(f"{both} {' '.join(c.said for c in sample.columns)}", lexicon.PUPIL_WORDS),
        taxed=any(_names_class(c, {FieldClass.TAX_ID, FieldClass.USCC}) for c in sample.columns),
        initials=_initials(sample),
        beside_a_person=_beside_a_person(sample, classes),
        relatives=mentions(both, lexicon.RELATED_WORDS),
        firms=_are_firms(sample),
    )


_CLEARLY_PEOPLE = 3
_OF_FIRMS = frozenset(
    listed(
        """industry, website, legal person, registered capital, reg capital, license no, business license, tax no,
        tax reg no, fax, pay term, deal status, 行业, 客户行业, 官网, 网址, 法人, 法定代表人, 注册资本, 营业执照, 税号,
        成交状态, 企业规模, 开户行, 经营范围"""
    )
)
"""Columns that companies have and people have not."""


def _told(sample: TableSample) -> str:
    """What name and comment of the table say; a name in pinyin is read too."""
    return f"{sample.table} {sample.comment} {PINYIN.words_in(''.join(chunks(sample.table)))}"


def _belongs_to_somebody(sample: TableSample, both: str, n_individual: int) -> bool:
    """Whether things of the table are a person's own (cards, houses, jobs), or filed under a person by its name."""
    if mentions(both, lexicon.TEMPLATE_WORDS) or _is_link(sample):
        return False
    refers = any(c.to_people or _refers_to_outsider(c) for c in sample.columns) or _names_staff(sample)
    if not refers and mentions(both, lexicon.ORGANISATIONS):
        return False
    owned = mentions(both, lexicon.OWN_THINGS)
    if _topic(sample) is Topic.ORGANISATION:
        return refers and owned and mentions(both, lexicon.PEOPLE)
    if owned and n_individual >= 2:
        return True
    return n_individual >= _CLEARLY_PEOPLE or (refers and (owned or mentions(both, lexicon.PEOPLE)))


def _is_link(sample: TableSample) -> bool:
    """Whether the table only joins two others (`user_role`)."""
    return len(sample.columns) <= 4 and mentions(sample.table, ("role", "menu", "permission", "group", "tag", "dept"))


def _names_staff(sample: TableSample) -> bool:
    """Whether a column refers to a member of staff as the one the row is about."""
    return any(
        h.cls is FieldClass.USER_ID and not h.weak and names_one_of(h.before, h.hint, _STAFF_IN_A_KEY)
        for c in sample.columns
        for h in (*comment_hits(c.comment), *name_hits(c.said))
    )


_STAFF_IN_A_KEY = ("emp", "employee", "staff", "yuangong", "员工", "职工", "gonghao", "工号", "teacher", "教师")


def _names_class(column: ColumnInfo, wanted: set[FieldClass]) -> bool:
    return any(h.cls in wanted for h in (*comment_hits(column.comment), *name_hits(column.said)))


def _initials(sample: TableSample) -> frozenset[str]:
    """Names that are known initials, where at least two stand in the table."""
    found = frozenset(c.said.lower() for c in sample.columns if c.said.lower() in WHOLE and not has_han(c.said))
    return found if len(found) >= 2 else frozenset()


_REACHED_BY = {FieldClass.PHONE, FieldClass.EMAIL, FieldClass.LANDLINE, FieldClass.SOCIAL_ID}


def _beside_a_person(sample: TableSample, classes: list[FieldClass | None]) -> frozenset[str]:
    """Telephones and mail addresses that follow a person's name, one after another."""
    found, follows = set(), False
    for column, cls in zip(sample.columns, classes, strict=True):
        if cls in _REACHED_BY and follows:
            found.add(column.name)
            continue
        follows = cls is FieldClass.PERSON_NAME or (
            column.said.lower() in {"name", "names"} and mentions(_told(sample), ("address", "地址"))
        )
    return frozenset(found)


def _are_firms(sample: TableSample) -> bool:
    private = {_strong_class(c) for c in sample.columns} & _PRIVATE
    telling = sum(
        " ".join(words_of(c.said)) in _OF_FIRMS or c.comment.strip() in _OF_FIRMS for c in sample.columns
    )
    return not private and telling >= 2


_PRIVATE = frozenset(
    {
        FieldClass.GENDER,
        FieldClass.BIRTHDAY,
        FieldClass.AGE,
        FieldClass.NATIONAL_ID,
        FieldClass.PASSWORD_SECRET,
        FieldClass.MARITAL,
    }
)


def _topic(sample: TableSample) -> Topic:
    name, comment = topic_of_text(sample.table), topic_of_text(sample.comment)
    if mentions(_told(sample), lexicon.TEMPLATE_WORDS):
        return Topic.THING
    topic = comment if comment is not Topic.UNKNOWN else name
    both = f"{sample.table} {sample.comment}"
    address_of_organisation = (
        mentions(both, ("address", "地址"))
        and mentions(both, lexicon.ORGANISATIONS)
        and not mentions(both, lexicon.PEOPLE)
    )
    if topic is Topic.THING and mentions(both, ("addr", "address", "地址")) and mentions(both, ("book", "簿", "user", "cust")):
        return Topic.EVENT
    if address_of_organisation or (topic is Topic.PERSON and mentions(both, lexicon.SUPPLIERS)):
        return Topic.ORGANISATION
    if topic is Topic.THING and mentions(both, ("statistic", "stat", "统计")) and mentions(both, lexicon.CUSTOMERS):
        return Topic.EVENT
    return topic


def _strong_class(column: ColumnInfo) -> FieldClass | None:
    """The personal class a column's own words name, organisation's columns left out."""
    comments = comment_hits(column.comment)
    for hit in (*comments, *name_hits(column.said)):
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
    for hit in (*comment_hits(column.comment), *name_hits(column.said)):
        if hit.cls in {FieldClass.USER_ID, FieldClass.USERNAME, FieldClass.PERSON_NAME} and not hit.weak:
            words = (*hit.before, *hit.hint.split()) if not has_han(hit.hint) else (hit.hint,)
            text = "".join(words)
            if hit.hint in _SCREEN_NAMES:
                return True
            if any((w in text) if has_han(w) else (w in words) for w in lexicon.CUSTOMERS):
                return True
    return False


def _refers_by_number(column: ColumnInfo) -> bool:
    """Whether the column is the number of a customer or the like."""
    return any(
        h.cls is FieldClass.USER_ID and not h.weak and names_one_of(h.before, h.hint, lexicon.CUSTOMERS)
        for h in (*comment_hits(column.comment), *name_hits(column.said))
    )


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
    "开票",
    "发票",
    "经营",
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
    if group is lexicon.PEOPLE and "".join(before).endswith(("人", "人员", "者")):
        return True
    return any((w in text) if has_han(w) else (w in words) for w in group)
