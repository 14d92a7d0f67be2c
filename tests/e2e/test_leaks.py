"""No value of any person stays behind with us: not in a file, a name, a log, a database, evidence, or what was printed.

Looked through is all that a whole case leaves under its home, at its end and at two moments before purges. What
`bequest case stores` lists holds values by design; it must be sealed, so the search goes through its bytes as well.
"""

import base64
import gzip
import hashlib
import io
import json
import lzma
import re
import sqlite3
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from pypdf import PdfWriter
from pypdf.generic import NameObject, StreamObject
from tests.e2e.searching import Needles, is_telling, is_word, views
from tests.e2e.whole_case import ROOT, WholeCase, as_text

from bequest.app.home_master import HomeMaster
from bequest.crypto.keys import FileKeyProvider, KeyState
from bequest.crypto.sealing import open_bytes
from bequest.demo.schema import TABLES
from bequest.model.datamap import FieldClass as F
from bequest.store.boot import open_store

SEALED = b"bequest-sealed\n"
AGE = b"age-encryption.org/v1\n"
OF_PERSONS = frozenset(
    {F.PERSON_NAME, F.PHONE, F.EMAIL, F.NATIONAL_ID, F.BIRTHDAY, F.ADDRESS, F.PASSWORD_SECRET, F.SOCIAL_ID, F.TAX_ID}
    | {F.COMPANY_NAME, F.USCC, F.FREE_TEXT, F.IP, F.DEVICE_ID, F.USER_ID, F.ORDER_NO}
)
CASES = ["asset_deal", "share_deal"]


@pytest.fixture
def whole(request: pytest.FixtureRequest) -> WholeCase:
    found: WholeCase = request.getfixturevalue(request.param)
    return found


@cache
def seeded(whole: WholeCase) -> frozenset[str]:
    """Values that the demo knows to occur once."""
    kinds = whole.truth_json("seeded").values()
    return frozenset(str(v) for kind in kinds for values in kind.values() for v in values)


@cache
def written(whole: WholeCase) -> frozenset[str]:
    """Every value of a person as it stands in some source, but for birthdays on which something else happened."""
    of_persons, others = set(seeded(whole)), set()
    for table in TABLES:
        for column in table.columns:
            values = (as_text(row[column.name]) for row in whole.before[table.source, table.name])
            found = {v.strip() for v in values if v}
            if column.cls in OF_PERSONS:
                of_persons |= found
            else:
                others |= {v[:10] for v in found}
    return frozenset(of_persons - others)


@cache
def values_of_persons(whole: WholeCase) -> frozenset[str]:
    """As written and in plain form, long enough not to occur by chance, and no word of the product's own."""
    found = {v for v in written(whole) | {_plain(w) for w in written(whole)} if is_telling(v) or is_word(v)}
    words = pl.Series([_text_of(p) for p in _papers(whole)])
    return frozenset(found - set(words.str.extract_many(list(found), overlapping=True).explode()))


