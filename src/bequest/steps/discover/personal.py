"""Whether a class, in its table, concerns a natural person, and whether the law calls it sensitive.

The class says what a value is, this module whose: a shop's telephone keeps the class `phone` and is not personal
(GB/T 35273-2020 3.1). A column whose own words name a human role (负责人电话) is personal in any table.
"""

from bequest.model.datamap import FieldClass
from bequest.steps.discover import lexicon
from bequest.steps.discover.context import TableContext, Topic
from bequest.steps.discover.detector import TypeFamily, type_family
from bequest.steps.discover.matching import Hit, words_of
from bequest.steps.discover.sample import ColumnInfo
from bequest.steps.discover.segments import singular
from bequest.steps.discover.whose import belongs_to_organisation, names_a_person, names_one_of

_NEVER = frozenset({FieldClass.NOT_PI, FieldClass.UNKNOWN, FieldClass.COMPANY_NAME, FieldClass.USCC, FieldClass.TAX_ID})
_ALWAYS = frozenset(
    {
        FieldClass.NATIONAL_ID,
        FieldClass.PASSPORT,
        FieldClass.BIOMETRIC,
        FieldClass.PERSON_NAME,
        FieldClass.USERNAME,
        FieldClass.USER_ID,
        FieldClass.MARITAL,
        FieldClass.RELIGION_ETHNICITY,
        FieldClass.SIGNATURE,
        FieldClass.MINORS,
        FieldClass.BIRTHDAY,
    }
)
"""Only people have these, whatever else the table is about."""
_OF_PEOPLE_TABLES = frozenset(
    {
        FieldClass.EMPLOYMENT,
        FieldClass.EDUCATION,
        FieldClass.LOCATION_TRACE,
        FieldClass.OTHER_PI,
        FieldClass.AGE,
        FieldClass.DEVICE_ID,
    }
)
"""Personal only where rows concern people."""
_OF_PLACES = frozenset({FieldClass.REGION, FieldClass.GEO_COORDINATES, FieldClass.POSTCODE})
"""Personal only where rows are about one person, not merely with a telephone in them."""
_OF_ANIMALS = frozenset(
    {FieldClass.BIRTHDAY, FieldClass.AGE, FieldClass.GENDER, FieldClass.HEALTH, FieldClass.AVATAR_PHOTO}
    | {FieldClass.OTHER_PI}
)
"""Animals have these too."""
_BESIDE = frozenset({FieldClass.PHONE, FieldClass.EMAIL, FieldClass.LANDLINE, FieldClass.SOCIAL_ID})
"""In a list of organisations those of whoever is named just before."""
_OF_FIRMS_TOO = _OF_PLACES | _BESIDE | {FieldClass.ADDRESS}
"""The firm's own where nobody is named who answers for it."""
_AT_BANKS = frozenset({FieldClass.ACCOUNT_NUMBER, FieldClass.BANK_CARD})
_OF_SYSTEMS = frozenset(
    {
        FieldClass.USERNAME,
        FieldClass.PASSWORD_SECRET,
        FieldClass.IP,
        FieldClass.ACCOUNT_NUMBER,
        FieldClass.DEVICE_ID,
        FieldClass.ADDRESS,
        FieldClass.REGION,
    }
)
"""Systems have these too: the account and password of a database, the address of a server."""
_SENSITIVE = frozenset(
    {
        FieldClass.NATIONAL_ID,
        FieldClass.PASSPORT,
        FieldClass.BANK_CARD,
        FieldClass.ACCOUNT_NUMBER,
        FieldClass.PASSWORD_SECRET,
        FieldClass.BIOMETRIC,
        FieldClass.HEALTH,
        FieldClass.INCOME_ASSETS,
        FieldClass.LOCATION_TRACE,
        FieldClass.GEO_COORDINATES,
        FieldClass.MINORS,
    }
)
"""PIPL Art. 28, GB/T 45574 and GB/T 35273-2020 Annex B."""
_EMPLOYERS = frozenset({("company",), ("unit",), ("corp",), ("firm",), ("office",), ("公司",), ("单位",)})
"""Before an address in a record that describes one person: where that person works."""
_COMMUNICATION = ("聊天", "消息", "私信", "短信", "通话", "chat", "message", "msg", "sms")
_STATUS_LABELS = (
    *("criminal", "conviction", "background check", "犯罪", "前科", "违法", "sexual", "性取向", "union member"),
    *("government id", "other id", "qianke", "fanzui", "criminal", "correction", "矫正", "刑满", "trade union"),
    *("union membership", "吸毒", "涉毒", "性取向"),
)
"""GB/T 45574: that somebody was convicted, other marks that lead to unequal treatment; papers like an ID."""
_RELIGION = (
    *(
        "宗教",
        "信仰",
        "教派",
        "清真",
        "religion",
        "religious",
        "faith",
        "belief",
        "sect",
        "halal",
        "kosher",
        "zongjiao",
    ),
    *("zongjiao", "xinyang", "zjxy"),
)


