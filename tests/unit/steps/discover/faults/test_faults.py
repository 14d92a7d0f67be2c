"""One invented company with every fault planted, counted; a clean one with none."""

from collections.abc import Callable
from datetime import date

import pytest

from bequest.documents.citations import cite
from bequest.model.datamap import DataMap
from bequest.steps.discover import TableSample, discover
from bequest.steps.discover.faults import KINDS, RULES, Fault, Surroundings, find_faults
from bequest.steps.discover.faults.rules import PARAMETERS, USUAL
from bequest.steps.discover.mapfile import export_map, import_map

ON = date(2026, 6, 30)
IDS = ["110101199003071233", "110101198501011230", "310101197512120018", "11010519491231002X"]
GOOD_IDS = ["11010519491231002X"]
Make = Callable[..., TableSample]


def company(table: Make) -> list[TableSample]:
    member = table(
        "member",
        [
            "id:bigint", "real_name:varchar(20)", "mobile:varchar(20)", "id_card:varchar(20)", "birthday:date",
            "gender:char(1)", "password:varchar(64)", "religion:varchar(20)", "openid:varchar(64)",
            "face_feature:text", "cvv:varchar(4)", "id_card_expire_date:date", "is_deleted:tinyint(1)",
            "update_time:datetime", "source:varchar(20)", "remark:varchar(200)",
        ],
        source="crm",
        key=("id",),
        values={
            "id": ["1", "2", "3", "4"],
            "real_name": ["赵一", "钱二", "孙三", None],
            "mobile": ["13912340001", "13800000000", "13912340001", "12"],
            "id_card": ["11010519491231002X", "110105194912310021", "110105194912310000", None],
            "birthday": ["1950-01-01", "1949-12-31", None, None],
            "gender": ["男", "女", None, None],
            "password": ["secret1", "e10adc3949ba59abbe56e057f20f883e", "$2a$10$" + "a" * 53, "hunter2"],
            "religion": ["x", "y", None, None],
            "openid": ["o" + "a" * 27, None, None, None],
            "face_feature": ["aGVsbG8=", None, None, None],
            "cvv": ["123", "456", None, None],
            "id_card_expire_date": ["2020-01-01", "9999-12-31", "2030-01-01", None],
            "is_deleted": ["1", "0", "1", "0"],
            "update_time": ["2019-01-01 10:00:00", "2026-01-01 10:00:00", "2021-05-05", "2026-02-02"],
            "source": ["门店", None, None, "门店"],
            "remark": ["身份证11010519491231002X的客户", "好", "快", "慢"],
        },
    )  # fmt: skip
    login_log = table(
        "login_log",
        ["id:bigint", "member_id:bigint", "phone:varchar(20)", "ip:varchar(40)", "login_time:datetime"],
        source="crm",
        values={
            "id": ["1", "2"],
            "member_id": ["1", "2"],
            "phone": ["13912340001", "13912340002"],
            "ip": ["10.0.0.1", "10.0.0.2"],
            "login_time": ["2018-01-01 00:00:00", "2026-05-01 00:00:00"],
        },
    )
    copy = table(
        "member_bak",
        ["mobile:varchar(20)", "id_card:varchar(20)", "real_name:varchar(20)"],
        source="crm",
        values={"mobile": ["13912340001"], "id_card": ["11010519491231002X"], "real_name": ["赵一"]},
        key=("mobile",),
    )
    push = table(
        "partner_push",
        ["id:bigint", "member_id:bigint", "mobile:varchar(20)", "push_time:datetime"],
        source="crm",
        values={"id": ["1"], "member_id": ["1"], "mobile": ["13912340001"], "push_time": ["2026-01-01"]},
    )
    return [member, login_log, copy, push]


@pytest.fixture(name="found")
def _found(table: Make) -> dict[tuple[str, str, str], tuple[int, int]]:
    samples = company(table)
    faults = find_faults(discover(samples), samples, Surroundings(ON, "e-commerce", ("shop-platform",)))
    return {(f.rule, f.table, f.column): (f.n, f.of) for f in faults}


