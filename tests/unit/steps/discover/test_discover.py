"""The step as a whole: evidence of values and context, verdicts that survive, states that stay visible."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from bequest.model.datamap import DataMap, FieldClass, TableState, Verdict
from bequest.model.facts import RecordClass
from bequest.steps.discover import TableSample, compare_maps, discover, found, found_json

Make = Callable[..., TableSample]

MOBILES = [f"138{i:08d}" for i in range(12_345_678, 12_345_698)]
IDS = ["11010519491231002X"] + [f"33010619{y}0307{n}" for y, n in ((90, "1230"), (91, "1231"), (92, "1232"))]
NAMES = ["王小明", "李娜", "张伟", "刘洋", "陈静", "杨帆", "赵敏", "周杰", "吴磊", "郑欣怡"]
VALUES: dict[str, tuple[list[str], str]] = {
    "mobiles, spelt in three ways": ([*MOBILES, "+86 138-0013-8000", "１３８００１３８０００"], "phone"),
    "resident ids of which most fail the check": (IDS, "national_id"),
    "e-mail addresses": ([f"p{i}@example.com" for i in range(9)], "email"),
    "names": (NAMES, "person_name"),
    "addresses": ([f"浙江省杭州市西湖区文三路{i}号" for i in range(9)], "address"),
    "genders": (["男", "女"] * 5, "gender"),
    "plates": ([f"浙A1234{i}" for i in range(6)], "license_plate"),
    "order numbers of 18 digits": ([f"2024010112{i:08d}" for i in range(9)], "not_pi"),
    "years": ([str(y) for y in range(1990, 2020)], "not_pi"),
    "prices": ([f"{i}.50" for i in range(100, 130)], "not_pi"),
    "epoch milliseconds": ([str(1_704_067_200_000 + i) for i in range(30)], "not_pi"),
    "stock keeping units": ([f"SKU-{i:05d}" for i in range(30)], "not_pi"),
    "one phone, repeated": (["13800138000"] * 300, "not_pi"),
    "colours": (["白色", "黄色", "红色", "蓝色", "绿色"], "not_pi"),
}


def only(data_map: DataMap, column: str) -> FieldClass:
    return data_map.tables[0].column(column).cls


@pytest.mark.parametrize(("values", "expected"), VALUES.values(), ids=VALUES)
def test_a_column_is_found_by_its_values_under_a_neutral_name(values: list[str], expected: str, table: Make) -> None:
    assert only(discover([table("t9", ["c7"], values={"c7": values})]), "c7").value == expected


def test_the_name_of_a_number_of_things_outweighs_values_that_look_like_phones(table: Make) -> None:
    sample = table("t9", ["sku_code"], values={"sku_code": MOBILES[:3]})
    assert only(discover([sample]), "sku_code") is FieldClass.NOT_PI


def test_evidence_names_its_kinds_and_how_much_was_looked_at(table: Make) -> None:
    sample = table("member", ["c1:varchar(20):手机号", "id:int"], values={"c1": [*MOBILES, "unknown"]})
    column = discover([sample]).tables[0].column("c1")
    assert column.evidence == (
        "comment:手机号",
        "values:cn.mobile 95.2% of 21 distinct",
        "context:person table",
    )
    assert (column.coverage, column.confidence > 990) == (952, True)


def test_no_value_of_the_source_is_in_the_map(table: Make) -> None:
    values = {"phone": MOBILES, "name": (NAMES * 2), "remark": [f"请回电{m}，谢谢，王先生。" for m in MOBILES]}
    text = found_json(discover([table("customers", list(values), values=values)]))
    assert not [v for v in (*MOBILES, *NAMES) if v in text]


def test_an_empty_table_is_judged_by_name_and_says_so(table: Make) -> None:
    column = discover([table("customers", ["mobile"])]).tables[0].column("mobile")
    assert column.cls is FieldClass.PHONE
    assert "by name only" in column.evidence


def test_a_table_that_cannot_be_read_is_visible_and_still_judged_by_name(table: Make) -> None:
    data_map = discover([table("customers", ["mobile"], n_rows=7, why_not_scanned="no right to read")])
    assert data_map.tables[0].state is TableState.NOT_SCANNED
    assert found(data_map)["not_scanned"] == [{"source": "s", "table": "customers", "reason": "no right to read"}]
    assert only(data_map, "mobile") is FieldClass.PHONE


def test_a_flag_is_no_email_whatever_its_name(table: Make) -> None:
    assert only(discover([table("member", ["email:tinyint(1)"])]), "email") is FieldClass.NOT_PI


def test_identifiers_inside_text_and_json_are_listed(table: Make) -> None:
    text = [f"身份证号11010519491231002X的客户，电话{m}请尽快联系。" for m in MOBILES]
    nested = [f'{{"tel": "{m}", "nickname": "a"}}' for m in MOBILES]
    columns = discover([table("tickets", ["content", "extra"], values={"content": text, "extra": nested})]).tables[0]
    assert columns.column("content").in_text == (FieldClass.PHONE, FieldClass.NATIONAL_ID)
    assert FieldClass.PHONE in columns.column("extra").in_text
    assert columns.column("extra").personal


def test_an_opaque_column_among_people_is_unknown_not_clean(table: Make) -> None:
    values = {"zzqx": [f"k{i}~{i * 7}w" for i in range(40)], "mobile": MOBILES * 2}
    data_map = discover([table("member", ["mobile", "zzqx"], values=values)])
    assert data_map.unknown_columns() == (("s", "member", "zzqx"),)


def test_found_uses_shares_from_zero_to_one(table: Make) -> None:
    data_map = discover([table("member", ["mobile"], values={"mobile": MOBILES})])
    [column] = json.loads(found_json(data_map))["columns"]
    assert set(column) == {
        "source", "table", "column", "class", "personal", "sensitive", "confidence", "coverage", "evidence",
    }  # fmt: skip
    assert (column["class"], column["coverage"], 0.99 < column["confidence"] <= 1) == ("phone", 1.0, True)


def test_the_same_sample_gives_the_same_map_in_any_order(table: Make) -> None:
    samples = [table(n, ["id", "mobile", "name"], values={"mobile": MOBILES}) for n in ("b", "member", "a")]
    assert discover(samples) == discover(samples[::-1])
    assert [t.name for t in discover(samples).tables] == ["a", "b", "member"]


def test_the_schema_digest_moves_with_name_type_and_key_only(table: Make) -> None:
    def digest(*columns: str, key: tuple[str, ...] = (), comment: str = "") -> str:
        return discover([table("t", list(columns), key=key, comment=comment)]).tables[0].schema_digest

    base = digest("id:INT", "name:TEXT")
    assert base == digest("id:INT", "name:TEXT", comment="other")
    assert (
        len({base, digest("id:INT"), digest("id:BIGINT", "name:TEXT"), digest("id:INT", "name:TEXT", key=("id",))}) == 4
    )


def corrected(data_map: DataMap) -> DataMap:
    [table] = data_map.tables
    columns = tuple(
        replace(c, cls=FieldClass.NOT_PI, personal=False, verdict=Verdict.CORRECTED) if c.name == "mobile" else c
        for c in table.columns
    )
    held = replace(table, columns=columns, record_class=RecordClass.TICKET, verdict=Verdict.CORRECTED)
    return DataMap((held,))


def test_what_a_person_said_survives_a_new_run(table: Make) -> None:
    sample = table("member", ["mobile", "email"], values={"mobile": MOBILES})
    again = discover([sample], corrected(discover([sample])))
    column = again.tables[0].column("mobile")
    assert (column.cls, column.personal, column.verdict) == (FieldClass.NOT_PI, False, Verdict.CORRECTED)
    assert column.evidence == discover([sample]).tables[0].column("mobile").evidence
    assert again.tables[0].record_class is RecordClass.TICKET
    assert again.tables[0].column("email").verdict is Verdict.PROPOSED


def test_what_was_only_proposed_is_proposed_anew(table: Make) -> None:
    sample = table("member", ["mobile"], values={"mobile": MOBILES})
    before = discover([sample])
    stale = DataMap((replace(before.tables[0], columns=(replace(before.tables[0].columns[0], cls=FieldClass.AGE),)),))
    assert only(discover([sample], stale), "mobile") is FieldClass.PHONE


def test_columns_that_are_gone_are_dropped_and_reported_and_new_ones_proposed(table: Make) -> None:
    before = corrected(discover([table("member", ["mobile", "email:TEXT"])]))
    now = discover([table("member", ["email:INT", "wechat"])], before)
    assert [c.name for c in now.tables[0].columns] == ["email", "wechat"]
    told = {(c.column, c.what, c.before, c.after) for c in compare_maps(before, now)}
    assert ("mobile", "column gone", "not_pi (corrected)", "") in told
    assert ("wechat", "new column", "", "social_id") in told
    assert ("email", "type", "TEXT", "INT") in told


def test_tables_that_come_and_go_are_reported(table: Make) -> None:
    before, now = discover([table("a", ["x"])]), discover([table("b", ["x"])])
    assert [(c.table, c.what) for c in compare_maps(before, now)] == [("a", "table gone"), ("b", "new table")]


def test_names_without_a_header_are_known_by_the_telephones_beside_them(table: Callable[..., TableSample]) -> None:
    names = ["王芳", "李静", "Anna Silva", "陈伟", "刘洋女士", "赵敏", "周涛", "孙丽", "郭军", "何勇", "林霞", "高飞"]
    phones = [f"1380013{i:04d}" for i in range(1200, 1212)]
    [with_phones] = discover([table("T_RCPT", ["F1", "F2"], values={"F1": names, "F2": phones})]).tables
    assert [c.cls.value for c in with_phones.columns] == ["person_name", "phone"]
    shops = [
        "王记小吃",
        "西湖店",
        "李家庄店",
        "城东店",
        "城西店",
        "一分店",
        "二分店",
        "三分店",
        "四分店",
        "五分店",
        "六分店",
        "总店",
    ]
    [of_shops] = discover([table("T_RCPT", ["F1", "F2"], values={"F1": shops, "F2": phones})]).tables
    assert of_shops.columns[0].cls.value != "person_name"
