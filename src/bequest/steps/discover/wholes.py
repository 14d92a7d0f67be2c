"""What a table as a whole says of columns whose own words do not: its key, and the rest of a record about somebody."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from bequest.model.datamap import ColumnMap, FieldClass
from bequest.model.facts import RowRole
from bequest.steps.discover import lexicon
from bequest.steps.discover.around import names_staff
from bequest.steps.discover.context import TableContext, Topic
from bequest.steps.discover.detector import TypeFamily, type_family
from bequest.steps.discover.matching import comment_hits, mentions, name_hits, words_of
from bequest.steps.discover.personal import sensitive_by_class
from bequest.steps.discover.roles import role_of
from bequest.steps.discover.sample import ColumnInfo, TableSample
from bequest.steps.discover.whose import names_one_of
from bequest.steps.discover.words import has_han, listed

Columns = tuple[ColumnMap, ...]

_CLINICAL = 2
"""Columns about health that make a table a clinical record."""
_OPEN = frozenset({FieldClass.NOT_PI, FieldClass.UNKNOWN})
_AUDIT = frozenset(
    {"create", "created", "creator", "update", "updated", "modify", "modified", "delete", "deleted", "add"}
)
_AUDIT_HAN = ("创建", "更新", "修改", "删除", "新增", "录入")
_TERMS = frozenset({"expire", "expires", "expiry", "valid", "youxiaoqi", "guoqi"})
_TERMS_HAN = ("有效期", "到期", "过期")
"""How long a card or paper holds: nothing that was done."""
_NO_SUM = frozenset(
    {
        "id", "status", "type", "count", "num", "rate", "ratio", "percent", "year", "month", "day", "days", "hours",
        "hour", "unit", "units", "qty", "quantity",
        "version", "sort", "flag", "level", "times", "scale", "coefficient",
    }
)  # fmt: skip
_NO_SUM_HAN = ("率", "比例", "天数", "次数", "系数", "小时", "时长", "版本", "状态", "人数")


@dataclass(frozen=True, slots=True)
class _Rest:
    """In a table where `applies`, columns that `fits` are of the class whatever their own words left open."""

    applies: Callable[[TableContext], bool]
    fits: Callable[[ColumnMap, ColumnInfo], bool]
    cls: FieldClass
    evidence: str
    confidence: int = 700


def with_identifiers_found(context: TableContext, columns: Columns) -> TableContext:
    """The context once values, under whatever header, are somebody's telephone or identity number: names are theirs."""
    if context.individual or context.machinery or context.topic in {Topic.THING, Topic.ORGANISATION}:
        return context
    found = any(c.cls in _IDENTIFIERS and c.personal and c.coverage >= _MOSTLY for c in columns)
    return replace(context, identifiers=True) if found else context


_IDENTIFIERS = frozenset({FieldClass.PHONE, FieldClass.NATIONAL_ID})
_MOSTLY = 700


def with_people_found(sample: TableSample, context: TableContext, columns: Columns) -> TableContext:
    """The context once columns have named somebody who is not the clerk: then what else stands in the row is theirs."""
    if context.persons or context.machinery or context.topic is Topic.ORGANISATION:
        return context
    found = {c.cls for c in columns if c.personal and c.role is not RowRole.STAFF}
    named = bool(found & {FieldClass.PERSON_NAME, FieldClass.NATIONAL_ID})
    kept = context.topic is Topic.THING and (not _CLOSE & found or not _names_an_owner(sample))
    if not named or not found & _OWN or kept:
        return context
    topic = Topic.EVENT if context.topic is Topic.THING else context.topic
    return replace(context, topic=topic, people=True, persons=True, evidence="context:somebody is named in the row")


def _names_an_owner(sample: TableSample) -> bool:
    """Whether somebody other than those who look after things is named."""
    return any(
        h.cls is FieldClass.PERSON_NAME and not names_one_of(h.before, h.hint, _KEEPERS)
        for c in sample.columns
        for h in (*comment_hits(c.comment), *name_hits(c.said))
    )


_KEEPERS = tuple(lexicon.DOERS - {"owner", "contact", "receiver", "sender", "shipper"})
_OWN = frozenset(
    {FieldClass.PHONE, FieldClass.NATIONAL_ID, FieldClass.GENDER, FieldClass.BIRTHDAY, FieldClass.EMAIL}
    | {FieldClass.AGE, FieldClass.PASSPORT, FieldClass.BANK_CARD, FieldClass.ADDRESS, FieldClass.USER_ID}
)
_CLOSE = _OWN - {FieldClass.ADDRESS, FieldClass.USER_ID, FieldClass.EMAIL}