PLANTED = {
    ("collected.unusual", "member", "religion"): (2, 4),
    ("collected.repeated", "member", "id_card"): (3, 4),
    ("storage.plain_password", "member", "password"): (2, 4),
    ("storage.weak_password", "member", "password"): (1, 4),
    ("storage.card_secret", "member", "cvv"): (2, 4),
    ("storage.readable", "member", "id_card"): (3, 4),
    ("storage.biometric", "member", "face_feature"): (1, 4),
    ("storage.in_text", "member", "remark"): (4, 4),
    ("use.identifier_as_key", "member_bak", "mobile"): (1, 1),
    ("use.in_log", "login_log", "phone"): (2, 2),
    ("use.loose_copy", "member_bak", ""): (1, 1),
    ("sharing.outbound", "partner_push", ""): (1, 1),
    ("sharing.no_consent", "partner_push", ""): (1, 1),
    ("sharing.held_elsewhere", "", ""): (1, 1),
    ("sharing.platform_ids", "member", "openid"): (1, 4),
    ("stale.rows", "member", "update_time"): (2, 4),
    ("stale.expired_paper", "member", "id_card_expire_date"): (1, 3),
    ("kept.marked_deleted", "member", "is_deleted"): (2, 4),
    ("kept.old_log", "login_log", "login_time"): (1, 2),
    ("quality.check_digit", "member", "id_card"): (1, 3),
    ("quality.rounded", "member", "id_card"): (1, 3),
    ("quality.form", "member", "mobile"): (1, 4),
    ("quality.placeholder", "member", "mobile"): (1, 4),
    ("quality.contradiction", "member", "birthday"): (1, 1),
    ("quality.contradiction", "member", "gender"): (1, 1),
    ("quality.missing", "member", "real_name"): (1, 4),
    ("quality.duplicate", "member", "mobile"): (1, 4),
    ("origin.unfilled", "member", "source"): (2, 4),
}


@pytest.mark.parametrize(("where", "counted"), PLANTED.items(), ids=[".".join(k) for k in PLANTED])
def test_what_was_planted_is_found_and_counted(
    where: tuple[str, str, str], counted: tuple[int, int], found: dict[tuple[str, str, str], tuple[int, int]]
) -> None:
    assert found.get(where) == counted


def test_what_nobody_said_of_the_origin_is_missing(found: dict[tuple[str, str, str], tuple[int, int]]) -> None:
    assert {rule for rule, table, _ in found if rule.startswith("origin.") and table == "member"} == {
        *("origin.purpose", "origin.ground", "origin.notice", "origin.keep", "origin.unfilled"),
    }


def test_a_clean_table_has_no_fault(table: Make) -> None:
    clean = table(
        "customer",
        ["id", "real_name", "mobile", "email", "password", "updated_at", "privacy_version", "consent_at"],
        values={
            "id": ["1", "2"],
            "real_name": ["赵一", "钱二"],
            "mobile": ["13912340001", "13912340002"],
            "email": ["a@example.com", "b@example.com"],
            "password": ["$2a$10$" + "a" * 53, "$2a$10$" + "b" * 53],
            "updated_at": ["2026-01-01", "2026-02-01"],
            "privacy_version": ["v3", "v3"],
            "consent_at": ["2025-01-01", "2025-01-02"],
        },
        key=("id",),
    )
    data_map = discover([clean])
    told, _ = import_map(
        """[[tables]]
source = "s"
table = "customer"
[[tables.origins]]
channel = "shop"
purpose = "orders"
keep = "3 years"
notice_column = "privacy_version"
ground_column = "consent_at"
""",
        data_map,
    )
    assert find_faults(told, [clean], Surroundings(ON, "e-commerce")) == ()
    assert find_faults(data_map, [clean], Surroundings(ON, "e-commerce")) != ()


def test_origins_go_into_the_file_and_back(table: Make) -> None:
    samples = [table("customer", ["id", "real_name", "mobile", "source", "privacy_version"], key=("id",))]
    proposed = discover(samples)
    [origin] = proposed.tables[0].origins
    assert (origin.channel_column, origin.notice_column) == ("source", "privacy_version")
    again, changes = import_map(export_map(proposed), proposed)
    assert again.tables[0].origins == proposed.tables[0].origins
    assert not [c for c in changes if c.what == "origins"]
    kept = discover(samples, again)
    assert kept.tables[0].origins == proposed.tables[0].origins


def test_nothing_is_found_in_what_nobody_read(table: Make) -> None:
    closed = table("member", ["id", "mobile", "password"], why_not_scanned="locked")
    assert find_faults(discover([closed]), [closed], Surroundings(ON)) == ()
    assert find_faults(DataMap(()), [], Surroundings(ON)) == ()


def test_findings_carry_no_value(table: Make) -> None:
    samples = company(table)
    faults = find_faults(discover(samples), samples, Surroundings(ON, "e-commerce"))
    text = repr(faults)
    assert not [v for v in ("13912340001", "11010519491231002X", "hunter2", "赵一", "10.0.0.1") if v in text]


def test_every_rule_has_words_and_an_article_of_the_register() -> None:
    for rule in RULES.values():
        assert rule.kind in KINDS
        assert all((rule.zh, rule.en, rule.do_zh, rule.do_en))
        assert cite(rule.article, "zh") != rule.article
        assert rule.status in {"verified", "secondary", "from_knowledge", "ours"}
    assert {r.kind for r in RULES.values()} == set(KINDS)
    assert "other" in USUAL
    assert PARAMETERS["stale_years"] > 0


def test_a_sample_is_said_to_be_one() -> None:
    fault = Fault("quality.form", "s", "t", "c", 1, 2, whole=False)
    assert fault.said.kind == "quality"
