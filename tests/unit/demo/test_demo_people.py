"""Who is who in the demo: the truth against people recognised anew from the raw files, and the mess it must contain."""

import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator

import polars as pl
import pytest
from tests.unit.demo.reading import Rows, Tables, read_all

from bequest.demo import DemoCompany
from bequest.demo.schema import TABLES

MOBILE = re.compile(r"^1[3-9]\d{9}$")
Mention = tuple[str, str, str, str]


def plain(text: object) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", str(text or "")))


def phone_of(text: object) -> str | None:
    digits = re.sub(r"[^0-9]", "", plain(text)).removeprefix("86") if "+86" in plain(text) else plain(text)
    digits = digits.replace("-", "")
    return digits if MOBILE.match(digits) else None


def resident_id(text: object) -> str | None:
    number = plain(text).upper()
    if not re.match(r"^\d{17}[\dX]$", number):
        return None
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    check = "10X98765432"[sum(int(d) * w for d, w in zip(number, weights, strict=False)) % 11]
    return number if check == number[17] else None


def keys_of(name: object, phone: object = None, mail: object = None, number: object = None) -> Iterator[str]:
    who = plain(name)
    if who and phone_of(phone):
        yield f"pn {phone_of(phone)} {who}"
    if who and mail:
        yield f"en {plain(mail).lower()} {who}"
    if resident_id(number):
        yield f"id {resident_id(number)}"


def mention_keys(tables: Tables) -> dict[Mention, list[str]]:
    """What a reader who knows only the four rules can hold on to, for each role in each row."""
    found: dict[Mention, list[str]] = defaultdict(list)
    for (source, table), rows in tables.items():
        for n, r in enumerate(rows):
            if table in {"staff", "suppliers", "shops"}:
                continue
            key = {"crm": "id", "orders": "订单号", "loyalty": "card_no", "tickets": "ticket_id"}.get(source)
            row = (source, table, str(r[key]) if key else str(n))
            number = r.get("cust_no") or r.get("客户编号")
            if number:
                found[*row, "customer"].append(f"no {number}")
            if table == "customers":
                found[*row, "customer"] += keys_of(r["name"], r["mobile"], r["email"], r["id_no"])
                found[*row, "guardian"] += keys_of(r["guardian_name"], r["guardian_mobile"])
            elif table == "addresses":
                found[*row, "consignee"] += keys_of(r["consignee"], r["phone"])
            elif table == "orders":
                found[*row, "consignee"] += keys_of(r["收货人"], r["收货电话"], None, r["清关身份证号"])
                found[*row, "invoice_recipient"] += keys_of(r["发票抬头"], None, r["发票邮箱"])
            elif table == "loyalty":
                found[*row, "customer"] += keys_of(r["name"], r["phone"])
            elif table == "tickets":
                found[*row, "customer"] += keys_of(r["contact.name"], r["contact.phone"])
    return {mention: keys for mention, keys in found.items() if keys}


def recognise(mentions: dict[Mention, list[str]]) -> dict[Mention, str]:
    """Mentions that share a key, directly or through others, are one person."""
    leader: dict[str, str] = {}

    def find(k: str) -> str:
        while leader.setdefault(k, k) != k:
            leader[k] = leader[leader[k]]
            k = leader[k]
        return k

    for keys in mentions.values():
        for k in keys[1:]:
            leader[find(k)] = find(keys[0])
    return {mention: find(keys[0]) for mention, keys in mentions.items()}


@pytest.mark.parametrize("size", ["asset_deal", "larger"])
def test_people_recognised_from_the_raw_files_are_the_people_of_the_truth(
    size: str, request: pytest.FixtureRequest
) -> None:
    company: DemoCompany = request.getfixturevalue(size)
    found = recognise(mention_keys(read_all(company.folder)))
    frame = pl.read_parquet(company.truth / "mentions.parquet")
    truth = {(s, t, k, r): p for s, t, k, r, p in frame.iter_rows()}
    assert found.keys() <= truth.keys()
    by_cluster, by_person = defaultdict(set), defaultdict(set)
    for mention, cluster in found.items():
        by_cluster[cluster].add(truth[mention])
        by_person[truth[mention]].add(cluster)
    assert [c for c, people in by_cluster.items() if len(people) > 1] == []
    assert [p for p, clusters in by_person.items() if len(clusters) > 1] == []


