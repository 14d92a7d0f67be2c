"""Profiles of exports: each file reads, says its source, and recognises its own header line and no other's."""

from collections.abc import Callable

import pytest

from bequest.model.datamap import FieldClass
from bequest.steps.discover import TableSample, discover
from bequest.steps.discover.profiles import Profile, profile_of, profiles

Make = Callable[..., TableSample]


def test_there_are_exports_of_shops_erp_crm_chat_and_carriers() -> None:
    assert len(profiles()) >= 10
    assert {p.kind for p in profiles()} >= {"shop", "erp", "crm", "chat", "carrier"}


@pytest.mark.parametrize("profile", profiles(), ids=lambda p: p.id)
def test_every_profile_says_how_it_is_known_and_knows_its_own_headers(profile: Profile) -> None:
    assert profile.source
    assert profile.status in {"verified", "secondary", "from_knowledge"}
    assert profile_of(list(profile.columns)) == profile
    assert {c for c, _ in profile.columns.values()} - {FieldClass.NOT_PI}


def test_headers_of_our_own_fit_none() -> None:
    assert profile_of(["id", "real_name", "mobile", "email", "created_at"]) is None
    assert profile_of([]) is None


def test_an_export_takes_its_classes_and_roles(table: Make) -> None:
    export = table(
        "202601",
        [
            "订单编号",
            "买家会员名",
            "收货人姓名",
            "联系手机",
            "收货地址 ",
            "宝贝标题",
            "物流单号",
            "买家留言",
            "店铺自定义",
        ],
        values={"联系手机": ["13912340001", "13912340002"], "店铺自定义": ["a", "b"]},
    )
    [found] = discover([export]).tables
    told = {c.name: (c.cls.value, c.personal, c.role.value) for c in found.columns}
    assert found.record_class.value == "order"
    assert told["买家会员名"] == ("username", True, "customer")
    assert told["收货人姓名"] == ("person_name", True, "consignee")
    assert told["收货地址 "] == ("address", True, "consignee")
    assert told["宝贝标题"] == ("not_pi", False, "record")
    assert told["店铺自定义"][0] == "not_pi"
    assert "profile:taobao_orders" in found.column("联系手机").evidence


def test_what_values_prove_stays(table: Make) -> None:
    mails = [f"a{i}@example.com" for i in range(20)]
    export = table(
        "contacts", ["Customer ID", "First Name", "Last Name", "Email", "Phone", "City"], values={"Phone": mails}
    )
    [found] = discover([export]).tables
    assert found.column("Phone").cls is FieldClass.EMAIL
    assert found.column("First Name").evidence[0] == "profile:shopify_customers"
