"""What the columns of a table say one by one, for the context of all: whom they name, to whom they refer."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover import lexicon
from bequest.steps.discover.detector import TypeFamily, type_family
from bequest.steps.discover.matching import PINYIN, VOWELS, WHOLE, Hit, comment_hits, mentions, name_hits, words_of
from bequest.steps.discover.sample import ColumnInfo, TableSample
from bequest.steps.discover.spelling import TABLES, syllables
from bequest.steps.discover.whose import belongs_to_organisation, names_one_of
from bequest.steps.discover.words import chunks, has_han, listed

_OF_FIRMS = frozenset(
    listed(
        """industry, website, annual revenue, ownership, ticker symbol, sic code, number employees, no of employees,
        legal person, registered capital, reg capital, license no, business license, tax no,
        tax reg no, fax, pay term, deal status, 行业, 客户行业, 官网, 网址, 法人, 法定代表人, 注册资本, 营业执照, 税号,
        成交状态, 企业规模, 开户行, 经营范围"""
    )
)
"""Columns that companies have and people have not."""


def told(sample: TableSample) -> str:
    """What name and comment of the table say; a name in pinyin is read too."""
    return f"{sample.table} {sample.comment} {PINYIN.words_in(''.join(chunks(sample.table))) or by_initials(sample)}"


def by_initials(sample: TableSample) -> str:
    """What a table named by initials of pinyin (`t_hkjh`) is of, where its columns are named so too."""
    last = (chunks(sample.table) or ("",))[-1]
    return TABLES[last] if last in TABLES and in_initials(sample) else ""


def owes(sample: TableSample) -> bool:
    """Whether rows are what somebody owes or pays back: whoever it is stands with the loan."""
    both = told(sample)
    return mentions(both, lexicon.OWING_WORDS) and not mentions(both, lexicon.TERMS_WORDS)


def names_staff(sample: TableSample) -> bool:
    """Whether a column refers to somebody as the one the row is about.

    The number of a member of staff counts anywhere, that of anybody but a doer among the first columns.
    """
    return any(
        h.cls is FieldClass.USER_ID
        and not h.weak
        and (
            names_one_of(h.before, h.hint, _STAFF_IN_A_KEY)
            or (i < _FIRST_COLUMNS and names_one_of(h.before, h.hint, _SUBJECTS))
        )
        for i, c in enumerate(sample.columns)
        for h in (*comment_hits(c.comment), *name_hits(c.said))
    )


def refers_to_staff(sample: TableSample) -> bool:
    """Whether the number of a member of staff opens the row."""
    return any(
        h.cls is FieldClass.USER_ID and not h.weak and names_one_of(h.before, h.hint, _STAFF_IN_A_KEY)
        for c in sample.columns[:_FIRST_COLUMNS]
        for h in (*comment_hits(c.comment), *name_hits(c.said))
    )


_FIRST_COLUMNS = 3
_SUBJECTS = tuple(w for w in lexicon.PEOPLE if w not in lexicon.DOERS)
_STAFF_IN_A_KEY = (
    *("emp", "employee", "staff", "worker", "personnel", "person", "yuangong", "gonghao", "teacher", "courier"),
    *("员工", "职工", "工号", "教师", "人员编号", "人员id", "学号", "xuehao", "student", "stu", "学生", "xuesheng"),
)


def names_class(column: ColumnInfo, wanted: set[FieldClass]) -> bool:
    """Whether the column's words name one of the classes."""
    return any(h.cls in wanted for h in (*comment_hits(column.comment), *name_hits(column.said)))


_BORN = {FieldClass.GENDER, FieldClass.BIRTHDAY, FieldClass.MARITAL}
"""What no organisation has: whoever has them is a person, even a `dep`."""
_ONLY_OF_PEOPLE = {
    FieldClass.PHONE,
    FieldClass.NATIONAL_ID,
    FieldClass.PASSPORT,
    FieldClass.GENDER,
    FieldClass.BIRTHDAY,
    FieldClass.AGE,
    FieldClass.MARITAL,
}


