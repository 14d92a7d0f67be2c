"""Whatever goes wrong for a user ends in a message that says the way out, with the exit code of its family.

Nothing is half done: `Unlucky.refused` compares sources, log, statements and packages before and after each refusal.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import openpyxl
import polars as pl
import pyrage
import pytest
from tests.e2e.unlucky import CASE, OPENED_AT, Unlucky, another_process, interrupted_at, wait_for

from bequest.evidence.event_types import EventType
from bequest.store.boot import open_store

INPUT, STATE, APPROVAL, LAW, GUARD, EVIDENCE, DELIVERY = 2, 3, 4, 5, 6, 7, 9
ANOTHER_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAxPCCLglx9I1qkXTe9tizTLf5NGgccQU6R8H2ZzNq3O other"


@pytest.fixture(scope="session")
def _user(tmp_path_factory: pytest.TempPathFactory) -> Unlucky:
    return Unlucky(tmp_path_factory.mktemp("unlucky"))


@pytest.fixture
def user(_user: Unlucky) -> Unlucky:
    """The user with the company and an empty home; `user.at` goes to a later stage."""
    _user.at("company")
    return _user


# The case file

CASE_FILES = {
    "an unknown key": ("industry =", "industri =", INPUT, "BQ-CASE-1", "Did you write 'industri' for 'industry'?"),
    "text for a flag": (
        "rehearsal = true",
        'rehearsal = "yes"',
        INPUT,
        "BQ-CASE-1",
        "or false, got text",
    ),
    "text for a date": (" = 2026-12-31", ' = "2026-12-31"', INPUT, "BQ-CASE-1", "expected a date, got text"),
    "a successor in an entrusting": ('event = "E5"', 'event = "E12"', INPUT, "BQ-CASE-1", "entrusts, by PIPL-21"),
    "a due diligence that shows nothing": ('event = "E5"', 'event = "E14"', INPUT, "BQ-CASE-1", "nothing is passed on"),
    "no event at all": ('event = "E5"', 'event = "E77"', INPUT, "BQ-CASE-1", "'E77' is not known here"),
    "broken TOML": ("[window]", "[window", INPUT, "BQ-CASE-1", "is not valid TOML"),
    "an id that is a path": ('id = "demo-e5"', 'id = "../x"', INPUT, "BQ-CASE-1", "is not an identifier"),
    "an unknown role": ('roles = ["it"]', 'roles = ["boss"]', INPUT, "BQ-CASE-1", "'boss' is not known here"),
    "a damaged key": ('"ssh-ed25519 AAAAC3', '"ssh-ed25519 AAAB', INPUT, "BQ-CASE-1", "the one line of the person's"),
    "one key for two": ("", "", INPUT, "BQ-CASE-1", "a key of his or her own"),
    "an unknown zone": ('"Asia/Shanghai"', '"Mars/Base"', INPUT, "BQ-CASE-1", "is not a time zone"),
    "an unknown encoding": ('"gb18030"', '"klingon"', INPUT, "BQ-CASE-1", "is not an encoding"),
    "a slip in a word": ('= "direct"', '= "escrow"', INPUT, "BQ-CASE-1", "Did you mean 'escrowed'?"),
    "an unknown receiver": ('receiver = "buyer"', 'receiver = "byer"', INPUT, "BQ-CASE-1", "Named there: buyer."),
    "dates in the wrong order": ("= 2027-01-31", "= 2026-01-31", INPUT, "BQ-CASE-1", "is before effective_on"),
    "a window of minus one day": ("_days = 30", "_days = -1", INPUT, "BQ-CASE-1", "is not from 0 to 3650"),
    "a path in no variable": ('"sources/crm.db"', '"env:NOPE"', INPUT, "BQ-CASE-1", "Set NOPE before the command"),
    "a missing source": ("sources/crm.db", "sources/no.db", INPUT, "BQ-SOURCE-2", "Check the path in the case file"),
    "a folder for a source": ('"sources/crm.db"', '"sources"', INPUT, "BQ-SOURCE-2", "is a folder"),
    "a role nobody holds": ('roles = ["hr"]', 'roles = ["it"]', INPUT, "BQ-CASE-1", "has the role hr"),
    "an unknown law pack": ('law_packs = ["cn"]', 'law_packs = ["eu"]', LAW, "BQ-LAW-1", "Packs here: cn."),
    "two law packs": ('law_packs = ["cn"]', 'law_packs = ["cn", "cn"]', LAW, "BQ-LAW-1", "decided under one"),
    "a law not of that country": ('tions = ["cn"]', 'tions = ["eu"]', LAW, "BQ-LAW-5", "for jurisdiction eu"),
    "a date before the law": ("", "", LAW, "BQ-LAW-3", "they begin 2021-11-01"),
}


@pytest.mark.parametrize(("old", "new", "exit_code", "code", "words"), CASE_FILES.values(), ids=CASE_FILES)
def test_a_case_file_that_cannot_be_used(
    user: Unlucky, request: pytest.FixtureRequest, old: str, new: str, exit_code: int, code: str, words: str
) -> None:
    file = user.case_file
    if "one key" in request.node.name:
        line = next(line for line in file.read_text().splitlines() if line.startswith("public_key"))
        other = [x for x in file.read_text().splitlines() if x.startswith("public_key")][1]
        user.rewrite(file, other, line)
    elif "before the law" in request.node.name:
        user.rewrite(file, "effective_on = 2026-12-31", "effective_on = 2019-12-31")
    else:
        user.rewrite(file, old, new)
    user.refused(exit_code, code, words, "case", "new", file)
    assert not user.workspace.exists()


def test_a_case_file_that_is_no_text_or_not_there(user: Unlucky) -> None:
    text = user.case_file.read_text()
    utf16, empty = user.company / "utf16.toml", user.company / "empty.toml"
    utf16.write_bytes(text.encode("utf-16"))
    empty.touch()
    user.refused(INPUT, "BQ-CASE-1", "Save the file as UTF-8", "case", "new", utf16)
    user.refused(INPUT, "BQ-CASE-1", "Write a table [case]", "case", "new", empty)
    user.refused(INPUT, "BQ-CASE-1", "No such file", "case", "new", user.company / "missing.toml")
    user.refused(INPUT, "BQ-CASE-1", "Is a directory", "case", "new", user.company)
    user.refused(INPUT, "BQ-INPUT-1", "--event E5 for a template", "case", "new")
    user.refused(INPUT, "BQ-INPUT-1", "2026-11-02T01:00:00Z", "case", "new", user.case_file, "--clock", "yesterday")


COMMAND_LINES = {
    "an unknown command": (("frobnicate",), "See `bequest --help`."),
    "a slip in a command": (("case", "nwe", "x"), "Did you mean 'new'?"),
    "an unknown option": (("discover", CASE, "--bogus"), "See `bequest discover --help`."),
    "a missing argument": (("discover",), "Missing argument"),
    "a word for a number": (("case", "clock", CASE, "--days", "x"), "--days"),
    "a step backwards": (("case", "clock", CASE, "--days", "-3"), "greater than or equal to 1"),
    "a step too far": (("case", "clock", CASE, "--days", "1000000000"), "less than or equal to 3660"),
}


@pytest.mark.parametrize(("command", "words"), COMMAND_LINES.values(), ids=COMMAND_LINES)
def test_a_command_line_that_cannot_be_read(user: Unlucky, command: tuple[str, ...], words: str) -> None:
    user.refused(INPUT, "BQ-INPUT-1", words, *command)


IN_CHINESE = {
    "a command line": (("discover",), "BQ-INPUT-1", "缺少参数"),
    "an unknown option": (("discover", CASE, "--bogus"), "BQ-INPUT-1", "没有选项 --bogus"),
    "a case that is not there": (("discover", "demo-e6"), "BQ-STATE-1", "此处没有案件"),
    "a file that is not there": (("case", "new", "missing.toml"), "BQ-CASE-1", "无法读取"),
}


@pytest.mark.parametrize(("command", "code", "words"), IN_CHINESE.values(), ids=IN_CHINESE)
def test_errors_are_said_in_chinese(
    user: Unlucky, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], code: str, words: str
) -> None:
    monkeypatch.setattr(user, "language", "zh")
    user.refused(STATE if code == "BQ-STATE-1" else INPUT, code, words, *command)


# Sources


def recode(name: str, old: str, new: str) -> Callable[[Unlucky], object]:
    return lambda u: (u.sources / name).write_bytes((u.sources / name).read_bytes().decode(old).encode(new))


def write(name: str, data: bytes) -> Callable[[Unlucky], object]:
    return lambda u: (u.sources / name).write_bytes(data)


def append(name: str, data: bytes) -> Callable[[Unlucky], object]:
    return lambda u: (u.sources / name).write_bytes((u.sources / name).read_bytes() + data)


def damage(name: str, begin: int, end: int) -> Callable[[Unlucky], object]:
    def change(u: Unlucky) -> None:
        data = bytearray((u.sources / name).read_bytes())
        data[begin:end] = bytes(b ^ 0x5A for b in data[begin:end])
        (u.sources / name).write_bytes(bytes(data))

    return change


def cut(name: str, size: int) -> Callable[[Unlucky], object]:
    return lambda u: (u.sources / name).write_bytes((u.sources / name).read_bytes()[:size])


ENCRYPTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
BAD_SOURCES: dict[str, tuple[Callable[[Unlucky], object], str, str]] = {
    "CSV, not gb18030": (recode("loyalty.csv", "gb18030", "utf-8"), "BQ-SOURCE-3", 'Set encoding = "utf-8"'),
    "CSV, not utf-8": (
        lambda u: u.rewrite(u.case_file, '"gb18030"', '"utf-8"'), "BQ-SOURCE-3", 'Set encoding = "gb18030"',
    ),
    "CSV in UTF-16": (recode("loyalty.csv", "gb18030", "utf-16"), "BQ-SOURCE-3", 'Set encoding = "utf-16"'),
    "JSON Lines in gb18030": (recode("tickets.jsonl", "utf-8", "gb18030"), "BQ-SOURCE-3", "line 1"),
    "CSV with zero bytes": (append("loyalty.csv", b"a\0,b,c,d,e,f,g,h\n"), "BQ-SOURCE-3", "exported anew, as UTF-8"),
    "CSV with nothing": (write("loyalty.csv", b""), "BQ-SOURCE-1", "loyalty.csv is empty"),
    "CSV with empty lines": (write("loyalty.csv", b"\n\n"), "BQ-SOURCE-4", "holds no header line"),
    "CSV row too wide": (append("loyalty.csv", b"1,2,3,4,5,6,7,8,9\n"), "BQ-SOURCE-4", "9 fields where"),
    "CSV quote left open": (append("loyalty.csv", b'"1,2,3,4,5,6,7,8\n'), "BQ-SOURCE-4", "is never closed"),
    "CSV without a header": (
        lambda u: u.rewrite(u.sources / "loyalty.csv", "points", "13800138000", "gb18030"), "BQ-SOURCE-4",
        "say which row names them with header_row",
    ),
    "JSON Lines line cut": (append("tickets.jsonl", b'{"ticket_id": \n'), "BQ-SOURCE-4", "is not valid JSON"),
    "JSON Lines no object": (append("tickets.jsonl", b"[1, 2]\n"), "BQ-SOURCE-4", "is not a JSON object"),
    "JSON Lines with nothing": (write("tickets.jsonl", b""), "BQ-SOURCE-4", "tickets.tickets holds nothing"),
    "JSON Lines, empty lines": (write("tickets.jsonl", b"\n\n"), "BQ-SOURCE-4", "tickets.tickets holds nothing"),
    "Parquet cut off": (cut("weblog.parquet", 4000), "BQ-SOURCE-5", "export it again"),
    "Parquet page damaged": (damage("weblog.parquet", 200, 1200), "BQ-SOURCE-5", "cannot be read as Parquet"),
    "Parquet with nothing": (write("weblog.parquet", b""), "BQ-SOURCE-1", "weblog.parquet is empty"),
    "SQLite is text": (write("crm.db", b"hello, no database" * 99), "BQ-SOURCE-5", "is not a SQLite database"),
    "SQLite with nothing": (write("crm.db", b""), "BQ-SOURCE-1", "crm.db is empty"),
    "SQLite cut off": (cut("crm.db", 20_000), "BQ-SOURCE-5", "ask its owner for a good copy"),
    "SQLite damaged": (damage("crm.db", 8192, 60_000), "BQ-SOURCE-5", "ask its owner for a good copy"),
    "XLSX with a password": (write("orders.xlsx", ENCRYPTED), "BQ-SOURCE-5", "remove the password"),
    "XLSX cut off": (cut("orders.xlsx", 5000), "BQ-SOURCE-5", "save it as XLSX"),
    "XLSX is CSV": (write("orders.xlsx", b"a,b\n1,2\n"), "BQ-SOURCE-5", "it is no XLSX file, or damaged"),
    "XLSX with nothing": (write("orders.xlsx", b""), "BQ-SOURCE-1", "orders.xlsx is empty"),
    "XLSX without the sheet": (
        lambda u: u.rewrite(u.case_file, 'sheet = "订单"', 'sheet = "Orders"'), "BQ-SOURCE-2", "Its sheets are: 订单.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "code", "words"), BAD_SOURCES.values(), ids=BAD_SOURCES)
def test_a_source_that_cannot_be_read(user: Unlucky, spoil: Callable[[Unlucky], object], code: str, words: str) -> None:
    spoil(user)
    opened = user.run("case", "new", user.case_file, "--clock", OPENED_AT)
    if opened.code:
        user.refused(INPUT, code, words, "case", "new", user.case_file)
        assert not user.workspace.exists()
        return
    user.refused(INPUT, code, words, "discover", CASE)
    assert user.steps()["discover"] == "failed"


def test_the_way_out_of_a_wrong_encoding_works(user: Unlucky) -> None:
    right = user.case_file.read_bytes()
    user.rewrite(user.case_file, '"gb18030"', '"utf-8"')
    user.done("case", "new", user.case_file, "--clock", OPENED_AT)
    user.refused(INPUT, "BQ-SOURCE-3", "`bequest case update`", "discover", CASE)
    user.case_file.write_bytes(right)
    assert "gb18030" in user.done("case", "update", CASE, user.case_file, "--base", 1)
    user.done("discover", CASE)


def test_a_locked_database_is_said_to_be_locked(user: Unlucky, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bequest.sources.sqlite._WAIT_SECONDS", 0.1)
    with closing(sqlite3.connect(user.sources / "crm.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        user.refused(INPUT, "BQ-SOURCE-11", "Stop the application", "case", "new", user.case_file)


def test_a_workbook_with_formulas_stays_whole_and_the_plan_says_so(user: Unlucky) -> None:
    book = openpyxl.load_workbook(user.sources / "orders.xlsx")
    book.create_sheet("公式")["A1"] = "=SUM(1, 2)"
    book.save(user.sources / "orders.xlsx")
    user.done("case", "new", user.case_file, "--clock", OPENED_AT)
    user.done("discover", CASE)
    user.done("map", "import", CASE, user.company / "map.toml")
    user.done("link", CASE)
    said = user.done("plan", CASE)
    assert "orders: no row can be cut out of it, so the file stays whole" in said
    assert "file-orders" in said


def more_sources(lines: str) -> Callable[[Unlucky], object]:
    return lambda u: u.rewrite(u.case_file, "[window]", f"[[sources]]\n{lines}\n\n[window]")


def protected(user: Unlucky) -> None:
    (user.sources / "vips.xls").write_bytes(ENCRYPTED)
    more_sources('name = "vips"\nkind = "xls"\npath = "sources/vips.xls"')(user)


HELD = 'name = "market"\nkind = "held-elsewhere"\nowner = "某平台"\ncontact = "x@example.com"\ndue_on = 2027-01-15'
WHOLE = 'kind = "file"\ndisposition = "unlinked"\nreason = "不再需要"'
REAL_FILES: dict[str, tuple[Callable[[Unlucky], object], str, str]] = {
    "no password given": (protected, "BQ-SOURCE-5", 'Write password = "env:NAME"'),
    "password nowhere": (
        more_sources('name = "vips"\nkind = "xls"\npath = "sources/orders.xlsx"\npassword = "env:NOWHERE"'),
        "BQ-INPUT-1", "Set NOWHERE before the command",
    ),
    "documents not there": (more_sources(f'name = "docs"\npath = "nowhere"\n{WHOLE}'), "BQ-SOURCE-2", "such as docs"),
    "documents not marked": (more_sources(f'name = "docs"\npath = "map.toml"\n{WHOLE}'), "BQ-GUARD-1", "marked"),
    "an export not there": (more_sources(f'{HELD}\nexport = "sources/none-*.csv"'), "BQ-SOURCE-2", "Check `export`"),
    "an export of pictures": (more_sources(f'{HELD}\nexport = "sources/*.db"'), "BQ-SOURCE-2", "known: .csv"),
    "a ledger not there": (
        more_sources('name = "books"\nkind = "csv"\npath = "none.csv"\nsystem_kind = "ledger"\ncustodian = "某所"'),
        "BQ-SOURCE-2", "Check the path in the case file",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("spoil", "code", "words"), REAL_FILES.values(), ids=REAL_FILES)
def test_files_and_holders_that_cannot_be_used(
    user: Unlucky, spoil: Callable[[Unlucky], object], code: str, words: str
) -> None:
    spoil(user)
    said = user.run("case", "new", user.case_file, "--clock", OPENED_AT)
    if said.code:
        user.refused(said.code, code, words, "case", "new", user.case_file)
    else:
        user.refused(INPUT, code, words, "discover", CASE)


def test_tasks_that_cannot_be_finished(user: Unlucky, tmp_path: Path) -> None:
    more_sources(HELD)(user)
    user.done("case", "new", user.case_file, "--clock", OPENED_AT)
    letter = tmp_path / "letter.txt"
    letter.write_text("已删除")
    person = user.people["legal"]
    key = user.key(person)
    given = ("task", "done", CASE, "held-market", "--evidence", letter, "--as", person, "--key", key)
    assert "no tasks" in user.done("task", "list", CASE)
    user.refused(STATE, "BQ-STATE-1", "Tasks are opened at the cutover", *given, "--outcome", "deleted")
    user.refused(
        STATE, "BQ-STATE-1", "opened at the cutover", "task", "export", CASE, "held-market", tmp_path / "l.csv"
    )


# The data map


def test_a_key_that_does_not_name_each_row(user: Unlucky) -> None:
    user.at("discovered")
    lines = (user.sources / "loyalty.csv").read_bytes().rstrip(b"\n").split(b"\n")
    (user.sources / "loyalty.csv").write_bytes(b"\n".join([*lines, lines[-1]]) + b"\n")
    user.refused(INPUT, "BQ-SOURCE-7", "1 repeated keys", "link", CASE)
    user.refused(STATE, "BQ-STATE-1", "Run `bequest link demo-e5` first", "plan", CASE)


MAP_SLIPS = {
    "class": ('class = "person_name"', 'class = "persn_name"', "Did you mean: person_name"),
    "role": ('role = "customer"', 'role = "custmer"', "Did you mean: customer?"),
    "table": ('table = "customers"', 'table = "custmers"', "Did you mean: crm.customers"),
    "column": ('name = "mobile"', 'name = "mobil"', "Did you mean: mobile"),
    "need": ('need = "not_needed"', 'need = "never"', "Did you mean: needed?"),
    "record class": ('= "customer_profile"', '= "xyz"', "Known: address_book"),
    "flag": ("personal = true", 'personal = "yes"', "true or false, without quotes"),
    "key": ('key = ["id"]', 'key = "id"', 'Write key = ["id"]'),
}


@pytest.mark.parametrize(("old", "new", "words"), MAP_SLIPS.values(), ids=MAP_SLIPS)
def test_an_unknown_word_in_the_data_map(user: Unlucky, old: str, new: str, words: str) -> None:
    user.at("discovered")
    file = user.rewrite(user.company / "map.toml", old, new)
    user.refused(INPUT, "BQ-MAP-1", words, "map", "import", CASE, file)


def test_a_data_map_file_that_is_no_text_or_cannot_be_written(user: Unlucky) -> None:
    user.at("discovered")
    file = user.company / "map.toml"
    text = file.read_text()
    file.write_bytes(text.encode("gb18030"))
    user.refused(INPUT, "BQ-INPUT-1", "is not UTF-8 text", "map", "import", CASE, file)
    user.refused(INPUT, "BQ-INPUT-1", "bequest map export", "map", "import", CASE, user.company / "no.toml")
    user.refused(INPUT, "BQ-INPUT-1", "No such file", "map", "export", CASE, user.company / "no" / "map.toml")
    user.refused(INPUT, "BQ-INPUT-1", "it is a folder", "map", "export", CASE, user.company)
    file.write_bytes(text.encode("utf-8-sig"))
    assert user.done("map", "import", CASE, file) == ""  # a byte order mark does no harm, the same map is no change


def test_a_plan_from_links_of_another_map_or_scope_is_refused(user: Unlucky) -> None:
    user.at("linked")
    file = user.rewrite(user.company / "map.toml", 'class = "person_name"', 'class = "free_text"')
    user.done("map", "import", CASE, file)
    user.refused(STATE, "BQ-STATE-1", "changed since linking", "plan", CASE)
    user.at("linked")
    user.rewrite(user.case_file, 'in = ["12"]', 'in = ["13"]')
    user.done("case", "update", CASE, user.case_file, "--base", 1)
    user.refused(STATE, "BQ-STATE-1", "changed since linking", "plan", CASE)


SCOPES = {
    "an unknown table": ('table = "customers", column', 'table = "customrs", column', "table 'customrs'"),
    "an unknown column": ('"customers", column = "shop_id"', '"customers", column = "shop"', "column 'shop'"),
}


@pytest.mark.parametrize(("old", "new", "words"), SCOPES.values(), ids=SCOPES)
def test_a_scope_that_names_nothing(user: Unlucky, old: str, new: str, words: str) -> None:
    user.at("discovered")
    user.rewrite(user.case_file, old, new)
    user.done("case", "update", CASE, user.case_file, "--base", 1)
    user.refused(INPUT, "BQ-CASE-1", words, "link", CASE)


def test_a_lot_without_a_row_is_no_plan(user: Unlucky) -> None:
    user.at("discovered")
    user.case_file.write_text(user.case_file.read_text().replace('in = ["12"]', 'in = ["99"]'))
    user.done("case", "update", CASE, user.case_file, "--base", 1)
    user.done("link", CASE)
    user.refused(INPUT, "BQ-CASE-1", "lot shop-12 is empty", "plan", CASE)


# Sources that change on the way

SCHEMA_CHANGES: dict[str, tuple[Callable[[Unlucky], object], str]] = {
    "a new column": (lambda u: u.sql("ALTER TABLE customers ADD COLUMN nick"), "crm.customers: 1 new column"),
    "a column less": (lambda u: u.sql("ALTER TABLE customers DROP COLUMN wechat"), "without wechat"),
    "a table less": (lambda u: u.sql("DROP TABLE disputes"), "crm.disputes: gone"),
    "a new field": (append("tickets.jsonl", b'{"ticket_id": "T9", "new": 1}\n'), "tickets.tickets: 1 new column"),
    "no header": (
        lambda u: u.rewrite(u.sources / "loyalty.csv", "name,phone", "Li,139", "gb18030"), "without name and phone, 2",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "words"), SCHEMA_CHANGES.values(), ids=SCHEMA_CHANGES)
@pytest.mark.parametrize("stage", ["linked", "waited"])
def test_a_schema_that_changed(user: Unlucky, stage: str, change: Callable[[Unlucky], object], words: str) -> None:
    user.at(stage)
    change(user)
    command = ("plan", CASE) if stage == "linked" else user.cutover()
    said = user.refused(INPUT, "BQ-MAP-1", words, *command)
    assert "Li" not in said.err  # what stands where names should be may be somebody's data


def test_a_source_that_went_away(user: Unlucky) -> None:
    user.at("linked")
    (user.sources / "loyalty.csv").unlink()
    user.refused(INPUT, "BQ-SOURCE-2", "does not exist", "plan", CASE)


ROW_CHANGES = {
    "changed": "UPDATE customers SET email = 'new@example.com' WHERE email IS NULL",
    "gone": "DELETE FROM customers WHERE id IN (SELECT id FROM customers LIMIT 3)",
    "new": "INSERT INTO addresses SELECT id + 90000, cust_no, consignee, phone, province, city, detail FROM addresses",
}


@pytest.mark.parametrize("statement", ROW_CHANGES.values(), ids=ROW_CHANGES)
def test_rows_that_changed_between_link_and_plan(user: Unlucky, statement: str) -> None:
    user.at("linked")
    user.sql(statement)
    user.refused(STATE, "BQ-STATE-1", "Run `bequest link demo-e5` again", "plan", CASE)


def test_more_rows_at_the_cutover_than_approved(user: Unlucky) -> None:
    user.at("waited")
    user.sql(ROW_CHANGES["new"])
    said = user.refused(APPROVAL, "BQ-APPROVAL-1", "have the new policy approved", *user.cutover())
    assert "volume crm.addresses" in said.err
    user.sql("DELETE FROM addresses WHERE id > 90000")
    user.done(*user.cutover())  # the refusal left nothing in the way


# Approvals


def test_approvals_with_the_wrong_key_person_or_role(user: Unlucky) -> None:
    user.at("planned")
    it, legal, verifier = (user.people[r] for r in ("it", "legal", "verifier"))

    def approve(person: str, key: Path, *more: str) -> tuple[object, ...]:
        return ("approve", CASE, "--as", person, "--key", key, *more)

    for words, command in {
        "is not that of": approve(it, user.key(legal)),
        "there is no person": approve("nobody", user.key(legal)),
        "holds no role": approve(verifier, user.key(verifier)),
        "cannot approve as legal": approve(it, user.key(it), "--role", "legal"),
        "cannot approve as boss": approve(it, user.key(it), "--role", "boss"),
    }.items():
        user.refused(APPROVAL, "BQ-APPROVAL-1", words, *command)
    user.refused(INPUT, "BQ-INPUT-1", "ssh-keygen -t ed25519", *approve(it, user.key("missing")))
    user.refused(INPUT, "BQ-INPUT-1", "Expected an OpenSSH private key", *approve(it, user.case_file))
    user.refused(INPUT, "BQ-INPUT-1", "--as PERSON and --key FILE", "approve", CASE, "--as", it)
    user.refused(STATE, "BQ-STATE-1", "by every required role first", "notify", "run", CASE)


def test_an_approval_given_again_is_the_first_one(user: Unlucky) -> None:
    user.at("planned")
    it = user.people["it"]
    first = user.done("approve", CASE, "--as", it, "--key", user.key(it))
    user.done("case", "clock", CASE, "--days", 1)
    assert user.done("approve", CASE, "--as", it, "--key", user.key(it)) == first


def test_approvals_are_void_once_the_case_file_changed(user: Unlucky) -> None:
    user.at("waited")
    before = user.case_file.read_bytes()
    user.rewrite(user.case_file, "tolerance_percent = 5", "tolerance_percent = 9")
    user.refused(STATE, "BQ-STATE-1", "give --base 1", "case", "update", CASE, user.case_file, "--base", 7)
    user.done("case", "update", CASE, user.case_file, "--base", 1)
    assert "void" in user.done("approve", CASE)
    user.refused(APPROVAL, "BQ-APPROVAL-1", "changed since in tolerance_percent", *user.cutover())
    user.refused(APPROVAL, "BQ-APPROVAL-1", "changed since in tolerance_percent", "notify", "run", CASE)
    it = user.people["it"]
    user.refused(APPROVAL, "BQ-APPROVAL-1", "bequest plan demo-e5", "approve", CASE, "--as", it, "--key", user.key(it))
    user.case_file.write_bytes(before)
    user.done("case", "update", CASE, user.case_file, "--base", 2)
    assert "in force" in user.done("approve", CASE)


def test_a_new_plan_needs_new_approvals_and_then_goes_on(user: Unlucky) -> None:
    user.at("waited")
    user.done("case", "clock", CASE, "--days", 60)
    user.refused(APPROVAL, "BQ-APPROVAL-1", "too late", *user.cutover())
    user.rewrite(user.case_file, "cutover_not_after = 2027-01-31", "cutover_not_after = 2027-04-30")
    user.done("case", "update", CASE, user.case_file, "--base", 1)
    user.done("plan", CASE)
    assert "cutover_not_after" in user.done("plan", "diff", CASE)
    user.refused(APPROVAL, "BQ-APPROVAL-1", "changed since in cutover_not_after", *user.cutover())
    user.approve_all()
    user.done(*user.cutover())


CHANGED_CASES = {
    "another case": ('id = "demo-e5"', 'id = "demo-x"', INPUT, "BQ-CASE-1", "Give the file of this case"),
    "no rehearsal any more": ("rehearsal = true", "rehearsal = false", GUARD, "BQ-GUARD-1", "stays so"),
    "another key of a person": ("", "", STATE, "BQ-STATE-1", "is registered with another key"),
    "another place of a source": ("sources/crm.db", "elsewhere/crm.db", GUARD, "BQ-GUARD-1", "not marked"),
}


@pytest.mark.parametrize(("old", "new", "exit_code", "code", "words"), CHANGED_CASES.values(), ids=CHANGED_CASES)
def test_a_case_file_that_may_not_be_taken_over(
    user: Unlucky, old: str, new: str, exit_code: int, code: str, words: str
) -> None:
    user.at("approved")
    text = user.case_file.read_text()
    elsewhere = user.company / "elsewhere"
    elsewhere.mkdir()
    with closing(sqlite3.connect(elsewhere / "crm.db")) as db:
        db.execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT)")
    if not old:
        old = next(line for line in text.splitlines() if line.startswith("public_key"))
        new = f'public_key = "{ANOTHER_KEY}"'
    user.rewrite(user.case_file, old, new)
    user.refused(exit_code, code, words, "case", "update", CASE, user.case_file, "--base", 1)


# Windows, dates, order of steps


def test_a_cutover_comes_when_everybody_is_told_and_every_window_is_over(user: Unlucky) -> None:
    user.at("notified")
    user.refused(STATE, "BQ-STATE-1", "people are not told yet", *user.cutover())
    user.at("told")
    user.refused(STATE, "BQ-STATE-1", "too early", *user.cutover())
    user.done("case", "clock", CASE, "--days", 120)
    user.refused(APPROVAL, "BQ-APPROVAL-1", "Set a later cutover_not_after", *user.cutover())


def test_nobody_is_told_of_a_cutover_that_the_approval_does_not_reach(user: Unlucky) -> None:
    user.at("approved")
    user.done("case", "clock", CASE, "--days", 70)
    user.refused(APPROVAL, "BQ-APPROVAL-1", "may object until", "notify", "run", CASE)


def test_only_the_person_named_confirms_the_cutover(user: Unlucky) -> None:
    user.at("waited")
    for person in (user.people["it"], "", "nobody"):
        user.refused(GUARD, "BQ-GUARD-1", user.people["cutover"], "cutover", CASE, "--confirmed-by", person)


TOO_SOON: dict[str, tuple[str, tuple[str, ...], str]] = {
    "link": ("opened", ("link", CASE), "bequest discover demo-e5"),
    "plan": ("opened", ("plan", CASE), "bequest link demo-e5"),
    "map": ("opened", ("map", "export", CASE), "bequest discover demo-e5"),
    "explain": ("opened", ("explain", CASE, "--field", "crm.customers.name"), "bequest discover demo-e5"),
    "diff": ("opened", ("plan", "diff", CASE), "bequest plan demo-e5"),
    "notify": ("opened", ("notify", "run", CASE), "bequest approve demo-e5 --as PERSON --key FILE"),
    "publish": ("approved", ("notify", "publish", CASE), "bequest notify run demo-e5"),
    "answers": ("approved", ("notify", "answers", CASE, "x.csv"), "bequest notify run demo-e5"),
    "cutover": ("opened", ("cutover", CASE, "--confirmed-by", "x"), "bequest approve demo-e5"),
    "deliver": ("opened", ("deliver", CASE), "bequest cutover demo-e5 --confirmed-by PERSON"),
    "receipt": ("waited", ("receipt", CASE, "x.json"), "bequest deliver demo-e5"),
    "close": ("waited", ("close", CASE), "bequest cutover demo-e5"),
    "no such case": ("opened", ("link", "demo-e9"), "Did you mean 'demo-e5'?"),
}


@pytest.mark.parametrize(("stage", "command", "words"), TOO_SOON.values(), ids=TOO_SOON)
def test_a_step_before_its_turn_names_the_one_to_run(
    user: Unlucky, stage: str, command: tuple[str, ...], words: str
) -> None:
    user.at(stage)
    user.refused(STATE, "BQ-STATE-1", words, *command)


def test_what_is_settled_at_the_cutover_cannot_be_changed_after_it(user: Unlucky) -> None:
    user.at("cut")
    it, x = user.people["it"], user.csv("x.csv", "ref,answer,at,channel")
    user.refused(STATE, "BQ-STATE-1", "is done already, and happens once", *user.cutover())
    for command in (
        ("discover", CASE), ("link", CASE), ("plan", CASE), ("notify", "run", CASE), ("notify", "publish", CASE),
        ("notify", "next", CASE), ("notify", "report", CASE, x), ("map", "import", CASE, user.company / "map.toml"),
        ("approve", CASE, "--as", it, "--key", user.key(it)),
    ):  # fmt: skip
        user.refused(STATE, "BQ-STATE-1", "is past its cutover", *command)
    user.done("notify", "answers", CASE, x)  # people may still object until what is theirs is erased
    other = str(pyrage.x25519.Identity.generate().to_public())
    own = user.case_file.read_text().partition('age_recipient = "')[2].partition('"')[0]
    user.rewrite(user.case_file, own, other)
    user.refused(STATE, "BQ-STATE-1", "past its cutover", "case", "update", CASE, user.case_file, "--base", 1)


def test_a_step_that_is_done_is_not_done_again(user: Unlucky) -> None:
    user.at("delivered")
    user.refused(STATE, "BQ-STATE-1", "is done already", "deliver", CASE)
    user.refused(STATE, "BQ-STATE-1", "Change it with `bequest case update`", "case", "new", user.case_file)
    keys = (f"--{r}-key={user.key(user.people[r])}" for r in ("operator", "verifier", "officer"))
    user.refused(STATE, "BQ-STATE-1", "that comes first", "destroy", CASE, *keys)


def test_steps_that_may_be_repeated_can_be_on_another_day(user: Unlucky) -> None:
    user.at("told")
    user.done("case", "clock", CASE, "--days", 1)
    for command in (
        ("discover", CASE),
        ("link", CASE),
        ("plan", CASE),
        ("notify", "run", CASE),
        ("notify", "publish", CASE),
    ):
        user.done(*command)


# Rehearsals on the wrong data


def test_a_rehearsal_only_works_on_copies_made_for_it(user: Unlucky) -> None:
    new = ("case", "new", user.case_file)
    (user.sources / ".bequest-rehearsal").unlink()
    user.refused(GUARD, "BQ-GUARD-1", "orders, loyalty, tickets, weblog", *new)
    user.at("company")
    user.sql("UPDATE bequest_rehearsal SET case_id = 'other'")
    user.refused(GUARD, "BQ-GUARD-1", "at the path of crm is not marked", *new)
    user.at("company")
    user.rewrite(user.case_file, 'id = "demo-e5"', 'id = "other-e5"')
    user.refused(GUARD, "BQ-GUARD-1", "made for another case does not serve", *new)
    user.at("cut")
    user.sql("DROP TABLE bequest_rehearsal")
    user.refused(GUARD, "BQ-GUARD-1", "it may be the real data", "deliver", CASE)


def test_the_clock_of_a_real_case_cannot_be_moved(user: Unlucky) -> None:
    user.rewrite(user.case_file, "rehearsal = true", "rehearsal = false")
    user.done("case", "new", user.case_file)
    user.refused(GUARD, "BQ-GUARD-1", "is not a rehearsal", "case", "clock", CASE, "--days", 3)


# Answers and reports

ANSWERS = "ref,answer,at,channel"
BAD_ANSWERS: dict[str, tuple[bytes, str]] = {
    "an unknown answer": (f"{ANSWERS}\n{{ref}},objct,{OPENED_AT},mail\n".encode(), "line 2: an unknown answer"),
    "no answer": (f"{ANSWERS}\n{{ref}},,{OPENED_AT},mail\n".encode(), "line 2: an unknown answer"),
    "an unknown reference": (f"{ANSWERS}\nXXXX,object,{OPENED_AT},mail\n".encode(), "that no letter of this case"),
    "a word for a time": (f"{ANSWERS}\n{{ref}},object,yesterday,mail\n".encode(), "no time with a time zone"),
    "a time without zone": (f"{ANSWERS}\n{{ref}},object,2026-11-02 00:30:00,mail\n".encode(), "with a time zone"),
    "a time to come": (f"{ANSWERS}\n{{ref}},object,2036-11-02T01:00:00Z,mail\n".encode(), "a time after now"),
    "a field too many": (f"{ANSWERS}\n{{ref}},object,{OPENED_AT},mail,x\n".encode(), "is not whole as CSV"),
    "a field too few": (f"{ANSWERS}\n{{ref}},object\n".encode(), "line 2: no time"),
    "other columns": (b"Li Lei,13912345678,a\n", "missing ref, answer, at, channel, 3 others"),
    "semicolons": (f"{ANSWERS.replace(',', ';')}\n".encode(), "with commas between"),
    "gb18030": (f"{ANSWERS}\n{{ref}},object,{OPENED_AT},电话\n".encode("gb18030"), "is not UTF-8 text"),
    "UTF-16": (f"{ANSWERS}\n".encode("utf-16"), "is not UTF-8 text"),
    "nothing": (b"\n", "is empty"),
}


@pytest.mark.parametrize(("content", "words"), BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_answers_with_bad_lines_are_not_taken_over(user: Unlucky, content: bytes, words: str) -> None:
    user.at("told")
    file = user.company / "answers.csv"
    file.write_bytes(content.replace(b"{ref}", user.register()["ref"][0].encode()))
    said = user.refused(INPUT, "BQ-INPUT-1", words, "notify", "answers", CASE, file)
    assert "Li Lei" not in said.err
    assert "139" not in said.err
    assert not (user.workspace / "work" / "answers.parquet").exists()


def test_the_same_answers_on_another_day_change_nothing(user: Unlucky) -> None:
    user.at("told")
    file = user.csv("answers.csv", ANSWERS, f"{user.register()['ref'][0]},object,{OPENED_AT},mail")
    assert user.done("notify", "answers", CASE, file) == "1 answers in all\n"
    user.done("case", "clock", CASE, "--days", 1)
    assert user.done("notify", "answers", CASE, file) == "1 answers in all\n"


BAD_REPORTS = {
    "an unknown reference": ("XXXX,delivered,{now}", "that no letter of this case"),
    "an unknown state": ("{ref},lost,{now}", "Write delivered or bounced"),
    "no time": ("{ref},delivered,soon", "no time with a time zone"),
    "before the letters": ("{ref},delivered,2026-10-03T01:00:00Z", "a time before 2026-11-02"),
    "a time to come": ("{ref},delivered,2036-10-03T01:00:00Z", "a time after now"),
}


@pytest.mark.parametrize(("line", "words"), BAD_REPORTS.values(), ids=BAD_REPORTS)
def test_a_carriers_report_that_cannot_be(user: Unlucky, line: str, words: str) -> None:
    user.at("notified")
    sent = user.register().filter(pl.col("state") == "sent")["ref"][0]
    file = user.csv("report.csv", "ref,state,at", line.format(ref=sent, now=OPENED_AT))
    before = user.register()
    user.refused(INPUT, "BQ-INPUT-1", words, "notify", "report", CASE, file)
    assert user.register().equals(before)


def test_the_day_of_a_delivery_is_that_of_the_cases_time_zone(user: Unlucky) -> None:
    user.at("notified")
    user.done("case", "clock", CASE, "--days", 2)
    sent = user.register().filter(pl.col("state") == "sent")["ref"][0]
    user.done("notify", "report", CASE, user.csv("r.csv", "ref,state,at", f"{sent},delivered,2026-11-02T17:00:00Z"))
    told = user.register().filter(pl.col("ref") == sent)["told_on"][0]
    assert told.isoformat() == "2026-11-03"  # 1 o'clock in Shanghai


def test_letters_are_exported_by_batch_and_nothing_else_is(user: Unlucky) -> None:
    user.at("notified")
    out = user.company / "letters.csv"
    for batch in ("contacts", "../letters/contacts", "sms-000"):
        user.refused(INPUT, "BQ-INPUT-1", "There are: ", "notify", "export", CASE, batch, out)
    batch = next((user.workspace / "letters").glob("sms-*.sealed")).stem
    user.refused(INPUT, "BQ-INPUT-1", "No such file", "notify", "export", CASE, batch, user.company / "no" / "x.csv")
    user.done("notify", "export", CASE, batch, out)
    assert out.stat().st_mode & 0o077 == 0


def test_a_mail_server_that_cannot_be_used_sends_nothing_and_the_next_one_does(user: Unlucky) -> None:
    user.at("notified")
    with_mail = user.register().filter((pl.col("state") == "sent") & pl.col("has_email"))["ref"][0]
    user.done("notify", "report", CASE, user.csv("r.csv", "ref,state,at", f"{with_mail},bounced,{OPENED_AT}"))
    smtp = ("notify", "next", CASE, "--smtp", "127.0.0.1:1", "--sender", "privacy@example.com", "--tls")
    user.refused(INPUT, "BQ-INPUT-1", "--smtp HOST:PORT", "notify", "next", CASE, "--smtp", "nowhere")
    user.refused(INPUT, "BQ-INPUT-1", "none, starttls, implicit", *smtp, "perhaps")
    said = user.run(*smtp, "none")
    assert (said.code, "nothing was sent" in said.err) == (INPUT, True)
    assert user.register().filter(pl.col("ref") == with_mail)["state"].to_list() == ["queued"]
    user.done("case", "clock", CASE, "--days", 1)  # the notice would be worded anew; the batch keeps its wording
    user.done("notify", "next", CASE)
    assert user.register().filter(pl.col("ref") == with_mail)["state"].to_list() == ["sent"]


# Asking and checking


def test_an_explanation_of_what_is_not_there(user: Unlucky) -> None:
    user.at("linked")
    for words, what in {
        "say what to explain": (),
        "Write --person crm.customers:KEY": ("--person", "crm.customers"),
        "table crm.nope is not known": ("--person", "crm.nope:1"),
        "is not one the case decides on": ("--person", "crm.staff:1"),
        "Rows there are known by id": ("--person", "crm.customers:13912345678"),
        "tables: crm.addresses": ("--field", "crm"),
    }.items():
        said = user.refused(INPUT, "BQ-INPUT-1", words, "explain", CASE, *what)
        assert "139" not in said.err
    user.refused(INPUT, "BQ-MAP-1", "there is no column 'nope'", "explain", CASE, "--field", "crm.customers.nope")


def test_what_is_no_bundle_is_not_verified(user: Unlucky, tmp_path: Path) -> None:
    for bundle, trust, words in (
        (tmp_path / "none", user.case_file, "there is no bundle folder"),
        (user.case_file, user.case_file, "there is no bundle folder"),
        (user.company, user.case_file, "the trust file lies inside the bundle"),
        (user.sources, tmp_path / "none", "cannot be read"),
        (user.sources, user.case_file, "cannot be used"),
    ):
        said = user.run("verify", bundle, "--trust", trust)
        assert (said.code, words in said.err) == (INPUT, True), said.err


def test_a_package_opens_with_the_right_identity_only_and_leaves_nothing_else(user: Unlucky) -> None:
    user.at("delivered")
    out, receipt = user.company / "opened", user.company / "receipt.json"
    bad, wrong = user.company / "binary.age", user.company / "other.age"
    bad.write_bytes(b"\xff\xfe\0")
    wrong.write_text(f"{pyrage.x25519.Identity.generate()}\n")

    def receive(identity: Path, *more: object, package: Path | None = None) -> tuple[object, ...]:
        return ("receive", package or user.package, "--identity", identity, "--out", out, "--receipt", receipt, *more)

    own, key = user.key("buyer.age"), ("--sign-key", user.key(user.people["receiver"]))
    user.refused(INPUT, "BQ-INPUT-1", "age-keygen", *receive(user.key("missing.age")))
    user.refused(INPUT, "BQ-INPUT-1", "AGE-SECRET-KEY-1", *receive(user.case_file))
    user.refused(INPUT, "BQ-INPUT-1", "is not UTF-8 text", *receive(bad))
    user.refused(DELIVERY, "BQ-DELIVERY-1", "no key fits", *receive(wrong))
    user.refused(DELIVERY, "BQ-DELIVERY-1", "Ask the sender", *receive(own, package=user.sources))
    user.refused(INPUT, "BQ-INPUT-1", "no trust file", *receive(own, "--trust", user.company / "missing"))
    user.refused(INPUT, "BQ-INPUT-1", "cannot be used", *receive(own, "--trust", user.case_file))
    user.refused(INPUT, "BQ-INPUT-1", "no private key file", *receive(own, "--sign-key", user.key("missing")))
    user.refused(INPUT, "BQ-INPUT-1", "--at 2026-12-08", *receive(own, *key, "--at", "tomorrow"))
    user.refused(DELIVERY, "BQ-DELIVERY-1", "is not empty", *receive(own, "--out", user.sources))
    user.refused(INPUT, "BQ-INPUT-1", "is a file", *receive(own, "--out", user.case_file))
    volume = next((user.package / "data").glob("*.age"))
    whole = volume.read_bytes()
    volume.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    user.refused(DELIVERY, "BQ-DELIVERY-2", "was changed", *receive(own))
    volume.unlink()
    user.refused(DELIVERY, "BQ-DELIVERY-2", "is missing", *receive(own))


def test_a_receipt_counts_when_the_receiver_signed_it(user: Unlucky) -> None:
    user.at("delivered")
    for role in ("it", "receiver"):
        key = user.key(user.people[role])
        receipt, out = user.company / f"{role}.json", user.company / role
        user.done("receive", user.package, "--identity", user.key("buyer.age"), "--out", out, "--sign-key", key,
                  "--receipt", receipt, "--at", "2027-01-01T02:00:00Z")  # fmt: skip
    for file in (user.company / "it.json", user.case_file, user.package / "DataDelivery.dsse.json"):
        user.refused(DELIVERY, "BQ-DELIVERY-5", user.people["receiver"], "receipt", CASE, file)
    user.refused(INPUT, "BQ-INPUT-1", "there is no receipt", "receipt", CASE, user.company / "missing.json")
    user.done("receipt", CASE, user.company / "receiver.json")
    user.done("case", "clock", CASE, "--days", 1)
    user.done("receipt", CASE, user.company / "receiver.json")


def test_an_event_that_moves_nothing_is_asked_to_move_nothing(user: Unlucky, tmp_path: Path) -> None:
    user.done("demo", "--event", "E2", "--customers", 110, "--out", tmp_path / "share")
    user.done("case", "new", tmp_path / "share" / "case.toml", "--clock", OPENED_AT)
    keys = (f"--{r}-key={user.key(user.people[r])}" for r in ("operator", "verifier", "officer"))
    for command in (
        ("cutover", "demo-e2", "--confirmed-by", "x"), ("deliver", "demo-e2"), ("receipt", "demo-e2", "x.json"),
        ("destroy", "demo-e2", *keys),
    ):  # fmt: skip
        user.refused(STATE, "BQ-STATE-1", "Go on with `bequest close`", *command)


def test_a_demo_that_cannot_be_made_leaves_nothing(user: Unlucky, tmp_path: Path) -> None:
    out = tmp_path / "demo"
    user.refused(INPUT, "BQ-INPUT-1", "Ask for at least", "demo", "--customers", 3, "--out", out)
    user.refused(INPUT, "BQ-INPUT-1", "Choose one of", "demo", "--event", "E4", "--out", out)
    assert not out.exists()
    user.refused(INPUT, "BQ-INPUT-1", "is a file", "demo", "--out", user.case_file)
    user.refused(INPUT, "BQ-INPUT-1", "is not empty", "demo", "--out", user.sources)
    user.refused(INPUT, "BQ-INPUT-1", "Choose another folder", "demo", "--out", "/proc/demo")


# The home


def test_a_home_that_cannot_be_used(user: Unlucky, tmp_path: Path) -> None:
    new = ("case", "new", user.case_file)
    for home in (Path("/proc/none/home"), user.case_file / "home"):
        user.refused(INPUT, "BQ-INPUT-1", "Name a directory that you may write", *new, home=home)
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "letter.txt").touch()
    foreign.chmod(0o755)
    user.refused(GUARD, "BQ-GUARD-1", "chmod 700", *new, home=foreign)
    broken = tmp_path / "broken"
    broken.mkdir(mode=0o700)
    (broken / "control.db").write_text("no database" * 100)
    user.refused(INPUT, "BQ-INPUT-1", "Restore it from a backup", *new, home=broken)
    typo = tmp_path / "typo"
    user.refused(INPUT, "BQ-INPUT-1", "--home or BEQUEST_HOME", "case", "list", home=typo)
    assert not typo.exists()


def test_a_home_without_its_master_key_makes_no_other(user: Unlucky) -> None:
    user.at("opened")
    master = user.home / "master.key"
    key = master.read_bytes()
    master.unlink()
    user.refused(INPUT, "BQ-INPUT-1", "back from its backup", "discover", CASE)
    assert not master.exists()
    master.write_bytes(b"zz\n")
    master.chmod(0o600)
    user.refused(INPUT, "BQ-INPUT-1", "64 hex digits", "discover", CASE)
    master.write_bytes(key)
    master.chmod(0o644)
    user.refused(INPUT, "BQ-INPUT-1", "chmod 600", "discover", CASE)
    master.chmod(0o600)
    user.done("discover", CASE)


def test_work_files_that_are_damaged_or_lost_are_made_again(user: Unlucky) -> None:
    user.at("linked")
    next((user.workspace / "work" / "index").glob("*.parquet")).write_bytes(b"cut")
    user.refused(STATE, "BQ-STATE-1", "bequest link demo-e5", "plan", CASE)
    for path in (user.workspace / "work" / "link").glob("*.parquet"):
        path.unlink()
    user.refused(STATE, "BQ-STATE-1", "bequest link demo-e5", "plan", CASE)
    user.done("link", CASE)
    user.done("plan", CASE)


def test_a_log_that_lost_its_files_is_not_begun_anew(user: Unlucky) -> None:
    user.at("planned")
    for path in sorted((user.workspace / "log").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    it = user.people["it"]
    said = user.run("approve", CASE, "--as", it, "--key", user.key(it))
    assert (said.code, "files are missing" in said.err) == (EVIDENCE, True)
    assert not (user.workspace / "log" / "checkpoint").exists()


def test_names_with_spaces_and_chinese_are_no_trouble(user: Unlucky) -> None:
    user.at("company")
    company = user.company.rename(user.here / "客户 数据（演练）")
    user.home = user.here / "家 目录"
    try:
        user.done("case", "new", company / "case.toml", "--clock", OPENED_AT)
        user.done("discover", CASE)
        user.done("map", "import", CASE, company / "map.toml")
        user.done("link", CASE)
    finally:
        user.home = user.here / "home"


# Processes


def test_ctrl_c_stops_a_step_and_the_same_command_goes_on(user: Unlucky) -> None:
    user.at("discovered")

    def pressed() -> None:
        raise KeyboardInterrupt

    for label, command in (("link orders", ("link", CASE)), ("count", ("plan", CASE))):
        with interrupted_at(label, pressed):
            said = user.run(*command)
        assert (said.code, "run the same command again" in said.err) == (130, True)
        if command[0] == "link":
            user.refused(STATE, "BQ-STATE-1", "Run `bequest link demo-e5`", "plan", CASE)
        user.done(*command)
    assert user.steps()["plan"] == "done"


def test_an_error_nobody_foresaw_shows_no_text_of_its_own(user: Unlucky) -> None:
    user.at("discovered")

    def fail() -> None:
        raise ValueError("Li Lei, 13912345678")

    with interrupted_at("link orders", fail):
        said = user.run("link", CASE)
    assert said.code == 1
    assert said.err.splitlines()[-2].startswith("BQ-000: a defect of this program: ValueError in ")
    assert "139" not in said.err
    assert user.steps()["link"] == "failed"
    with interrupted_at("link orders", lambda: (_ for _ in ()).throw(OSError(28, "No space left on device"))):
        said = user.run("link", CASE)
    assert (said.code, "Make room" in said.err) == (INPUT, True)


def test_a_step_in_another_process_is_waited_for(user: Unlucky) -> None:
    user.at("discovered")
    flag = user.company / "busy"
    other = another_process(user.home, "link orders", flag, "link", CASE)
    wait_for(flag.exists)
    for command in (("link", CASE), ("discover", CASE)):
        said = user.run(*command)
        assert said.code == STATE, said
        assert "BQ-LEASE-1: step 'link' of case demo-e5 is being worked on by process" in said.err
        assert "wait until it has finished" in said.err
    flag.unlink()
    other.join()
    assert other.exitcode == 0
    user.done("plan", CASE)


KILLS = {
    "link": ("discovered", "link orders", ("link", CASE)),
    "link again": ("planned", "link orders", ("link", CASE)),
    "plan": ("linked", "count orders", ("plan", CASE)),
    "cutover": ("waited", "count orders", ("cutover", CASE, "--confirmed-by")),
}


@pytest.mark.parametrize(("stage", "label", "command"), KILLS.values(), ids=KILLS)
def test_a_killed_step_is_done_by_the_same_command(
    user: Unlucky, stage: str, label: str, command: tuple[str, ...]
) -> None:
    user.at(stage)
    if command[0] == "cutover":
        command = (*command, user.people["cutover"])
    traces = user._traces()
    killed = another_process(user.home, label, None, *command)
    killed.join()
    assert killed.exitcode == -9
    assert user._traces() == traces
    if command[0] == "link":
        user.refused(STATE, "BQ-STATE-1", "Run `bequest link demo-e5`", "plan", CASE)
    user.done(*command)
    assert user.steps()[command[0]] == "done"


def test_an_opening_that_was_cut_off_is_taken_up_again(user: Unlucky, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("bequest.app.open_case.make_keys", cut_off)
        assert user.run("case", "new", user.case_file, "--clock", OPENED_AT).code == 130
    user.done("case", "new", user.case_file, "--clock", OPENED_AT)
    user.done("discover", CASE)


def test_an_intent_cut_off_and_not_taken_up_is_answered(user: Unlucky, monkeypatch: pytest.MonkeyPatch) -> None:
    user.at("waited")

    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("bequest.app.run_cutover.save_plans", cut_off)
        assert user.run(*user.cutover()).code == 130
    user.rewrite(user.case_file, "tolerance_percent = 5", "tolerance_percent = 9")
    user.done("case", "update", CASE, user.case_file, "--base", 1)
    user.done("link", CASE)
    user.done("plan", CASE)
    user.approve_all()
    user.done(*user.cutover())
    with open_store(user.home).transaction() as tx:
        logged = {e.event_id for e in tx.outbox.all(CASE) if e.published_index is not None}
    kinds = (EventType.CUTOVER_INTENT, EventType.CUTOVER_OUTCOME)
    assert {f"{kind.value}:{n}" for kind in kinds for n in (1, 2)} <= logged
