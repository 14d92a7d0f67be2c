"""The plan: totals on both axes, columns narrowed by a filter with their reasons, what changed since."""

from dataclasses import replace
from typing import Annotated

from ninja import Query, Router, Schema

from bequest.app.console.access import Screen
from bequest.app.make_report import case_report
from bequest.app.queries.plan_filter import Filter, matching, only
from bequest.app.run_plan import plan_diff
from bequest.documents.report.content import CaseReport
from bequest.documents.report.reasons import Why
from bequest.documents.report.views import values_table, why_table
from bequest.kernel.canonical import digest
from bequest.kernel.errors import StateError
from bequest.web.api.access import ApiRequest, Needs
from bequest.web.api.paging import Asked, Page, cut
from bequest.web.api.problems import language
from bequest.web.api.texts import Sums, Text, sums
from bequest.web.site import site

router = Router(tags=["plan"])


class Narrowed(Schema):
    """What is asked for; empty means all. `q` is looked for in names, classes, reasons and articles."""

    q: str = ""
    system: str = ""
    kind: str = ""
    release: str = ""
    residue: str = ""


Wanted = Annotated[Narrowed, Query()]


class SystemSums(Schema):
    """One system."""

    system: str
    sums: Sums


class Totals(Schema):
    """The plan's totals. `unbalanced`: columns whose figures do not add up (none, unless something is wrong)."""

    policy: str
    columns: int
    of_columns: int
    people: int
    records: int
    sums: Sums
    systems: list[SystemSums]
    unbalanced: int


class Reason(Schema):
    """One ground of an outcome, as the law pack has it."""

    text: Text
    articles: list[str]
    status: str


class Outcome(Schema):
    """An outcome of a column: how many values, and the grounds it rests on."""

    release: str
    residue: str
    operator: str
    values: int
    reasons: list[Reason]


class Row(Schema):
    """One column of the plan."""

    at: str
    source: str
    table: str
    column: str
    sums: Sums
    outcomes: list[Outcome]
    left_out: int
    """Outcomes that are not listed."""


class Difference(Schema):
    """One difference between two plans."""

    kind: str
    what: str
    before: str
    after: str
    situation: dict[str, str]
    cls: str


class Diff(Schema):
    """What changed from the plan in force, or the one before, to the latest; empty `from`: there is none before."""

    from_policy: str
    to_policy: str
    changes: list[Difference]
    total: int


_MOST_CHANGES = 500


def _report(case_id: str) -> CaseReport:
    report = case_report(site().inside, case_id, seconds={})
    if report.population is None or report.policy is None:
        raise StateError(f"case {case_id} has no policy", hint=f"Run `bequest plan {case_id}` first.")
    return report


def _narrow(
    request: ApiRequest, report: CaseReport, wanted: Narrowed
) -> tuple[CaseReport, dict[tuple[str, str, str], Why]]:
    why = why_table(report)
    keys = matching(report, why, Filter.asked(wanted.model_dump()), language(request))
    return replace(report, population=only(report.population, keys)), why


@router.get("/cases/{case_id}/plan/totals", response=Totals, auth=Needs(Screen.PLAN))
def read_totals(request: ApiRequest, case_id: str, wanted: Wanted) -> Totals:
    """Totals of the plan, of all columns or of those that the filter asks for."""
    whole = _report(case_id)
    narrowed, _ = _narrow(request, whole, wanted)
    table, every = values_table(narrowed), values_table(whole)
    if table is None or every is None or whole.population is None:
        raise StateError(f"case {case_id} has no policy", hint=f"Run `bequest plan {case_id}` first.")
    return Totals(
        policy=digest(whole.policy), columns=table.n_columns, of_columns=every.n_columns,
        people=whole.population.n_subjects, records=whole.population.n_records,
        sums=sums(table.sums.total, table.sums.release, table.sums.residue),
        systems=[
            SystemSums(system=s.name, sums=sums(s.sums.total, s.sums.release, s.sums.residue)) for s in table.systems
        ],
        unbalanced=table.unbalanced,
    )  # fmt: skip


@router.get("/cases/{case_id}/plan/rows", response=Page[Row], auth=Needs(Screen.PLAN))
def list_rows(request: ApiRequest, case_id: str, wanted: Wanted, asked: Asked) -> Page[Row]:
    """Columns of the plan that the filter asks for, each with outcomes and grounds."""
    narrowed, why = _narrow(request, _report(case_id), wanted)
    table = values_table(narrowed)
    rows = [(s.name, t.name, c) for s in (table.systems if table else ()) for t in s.tables for c in t.columns]
    found = cut(rows, lambda r: f"{r[0]}.{r[1]}.{r[2].name}", asked)
    items = []
    for source, name, column in found.items:
        reasons = why.get((source, name, column.name))
        items.append(
            Row(
                at=f"{source}.{name}.{column.name}", source=source, table=name, column=column.name,
                sums=sums(column.sums.total, column.sums.release, column.sums.residue),
                outcomes=_outcomes(reasons), left_out=reasons.left_out if reasons else 0,
            )
        )  # fmt: skip
    return Page(items=items, next=found.next, total=found.total)


def _outcomes(why: Why | None) -> list[Outcome]:
    return [
        Outcome(
            release=c.release.value, residue=c.residue.value, operator=c.operator.value, values=c.values,
            reasons=[
                Reason(text=Text(zh=r.zh, en=r.en), articles=list(r.articles), status=r.status.value)
                for r in c.reasons
            ],
        )
        for c in (why.chains if why else ())
    ]  # fmt: skip


@router.get("/cases/{case_id}/plan/diff", response=Diff, auth=Needs(Screen.PLAN))
def read_diff(request: ApiRequest, case_id: str) -> Diff:
    """What changed since the plan in force, or the one before; at most 500 changes are listed."""
    old, new, changes = plan_diff(site().inside, case_id)
    return Diff(
        from_policy=digest(old) if old else "", to_policy=digest(new), total=len(changes),
        changes=[
            Difference(
                kind=c.kind.value, what=c.what, before=c.before, after=c.after,
                situation=dict(c.situation.facts) if c.situation else {}, cls=c.field.kind.cls.value if c.field else "",
            )
            for c in changes[:_MOST_CHANGES]
        ],
    )  # fmt: skip
