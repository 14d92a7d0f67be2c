"""The case file: read strictly, every mistake named with its key and a way out."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.unit.crypto.local_tsa import make_tsa

from bequest.app.casefile import diff_cases, read_case_file, write_case_template
from bequest.crypto.age import generate_identity
from bequest.crypto.signing import Signer
from bequest.crypto.verify import parse_public_line
from bequest.evidence.note import COSIGNATURE, ED25519_NOTE, NoteKey
from bequest.kernel.errors import CaseFileError
from bequest.model.case import (
    Case,
    Copy,
    Event,
    KeyRelease,
    LegalRoute,
    OnSilence,
    Role,
    Scope,
    SourceKind,
    SystemKind,
    WholeFate,
    Window,
)
from bequest.model.exporting import ExportRecord, Mechanism

KEYS = [f"{Signer.generate().public.line} person {n}" for n in range(3)]
RECIPIENTS = [generate_identity().recipient for _ in range(2)]

CASE_FILE = f"""
[case]
id = "acme-2026"
title = "示例商贸网店转让"
scenario = "company-transfer"
event = "E5"
industry = "e-commerce"
jurisdictions = ["cn"]
effective_on = 2026-12-31
rehearsal = false
cutover_not_after = 2027-01-31
tolerance_percent = 3
complaint_authority = "complaints@authority.example.com"

[transferor]
id = "acme"
name = "示例商贸有限公司"
contact = "privacy@acme.example.com"
uscc = "91330106MA2EXAMP1X"

[[receivers]]
id = "buyer"
name = "示例接收有限公司"
contact = "privacy@buyer.example.com"
age_recipient = "{RECIPIENTS[0]}"

[escrow]
id = "escrow"
name = "示例托管有限公司"
age_recipient = "{RECIPIENTS[1]}"

[[lots]]
id = "shop-12"
receiver = "buyer"
legal_route = "PIPL-22"
route_reason = "whole business line"
purposes = ["履行订单"]
scope = [
  {{ source = "crm", table = "customers", column = "shop_id", in = [12, "12a"] }},
]

[[sources]]
name = "crm"
kind = "sqlite"
path = "data/crm.db"
timezone = "Asia/Shanghai"

[[sources]]
name = "orders"
kind = "xlsx"
path = "data/orders.xlsx"
sheet = "订单"

[[sources]]
name = "loyalty"
kind = "csv"
path = "data/loyalty.csv"
encoding = "gb18030"

[[copies]]
of = "crm"
kind = "backup"
where = "tape W12"
expires_on = 2027-02-01

[[people]]
id = "legal-1"
name = "林法务"
roles = ["legal", "cutover"]
paper = "board resolution 1"
public_key = "{KEYS[0]}"

[[people]]
id = "officer-1"
name = "何保护"
roles = ["officer"]
external = true
public_key = "{KEYS[1]}"

