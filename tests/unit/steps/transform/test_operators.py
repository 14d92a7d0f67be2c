"""Operators that the data map may choose: what they give, that joins hold, and what is refused beforehand."""

from dataclasses import replace

import polars as pl
import pytest
from tests.unit.steps import decided_tables as d

from bequest.crypto.cipher import aes_ecb
from bequest.engine.kernels import normalise, preserve
from bequest.model.datamap import ColumnMap, FieldClass, Need
from bequest.model.disposition import Operator
from bequest.model.reduction import CHOICES, refusal
from bequest.steps.transform.operator import ColumnContext
from bequest.steps.transform.operators import OPERATORS
from bequest.steps.transform.operators.ff1 import cipher_of, tweak_of

C = FieldClass
BUYER, OTHER = aes_ecb(b"b" * 32), aes_ecb(b"o" * 32)


def reduced(cls: FieldClass, by: str, declared: str = "TEXT") -> ColumnMap:
    return replace(d.column("c", cls, declared=declared), need=Need.REDUCED, reduced_by=by)


def give(cls: FieldClass, by: str, values: list[str | None], ecb=BUYER, table: str = "t") -> list[str | None]:
    rows = pl.Series([f"{table}-{i}" for i in range(len(values))])
    context = ColumnContext(reduced(cls, by), ecb, f"class\x1f{cls.value}", rows, is_of_class=True)
    return OPERATORS[Operator(by.partition(":")[0])].apply(pl.Series("c", values, dtype=pl.Utf8), context).to_list()


GIVEN = {
    "fixed": (C.COMPANY_NAME, "fixed:某公司", "甲公司", "某公司"),
    "mask of a phone": (C.PHONE, "mask", "13800000001", "138****0001"),
    "mask of a name": (C.PERSON_NAME, "mask", "张小三", "张**"),
    "mask of a card": (C.BANK_CARD, "mask", "6222021234567890123", "6222***********0123"),
    "mask of an address is nothing": (C.SOCIAL_ID, "mask", "wx_abc", "****"),
    "month": (C.BIRTHDAY, "generalise:month", "1990-02-03", "1990-02"),
    "city": (C.ADDRESS, "generalise:city", "浙江省杭州市西湖区文三路1号", "浙江省杭州市"),
    "age": (C.AGE, "generalise:5", "37", "35-39"),
    "amount": (C.INCOME_ASSETS, "generalise:1000", "12345", "12000-12999"),
    "postcode": (C.POSTCODE, "generalise:3", "310012", "310***"),
    "top coding": (C.INCOME_ASSETS, "cap:50000", "812345", "50000"),
    "drop": (C.PHONE, "drop", "13800000001", None),
}


@pytest.mark.parametrize(("cls", "by", "value", "shown"), GIVEN.values(), ids=GIVEN)
def test_what_is_given(cls: FieldClass, by: str, value: str, shown: str | None) -> None:
    assert refusal(reduced(cls, by)) == ""
    assert give(cls, by, [value, None]) == [shown, None]


def test_a_token_is_the_same_in_every_table_and_spelling_and_another_for_the_next_receiver() -> None:
    one, spelled = give(C.PHONE, "token", ["13800000001", "+86 138-0000-0001"])
    assert one == spelled == give(C.PHONE, "token", ["13800000001"], table="orders")[0]
    assert one != give(C.PHONE, "token", ["13800000001"], OTHER)[0]
    odd = give(C.PHONE, "token", ["no phone", "no number", "", None])
    assert odd[0] != odd[1]
    assert odd[2:] == [None, None]


@pytest.mark.parametrize("cipher", ["aes", "sm4"])
def test_ff1_keeps_the_format_and_the_holder_of_the_key_turns_it_back(cipher: str) -> None:
    ids = ["11010519491231002X", "440524188001010014"]
    made = give(C.NATIONAL_ID, f"ff1:{cipher}", [*ids, "short"])
    assert made[2] == "****"
    assert set(made[:2]).isdisjoint(ids)
    body = [sum(int(x) * w for x, w in zip(m[:17], normalise.ID_WEIGHTS, strict=True)) % 11 for m in made[:2]]
    assert [normalise.ID_CHECK_CHARACTERS[r] for r in body] == [m[17] for m in made[:2]]
    back = preserve.decrypt(
        pl.Series("c", made[:2]), preserve.NATIONAL_ID, cipher_of(BUYER, cipher), tweak_of(C.NATIONAL_ID)
    )
    assert back.to_list() == ids
    assert give(C.NATIONAL_ID, f"ff1:{cipher}", ids, OTHER) != made[:2]


