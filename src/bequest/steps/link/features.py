"""What is compared between mentions, as keyed tokens per role: nothing here leaves the pass in clear.

Columns of an index, one per role that has them: `x:<role>:<kind>` with the kinds of `FEATURES`, `x:<role>:sn` (three
bytes of the surname's token) and `x:<role>:ge` (gender, 1 or 2). Equal tokens of a kind mean equal normal forms; `ph`
and `ph2` are comparable with each other.
"""

from collections.abc import Callable, Mapping

import polars as pl

from bequest.engine.dates import parse_date
from bequest.engine.kernels import normalise
from bequest.engine.kernels.cmac import tokens
from bequest.model.datamap import FieldClass, TableMap
from bequest.model.facts import RowRole
from bequest.steps.link import titles
from bequest.steps.link.hanzi import pinyin, simplified

Ecb = Callable[[bytes], bytes]
FEATURES = ("id", "ph", "ph2", "em", "nm", "py", "bd", "af", "am", "ac", "ip", "so", "us")
"""A valid identity number; phones; e-mail; name in simplified characters; how it sounds; date of birth; address with
all its numbers (three at least: house, unit, room); street with the first two numbers; street and house number alone;
the first 14 digits (area and date of birth) of an identity number, also of one that is damaged; another number that
is one person's (passport, WeChat or open id, card, account); a name chosen by oneself, which others may choose too."""

_SOCIAL = (
    FieldClass.PASSPORT, FieldClass.SOCIAL_ID, FieldClass.BANK_CARD, FieldClass.ACCOUNT_NUMBER,
)  # fmt: skip
_REACHED = frozenset(
    {FieldClass.PHONE, FieldClass.LANDLINE, FieldClass.EMAIL, FieldClass.NATIONAL_ID, FieldClass.ADDRESS}
)
_CONTACT = _REACHED | {FieldClass.BIRTHDAY, FieldClass.GENDER}
_NOBODY = frozenset({RowRole.RECORD, RowRole.STAFF, RowRole.UNKNOWN})
_JUNK_PHONE = r"^1\d{0,3}?(?:0{7,}|(?:1{8}|2{8}|3{8}|4{8}|5{8}|6{8}|7{8}|8{8}|9{8})\d*|12345678|23456789)$"
_JUNK_WORD = r"^(?:(.)?0+|1+|123456(?:7890?|78)?|TEST.*|NULL|NONE|无|WU|UNKNOWN|未知|ADMIN|GUEST)$"
_JUNK_MAIL = (
    r"^(?:(?:test|user|email|mail|null|none|no|na|abc|xxx|asdf|qwe|123|1234|12345|123456)\d*|info|service|services"
    r"|support|sales|admin|office|contact|hello|hr|kefu|customer|webmaster|postmaster|no-?reply|marketing|finance)$"
)
_ID_SHAPE = r"^[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX*]$"
_ID_HEAD = r"^([1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))"
_NO_BIRTHDAY = ("1900-01-01", "1970-01-01", "1980-01-01", "1990-01-01", "2000-01-01", "0001-01-01")
_PLACES = r"^[^\d]*[省市县旗镇乡]"
_DISTRICT = r"^[^\d]*[^小社园新]区"
_VALID, _PARTS = "\x1fvalid", "\x1faddress"
"""Columns that are worked out once beside those of the table; no table has such names."""
_UNITS = "号|栋|幢|座|单元|室|楼|层|期|弄|组|队"
_AFTER_A_NUMBER = r"(\d)\s*[-－—–_~/#、，,.．\s]"
"""3-1-502 are three numbers, as 3幢1单元502室 are."""
_NUMERALS = {
    **{f"十{d}": f"1{i}" for i, d in enumerate("一二三四五六七八九", 1)},
    "十": "10", **{d: str(i) for i, d in enumerate("一二三四五六七八九", 1)},
}  # fmt: skip


def written_name(column: pl.Expr) -> pl.Expr:
    """A name in normal form and simplified characters, without notes, in the order it is said; `titles` parts it."""
    plain = normalise.name(column).map_batches(simplified, return_dtype=pl.String, is_elementwise=True)
    return _then(_then(plain, titles.without_notes), titles.in_order)


def person_name(column: pl.Expr) -> pl.Expr:
    """A whole name as it is compared; where only a surname stands, as in 张先生, there is none."""
    return _then(written_name(column), titles.whole)


def usable_phone(column: pl.Expr) -> pl.Expr:
    """A phone number in normal form; numbers that people type to get past a form are none."""
    return _then(normalise.phone(column), lambda number: pl.when(~number.str.contains(_JUNK_PHONE)).then(number))