def before_personal(sample: TableSample) -> frozenset[tuple[str, ...]]:
    """The words that stand before heads only people have: `report` of `report_tel`, 认领人 of 认领人身份证."""
    return frozenset(
        _whose(h)
        for c in sample.columns
        for h in (*comment_hits(c.comment), *name_hits(c.said))
        if h.cls in _ONLY_OF_PEOPLE and not h.weak and _whose(h) and (h.cls in _BORN or not _is_of_no_person(_whose(h)))
    )


def _whose(hit: Hit) -> tuple[str, ...]:
    """The words before the head; of a telephone known by two words (`link mobile`) the first of them."""
    words = tuple(hit.hint.split())
    own = hit.cls is FieldClass.PHONE and len(words) == 2 and words[0] not in _KINDS_OF_PHONE
    return (*hit.before, words[0]) if own else hit.before


_KINDS_OF_PHONE = frozenset(
    listed("""mobile, cell, phone, tel, telephone, hand, hp, short, safe, msisdn, called, caller""")
)


def _is_of_no_person(before: tuple[str, ...]) -> bool:
    return belongs_to_organisation(before) or before[-1] in _NO_PERSONS


_NO_PERSONS = frozenset(lexicon.THINGS) | {
    "account",
    "login",
    "bank",
    "reserve",
    "bind",
    "contact",
    "other",
    "new",
    "old",
    "home",
    "work",
}


def has_births(sample: TableSample) -> bool:
    """Whether rows have a birthday, a gender or a family state of their own, not that of somebody named with them."""
    return any(
        h.cls in _BORN and not h.weak and not (h.before and names_one_of(h.before, "", lexicon.PEOPLE))
        for c in sample.columns
        for h in (*comment_hits(c.comment), *name_hits(c.said))
    )


def initials(sample: TableSample) -> frozenset[str]:
    """Names that are known initials, where two stand in the table or most of its names are initials of something."""
    names = [c.said.lower() for c in sample.columns]
    found = frozenset(n for n in names if n in WHOLE and not has_han(n))
    return found if len(found) >= 2 or in_initials(sample) else frozenset()


def in_initials(sample: TableSample) -> bool:
    """Whether most names of the table are initials of something in pinyin."""
    names = [c.said.lower() for c in sample.columns]
    bare = [n for n in names if 2 <= len(n) <= _LONGEST_INITIALS and n.isascii() and n.isalpha() and _is_bare(n)]
    return len(bare) >= max(3, _SHARE_OF_INITIALS * len(names))


_LONGEST_INITIALS, _SHARE_OF_INITIALS = 7, 0.5


def _is_bare(name: str) -> bool:
    """Whether a name is made of consonants and is no English abbreviation."""
    return VOWELS.isdisjoint(name.replace("e", "")) and words_of(name) == (name,) and not syllables(name)


_SAID_BESIDE = frozenset({FieldClass.GENDER, FieldClass.EMPLOYMENT, FieldClass.BIRTHDAY})
"""What may stand between somebody's name and telephone."""
_REACHED_BY = {FieldClass.PHONE, FieldClass.EMAIL, FieldClass.LANDLINE, FieldClass.SOCIAL_ID}


def names_bank(sample: TableSample) -> bool:
    """Whether a bank, its branch or the name of an account stands in the row: then an account number is a bank's."""
    return any(
        h.hint.endswith(_OF_BANKS) or " ".join((*h.before, h.hint)).startswith("bank")
        for c in sample.columns
        for h in (*comment_hits(c.comment), *name_hits(c.said))
    )


_OF_BANKS = (
    "bank name",
    "opening bank",
    "account name",
    "acct name",
    "开户行",
    "开户银行",
    "银行名称",
    "户名",
    "khh",
    "kaihuhang",
)


