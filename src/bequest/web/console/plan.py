"""The plan: where every value goes, narrowed by filters, with totals that tie; one column opened to its reasons."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse

from bequest.app.console.access import Screen, Seat, note_access
from bequest.app.console.samples import masked_samples
from bequest.app.queries.plan_filter import KINDS, Filter, Key, matching, only
from bequest.documents.report.balance import FieldTable
from bequest.documents.report.views import values_table, why_table
from bequest.kernel.errors import BequestError
from bequest.web.console.frame import page_of, report_of, screen, told
from bequest.web.site import site


@screen(Screen.PLAN)
def plan(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The plan narrowed to what is asked for."""
    lang: str = request.lang  # type: ignore[attr-defined]
    given = {n: str(v) for n, v in request.GET.items()}
    wanted, report = Filter.asked(given), report_of(seat)
    whole = values_table(report)
    why = why_table(report)
    keys = matching(report, why, wanted, lang)
    narrowed = replace(report, population=only(report.population, keys)) if report.population else report
    at = next((k for k in keys if ".".join(k) == given.get("at")), None)
    samples: tuple[str, ...] = ()
    trouble = None
    if at is not None and "samples" in given and Screen.SAMPLES in seat.screens:
        note_access(site().inside, seat, Screen.SAMPLES.value, target=".".join(at), rows=1)
        try:
            samples = masked_samples(site().inside, seat.case_id, *at)
        except BequestError as error:
            trouble = told(request, error)
    return page_of(
        request, seat, Screen.PLAN, narrowed,
        wanted=wanted, whole=whole, hidden=_hidden(whole, keys), n_shown=len(keys), at=at, all_why=why,
        samples=samples, asked_samples="samples" in given, trouble=trouble, kinds=KINDS,
    )  # fmt: skip


def _hidden(whole: FieldTable | None, keys: set[Key]) -> int:
    return whole.n_columns - len(keys) if whole else 0
