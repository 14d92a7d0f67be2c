"""The data map, table by table: key, references and how well they fit, facts, duties to keep; a word on each."""

from typing import Annotated, Literal

from ninja import Router, Schema
from pydantic import ConfigDict, Field

from bequest.app.console.access import Act, Screen
from bequest.app.console.correct import add_duty, add_fact, correct_reference, correct_table, drop
from bequest.app.queries.structure import Structure, structure_of, structures
from bequest.app.run_discover import data_map
from bequest.kernel.errors import InputError
from bequest.model.datamap import Standing
from bequest.model.facts import Fact, RecordClass, RowRole
from bequest.web.api.access import ApiRequest, Needs
from bequest.web.api.once import once
from bequest.web.api.paging import Asked, Page, cut
from bequest.web.api.problems import RefusedError
from bequest.web.site import site

router = Router(tags=["data map"])
Name = Annotated[str, Field(max_length=500)]
_ONCE = {"x-once": True}


class KnownReference(Schema):
    """A reference from a column to another. Counts are of the sample, whole where `whole`; none where not `counted`."""

    column: str
    to: str
    role: str
    standing: str
    counts: bool
    declared: bool
    proposed: bool
    counted: bool
    whole: bool
    values: int
    values_found: int
    rows: int
    rows_found: int


class StatedFact(Schema):
    """Which column says a fact; `mark` names it when it is taken back."""

    mark: str
    fact: str
    column: str
    how: str
    values: dict[str, str]
    default: str
    role: str


class Duty(Schema):
    """A duty to keep, counted from the date in a column."""

    mark: str
    band: str
    start_column: str
    if_column: str


class Table(Schema):
    """A table; `asks`: what a person should look at."""

    at: str
    source: str
    table: str
    record_class: str
    in_case: bool
    rows: int
    key: list[str]
    freshness_column: str
    verdict: str
    references: list[KnownReference]
    facts: list[StatedFact]
    duties: list[Duty]
    asks: list[str]