[window]
notice_lead_days = 20
"""


def read(tmp_path: Path, text: str, **environ: str) -> Case:
    path = tmp_path / "case.toml"
    path.write_text(text, encoding="utf-8")
    (tmp_path / "paper.pdf").write_bytes(b"a paper")
    (tmp_path / "shown.toml").write_text('table = "crm.customers"\n[[columns]]\nname = "birthday"\n')
    return read_case_file(path, environ=environ)


def put(old: str, new: str) -> Callable[[str], str]:
    def edit(text: str) -> str:
        assert text.count(old) >= 1, old
        return text.replace(old, new, 1)

    return edit


def test_a_whole_case_file_is_read(tmp_path: Path) -> None:
    case = read(tmp_path, CASE_FILE)
    assert (case.id, case.event, case.rehearsal, case.effective_on) == (
        "acme-2026",
        Event.E5,
        False,
        date(2026, 12, 31),
    )
    assert (case.timezone, case.cutover_not_after, case.tolerance_percent) == ("Asia/Shanghai", date(2027, 1, 31), 3)
    assert case.law_packs == ("cn",)
    assert case.transferor.uscc == "91330106MA2EXAMP1X"
    assert case.receiver("buyer").age_recipient == RECIPIENTS[0]
    assert case.receiver("buyer").key_release is KeyRelease.DIRECT
    assert case.escrow is not None
    assert case.custodian is None
    (lot,) = case.lots
    assert (lot.legal_route, lot.on_silence, lot.route_open) == (LegalRoute.PIPL_22, OnSilence.PROCEED, False)
    assert lot.scope == (Scope(source="crm", table="customers", column="shop_id", values=("12", "12a")),)
    assert [s.kind for s in case.sources] == [SourceKind.SQLITE, SourceKind.XLSX, SourceKind.CSV]
    assert case.source("crm").path == tmp_path / "data/crm.db"
    assert case.source("crm").system_kind is SystemKind.BUSINESS
    assert (case.source("orders").sheet, case.source("loyalty").encoding) == ("订单", "gb18030")
    assert case.copies == (Copy(of="crm", kind="backup", where="tape W12", expires_on=date(2027, 2, 1)),)
    assert case.person("legal-1").roles == (Role.LEGAL, Role.CUTOVER)
    assert case.person("officer-1").external
    assert case.window == Window(notice_lead_days=20, objection_days=15)


@pytest.mark.parametrize(
    ("route", "silence"),
    [
        ("PIPL-22", OnSilence.PROCEED),
        ("PIPL-23", OnSilence.RELEASE_NONE),
        ("PIPL-21", OnSilence.RELEASE_NONE),
        ("none", OnSilence.RELEASE_NONE),
    ],
)
def test_silence_means_what_the_route_says(tmp_path: Path, route: str, silence: OnSilence) -> None:
    case = read(tmp_path, CASE_FILE.replace('"PIPL-22"', f'"{route}"'))
    assert case.lots[0].on_silence is silence


def test_counsel_may_say_otherwise(tmp_path: Path) -> None:
    text = CASE_FILE.replace("route_reason", 'on_silence = "release-none"\nroute_reason')
    assert read(tmp_path, text).lots[0].on_silence is OnSilence.RELEASE_NONE


ABROAD = CASE_FILE.replace('id = "buyer"\n', 'id = "buyer"\ncountry = "hk"\n')


def test_towards_a_receiver_abroad_silence_is_no_consent(tmp_path: Path) -> None:
    assert read(tmp_path, ABROAD).lots[0].on_silence is OnSilence.RELEASE_NONE
    with pytest.raises(CaseFileError, match="the receiver buyer is abroad, where silence is no consent"):
        read(tmp_path, ABROAD.replace("route_reason", 'on_silence = "proceed"\nroute_reason'))


ENTRUSTING = CASE_FILE.replace('"E5"', '"E12"').replace(
    'legal_route = "PIPL-22"', 'legal_route = "PIPL-21"\nmethods = ["加密交付"]'
)


@pytest.mark.parametrize("country", ["hk", "mo", "tw", "sg"])
def test_nothing_is_entrusted_to_a_receiver_abroad_for_nobody_would_be_told(tmp_path: Path, country: str) -> None:
    assert read(tmp_path, ENTRUSTING).lots[0].legal_route is LegalRoute.PIPL_21
    abroad = ENTRUSTING.replace('id = "buyer"\n', f'id = "buyer"\ncountry = "{country}"\n')
    with pytest.raises(CaseFileError, match=r"receiver: buyer is abroad, and event E12 tells nobody") as refused:
        read(tmp_path, abroad)
    assert "in the mainland" in refused.value.hint
    with pytest.raises(CaseFileError, match="by PIPL-21"):
        read(tmp_path, abroad.replace('"PIPL-21"', '"PIPL-23"'))


@pytest.mark.parametrize(
    ("lines", "silence", "asks"),
    [
        ('basis = "contract"\nbasis_reason = "x"', OnSilence.PROCEED, False),
        ('basis = "consent"', OnSilence.RELEASE_NONE, True),
        ('basis = "legal_duty"\nbasis_reason = "x"\non_silence = "release-none"', OnSilence.RELEASE_NONE, True),
    ],
)
def test_on_another_basis_than_consent_telling_is_enough(
    tmp_path: Path, lines: str, silence: OnSilence, asks: bool
) -> None:
    by_23 = f'legal_route = "PIPL-23"\n{lines}'
    lot = read(tmp_path, CASE_FILE.replace('legal_route = "PIPL-22"', by_23)).lots[0]
    assert (lot.on_silence, lot.asks_consent) == (silence, asks)


def test_what_silence_may_not_mean_is_refused(tmp_path: Path) -> None:
    by_23 = CASE_FILE.replace('legal_route = "PIPL-22"', 'legal_route = "PIPL-23"\non_silence = "proceed"')
    with pytest.raises(CaseFileError, match="on the route PIPL-23, where silence is no consent"):
        read(tmp_path, by_23)
    without = CASE_FILE.replace('legal_route = "PIPL-22"', 'legal_route = "PIPL-23"\nbasis = "contract"')
    with pytest.raises(CaseFileError, match="basis_reason"):
        read(tmp_path, without)


def test_what_was_exported_is_read_and_what_is_left_out_is_not_known(tmp_path: Path) -> None:
    case = read(tmp_path, CASE_FILE + '\n[export]\npersons = 12\nmechanism = "certification"\nreference = "C-1"\n')
    assert case.export == ExportRecord(persons=12, mechanism=Mechanism.CERTIFICATION, reference="C-1")
    with pytest.raises(CaseFileError, match="reference"):
        read(tmp_path, CASE_FILE + '\n[export]\nmechanism = "assessment"\n')


def test_references_are_followed(tmp_path: Path) -> None:
    (tmp_path / "legal.pub").write_text(KEYS[2] + "\n")
    text = CASE_FILE.replace(KEYS[0], "file:legal.pub").replace('"data/crm.db"', '"env:CRM_DB"')
    case = read(tmp_path, text, CRM_DB="/srv/crm.db")
    assert case.person("legal-1").public_key == KEYS[2]
    assert case.source("crm").path == Path("/srv/crm.db")


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    assert read(tmp_path, "\ufeff" + CASE_FILE) == read(tmp_path, CASE_FILE)


E2_FILE = re.sub(r"\[\[receivers\]\].*?(?=\[\[sources\]\])", "", CASE_FILE, flags=re.S).replace('"E5"', '"E2"', 1)


def test_a_share_deal_needs_no_receiver_and_no_lot(tmp_path: Path) -> None:
    case = read(tmp_path, E2_FILE)
    assert (case.event, case.receivers, case.lots) == (Event.E2, (), ())


LOT_2 = """
[[lots]]
id = "shop-13"
receiver = "buyer"
legal_route = "PIPL-22"
route_reason = "x"
purposes = ["x"]
scope = [{ source = "crm", table = "customers", column = "shop_id", in = ["12"] }]

