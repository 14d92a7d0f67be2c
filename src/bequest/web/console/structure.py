"""Keys, references, facts and duties of the data map, table by table, and people's word on each where it stands."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from bequest.app.console.access import Act, Screen, Seat
from bequest.app.console.correct import Place, add_duty, add_fact, correct_reference, correct_table, drop
from bequest.app.context import is_past
from bequest.app.queries.structure import Structure, duties_of_law, structure_of, structures
from bequest.app.run_discover import data_map
from bequest.documents.fact_words import FACTS, HOW, VALUES
from bequest.kernel.errors import DataMapError
from bequest.model.datamap import Standing
from bequest.model.facts import FACT_VALUES, Fact, RecordClass, RowRole
from bequest.web.console.frame import Told, act, page_of, report_of, screen, see_other
from bequest.web.site import site

ASKED_OF_PEOPLE = tuple(f for f in Fact if f is not Fact.RETENTION)
"""Facts that a column may say; duties to keep are said by themselves."""


@screen(Screen.MAP)
def tables(request: HttpRequest, seat: Seat) -> HttpResponse:
    """All tables, or one of them opened."""
    return show(request, seat, None)


def show(request: HttpRequest, seat: Seat, error: Told | None) -> HttpResponse:
    """The screen, with what could not be done."""
    given = request.GET if request.method == "GET" else request.POST
    report, ctx = report_of(seat), site().inside
    found = report.data_map
    targets = [f"{t.source}.{t.name}.{c.name}" for t in found.tables for c in t.columns] if found else []
    return page_of(
        request, seat, Screen.MAP, report, error=error, template="structure",
        all_tables=structures(found) if found else (), one=structure_of(found, given.get("at", "")),
        may_correct=Act.CORRECT in seat.acts and not is_past(ctx, seat.case_id, "cutover"), typed=request.POST,
        records=list(RecordClass), roles=list(RowRole), facts=ASKED_OF_PEOPLE, fact_words=FACTS, how_words=HOW,
        value_words=VALUES, fact_values=FACT_VALUES, duties=duties_of_law(ctx.case(seat.case_id).case), targets=targets,
        standing={s.value: s for s in Standing},
    )  # fmt: skip


@act(Act.CORRECT, show)
def set_table(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What kind of records, which key, which date says how fresh they are."""
    one, given = _meant(request, seat), request.POST
    said: dict[str, object] = {n: given[n] for n in ("record_class", "freshness_column") if n in given}
    if "key" in given:
        said["key"] = [line.strip() for line in given["key"].splitlines() if line.strip()]
    correct_table(site().inside, seat.case_id, _place(one), said)
    return _back(request, seat, one, "table")


@act(Act.CORRECT, show)
def set_reference(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Confirm or reject a reference, open it again, or add one."""
    one, given = _meant(request, seat), request.POST
    correct_reference(
        site().inside, seat.case_id, _place(one), column=given.get("column", ""), to=given.get("to", ""),
        standing=given.get("standing", ""), role=given.get("role", ""),
    )  # fmt: skip
    return _back(request, seat, one, "references")


@act(Act.CORRECT, show)
def set_fact(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Say a fact or a duty, or take one back."""
    one, given, ctx = _meant(request, seat), request.POST, site().inside
    if given.get("drop"):
        drop(ctx, seat.case_id, _place(one), given["drop"])
    elif "band" in given:
        duty = {n: given.get(n, "") for n in ("band", "start_column", "if_column")}
        add_duty(ctx, seat.case_id, _place(one), duty)
    else:
        fact = {n: given.get(n, "") for n in ("fact", "column", "how", "default", "role")}
        add_fact(ctx, seat.case_id, _place(one), fact | {"values": _values(given.get("values", ""), fact["how"])})
    return _back(request, seat, one, "duties" if "band" in given else "facts")


def _values(text: str, how: str) -> dict[str, str]:
    """Lines `value = word`; of `present` the word alone may stand. A value may itself hold a sign of equality."""
    found = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        value, sign, meaning = line.rpartition("=")
        if not sign and how != "present":
            raise DataMapError(
                "a line of the values has no sign of equality", hint="Write one line each: value = word."
            )
        found[value.strip() if sign else "present"] = meaning.strip()
    return found


def _meant(request: HttpRequest, seat: Seat) -> Structure:
    found = structure_of(data_map(site().inside, seat.case_id), request.POST.get("at", ""))
    if found is None:
        raise DataMapError("it is not said which table is meant", hint="Open a table of the data map.")
    return found


def _place(one: Structure) -> Place:
    return one.table.source, one.table.name


def _back(request: HttpRequest, seat: Seat, one: Structure, part: str) -> HttpResponse:
    lang: str = request.lang  # type: ignore[attr-defined]
    return see_other(f"/console/case/{seat.case_id}/map/tables?{urlencode({'at': one.name, 'lang': lang})}#{part}")
