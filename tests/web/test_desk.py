"""The receiver's desk: two buyers of one company, each with what is addressed to it and nothing of the other's."""

import hashlib
import io
import re
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from tests.web.conftest import PASSWORD, Answer, Client, Server, Town, next_code, sign_in, start, stop

from bequest.app import rehearse
from bequest.app.console.accounts import add_account
from bequest.app.context import Context, open_context
from bequest.app.open_case import open_case
from bequest.app.receipts import package_folders, receipts_are_in
from bequest.app.receive import receive_package, write_receipt
from bequest.app.receiver_desk.fetch import merged, sent_of
from bequest.app.receiver_desk.invite import invite
from bequest.app.withdrawals import withdraw
from bequest.crypto.passwords import totp_code
from bequest.demo.company import make_company
from bequest.kernel.errors import InputError, StateError
from bequest.model.case import Event, Role
from bequest.steps.deliver.bag import sha256_file

CASE, OTHER = "demo-e5", "demo-e2"


class Reached(BaseException):
    """The rehearsal has come where the test wants it."""


@dataclass
class Handed(Town):
    """A case in which two packages were handed over and nobody has signed."""

    folder: Path = Path()
    packages: dict[str, str] = None  # type: ignore[assignment]
    """Receiver → delivery."""
    signers: dict[str, str] = None  # type: ignore[assignment]
    """Receiver → person."""
    lake: Path = Path()
    """Where the first receiver imported its package; beside it the trust file."""

    def key(self, person: str) -> Path:
        return self.folder / "keys" / person


def until(ctx: Context, folder: Path, step: str) -> None:
    def tell(name: str) -> None:
        if name == step:
            raise Reached

    with pytest.raises(Reached):
        rehearse.rehearse(ctx, folder, tell=tell)


