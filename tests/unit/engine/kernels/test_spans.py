"""Identifiers inside free text."""

import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.kernels import slow_spans

from bequest.engine.kernels import normalise, spans
from bequest.model.datamap import FieldClass

FOUND = {
    "between Chinese characters": ("电话13800138000的", [("phone", "13800138000")], "电话138****8000的"),
    "separators and country code": ("打+86 138-0013-8000找我", [("phone", "13800138000")], "打138****8000找我"),
    "full width": ("８６１３８００１３８０００", [("phone", "13800138000")], "138****8000"),
    "full-width space": ("１３８　００１３　８０００", [("phone", "13800138000")], "138****8000"),
    "after a date": ("2026-11-02 138 0013 8000", [("phone", "13800138000")], "2026-11-02 138****8000"),
    "id with X": ("证11010519491231002x好", [("national_id", "11010519491231002X")], "证110105********002X好"),
    "id of 15 digits": ("证110105491231002好", [("national_id", "11010519491231002X")], "证110105*****1002好"),
    "id in groups": ("110105 19491231 002X", [("national_id", "11010519491231002X")], "110105********002X"),
    "card": ("卡6222021234567890128号", [("bank_card", "6222021234567890128")], "卡6222***********0128号"),
    "card in groups": ("4111 1111 1111 1111", [("bank_card", "4111111111111111")], "4111********1111"),
    "mail": ("邮箱Zhang.San@Example.com。", [("email", "zhang.san@example.com")], "邮箱z***@example.com。"),
    "full-width mail": ("ａｂ＠ｅｘａｍｐｌｅ．ｃｏｍ好", [("email", "ab@example.com")], "a***@example.com好"),
    "number as mailbox": ("13800138000@example.com", [("email", "13800138000@example.com")], "1***@example.com"),
    "landline": ("010-88886666转801", [("landline", "01088886666")], "010****6666转801"),
    "two of them": (
        "11010519491231002x和4111111111111111",
        [("national_id", "11010519491231002X"), ("bank_card", "4111111111111111")],
        "110105********002X和4111********1111",
    ),
    "two phones side by side": (
        "13800138000,13900139000",
        [("phone", "13800138000"), ("phone", "13900139000")],
        "138****8000,139****9000",
    ),
}
NOT_FOUND = {
    "order number": "订单20261102138001380001",
    "twelve digits": "138001380001",
    "address of a computer": "192.168.100.123",
    "id with a wrong check character": "110105194912310021",
    "id on no day": "110105199002301231",
    "card with a wrong check digit": "4111111111111112",
    "damaged number": "1.38E+10",
    "mail without domain": "a@b 和 @example.com",
    "timestamp": "1732212345678",
    "one digit eleven times": "0000000000000000",
    "nothing": "今天天气不错",
    "empty": "",
}


def redacted(column: pl.Series) -> pl.Series:
    return spans.masked(column.name, spans.find(column))


@pytest.mark.parametrize(("text", "expected", "masked"), FOUND.values(), ids=FOUND)
def test_found_and_masked(text: str, expected: list[tuple[str, str]], masked: str) -> None:
    column = pl.Series("t", [None, "前", text, ""])
    got = spans.extract(column)
    assert got.rows() == [(2, kind, value) for kind, value in expected]
    assert redacted(column).to_list() == [None, "前", masked, ""]


@pytest.mark.parametrize("text", NOT_FOUND.values(), ids=NOT_FOUND)
def test_left_alone(text: str) -> None:
    assert spans.extract(pl.Series([text])).is_empty()
    assert redacted(pl.Series([text])).to_list() == [text]


def test_only_the_kinds_asked_for() -> None:
    text = pl.Series(["13800138000 a@example.com"])
    assert spans.extract(text, [FieldClass.EMAIL])["kind"].to_list() == ["email"]


def test_a_slice_of_a_column_reads_its_own_rows_only() -> None:
    column = pl.Series(["13800138000", "无", "a@example.com", "13900139000"])
    assert spans.extract(column.slice(1, 2)).rows() == [(1, "email", "a@example.com")]
    assert redacted(column.slice(2, 2)).to_list() == ["a***@example.com", "139****9000"]


FILLER = st.text(st.characters(exclude_categories=["Cs", "Nd"], exclude_characters="@.-()（） +＠．－＋　"), max_size=8)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(FILLER, st.integers(13_000_000_000, 19_999_999_999), FILLER), min_size=1, max_size=6))
def test_every_planted_number_is_found_and_nothing_else_changes(rows: list[tuple[str, int, str]]) -> None:
    # a filler that ends in a separator of another script would be no separator here, but letters are
    column = pl.Series([f"{a}{n}{b}" for a, n, b in rows])
    found = spans.extract(column, [FieldClass.PHONE])
    assert found["value"].to_list() == [str(n) for _, n, _ in rows]
    assert redacted(column).to_list() == [f"{a}{str(n)[:3]}****{str(n)[7:]}{b}" for a, n, b in rows]


