"""What the templates need beyond the report itself: sums, geometry and lists, computed once per page."""

from collections.abc import Iterable
from dataclasses import dataclass

from bequest.documents import citations
from bequest.documents.report import charts, sankey
from bequest.documents.report.balance import FieldTable, Sums, field_table
from bequest.documents.report.content import CaseReport, StepState
from bequest.documents.report.reasons import Why, open_articles, reasons_by_column
from bequest.documents.report.smallcells import Guarded, guard_small
from bequest.documents.report.wording import Wording, number, seconds
from bequest.documents.words import RELEASE_SHAPES, RESIDUE_SHAPES
from bequest.evidence.approval import is_attested
from bequest.model.case import Lot, Party, Role
from bequest.model.datamap import ColumnMap, DataMap, FieldClass, Need, TableMap, TableState
from bequest.model.destruction import Certificate, SearchResult, TableSums
from bequest.model.disposition import Release, Residue
from bequest.model.facts import RowRole
from bequest.model.plan import Approval

_THIRD = frozenset(RowRole) - {RowRole.CUSTOMER, RowRole.RECORD, RowRole.UNKNOWN, RowRole.PROSPECT}


@dataclass(frozen=True, slots=True)
class Tag:
    """The outlined tag beside a column: its text and its class."""

    text: str
    css: str = ""


@dataclass(frozen=True, slots=True)
class SignRow:
    """One required department: its approval, or that it is missing or void."""

    role: Role
    approval: Approval | None
    void: bool = False

    @property
    def attested(self) -> bool:
        """Whether the platform signed for the person."""
        return self.approval is not None and is_attested(self.approval)


@dataclass(frozen=True, slots=True)
class SearchRow:
    """One source on the certificate: sums of its tables and what the search found."""

    source: str
    sums: TableSums
    search: SearchResult | None


@dataclass(frozen=True, slots=True)
class Discovered:
    """The data map in figures and in lists of columns that need a person's eye."""

    scanned: int
    columns: int
    personal: int
    sensitive: int
    classes: tuple[tuple[FieldClass, int], ...]
    over_collected: tuple[tuple[str, str, str], ...]
    passwords: tuple[tuple[str, str, str], ...]
    unknown: tuple[tuple[str, str, str], ...]
    not_scanned: tuple[TableMap, ...]
    outside: tuple[TableMap, ...]


def values_table(report: CaseReport) -> FieldTable | None:
    """The field table, where the population has been counted."""
    return field_table(report.population) if report.population else None


def why_table(report: CaseReport) -> dict[tuple[str, str, str], Why]:
    """Reasons per column."""
    return reasons_by_column(report.policy, report.data_map, report.population) if report.population else {}


@dataclass(frozen=True, slots=True)
class LotRow:
    """One lot with what becomes of its values; None for what lies in no lot."""

    lot: Lot | None
    receiver: Party | None
    sums: Sums


def lot_rows(report: CaseReport) -> tuple[LotRow, ...]:
    """Outcomes per lot, those outside every lot last; empty before there is a plan."""
    if report.population is None:
        return ()
    by: dict[str, Sums] = {}
    for c in report.population.counts:
        by.setdefault(c.lot, Sums()).count(c)
    for c in report.population.shares:  # the copy at the source is counted already, in the first lot
        by.setdefault(c.lot, Sums()).release[c.release] += c.values
    for sums in by.values():
        sums.total = sums.released
    case = report.case
    rows = [LotRow(lot, case.receiver(lot.receiver), by[lot.id]) for lot in case.lots if lot.id in by]
    return (*rows, *([LotRow(None, None, by[""])] if "" in by else []))


def release_bar(sums: Sums) -> tuple[charts.Segment, ...]:
    """The release axis as one bar."""
    return charts.stacked_bar([(RELEASE_SHAPES[r].css, sums.release[r]) for r in Release])


def residue_bar(sums: Sums) -> tuple[charts.Segment, ...]:
    """The residue axis as one bar."""
    return charts.stacked_bar([(RESIDUE_SHAPES[r].css, sums.residue[r]) for r in Residue])


def flow_picture(report: CaseReport) -> sankey.Sankey | None:
    """The flow picture of the whole case."""
    if report.population is None:
        return None
    summed: dict[tuple[str, Release, Residue], int] = {}
    for c in report.population.counts:
        key = (c.source, c.release, c.residue)
        summed[key] = summed.get(key, 0) + c.values
    return sankey.lay_out([sankey.Flow(*key, values) for key, values in summed.items() if values])


def column_tag(column: ColumnMap | None, words: Wording) -> Tag:
    """What kind of information a column holds, in one word; unknown is dashed."""
    if column is None or column.cls is FieldClass.UNKNOWN:
        return Tag(words.pick("未识别", "unknown"), "unk")
    if column.sensitive:
        return Tag(words.pick("敏感", "sensitive"), "sens")
    if not column.personal:
        return Tag(words.pick("非个人", "not personal"))
    if column.role in _THIRD:
        return Tag(words.w(column.role))
    return Tag(words.pick("个人", "personal"))