def personal_by_class(cls: FieldClass) -> bool:
    """Whether columns of the class are usually personal: what holds where nobody says otherwise."""
    return cls not in _NEVER


def sensitive_by_class(cls: FieldClass) -> bool:
    """Whether columns of the class are usually sensitive where they are personal."""
    return cls in _SENSITIVE


def is_personal(
    cls: FieldClass,
    hits: tuple[Hit, ...],
    context: TableContext,
    in_text: tuple[FieldClass, ...],
    column: ColumnInfo | None = None,
) -> bool:
    """Whether the column concerns a natural person."""
    if cls in _NEVER:
        return False
    if cls in _OF_SYSTEMS and context.machinery and (context.topic is Topic.THING or cls is not FieldClass.IP):
        return False
    if context.firms and _is_the_firm(cls, hits):
        return False
    if context.held_by_firms and cls in _AT_BANKS | {FieldClass.INCOME_ASSETS}:
        return False
    if context.tallied and column is not None and is_a_figure(cls, column):
        return False
    own = tuple(h for h in hits if h.cls is cls)
    if context.template and _is_of_a_form(cls, own):
        return False
    if context.animals and cls in _OF_ANIMALS and not any(names_a_person(h.before, h.hint) for h in own):
        return False
    of_organisation = any(_is_an_organisations(h, context) for h in own)
    human_role = any(names_a_person(h.before, h.hint) for h in own)
    if cls is FieldClass.PERSON_NAME and _is_name_of_account(own):
        return context.people and context.topic not in {Topic.ORGANISATION, Topic.THING}
    if (
        context.firms
        and context.taxed
        and cls in _OF_PLACES | {FieldClass.ADDRESS, FieldClass.LANDLINE}
        and not human_role
    ):
        return False
    if context.firms and not context.contact_person and cls in _OF_FIRMS_TOO and not human_role:
        return False
    if cls in _ALWAYS:
        return not (of_organisation and not human_role and cls not in {FieldClass.USER_ID, FieldClass.PERSON_NAME})
    if human_role and not (of_organisation and cls is FieldClass.ADDRESS):
        return cls is not FieldClass.FREE_TEXT or context.people
    if of_organisation or (
        cls is FieldClass.LANDLINE and (context.taxed or context.topic is not Topic.PERSON) and _names_a_firm(own)
    ):
        return False
    if cls is FieldClass.FREE_TEXT and in_text:
        return context.topic is not Topic.THING
    return _by_table(cls, own, context, column)


def _is_of_a_form(cls: FieldClass, own: tuple[Hit, ...]) -> bool:
    """In a table of forms and settings: the firm that signs a message, a number that looks like an ID, an account."""
    if cls is FieldClass.NATIONAL_ID:
        return True
    if cls is FieldClass.PERSON_NAME:
        return bool(own) and all(h.hint in {"sign name", "signed name"} for h in own)
    return cls is FieldClass.USERNAME and bool(own) and all(h.hint in {"account", "账号", "帐号"} for h in own)


def is_a_figure(cls: FieldClass, column: ColumnInfo) -> bool:
    """Whether a column of sums counts people or what was done to them (`active_member`, `drug_fee`)."""
    family = type_family(column.declared_type)
    if cls in {FieldClass.USER_ID, FieldClass.USERNAME, FieldClass.PERSON_NAME}:
        counted = words_of(column.said)[-1:]
        return family is TypeFamily.INTEGER and bool(counted) and singular(counted[0], _COUNTED) in _COUNTED
    return family is TypeFamily.DECIMAL and cls is FieldClass.HEALTH


_COUNTED = frozenset(lexicon.CUSTOMERS)


