import base64
import hashlib
import re
from dataclasses import replace
from datetime import date
from html import escape
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pytest
from tests.unit.documents.sample_report import sample_case, sample_certificate, sample_report

from bequest.documents.report import render_report
from bequest.documents.report.content import (
    CaseReport,
    FindingNote,
    GivenBack,
    Note,
    Notices,
    ShownTable,
    StepLine,
    StepName,
    StepState,
)
from bequest.kernel.errors import InputError
from bequest.law.loader import load_pack
from bequest.law.switches import switch_states
from bequest.model.case import Event, Paper, PaperKind, Source, SourceKind
from bequest.model.destruction import CertificateState
from bequest.model.disposition import Release
from bequest.model.plan import ColumnTotal
from bequest.model.settlement import Settled, Settlement, Unsettled
from bequest.model.showing import Showing
from bequest.model.switch import Switch

SECTIONS = {
    "fields": ("逐字段去向", "Where every column goes"),
    "fairness": ("是否一视同仁", "Fairness of outcomes"),
    "assess": ("风险评估", "Risk assessment"),
    "grounds": ("理由", "Grounds"),
    "approvals": ("部门批准", "Approvals"),
    "notify": ("告知", "Notices"),
    "deliver": ("交付与签收", "Deliveries and receipts"),
    "destroy": ("销毁与检验", "Destruction and search"),
    "residuals": ("有到期日的残留", "Residuals, dated"),
    "custody": ("依法留存", "Custody by due month"),
    "discover": ("发现了什么", "What discovery found"),
    "times": ("各步用时", "Time per step"),
    "numbers": ("情形", "Situations"),
    "open": ("待定的法律问题", "Open legal points"),
    "duties": ("到期的事", "Dated duties"),
    "stores": ("我们自己的存放处", "Our own stores"),
    "keys": ("密钥", "Keys"),
    "evidence": ("证据日志", "Evidence log"),
    "verify": ("自己验一遍", "Check it yourself"),
    "limits": ("不能证明的", "What is not proven"),
}
HOSTILE = "<img src=x onerror=alert(1)>\"' style=color:red {{ 7*7 }} </style><script>alert(2)</script>"
VOID = {"meta", "link", "col", "br", "img", "use", "input", "hr"}


class _Outline(HTMLParser):
    """Collects what the tests ask about and checks that tags nest."""

    def __init__(self) -> None:
        super().__init__()
        self.attributes: list[tuple[str, str, str]] = []
        self.headings: dict[str, str] = {}
        self.tags: list[str] = []
        self.stack: list[str] = []
        self._heading: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.stack.append(tag)
        if tag == "h2":
            self._heading = dict(attrs).get("id")
            if self._heading:
                self.headings[self._heading] = ""
        elif tag == "span" and self._heading:
            self._heading = None

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.stack, f"</{tag}> closes nothing"
        assert self.stack.pop() == tag, tag
        if tag == "h2":
            self._heading = None

    def handle_data(self, data: str) -> None:
        if self._heading:
            self.headings[self._heading] += data.strip()


