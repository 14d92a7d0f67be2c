"""Two people with accounts approve a demo case in the browser, and the case goes on to its bundle."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.web.conftest import PASSWORD, Server, Town, next_code, plan_deal, start, stop

from bequest.app import rehearse
from bequest.app.approve_policy import approval_state
from bequest.app.context import open_context
from bequest.evidence.approval import is_attested
from bequest.model.case import Role

CHROMIUM = Path("/usr/bin/chromium")
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="no /usr/bin/chromium on this machine")


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return plan_deal(tmp_path_factory.mktemp("planned"))


@pytest.fixture(scope="module")
def running(planned: Town) -> Iterator[Server]:
    server = start(planned.home)
    yield server
    stop(server)


def enter(browser, server: Server, town: Town, person: str):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{server.url}/console/in?lang=en")
    page.get_by_label("Name").fill(person)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Code", exact=True).fill(next_code(town, person))
    page.get_by_role("button", name="Sign in").click()
    return page


def test_two_people_approve_and_the_case_goes_on_to_its_bundle(planned: Town, running: Server) -> None:
    folder, case_id = planned.home.parent, "demo-e2"
    legal, officer = planned.roles["legal"], planned.roles["officer"]
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = enter(browser, running, planned, legal)
        page.get_by_role("link", name="open").first.click()
        assert page.url.split("?")[0] == f"{running.url}/console/case/{case_id}/approvals"
        page.get_by_label("a condition").check()
        page.get_by_label("Text or reason").fill("The board has seen it")
        page.get_by_role("button", name="Put it down").click()
        with page.expect_download() as got:
            page.get_by_role("link", name="Download").click()
        text = Path(got.value.path())
        subprocess.run(
            ["ssh-keygen", "-Y", "sign", "-n", "bequest-evidence", "-f", str(folder / "keys" / legal), str(text)],
            check=True, capture_output=True,
        )  # fmt: skip
        page.get_by_label("Signature").fill(Path(f"{text}.sig").read_text())
        page.get_by_label("I have read").check()
        page.get_by_role("button", name="Approve").click()
        assert page.get_by_text("own key").is_visible()

        other = enter(browser, running, planned, officer)
        other.goto(f"{running.url}/console/case/{case_id}/approvals")
        assert other.get_by_text("attested by the platform").first.is_visible()
        other.get_by_label("Password").fill(PASSWORD)
        other.get_by_label("Code", exact=True).fill("000000")
        other.get_by_label("I have read").check()
        other.get_by_role("button", name="Approve").click()
        assert "password or code is wrong" in other.get_by_role("alert").inner_text().lower()
        other.get_by_label("Password").fill(PASSWORD)
        other.get_by_label("Code", exact=True).fill(next_code(planned, officer))
        other.get_by_label("I have read").check()
        other.get_by_role("button", name="Approve").click()
        assert "1 condition or refusal is open" in other.content()

        page.goto(f"{running.url}/console/case/{case_id}/approvals")
        page.locator("summary", has_text="The condition is met").click()
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_label("Code", exact=True).fill(next_code(planned, legal))
        page.get_by_role("button", name="Settle").click()
        assert "The plan is in force" in page.content()
        browser.close()
    ctx = open_context(planned.home)
    state = approval_state(ctx, case_id)
    assert state.gap == ""
    assert {a.role: is_attested(a) for a in state.approvals} == {Role.LEGAL.value: False, Role.OFFICER.value: True}
    played = rehearse.rehearse(ctx, folder)
    assert played.bundle.report.ok, played.bundle.report.failed
    said = [c.en for c in played.bundle.report.checks if c.code.startswith("approval")]
    assert any("attested by the platform (password and code)" in s for s in said)