@pytest.fixture(scope="module")
def handed(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    base = tmp_path_factory.mktemp("handed")
    first, second = base / "first", base / "second"
    for folder, event, lots in ((first, Event.E5, 2), (second, Event.E2, 1)):
        folder.mkdir()
        make_company(folder, event=event, customers=120, seed=4, lots=lots)
    ctx = open_context(base / "home")
    until(ctx, first, "receive")
    case = ctx.case(CASE).case
    for person in case.people:
        text = (second / "case.toml").read_text(encoding="utf-8").replace(f'"{person.id}"', f'"{person.id}-b"')
        (second / "case.toml").write_text(text, encoding="utf-8")
    open_case(ctx, second / "case.toml", clock_at=rehearse.OPENED_AT)
    parties = {lot.id: lot.receiver for lot in case.lots}
    packages = {parties[d.lot]: d.delivery_id for d, _ in package_folders(ctx, CASE)}
    signers = {p.party: p.id for p in case.people if Role.RECEIVER in p.roles}
    officer = next(p.id for p in case.people if Role.OFFICER in p.roles)
    secrets = {p: add_account(ctx, CASE, p, password=PASSWORD).totp_secret for p in (officer, *signers.values())}
    ctx.store.close()
    assert len(packages) == len(signers) == 2
    return Handed(
        base / "home", ctx, secrets, {"officer": officer}, pl.DataFrame(), folder=first, packages=packages,
        signers=signers,
    )  # fmt: skip


@pytest.fixture(scope="module")
def running(handed: Handed) -> Iterator[Server]:
    server = start(handed.home)
    yield server
    stop(server)


@pytest.fixture(scope="module")
def buyers(handed: Handed, running: Server) -> dict[str, Client]:
    """Receiver → a browser that is signed in at the desk."""
    return {party: enter(running, handed, person) for party, person in handed.signers.items()}


def enter(server: Server, town: Town, person: str) -> Client:
    client, code = server.client(), next_code(town, person)
    got = client.send("/desk/in", "/desk/in", {"name": person, "password": PASSWORD, "code": code})
    assert got.status == 303, got.text[-400:]
    return client


def place(handed: Handed, party: str, rest: str = "") -> str:
    return f"/desk/{CASE}/package/{handed.packages[party]}{rest}"


def signed(handed: Handed, person: str, text: bytes, tmp_path: Path) -> str:
    """`ssh-keygen -Y sign`, as a receiver would."""
    file = tmp_path / "text"
    file.write_bytes(text)
    (tmp_path / "text.sig").unlink(missing_ok=True)
    subprocess.run(
        ["ssh-keygen", "-Y", "sign", "-n", "bequest-evidence", "-f", str(handed.key(person)), str(file)], check=True,
        capture_output=True,
    )  # fmt: skip
    return (tmp_path / "text.sig").read_text()


def instant(page: Answer) -> str:
    found = re.search(r'name="at" value="([^"]+)"', page.text)
    assert found
    return found[1]


def undertake(handed: Handed, client: Client, party: str, tmp_path: Path) -> Answer:
    here = place(handed, party)
    page = client.get(here)
    given = {"stage": "undertaken", "at": instant(page)}
    text = client.send(here, f"{here}/text", given)
    assert text.status == 200, text.text
    codes = re.findall(r'name="undertake" value="([^"]+)"', page.text)
    assert codes
    ticked = [("undertake", c) for c in codes]
    signature = signed(handed, handed.signers[party], text.body, tmp_path)
    return client.send(here, f"{here}/sign", [*given.items(), ("signature", signature), *ticked])


def test_each_receiver_sees_what_is_addressed_to_it_and_nothing_else(handed: Handed, buyers: dict[str, Client]) -> None:
    for party, client in buyers.items():
        home = client.get("/desk").text
        for other, delivery in handed.packages.items():
            assert (delivery in home) == (other == party)
        assert OTHER not in home


ADDRESSES = (
    "/desk/{case}/package/{package}", "/desk/{case}/package/{package}/trust.json",
    "/desk/{case}/package/{package}/file/{package}.tar", "/desk/{case}/message/{package}",
)  # fmt: skip
FORMS = (
    "/desk/{case}/package/{package}/text", "/desk/{case}/package/{package}/sign",
    "/desk/{case}/package/{package}/receipt", "/desk/{case}/message/{package}/receipt",
)  # fmt: skip


def test_every_address_of_the_desk_is_in_the_table() -> None:
    from bequest.web.urls import DESK

    known = {str(p.pattern) for p in DESK}
    free = {"desk", "desk/in", "desk/out", "desk/join/<str:token>", "desk/join/<str:token>/code"}
    said = {a.lstrip("/").format(case="<str:case_id>", package="<str:named>") for a in (*ADDRESSES, *FORMS)}
    said = {re.sub(r"/file/.*", "/file/<path:name>", a) for a in said} | {
        "desk/<str:case_id>/message/<str:named>/file/<path:name>"
    }
    assert known == free | said


@pytest.mark.parametrize("address", [*ADDRESSES, *FORMS])
def test_what_is_another_receivers_or_another_cases_is_not_there(
    handed: Handed, running: Server, buyers: dict[str, Client], address: str
) -> None:
    (mine, my_package), (other, other_package) = handed.packages.items()
    client, is_form = buyers[mine], address in FORMS
    for case, package in ((CASE, other_package), (OTHER, my_package), ("no-such-case", my_package), (CASE, "x")):
        to = address.format(case=case, package=package)
        got = client.send("/desk", to, {}) if is_form else client.get(to)
        assert got.status == 404, (to, got.status)
    staff = sign_in(running, handed, handed.roles["officer"]) if address == ADDRESSES[0] else None
    to = address.format(case=CASE, package=my_package)
    anonymous = running.client().send("/desk/in", to, {}) if is_form else running.client().get(to)
    assert (anonymous.status, anonymous.headers["location"]) == (303, "/desk/in")
    if staff is not None:  # an officer of the house is no receiver: the console's session opens nothing here
        staff.cookies["bq_desk"] = staff.cookies["bq_staff"]
        assert staff.get(to).status == 404
        assert handed.packages[mine] not in staff.get("/desk").text
    assert other


def test_the_console_is_not_there_for_a_receiver(handed: Handed, buyers: dict[str, Client]) -> None:
    client = next(iter(buyers.values()))
    client.cookies["bq_staff"] = client.cookies["bq_desk"]
    for screen in ("", "/plan", "/people", "/rights", "/destruction", "/bundle.tar"):
        assert client.get(f"/console/case/{CASE}{screen}").status == 404
    del client.cookies["bq_staff"]


def test_nothing_is_fetched_before_the_undertakings_are_signed_by_the_receivers_own_key(
    handed: Handed, buyers: dict[str, Client], tmp_path: Path
) -> None:
    party, other = handed.packages
    client, here = buyers[party], place(handed, party)
    whole = f"{here}/file/{handed.packages[party]}.tar"
    assert client.get(whole).status == 404
    page = client.get(here)
    given = {"stage": "undertaken", "at": instant(page)}
    text = client.send(here, f"{here}/text", given)
    codes = [("undertake", c) for c in re.findall(r'name="undertake" value="([^"]+)"', page.text)]
    foreign = signed(handed, handed.signers[other], text.body, tmp_path)
    own = signed(handed, handed.signers[party], text.body, tmp_path)
    for signature, ticks in ((foreign, codes), (own, codes[:-1]), ("nonsense", codes), ("", codes)):
        got = client.send(here, f"{here}/sign", [*given.items(), ("signature", signature), *ticks])
        assert got.status == 422, got.text[-300:]
    assert client.get(whole).status == 404
    assert undertake(handed, client, party, tmp_path).status == 303
    assert client.get(whole).status == 200
    with handed.ctx.store.transaction() as tx:
        [kept] = tx.receipts.of(CASE, handed.packages[party])
        assert (kept.stage, kept.signer) == ("undertaken", handed.signers[party])
        events = [e.event_id for e in tx.outbox.all(CASE)]
    assert f"delivery.receipt:{handed.packages[party]}-undertaken" in events
    with pytest.raises(StateError):
        receipts_are_in(handed.ctx, handed.ctx.case(CASE).case)


def test_a_download_goes_on_where_it_broke_off_and_is_the_package(
    handed: Handed, buyers: dict[str, Client], tmp_path: Path
) -> None:
    party = next(iter(handed.packages))
    client, delivery = buyers[party], handed.packages[party]
    whole = f"{place(handed, party)}/file/{delivery}.tar"
    full = client.get(whole)
    assert full.headers["accept-ranges"] == "bytes"
    n, tag = len(full.body), full.headers["etag"]
    assert int(full.headers["content-length"]) == n
    half = n // 2 + 77
    first = client.get(whole, Range=f"bytes=0-{half - 1}")
    rest = client.get(whole, Range=f"bytes={half}-", If_Range=tag)
    assert (first.status, rest.status) == (206, 206)
    assert rest.headers["content-range"] == f"bytes {half}-{n - 1}/{n}"
    assert first.body + rest.body == full.body
    assert client.get(whole, Range="bytes=-100").body == full.body[-100:]
    assert client.get(whole, Range="bytes=5-5").body == full.body[5:6]
    assert client.get(whole, Range=f"bytes={n}-").status == 416
    assert client.get(whole, Range="bytes=9-2").status == 416
    assert client.get(whole, Range="bytes=5-5", If_Range='"other"').status == 200
    assert client.get(whole, Range="bytes=0-1,5-6").status == 200
    assert client._do("HEAD", whole, None, {}).headers["content-length"] == str(n)
    with tarfile.open(fileobj=io.BytesIO(full.body)) as tar:
        tar.extractall(tmp_path, filter="data")
    [folder] = [f for d, f in package_folders(handed.ctx, CASE) if d.delivery_id == delivery]
    sent = {p.relative_to(folder).as_posix(): sha256_file(p) for p in folder.rglob("*") if p.is_file()}
    came = tmp_path / folder.name
    assert {p.relative_to(came).as_posix(): sha256_file(p) for p in came.rglob("*") if p.is_file()} == sent
    volume = next(p for p in sent if p.startswith("data/"))
    one = client.get(f"{place(handed, party)}/file/{volume}")
    assert hashlib.sha256(one.body).hexdigest() == sent[volume]
    assert one.headers["etag"] == f'"{sent[volume]}"'
    for outside in ("../../control.db", "data/../../x", "%2e%2e/%2e%2e/control.db"):
        assert client.get(f"{place(handed, party)}/file/{outside}").status == 404
    assert sent_of(handed.ctx, CASE, delivery)[f"{delivery}.tar"] == n
    assert "every byte was sent from here" in client.get(f"{place(handed, party)}?lang=en").text


def test_spans_of_bytes_are_counted_once() -> None:
    assert merged([(5, 9), (0, 3), (3, 4), (7, 12)]) == ((0, 4), (5, 12))


def test_all_receipts_are_signed_at_the_desk_and_the_same_file_as_the_command_line_is_taken(
    handed: Handed, buyers: dict[str, Client], tmp_path: Path
) -> None:
    party, other = handed.packages
    client, here, delivery = buyers[party], place(handed, party), handed.packages[party]
    whole = client.get(f"{here}/file/{delivery}.tar")
    with tarfile.open(fileobj=io.BytesIO(whole.body)) as tar:
        tar.extractall(tmp_path, filter="data")
    received = receive_package(tmp_path / f"delivery-{delivery}", rehearse.Company(handed.folder).identity(party),
                               tmp_path / "in")  # fmt: skip
    given = {"stage": "ciphertext", "at": instant(client.get(here))}
    text = client.send(here, f"{here}/text", given).body
    signature = signed(handed, handed.signers[party], text, tmp_path)
    assert client.send(here, f"{here}/sign", given | {"signature": signature}).status == 303
    given = {
        "stage": "decrypted", "at": instant(client.get(here)), "nonce": received.nonce.hex(),
        "manifest": received.inner_manifest_sha256,
    }  # fmt: skip
    wrong = given | {"nonce": "00" * 32}
    bad = client.send(here, f"{here}/text", wrong).body
    got = client.send(here, f"{here}/sign", wrong | {"signature": signed(handed, handed.signers[party], bad, tmp_path)})
    assert got.status == 422
    assert "nonce" in got.text or "随机数" in got.text
    text = client.send(here, f"{here}/text", given).body
    signature = signed(handed, handed.signers[party], text, tmp_path)
    assert client.send(here, f"{here}/sign", given | {"signature": signature}).status == 303
    with handed.ctx.store.transaction() as tx:
        assert [r.stage for r in tx.receipts.of(CASE, delivery)] == ["undertaken", "ciphertext", "decrypted"]
    assert "Signed for" in client.get(f"{here}?lang=en").text

    [folder] = [f for d, f in package_folders(handed.ctx, CASE) if d.delivery_id == handed.packages[other]]
    second = receive_package(folder, rehearse.Company(handed.folder).identity(other), tmp_path / "in2")
    file = tmp_path / "receipt.json"
    write_receipt(second, handed.key(handed.signers[other]), file, at=handed.ctx.now(CASE))
    foreign = upload(client, here, f"{here}/receipt", file.read_bytes())
    assert foreign.status == 422, "a receipt for another receiver's package is not taken here"
    there = place(handed, other)
    assert undertake(handed, buyers[other], other, tmp_path).status == 303
    assert upload(buyers[other], there, f"{there}/receipt", b"{}").status == 422
    assert upload(buyers[other], there, f"{there}/receipt", file.read_bytes()).status == 303
    receipts_are_in(handed.ctx, handed.ctx.case(CASE).case)


def upload(client: Client, page: str, path: str, data: bytes) -> Answer:
    found = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', client.get(page).text)
    assert found
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{found[1]}\r\n'.encode(),
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="r.json"\r\n\r\n' + data + b"\r\n--b--\r\n",
    ]
    return client._do("POST", path, b"".join(parts), {"Content-Type": "multipart/form-data; boundary=b"})