def usable_email(column: pl.Expr) -> pl.Expr:
    """An e-mail address in normal form; made-up ones (a@a.com) and an office's (info@) are nobody's own."""
    return _then(normalise.email(column), _somebodys)


def _somebodys(address: pl.Expr) -> pl.Expr:
    local = address.str.extract(r"^([^@+]+)")
    nobody = (local.str.len_chars() < 2) | (local == address.str.extract(r"@([^.]+)")) | local.str.contains(_JUNK_MAIL)
    return pl.when(~nobody).then(address)


def _then(column: pl.Expr, stage: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    """A stage over a column that is worked out once: an expression works it out wherever it names it."""

    def work(values: pl.Series) -> pl.Series:
        return values.to_frame("v").select(stage(pl.col("v"))).to_series()

    return column.map_batches(work, return_dtype=pl.String, is_elementwise=True)


def role_features(table: TableMap, batch: pl.DataFrame, role: RowRole, ecb: Ecb, zone: str) -> Mapping[str, pl.Series]:
    """The feature columns of one role."""
    by_class: dict[FieldClass, list[str]] = {}
    roles = one_person(table, role)
    for c in table.columns:
        if c.role in roles:
            by_class.setdefault(c.cls, []).append(c.name)

    def first(cls: FieldClass) -> pl.Expr | None:
        return pl.col(by_class[cls][0]) if cls in by_class else None

    made: dict[str, pl.Expr] = {}
    phones = by_class.get(FieldClass.PHONE, []) + by_class.get(FieldClass.LANDLINE, [])
    for kind, column in zip(("ph", "ph2"), phones, strict=False):
        made[kind] = usable_phone(pl.col(column))
    email, name, ident = (first(c) for c in (FieldClass.EMAIL, FieldClass.PERSON_NAME, FieldClass.NATIONAL_ID))
    if email is not None:
        made["em"] = usable_email(email)
    if name is not None:
        made["nm"] = written_name(name)
    born: list[pl.Expr] = []
    if ident is not None:
        batch = batch.with_columns(normalise.national_id(ident).alias(_VALID))
        made["id"] = pl.col(_VALID)
        made["ip"] = pl.coalesce(pl.col(_VALID).str.head(14), _head(ident))
        born.append(normalise.born_by(pl.col(_VALID)).dt.strftime("%Y-%m-%d"))
    birthday = first(FieldClass.BIRTHDAY)
    if birthday is not None:
        day = parse_date(birthday, zone).dt.strftime("%Y-%m-%d")
        born.append(_then(day, lambda said: pl.when(~said.is_in(_NO_BIRTHDAY)).then(said)))
    if born:
        made["bd"] = pl.coalesce(born)
    if FieldClass.ADDRESS in by_class:
        whole = pl.concat_str([pl.col(c) for c in by_class[FieldClass.ADDRESS]], separator=" ", ignore_nulls=True)
        batch = batch.with_columns(_parts_of_address(whole))
        made |= _address()
    social = next((c for c in _SOCIAL if c in by_class), None)
    if social is not None:
        made["so"] = _other_number(pl.col(by_class[social][0]), social)
    if FieldClass.USERNAME in by_class:
        made["us"] = _other_number(pl.col(by_class[FieldClass.USERNAME][0]), FieldClass.USERNAME)
    values = batch.select(e.alias(k) for k, e in made.items())
    called = values["nm"].alias("v") if "nm" in made else None
    if called is not None:
        values = values.with_columns(titles.whole(pl.col("nm")))
        values = values.with_columns(_sound(values["nm"]))
    out = {f"x:{role}:{k}": tokens(values[k], ecb, f"x\x1f{_prefix(k)}\x1f") for k in values.columns}
    sexes = []
    if (gender := _gender(first(FieldClass.GENDER), pl.col(_VALID) if ident is not None else None)) is not None:
        sexes.append(batch.select(gender.alias("v"))["v"])
    if called is not None:
        out[f"x:{role}:sn"] = _surname(called, ecb)
        sexes.append(called.to_frame().select(titles.sex(pl.col("v")).cast(pl.UInt8).alias("v"))["v"])
    if sexes:
        out[f"x:{role}:ge"] = pl.select(pl.coalesce(sexes)).to_series()
    return out


def one_person(table: TableMap, role: RowRole) -> frozenset[RowRole]:
    """The roles that speak of the same person as `role`: a name alone and contact details alone belong together.

    So where a table has one role with a name only and one without a name, as 收货人 beside 电话 and 地址.
    """
    classes = {r: {c.cls for c in table.columns if c.role is r} for r in {c.role for c in table.columns}}
    told = {r: k & (_CONTACT | {FieldClass.PERSON_NAME}) for r, k in classes.items() if r not in _NOBODY}
    told = {r: k for r, k in told.items() if k}
    names = [r for r, k in told.items() if not k & _REACHED and FieldClass.PERSON_NAME in k]
    bare = [r for r, k in told.items() if FieldClass.PERSON_NAME not in k]
    together = frozenset((*names, *bare))
    return together if len(names) == len(bare) == 1 and len(told) == 2 and role in together else frozenset((role,))


def _prefix(kind: str) -> str:
    return "ph" if kind == "ph2" else kind


def _surname(names: pl.Series, ecb: Ecb) -> pl.Series:
    """Three bytes of the token: there are few surnames, and a column of them should be small."""
    values = names.to_frame().select(titles.surname(pl.col("v")).alias("v"))["v"]
    short = tokens(values, ecb, "x\x1fsn\x1f").bin.slice(0, 4).bin.reinterpret(dtype=pl.UInt32)
    return short % (1 << 24)


def _sound(names: pl.Series) -> pl.Series:
    values = names.drop_nulls().unique()
    spoken = pinyin(values)
    table = pl.DataFrame({"nm": values, "py": spoken}, schema={"nm": pl.String, "py": pl.String})
    return names.to_frame("nm").join(table, on="nm", how="left", maintain_order="left")["py"]


def _head(column: pl.Expr) -> pl.Expr:
    """Area and date of birth of 18 characters that are, or once were, an identity number."""
    return _then(
        normalise.compact(column), lambda bare: pl.when(bare.str.contains(_ID_SHAPE)).then(bare.str.extract(_ID_HEAD))
    )


def _other_number(column: pl.Expr, cls: FieldClass) -> pl.Expr:
    def usable(bare: pl.Expr) -> pl.Expr:
        is_so = (bare.str.len_chars() >= 5) & ~bare.str.contains(_JUNK_WORD)
        return pl.when(is_so).then(pl.concat_str(pl.lit(f"{cls}\x1f"), bare))

    return _then(normalise.compact(column), usable)


def _gender(column: pl.Expr | None, valid: pl.Expr | None) -> pl.Expr | None:
    """1 or 2, by an identity number in normal form, else by what is said."""
    found: list[pl.Expr] = []
    if valid is not None:
        odd = valid.str.slice(16, 1).cast(pl.UInt8, strict=False) % 2
        found.append(pl.when(odd == 1).then(1).when(odd == 0).then(2))
    if column is not None:
        said = column.str.strip_chars().str.to_lowercase()
        found.append(
            pl.when(said.is_in(["男", "m", "male", "先生", "男性"])).then(1)
            .when(said.is_in(["女", "f", "female", "女士", "女性"])).then(2)
        )  # fmt: skip
    return pl.coalesce(found).cast(pl.UInt8) if found else None


def _parts_of_address(column: pl.Expr) -> pl.Expr:
    """A struct: `street`, the last characters before the first number; `numbers`, all of them."""
    parted = column.str.replace_all(_AFTER_A_NUMBER, "${1}号")

    def work(compact: pl.Series) -> pl.Series:
        plain = pl.col("v")
        street = plain.str.extract(r"^[^\d]*?(\p{Han}{2,3})[^\d\p{Han}]*\d")
        parts = pl.struct(street.alias("street"), plain.str.extract_all(r"\d+").alias("numbers"))
        return _plain_address(compact).to_frame("v").select(parts).to_series()

    kind = pl.Struct({"street": pl.String, "numbers": pl.List(pl.String)})
    return normalise.compact(parted).map_batches(work, return_dtype=kind, is_elementwise=True).alias(_PARTS)


def _address() -> dict[str, pl.Expr]:
    """The street with the numbers: all, the first two, the house number alone."""
    street, numbers = pl.col(_PARTS).struct.field("street"), pl.col(_PARTS).struct.field("numbers")

    def upto(n: int, at_least: int) -> pl.Expr:
        said = pl.concat_str(street, numbers.list.head(n).list.join("-"), separator="|")
        return pl.when(numbers.list.len() >= at_least).then(said)

    return {"af": upto(9, 3), "am": upto(2, 2), "ac": upto(1, 1)}


def _plain_address(series: pl.Series) -> pl.Series:
    """Simplified, Chinese numerals before units as digits, without province, city and district."""
    plain = simplified(series)
    numbered = plain.str.contains(f"[一二三四五六七八九十](?:{_UNITS})").fill_null(False)
    if numbered.any():
        rows = numbered.arg_true()
        some = plain.gather(rows)
        for word, digit in _NUMERALS.items():
            some = some.str.replace_all(f"{word}({_UNITS})", digit + "${1}")
        plain = plain.clone().scatter(rows, some)
    # of a road and its house only the words after the last place count
    return plain.str.replace(_PLACES, "").str.replace(_DISTRICT, "")
