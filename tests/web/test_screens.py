"""Every screen in a real browser: fits, quiet under its own policy, accessible, even choices, both languages."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.web.conftest import CASE, PASSWORD, Server, Town, next_code, wait_for

from bequest.store.portal_records import RequestState

CHROMIUM = Path("/usr/bin/chromium")
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python", reason="axe is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="no /usr/bin/chromium on this machine")
AXE = (Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
OVERFLOW = """() => {
  const wide = document.documentElement.clientWidth + 1;
  return [...document.querySelectorAll('body *')]
    .filter(e => !e.closest('.scroll, .vh, .skip') && e.getBoundingClientRect().right > wide)
    .map(e => e.tagName + '.' + (e.className.baseVal ?? e.className)).slice(0, 5);
}"""
SMALL = """least => [...document.querySelectorAll(
        'a.btn, button, input:not([type=hidden], [type=checkbox], [type=radio]), .lang a, summary, label.tick')]
    .filter(e => e.offsetParent && e.getBoundingClientRect().height < least - .5)
    .map(e => e.outerHTML.slice(0, 80))"""
EVEN = """() => [...document.querySelectorAll('.even')].map(group => [...group.querySelectorAll(':scope > .btn')].map(b => {
    const s = getComputedStyle(b), r = b.getBoundingClientRect();
    return [s.color, s.backgroundColor, s.borderColor, s.fontSize, s.fontWeight, Math.round(r.width), Math.round(r.height)].join();
}))"""  # noqa: E501
VIEWS = [("zh", 1440, "light"), ("zh", 390, "dark"), ("en", 1440, "dark"), ("en", 390, "light")]
CONSOLE = ["/console", "/console/look", "/console/account", *(f"/console/case/{CASE}{p}" for p in (
    "", "/map", "/map/tables", "/assess", "/assess/impact", "/plan", "/what-if", "/steps", "/notices", "/publicity",
    "/rights", "/destruction", "/evidence", "/access"))]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with sync_api.sync_playwright() as play:
        running = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="module")
def officer(browser, server: Server, town: Town) -> dict:
    """A browser state in which the protection officer is signed in, by typing."""
    context = browser.new_context()
    page = context.new_page()
    person = town.roles["officer"]
    page.goto(f"{server.url}/console/in?lang=en")
    page.get_by_label("Name").fill(person)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Code", exact=True).fill(next_code(town, person))
    page.get_by_role("button", name="Sign in").click()
    assert page.url == f"{server.url}/console"
    state = context.storage_state()
    context.close()
    return state


def look(browser, url: str, lang: str, width: int, scheme: str, *, state=None, least: int, status: int = 200) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, storage_state=state)
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda m: said.append(m.text))
    page.on("pageerror", lambda e: said.append(str(e)))
    page.on("request", lambda r: asked.append(r.url))
    got = page.goto(f"{url}?lang={lang}")
    assert got.status == status
    host = "/".join(url.split("/")[:3])
    assert [a for a in asked if not a.startswith(host)] == []
    assert [s for s in said if "status of" not in s] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(OVERFLOW) == []
    assert page.evaluate(SMALL, least) == []
    for group in page.evaluate(EVEN):
        assert len(set(group)) <= 1, group
    context.close()
    checked = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, storage_state=state, bypass_csp=True
    )
    page = checked.new_page()
    page.goto(f"{url}?lang={lang}")
    page.evaluate(AXE)  # the page itself allows no script; this one is brought by the test
    found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})")
    assert [(v["id"], [n["html"][:120] for n in v["nodes"]][:3]) for v in found["violations"]] == []
    assert found["passes"]
    checked.close()


@pytest.mark.parametrize(("lang", "width", "scheme"), VIEWS)
@pytest.mark.parametrize("path", ["", "/do/object", "/do/refuse_new_purpose", "/do/complain"])
def test_portal(browser, server: Server, town: Town, path: str, lang: str, width: int, scheme: str) -> None:
    look(browser, f"{server.url}/o/{town.people['token'][3]}{path}", lang, width, scheme, least=44)


@pytest.mark.parametrize(("lang", "width", "scheme"), VIEWS)
@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/o/damaged", 404), ("/console/in", 200)])
def test_pages_for_nobody(browser, server: Server, path: str, status: int, lang: str, width: int, scheme: str) -> None:
    look(browser, f"{server.url}{path}", lang, width, scheme, least=26, status=status)


@pytest.mark.parametrize(("lang", "width", "scheme"), VIEWS)
@pytest.mark.parametrize("path", CONSOLE)
def test_console(browser, server: Server, officer: dict, path: str, lang: str, width: int, scheme: str) -> None:
    look(browser, f"{server.url}{path}", lang, width, scheme, state=officer, least=26)


def test_a_customer_clicks_from_the_link_to_the_receipt_and_back(browser, server: Server, town: Town) -> None:
    who = town.people.row(town.people.height - 1, named=True)
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{server.url}/o/{who['token']}")
    page.get_by_label("您留过的另一个联系方式").fill(who["email"])
    page.get_by_role("button", name="核对").click()
    assert who["phone"][-4:] in page.content()
    page.get_by_role("link", name="不同意新用途").click()
    assert "请再确认一次" in page.locator("h1").inner_text()
    page.get_by_role("link", name="回去，不改变").click()
    page.get_by_role("link", name="反对移交").click()
    page.get_by_role("button", name="确认").click()
    assert page.locator("h1").inner_text() == "回执"
    code = page.locator("dd.mono").first.inner_text()
    page.get_by_role("link", name="回到我的页面").click()
    assert code in page.content()
    page.get_by_role("link", name="撤回反对").click()
    page.get_by_role("button", name="确认").click()

    def taken() -> bool:
        with town.ctx.store.transaction() as tx:
            asked = tx.portal.of_person(CASE, who["ref"])
            return [a.state for a in asked if "object" in a.kind] == [RequestState.TAKEN] * 2

    with ThreadPoolExecutor(1) as beside:  # the browser's driver runs an event loop in this thread
        beside.submit(wait_for, taken).result()
    context.close()


def test_a_page_prints_in_light_and_without_forms(browser, server: Server, town: Town) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(f"{server.url}/o/{town.people['token'][3]}?lang=zh")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("[...document.querySelectorAll('.choice .btn')].every(b => !b.offsetParent)")
    context.close()