def test_an_upload_without_its_token_is_refused(handed: Handed, buyers: dict[str, Client]) -> None:
    party = next(iter(handed.packages))
    here = place(handed, party)
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="r.json"\r\n\r\n{}\r\n--b--\r\n'
    got = buyers[party]._do("POST", f"{here}/receipt", body, {"Content-Type": "multipart/form-data; boundary=b"})
    assert got.status == 403


def test_withdrawals_are_carried_out_from_the_desk_by_their_date(
    handed: Handed, buyers: dict[str, Client], tmp_path: Path
) -> None:
    from bequest.app.make_bundle import write_trust
    from bequest.app.receive import carry_out, import_received, write_change_receipt
    from bequest.app.telling import register

    ctx, (party, other) = handed.ctx, handed.packages
    people = tmp_path / "people.csv"
    refs = register(ctx.workspace(CASE))["ref"].to_list()
    people.write_text("ref,action\n" + "".join(f"{r},withdraw\n" for r in refs[:60]), encoding="utf-8")
    messages = {m.lot: m for m in withdraw(ctx, CASE, people=people)}
    lot = next(x for x in ctx.case(CASE).case.lots if x.receiver == party)
    sent = messages[lot.id]
    client, here = buyers[party], f"/desk/{CASE}/message/{sent.message_id}"
    assert buyers[other].get(here).status == 404
    page = client.get(f"{here}?lang=en")
    assert re.search(r"By 20\d\d-\d\d-\d\d delete", page.text)
    assert "Withdrawals" not in client.get("/desk?lang=en").text
    assert "Carry out" in client.get("/desk?lang=en").text
    got = client.get(f"{here}/file/withdrawal-{sent.message_id}.tar")
    with tarfile.open(fileobj=io.BytesIO(got.body)) as tar:
        tar.extractall(tmp_path, filter="data")
    write_trust(ctx, CASE, tmp_path / "trust.json")
    assert client.get(f"{place(handed, party)}/trust.json").body == (tmp_path / "trust.json").read_bytes()
    identity = rehearse.Company(handed.folder).identity(party)
    [folder] = [f for d, f in package_folders(ctx, CASE) if d.delivery_id == handed.packages[party]]
    received = receive_package(folder, identity, tmp_path / "in")
    import_received(received, str(tmp_path / "lake"), ["all"], environ={})
    handed.lake = tmp_path / "lake"
    done = carry_out(
        tmp_path / f"withdrawal-{sent.message_id}", identity, tmp_path / "trust.json", str(tmp_path / "lake"),
        environ={},
    )  # fmt: skip
    file = tmp_path / "done.json"
    write_change_receipt(done, handed.key(handed.signers[other]), file, at=ctx.now(CASE))
    assert upload(client, here, f"{here}/receipt", file.read_bytes()).status == 422, "signed by another receiver"
    write_change_receipt(done, handed.key(handed.signers[party]), file, at=ctx.now(CASE))
    assert upload(client, here, f"{here}/receipt", file.read_bytes()).status == 303
    assert "Carried out and signed for" in client.get(f"{here}?lang=en").text


