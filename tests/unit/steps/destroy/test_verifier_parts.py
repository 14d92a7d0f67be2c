import ast
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.unit.steps.destroy import slow_candidates as slow
from tests.unit.steps.destroy.slow_candidates import Candidate

import bequest.steps.destroy.verifier as verifier
from bequest.crypto.cipher import aes_ecb
from bequest.model.datamap import FieldClass
from bequest.steps.destroy.verifier import candidates as columns
from bequest.steps.destroy.verifier.buffers import text_buffers
from bequest.steps.destroy.verifier.candidates import CARD, CODE, EMAIL, ID, KINDS, KNOWN, PHONE, SEARCHABLE, TEXT
from bequest.steps.destroy.verifier.finder import Finder
from bequest.steps.destroy.verifier.raw import raw_candidates
from bequest.steps.destroy.verifier.rows import arrow_column, as_text, distinct_names
from bequest.steps.destroy.verifier.tokens import Tokeniser, TokenSet, cmac

C = FieldClass


def known(cls, value):
    """The one value as a column."""
    [(kind, normal)] = columns.known(cls, pl.Series([value], dtype=pl.String)).rows()
    return None if kind is None else Candidate(KINDS[kind], normal, True)


def profile_of(found):
    rows = [(KINDS.index(c.kind), c.normal) for c in found]
    return columns.profile_of(pl.DataFrame(rows, schema=KNOWN, orient="row"))


def candidates_of(values, profile):
    """For each value, the set of its candidates."""
    found = Finder(profile).find(pa.array(values, pa.large_string()))
    out = [set() for _ in values]
    rows = (found.values.tolist(), found.kinds.tolist(), found.normals.series(), found.wholes.tolist())
    for at, kind, normal, whole in zip(*rows, strict=True):
        out[at].add(Candidate(KINDS[kind], normal, whole))
    return out


def candidates(value, profile):
    return candidates_of([value], profile)[0]


def found_in(block, profile):
    found = raw_candidates(block, 0, profile)
    names = [(KINDS[kind], normal) for kind, normal in zip(found.kinds, found.normals.series(), strict=True)]
    return dict(zip(names, found.is_bounded.tolist(), strict=True))


FORMS = {
    "plain mobile": (C.PHONE, "13800000001", PHONE, "13800000001"),
    "country code and separators": (C.PHONE, "+86 138-0000-0001", PHONE, "13800000001"),
    "0086": (C.PHONE, "008613800000001", PHONE, "13800000001"),
    "full width": (C.PHONE, "１３８０００００００１", PHONE, "13800000001"),
    "through a float": (C.PHONE, "13800000001.0", PHONE, "13800000001"),
    "landline in brackets": (C.LANDLINE, "(010) 6666-8888", PHONE, "01066668888"),
    "landline with extension": (C.PHONE, "021-66668888 转 12", PHONE, "02166668888"),
    "id": (C.NATIONAL_ID, "11010519491231002x", ID, "11010519491231002X"),
    "id with spaces": (C.NATIONAL_ID, "110105 19491231 002X", ID, "11010519491231002X"),
    "id of 15 digits": (C.NATIONAL_ID, "110105491231002", ID, "11010519491231002X"),
    "id with a wrong check": (C.NATIONAL_ID, "110105194912310021", ID, "110105194912310021"),
    "email": (C.EMAIL, "One@Example.com ", EMAIL, "one@example.com"),
    "card in groups": (C.BANK_CARD, "6222 0000 0000 0000 007", CARD, "6222000000000000007"),
    "account number": (C.ACCOUNT_NUMBER, "70000001", CARD, "70000001"),
    "customer number": (C.USER_ID, "C0000001", CODE, "c0000001"),
    "code with a space inside": (C.USER_ID, "C 0000001", CODE, "c0000001"),
    "device": (C.DEVICE_ID, "dev-aaaa-0001", CODE, "dev-aaaa-0001"),
    "address of a machine": (C.IP, "192.0.2.7", CODE, "192.0.2.7"),
    "plate": (C.LICENSE_PLATE, "京A12345", CODE, "京a12345"),
    "passport": (C.PASSPORT, "E12345678", CODE, "e12345678"),
    "social account of letters": (C.SOCIAL_ID, "zhangsan_cc", CODE, "zhangsan_cc"),
    "password": (C.PASSWORD_SECRET, "Pa$$-wörd 1", TEXT, "Pa$$-wörd 1"),
    "long text": (C.FREE_TEXT, "请放在门口的快递柜", TEXT, "请放在门口的快递柜"),
}


@pytest.mark.parametrize(("cls", "value", "kind", "normal"), FORMS.values(), ids=FORMS)
def test_both_ways_lead_to_the_same_normal_form(cls, value, kind, normal):
    found = known(cls, value)
    assert (found.kind, found.normal) == (kind, normal)
    by_text = {(c.kind, c.normal) for c in candidates(value, profile_of([found]))}
    assert (kind, normal) in by_text