def _is_an_organisations(hit: Hit, context: TableContext) -> bool:
    """Whether the words before the head say that it belongs to an organisation, not to somebody it stands for."""
    employed = context.described and not context.firms and not context.taxed and hit.before[-1:] in _EMPLOYERS
    placed = hit.cls in _OF_PLACES and hit.before[-1:] in {("location",), ("place",), ("site",)}
    kept = hit.cls in _AT_BANKS and hit.before[-1:] in {("bank",), ("银行",)}
    return (
        belongs_to_organisation(hit.before) and hit.before not in context.of_people and not (employed or placed or kept)
    )


def _by_table(cls: FieldClass, own: tuple[Hit, ...], context: TableContext, column: ColumnInfo | None) -> bool:
    """Whether a column is personal by what its table is about, where its own words leave it open."""
    nobody = context.topic in {Topic.THING, Topic.ORGANISATION} or (context.of_places and cls is FieldClass.ADDRESS)
    if cls in {FieldClass.INCOME_ASSETS, FieldClass.FREE_TEXT, FieldClass.BEHAVIOUR}:
        return context.persons or (cls is FieldClass.INCOME_ASSETS and (context.pay or context.finance))
    if cls is FieldClass.HEALTH:
        return not nobody or (any(not h.weak for h in own) and not context.medical and not context.template)
    if cls in _OF_PLACES:
        return context.persons or (context.log and context.people)
    if cls in _OF_PEOPLE_TABLES:
        return context.people
    if cls is FieldClass.TRACKING_NUMBER:
        return not nobody and not context.buying
    if cls is FieldClass.ACCOUNT_NUMBER:
        moved = context.topic is Topic.EVENT and not context.of_accounts
        return (context.people or moved) and not nobody and not context.taxed and not context.suppliers
    if cls is FieldClass.ORDER_NO:
        of_people = context.orders or (not nobody and (context.people or context.topic is Topic.EVENT))
        counted = column is not None and type_family(column.declared_type) is TypeFamily.INTEGER
        return of_people and not context.buying and not (counted and context.topic is Topic.PERSON)
    if cls is FieldClass.IP and context.topic is Topic.UNKNOWN:
        return context.people or context.log
    if cls in _BESIDE and context.topic is Topic.ORGANISATION:
        return column is not None and column.name in context.beside_a_person
    if cls is FieldClass.GENDER:
        return context.topic is not Topic.THING
    return not nobody


def _is_name_of_account(hits: tuple[Hit, ...]) -> bool:
    """Whether the name is that of an account: of an organisation's accounts, its own."""
    return bool(hits) and all(h.hint.endswith(("account name", "acct name", "户名", "账户名", "开户名")) for h in hits)


def _names_a_firm(hits: tuple[Hit, ...]) -> bool:
    """Whether a hint itself says whose the telephone is: 公司电话, `company tel`."""
    return any(h.hint.split()[0] in {"company", "unit"} or h.hint.startswith(("公司", "单位")) for h in hits)


def _is_the_firm(cls: FieldClass, hits: tuple[Hit, ...]) -> bool:
    """In a table of companies: the number and name of the customer, which is the company."""
    if cls not in {FieldClass.USER_ID, FieldClass.PERSON_NAME}:
        return False
    words = tuple(h for h in hits if h.cls is cls)
    bare = cls is FieldClass.PERSON_NAME and any(h.weak and not h.before for h in words)
    return bare or any(names_one_of(h.before, h.hint, lexicon.CUSTOMERS) for h in words)


def is_sensitive(cls: FieldClass, hits: tuple[Hit, ...], column: ColumnInfo, context: TableContext) -> bool:
    """Whether the personal information is sensitive; everything about a child is."""
    of_child = any(names_one_of(h.before, h.hint, lexicon.CHILDREN) for h in hits if h.cls is cls)
    if context.children or of_child or cls in _SENSITIVE:
        return True
    words = " ".join((column.said.lower(), column.comment, *(h.hint for h in hits)))
    if cls is FieldClass.RELIGION_ETHNICITY:
        return any(w in words for w in _RELIGION)
    if cls is FieldClass.FREE_TEXT:
        return any(w in words for w in _COMMUNICATION) or context.medical
    return cls is FieldClass.OTHER_PI and any(w in words for w in _STATUS_LABELS)
