"""Addresses of the site. What this process does not serve is not there."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, re_path

from bequest.web.api.interface import interface
from bequest.web.console import (
    account,
    approvals,
    assess,
    datamap,
    entry,
    hits,
    outside,
    people,
    plan,
    publicity,
    rights,
    steps,
    structure,
    tokens,
    what_if,
    withdrawals,
    wording,
)
from bequest.web.console import requests as asked
from bequest.web.console import views as console
from bequest.web.pages import plain_page, stylesheet
from bequest.web.portal import by_code, own_proof
from bequest.web.portal import views as portal
from bequest.web.public import views as public
from bequest.web.receiver import entry as desk_entry
from bequest.web.receiver import views as desk
from bequest.web.site import static_file

_LINK = r"(?P<token>[^/]{1,80})"
SCRIPTS = frozenset({"live", "passkey"})
_KEEP = "public, max-age=31536000, immutable"
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 22 20"><rect x="1" y="6" width="13" height="13" fill="none"'
    ' stroke="#1c4a78" stroke-width="2"/><circle cx="15" cy="8" r="6.4" fill="#1c4a78"/></svg>'
)


def style(request: HttpRequest, version: str) -> HttpResponse:
    """The stylesheet; its address changes with its content."""
    return HttpResponse(stylesheet(), content_type="text/css; charset=utf-8", headers={"Cache-Control": _KEEP})


def script(request: HttpRequest, name: str) -> HttpResponse:
    """One of the few scripts of the console; what bears one is complete without it."""
    if name not in SCRIPTS:
        raise Http404
    return HttpResponse(
        static_file(f"{name}.js").read_bytes(), content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache"},
    )  # fmt: skip


def icon(request: HttpRequest) -> HttpResponse:
    """The mark."""
    return HttpResponse(_ICON, content_type="image/svg+xml", headers={"Cache-Control": _KEEP})


def robots(request: HttpRequest) -> HttpResponse:
    """Nothing here is for search engines."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")


def start(request: HttpRequest) -> HttpResponse:
    """The front door: where customers and staff go."""
    return plain_page(request, 200, "start")


