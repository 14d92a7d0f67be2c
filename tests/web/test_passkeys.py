"""Passkeys in real Chromium with virtual authenticators: added, used to sign in and to approve, and what is refused."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest
from fido2.utils import websafe_decode
from tests.passkey_device import Device
from tests.web.conftest import PASSWORD, Client, Server, Town, next_code, plan_deal, start, stop
from tests.web.test_screens import AXE, OVERFLOW, SMALL

from bequest.app import rehearse
from bequest.app.approve_policy import approval_state, approve_policy
from bequest.app.console.passkeys import enrol, passkeys_of, to_enrol, to_prove, to_sign_in
from bequest.app.context import open_context
from bequest.app.fairness import load_fairness
from bequest.crypto.ceremony import Party
from bequest.evidence.approval import is_attested
from bequest.model.plan import Approval
from bequest.store.portal_records import SignedIn

CHROMIUM = Path("/usr/bin/chromium")
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="no /usr/bin/chromium on this machine")
CASE = "demo-e2"
T = TypeVar("T")
INTERNAL = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return plan_deal(tmp_path_factory.mktemp("passkeys"))


@pytest.fixture(scope="module")
def running(planned: Town) -> Iterator[Server]:
    server = start(planned.home)
    yield server
    stop(server)


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with sync_api.sync_playwright() as play:
        made = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield made
        made.close()


def device_in(page) -> tuple[object, str]:
    """An authenticator that is plugged into the page's browser."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    return session, session.send("WebAuthn.addVirtualAuthenticator", {"options": INTERNAL})["authenticatorId"]


def by_password(page, town: Town, base: str, person: str) -> None:
    page.goto(f"{base}/console/in?lang=en")
    page.get_by_label("Name").fill(person)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Code", exact=True).fill(next_code(town, person))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{base}/console")