def as_a_whole(sample: TableSample, context: TableContext, columns: Columns) -> Columns:
    """The columns once their table has been looked at as a whole."""
    columns = _clinical_text(sample, context, _one_person(_traces(context, columns)))
    referred = any(
        c.cls in {FieldClass.USER_ID, FieldClass.USERNAME, FieldClass.PERSON_NAME} and c.personal for c in columns
    )
    referred = referred or any(c.to_held for c in sample.columns)
    for rule in _RESTS:
        if referred and rule.applies(context):
            columns = tuple(
                _taken(c, rule, role_of(rule.cls, True, info, context, sample)) if rule.fits(c, info) else c
                for c, info in zip(columns, sample.columns, strict=True)
            )
    return _own_key(sample, context, columns)


_REACHED = frozenset(
    {FieldClass.PHONE, FieldClass.LANDLINE, FieldClass.EMAIL, FieldClass.NATIONAL_ID, FieldClass.ADDRESS}
)
_BARE_OF = frozenset({RowRole.CUSTOMER, RowRole.CONSIGNEE, RowRole.ENTERPRISE_CONTACT, RowRole.MENTIONED})
_STAYS = frozenset({FieldClass.USER_ID, FieldClass.USERNAME, FieldClass.ORDER_NO, FieldClass.IP, FieldClass.DEVICE_ID})


def _one_person(columns: Columns) -> Columns:
    """收货人 beside 电话 and 地址, `contact` beside `tel`: a name in one role and bare contact details are one person.

    Only where the row names nobody else who could be reached so. What the account says (numbers of users, devices)
    stays with whoever keeps it. The contact of a table that has no companies is a customer.
    """
    named = {c.role for c in columns if c.personal and c.cls is FieldClass.PERSON_NAME} & _BARE_OF
    reached = {c.role for c in columns if c.personal and c.cls in _REACHED} & _BARE_OF
    if len(named) != 1 or len(reached - named) != 1 or named & reached:
        return columns
    [whose], [bare] = named, reached - named
    if whose is RowRole.ENTERPRISE_CONTACT and not any(c.cls is FieldClass.COMPANY_NAME for c in columns):
        whose = RowRole.CUSTOMER
    moved = {*named, bare}
    return tuple(
        replace(c, role=whose, evidence=(*c.evidence, "context:one person with the name beside it"))
        if c.role in moved and c.cls not in _STAYS and c.personal and c.role is not whose
        else c
        for c in columns
    )


def _taken(column: ColumnMap, rule: _Rest, role: RowRole) -> ColumnMap:
    return replace(
        column,
        cls=rule.cls,
        personal=True,
        sensitive=sensitive_by_class(rule.cls),
        role=role,
        confidence=rule.confidence,
        evidence=(rule.evidence,),
    )


def _is_sum(column: ColumnMap, info: ColumnInfo) -> bool:
    if column.cls not in _OPEN and column.personal:
        return False
    if type_family(info.declared_type) is not TypeFamily.DECIMAL:
        return False
    return not (_NO_SUM & set(words_of(info.said))) and not any(
        w in info.comment or w in info.said for w in _NO_SUM_HAN
    )


def _is_unnamed(info: ColumnInfo) -> bool:
    return not name_hits(info.said) and not comment_hits(info.comment)


def _is_said_by_nothing(column: ColumnMap, info: ColumnInfo) -> bool:
    """Text that neither name nor comment says anything known of: in a record about somebody, mostly about them."""
    words = words_of(info.said)
    return (
        column.cls is FieldClass.NOT_PI
        and column.coverage == 0
        and type_family(info.declared_type) is TypeFamily.TEXT
        and not info.comment.strip()
        and _is_unnamed(info)
        and not (_TECHNICAL & set(words))
        and (len("".join(words)) > 2 or has_han(info.said))
    )


_NARROW = re.compile(r"\((?:[1-6])\s*,")
"""Decimals of few digits are rates and shares, not sums."""
_TECHNICAL = frozenset(
    listed(
        """custom, ext, extend, attr, attribute, reserved, reserve, spare, backup, field, col, column, dept,
        tenant, tree, path, hash, uuid, guid, version, sys, system, theme, skin, lang, locale, tz, zone,
        timezone, format, style, setting, config, role, auth, perm, permission, rule, template, tpl, source,
        from, batch, sync, flag, status, state, type, kind, mode, sort, seq, group, team, org, branch, center,
        centre, ctr, cost, parent, tag, json, option, plan, package, site, website, web, homepage, app, client,
        server, node, channel, platform, serial, code, no, num, rights, right, counter, window, position, list,
        nav, todo, shop, store, term, shelf, pk, fid, fk, ref, key, rowid, default, terminal, cd, tp, memo1,
        def, udf, bak, tmp, temp, old"""
    )
)