SHARED: list[URLPattern] = [
    path("", start),
    path("style-<slug:version>.css", style),
    path("icon.svg", icon),
    path("robots.txt", robots),
]
PUBLIC: list[URLPattern] = [
    path("check", public.check),
    path("revoked.json", public.revoked),
    path("public/<str:case_id>", public.disclosure),
]
PORTAL: list[URLPattern] = [
    path("find", portal.find),
    path("find/code", portal.code),
    path("receipt", by_code.by_code),
    re_path(rf"^o/{_LINK}$", portal.landing),
    re_path(rf"^o/{_LINK}/card$", portal.card),
    re_path(rf"^o/{_LINK}/datum$", portal.datum),
    re_path(rf"^o/{_LINK}/do/(?P<what>[a-z_]{{3,24}})$", portal.choose),
    re_path(rf"^o/{_LINK}/rate$", portal.judge),
    re_path(rf"^o/{_LINK}/proof$", own_proof.page),
    re_path(rf"^o/{_LINK}/proof/file$", own_proof.file),
    re_path(rf"^o/{_LINK}/receipt/(?P<code>[0-9A-Z-]{{14}})$", portal.receipt),
    re_path(rf"^o/{_LINK}/receipt/(?P<code>[0-9A-Z-]{{14}})/say$", portal.say),
    re_path(rf"^o/{_LINK}/receipt/(?P<code>[0-9A-Z-]{{14}})/file$", portal.receipt_download),
]
CONSOLE: list[URLPattern] = [
    path("console", entry.home),
    path("console/in", entry.sign_in),
    path("console/in/passkey", entry.sign_in_by_passkey),
    path("console/in/provider", entry.to_provider),
    path("console/in/provider/back", entry.from_provider),
    path("console/account", account.account),
    path("console/account/passkey", account.add),
    path("console/account/passkey/remove", account.remove_one),
    path("console/account/codes", account.codes),
    path("console/account/key", account.ask_key),
    path("console/out", entry.sign_out),
    path("console/look", entry.look),
    path("console/tokens", tokens.tokens),
    path("console/tokens/make", tokens.make),
    path("console/tokens/revoke", tokens.revoke),
    path("script/<slug:name>.js", script),
    path("console/case/<str:case_id>", console.case),
    path("console/case/<str:case_id>/map", datamap.data_map),
    path("console/case/<str:case_id>/map/correct", datamap.correct),
    path("console/case/<str:case_id>/map/tables", structure.tables),
    path("console/case/<str:case_id>/map/tables/set", structure.set_table),
    path("console/case/<str:case_id>/map/tables/reference", structure.set_reference),
    path("console/case/<str:case_id>/map/tables/fact", structure.set_fact),
    path("console/case/<str:case_id>/assess", assess.assess),
    path("console/case/<str:case_id>/assess/impact", assess.impact),
    path("console/case/<str:case_id>/assess/impact/save", assess.save),
    re_path(r"^console/case/(?P<case_id>[^/]+)/assess/impact\.(?P<ending>docx|pdf)$", assess.form_file),
    path("console/case/<str:case_id>/plan", plan.plan),
    path("console/case/<str:case_id>/what-if", what_if.what_if_form),
    path("console/case/<str:case_id>/plan/what-if", what_if.ask),
    path("console/case/<str:case_id>/approvals", approvals.approvals),
    path("console/case/<str:case_id>/approvals/text", approvals.text),
    path("console/case/<str:case_id>/approvals/sign", approvals.sign),
    path("console/case/<str:case_id>/approvals/attest", approvals.attested),
    path("console/case/<str:case_id>/approvals/passkey", approvals.by_passkey),
    path("console/case/<str:case_id>/approvals/say", approvals.say),
    path("console/case/<str:case_id>/approvals/settle", approvals.settled),
    path("console/case/<str:case_id>/steps", steps.steps),
    path("console/case/<str:case_id>/steps/now", steps.now),
    path("console/case/<str:case_id>/steps/start", steps.start),
    path("console/case/<str:case_id>/steps/agree", steps.agree),
    path("console/case/<str:case_id>/steps/halt", steps.halt),
    path("console/case/<str:case_id>/people", people.people),
    path("console/case/<str:case_id>/people/find", people.find),
    path("console/case/<str:case_id>/people/<int:number>", people.one),
    path("console/case/<str:case_id>/people/<int:number>/unmask", people.clear),
    path("console/case/<str:case_id>/links", people.links),
    path("console/case/<str:case_id>/links/decide", people.decided),
    path("console/case/<str:case_id>/notices", console.notices),
    path("console/case/<str:case_id>/notices/wording", wording.wording),
    path("console/case/<str:case_id>/notices/try", wording.tried),
    path("console/case/<str:case_id>/publicity", publicity.publicity),
    path("console/case/<str:case_id>/publicity/<str:name>", publicity.file),
    path("console/case/<str:case_id>/destruction", console.destruction),
    path("console/case/<str:case_id>/destruction/withdrawals", withdrawals.withdrawals),
    path("console/case/<str:case_id>/withdrawals/look", withdrawals.looked),
    path("console/case/<str:case_id>/withdrawals/tell", withdrawals.told_receivers),
    path("console/case/<str:case_id>/withdrawals/receipt", withdrawals.received),
    path("console/case/<str:case_id>/hits", hits.hits),
    path("console/case/<str:case_id>/hits/decide", hits.decided),
    path("console/case/<str:case_id>/hits/agree", hits.agreed),
    path("console/case/<str:case_id>/evidence", console.evidence),
    path("console/case/<str:case_id>/evidence/check", console.checked),
    path("console/case/<str:case_id>/evidence/outside", outside.outside_page),
    path("console/case/<str:case_id>/evidence/outside/<int:size>.checkpoint", outside.head),
    path("console/case/<str:case_id>/outside/head", outside.handed_out),
    path("console/case/<str:case_id>/outside/request", outside.request_for),
    path("console/case/<str:case_id>/outside/ask", outside.asked),
    path("console/case/<str:case_id>/outside/cosigned", outside.cosigned),
    path("console/case/<str:case_id>/outside/query", outside.query),
    path("console/case/<str:case_id>/outside/stamp", outside.stamp),
    path("console/case/<str:case_id>/outside/stamped", outside.stamped),
    path("console/case/<str:case_id>/outside/registered", outside.registered),
    path("console/case/<str:case_id>/requests/<str:code>", asked.one),
    path("console/case/<str:case_id>/requests/<str:code>/open", asked.opened),
    path("console/case/<str:case_id>/requests/<str:code>/reply", asked.answered),
    path("console/case/<str:case_id>/requests/<str:code>/own", asked.taken_on),
    re_path(r"^console/case/(?P<case_id>[^/]+)/evidence/(?P<index>\d{1,9})\.(?P<what>proof|entry)$", console.proof),
    path("console/case/<str:case_id>/rights", rights.rights),
    path("console/case/<str:case_id>/rights/ask", rights.ask),
    path("console/case/<str:case_id>/rights/decide", rights.decided),
    path("console/case/<str:case_id>/rights/invite", rights.invited),
    path("console/case/<str:case_id>/access", console.access),
    path("console/case/<str:case_id>/bundle.tar", console.bundle),
]
API: list[URLResolver] = [path("api/v1/", interface.urls)]
_PACKAGE = "desk/<str:case_id>/package/<str:named>"
_MESSAGE = "desk/<str:case_id>/message/<str:named>"
DESK: list[URLPattern] = [
    path("desk", desk.home),
    path("desk/in", desk_entry.sign_in),
    path("desk/out", desk_entry.sign_out),
    path("desk/join/<str:token>", desk_entry.invited),
    path("desk/join/<str:token>/code", desk_entry.first_code),
    path(_PACKAGE, desk.package),
    path(f"{_PACKAGE}/text", desk.text),
    path(f"{_PACKAGE}/sign", desk.sign),
    path(f"{_PACKAGE}/receipt", desk.receipt),
    path(f"{_PACKAGE}/trust.json", desk.trust),
    path(f"{_PACKAGE}/file/<path:name>", desk.file),
    path(_MESSAGE, desk.message),
    path(f"{_MESSAGE}/receipt", desk.carried_out),
    path(f"{_MESSAGE}/file/<path:name>", desk.message_file),
]
urlpatterns: list[URLPattern | URLResolver] = []
handler400, handler404, handler500 = (
    "bequest.web.guard.bad_request", "bequest.web.guard.not_found", "bequest.web.guard.failed"
)  # fmt: skip


def serve(*, with_portal: bool, with_console: bool, with_desk: bool) -> None:
    """Which parts are there; before the first request of the process."""
    urlpatterns[:] = [
        *(PORTAL if with_portal else ()),  # first: most requests are for it
        *SHARED,
        *(PUBLIC if with_portal else ()),
        *(CONSOLE if with_console else ()), *(API if with_console else ()),
        *(DESK if with_desk else ()),
    ]  # fmt: skip