def sign_rows(report: CaseReport) -> tuple[SignRow, ...]:
    """Required roles in order with the approval that counts; an approval over another digest is void."""
    wanted = report.policy.digest if report.policy else None
    rows = []
    for role in report.required_roles:
        mine = [a for a in report.approvals if a.role == role.value]
        valid = [a for a in mine if wanted is None or a.policy_digest == wanted]
        best = valid or mine
        rows.append(SignRow(role, best[-1] if best else None, void=bool(mine) and not valid))
    return tuple(rows)


def search_rows(certificate: Certificate) -> tuple[SearchRow, ...]:
    """One row per source of the certificate, tables summed."""
    searches = {s.source: s for s in certificate.searches}
    names = dict.fromkeys([t.source for t in certificate.tables] + list(searches))
    return tuple(
        SearchRow(n, total([t for t in certificate.tables if t.source == n], n), searches.get(n)) for n in names
    )


def total(tables: Iterable[TableSums], source: str = "") -> TableSums:
    """Tables summed up into one line."""
    parts = list(tables)

    def add(name: str) -> int:
        return sum(int(getattr(t, name)) for t in parts)

    return TableSums(
        source,
        "",
        *(
            add(n)
            for n in ("rows_before", "rows_after", "before", "deleted", "anonymised", "sealed", "blocked", "in_use")
        ),
    )


def step_bars(report: CaseReport, words: Wording) -> tuple[charts.Bar, ...]:
    """Time per step; steps that did not run are left out."""
    rows = [
        (words.w(s.step), s.milliseconds, seconds(s.milliseconds), "same")
        for s in report.steps
        if s.milliseconds is not None and s.state is not StepState.NOT_DUE
    ]
    return charts.horizontal_bars(rows)


def cost_bars(report: CaseReport, lang: str) -> tuple[charts.CostBar, ...]:
    """Benefit and cost of each way of handling, for the whole case."""
    page = report.assessment.costs if report.assessment else None
    rows = page.total if page else ()
    return charts.cost_bars([(r.option.of(lang), r.avoided, r.margin, r.cost, r.plan) for r in rows])


def timeline(report: CaseReport) -> charts.Timeline | None:
    """Custody by due month, on a true scale of time from the law date."""
    dated = [(b.due_month, b.values) for b in report.custody if b.due_month != "undated"]
    if not dated:
        return None
    start = report.policy.law_date if report.policy else report.case.effective_on
    return charts.custody_timeline(dated, start)


def outcome_persons(report: CaseReport) -> tuple[Guarded, ...]:
    """Persons by outcome, small counts guarded, largest first."""
    counts = report.population.persons_by_outcome if report.population else ()
    return guard_small(sorted(counts, key=lambda c: (-c[1], c[0])))


def told_persons(report: CaseReport) -> tuple[Guarded, ...]:
    """Persons by how they were told, small counts guarded."""
    by: dict[str, int] = {}
    for c in report.notices.counts if report.notices else ():
        by[c.state] = by.get(c.state, 0) + c.persons
    return guard_small(sorted(by.items()))


def guarded_text(cell: Guarded) -> str:
    """How a guarded count is printed."""
    if cell.persons is not None:
        return number(cell.persons)
    return "<10" if cell.small else "≥10"


def discovered(data_map: DataMap) -> Discovered:
    """The data map in figures; tables outside the case are only named."""
    inside = [t for t in data_map.tables if t.in_case]
    columns = [(t, c) for t in inside for c in t.columns]

    def where(cls: FieldClass | None = None, need: Need | None = None) -> tuple[tuple[str, str, str], ...]:
        return tuple((t.source, t.name, c.name) for t, c in columns if cls is c.cls or need is c.need)

    classes: dict[FieldClass, int] = {}
    for _, c in columns:
        if c.personal:
            classes[c.cls] = classes.get(c.cls, 0) + 1
    return Discovered(
        scanned=sum(t.state is TableState.SCANNED for t in data_map.tables),
        columns=len(columns),
        personal=sum(c.personal for _, c in columns),
        sensitive=sum(c.sensitive for _, c in columns),
        classes=tuple(sorted(classes.items(), key=lambda item: (-item[1], item[0]))),
        over_collected=where(need=Need.OVER_COLLECTED),
        passwords=where(FieldClass.PASSWORD_SECRET),
        unknown=where(FieldClass.UNKNOWN),
        not_scanned=tuple(t for t in data_map.tables if t.state is TableState.NOT_SCANNED),
        outside=tuple(t for t in data_map.tables if not t.in_case),
    )


def unnamed_open_points(report: CaseReport) -> tuple[str, ...]:
    """Open legal points that the policy carries and nobody described in the report."""
    described = {p.code for p in report.open_points}
    return tuple(a for a in open_articles(report.policy) if a not in described)


def instruments(report: CaseReport, why: dict[tuple[str, str, str], Why]) -> tuple[citations.Instrument, ...]:
    """The laws that the page cites, for their full titles."""
    cited = [a for w in why.values() for chain in w.chains for r in chain.reasons for a in r.articles]
    cited += [a for p in report.open_points for a in p.articles] + [a for d in report.duties for a in d.articles]
    cited += [a for x in (report.assessment.liabilities if report.assessment else ()) for a in x.articles]
    cited += [b.article for b in report.custody] + list(unnamed_open_points(report))
    if report.certificate:
        cited += [*report.certificate.ground, *(k.article for k in report.certificate.kept)]
    return citations.cited_instruments(cited)
