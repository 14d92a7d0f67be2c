"""Pages from templates: language, sprite of the symbols a page uses, the token of its forms."""

import hashlib
import re
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bequest.documents.citations import cite
from bequest.documents.report import wording
from bequest.documents.report.render import own_language
from bequest.documents.symbols import SYMBOLS, sprite
from bequest.documents.words import word
from bequest.web.one_language import OneLanguage
from bequest.web.policy import SCRIPTED

_USED_SYMBOL = re.compile(r'href="#g-([a-z]+)"')
_SHEETS = ("bequest.css", "web.css", "report.css")
LOADER = ChoiceLoader([PackageLoader("bequest.web"), PackageLoader("bequest.documents.report")])
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@cache
def stylesheet() -> bytes:
    """The one sheet of all pages."""
    folder = files("bequest.documents") / "look"
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in _SHEETS).encode()


@cache
def sheet_version() -> str:
    """Changes with the sheet, so that browsers may keep it."""
    return hashlib.sha256(stylesheet()).hexdigest()[:12]


def day(value: Any, lang: str) -> str:
    """A date as people write it."""
    if value is None:
        return "—"
    if lang == "zh":
        return f"{value.year} 年 {value.month} 月 {value.day} 日"
    return f"{value.day} {_MONTHS_EN[value.month - 1]} {value.year}"


def when(at: datetime, zone: str, lang: str) -> str:
    """An instant with its zone."""
    local = at.astimezone(ZoneInfo(zone))
    offset = local.strftime("%z")
    return f"{day(local, lang)} {local:%H:%M} (UTC{offset[:3]}:{offset[3:]})"


@cache
def environment(lang: str) -> Environment:
    """The templates of portal and sign-in in one language."""
    made = OneLanguage(
        lang, loader=LOADER, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        auto_reload=False,
    )  # fmt: skip
    zh = lang == "zh"
    made.filters.update(
        w=lambda value: word(value).of(lang),
        cite=lambda article: cite(article, lang),
        day=lambda value: day(value, lang),
        when=lambda at, zone: when(at, zone, lang),
        own=lambda text: own_language(text, lang),
        n=wording.number,
        groups=wording.digest_groups,
    )
    made.globals.update(lang=lang, zh=zh, L=lambda a, b: a if zh else b, symbol=lambda name: Markup(SYMBOLS[name]))  # noqa: S704 - our own
    return made


def render(request: HttpRequest, template: str, status: int = 200, **given: Any) -> HttpResponse:
    """A page of the portal, or of the console outside a case."""
    lang: str = request.lang  # type: ignore[attr-defined]
    return finished(request, environment(lang), template, status, lang=lang, **given)


def finished(request: HttpRequest, templates: Environment, template: str, status: int, **given: Any) -> HttpResponse:
    """The page with what every page has; used symbols are looked up in what was rendered."""
    script: str = given.pop("script", "")
    shared = {
        "script": script,
        "path": request.path,
        "sheet": sheet_version(),
        "csrf": _token_field(request),
        "status": status,
    }
    body = templates.get_template(template).render(**shared, **given)
    used = sprite(n for n in dict.fromkeys(_USED_SYMBOL.findall(body)) if n != "mark")
    response = HttpResponse(body.replace("<!--sprite-->", used, 1), status=status)
    if script:
        response.headers["Content-Security-Policy"] = SCRIPTED
    return response


def _token_field(request: HttpRequest) -> Any:
    """The hidden field of a form, made only where a template asks for it: a page without forms sets no cookie."""

    def field() -> Markup:
        return Markup('<input type="hidden" name="csrfmiddlewaretoken" value="{}">').format(get_token(request))

    return field


def plain_page(request: HttpRequest, status: int, what: str) -> HttpResponse:
    """A page that says what is the matter and what to do, and nothing about anybody."""
    return render(request, "plain.html", status, what=what)