EVERY = [found for cls, value, *_ in FORMS.values() if (found := known(cls, value))]


UNSEARCHABLE = {
    "rounded by a spreadsheet": (C.PHONE, "1.38E+10"),
    "id of which the end was lost": (C.NATIONAL_ID, "110105194912310000"),
    "a word for nothing": (C.PHONE, "无"),
    "too short a code": (C.USER_ID, "12345"),
    "a short number": (C.USER_ID, "1234567"),
    "a short text": (C.FREE_TEXT, "好评"),
    "a name": (C.PERSON_NAME, "欧阳某某某某某某某"),
    "an address": (C.ADDRESS, "北京市朝阳区某路一号"),
}


@pytest.mark.parametrize(("cls", "value"), UNSEARCHABLE.values(), ids=UNSEARCHABLE)
def test_what_cannot_be_searched_is_said_to_be_so(cls, value):
    assert known(cls, value) is None


INSIDE = {
    "in Chinese text": ("电话13800000001的张先生", PHONE, "13800000001"),
    "behind another number": ("12345 13800000001", PHONE, "13800000001"),
    "two with a slash": ("13800000001/13900000002", PHONE, "13900000002"),
    "in JSON": ('{"contact": {"phone": "138 0000 0001"}}', PHONE, "13800000001"),
    "in a web address": ("/u?id=C0000001&m=one%40x", CODE, "c0000001"),
    "after a label": ("客户编号：C0000001，谢谢", CODE, "c0000001"),
    "mail in a sentence": ("邮箱one@example.com，请回", EMAIL, "one@example.com"),
    "id in a sentence": ("身份证11010519491231002X的", ID, "11010519491231002X"),
}


@pytest.mark.parametrize(("text", "kind", "normal"), INSIDE.values(), ids=INSIDE)
def test_identifiers_are_found_inside_text(text, kind, normal):
    found = [c for c in candidates(text, profile_of([Candidate(kind, normal, True)])) if c.normal == normal]
    assert found
    assert not any(c.whole for c in found)


PIECES = [
    "13800000001",
    "１３８",
    "+86",
    "(010)",
    "6666",
    "-",
    ":",
    ".",
    "@",
    "example.com",
    "张",
    "京a12345",
    "x",
    "C0000001",
    "dev-aaaa-0001",
    "_",
    "110105",
    "19491231",
    "002X",
    "pw",
    "Pa$$-wörd",
    "请放在门口的快递柜",
    "0",
    "zhangsan_cc",
    "192.0.2.7",
    "6222",
    "0000",
    "，",
    "…",
    "{",
    '"',
    "abcd1234",
]
pieces = st.sampled_from([*PIECES, " ", "\u3000", "\t", "\n"])


texts = st.lists(pieces, max_size=8).map("".join)


@settings(max_examples=400)
@given(st.lists(texts, max_size=5), st.sets(st.sampled_from(range(len(FORMS)))))
@example(["古\u3000丽娜尔·吐尔逊", "+8613800000001x", "电话１３８ 0000-0001的"], set(range(len(FORMS))))
def test_the_fast_search_finds_exactly_what_the_slow_one_finds(values, chosen):
    every = [*(EVERY[i] for i in chosen), Candidate(TEXT, "abcd1234", True)]
    profile = profile_of(every)
    as_slow = slow.Profile(**{name: getattr(profile, name) for name in slow.Profile.__slots__})
    assert as_slow == slow.profile_of(every)
    assert candidates_of(values, profile) == [set(slow.candidates(v, as_slow)) for v in values]


@given(texts, st.sampled_from(sorted(SEARCHABLE)))
def test_the_normal_form_of_a_column_is_that_of_each_value_by_itself(text, cls):
    assert known(cls, text) == slow.known(cls, text)


RAW_PIECES = ["13800000001", "138-0000 0001", "138-0000-0001", "0086", "010", "66668888", "0", "00", "1", "9", "X", "x"]
RAW_PIECES += [
    "one@example.com",
    "f",
    ".",
    "110105",
    "19491231",
    "002",
    "491231002",
    "6222000000000000",
    "@",
    "\0",
    "张",
]


@settings(max_examples=400)
@given(st.lists(st.sampled_from(RAW_PIECES), max_size=10).map(lambda parts: "".join(parts).encode()))
def test_the_fast_search_in_bytes_finds_exactly_what_the_slow_one_finds(block):
    profile = profile_of(EVERY)
    found = raw_candidates(block, 0, profile)
    fast = zip(found.kinds, found.normals.series(), found.is_bounded.tolist(), strict=True)
    assert sorted((KINDS[k], n, b) for k, n, b in fast) == sorted(slow.raw_candidates(block, profile))


@given(st.lists(st.one_of(st.none(), st.text(max_size=20)), max_size=30), st.integers(0, 5))
def test_buffers_hold_what_the_column_holds(values, start):
    series = pl.Series(values, dtype=pl.String).slice(start)
    assert text_buffers(series).series().to_list() == series.fill_null("").to_list()