def _is_own_date(column: ColumnMap, info: ColumnInfo) -> bool:
    """A date of the matter itself, not of the keying in."""
    if column.cls not in _OPEN or type_family(info.declared_type) not in {TypeFamily.DATE, TypeFamily.TIME}:
        return False
    words = set(words_of(info.said))
    return not ((_AUDIT | _TERMS) & words) and not any(w in info.comment for w in (*_AUDIT_HAN, *_TERMS_HAN))


def _is_firm_or_date(column: ColumnMap, info: ColumnInfo) -> bool:
    return column.cls is FieldClass.COMPANY_NAME or _is_own_date(column, info)


def _is_employer(column: ColumnMap, info: ColumnInfo) -> bool:
    words = " ".join(words_of(info.said))
    return column.cls is FieldClass.COMPANY_NAME and (words in _EMPLOYER or info.comment.strip() in _EMPLOYER)


_EMPLOYER = frozenset(
    {
        "company",
        "company name",
        "unit name",
        "corp name",
        "单位",
        "单位名称",
        "公司",
        "公司名称",
        "所在单位",
        "所在公司",
    }
)


def _is_side_of_a_paper(column: ColumnMap, info: ColumnInfo) -> bool:
    """`front_img`, 反面照: a picture of one side of a paper, and the paper beside it is somebody's ID."""
    if column.personal and column.cls not in {FieldClass.AVATAR_PHOTO, FieldClass.OTHER_PI}:
        return False
    if has_han(info.said + info.comment):
        told = (info.comment or info.said).strip()
        return any(w in told for w in _SIDES_HAN) and any(w in told for w in ("照", "图", "面", "影像"))
    words = set(words_of(info.said))
    return bool(words & _SIDES) and bool(words & _PICTURES or words & {"paper", "card", "id", "idcard", "cert"})


_SIDES = frozenset(
    listed("front, back, hand, hold, holding, positive, negative, reverse, rear, obverse, opposite, side, a, b")
)
_PICTURES = frozenset(listed("img, image, pic, picture, photo, url, path, file, scan, fid, imgs"))
_SIDES_HAN = ("正面", "反面", "背面", "手持", "人像面", "国徽面")
_RESTS = (
    _Rest(
        lambda t: t.persons,
        lambda c, i: (
            bool(i.to_held) and not c.personal and c.cls in _OPEN and type_family(i.declared_type) is TypeFamily.TEXT
        ),
        FieldClass.ORDER_NO,
        "context:number of somebody's loan, account or visit",
    ),
    _Rest(
        lambda t: t.identified,
        _is_side_of_a_paper,
        FieldClass.NATIONAL_ID,
        "context:picture of a paper beside its number",
    ),
    _Rest(
        lambda t: t.described and not t.firms and not t.taxed,
        _is_employer,
        FieldClass.EMPLOYMENT,
        "context:employer of the person described",
    ),
    _Rest(
        lambda t: t.medical and t.people and t.topic is not Topic.ORGANISATION,
        lambda c, i: (
            c.cls is FieldClass.COMPANY_NAME
            and bool({"hospital", "clinic"} & set(words_of(i.said)) or "医院" in i.comment + i.said)
        ),
        FieldClass.HEALTH,
        "context:where somebody was treated",
    ),
    _Rest(
        lambda t: t.attendance and t.people,
        lambda c, i: c.cls in _OPEN and words_of(i.said)[-1:] in {("place",), ("location",), ("site",), ("position",)},
        FieldClass.LOCATION_TRACE,
        "context:place in a table of attendance",
    ),
    _Rest(
        lambda t: t.topic is Topic.PERSON and (t.described or t.customers or t.staff) and not t.firms and not t.taxed,
        _is_said_by_nothing,
        FieldClass.OTHER_PI,
        "context:text in a record that describes one person",
        690,
    ),
    _Rest(
        lambda t: t.finance and t.persons and t.topic is Topic.EVENT,
        lambda c, i: _is_sum(c, i) and _is_unnamed(i) and not _NARROW.search(i.declared_type),
        FieldClass.INCOME_ASSETS,
        "context:sum in a table of somebody's money",
    ),
    _Rest(lambda t: t.pay, _is_sum, FieldClass.INCOME_ASSETS, "context:sum in a table of somebody's pay"),
    _Rest(lambda t: t.schooling, _is_firm_or_date, FieldClass.EDUCATION, "context:in a table of somebody's schooling"),
    _Rest(
        lambda t: t.work_history and not t.schooling,
        _is_firm_or_date,
        FieldClass.EMPLOYMENT,
        "context:in a table of somebody's work",
    ),
    _Rest(lambda t: t.papers, _is_own_date, FieldClass.OTHER_PI, "context:date in a table of somebody's papers"),
    _Rest(lambda t: t.attendance, _is_own_date, FieldClass.BEHAVIOUR, "context:time in a table of attendance"),
)


