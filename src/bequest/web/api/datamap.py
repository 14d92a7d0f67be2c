"""The data map: systems, tables, columns; correcting one column; masked samples of one."""

from typing import Literal

from ninja import Router, Schema
from pydantic import ConfigDict

from bequest.app.console.access import Act, Screen
from bequest.app.console.correct import correct_column
from bequest.app.console.samples import masked_samples
from bequest.app.run_discover import data_map
from bequest.documents.why_class import why_class
from bequest.kernel.errors import InputError
from bequest.model.datamap import ColumnMap, DataMap, FieldClass, Need, TableMap
from bequest.model.facts import RowRole
from bequest.web.api.access import ApiRequest, Needs
from bequest.web.api.once import etag_of, once, rendered
from bequest.web.api.paging import Asked, Page, cut
from bequest.web.api.problems import RefusedError
from bequest.web.api.texts import Text
from bequest.web.site import site

router = Router(tags=["data map"])


class Evidence(Schema):
    """What speaks for a class, or against it."""

    side: str
    text: Text


class Column(Schema):
    """One column. Confidence and coverage are per mille."""

    at: str
    """`source.table.column`, its name in addresses."""
    source: str
    table: str
    name: str
    declared_type: str
    cls: str
    personal: bool
    sensitive: bool
    role: str
    need: str
    reduced_by: str
    confidence: int
    coverage: int
    verdict: str
    rows: int


class ColumnWhy(Column):
    """A column with what its class rests on."""

    evidence: list[Evidence]


class Correction(Schema):
    """A person's word for a column; what is left out stays. Nothing at all confirms the column as it is."""

    model_config = ConfigDict(extra="forbid")

    cls: FieldClass | None = None
    role: RowRole | None = None
    need: Need | None = None
    reduced_by: str = ""
    personal: Literal["yes", "no", ""] = ""
    """Empty: as the class has it."""
    sensitive: Literal["yes", "no", ""] = ""


class Samples(Schema):
    """At most five masked values."""

    at: str
    masked: list[str]


def _column(t: TableMap, c: ColumnMap) -> Column:
    return Column(
        at=f"{t.source}.{t.name}.{c.name}", source=t.source, table=t.name, name=c.name, declared_type=c.declared_type,
        cls=c.cls.value, personal=c.personal, sensitive=c.sensitive, role=c.role.value, need=c.need.value,
        reduced_by=c.reduced_by, confidence=c.confidence, coverage=c.coverage, verdict=c.verdict.value, rows=t.n_rows,
    )  # fmt: skip


def _with_reasons(t: TableMap, c: ColumnMap) -> ColumnWhy:
    said = [Evidence(side=s.side.value, text=Text(zh=s.text.zh, en=s.text.en)) for s in why_class(c)]
    return ColumnWhy(**_column(t, c).model_dump(), evidence=said)


def _found(found: DataMap, at: str) -> tuple[TableMap, ColumnMap]:
    for t in found.tables:
        for c in t.columns:
            if f"{t.source}.{t.name}.{c.name}" == at:
                return t, c
    raise RefusedError(404)


@router.get("/cases/{case_id}/map/columns", response=Page[Column], auth=Needs(Screen.MAP))
def list_columns(
    request: ApiRequest, case_id: str, asked: Asked, system: str = "", cls: str = "", undecided: bool = False
) -> Page[Column]:
    """Columns of the data map; `system` and `cls` narrow it, `undecided` to what nobody has confirmed."""
    lines = [
        (t, c)
        for t in data_map(site().inside, case_id).tables
        for c in t.columns
        if (not system or t.source == system)
        and (not cls or c.cls.value == cls)
        and (not undecided or c.verdict.value == "proposed")
    ]
    found = cut(lines, lambda x: f"{x[0].source}.{x[0].name}.{x[1].name}", asked)
    return Page(items=[_column(*x) for x in found.items], next=found.next, total=found.total)


@router.get("/cases/{case_id}/map/columns/{path:at}", response=ColumnWhy, auth=Needs(Screen.MAP))
def read_column(request: ApiRequest, case_id: str, at: str) -> ColumnWhy:
    """One column, and why it has its class."""
    return _with_reasons(*_found(data_map(site().inside, case_id), at))


@router.patch(
    "/cases/{case_id}/map/columns/{path:at}", response=ColumnWhy, auth=Needs(Act.CORRECT),
    openapi_extra={"x-once": True},
)  # fmt: skip
@once
def correct(request: ApiRequest, case_id: str, at: str, given: Correction) -> ColumnWhy:
    """Correct a column, or confirm it. With `If-Match` only where it is still as it was read."""
    ctx = site().inside
    t, c = _found(data_map(ctx, case_id), at)
    wanted = request.headers.get("If-Match", "*")
    now = etag_of(rendered(_with_reasons(t, c).model_dump()))
    if wanted != "*" and now not in {w.strip() for w in wanted.split(",")}:
        raise RefusedError(412, "the column is no longer as it was read")
    said = {
        "class": given.cls.value if given.cls else "", "role": given.role.value if given.role else "",
        "need": given.need.value if given.need else "", "reduced_by": given.reduced_by, "personal": given.personal,
        "sensitive": given.sensitive,
    }  # fmt: skip
    if not any(said.values()):
        said["class"] = c.cls.value
    if any(ord(x) < 32 or "\ud800" <= x <= "\udfff" for x in given.reduced_by):
        raise InputError("reduced_by names no way of reducing", hint="Leave it out, or take one of the manual.")
    correct_column(ctx, case_id, (t.source, t.name, c.name), said)
    return _with_reasons(*_found(data_map(ctx, case_id), at))


@router.get("/cases/{case_id}/map/samples", response=Samples, auth=Needs(Screen.SAMPLES))
def read_samples(request: ApiRequest, case_id: str, at: str) -> Samples:
    """A few masked values of a column, read from the source now and kept nowhere."""
    ctx = site().inside
    t, c = _found(data_map(ctx, case_id), at)
    return Samples(at=at, masked=list(masked_samples(ctx, case_id, t.source, t.name, c.name)))