[[sources]]"""

BAD: dict[str, tuple[Callable[[str], str], str, str]] = {
    # unknown keys
    "misspelt section": (put("[window]", "[windows]"), "unknown key 'windows'", "'window'"),
    "misspelt key": (put("title =", "titel ="), "case: unknown key 'titel'", "'titel' for 'title'"),
    "foreign key": (put("title =", "colour = 1\ntitle ="), "case: unknown key 'colour'", "Known keys: id, title"),
    "key of a receiver": (put('id = "buyer"', 'id = "buyer"\nage = "x"'), "receivers#1: unknown key 'age'", "Known"),
    "key of the transferor": (put('id = "acme"', 'id = "acme"\nage_recipient = "x"'), "'age_recipient'", "Known"),
    "key of a lot": (put("purposes", "purpose"), "lots#1: unknown key 'purpose'", "'purposes'"),
    "key of a scope": (put("column =", "colum ="), "lots#1.scope#1: unknown key 'colum'", "'column'"),
    "key of a source": (put("kind =", "knd ="), "sources#1: unknown key 'knd'", "'kind'"),
    "key of a copy": (put("where =", "were ="), "copies#1: unknown key 'were'", "'where'"),
    "key of a person": (put("paper =", "papers ="), "people#1: unknown key 'papers'", "'paper'"),
    "key of the window": (
        put("notice_lead_days", "notice_days"),
        "window: unknown key 'notice_days'",
        "'notice_lead_days'",
    ),
    # missing
    "no case": (put("[case]", "[escrow2]"), "unknown key 'escrow2'", "'escrow'"),
    "no id": (put('id = "acme-2026"', ""), "case.toml: case.id: is missing", "Fill it in"),
    "empty title": (put('title = "示例商贸网店转让"', 'title = " "'), "case.title: is missing or empty", "Fill it in"),
    "no date": (put("effective_on = 2026-12-31", ""), "case.effective_on: is missing", "2026-12-31"),
    "no flag": (put("rehearsal = false", ""), "case.rehearsal: is missing", "true or false"),
    "no jurisdiction": (
        put('jurisdictions = ["cn"]', "jurisdictions = []"),
        "case.jurisdictions: is missing",
        "at least",
    ),
    "no contact": (put('contact = "privacy@buyer.example.com"', ""), "receivers#1.contact: is missing", "Fill it in"),
    "no path": (put('path = "data/crm.db"', ""), "sources#1.path: is missing", "Fill it in"),
    "no reason": (put('route_reason = "whole business line"', ""), "lots#1.route_reason: is missing", "Fill it in"),
    "no purpose": (put('purposes = ["履行订单"]', ""), "lots#1.purposes: is missing", "at least one"),
    "no roles": (put('roles = ["officer"]', ""), "people#2.roles: is missing", "at least one"),
    "no scope": (
        put('{ source = "crm", table = "customers", column = "shop_id", in = [12, "12a"] },', ""),
        "lots#1.scope",
        "in = ",
    ),
    "nothing in scope": (put('[12, "12a"]', "[]"), "lots#1.scope#1.in: expected a list with at least one", "in = "),
    "no receiver": (
        lambda t: re.sub(r"\[\[receivers\]\].*?(?=\[escrow\])", "", t, flags=re.S),
        "case.toml: receivers: event E5",
        "[[receivers]]",
    ),
    "one person only": (
        lambda t: re.sub(r'\[\[people\]\]\nid = "officer-1".*?(?=\[window\])', "", t, flags=re.S),
        "people: at least 2 are needed",
        "[[people]]",
    ),
    # wrong types
    "number for text": (put('"acme-2026"', "2026"), "case.id: expected text, got a whole number", "quotes"),
    "text for flag": (
        put("rehearsal = false", 'rehearsal = "no"'),
        "case.rehearsal: expected true or false, got text",
        "without quotes",
    ),
    "text for date": (
        put("= 2026-12-31", '= "2026-12-31"'),
        "case.effective_on: expected a date, got text",
        "without quotes",
    ),
    "time for date": (
        put("= 2026-12-31", "= 2026-12-31T00:00:00Z"),
        "effective_on: expected a date, got a date with a time",
        "without",
    ),
    "fraction for number": (
        put("percent = 3", "percent = 2.5"),
        "case.tolerance_percent: expected a whole number",
        "without quotes",
    ),
    "true for number": (
        put("percent = 3", "percent = true"),
        "tolerance_percent: expected a whole number",
        "without quotes",
    ),
    "text for list": (put('["cn"]', '"cn"'), "case.jurisdictions: expected a list of texts", "jurisdictions = ["),
    "date in scope": (put("[12,", "[2026-01-01,"), "lots#1.scope#1.in: a value is a date", "whole numbers"),
    "twice in scope": (put("[12,", '[12, "12",'), "lots#1.scope#1.in: a value is written twice", "once"),
    "one lot as table": (put("[[lots]]", "[lots]"), "lots: there can be several", "[[lots]]"),
    "many transferors": (
        put("[transferor]", "[[transferor]]"),
        "transferor: there is one of these only",
        "[transferor]",
    ),
    "text for table": (
        lambda t: "window = 3\n" + t.replace("[window]\nnotice_lead_days = 20", ""),
        "window: expected a table, got a whole number",
        "[name]",
    ),
    # words and forms
    "bad id": (put('"acme-2026"', '"Acme 2026"'), "case.id", "lower-case"),
    "unknown event": (put('"E5"', '"E99"'), "case.event: 'E99' is not known", "E8, E9, E10, E11"),
    "unknown kind": (put('"sqlite"', '"sqlit"'), "sources#1.kind: 'sqlit' is not known", "'sqlite'"),
    "kind nobody reads": (put('"sqlite"', '"oracle"'), "sources#1.kind: 'oracle'", "postgresql, mariadb, sqlite, xlsx"),
    "server with a path": (put('"sqlite"', '"mariadb"'), "sources#1.path: a source of kind mariadb is a server", "url"),
    "file with an address": (
        put('path = "data/crm.db"', 'path = "data/crm.db"\nurl = "env:CRM"'),
        "sources#1.url: a source of kind sqlite is a file",
        "path",
    ),
    "password in the case file": (
        put('kind = "sqlite"\npath = "data/crm.db"', 'kind = "postgresql"\nurl = "postgresql://me:secret@h/crm"'),
        "sources#1.url: holds a password",
        "env:NAME",
    ),
    "schema of a server without": (
        put('kind = "sqlite"\npath = "data/crm.db"', 'kind = "mariadb"\nurl = "env:CRM"\nschema = "crm"'),
        "sources#1.schema: a source of kind mariadb has no schemas",
        "database",
    ),
    "keys without a pattern": (
        put('kind = "sqlite"\npath = "data/crm.db"', 'kind = "redis"\nurl = "env:CRM"'),
        "sources#1.tables: is missing: a Redis has no tables",
        "customer:",
    ),
    "keys of two patterns in one": (
        put('kind = "sqlite"\npath = "data/crm.db"', 'kind = "redis"\nurl = "env:CRM"\ntables = ["a*b*"]'),
        "sources#1.tables: is no pattern",
        "customer:",
    ),
    "a bucket as a whole": (
        put('kind = "sqlite"\npath = "data/crm.db"', 'kind = "s3"\nurl = "env:CRM"\nsystem_kind = "archive"'),
        "sources#1.system_kind: a source of kind s3 is not decided on as a whole",
        "held-elsewhere",
    ),
    "unknown route": (put('"PIPL-22"', '"PIPL-24"'), "lots#1.legal_route: 'PIPL-24'", "PIPL-22"),
    "unknown scenario": (put('"company-transfer"', '"sale"'), "case.scenario: 'sale'", "bankrupt-shop"),
    "unknown role": (put('["officer"]', '["oficer"]'), "people#2.roles: 'oficer'", "'officer'"),
    "role twice": (put('["officer"]', '["officer", "officer"]'), "people#2.roles: 'officer' is written twice", "once"),
    "unknown zone": (put('"Asia/Shanghai"', '"Asia/Shanghay"'), "sources#1.timezone: 'Asia/Shanghay'", "Asia/Shanghai"),
    "unknown encoding": (put('"gb18030"', '"gb99"'), "sources#3.encoding: 'gb99'", "gb18030"),
    "encoding of a database": (
        put('path = "data/crm.db"', 'path = "x"\nencoding = "utf-8"'),
        "sources#1.encoding",
        "Leave it out",
    ),
    "sheet of a csv": (put('encoding = "gb18030"', 'sheet = "a"'), "sources#3.sheet", "Leave it out"),
    "long country": (put('id = "buyer"', 'id = "buyer"\ncountry = "CHN"'), "receivers#1.country: 'CHN'", "cn"),
    "short code": (put('"91330106MA2EXAMP1X"', '"9133"'), "transferor.uscc", "leave it out"),
    "negative window": (put("days = 20", "days = -1"), "window.notice_lead_days: -1 is not from 0", "0 to"),
    "endless window": (put("days = 20", "days = 99999"), "window.notice_lead_days: 99999", "0 to"),
    "tolerance over all": (put("percent = 3", "percent = 101"), "case.tolerance_percent: 101", "0 to 100"),
    "public key cut": (put(KEYS[1], KEYS[1][:40]), "people#2.public_key: cannot be used", "ssh-keygen"),
    "public key of another kind": (put(KEYS[1], "ssh-rsa AAAAB3NzaC1yc2E="), "people#2.public_key", "ssh-keygen"),
    "age recipient cut": (put(RECIPIENTS[0], RECIPIENTS[0][:-1]), "receivers#1.age_recipient", "age1"),
    # references
    "variable not set": (
        put('"data/crm.db"', '"env:NOT_SET"'),
        "sources#1.path: the environment variable 'NOT_SET'",
        "Set NOT_SET",
    ),
    "file not there": (put(KEYS[0], "file:keys/none.pub"), "people#1.public_key: the file 'none.pub'", "relative"),
    # twice
    "person twice": (put('"officer-1"', '"legal-1"'), "people#2.id: 'legal-1' is used by people#1", "its own"),
    "source twice": (put('"loyalty"', '"crm"'), "sources#3.name: 'crm' is used by sources#1", "its own"),
    "same file twice": (
        put("data/loyalty.csv", "data/crm.db"),
        "sources#3.path: is the same file as that of sources#1",
        "once",
    ),
    "lot twice": (put("[[sources]]", LOT_2.replace("shop-13", "shop-12")), "lots#2.id: 'shop-12'", "its own"),
    "rows in two lots": (
        put("[[sources]]", LOT_2),
        "lots#2.scope#1.in: these rows belong to lots#1.scope#1",
        "one lot",
    ),
    "key twice": (put(KEYS[1], KEYS[0]), "people#2.public_key: is that of people#1 too", "own"),
    "age key twice": (
        put(RECIPIENTS[1], RECIPIENTS[0]),
        "escrow.age_recipient: is that of receivers#1 too",
        "age-keygen",
    ),
    "receiver is transferor": (
        put('id = "buyer"', 'id = "acme"'),
        "receivers#1.id: 'acme' is the transferor",
        "its own id",
    ),
    "escrow is receiver": (put('id = "escrow"', 'id = "buyer"'), "escrow.id: 'buyer'", "third party"),
    # what refers to nothing
    "lot without receiver": (
        put('receiver = "buyer"', 'receiver = "byer"'),
        "lots#1.receiver: 'byer' is not named",
        "buyer",
    ),
    "scope without source": (put('source = "crm"', 'source = "erp"'), "lots#1.scope#1.source: 'erp'", "crm, orders"),
    "copy of nothing": (put('of = "crm"', 'of = "erp"'), "copies#1.of: 'erp'", "crm, orders, loyalty"),
    "escrowed without escrow": (
        lambda t: re.sub(r"\[escrow\].*?(?=\[\[lots\]\])", "", t, flags=re.S).replace(
            "age_recipient", 'key_release = "escrowed"\nage_recipient', 1
        ),
        "receivers#1.key_release: 'escrowed' needs an escrow",
        "[escrow]",
    ),
    "ledger without custodian": (put('sheet = "订单"', 'system_kind = "ledger"'), "sources#2.custodian", "[custodian]"),
    # dates
    "cutover in the past": (
        put("2027-01-31", "2026-12-30"),
        "case.cutover_not_after: 2026-12-30 is before effective_on",
        "same day or later",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_refuses(tmp_path: Path, name: str) -> None:
    edit, message, hint = BAD[name]
    with pytest.raises(CaseFileError) as caught:
        read(tmp_path, edit(CASE_FILE))
    assert message in caught.value.message
    assert caught.value.message.startswith("case.toml: ")
    assert hint in caught.value.hint
    said = caught.value.message + caught.value.hint
    assert not any(secret in said for secret in ("林法务", "何保护", "privacy@", *KEYS, *RECIPIENTS))


def test_a_share_deal_that_passes_data_on_contradicts_itself(tmp_path: Path) -> None:
    with pytest.raises(CaseFileError, match=r"lots#1.legal_route: under event E2 nothing is passed on"):
        read(tmp_path, CASE_FILE.replace('"E5"', '"E2"', 1))


def test_two_sheets_of_one_workbook_are_two_sources(tmp_path: Path) -> None:
    more = '[[sources]]\nname = "refunds"\nkind = "xlsx"\npath = "data/orders.xlsx"\nsheet = "退款"\n\n[[copies]]'
    assert read(tmp_path, CASE_FILE.replace("[[copies]]", more)).source("refunds").sheet == "退款"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('[case]\nid = "a\n', "line 2, column"),
        ("[case]\nid = 1\nid = 2\n", "Cannot overwrite a value"),
        ("[case\n", "line 1, column"),
    ],
)
def test_what_is_not_toml_is_told_with_its_line(tmp_path: Path, text: str, where: str) -> None:
    with pytest.raises(CaseFileError) as caught:
        read(tmp_path, text)
    assert caught.value.message.startswith("case.toml: is not valid TOML")
    assert where in caught.value.message


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "case.toml"
    path.write_bytes(CASE_FILE.encode("gb18030"))
    with pytest.raises(CaseFileError, match="is not UTF-8") as caught:
        read_case_file(path)
    assert "UTF-8" in caught.value.hint


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaseFileError, match=r"none\.toml: cannot be read"):
        read_case_file(tmp_path / "none.toml")


def test_without_an_environment_nothing_is_taken_from_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_DB", "/srv/crm.db")
    path = tmp_path / "case.toml"
    path.write_text(CASE_FILE.replace('"data/crm.db"', '"env:CRM_DB"'), encoding="utf-8")
    with pytest.raises(CaseFileError, match="'CRM_DB' is not set"):
        read_case_file(path)


def fill(template: str) -> str:
    text = template.replace("# effective_on = 2026-12-31", "effective_on = 2026-12-31")
    text = text.replace('id = ""', 'id = "my-case"', 1).replace('path = ""', 'path = "crm.db"')
    text = text.replace('file = ""', 'file = "paper.pdf"').replace("# issued_on = ", "issued_on = ")
    return re.sub(r'^(title|name|contact|route_reason|issued_by|reason|owner) = ""', r'\1 = "示例"', text, flags=re.M)


@pytest.mark.parametrize("event", sorted(Event))
def test_a_filled_template_is_a_case(tmp_path: Path, event: Event) -> None:
    case = read(tmp_path, fill(write_case_template(event)))
    assert (case.id, case.event, case.rehearsal) == ("my-case", event, True)
    assert case.window == Window()


@pytest.mark.parametrize("event", sorted(Event))
def test_an_empty_template_is_toml_and_says_what_to_fill_in(tmp_path: Path, event: Event) -> None:
    template = write_case_template(event)
    tomllib.loads(template)
    with pytest.raises(CaseFileError, match=r"case\.id: is missing or empty"):
        read(tmp_path, template)


@pytest.mark.parametrize("event", sorted(Event))
def test_every_commented_line_of_a_template_can_be_used(tmp_path: Path, event: Event) -> None:
    text = fill(re.sub(r"^# (?=\[|[a-z_]+ = )", "", write_case_template(event), flags=re.M))
    (tmp_path / "receiver.txt").write_text(RECIPIENTS[0])
    (tmp_path / "escrow.txt").write_text(RECIPIENTS[1])
    (tmp_path / "recipients.txt").write_text("".join(f"{generate_identity().recipient}\n" for _ in range(3)))
    (tmp_path / "keeper.txt").write_text(generate_identity().recipient)
    (tmp_path / "platform.txt").write_text(generate_identity().recipient)
    (tmp_path / "archive.txt").write_text(generate_identity().recipient)
    for name in ("receiver", "notary"):
        (tmp_path / f"{name}.vkey").write_text(witness(f"{name}.example") + "\n")
    (tmp_path / "agreement.pdf").write_text("agreed")
    tsa = make_tsa(tmp_path / "tsa")
    (tmp_path / "tsa-roots.pem").write_text(tsa.root_pem)
    of_files = ('encoding = "gb18030"', 'sheet = ""', 'separator = "tab"', "header_row = 0", "header_rows = 1")
    for line in ('uscc = ""', 'where = ""', 'password = "env:ORDERS_PASSWORD"', *of_files):
        filled = {'where = ""': 'where = "tape"'}.get(line, "")
        text = re.sub(rf"^{re.escape(line)}.*$", filled, text, flags=re.M)
    case = read(tmp_path, text)
    assert case.cutover_not_after == date(2027, 1, 31)
    assert case.copies[0].of == "crm"
    assert [(s.kind, s.has_rows) for s in case.sources] == [
        (SourceKind.SQLITE, True), (SourceKind.POSTGRESQL, True), (SourceKind.POSTGRESQL, False),
        (SourceKind.FILE, False), (SourceKind.HELD_ELSEWHERE, True),
    ]  # fmt: skip
    assert [s.fate for s in case.sources[2:4]] == [WholeFate.CUSTODY, WholeFate.KEPT]
    tables = ("patient", "visit_1", "orders")
    assert [[s.holds(t) for t in tables] for s in case.sources[1:3]] == [[False, False, True], [True, True, False]]
    assert [w.name for w in case.evidence.witnesses] == ["receiver.example", "notary.example"]
    assert (case.evidence.quorum, case.evidence.intent_quorum) == (1, 0)
    assert (case.evidence.tsa, case.evidence.tsa_roots) == ("https://tsa.example.com/", (tsa.root,))


def witness(name: str, signer: Signer | None = None, kind: int = COSIGNATURE) -> str:
    return NoteKey(name, kind, (signer or Signer.generate()).public).vkey


W1, W2, PERSON = witness("w1.example"), witness("w2.example"), parse_public_line(KEYS[0])
EVIDENCE = {
    "no number": (f'witnesses = ["{W1}"]', "evidence.quorum: is missing"),
    "more needed than named": (f'witnesses = ["{W1}"]\nquorum = 2', "evidence.quorum: 2 are needed and 1 are named"),
    "more for intents": (f'witnesses = ["{W1}"]\nquorum = 1\nintent_quorum = 2', "intent_quorum: 2 are needed"),
    "needed and none named": ("quorum = 1", "evidence.quorum: 1 are needed and 0"),
    "twice": (f'witnesses = ["{W1}", "{W1}"]\nquorum = 1', "stands twice"),
    "a log's key": (f'witnesses = ["{witness("log.example", kind=ED25519_NOTE)}"]\nquorum = 1', "is the key of a log"),
    "a key that is none": ('witnesses = ["w1.example+12345678+AAAA"]\nquorum = 1', "a key cannot be used"),
    "an address that is none": (f'witnesses = ["{W1} ftp://w1.example/"]\nquorum = 1', "is no web address"),
    "more than an address": (f'witnesses = ["{W1} https://w1.example/ x"]\nquorum = 1', "a witness is a verifier key"),
    "an authority without roots": ('tsa = "https://tsa.example.com/"', "tsa_roots: is missing"),
    "an authority that is no address": ('tsa = "tsa"\ntsa_roots = "x"', "tsa: is no web address"),
    "roots that are none": ('tsa_roots = "x"', "no PEM text"),
    "a person's key": (
        f'witnesses = ["{NoteKey("p.example", COSIGNATURE, PERSON).vkey}"]\nquorum = 1', "is that of people#1 too"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("lines", "said"), EVIDENCE.values(), ids=EVIDENCE)
def test_witnesses_that_do_not_fit(tmp_path: Path, lines: str, said: str) -> None:
    with pytest.raises(CaseFileError) as refusal:
        read(tmp_path, f"{CASE_FILE}\n[evidence]\n{lines}\n")
    assert said in refusal.value.message
    assert refusal.value.hint


def test_witnesses_are_read_with_their_addresses(tmp_path: Path) -> None:
    (tmp_path / "w2.vkey").write_text(W2)
    text = f'[evidence]\nwitnesses = ["{W1} https://w1.example/x/", "file:w2.vkey"]\nquorum = 2\nintent_quorum = 1\n'
    found = read(tmp_path, f"{CASE_FILE}\n{text}").evidence
    assert [(w.vkey, w.url) for w in found.witnesses] == [(W1, "https://w1.example/x/"), (W2, "")]
    assert (found.quorum, found.intent_quorum) == (2, 1)


REAL_FILES = {
    "a password in the file": ('kind = "xls"\npath = "a.xls"\npassword = "secret"', "a case file never holds one"),
    "a password of a CSV": ('kind = "csv"\npath = "a.csv"\npassword = "env:P"', "is not protected by a password"),
    "a long separator": ('kind = "csv"\npath = "a.csv"\nseparator = "ab"', "not one sign"),
    "no header row": ('kind = "csv"\npath = "a.csv"\nheader_rows = 0', "is not from 1 to 3"),
    "files undecided": ('kind = "file"\npath = "docs"', "disposition: is missing"),
    "files without reason": ('kind = "file"\npath = "docs"\ndisposition = "unlinked"', "reason: is missing"),
    "rows decided as a whole": ('kind = "csv"\npath = "a.csv"\ndisposition = "kept"', "decided on one by one"),
    "a ledger unlinked without counsel": (
        'kind = "csv"\npath = "a.csv"\nsystem_kind = "ledger"\ncustodian = "x"\ndisposition = "unlinked"',
        "reason: is missing",
    ),
    "held by nobody": ('kind = "held-elsewhere"\ncontact = "x"\ndue_on = 2027-01-31', "owner: is missing"),
    "held for ever": ('kind = "held-elsewhere"\nowner = "x"\ncontact = "x"', "due_on: is missing"),
    "a path of somebody else": (
        'kind = "held-elsewhere"\nowner = "x"\ncontact = "x"\ndue_on = 2027-01-31\npath = "a.csv"',
        "is held by its owner",
    ),
    "an owner of a file": ('kind = "csv"\npath = "a.csv"\nowner = "x"', "is a file"),
}  # fmt: skip


@pytest.mark.parametrize(("lines", "said"), REAL_FILES.values(), ids=REAL_FILES)
def test_sources_that_do_not_fit_their_kind(tmp_path: Path, lines: str, said: str) -> None:
    with pytest.raises(CaseFileError, match=said) as caught:
        read(tmp_path, CASE_FILE + f'\n[[sources]]\nname = "extra"\n{lines}\n')
    assert caught.value.hint


def test_a_template_is_in_both_languages() -> None:
    text = write_case_template(Event.E5)
    assert "接收方" in text
    assert "Who receives" in text
    assert "EVENT" not in text


def test_no_difference_is_no_line(tmp_path: Path) -> None:
    case = read(tmp_path, CASE_FILE)
    assert diff_cases(case, case) == []
    assert diff_cases(case, replace(case, people=case.people[::-1])) == []


def test_differences_are_shown_by_place(tmp_path: Path) -> None:
    old = read(tmp_path, CASE_FILE)
    new = replace(
        old,
        effective_on=date(2027, 1, 15),
        cutover_not_after=None,
        complaint_authority="window 2",
        people=(replace(old.people[0], roles=(Role.LEGAL,)), replace(old.people[1], id="officer-2")),
        lots=(replace(old.lots[0], scope=(replace(old.lots[0].scope[0], values=("12",)),)),),
    )
    lines = diff_cases(old, new)
    assert "~ effective_on: 2026-12-31 → 2027-01-15" in lines
    assert "- cutover_not_after: 2027-01-31" in lines
    assert "~ people[legal-1].roles: legal, cutover → legal" in lines
    assert "- people[officer-1].roles: officer" in lines
    assert "+ people[officer-2].roles: officer" in lines
    assert "~ lots[shop-12].scope[crm.customers.shop_id].values: 12, 12a → 12" in lines
    assert not any("sources" in line or "window" in line.split(":")[0] for line in lines)


def test_members_of_the_same_name_are_counted(tmp_path: Path) -> None:
    old = read(tmp_path, CASE_FILE)
    new = replace(old, copies=(*old.copies, Copy(of="crm", kind="replica", where="host 2")))
    assert diff_cases(old, new) == [
        "+ copies[crm #2].of: crm",
        "+ copies[crm #2].kind: replica",
        "+ copies[crm #2].where: host 2",
    ]
