"""What was received goes into the receiver's own place: lawful, undertaken, counted, and only once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.servers import Server
from tests.unit.steps.deliver import delivery_cases as c

from bequest.app.receive import import_received, receive_package
from bequest.kernel.errors import BequestError, DeliveryError, InputError, SourceError
from bequest.kernel.secret import Secrets
from bequest.sources.landing import TableChange
from bequest.sources.landings import open_landing
from bequest.steps.deliver.content import DeliveredColumn, DeliveredTable
from bequest.steps.deliver.receipt import check_receipt, sign_receipt
from bequest.steps.deliver.receive import Received

ALL = ("all",)
ODD = ["plain", None, "", "a,b", 'say "so"', "back\\slash\\N", "two\nlines", "it's %s", "李雷😀", "\\."]


@dataclass(frozen=True)
class Place:
    """A place to import into, and what lies there."""

    into: str
    environ: dict[str, str]
    rows: Callable[[str], list[dict[str, Any]]]


def on_server(server: Server, kind: str) -> Place:
    database = server.new_database()

    def rows(table: str) -> list[dict[str, Any]]:
        import contextlib

        quote = '"' if kind == "postgresql" else "`"
        with contextlib.closing(server.connect(database)) as db, db.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {quote}{table}{quote} ORDER BY __row")
            return [dict(zip([d[0] for d in cursor.description], r, strict=True)) for r in cursor.fetchall()]

    return Place("env:INTO", {"INTO": server.url(database)}, rows)


@pytest.fixture(params=["postgresql", "mariadb", "parquet"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "parquet":
        folder = tmp_path / "landed"

        def rows(table: str) -> list[dict[str, Any]]:
            return pl.read_parquet(folder / table / "*.parquet").sort("__row").to_dicts()

        yield Place(str(folder), {}, rows)
    else:
        fixture = {"postgresql": "postgres", "mariadb": "mariadb"}[request.param]
        yield on_server(request.getfixturevalue(fixture), request.param)


def odd() -> DeliveredTable:
    frame = pl.DataFrame({"__row": [f"{i:032x}" for i in range(len(ODD))], "备注": ODD})
    return DeliveredTable("crm", "notes", (DeliveredColumn("备注", "free_text", "value"),), [frame])


def received(tmp_path: Path, *tables: DeliveredTable, delivery: str = "d-1", **changes: object) -> Received:
    folder = tmp_path / delivery
    spec = c.spec(delivery_id=delivery, **changes)
    package = c.build(folder, made=spec, of=list(tables) or c.tables()).folder
    key = tmp_path / "buyer.age"
    key.write_text(c.BUYER.secret)
    return receive_package(package, key, folder / "in")


def test_what_came_is_imported_once_and_counted(place: Place, tmp_path: Path) -> None:
    came = received(tmp_path, c.customers(), odd(), c.empty())
    for before in (False, True):
        done = import_received(came, place.into, ALL, environ=place.environ)
        assert {t: (x.rows, x.left_out, x.there) for t, x in done.tables.items()} == {
            "crm.customers": (7, 0, 7), "crm.notes": (len(ODD), 0, len(ODD)), "crm.addresses": (0, 0, 0),
        }  # fmt: skip
        assert done.tables["crm.notes"].before is before
    assert [r["备注"] for r in place.rows("crm__notes")] == ODD
    assert place.rows("crm__customers")[1]["mobile"] == "13800000001"


def test_a_later_delivery_adds_rows_columns_and_brings_back_nobody(place: Place, tmp_path: Path) -> None:
    import_received(received(tmp_path, c.customers()), place.into, ALL, environ=place.environ)
    gone, changed = f"{1:032x}", f"{2:032x}"
    cells = pl.DataFrame({"__row": [changed], "value": ["王新"]})
    change = TableChange("crm.customers", pl.Series([gone]), {"姓名": cells})
    for _ in range(2):
        with open_landing(place.into, Secrets(place.environ)) as landing:
            done = landing.execute("m-1", [change])["crm.customers"]
        assert (done.gone, done.corrected) == (1, 1)
    after = {r["__row"]: r for r in place.rows("crm__customers")}
    assert gone not in after
    assert after[changed]["姓名"] == "王新"
    again = import_received(received(tmp_path, c.customers()), place.into, ALL, environ=place.environ)
    assert again.tables["crm.customers"].there == 6
    frame = pl.DataFrame({"__row": [gone, f"{50:032x}"], "city": ["杭州", "宁波"]})
    wave = DeliveredTable("crm", "customers", (DeliveredColumn("city", "region", "value"),), [frame])
    late = import_received(received(tmp_path, wave, delivery="d-2"), place.into, ALL, environ=place.environ)
    assert (late.tables["crm.customers"].rows, late.tables["crm.customers"].left_out) == (1, 1)
    if not Path(place.into).is_dir():
        assert [r["__row"] for r in place.rows("crm__customers") if r["city"]] == [f"{50:032x}"]


def test_an_import_that_breaks_off_goes_on(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    came = received(tmp_path, c.customers())
    read = pl.read_parquet

    def breaks(path: Path, **more: Any) -> pl.DataFrame:
        if "part-0003" in str(path):
            raise KeyboardInterrupt
        return read(path, **more)

    monkeypatch.setattr("bequest.steps.deliver.importing.pl.read_parquet", breaks)
    with pytest.raises(KeyboardInterrupt):
        import_received(came, place.into, ALL, environ=place.environ)
    monkeypatch.undo()
    assert import_received(came, place.into, ALL, environ=place.environ).tables["crm.customers"].there == 7


def test_another_package_under_the_same_name_is_refused(place: Place, tmp_path: Path) -> None:
    import_received(received(tmp_path, c.customers()), place.into, ALL, environ=place.environ)
    other = received(tmp_path / "other", c.customers(name="李"))
    with pytest.raises(SourceError, match="another package"):
        import_received(other, place.into, ALL, environ=place.environ)


def test_nothing_is_imported_without_what_the_package_asks_to_undertake(tmp_path: Path) -> None:
    came = received(tmp_path, undertakings=("PIPL-51-protect", "propagate-withdrawal"))
    with pytest.raises(DeliveryError, match="has not undertaken propagate-withdrawal") as caught:
        import_received(came, str(tmp_path / "into"), ("PIPL-51-protect",), environ={})
    assert caught.value.code == "BQ-DELIVERY-6"
    assert not (tmp_path / "into").exists()


@pytest.mark.parametrize("cls", ["password_secret", "biometric"])
def test_a_field_that_passes_to_nobody_is_refused_and_nothing_is_kept(tmp_path: Path, cls: str) -> None:
    frame = pl.DataFrame({"__row": ["f" * 32], "code": ["1"]})
    table = DeliveredTable("crm", "logins", (DeliveredColumn("code", cls, "value"),), [frame])
    with pytest.raises(DeliveryError, match=rf"crm\.logins\.code \({cls}\)"):
        received(tmp_path, table)
    assert not (tmp_path / "d-1" / "in").exists()


def test_rows_of_a_credit_file_are_refused(tmp_path: Path) -> None:
    from bequest.model.case import SystemKind

    with pytest.raises(DeliveryError, match=r"crm\.customers\.mobile \(credit\)"):
        received(tmp_path, replace(c.customers(), system=SystemKind.CREDIT))


def test_a_table_that_is_not_of_an_import_is_not_touched(postgres: Server, tmp_path: Path) -> None:
    place = on_server(postgres, "postgresql")
    database = place.environ["INTO"].rpartition("/")[2]
    postgres.execute(database, "CREATE TABLE crm__customers (id int)", "INSERT INTO crm__customers VALUES (1)")
    came = received(tmp_path, c.customers())
    with pytest.raises(SourceError, match="not of an import"):
        import_received(came, place.into, ALL, environ=place.environ)
    assert postgres.execute(database, "SELECT id FROM crm__customers") == [(1,)]
    import_received(came, place.into, ALL, schema="来自甲", environ=place.environ)
    assert postgres.execute(database, 'SELECT count(*) FROM "来自甲".crm__customers') == [(7,)]


@pytest.mark.parametrize(("into", "error"), [("oracle://x/y", InputError), ("env:NOWHERE", InputError)])
def test_a_place_that_is_none_is_said_so(tmp_path: Path, into: str, error: type[BequestError]) -> None:
    with pytest.raises(error) as caught:
        import_received(received(tmp_path), into, ALL, environ={})
    assert caught.value.hint


def test_the_receipt_says_what_was_imported_and_the_sender_checks_it(tmp_path: Path) -> None:
    came = received(tmp_path)
    done = import_received(came, str(tmp_path / "into"), ALL, environ={})
    salt = c.spec().commit_salt
    _, envelope = sign_receipt(came, c.AT, c.signing(c.BUYER_KEY), imported=done)
    receipt = check_receipt(envelope, c.opening(c.BUYER_KEY), came.statement, salt)
    assert receipt.imported == came.counts
    fewer = replace(done, tables={**done.tables, "crm.customers": replace(done.tables["crm.customers"], rows=6)})
    _, envelope = sign_receipt(came, c.AT, c.signing(c.BUYER_KEY), imported=fewer)
    with pytest.raises(DeliveryError, match="other rows were imported"):
        check_receipt(envelope, c.opening(c.BUYER_KEY), came.statement, salt)


def test_a_receipt_that_does_not_undertake_all_is_refused(tmp_path: Path) -> None:
    came = received(tmp_path, undertakings=("PIPL-51-protect",))
    _, envelope = sign_receipt(came, c.AT, c.signing(c.BUYER_KEY))
    more = {**came.statement.predicate, "undertakings": ["PIPL-51-protect", "propagate-withdrawal"]}
    with pytest.raises(DeliveryError, match="does not undertake propagate-withdrawal"):
        check_receipt(envelope, c.opening(c.BUYER_KEY), replace(came.statement, predicate=more), c.spec().commit_salt)