def test_at_the_console_just_what_was_shown_is_asked_and_the_receipt_comes_back(
    handed: Handed, running: Server, tmp_path: Path
) -> None:
    """Goes on from the test before: of the others who were told, one whose rows went to the first receiver."""
    from bequest.app.passed_on import passed_on
    from bequest.app.receive import carry_out, write_change_receipt
    from bequest.app.telling import register
    from bequest.app.withdrawals import due

    ctx, (party, _) = handed.ctx, handed.packages
    lot = next(x.id for x in ctx.case(CASE).case.lots if x.receiver == party)
    others = (r for r in register(ctx.workspace(CASE))["ref"].to_list()[60:])
    ref = next(r for r in others if [d.lot for d in due(ctx, CASE, [(r, "object", "", "")])] == [lot])
    before = {m.message_id for m in passed_on(ctx, CASE)}
    ctx.store.close()
    client, page = sign_in(running, handed, handed.roles["officer"]), f"/console/case/{CASE}/destruction/withdrawals"
    here, who = f"/console/case/{CASE}/withdrawals", {"ref": ref, "action": "object"}
    unknown = client.send(page, f"{here}/look?lang=en", {"ref": "nobody", "action": "object"})
    assert (unknown.status, "nobody who was told" in unknown.text) == (422, True)
    assert client.send(page, f"{here}/tell", who).status == 422, "nothing was shown"
    shown = client.send(page, f"{here}/look?lang=en", who)
    [seen] = re.findall(r'name="seen" value="([0-9a-f]{64})"', shown.text)
    assert "objects 1" in shown.text
    other = client.send(page, f"{here}/tell?lang=en", who | {"seen": "0" * 64})
    assert (other.status, "changed since it was shown" in other.text) == (422, True)
    assert {m.message_id for m in passed_on(ctx, CASE)} == before
    assert client.send(page, f"{here}/tell", who | {"seen": seen}).status == 303
    [made] = [m for m in passed_on(ctx, CASE) if m.message_id not in before]
    assert (made.lot, made.done) == (lot, None)
    assert "Nothing is due" in client.send(page, f"{here}/look?lang=en", who).text, "what was told is not told again"
    identity = rehearse.Company(handed.folder).identity(party)
    done = carry_out(made.folder, identity, handed.lake.parent / "trust.json", str(handed.lake), environ={})
    file = tmp_path / "done.json"
    write_change_receipt(done, handed.key(handed.signers[party]), file, at=ctx.now(CASE))
    ctx.store.close()
    assert upload(client, page, f"{here}/receipt", b"{}").status == 422
    assert upload(client, page, f"{here}/receipt", file.read_bytes()).status == 303
    assert {m.message_id: m.done for m in passed_on(ctx, CASE)}[made.message_id] == made.asked
    assert ref not in client.get(page).text