def outline(html: str) -> _Outline:
    parsed = _Outline()
    parsed.feed(html)
    assert parsed.stack == []
    return parsed


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("event", [Event.E5, Event.E2])
def test_a_report_has_all_its_sections_under_one_heading_each(event: Event, lang: str) -> None:
    page = outline(render_report(sample_report(event), lang))
    wanted = {k: v[0 if lang == "zh" else 1] for k, v in SECTIONS.items()}
    if event is Event.E2:
        del wanted["residuals"]
    assert page.headings == wanted
    assert page.tags.count("h1") == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_court_sees_what_was_decided_and_nothing_of_a_person_or_a_column(lang: str) -> None:
    report = sample_report()
    paper = Paper(
        kind=PaperKind.ADMINISTRATOR_APPOINTMENT, title="指定管理人决定书", issued_by="示例法院",
        issued_on=date(2026, 10, 30), file=Path("x.pdf"), sha256="ab" * 32,
    )  # fmt: skip
    settled = Settlement(
        what=Unsettled.DISPUTE, how=Settled.KEEPER, by=report.case.people[0].id, reason=HOSTILE, until=date(2030, 1, 31)
    )
    report = replace(report, case=replace(report.case, papers=(paper,), settlements=(settled,)))
    html = render_report(report, lang, "court")
    page = outline(html)
    wanted = ("papers", "approvals", "settled", "lots", "notify", "deliver", "destroy", "custody", "evidence", "verify")
    assert set(wanted) <= page.headings.keys()
    assert not {"fields", "discover", "stores", "keys", "numbers", "times"} & page.headings.keys()
    assert page.tags.count("h1") == 1
    assert "script" not in page.tags
    text = _text(html)
    assert "abab abab" in text
    assert "2030-01-31" in text
    for lot in report.case.lots:
        assert lot.id in text
    assert not re.search(r"1[3-9][0-9]{9}", text)
    with pytest.raises(InputError, match="no report for 'jury'"):
        render_report(report, lang, "jury")


def test_what_goes_to_two_lots_counts_in_both_of_them() -> None:
    report = sample_report()
    assert report.population is not None
    count = next(c for c in report.population.counts if c.lot and c.release is Release.AS_IS and c.values > 7)
    shared = replace(report.population, shares=(replace(count, values=7),))
    first = report.deliveries[0]
    assert first.values is not None
    sent = (replace(first, values=first.values + 7), *report.deliveries[1:])
    assert "lot by lot, difference 0, balances" in render_report(report, "en")
    assert "lot by lot, difference 0, balances" in render_report(
        replace(report, population=shared, deliveries=sent), "en"
    )
    assert "lot by lot, difference 7" in render_report(replace(report, population=shared), "en")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("event", [Event.E5, Event.E2])
def test_nothing_comes_from_outside_and_nothing_is_styled_in_place(event: Event, lang: str) -> None:
    html = render_report(sample_report(event), lang)
    page = outline(html)
    assert not re.search(r"(https?:)?//[a-z]", html)
    assert "@import" not in html
    assert "url(" not in html
    assert not [a for a in page.attributes if a[1] == "style" or a[1].startswith("on")]
    assert not [a for a in page.attributes if a[1] == "src"]
    assert {v[:5] for t, n, v in page.attributes if n == "href" and not v.startswith("#")} == {"data:"}
    assert "script" not in page.tags
    assert page.tags.count("style") == 1


def test_the_page_allows_exactly_its_own_style_sheet() -> None:
    html = render_report(sample_report(), "zh")
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert policy
    assert policy[1] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_hostile_text_in_names_stays_text(lang: str) -> None:
    report = sample_report()
    case = replace(
        report.case,
        title=HOSTILE,
        transferor=replace(report.case.transferor, name=HOSTILE, name_en=HOSTILE),
        sources=(
            Source(name="crm", kind=SourceKind.SQLITE, path=Path("crm.db"), label=HOSTILE),
            *report.case.sources[1:],
        ),
        people=tuple(replace(p, name=HOSTILE) for p in report.case.people),
    )
    certificate = sample_certificate()
    hostile = replace(
        report,
        case=case,
        certificate=replace(certificate, signers=tuple(replace(s, name=HOSTILE) for s in certificate.signers)),
        verify_commands=(HOSTILE,),
        findings=(FindingNote(zh=HOSTILE, en=HOSTILE),),
    )
    page = outline(render_report(hostile, lang))
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert page.tags.count("style") == 1
    assert not [a for a in page.attributes if a[1] in {"style", "onerror", "src"}]
    assert "49" not in [a[2] for a in page.attributes if a[1] == "aria-label"]


@pytest.mark.parametrize("name", ["https://evil.example/x.html", "../en.html", "javascript:alert(1)", "a.htm"])
def test_the_link_to_the_other_language_is_a_plain_file_name(name: str) -> None:
    with pytest.raises(InputError):
        render_report(replace(sample_report(), other_language=name), "zh")