def test_ff1_of_a_phone_joins_across_tables() -> None:
    [mobile] = give(C.PHONE, "ff1", ["13800000001"])
    assert mobile.isdigit()
    assert len(mobile) == 11
    assert give(C.PHONE, "ff1", ["138 0000 0001"], table="orders") == [mobile]
    assert give(C.LANDLINE, "ff1", ["13800000001"], table="calls") == [mobile]
    assert give(C.PHONE, "ff1:sm4", ["13800000001"]) != [mobile]


def test_noise_differs_by_row_and_is_the_same_when_made_again() -> None:
    made = give(C.INCOME_ASSETS, "noise:10%", ["1000"] * 200)
    assert made == give(C.INCOME_ASSETS, "noise:10%", ["1000"] * 200)
    assert len(set(made)) > 50
    assert all(900 <= int(m) <= 1100 for m in made)
    assert abs(sum(map(int, made)) / 200 - 1000) < 20
    assert made != give(C.INCOME_ASSETS, "noise:10%", ["1000"] * 200, OTHER)


REFUSED = {
    "a word that is none": (C.PHONE, "scramble", "TEXT", False, "no way to reduce"),
    "a key keeps no mask": (C.PHONE, "mask", "TEXT", True, "only token or drop"),
    "a key is no fixed text": (C.ORDER_NO, "fixed:1", "TEXT", True, "only token or drop"),
    "a token that does not fit": (C.PHONE, "token", "varchar(11)", False, "holds 11 characters"),
    "a fixed text that does not fit": (C.REGION, "fixed:某某某某", "VARCHAR(3)", False, "holds 3 characters"),
    "fixed without a text": (C.REGION, "fixed", "TEXT", False, "needs the text"),
    "a mask in a column of numbers": (C.PHONE, "mask", "BIGINT", False, "would be no number"),
    "bands in a column of numbers": (C.AGE, "generalise:10", "INTEGER", False, "would be no number"),
    "no such level": (C.BIRTHDAY, "generalise:city", "TEXT", False, "month, year, decade"),
    "no coarser form": (C.PERSON_NAME, "generalise", "TEXT", False, "no coarser form"),
    "no format": (C.PERSON_NAME, "ff1", "TEXT", False, "no format"),
    "too few values": (C.ORDER_NO, "ff1", "char(5)", False, "fewer than a million"),
    "no such cipher": (C.PHONE, "ff1:des", "TEXT", False, "aes and sm4"),
    "no number": (C.PHONE, "noise:5%", "TEXT", False, "is no number"),
    "no noise": (C.AGE, "noise:0", "TEXT", False, "largest change"),
    "no bound": (C.AGE, "cap:", "TEXT", False, "needs a bound"),
    "bounds in the wrong order": (C.AGE, "cap:90..10", "TEXT", False, "not below"),
    "free text is not masked as one": (C.FREE_TEXT, "mask", "TEXT", False, "free text"),
    "redaction is for text": (C.PHONE, "redact_text", "TEXT", False, "for free text"),
    "a mask takes no setting": (C.PHONE, "mask:3", "TEXT", False, "no setting"),
}


@pytest.mark.parametrize(("cls", "by", "declared", "is_reference", "why"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(cls: FieldClass, by: str, declared: str, is_reference: bool, why: str) -> None:
    assert why in refusal(reduced(cls, by, declared), is_reference=is_reference)


def test_only_reduced_columns_are_reduced() -> None:
    assert "need" in refusal(replace(reduced(C.PHONE, "mask"), need=Need.NEEDED))


def test_every_operator_has_words_and_can_be_chosen() -> None:
    assert set(OPERATORS) == set(Operator) - {Operator.NONE}
    assert set(CHOICES) == {o.value for o in OPERATORS}
    assert all(s.zh and s.en for s in OPERATORS.values())
