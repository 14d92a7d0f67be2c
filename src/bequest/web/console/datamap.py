"""The data map: systems, tables, columns; why each has its class; correcting one where it stands."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from bequest.app.console.access import Act, Screen, Seat
from bequest.app.console.correct import correct_column
from bequest.app.context import is_past
from bequest.documents.why_class import how_sure, why_class
from bequest.documents.words import word
from bequest.kernel.errors import DataMapError
from bequest.model.datamap import DataMap, FieldClass, Need
from bequest.model.facts import RowRole
from bequest.model.reduction import CHOICES
from bequest.steps.discover.personal import personal_by_class, sensitive_by_class
from bequest.web.console.frame import Told, act, address_of, page_of, report_of, screen, see_other
from bequest.web.site import site

Key = tuple[str, str, str]


@screen(Screen.MAP)
def data_map(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The map, narrowed to a system, a class or what nobody has decided on; one column opened."""
    return show(request, seat, None)


def show(request: HttpRequest, seat: Seat, error: Told | None) -> HttpResponse:
    """The screen, with what could not be done."""
    given = request.GET if request.method == "GET" else request.POST
    report = report_of(seat)
    at = _found(report.data_map, given.get("at", ""))
    lang: str = request.lang  # type: ignore[attr-defined]
    return page_of(
        request, seat, Screen.MAP, report, error=error,
        only_system=given.get("system", ""), only_class=given.get("class_shown", ""), only_open=given.get("open", ""),
        at=at, typed=request.POST, why_class=why_class, how_sure=how_sure,
        may_correct=Act.CORRECT in seat.acts and not is_past(site().inside, seat.case_id, "cutover"),
        choices={
            "class": sorted(((c.value, word(c).of(lang)) for c in FieldClass), key=lambda x: x[1]),
            "role": [(r.value, word(r).of(lang)) for r in RowRole],
            "need": [(n.value, word(n).of(lang)) for n in Need],
            "reduced_by": [(c, c) for c in CHOICES],
        },
        usual=lambda c: (personal_by_class(c), sensitive_by_class(c)),
    )  # fmt: skip


def _found(found: DataMap | None, at: str) -> Key | None:
    for t in found.tables if found else ():
        for c in t.columns:
            if f"{t.source}.{t.name}.{c.name}" == at:
                return t.source, t.name, c.name
    return None


@act(Act.CORRECT, show)
def correct(request: HttpRequest, seat: Seat) -> HttpResponse:
    """A person's word for one column."""
    ctx, given = site().inside, request.POST
    with ctx.store.transaction() as tx:
        found = tx.datamaps.latest(seat.case_id)
    place = _found(found, given.get("at", ""))
    if place is None:
        raise DataMapError("it is not said which column is meant", hint="Open a column of the table, then correct it.")
    said = {n: given.get(n, "") for n in ("class", "role", "need", "reduced_by", "personal", "sensitive")}
    correct_column(ctx, seat.case_id, place, said)
    shown = {n: given[n] for n in ("system", "class_shown", "open") if given.get(n)}
    return see_other(f"{address_of(seat.case_id, Screen.MAP)}?{urlencode(shown | {'at': '.'.join(place)})}#at")