def test_the_other_language_is_one_link_away() -> None:
    html = render_report(replace(sample_report(), other_language="report.en.html"), "zh")
    assert '<a href="report.en.html" lang="en" hreflang="en">English</a>' in html


def test_only_two_languages_are_written() -> None:
    with pytest.raises(InputError):
        render_report(sample_report(), "fr")


def test_the_same_report_gives_the_same_page() -> None:
    assert render_report(sample_report(), "zh") == render_report(sample_report(), "zh")


def _text(html: str) -> str:
    body = html.split("</style>", 1)[1]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def test_the_answer_comes_first_and_gives_the_verdict() -> None:
    said = {
        state: _text(render_report(replace(sample_report(), certificate=sample_certificate(state)), "en"))[:700]
        for state in CertificateState
    }
    assert "the certificate is final" in said[CertificateState.FINAL]
    assert "3 dated residuals still to expire, the last on 2027-02-04" in said[CertificateState.INTERIM]
    assert "The certificate is refused: residue outside the plan was found" in said[CertificateState.REFUSED]


def test_a_share_deal_says_that_nothing_moved_and_who_was_told() -> None:
    zh, en = (_text(render_report(sample_report(Event.E2), lang)) for lang in ("zh", "en"))
    assert "什么都没有移交，什么都没有删除：5 个系统的 823,093 个值全部留在原处" in zh
    assert "已逐人送达 17,698 人" in zh
    assert "Nothing was passed on and nothing deleted: all 823,093 values in 5 systems" in en
    assert "this case has no delivery" in en
    assert "Nothing is deleted in this case" in en
    assert "always deleted" not in en


def test_sums_that_balance_get_the_double_rule_and_others_the_dashed_one() -> None:
    report = sample_report()
    assert report.population is not None
    assert 'class="tie off"' not in render_report(report, "zh")
    more = replace(report.population, totals=(*report.population.totals, ColumnTotal("crm", "customers", "x", 12)))
    html = render_report(replace(report, population=more), "zh")
    assert html.count('class="tie off"') >= 3
    assert "去向与源头不平：有 1 列对不上" in html
    assert "+12" in html


def test_notices_that_leave_somebody_out_do_not_balance() -> None:
    report = sample_report()
    assert isinstance(report.notices, Notices)
    html = render_report(replace(report, notices=replace(report.notices, owed_to=20_000)), "en")
    assert "Persons to be told, difference +286" in html


def test_counts_of_few_people_are_not_printed() -> None:
    text = _text(render_report(sample_report(), "en"))
    assert "needs a guardian&#39;s consent &lt;10" in text
    assert "disputed: blocked ≥10" in text
    assert "Fewer than 10 persons" in text


def test_an_empty_case_still_makes_a_page_that_says_what_is_not_known() -> None:
    steps = tuple(StepLine(step=s, state=StepState.TODO) for s in StepName)
    report = CaseReport(case=sample_case(), made_at="2026-11-02T01:00:00Z", steps=steps)
    for lang, first in (("zh", "本案还没有方案"), ("en", "There is no plan yet")):
        html = render_report(report, lang)
        outline(html)
        assert first in html
    assert "Not scanned yet." in html
    assert "The log has not been published yet." in html


def test_a_head_without_cosignature_is_called_self_published_and_one_with_names_the_witnesses() -> None:
    report = sample_report()
    assert report.log is not None
    named = replace(report, log=replace(report.log, named=2, quorum=1))
    for shown in (report, named):
        assert "自行发布" in render_report(shown, "zh")
    assert "2 named, 1 must cosign" in render_report(named, "en")
    assert "列明 2 家，须 1 家会签" in render_report(named, "zh")
    seen = replace(report, log=replace(report.log, cosigned=("w1.example 2027-01-01T00:00:00Z",), named=2))
    assert "w1.example 2027-01-01T00:00:00Z" in render_report(seen, "zh")
    assert "Self-published" not in render_report(seen, "en")
    assert "Time stamp" not in render_report(seen, "en")
    stamped = replace(report, log=replace(report.log, stamped="CN=Example Time 2027-01-01T00:00:00Z"))
    assert "CN=Example Time" in render_report(stamped, "zh")