def test_mentions_stand_in_rows_that_exist_and_no_role_is_told_twice(asset_deal: DemoCompany) -> None:
    frame = pl.read_parquet(asset_deal.truth / "mentions.parquet")
    assert not frame.select("source", "table", "row_key", "role").is_duplicated().any()
    keys = {(t.source, t.name): t.key for t in TABLES}
    real = {
        (s, t, str(r[keys[s, t][0]]) if keys[s, t] else str(n))
        for (s, t), rows in read_all(asset_deal.folder).items()
        for n, r in enumerate(rows)
    }
    assert set(frame.select("source", "table", "row_key").iter_rows()) <= real
    assert set(frame["role"]) == {
        "customer", "consignee", "invoice_recipient", "guardian", "emergency_contact", "mentioned", "staff",
        "supplier_contact",
    }  # fmt: skip


def test_everybody_mentioned_is_listed_once_with_a_kind(asset_deal: DemoCompany) -> None:
    mentions = pl.read_parquet(asset_deal.truth / "mentions.parquet")
    persons = pl.read_parquet(asset_deal.truth / "persons.parquet")
    assert set(mentions["person"]) == set(persons["person"])
    assert not persons["person"].is_duplicated().any()
    assert set(persons["kind"]) == {
        "staff", "customer", "enterprise_contact", "guardian", "supplier_contact", "third_party",
    }  # fmt: skip


def test_phones_are_shared_by_families_and_behind_a_switchboard(raw: Tables) -> None:
    customers = raw["crm", "customers"]
    names: dict[str, set[str]] = defaultdict(set)
    for r in customers:
        names[re.sub(r"[^0-9]", "", plain(r["mobile"]))[-11:]].add(plain(r["name"]))
    families = [n for phone, n in names.items() if MOBILE.match(phone) and len(n) > 1]
    assert len(families) >= 3
    landlines = Counter(r["mobile"] for r in customers if str(r["mobile"]).startswith("0571-"))
    assert max(landlines.values()) >= 6


def test_people_registered_twice_and_cards_of_strangers_occur(asset_deal: DemoCompany) -> None:
    mentions = pl.read_parquet(asset_deal.truth / "mentions.parquet").filter(pl.col("role") == "customer")
    rows = mentions.filter(pl.col("table") == "customers")
    assert rows["person"].is_duplicated().sum() >= 8
    cards = mentions.filter(pl.col("table") == "loyalty")
    known = cards["person"].is_in(rows["person"].implode())
    assert known.sum() > cards.height // 2
    assert (~known).sum() > 10


def _any(rows: Rows, column: str, pattern: str) -> int:
    return sum(bool(re.search(pattern, str(r[column]))) for r in rows if r[column] is not None)