class TableSaid(Schema):
    """A person's word for a table; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    record_class: RecordClass | None = None
    key: Annotated[tuple[Name, ...], Field(max_length=50)] | None = None
    freshness_column: Name | None = None


class ReferenceSaid(Schema):
    """A word on a reference; `to` is `source.table.column`. Without a role it stays what it was."""

    model_config = ConfigDict(extra="forbid")

    column: Name
    to: Annotated[str, Field(max_length=1000)]
    standing: Standing
    role: RowRole | None = None


class FactSaid(Schema):
    """Which column says a fact. `values`: value in the column → word of the fact."""

    model_config = ConfigDict(extra="forbid")

    fact: Fact
    column: Name
    how: Literal["map", "present", "date_band", "id_band"]
    values: Annotated[dict[Name, Name], Field(max_length=200, default_factory=dict)]
    default: Name = ""
    role: RowRole = RowRole.CUSTOMER


class DutySaid(Schema):
    """A duty to keep."""

    model_config = ConfigDict(extra="forbid")

    band: Name
    start_column: Name
    if_column: Name = ""


class TakenBack(Schema):
    """A fact or duty, by its mark: only as it was seen."""

    model_config = ConfigDict(extra="forbid")

    mark: Annotated[str, Field(min_length=1, max_length=64)]


def _said(s: Structure) -> Table:
    t = s.table
    return Table(
        at=s.name, source=t.source, table=t.name, record_class=t.record_class.value, in_case=t.in_case, rows=t.n_rows,
        key=list(t.key), freshness_column=t.freshness_column, verdict=t.verdict.value, asks=list(s.asks),
        references=[
            KnownReference(
                column=r.column, to=f"{r.to_source}.{r.to_table}.{r.to_column}", role=r.role.value,
                standing=r.standing.value, counts=counts, declared=r.declared, proposed=r.proposed, counted=r.counted,
                whole=r.whole, values=r.n_values, values_found=r.n_values_found, rows=r.n_rows,
                rows_found=r.n_rows_found,
            )
            for r, counts in s.references
        ],
        facts=[
            StatedFact(
                mark=mark, fact=f.fact.value, column=f.column, how=f.how, values=f.values, default=f.default,
                role=f.role.value,
            )
            for mark, f in s.facts
        ],
        duties=[
            Duty(mark=mark, band=d.band, start_column=d.start_column, if_column=d.if_column) for mark, d in s.duties
        ],
    )  # fmt: skip


def _found(case_id: str, at: str) -> Structure:
    found = structure_of(data_map(site().inside, case_id), at)
    if found is None:
        raise RefusedError(404)
    return found


def _place(case_id: str, at: str) -> tuple[str, str]:
    found = _found(case_id, at).table
    return found.source, found.name


def _plain(*texts: str) -> None:
    if any(ord(x) < 32 or "\ud800" <= x <= "\udfff" for text in texts for x in text):
        raise InputError("a text of the data map holds a line break or control character", hint="Leave it out.")


@router.get("/cases/{case_id}/map/tables", response=Page[Table], auth=Needs(Screen.MAP))
def list_tables(request: ApiRequest, case_id: str, asked: Asked) -> Page[Table]:
    """Tables of the data map with keys, references, facts and duties to keep."""
    found = cut(structures(data_map(site().inside, case_id)), lambda s: s.name, asked)
    return Page(items=[_said(s) for s in found.items], next=found.next, total=found.total)


@router.get("/cases/{case_id}/map/tables/{table}", response=Table, auth=Needs(Screen.MAP))
def read_table(request: ApiRequest, case_id: str, table: str) -> Table:
    """One table, named `source.table`."""
    return _said(_found(case_id, table))


@router.patch("/cases/{case_id}/map/tables/{table}", response=Table, auth=Needs(Act.CORRECT), openapi_extra=_ONCE)
@once
def correct_one_table(request: ApiRequest, case_id: str, table: str, given: TableSaid) -> Table:
    """Say what the records of a table are, what its key is, which date says how fresh they are."""
    said = {n: v for n, v in given.model_dump(mode="json").items() if v is not None}
    _plain(*(given.key or ()), given.freshness_column or "")
    correct_table(site().inside, case_id, _place(case_id, table), said)
    return _said(_found(case_id, table))


@router.post(
    "/cases/{case_id}/map/tables/{table}/references", response=Table, auth=Needs(Act.CORRECT), openapi_extra=_ONCE
)  # fmt: skip
@once
def speak_of_reference(request: ApiRequest, case_id: str, table: str, given: ReferenceSaid) -> Table:
    """Confirm or reject a reference, open it again, or add one."""
    _plain(given.column, given.to)
    correct_reference(
        site().inside, case_id, _place(case_id, table), column=given.column, to=given.to, standing=given.standing.value,
        role=given.role.value if given.role else "",
    )  # fmt: skip
    return _said(_found(case_id, table))


@router.post("/cases/{case_id}/map/tables/{table}/facts", response=Table, auth=Needs(Act.CORRECT), openapi_extra=_ONCE)
@once
def state_fact(request: ApiRequest, case_id: str, table: str, given: FactSaid) -> Table:
    """Say which column states a fact."""
    _plain(given.column, given.default, *given.values, *given.values.values())
    add_fact(site().inside, case_id, _place(case_id, table), given.model_dump(mode="json"))
    return _said(_found(case_id, table))


@router.post("/cases/{case_id}/map/tables/{table}/duties", response=Table, auth=Needs(Act.CORRECT), openapi_extra=_ONCE)
@once
def state_duty(request: ApiRequest, case_id: str, table: str, given: DutySaid) -> Table:
    """Say which duty to keep the records bear."""
    _plain(given.band, given.start_column, given.if_column)
    add_duty(site().inside, case_id, _place(case_id, table), given.model_dump())
    return _said(_found(case_id, table))


@router.post(
    "/cases/{case_id}/map/tables/{table}/taken-back", response=Table, auth=Needs(Act.CORRECT), openapi_extra=_ONCE
)  # fmt: skip
@once
def take_back_stated(request: ApiRequest, case_id: str, table: str, given: TakenBack) -> Table:
    """Take back a fact or a duty."""
    drop(site().inside, case_id, _place(case_id, table), given.mark)
    return _said(_found(case_id, table))
