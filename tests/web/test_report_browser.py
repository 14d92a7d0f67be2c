"""The report in a real browser: fits the screen, obeys its own policy, asks nobody for anything."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.documents.sample_report import sample_report

from bequest.documents.report import render_report
from bequest.model.case import Event

CHROMIUM = Path("/usr/bin/chromium")
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="no /usr/bin/chromium on this machine")

LONG = "一个很长很长的公司名称没有空格" * 4 + "AndAVeryLongLatinNameWithoutAnySpaceInIt" * 2
OVERFLOW = """() => {
  const wide = document.documentElement.clientWidth + 1;
  return [...document.querySelectorAll('body *')]
    .filter(e => !e.closest('.scroll, .vh, .skip') && e.getBoundingClientRect().right > wide)
    .map(e => e.tagName + '.' + (e.className.baseVal ?? e.className)).slice(0, 5);
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with sync_api.sync_playwright() as play:
        running = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield running
        running.close()


def _page_text(event: Event, lang: str) -> str:
    report = sample_report(event)
    party = replace(report.case.receivers[0], name=LONG, name_en=LONG)
    sources = tuple(replace(s, label=LONG) for s in report.case.sources)
    people = tuple(replace(p, name=LONG) for p in report.case.people)
    case = replace(report.case, title=LONG, receivers=(party,), sources=sources, people=people)
    return render_report(replace(report, case=case), lang)


@pytest.mark.parametrize("event", [Event.E5, Event.E2])
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_the_page_fits_and_is_quiet(
    browser: object, tmp_path: Path, event: Event, lang: str, width: int, scheme: str
) -> None:
    file = tmp_path / "report.html"
    file.write_text(_page_text(event, lang), encoding="utf-8")
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[attr-defined]
    page = context.new_page()
    messages: list[str] = []
    requests: list[str] = []
    page.on("console", lambda m: messages.append(m.text))
    page.on("pageerror", lambda e: messages.append(str(e)))
    page.on("request", lambda r: requests.append(r.url))
    page.goto(file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(OVERFLOW) == []
    assert messages == []
    assert [r for r in requests if not r.startswith("data:")] == [file.as_uri()]
    expected = "rgb(14, 20, 24)" if scheme == "dark" else "rgb(242, 245, 244)"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == expected
    context.close()
