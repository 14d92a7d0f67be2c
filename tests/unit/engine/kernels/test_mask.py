"""Masks and generalisations."""

from collections.abc import Callable

import polars as pl
import pytest

from bequest.engine.kernels import mask

CASES = {
    "mobile": (mask.mask_phone, "+86 138 0013 8000", "138****8000"),
    "landline": (mask.mask_phone, "010-88886666", "010****6666"),
    "landline, four-digit area": (mask.mask_phone, "0755-88886666转12", "0755****6666"),
    "no phone": (mask.mask_phone, "12345", "****"),
    "id of 18": (mask.mask_id, "110105 19491231 002x", "110105********002X"),
    "id of 15": (mask.mask_id, "110105491231002", "110105*****1002"),
    "id that is none": (mask.mask_id, "110105", "****"),
    "card": (mask.mask_card, "6222021234567890128", "6222***********0128"),
    "Chinese name": (mask.mask_name, "张三", "张*"),
    "long Chinese name": (mask.mask_name, "阿卜杜克里木", "阿***"),
    "Latin name": (mask.mask_name, "Bob Smith", "B***"),
    "mail": (mask.mask_email, "Zhang@example.com", "z***@example.com"),
    "no mail": (mask.mask_email, "zhang at example", "****"),
    "anything else": (mask.mask_other, "回族", "****"),
    "birthday": (mask.generalise_birthday, "1990-01-02", "1990"),
    "birthday in one": (mask.generalise_birthday, "19900102", "1990"),
    "birthday in Chinese": (mask.generalise_birthday, "1990年1月2日", "1990"),
    "birthday, year last": (mask.generalise_birthday, "1/2/1990", "1990"),
    "no year": (mask.generalise_birthday, "90-1-2", None),
    "province, city, district": (mask.generalise_address, "广东省广州市天河区体育西路1号", "广东省广州市天河区"),
    "city and district": (mask.generalise_address, "北京市朝阳区建国路88号", "北京市朝阳区"),
    "region": (mask.generalise_address, "内蒙古自治区呼伦贝尔市海拉尔区x路", "内蒙古自治区呼伦贝尔市海拉尔区"),
    "no region before a compound": (mask.generalise_address, "建国路幸福小区3号", None),
    "foreign address": (mask.generalise_address, "1 Main St", None),
}


@pytest.mark.parametrize(("function", "value", "expected"), CASES.values(), ids=CASES)
def test_masked(function: Callable[[pl.Series], pl.Series], value: str, expected: str | None) -> None:
    got = function(pl.Series("c", [value, None]))
    assert (got.name, got.to_list()) == ("c", [expected, None])


@pytest.mark.parametrize("function", [mask.mask_phone, mask.mask_id, mask.mask_name, mask.mask_email, mask.mask_other])
def test_blank_stays_blank(function: Callable[[pl.Series], pl.Series]) -> None:
    assert function(pl.Series(["", " "])).to_list() == ["", " "]


@pytest.mark.parametrize("function", [mask.mask_phone, mask.mask_id, mask.mask_card, mask.mask_email])
def test_an_odd_value_is_hidden_whole(function: Callable[[pl.Series], pl.Series]) -> None:
    assert function(pl.Series(["秘密 secret 42"])).to_list() == ["****"]