def test_a_time_stamp_is_no_identifier():
    assert candidates("2026-01-05 12:33:21", profile_of(EVERY)) == set()


def test_a_piece_of_a_longer_number_is_not_taken_from_a_cell():
    kinds = {(c.kind, c.normal) for c in candidates("9913800000001234", profile_of(EVERY))}
    assert (PHONE, "13800000001") not in kinds


@given(st.text(max_size=80))
def test_any_text_can_be_taken_apart(text):
    candidates(text, profile_of(EVERY))
    for cls in SEARCHABLE:
        known(cls, text)


def test_bytes_are_searched_across_fields_that_touch():
    block = b"\x00\x07" + b"9" + b"13800000001one@example.comf11010519491231002X\xff"
    found = found_in(block, profile_of(EVERY))
    assert found[PHONE, "13800000001"] is False  # the digits before it are the record's own
    assert (EMAIL, "one@example.com") in found
    assert found[ID, "11010519491231002X"] is True


def library_cmac(key, message):
    mac = CMAC(AES(key))
    mac.update(message)
    return mac.finalize()


@given(st.text(max_size=40), st.lists(st.text(max_size=70), max_size=20))
@example("", ["x" * n for n in (0, 1, 15, 16, 17, 31, 32, 33, 100)])
def test_own_cmac_agrees_with_the_library(prefix, messages):
    texts = text_buffers(pl.Series(messages, dtype=pl.String))
    ours = cmac(prefix.encode(), texts, np.arange(len(messages)), aes_ecb(b"k" * 32))
    assert [bytes(t) for t in ours] == [library_cmac(b"k" * 32, (prefix + m).encode()) for m in messages]


def as_array(tokens):
    return np.frombuffer(b"".join(tokens), np.uint8).reshape(-1, 16)


@given(st.lists(st.binary(min_size=16, max_size=16), max_size=30), st.lists(st.binary(min_size=16, max_size=16)))
def test_token_sets_hold_exactly_their_tokens(inside, asked):
    tokens = TokenSet.of(inside)
    for some in (inside, asked):
        if some:
            assert tokens.holds(as_array(some)).tolist() == [t in set(inside) for t in some]
    again = TokenSet.from_bytes(tokens.to_bytes())
    assert len(again) == len(set(inside))
    if inside:
        order = sorted(set(inside))
        found = tokens.positions(as_array(inside))
        assert [order[i] for i in found.tolist()] == inside
        assert [inside.index(t) for t in order] == tokens.first.tolist()


def test_tokens_that_share_half_are_told_apart():
    one, two = b"a" * 8 + b"1" * 8, b"a" * 8 + b"2" * 8
    tokens = TokenSet.of([one, two])
    assert tokens.holds(as_array([one, two, b"a" * 8 + b"3" * 8])).tolist() == [True, True, False]


def divided(key, label):
    return HKDF(SHA256(), 32, None, b"\0".join((b"bequest/derive/v1", b"verifier", label))).derive(key)


def test_value_tokens_are_macs_under_the_verifiers_key():
    texts = text_buffers(pl.Series(["13800000001", "c0000001"]))
    kinds = np.array([KINDS.index(PHONE), KINDS.index(CODE)], np.uint8)
    phone, code = Tokeniser(b"k" * 32).values(kinds, texts)
    key = divided(b"k" * 32, b"values")
    assert bytes(phone) == library_cmac(key, b"value\0phone\x0013800000001")
    assert bytes(code) == library_cmac(key, b"value\0code\x00c0000001")


def test_places_have_a_key_of_their_own():
    rows = text_buffers(pl.Series(["7", ""]))
    [place] = Tokeniser(b"k" * 32).places("crm", "customers", "mobile", rows, np.array([0]))
    assert bytes(place) == library_cmac(divided(b"k" * 32, b"places"), b"place\0crm\0customers\0mobile\x007")


def test_the_verifier_shares_no_code_with_what_erased():
    for path in Path(verifier.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [a.name for a in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert not name.startswith(("bequest.sources", "bequest.engine.kernels", "bequest.engine.rows")), path
                assert name != "bequest.steps.destroy.erase"


MOMENTS = ["2026-01-01 00:00:00", None, "2026-01-01 03:04:05", "1950-07-01 03:00:00.12", "2026-01-01 16:00:00"]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Shanghai"])
def test_moments_are_read_as_one_by_one(unit, zone):
    moments = [m and m[:19] for m in MOMENTS] if unit == "s" else MOMENTS
    array = pa.array(moments, pa.string()).cast(pa.timestamp(unit)).cast(pa.timestamp(unit, zone))
    assert arrow_column("at", array).to_list() == [as_text(v) for v in array.to_pylist()]


def test_columns_of_one_name_do_not_hide_each_other():
    assert distinct_names(["a", "a", "a#2", "a"]) == ["a", "a#2", "a#2#2", "a#3"]