def _own_key(sample: TableSample, context: TableContext, columns: Columns) -> Columns:
    """The key of a table of customers or staff is a reference to the person, under whatever name."""
    keys = [c.name for c in sample.columns if c.is_key] or [c.name for c in sample.columns if c.name.lower() == "id"]
    registered = context.customers or context.staff or any(c.cls is FieldClass.PASSWORD_SECRET for c in columns)
    if context.topic is not Topic.PERSON or len(keys) != 1 or not registered or context.relatives or context.firms:
        return columns
    return tuple(
        replace(
            c,
            cls=FieldClass.USER_ID,
            personal=True,
            role=role_of(FieldClass.USER_ID, True, info, context, sample),
            confidence=max(c.confidence, 900) if c.cls is FieldClass.USER_ID else 900,
            evidence=(*(e for e in c.evidence if c.cls is FieldClass.USER_ID), "context:key of a person table"),
        )
        if c.name == keys[0] and c.cls in {FieldClass.NOT_PI, FieldClass.UNKNOWN, FieldClass.USER_ID}
        else c
        for c, info in zip(columns, sample.columns, strict=True)
    )


def _traces(context: TableContext, columns: Columns) -> Columns:
    """In a log of what people do (logins, visits), the time of a line is behaviour."""
    whose = [c.role for c in columns if c.cls in {FieldClass.USER_ID, FieldClass.USERNAME} and c.personal]
    if not (context.log and context.topic is Topic.EVENT and whose):
        return columns
    if not any(c.cls in {FieldClass.IP, FieldClass.DEVICE_ID, FieldClass.BEHAVIOUR} for c in columns):
        return columns
    return tuple(
        replace(
            c,
            cls=FieldClass.BEHAVIOUR,
            personal=True,
            role=whose[0],
            confidence=800,
            evidence=("context:time of a line in a log of people",),
        )
        if c.cls is FieldClass.NOT_PI and _is_moment(c)
        else c
        for c in columns
    )


def _clinical_text(sample: TableSample, context: TableContext, columns: Columns) -> Columns:
    """In a clinical record every text whose words say nothing else is about the patient's health."""
    n_health = sum(c.cls is FieldClass.HEALTH for c in columns)
    least = (
        (0 if mentions(sample.table, lexicon.MEDICAL_WORDS) and names_staff(sample) else 1)
        if context.persons
        else _CLINICAL
    )
    if not context.medical or context.topic in {Topic.THING, Topic.ORGANISATION} or n_health < least:
        return columns
    return tuple(
        replace(
            c,
            cls=FieldClass.HEALTH,
            personal=True,
            sensitive=True,
            role=role_of(FieldClass.HEALTH, True, info, context, sample),
            confidence=650,
            evidence=("context:text in a clinical record",),
        )
        if c.cls in _OPEN
        and type_family(c.declared_type) in {TypeFamily.TEXT, TypeFamily.JSON}
        and not comment_hits(info.comment)
        and (not name_hits(info.said) or _lists_findings(info))
        else c
        for c, info in zip(columns, sample.columns, strict=True)
    )


def _lists_findings(info: ColumnInfo) -> bool:
    """Whether the name says a list of findings or pictures of a clinical record (`dise_id_list`, `result_img_urls`)."""
    words = set(words_of(info.said))
    return bool(words & {"list", "url", "img", "image"} and words & _FINDINGS)


_FINDINGS = frozenset({"result", "dise", "disease", "diagnosis", "check", "test", "drug", "medicine", "report", "exam"})


def _is_moment(column: ColumnMap) -> bool:
    words = words_of(column.name)
    if words and words[0] in {"update", "updated", "modify", "modified", "delete", "deleted"}:
        return False
    if {"cost", "duration", "use", "spend", "elapsed"} & set(words) or "耗时" in column.name:
        return False
    family = type_family(column.declared_type)
    if family is TypeFamily.INTEGER:
        return bool({"ts", "timestamp"} & set(words))
    timely = {"time", "at", "date", "ts", "timestamp", "datetime"} & set(words)
    return family is TypeFamily.DATE or bool(timely) or column.name.endswith("时间")