def beside_a_person(sample: TableSample, classes: list[FieldClass | None]) -> frozenset[str]:
    """Telephones and mail addresses that follow a person's name, one after another."""
    found, follows = set(), False
    for column, cls in zip(sample.columns, classes, strict=True):
        if cls in _REACHED_BY and follows:
            found.add(column.name)
            continue
        follows = (
            cls is FieldClass.PERSON_NAME
            or (follows and cls in _SAID_BESIDE)
            or (follows and bool({"salutation", "title", "post", "position", "honorific"} & set(words_of(column.said))))
        ) or (column.said.lower() in {"name", "names"} and mentions(told(sample), ("address", "地址")))
    return frozenset(found)


def are_firms(sample: TableSample) -> bool:
    """Whether the rows are companies: at least two columns that companies have, none that only people have."""
    classes = [strong_class(c) for c in sample.columns]
    private = set(classes) & _PRIVATE
    named = {FieldClass.COMPANY_NAME, FieldClass.USCC, FieldClass.TAX_ID}
    if has_real_names(sample):
        return False
    ordered = mentions(told(sample), lexicon.ORDER_WORDS)
    telling = 0 if ordered else sum(c in named for c in classes[1:])
    telling += sum(" ".join(words_of(c.said)) in _OF_FIRMS or c.comment.strip() in _OF_FIRMS for c in sample.columns)
    return not private and telling >= 2


_REAL_NAMES = frozenset({"real name", "realname", "true name", "truename", "真实姓名", "实名"})


def has_real_names(sample: TableSample) -> bool:
    """Whether a column is somebody's real name: no firm has one."""
    return any(h.hint in _REAL_NAMES for c in sample.columns for h in (*comment_hits(c.comment), *name_hits(c.said)))


def are_people(sample: TableSample, classes: list[FieldClass | None]) -> bool:
    """Whether rows, though called after a kind of firm, are people: with a real name, an ID number and a password."""
    return set(classes) >= {FieldClass.NATIONAL_ID, FieldClass.PASSWORD_SECRET} and has_real_names(sample)


def are_suppliers(sample: TableSample) -> bool:
    """Whether the number or name of a supplier opens the rows: `creditors` that hold `supplier_id`."""
    first = sample.columns[:2]
    return any(mentions(c.said, lexicon.SUPPLIERS) or mentions(c.comment, lexicon.SUPPLIERS) for c in first)


_OF_ACCOUNTS = ("account name", "acct name", "账户名", "账户名称", "户名")
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


def strong_class(column: ColumnInfo) -> FieldClass | None:
    """The personal class a column's own words name, organisation's columns left out."""
    comments = comment_hits(column.comment)
    for hit in (*comments, *name_hits(column.said)):
        if hit.weak or belongs_to_organisation(hit.before):
            continue
        if hit.cls is FieldClass.NOT_PI:
            if comments:
                return None
            continue
        if hit.cls is FieldClass.PERSON_NAME and hit.hint.endswith(_OF_ACCOUNTS):
            continue  # whoever holds it may be a company
        if hit.cls in {FieldClass.PERSON_NAME, FieldClass.USERNAME} and type_family(column.declared_type) not in {
            TypeFamily.TEXT,
            TypeFamily.UNKNOWN,
        }:
            return FieldClass.USER_ID
        return hit.cls
    return None


def refers_to_outsider(column: ColumnInfo) -> bool:
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


def any_outsider(sample: TableSample, both: str) -> bool:
    """Whether a column refers to somebody outside; whoever buys where the firm does is its own clerk."""
    buying = mentions(both, lexicon.BUYING_WORDS)
    return any(
        refers_to_outsider(c) and not ((buying and "buyer" in words_of(c.said)) or (buying and "采购员" in c.comment))
        for c in sample.columns
    )