def fits(page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(OVERFLOW) == []
    assert page.evaluate(SMALL, 26) == []


def beside(work: Callable[[], T]) -> T:
    """In another thread: the browser's driver runs an event loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def to_the_bundle(planned: Town, officer: str, legal: str) -> tuple[Approval, rehearse.Played]:
    """What the officer signed, and the rest of the case after the other approval."""
    ctx = open_context(planned.home)
    signed = next(a for a in approval_state(ctx, CASE).approvals if a.person == officer)
    seen = load_fairness(ctx.workspace(CASE))
    approve_policy(ctx, CASE, legal, planned.home.parent / "keys" / legal, seen=seen)
    played = rehearse.rehearse(ctx, planned.home.parent)
    ctx.store.close()
    return signed, played


def test_a_passkey_is_added_signs_in_and_approves_and_the_bundle_proves_it(
    planned: Town, running: Server, browser, tmp_path: Path
) -> None:
    base, officer, legal = f"http://localhost:{running.port}", planned.roles["officer"], planned.roles["legal"]
    page = browser.new_context(bypass_csp=False).new_page()
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text))
    session, device = device_in(page)
    by_password(page, planned, base, officer)
    page.goto(f"{base}/console/account?lang=en")
    add = page.locator("form[action^='/console/account/passkey?']")
    add.get_by_label("Name, such as").fill("Laptop")
    add.get_by_label("Password").fill(PASSWORD)
    add.get_by_label("Code").fill(next_code(planned, officer))
    add.get_by_role("button", name="Add it").click()
    page.wait_for_url(f"{base}/console/account")
    assert page.get_by_role("rowheader", name="Laptop").is_visible()
    for width in (1440, 390):
        fits(page, width)

    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{base}/console/in?lang=en")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{base}/console")

    page.goto(f"{base}/console/account?lang=en")
    page.get_by_role("button", name="Prove with a passkey and ask").click()
    page.wait_for_url(f"{base}/console/account?asked=yes#key")
    other = browser.new_context().new_page()
    by_password(other, planned, base, legal)
    other.goto(f"{base}/console/case/{CASE}/rights")
    other.locator("summary", has_text="Decide").click()
    other.get_by_label("Password").first.fill(PASSWORD)
    other.get_by_label("Code", exact=True).first.fill(next_code(planned, legal))
    other.get_by_role("button", name="Agree").click()
    assert other.get_by_text("in force").first.is_visible()

    page.goto(f"{base}/console/case/{CASE}/approvals?lang=zh")
    fits(page, 390)
    page.get_by_label("我看过").check()
    page.get_by_role("button", name="用通行密钥批准").click()
    page.wait_for_url(f"{base}/console/case/{CASE}/approvals")
    assert page.get_by_text("本人通行密钥").is_visible()
    assert [s for s in said if "Content Security Policy" in s] == []

    by_officer, played = beside(lambda: to_the_bundle(planned, officer, legal))
    assert not is_attested(by_officer)
    assert played.bundle.report.ok, played.bundle.report.failed
    assert any("signed with the person's passkey" in c.en for c in played.bundle.report.checks)
    signers = next(played.bundle.folder.rglob("allowed_signers"))
    (tmp_path / "sig").write_text(by_officer.signature)
    done = subprocess.run(
        ["ssh-keygen", "-Y", "verify", "-f", signers, "-I", officer, "-n", "bequest-evidence", "-s",
         tmp_path / "sig"],
        input=by_officer.text.encode(), capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr

    page.get_by_role("button", name="退出").click()
    copied = session.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"][0]
    session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": device})
    thief = browser.new_context().new_page()
    theirs, copy = device_in(thief)
    theirs.send("WebAuthn.addCredential", {"authenticatorId": copy, "credential": copied | {"signCount": 0}})
    for _ in range(2):  # the copy lags behind; once that was seen, the passkey opens nothing, however far it counts
        thief.goto(f"{base}/console/in?lang=zh")
        thief.get_by_role("button", name="用通行密钥登录").click()
        assert "疑似被复制" in thief.get_by_role("alert").filter(visible=True).inner_text()
        again = {"authenticatorId": copy, "credential": copied | {"signCount": 1000}}
        theirs.send("WebAuthn.removeCredential", {"authenticatorId": copy, "credentialId": copied["credentialId"]})
        theirs.send("WebAuthn.addCredential", again)


def test_under_another_address_no_passkey_is_asked_for(running: Server, browser) -> None:
    page = browser.new_context().new_page()
    device_in(page)
    page.goto(f"{running.url}/console/in?lang=en")  # 127.0.0.1, not localhost
    assert not page.get_by_role("button", name="passkey").is_visible()
    page.goto(f"http://localhost:{running.port}/console/in?lang=en")
    assert page.get_by_role("button", name="passkey").is_visible()


@pytest.fixture(scope="module")
def soft(planned: Town, running: Server) -> tuple[Device, SignedIn]:
    """A passkey in software of the legal counsel, added behind the pages, which no browser would let lie."""
    origin = f"http://localhost:{running.port}"
    device, party = Device(origin=origin, counter=5), Party("localhost", origin)

    def added() -> SignedIn:
        ctx = open_context(planned.home)
        now = ctx.system.now()
        who = SignedIn(ctx.case(CASE).organisation, planned.roles["legal"], "", now, now, now)
        asked = to_enrol(ctx, party, who)
        enrol(ctx, party, who, "soft", device.enrolled(websafe_decode(asked["challenge"])))
        assert [p.label for p in passkeys_of(ctx, who)] == ["soft"]
        ctx.store.close()
        return who

    return device, beside(added)


def send(running: Server, answer: str) -> tuple[Client, int]:
    client = running.client()
    return client, client.send("/console/in", "/console/in/passkey", {"answer": answer}).status


def challenge_of(running: Server) -> bytes:
    text = running.client().get("/console/in").text.replace("&#34;", '"')
    found = re.search(r'"challenge": "([^"]+)"', text)
    assert found
    return websafe_decode(found[1])


def test_what_a_passkey_must_not_do(planned: Town, running: Server, soft: tuple[Device, SignedIn]) -> None:
    device, who = soft
    device.counter += 1
    good = device.asserted(challenge_of(running))
    client, status = send(running, good)
    assert (status, client.get("/console").status) == (303, 200)
    assert send(running, good)[1] == 422, "an answer comes once"
    for what, changed in (
        ("a page of somebody else", lambda c: device.asserted(c, origin="https://evil.example")),
        ("a page under a number", lambda c: device.asserted(c, origin=f"http://127.0.0.1:{running.port}")),
        ("another domain", lambda c: Device(application="evil.example", origin=device.origin, key=device.key,
                                            counter=99).asserted(c)),
        ("a user who was not verified", lambda c: Device(origin=device.origin, key=device.key, flags=0x01,
                                                         counter=99).asserted(c)),
        ("another key", lambda c: Device(origin=device.origin, counter=99).asserted(c)),
        ("a challenge of nobody", lambda c: device.asserted(bytes(48))),
        ("nothing", lambda c: ""),
        ("a list", lambda c: json.dumps([1])),
    ):  # fmt: skip
        device.counter += 1
        client, status = send(running, changed(challenge_of(running)))
        assert (status, "bq_staff" in client.cookies) == (422, False), what
    device.counter += 1

    def asked_elsewhere() -> list[dict]:
        ctx, party = open_context(planned.home), Party("localhost", device.origin)
        found = [to_prove(ctx, party, who), to_enrol(ctx, party, who), to_sign_in(ctx, party)]
        ctx.store.close()
        return found

    prove, add, sign_in = beside(asked_elsewhere)
    for asked, status in ((prove, 422), (add, 422), (sign_in, 303)):  # made for something else, and for this
        assert send(running, device.asserted(websafe_decode(asked["challenge"])))[1] == status
    assert sign_in["userVerification"] == "required"


def test_recovery_codes_stand_in_for_the_authenticator_once_and_approve_nothing(planned: Town, running: Server) -> None:
    person, client = planned.roles["officer"], running.client()
    first = {"name": person, "password": PASSWORD, "code": next_code(planned, person)}
    assert client.send("/console/in", "/console/in", first).status == 303
    before = client.cookies["bq_staff"]
    got = client.send(
        "/console/account", "/console/account/codes", {"password": PASSWORD, "code": next_code(planned, person)}
    )
    codes = re.findall(r"<code>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})</code>", got.text)
    assert (got.status, len(codes)) == (200, 10)
    assert client.cookies["bq_staff"] != before, "another session"
    client.cookies["bq_staff"], now = before, client.cookies["bq_staff"]
    assert client.get("/console").status == 303, "the old one is over"
    client.cookies["bq_staff"] = now
    settle = f"/console/case/{CASE}/approvals/settle"
    got = client.send(
        f"/console/case/{CASE}/approvals", settle, {"password": PASSWORD, "code": codes[0], "remark": "x"}
    )
    assert got.status == 422
    for code, status in ((codes[1].upper().replace("-", " "), 303), (codes[1], 422), (codes[2], 303)):
        given = {"name": person, "password": PASSWORD, "recovery": code}
        assert running.client().send("/console/in", "/console/in", given).status == status
    assert "7" in client.get("/console/account").text
    removed = {"passkey": "none", "password": PASSWORD, "code": codes[3]}
    assert "没有这个通行密钥" in client.send("/console/account", "/console/account/passkey/remove", removed).text


def test_the_account_page_is_accessible(planned: Town, running: Server, browser) -> None:
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    by_password(page, planned, f"http://localhost:{running.port}", planned.roles["officer"])
    page.goto(f"http://localhost:{running.port}/console/account?lang=zh")
    page.evaluate(AXE)
    found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})")
    assert [v["id"] for v in found["violations"]] == []
    context.close()