def _plain(value: str) -> str:
    """Full-width signs, separators and country codes away: what software makes of it before it compares."""
    return re.sub(r"^\+?86(?=1\d{10}$)", "", re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", value))).lower()


def _papers(whole: WholeCase) -> list[Path]:
    """What everybody may read: the program and its texts, and the case file with its parties."""
    sources = [p for p in (ROOT / "src").rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    return [*(p for p in sources if "demo" not in p.parts), whole.out / "case.toml"]


def _text_of(paper: Path) -> str:
    return (lzma.decompress(paper.read_bytes()) if paper.suffix == ".xz" else paper.read_bytes()).decode("utf-8")


@cache
def needles(whole: WholeCase) -> Needles:
    return Needles(values_of_persons(whole))


def shown(found: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """The first few."""
    return sorted(found)[:10]


@pytest.mark.parametrize("whole", CASES, indirect=True)
def test_enough_is_looked_for(whole: WholeCase) -> None:
    values = values_of_persons(whole)
    assert len(values) > 4000
    assert len(seeded(whole)) > 400
    assert len(seeded(whole) - values) < 5  # a name that is also a word of the program


@pytest.mark.parametrize("whole", CASES, indirect=True)
def test_the_sources_hold_what_is_looked_for(whole: WholeCase) -> None:
    """The search finds all of it where it is known to be: in SQLite, XLSX, GB18030, JSON Lines and Parquet."""
    found = {value for _, value in needles(whole).in_folder(whole.kept / "before" / "sources")}
    rounded = re.compile(r"\d{15}000")  # by the spreadsheet, which wrote 1.10103195501074E+17
    expected = {v for v in written(whole) if not rounded.fullmatch(v) and len(v.encode("gb18030")) >= 6}
    assert sorted(expected & values_of_persons(whole) - found) == []
    assert len(expected & found) > 4000


@pytest.mark.parametrize("place", ["home", "kept/closing/home", "kept/certified/home"])
@pytest.mark.parametrize("whole", CASES, indirect=True)
def test_no_value_of_a_person_is_anywhere_under_the_home(whole: WholeCase, place: str) -> None:
    folder = whole.home if place == "home" else whole.root / place
    if whole.event == "E2" and place == "kept/certified/home":
        assert not folder.exists()  # nothing is destroyed, nothing certified
        return
    assert sum(1 for p in folder.rglob("*") if p.is_file()) > 40
    assert shown(needles(whole).in_folder(folder)) == []


@pytest.mark.parametrize("whole", CASES, indirect=True)
def test_nothing_is_printed_and_nothing_is_left_in_temporary_places(whole: WholeCase) -> None:
    out, err = (path.read_bytes() for path in whole.said)
    assert b"verify: " in out
    assert err
    assert shown(needles(whole).in_views([("stdout", out), ("stderr", err)])) == []
    for folder in (whole.temp, whole.user_home, whole.case / "tmp"):
        assert list(folder.rglob("*")) == [], "files are left behind"


@pytest.mark.parametrize("whole", CASES, indirect=True)
def test_openings_of_evidence_hold_no_value_even_in_clear(whole: WholeCase) -> None:
    keys = FileKeyProvider(whole.case / "keys", HomeMaster(whole.home).read())
    key = keys.get("evidence")
    clear: list[tuple[str, bytes]] = []
    with open_store(whole.home).transaction() as tx:
        events = {e.event_id.replace(":", ".").replace("/", "."): e.event_id for e in tx.outbox.all(whole.case_id)}
    for path in sorted((whole.case / "bodies").iterdir()):
        clear += views(path.name, open_bytes(path.read_bytes(), key, events[path.stem].encode()))
    assert len(clear) > 5
    assert shown(needles(whole).in_views(clear)) == []


@pytest.mark.parametrize("point", ["closing", "end"])
@pytest.mark.parametrize("whole", CASES, indirect=True)
def test_what_is_sealed_is_listed_and_what_is_listed_is_sealed(whole: WholeCase, point: str) -> None:
    home = whole.home if point == "end" else whole.kept / point / "home"
    with open_store(home).transaction() as tx:
        places = tx.stores.list(whole.case_id)
    case = home / "cases" / whole.case_id
    sealed = {p for p in case.rglob("*") if p.is_file() and p.read_bytes().startswith((SEALED, AGE))}
    sealed = {p for p in sealed if p.parent.name not in ("keys", "bodies")}  # keys, and openings without values
    listed = {p for s in places for p in _files(home / s.path)}
    assert sealed - listed == set()
    in_clear = {p for p in listed - sealed if p.name not in PLAIN}
    assert in_clear == set()
    for s in places:
        assert (s.state.value == "purged") == (not _files(home / s.path)), s.name
        assert s.content
        assert s.ground
    names = {s.name.split("/")[0] for s in places if s.state.value != "purged"}
    if whole.event == "E5":
        assert names == ({"custody", "stores", "delivery"} | ({"letters"} if point == "closing" else set()))
    else:
        assert names == ({"stores", "letters"} if point == "closing" else {"stores"}), "the portal outlives the case"


PLAIN = frozenset(
    {"manifest.json", "erasure.parquet", "DataDelivery.dsse.json", "VERIFY.md", "bagit.txt", "bag-info.txt"}
    | {"manifest-sha256.txt", "tagmanifest-sha256.txt", "addresses.parquet"}
)
"""Beside what is sealed: counts and digests of custody, tokens of the ledger and of letters' addresses, the papers of a
package."""


def _files(path: Path) -> set[Path]:
    return {path} if path.is_file() else {p for p in path.rglob("*") if p.is_file()}


@pytest.mark.parametrize("whole", CASES, indirect=True)
def test_nothing_about_single_rows_is_left_after_the_close(whole: WholeCase) -> None:
    def columns(case: Path) -> set[str]:
        return {c for p in (case / "work").rglob("*.parquet") for c in pl.read_parquet_schema(p)}

    of_rows = {"row_tag", "row_digest"}
    assert of_rows <= columns(whole.kept_case("closing"))
    assert not of_rows & columns(whole.case)
    keys = FileKeyProvider(whole.case / "keys", HomeMaster(whole.home).read())
    ended = {p for p in keys.purposes() if keys.state(p) is KeyState.DESTROYED}
    expected = (
        {"link", "bodies"} if whole.event == "E2" else {"link", "bodies", "outbox", "verifier", "recipient/buyer"}
    )
    assert expected <= ended


@pytest.mark.parametrize("whole", CASES, indirect=True)
def test_directories_and_keys_are_private(whole: WholeCase) -> None:
    for path in (whole.home, whole.case, whole.case / "keys", whole.case / "work", whole.case / "stores"):
        assert path.stat().st_mode & 0o077 == 0, path.name
    for path in [whole.home / "master.key", *(whole.case / "keys").iterdir()]:
        assert path.stat().st_mode & 0o077 == 0, path.name


# The search itself: planted values are found in every kind of file.

PLANTED = "欧阳晓筠"
NUMBER = "13912345678"


def _parquet(value: str, tmp: Path) -> bytes:
    pl.DataFrame({"n": [1, 2], "deep": [[{"a": "x", "b": value}], None]}).write_parquet(tmp / "f", compression="zstd")
    return (tmp / "f").read_bytes()


def _parquet_binary(value: str, tmp: Path) -> bytes:
    pl.DataFrame({"b": [b"\0" + value.encode()] * 50}).write_parquet(tmp / "f", compression="zstd")
    return (tmp / "f").read_bytes()


def _database(value: str, tmp: Path) -> bytes:
    with closing(sqlite3.connect(tmp / "f.db")) as db:
        db.execute("PRAGMA encoding = 'UTF-16le'")
        db.execute("CREATE TABLE t (c)")
        db.execute(
            "INSERT INTO t VALUES (?)", (json.dumps({"a": base64.b64encode(("x" * 30 + value).encode()).decode()}),)
        )
        db.commit()
    return (tmp / "f.db").read_bytes()


def _wal(value: str, tmp: Path) -> bytes:
    with closing(sqlite3.connect(tmp / "f.db")) as db:
        db.execute("PRAGMA journal_mode = wal")
        db.execute("CREATE TABLE t (c)")
        db.execute("INSERT INTO t VALUES (?)", (value,))
        db.commit()
        return (tmp / "f.db-wal").read_bytes()


def _pdf(value: str, _: Path, *, where: str) -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    if where == "metadata":
        writer.add_metadata({"/Subject": value})
    elif where == "attachment":
        writer.add_attachment(
            "a.json", json.dumps({"p": base64.b64encode(b"y" * 30 + value.encode()).decode()}).encode()
        )
    else:
        stream = StreamObject()
        stream.set_data(b"BT (" + value.encode() + b") Tj ET " * 40)
        page[NameObject("/Contents")] = writer._add_object(stream.flate_encode())
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _zip(value: str, _: Path) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", f"<si>{'&#22826;' * 50}{value}</si>")
    return out.getvalue()


def _tar(value: str, _: Path) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        inside = gzip.compress(value.encode() * 3)
        info = tarfile.TarInfo("a.gz")
        info.size = len(inside)
        archive.addfile(info, io.BytesIO(inside))
    return out.getvalue()


def _html(value: str, _: Path) -> bytes:
    return ("<!doctype html><p>" + "".join(f"&#{ord(c)};" for c in value)).encode()


def _text(encode: Callable[[str], bytes]) -> Callable[[str, Path], bytes]:
    return lambda value, _: b"before \xff" + encode(value) + b" after"


KINDS: dict[str, Callable[[str, Path], bytes]] = {
    "UTF-8": _text(str.encode),
    "GB18030": _text(lambda v: v.encode("gb18030")),
    "UTF-16": _text(lambda v: v.encode("utf-16-le")),
    "JSON escapes": _text(lambda v: json.dumps(v).encode()),
    "hexadecimal": _text(lambda v: v.encode().hex().encode()),
    "base64": _text(lambda v: base64.b64encode(b"z" + v.encode() + b"zz")),
    "a plain digest": _text(lambda v: hashlib.sha256(v.encode()).hexdigest().encode()),
    "HTML entities": _html,
    "Parquet, nested": _parquet,
    "Parquet, binary": _parquet_binary,
    "SQLite": _database,
    "SQLite write-ahead log": _wal,
    "PDF metadata": lambda v, t: _pdf(v, t, where="metadata"),
    "PDF attachment": lambda v, t: _pdf(v, t, where="attachment"),
    "PDF stream": lambda v, t: _pdf(v, t, where="stream"),
    "ZIP": _zip,
    "tar of gzip": _tar,
    "signed statement": lambda v, _: json.dumps(
        {"payload": base64.b64encode(json.dumps({"statement": [v] * 4}).encode()).decode()}
    ).encode(),
}


@pytest.mark.parametrize("value", [PLANTED, NUMBER])
@pytest.mark.parametrize("kind", KINDS)
def test_a_planted_value_is_found(kind: str, value: str, tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.mkdir()
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "file").write_bytes(KINDS[kind](value, made))
    found = Needles([PLANTED, NUMBER, "never there"]).in_folder(tmp_path / "home")
    assert {v for _, v in found} == {value}


def test_a_short_number_is_found_as_a_word_and_not_inside_another(tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(b'{"cust_no":"C100001"}')
    (tmp_path / "not-there").write_bytes(b"AC1000015F C100001a")
    assert Needles(["C100001"]).in_folder(tmp_path) == {("there", "C100001"), ("there (texts)", "C100001")}


def test_a_planted_name_of_a_file_or_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / f"orders-{NUMBER}").mkdir()
    (tmp_path / f"{PLANTED}.txt").write_bytes(b"")
    assert {v for _, v in Needles([PLANTED, NUMBER]).in_folder(tmp_path)} == {PLANTED, NUMBER}