def test_a_rehearsal_shows_its_strip_and_a_real_case_does_not() -> None:
    report = sample_report()
    real = replace(report, case=replace(report.case, rehearsal=False))
    assert 'class="rehearsal"' in render_report(report, "zh")
    assert 'class="rehearsal"' not in render_report(real, "zh")


def test_a_page_carries_every_symbol_it_uses() -> None:
    for event in (Event.E5, Event.E2):
        html = render_report(sample_report(event), "zh")
        assert set(re.findall(r'href="#(g-[a-z]+)"', html)) == set(re.findall(r'<symbol id="(g-[a-z]+)"', html))


def test_the_dark_values_stand_twice_and_are_equal() -> None:
    css = (files("bequest.documents") / "look" / "bequest.css").read_text(encoding="utf-8")
    blocks = re.findall(r'(?::root:not\(\[data-theme="light"\]\)|:root\[data-theme="dark"\]) \{([^}]*)\}', css)
    dark = [re.sub(r"\s+", " ", b).strip() for b in blocks if "color-scheme: dark" in b]
    assert len(dark) == 2
    assert dark[0] == dark[1]


def test_every_link_inside_the_page_leads_somewhere() -> None:
    page = outline(render_report(sample_report(), "en"))
    ids = {v for _, n, v in page.attributes if n == "id"}
    links = {v[1:] for _, n, v in page.attributes if n == "href" and v.startswith("#")}
    assert links <= ids
    assert len([v for _, n, v in page.attributes if n == "id"]) == len(ids)


def test_destroyed_tables_that_do_not_balance_are_counted_even_where_their_differences_cancel() -> None:
    report = sample_report()
    assert report.certificate is not None
    first, second, *rest = report.certificate.tables
    tables = (replace(first, sealed=first.sealed + 3), replace(second, sealed=second.sealed - 3), *rest)
    html = render_report(replace(report, certificate=replace(report.certificate, tables=tables)), "zh")
    assert "2 张表不平" in html
    assert "五项之和与源头，差 0" in html


def test_an_open_point_says_who_chose_or_that_the_default_is_followed() -> None:
    report = sample_report()
    (point,) = report.open_points
    assert "Chosen: it does" in render_report(report, "en")
    assert "the default is followed: it does" in render_report(
        replace(report, open_points=(replace(point, chosen_by=""),)), "en"
    )
    assert "is marked open in the policy" in render_report(replace(report, open_points=()), "en")
    assert "is marked open in the policy" not in render_report(report, "en")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_switch_shows_both_readings_and_who_decided_why(lang: str) -> None:
    name = "cn.pipl.treat_id_number_as_sensitive"
    pack = load_pack("cn")
    chosen = Switch(name=name, value=False, by="wang", reason="numbers stay inside <the> group")
    states = switch_states(pack, (chosen,), on=pack.as_of)
    page = render_report(replace(sample_report(Event.E5), switches=states), lang)
    [mine] = [s for s in states if s.by]
    for reading in (mine.off, mine.on):
        assert escape(getattr(reading, lang)) in page
    assert name in page
    assert "numbers stay inside &lt;the&gt; group" in page


def test_an_unexplained_difference_is_said_with_what_goes_with_it() -> None:
    zh, en = (render_report(sample_report(Event.E5), lang) for lang in ("zh", "en"))
    assert "地区“甘肃”（800 人）的“移交”与其他人不同，法定情形相同时相差 -12.0 (-17.0 至 -7.0) 个百分点。" in zh
    assert "与之相随：与他人共用号码（该组 31.0%，其他人 2.0%；占差别的 87%）。" in zh
    assert "region “Gansu” (800 people): “passed on” differs from all others by -12.0 (-17.0 to -7.0) points" in en
    assert "phone shared with others (31.0% here, 2.0% of the others; 87% of the difference)" in en
    assert en.count('<path class="f-gone" d="M') == 1  # one diamond
    assert "contact of a company" in en