def test_the_officer_invites_and_the_person_makes_the_account(handed: Handed, running: Server) -> None:
    person = next(iter(handed.signers.values()))
    officer = sign_in(running, handed, handed.roles["officer"])
    rights = f"/console/case/{CASE}/rights"
    page = officer.send(rights, f"{rights}/invite", {"person": person})
    found = re.search(r"/desk/join/([\w-]+)<", page.text)
    assert found
    assert officer.send(rights, f"{rights}/invite", {"person": handed.roles["officer"]}).status == 422
    join = f"/desk/join/{found[1]}"
    client = running.client()
    assert client.send(join, join, {"password": "short"}).status == 422
    made = client.send(join, join, {"password": "a longer pass phrase"})
    secret = re.search(r"secret=([A-Z2-7]+)", made.text)
    assert secret
    import base64
    import time

    key = base64.b32decode(secret[1] + "=" * (-len(secret[1]) % 8))
    given = {"password": "a longer pass phrase", "code": "000000"}
    assert client.send(join, f"{join}/code", given).status == 422
    given["code"] = totp_code(key, int(time.time()))
    assert client.send(join, f"{join}/code", given).headers["location"] == "/desk"
    assert client.get("/desk").status == 200
    assert running.client().get(join).status == 404, "a link works once"
    with pytest.raises(InputError):
        invite(handed.ctx, CASE, "nobody", by="x")
    handed.secrets[person] = key


