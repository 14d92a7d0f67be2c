"""One spelling for each identifier."""

from datetime import date

import polars as pl
import pytest

from bequest.engine.kernels import normalise

PHONES = {
    "plain": ("13800138000", "13800138000"),
    "spaces": ("138 0013 8000", "13800138000"),
    "dashes and +86": ("+86-138-0013-8000", "13800138000"),
    "0086": ("0086 13800138000", "13800138000"),
    "86 glued on": ("8613800138000", "13800138000"),
    "full width": ("１３８　００１３　８０００", "13800138000"),
    "full width with plus": ("＋８６ １３８００１３８０００", "13800138000"),
    "through a float": ("13800138000.0", "13800138000"),
    "zero-width space inside": ("138\u200b00138000", "13800138000"),
    "landline": ("010-88886666", "01088886666"),
    "landline in brackets": ("（0755）8888 6666", "075588886666"),
    "landline with country code": ("+86 10 8888 6666", "01088886666"),
    "landline with extension": ("010-88886666转801", "01088886666-801"),
    "damaged by a spreadsheet": ("1.38E+10", None),
    "no such prefix": ("12800138000", None),
    "one digit short": ("1380013800", None),
    "one digit long": ("138001380001", None),
    "no area code": ("88886666", None),
    "masked": ("138****8000", None),
    "empty": ("", None),
    "blank": ("  ", None),
    "null": (None, None),
}
IDS = {
    "X": ("11010519491231002X", "11010519491231002X"),
    "small x": ("11010519491231002x", "11010519491231002X"),
    "full width": ("１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"),
    "spaces": ("110105 19491231 002X", "11010519491231002X"),
    "fifteen digits": ("110105491231002", "11010519491231002X"),
    "wrong check character": ("110105194912310021", None),
    "no such day": ("110105194902300023", None),
    "no such province": ("99010519491231002X", None),
    "rounded by a spreadsheet": ("110101199001010000", None),
    "with an exponent": ("1.10101E+17", None),
    "fifteen digits without a day": ("110105499931002", None),
    "null": (None, None),
}
EMAILS = {
    "upper case": (" Zhang.San@Example.COM ", "zhang.san@example.com"),
    "full width": ("ａｂ＠ｅｘａｍｐｌｅ．ｃｏｍ", "ab@example.com"),
    "mailto": ("mailto:a@example.com", "a@example.com"),
    "no domain": ("a@b", None),
    "no at": ("example.com", None),
}
NAMES = {
    "space inside": ("张 三", "张三"),
    "full-width space": ("　李四　", "李四"),
    "Latin": ("Zhang  San", "zhang san"),
    "middle dots": ("阿卜杜•克里木", "阿卜杜·克里木"),
    "masked": ("张*", None),
    "filler": ("未知", None),
    "filler in Latin": ("N/A", None),
    "number": ("123", None),
    "empty": ("", None),
}
CARDS = {
    "spaces": ("6222 0212 3456 7890 128", "6222021234567890128"),
    "sixteen": ("4111111111111111", "4111111111111111"),
    "wrong check digit": ("4111111111111112", None),
    "too short": ("411111111111", None),
}
CASES = [
    pytest.param(function, value, expected, id=f"{function.__name__}: {name}")
    for function, cases in (
        (normalise.phone, PHONES),
        (normalise.national_id, IDS),
        (normalise.email, EMAILS),
        (normalise.name, NAMES),
        (normalise.bank_card, CARDS),
    )
    for name, (value, expected) in cases.items()
]


def apply(function: object, values: list[str | None]) -> list[object]:
    frame = pl.DataFrame({"v": values}, schema={"v": pl.String})
    return frame.select(function(pl.col("v"))).to_series().to_list()  # type: ignore[operator]


@pytest.mark.parametrize(("function", "value", "expected"), CASES)
def test_normal_form(function: object, value: str | None, expected: str | None) -> None:
    assert apply(function, [value]) == [expected]


@pytest.mark.parametrize(
    ("function", "cases"),
    [(normalise.phone, PHONES), (normalise.national_id, IDS), (normalise.email, EMAILS), (normalise.name, NAMES)],
)
def test_values_do_not_disturb_each_other_and_normal_forms_stay(function: object, cases: dict[str, tuple]) -> None:
    expected = [e for _, e in cases.values()]
    assert apply(function, [v for v, _ in cases.values()]) == expected
    assert apply(function, expected) == expected


def test_damage_by_a_spreadsheet_is_seen() -> None:
    values = ["110101199001010000", "1.38E+10", "1.10101e+17", "13800138000", "11010519491231002X", None]
    assert apply(normalise.is_damaged, values) == [True, True, True, False, False, False]


def test_date_of_birth_inside_an_identity_number() -> None:
    values = ["11010519491231002X", "110105491231002", "110101199001010000", None]
    assert apply(normalise.birth_date_from_id, values) == [date(1949, 12, 31), date(1949, 12, 31), None, None]


def test_validity_of_identity_numbers_keeps_null() -> None:
    got = normalise.valid_national_id(pl.Series("id", ["11010519491231002X", "110105194912310021", None]))
    assert (got.name, got.to_list()) == ("id", [True, False, None])


def test_a_company_or_a_filler_names_nobody() -> None:
    nobody = ["杭州青梧科技有限公司", "某某（上海）集团（分部）", "Example Trading Ltd.", "个人", " 未知 ", "", None]
    assert apply(normalise.names_somebody, nobody) == [False] * len(nobody)
    assert apply(normalise.names_somebody, ["张三", "张*", "公司安", "Lincorp Zhang"]) == [True] * 4


def test_only_digits() -> None:
    assert apply(normalise.digits, ["A１２-3", "无", None]) == ["123", None, None]


def test_the_expressions_work_in_a_lazy_query() -> None:
    frame = pl.LazyFrame({"p": ["+86 138 0013 8000", None]})
    assert frame.select(normalise.phone(pl.col("p"))).collect().to_series().to_list() == ["13800138000", None]