def held_by_firms(sample: TableSample) -> bool:
    """Whether the number of an organisation opens the row, and so what is held in it is the organisation's."""
    return any(
        words_of(c.said)[-1:] in {("id",), ("no",), ("code",), ("num",)} and bool(set(words_of(c.said)[:-1]) & _HOLDERS)
        for c in sample.columns[:_FIRST_COLUMNS]
    )


_HOLDERS = frozenset(
    listed(
        """shop, store, merchant, mch, supplier, vendor, company, branch, enterprise, corp, org, organization, tenant,
        partner, dealer, warehouse, dept, department"""
    )
)


def refers_to_anybody(sample: TableSample) -> bool:
    """Whether a column is a number, account or name of somebody, whoever it is."""
    return any(strong_class(c) in _REFERENCES for c in sample.columns)


_REFERENCES = frozenset({FieldClass.USER_ID, FieldClass.USERNAME, FieldClass.PERSON_NAME})


def refers_by_number(column: ColumnInfo) -> bool:
    """Whether the column is the number of a customer or the like."""
    return any(
        h.cls is FieldClass.USER_ID and not h.weak and names_one_of(h.before, h.hint, lexicon.CUSTOMERS)
        for h in (*comment_hits(column.comment), *name_hits(column.said))
    )


def counts_people(sample: TableSample) -> bool:
    """Whether rows are days or groups that people are counted by (`stat_daily_member`, 会员日统计)."""
    counted = {"stat", "stats", "statistic", "statistics", "daily", "summary", "report", "rpt"} & set(
        chunks(sample.table)
    )
    told_so = any(w in sample.comment for w in ("统计", "日报", "月报", "汇总"))
    return bool(counted or told_so) and not any(refers_by_number(c) or c.to_people for c in sample.columns)


_SCREEN_NAMES = frozenset(
    listed(
        """userid, uid, username, user name, nickname, nick name, yonghuming, zhanghao, nicheng, 昵称, 用户昵称,
        用户名, 用户账号"""
    )
)


def is_staff(sample: TableSample, both: str) -> bool:
    """Whether the table is about staff, by its name and comment, or as the users of a system."""
    if mentions(both, lexicon.STAFF):
        return True
    words = words_of(sample.table)
    return "sys" in words[:-1] and words[-1] == "user"


def is_link(sample: TableSample) -> bool:
    """Whether the table only joins two others (`user_role`)."""
    return len(sample.columns) <= 4 and mentions(sample.table, ("role", "menu", "permission", "group", "tag", "dept"))


def is_pay(sample: TableSample, both: str) -> bool:
    """Whether rows are what somebody is paid."""
    return mentions(both, lexicon.PAY_WORDS) or (mentions(both, _PAID_OR_FINED) and refers_to_staff(sample))


_PAID_OR_FINED = tuple(
    listed("pay, reward, punish, punishment, penalty, fine, award, jiangcheng, fakuan, 奖惩, 奖罚, 处罚, 罚款, 奖励")
)


def is_name_beside_phone(sample: TableSample, classes: list[FieldClass | None]) -> bool:
    """Whether a bare name stands beside a telephone, filed under somebody: an entry of a list of contacts."""
    named = any(words_of(c.said) in {("name",), ("xm",)} or c.comment.strip() == "姓名" for c in sample.columns)
    return named and FieldClass.PHONE in classes and any(refers_by_number(c) or c.to_people for c in sample.columns)


def describes_people(sample: TableSample, classes: list[FieldClass | None]) -> bool:
    """Whether a table named `<event>_<person>` describes people after all (`loan_applicant`)."""
    words = [w for w in words_of(sample.table) if w not in lexicon.GENERIC_TABLE_WORDS]
    described = {FieldClass.NATIONAL_ID, FieldClass.GENDER, FieldClass.BIRTHDAY, FieldClass.PASSWORD_SECRET} & set(
        classes
    )
    return bool(words) and words[-1] in lexicon.PEOPLE and bool(described) and FieldClass.PERSON_NAME in classes