def test_a_damaged_link_and_one_of_nobody_look_alike(running: Server) -> None:
    pages = {re.sub(r"/desk/join/[\w-]+", "", running.client().get(f"/desk/join/{t}").text) for t in ("x" * 43, "y")}
    assert len(pages) == 1


CHROMIUM = Path("/usr/bin/chromium")


@pytest.mark.skipif(not CHROMIUM.exists(), reason="no /usr/bin/chromium on this machine")
def test_screens_of_the_desk_in_a_browser(handed: Handed, running: Server, buyers: dict[str, Client]) -> None:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    from tests.web.test_screens import VIEWS, look

    party = next(iter(handed.packages))
    cookie = {"name": "bq_desk", "value": enter(running, handed, handed.signers["second-buyer"]).cookies["bq_desk"],
              "domain": "127.0.0.1", "path": "/desk", "secure": True, "httpOnly": True, "sameSite": "Strict",
              "expires": -1}  # fmt: skip
    token = invite(handed.ctx, CASE, handed.signers[party], by=handed.roles["officer"])
    handed.ctx.store.close()
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        for path in ("/desk", place(handed, "second-buyer")):
            for lang, width, scheme in VIEWS:
                state = {"cookies": [cookie], "origins": []}
                look(browser, f"{running.url}{path}", lang, width, scheme, state=state, least=26)
        for lang, width, scheme in VIEWS:
            for path in ("/desk/in", f"/desk/join/{token}"):
                look(browser, f"{running.url}{path}", lang, width, scheme, least=26)
        browser.close()