MESS = {
    "+86": ("crm", "customers", "mobile", r"^\+86"),
    "spaces in phones": ("crm", "customers", "mobile", r"^\d{3} \d{4} \d{4}$"),
    "dashes in phones": ("crm", "customers", "mobile", r"^\d{3}-\d{4}-\d{4}$"),
    "full-width digits": ("orders", "orders", "收货电话", r"^[０-９]{11}$"),
    "phones shown by a spreadsheet": ("loyalty", "loyalty", "phone", r"^1\.\d{5}E\+10$"),
    "phones that are none": ("crm", "customers", "mobile", r"无|x|待"),
    "15-digit identity numbers": ("crm", "customers", "id_no", r"^\d{15}$"),
    "identity numbers shown by a spreadsheet": ("crm", "customers", "id_no", r"E\+17$"),
    "rare characters": ("crm", "customers", "name", r"[𠮷㛃䶮堃喆𬭎𫖯犇昶彧]"),
    "minority names": ("crm", "customers", "name", r"·"),
    "compound surnames": ("crm", "addresses", "consignee", r"^(欧阳|司马|上官|诸葛|慕容|尉迟|令狐)"),
    "full-width spaces in names": ("loyalty", "loyalty", "name", "\u3000"),
    "capitals in mail addresses": ("crm", "customers", "email", r"[A-Z]"),
    "placeholder birthdays": ("crm", "customers", "birthday", r"^1900-01-01$"),
    "birthdays in Chinese": ("loyalty", "loyalty", "birthday", r"年.+月.+日"),
    "passwords in plain text": ("crm", "customers", "password", r"^123456$"),
    "religion": ("crm", "customers", "religion", r"教"),
    "marital status": ("crm", "customers", "marital", r"婚"),
    "nested profiles": ("crm", "customers", "profile_json", r'"emergency_contact":\{"name"'),
    "phones in remarks": ("crm", "customers", "remark", r"1\d{10}"),
    "white space for nothing": ("crm", "customers", "remark", r"^ $"),
    "identity numbers in tickets": ("tickets", "tickets", "content", r"\d{17}[\dX]"),
    "phones in messages of buyers": ("orders", "orders", "买家留言", r"1\d{10}"),
    "order numbers like phones": ("orders", "orders", "订单号", r"^1\d{10}$"),
    "invoices on nobody in particular": ("orders", "orders", "发票抬头", r"^个人$"),
    "invoices on companies": ("orders", "orders", "发票抬头", r"有限公司$"),
    "withdrawn consents": ("crm", "consents", "withdrawn_at", r"\d"),
    "several notice versions": ("crm", "customers", "notice_version", r"^v2\.3$"),
    "bounced mail": ("crm", "customers", "bounced_at", r"\d"),
    "typists": ("crm", "customers", "create_by", r"^E1\d{3}$"),
}


@pytest.mark.parametrize(("source", "table", "column", "pattern"), MESS.values(), ids=MESS)
def test_the_data_are_as_messy_as_real_ones(raw: Tables, source: str, table: str, column: str, pattern: str) -> None:
    assert _any(raw[source, table], column, pattern) > 0


def test_invalid_identity_numbers_occur_beside_valid_ones(larger: DemoCompany) -> None:
    numbers = [r["id_no"] for r in read_all(larger.folder)["crm", "customers"] if r["id_no"]]
    shaped = [n for n in numbers if re.match(r"^\d{17}[\dXx]$", n)]
    valid = [n for n in shaped if resident_id(n)]
    assert len(valid) > len(numbers) // 2
    assert len(shaped) - len(valid) > 5
    assert not [n for n in valid if n.endswith("000")]
    assert any(n.startswith("330103") for n in valid)  # a district that exists no longer


def test_consignee_and_invoice_recipient_are_often_not_the_buyer(asset_deal: DemoCompany) -> None:
    roles = pl.read_parquet(asset_deal.truth / "mentions.parquet").filter(pl.col("table") == "orders")
    wide = roles.pivot("role", index="row_key", values="person")
    assert (wide["consignee"] != wide["customer"]).sum() > 50
    assert (wide["consignee"] == wide["customer"]).sum() > 200
    assert (wide["invoice_recipient"] != wide["customer"]).sum() > 5
    assert (wide["invoice_recipient"] == wide["customer"]).sum() > 5


def test_nobody_but_invented_hosts_and_nobody_of_the_case_is_a_customer(raw: Tables) -> None:
    text = json.dumps([r for rows in raw.values() for r in rows], default=str, ensure_ascii=False)
    hosts = {host.lower() for host in re.findall(r"@([A-Za-z0-9.]+\.[A-Za-z]+)", text)}
    assert all(host.endswith("example.com") for host in hosts)
    staff = {r["name"] for r in raw["crm", "staff"]}
    assert not staff & {plain(r["name"]) for r in raw["crm", "customers"]}