@settings(deadline=None, max_examples=150)
@given(st.lists(st.text(alphabet="0123456789- .+@aXx１８６电。comＡ＠", max_size=60), max_size=5))
def test_redacting_twice_is_redacting_once_and_what_is_found_is_valid(texts: list[str]) -> None:
    column = pl.Series(texts, dtype=pl.String)
    once = redacted(column)
    assert redacted(once).to_list() == once.to_list()
    for kind, check in (("phone", normalise.mobile), ("bank_card", normalise.bank_card), ("email", normalise.email)):
        values = spans.extract(column).filter(pl.col("kind") == kind).select("value", same=check(pl.col("value")))
        assert values["value"].to_list() == values["same"].to_list()


@settings(deadline=None, max_examples=150)
@given(st.lists(st.lists(st.sampled_from(["电", "x", "138", "0013", "8000", "86", "0086", "1", "9"]), max_size=12)))
def test_numbers_without_separators_agree_with_a_regular_expression(parts: list[list[str]]) -> None:
    column = pl.Series(["".join(p) for p in parts], dtype=pl.String)
    pattern = re.compile(r"(?<![0-9])(?:0086|86)?(1[3-9][0-9]{9})(?![0-9])")
    expected = [(i, m) for i, t in enumerate(column.to_list()) for m in pattern.findall(t)]
    assert spans.extract(column, [FieldClass.PHONE]).select("row", "value").rows() == expected


WORDS = {code: cls.value for cls, code in spans.KINDS.items()}
FULL = str.maketrans("0123456789@.-+Xx() ", "０１２３４５６７８９＠．－＋Ｘｘ（）　")
BODIES = st.integers(0, 10**7 - 1).map(lambda n: f"110105{1930 + n % 80}{1 + n % 12:02}{1 + n % 31:02}{n % 1000:03}")


def with_check(body: str) -> str:
    """An identity number, right in two of three cases."""
    last = "10X98765432"[sum(int(c) * w for c, w in zip(body, normalise.ID_WEIGHTS, strict=True)) % 11]
    return body + (last if int(body[-1]) % 3 else "7")


def with_luhn(body: str) -> str:
    """A card number, right in two of three cases."""
    doubled = sum(sum(divmod(int(c) * (2 - i % 2), 10)) for i, c in enumerate(body[::-1]))
    return body + str((-doubled if int(body[-1]) % 3 else 5) % 10)


NUMBERS = st.one_of(
    st.integers(12_000_000_000, 19_999_999_999).map(str),
    BODIES.map(with_check),
    BODIES.map(lambda b: b[:6] + b[8:]),
    st.integers(10**14, 9 * 10**17).map(str).map(with_luhn),
    st.sampled_from(["010", "021", "0571", "86", "+86", "0086", "0"]),
    st.integers(2 * 10**6, 9 * 10**7).map(str),
    st.integers(0, 10**24).map(str),
)
GAPS = st.sampled_from(["", "", "", "", " ", "-", "--", ".", "(", ") ", "\u2013", "\u3000", "\u00a0", "- -"])
BETWEEN = st.sampled_from(
    [
        "",
        "",
        "电话",
        "，",
        "x",
        "X",
        "@",
        "＠",
        "a.b",
        "@example.com",
        "@ex-a.com.cn",
        "@1.2.co",
        "张",
        "🙂",
        "+",
        "\n",
        "é",
    ]
)


@st.composite
def troublesome_texts(draw: st.DrawFn) -> str:
    """Numbers right and wrong, cut into groups, glued to each other, to letters and to mail addresses, in any width."""
    out = []
    for _ in range(draw(st.integers(0, 7))):
        number = draw(NUMBERS)
        for at in sorted(draw(st.lists(st.integers(1, 20), max_size=4)), reverse=True):
            number = number[:at] + draw(GAPS) + number[at:]
        piece = number + draw(BETWEEN)
        out.append(piece.translate(FULL) if draw(st.integers(0, 4)) == 0 else piece)
    return "".join(out)


@settings(deadline=None, max_examples=800)
@given(st.lists(st.one_of(st.none(), troublesome_texts()), max_size=6))
def test_finds_exactly_what_the_slow_reference_finds(texts: list[str | None]) -> None:
    column = pl.Series("t", texts, dtype=pl.String)
    got = spans.find(column)
    pieces = [bytes(got.text.data[a:b]).decode() for a, b in zip(got.starts, got.ends, strict=True)]
    expected = [(i, *hit) for i, t in enumerate(texts) if t is not None for hit in slow_spans.found(t)]
    assert list(zip(got.rows.tolist(), [WORDS[k] for k in got.kinds], pieces, strict=True)) == expected


def test_long_and_short_rows_across_the_borders_of_a_stretch() -> None:
    texts = [("甲" * k + "13800138000" + "x" * (k % 5) + "a@example.com") * (k % 3) for k in range(0, 30_000, 997)]
    texts += ["13800138000"] * 9000
    got = spans.extract(pl.Series(texts))
    expected = [(i, hit) for i, t in enumerate(texts) for hit, _ in slow_spans.found(t)]
    assert list(zip(got["row"].to_list(), got["kind"].to_list(), strict=True)) == expected