def test_a_report_before_the_plan_says_that_nothing_is_compared() -> None:
    html = render_report(replace(sample_report(Event.E5), fairness=None), "en")
    assert "Not compared yet." in html


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_risks_show_levels_words_warnings_and_articles_and_no_few_people(lang: str) -> None:
    html = render_report(sample_report(), lang)
    section = html[html.index('id="assess"') : html.index('id="notify"')]
    text = _text(f"</style>{section}").replace("&lt;", "<")
    assert ("4 严重 → 2" if lang == "zh" else "4 severe → 2") in text
    assert 'class="k5"' in section
    assert ("预警（新越线）" if lang == "zh" else "crossed since the last run") in text
    assert "<10" in text
    assert ("刑法" if lang == "zh" else "Criminal Law") in text
    assert "2 / 1" in text  # two risks lead to it, one of them open
    assert ("须重做" if lang == "zh" else "opened again") in text
    assert ("风险新增" if lang == "zh" else "a risk is new") in text
    assert "7,000" in text  # the plan's benefit of 9,000 less its cost of 2,000
    assert "<10/383" in text
    assert "777" in text
    assert "555" not in text  # fewer than ten persons in this class
    assert ("本企业" if lang == "zh" else "the company’s own") in text
    assert ("个保法 66" if lang == "zh" else "PIPL Art. 66") in text
    without = render_report(replace(sample_report(), assessment=None), lang)
    assert "bequest assess" in without


def test_exports_say_whom_and_what_is_missing_and_stay_away_where_nobody_is_abroad() -> None:
    said = (Note(zh="出境：本案 12 人", en="abroad: 12 persons"), Note(zh="尚未办妥", en="not in hand: no delivery"))
    page = _text(render_report(replace(sample_report(), exports=said, export_settled=False), "en"))
    assert "abroad: 12 persons" in page
    assert "not in hand: no delivery" in page
    assert "unchecked" in page
    assert "as the case file says under [export]" not in _text(render_report(sample_report(), "en"))


def test_a_due_diligence_names_its_tables_and_says_that_nobody_was_told() -> None:
    shown = ShownTable(
        id="customers", receiver="buyer", table="crm.customers", columns=("birthday", "city"), wanted="k=10 l=1",
        k=11, l=2, t="0.060", rows=296, suppressed=12,
    )  # fmt: skip
    told = Showing(
        id="customers", receiver="buyer", table="crm.customers", columns=(), wanted="", file=Path("x"), sha256="0" * 64
    )
    before = sample_report(Event.E2)
    report = replace(before, case=replace(before.case, event=Event.E14, showings=(told,)), shown=(shown,), notices=None)
    zh, en = (_text(render_report(report, lang)) for lang in ("zh", "en"))
    assert "制作了 1 张匿名表，每一类至少 11 行" in zh
    assert "this case owes no notice" in en
    assert "birthday, city" in en
    none = _text(render_report(replace(report, shown=()), "en"))
    assert "1 anonymous table allowed, none made yet" in none
    assert "not made yet" in none


def test_an_entrusting_says_whether_the_data_came_back() -> None:
    report = sample_report()
    report = replace(report, case=replace(report.case, event=Event.E12), certificate=None)
    assert "not yet returned or deleted" in _text(render_report(report, "en"))
    back = tuple(
        GivenBack(lot=d.lot, outcome="returned", at="2027-03-01T01:00:00Z", evidence="ab" * 32)
        for d in report.deliveries
    )
    done = replace(report, given_back=back)
    assert "已返还或者删除，附证明" in _text(render_report(done, "zh"))
    assert "returned by the processor, nothing kept, attested" in _text(render_report(done, "en"))
    assert "none handed out yet" in _text(render_report(replace(report, deliveries=()), "en"))
