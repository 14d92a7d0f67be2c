"""From a `CaseReport` to one self-contained HTML page: style inlined, pictures drawn here, nothing from outside."""

import base64
import hashlib
import re
from importlib.resources import files
from typing import Any

from jinja2 import BaseLoader, BytecodeCache, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from bequest.documents import fairness
from bequest.documents import words as vocabulary
from bequest.documents.assessment import wording as risks
from bequest.documents.assessment.costs import UNITS, worth_printing
from bequest.documents.limits import LIMITS
from bequest.documents.report import charts, sankey, views, wording
from bequest.documents.report.answer import answer
from bequest.documents.report.content import CaseReport
from bequest.documents.report.fairness_chart import rate_charts
from bequest.documents.report.reasons import grounds
from bequest.documents.report.wording import Wording
from bequest.documents.symbols import SYMBOLS, sprite
from bequest.kernel.errors import InputError
from bequest.model.case import ENTRUSTS, MOVES_NOTHING, RELEASES_NOTHING, TELLS_NOBODY
from bequest.model.datamap import FieldClass
from bequest.model.destruction import CertificateState
from bequest.model.disposition import Release, Residue
from bequest.model.facts import RowRole

_STYLE_SHEETS = ("bequest.css", "report.css")
_USED_SYMBOL = re.compile(r'href="#g-([a-z]+)"')
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_FILE_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*\.html$")


VIEWS: dict[str, tuple[str, str, str]] = {
    "full": ("body.html", "案件报告", "Case report"),
    "court": ("court.html", "法院视图", "Court view"),
}
"""What a report is for: its template, its title."""


def render_report(report: CaseReport, lang: str, view: str = "full") -> str:
    """The report as one HTML file, in `zh` or `en`. The same report gives the same text.

    `view`: `full` for people inside the case; `court` for courts, administrators and authorities, without figures per
    column and without anything of our own machinery.

    The page's own policy allows exactly its one style sheet, by hash, and no script; names from the case are escaped.

    Raises:
        InputError: for another language or view, or where `other_language` is not a plain file name.
    """
    if view not in VIEWS:
        raise InputError(f"no report for {view!r}", hint=f"Views: {', '.join(VIEWS)}.")
    template, title_zh, title_en = VIEWS[view]
    if lang not in {"zh", "en"}:
        raise InputError(f"no report in {lang!r}", hint="Reports are written in zh and en.")
    if report.other_language and not _FILE_NAME.match(report.other_language):
        raise InputError(
            "other_language of a report must be the plain name of an HTML file", hint="Leave out folders and addresses."
        )
    environment = page_environment(lang, report)
    body = environment.get_template(template).render(page_context(report, lang))
    style = _style()
    return environment.get_template("page.html").render(
        r=report,
        words=Wording(lang, report.case),
        title=title_zh if lang == "zh" else title_en,
        body=Markup(body),  # noqa: S704 - rendered just above with autoescape on
        sprite=Markup(sprite(n for n in _USED_SYMBOL.findall(body) if n != "mark")),  # noqa: S704 - our own symbols
        style=Markup(style),  # noqa: S704 - our own style sheets
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    )


def _style() -> str:
    folder = files("bequest.documents") / "look"
    return "".join((folder / name).read_text(encoding="utf-8") for name in _STYLE_SHEETS)


def own_language(text: str, lang: str) -> Markup:
    """A text of the case in whatever language it is: Chinese on an English page is marked as Chinese."""
    if lang == "en" and _HAN.search(text):
        return Markup('<span lang="zh-CN">{}</span>').format(text)
    return escape(text)


class _Compiled(BytecodeCache):
    """Templates as compiled by this process: the second language and later reports do not compile them again."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """What is known of a template; its key covers name and source."""
        if (code := self._code.get(bucket.key)) is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Remember a template just compiled."""
        self._code[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


def page_environment(lang: str, report: CaseReport, loader: BaseLoader | None = None) -> Environment:
    """The templates of a report, or others (`loader`) that use the same filters and words."""
    words = Wording(lang, report.case)
    environment = Environment(
        loader=loader or PackageLoader("bequest.documents.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_COMPILED,
    )
    environment.filters.update(
        n=wording.number,
        seconds=wording.seconds,
        size=wording.size,
        groups=wording.digest_groups,
        w=words.w,
        cite=words.cite,
        when=words.when,
        day=words.day,
        person=words.person,
        role=words.role,
        row_role=lambda text: words.w(RowRole(text)),
        field_class=lambda text: words.w(FieldClass(text)),
        pair_word=lambda value: (value.value, words.w(value)),
        pair_system=lambda name: (name, words.system(name)),
        party=words.party,
        system=words.system,
        guarded=views.guarded_text,
        risk_fact=lambda f: risks.fact_text(f, lang),
        risk_word=lambda word: word.of(lang),
        own=lambda text: own_language(text, lang),
    )
    environment.globals.update(
        zh=words.zh,
        lang=lang,
        L=words.pick,
        words=words,
        percent=wording.percent,
        plural=wording.plural,
        fair=fairness,
        RELEASE=vocabulary.RELEASE_SHAPES,
        RESIDUE=vocabulary.RESIDUE_SHAPES,
        FINDING=vocabulary.FINDING_SHAPES,
        CERTIFICATE=vocabulary.CERTIFICATE_SHAPES,
        shape=wording.state_shape,
        symbol=lambda name: Markup(SYMBOLS[name]),  # noqa: S704 - our own symbols
        Release=Release,
        Residue=Residue,
        CertificateState=CertificateState,
    )
    return environment


def page_context(report: CaseReport, lang: str) -> dict[str, Any]:
    """What the templates of a report are filled with."""
    words = Wording(lang, report.case)
    table = views.values_table(report)
    why = views.why_table(report)
    timeline = views.timeline(report)
    return {
        "r": report,
        "case": report.case,
        "cert": report.certificate,
        "moves_nothing": report.case.event in MOVES_NOTHING,
        "nobody_receives": report.case.event in RELEASES_NOTHING,
        "entrusts": report.case.event in ENTRUSTS,
        "tells_nobody": report.case.event in TELLS_NOBODY,
        "lot_rows": views.lot_rows(report),
        "answer": answer(report, table, words),
        "table": table,
        "why": why,
        "grounds": grounds(why.values()),
        "picture": views.flow_picture(report),
        "sankey": sankey,
        "release_bar": views.release_bar(table.sums) if table else (),
        "residue_bar": views.residue_bar(table.sums) if table else (),
        "signs": views.sign_rows(report),
        "search_rows": views.search_rows(report.certificate) if report.certificate else (),
        "search_total": views.total(report.certificate.tables) if report.certificate else None,
        "discovered": views.discovered(report.data_map) if report.data_map else None,
        "columns": _columns(report),
        "column_tag": views.column_tag,
        "step_bars": views.step_bars(report, words),
        "cost_bars": views.cost_bars(report, lang),
        "cost_units": UNITS,
        "worth_printing": worth_printing,
        "timeline": timeline,
        "column_width": charts.column_width(timeline) if timeline else 0,
        "rate_charts": rate_charts(report.fairness) if report.fairness else (),
        "persons": views.outcome_persons(report),
        "told": views.told_persons(report),
        "open_codes": views.unnamed_open_points(report),
        "instruments": views.instruments(report, why),
        "limits": LIMITS,
        "risk": risks,
    }


def _columns(report: CaseReport) -> dict[tuple[str, str, str], Any]:
    tables = report.data_map.tables if report.data_map else ()
    return {(t.source, t.name, c.name): c for t in tables for c in t.columns}
