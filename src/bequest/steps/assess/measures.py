"""What is measured in the decided tables of a case, per class of data and of its people. Pure; whole columns at a time.

`before` is what was found in the case's reach: rows in a lot or shared with one, or all rows where nothing is parted by
lots or the company ends. `after` is what the decisions leave: values still in clear at the source (in use or blocked;
what is sealed into custody or deleted is not), and values given to a receiver. Values are counted once, whatever lots
they go to. Without a plan in force of any kind `after` is not measured.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from bequest.engine.tableplan import DECISION_PREFIX
from bequest.model.assessment import Figure, Measure, Origin
from bequest.model.datamap import ColumnMap, FieldClass, Need
from bequest.model.facts import FACT_VALUES, Fact, RecordClass, RowRole, SubjectKind
from bequest.steps.assess.catalogue import CHILDREN, Catalogue
from bequest.steps.assess.cells import (
    Bools,
    Cells,
    Numbers,
    TableInput,
    columns_of,
    in_reach,
    lies_in_lot,
    lookups,
    whose,
)

OWN_RECORD = frozenset({RowRole.CUSTOMER, RowRole.ENTERPRISE_CONTACT, RowRole.PROSPECT})
"""People with a record of their own: they are told one by one."""
CUSTOMERS = (SubjectKind.CUSTOMER, SubjectKind.ENTERPRISE_CONTACT)
WILL = frozenset({RecordClass.CONSENT, RecordClass.OBJECTION})
"""Records of what people said go along so that the receiver can honour it: nothing of the person is given by them."""
NOT_THE_FORM = "values:do not bear it"
"""Evidence of discovery: the values were looked at and do not have the form of the class."""
PER_MILLE = 1000


@dataclass(frozen=True, slots=True)
class MeasureInput:
    """Everything that is measured. `serious` is the number of items of a class from which circumstances are serious.

    `everything`: all rows are in the case's reach, in a lot or not. `releases`: the event has a receiver.
    """

    catalogue: Catalogue
    tables: Sequence[TableInput]
    n_subjects: int
    facts: Mapping[Fact, npt.NDArray[np.uint8]]
    serious: Mapping[FieldClass, int]
    planned: bool
    everything: bool
    releases: bool
    told: bool


@dataclass(frozen=True, slots=True)
class LotPeople:
    """One lot: persons of whom anything is given, of whom sensitive information is, rows given, rows with a name."""

    persons: int
    sensitive: int
    rows: int
    named: int


@dataclass(slots=True)
class _Sums:
    """Running counts of one class of data."""

    counts: dict[str, int] = field(default_factory=dict)
    items: dict[FieldClass, tuple[int, int]] = field(default_factory=dict)
    """Items by class, before and after: each class has its own number from which it is serious."""

    def item(self, cls: FieldClass, before: int, after: int) -> None:
        old = self.items.get(cls, (0, 0))
        self.items[cls] = (old[0] + before, old[1] + after)

    def crime(self, serious: Mapping[FieldClass, int]) -> tuple[Figure, Figure]:
        """Items against the number from which it is serious, per mille, summed in proportion (CRIMI-5)."""
        known = [(n, serious[cls]) for cls, n in self.items.items() if cls in serious]
        before, after = (sum(_up(PER_MILLE * n[side], many) for n, many in known) for side in (0, 1))
        return Figure(before, PER_MILLE), Figure(after, PER_MILLE)

    def add(self, **more: int) -> None:
        for name, n in more.items():
            self.counts[name] = self.counts.get(name, 0) + n

    def __getitem__(self, name: str) -> int:
        return self.counts.get(name, 0)


class Tally:
    """All counts of a case, column by column."""

    def __init__(self, given: MeasureInput) -> None:
        n = given.n_subjects + 1  # the last place is for nobody (-1)
        self._in = given
        self._groups: dict[str, _Sums] = {}
        self._persons: dict[str, dict[str, Bools]] = {"before": {}, "after": {}}
        self.seen = np.zeros(n, np.bool_)
        self.some_given = np.zeros(n, np.bool_)
        self.in_lot = np.zeros(n, np.bool_)
        self.sensitive = np.zeros(n, np.bool_)
        self.sensitive_left = np.zeros(n, np.bool_)
        self.own = np.zeros(n, np.bool_)
        self.reachable = np.zeros(n, np.bool_)
        self.text = self.text_left = self.texts = self.records = 0
        self.flags = _flags(given)
        for t in given.tables:
            self._table(t)
        for people in (self.seen, self.some_given, self.in_lot, self.sensitive, self.sensitive_left, self.own):
            people[-1] = False

    def _table(self, t: TableInput) -> None:
        scope = in_reach(t, everything=self._in.everything)
        self.records += int(scope.sum())
        primary = whose(t, t.primary)
        self._contacts(t, primary, scope)
        self.in_lot[primary[scope & lies_in_lot(t.plan)]] = True
        of_will = t.table.record_class in WILL
        for cells in columns_of(t, scope, self.flags["outlived"]):
            self._column(cells, of_will=of_will)

    def _contacts(self, t: TableInput, primary: Numbers, scope: Bools) -> None:
        if t.primary not in OWN_RECORD:
            return
        self.own[primary[scope]] = True
        for name in (f"x:{t.primary}:ph", f"x:{t.primary}:em"):
            if name in t.index.columns:
                self.reachable[primary[scope & t.index[name].is_not_null().to_numpy()]] = True

    def _column(self, c: Cells, *, of_will: bool) -> None:
        self.seen[c.who[c.filled]] = True
        if not of_will:
            self.some_given[c.who[c.filled & c.given]] = True
        if c.column.cls is FieldClass.FREE_TEXT:
            self.texts += int(c.filled.sum())
            if c.column.in_text:
                self.text += int(c.filled.sum())
                self.text_left += int((c.filled & (c.as_is | c.clear)).sum())
        child = self.flags["child"][c.who]
        sensitive = c.filled & (child | np.bool_(c.column.sensitive))
        self.sensitive[c.who[sensitive]] = True
        self.sensitive_left[c.who[sensitive & (c.clear | c.as_is)]] = True
        self._count(self._in.catalogue.group_of(c.column.cls), c, c.filled, sensitive)
        if child.any():
            self._count(CHILDREN, c, c.filled & child, sensitive & child)

    def _count(self, group: str, c: Cells, filled: Bools, sensitive: Bools) -> None:
        sums = self._groups.setdefault(group, _Sums())
        left = filled & c.clear
        kept_or_given = filled & (c.clear | c.given)
        sums.add(
            values=_n(filled),
            values_after=_n(left),
            sensitive=_n(sensitive),
            sensitive_after=_n(sensitive & c.clear),
            in_lot=_n(filled & c.in_lot),
            no_ground=_n(filled & c.in_lot & ~c.given),
            waiting=_n(filled & c.in_lot & c.waiting),
            outlived=_n(filled & c.outlived),
            outlived_after=_n(kept_or_given & c.outlived),
            duty=_n(filled & c.duty),
            duty_broken=_n(filled & c.duty & c.gone),
        )
        if c.column.need in {Need.NOT_NEEDED, Need.OVER_COLLECTED}:
            sums.add(unneeded=_n(filled), unneeded_after=_n(kept_or_given))
        readable = _readable(c.column, self._in.catalogue)
        if readable is not None:
            sums.add(marks=_n(filled), readable=_part(_n(filled), readable), readable_after=_part(_n(left), readable))
        sums.item(c.column.cls, _n(filled), _n(kept_or_given))
        for side, mask in (("before", filled), ("after", filled & (c.clear | c.as_is))):
            people = self._persons[side].setdefault(group, np.zeros(len(self.seen), np.bool_))
            people[c.who[mask]] = True

    def groups(self) -> Iterator[Measure]:
        """The measures of every class of data that was met, in the order of the catalogue."""
        for g in self._in.catalogue.groups:
            sums = self._groups.get(g.id)
            if sums is not None and sums["values"]:
                yield from self._group(g.id, sums)

    def _group(self, group: str, s: _Sums) -> Iterator[Measure]:
        people = {side: int(masks[group][:-1].sum()) for side, masks in self._persons.items()}
        total = s["values"]
        yield self._measure("values", group, Figure(total), Figure(s["values_after"]))
        yield self._measure("persons_of", group, Figure(people["before"]), Figure(people["after"]))
        yield self._measure("sensitive", group, Figure(s["sensitive"], total), Figure(s["sensitive_after"], total))
        if s["marks"]:
            yield self._measure(
                "readable", group, Figure(s["readable"], s["marks"]), Figure(s["readable_after"], s["marks"])
            )
        if self._in.releases and s["in_lot"]:
            yield self._measure(
                "no_ground", group, Figure(s["no_ground"], s["in_lot"]), Figure(s["waiting"], s["in_lot"])
            )
        for name in ("unneeded", "outlived"):
            yield self._measure(name, group, Figure(s[name], total), Figure(s[f"{name}_after"], total))
        yield self._measure("duty", group, Figure(s["duty"], total), Figure(s["duty"], total))
        yield self._measure("duty_broken", group, Figure(s["duty"]), Figure(s["duty_broken"]))
        yield self._measure("crime", group, *s.crime(self._in.serious))

    def _measure(self, name: str, where: str, before: Figure, after: Figure | None) -> Measure:
        return Measure(name, where, before, after if self._in.planned else None, Origin.PLAN)

    def people(self) -> Iterator[Measure]:
        """The measures of the people of the case."""
        seen, everybody = self.seen[:-1], int(self.seen[:-1].sum())
        given = self.some_given[:-1]

        def who(mask: Bools) -> Bools:
            return mask[:-1] & seen

        def share(mask: Bools) -> Figure:
            return Figure(int(mask.sum()), everybody)

        yield self._measure("persons", "", Figure(everybody), Figure(everybody))
        yield self._measure("records", "", Figure(self.records), Figure(self.records))
        yield self._measure("sensitive_persons", "", share(who(self.sensitive)), share(who(self.sensitive_left)))
        child, unguarded = who(self.flags["child"]), who(self.flags["unguarded"])
        yield self._measure("children", "", share(child), share(child & given))
        yield self._measure(
            "children_without_guardian", "", Figure(int(unguarded.sum())), Figure(int((unguarded & given).sum()))
        )
        objected = who(self.flags["objected"])
        yield self._measure("objected", "", share(objected), share(objected & given))
        yield from self._telling(seen)
        if self.texts:
            yield self._measure(
                "text_identifiers", "", Figure(self.text, self.texts), Figure(self.text_left, self.texts)
            )
        if self._in.releases:
            customers = who(self.flags["customer"]) & self.in_lot[:-1]
            n = int(customers.sum())
            yield self._measure("customers_lost", "", Figure(n, n), Figure(int((customers & ~given).sum()), n))

    def _telling(self, seen: Bools) -> Iterator[Measure]:
        own = self.own[:-1] & seen
        n = int(own.sum())
        without = Figure(int((own & ~self.reachable[:-1]).sum()), n)
        untold = Figure(int(seen.sum()), int(seen.sum()))
        if not self._in.told:
            yield Measure("unreachable", "", without, without if self._in.planned else None, Origin.LINK)
            yield Measure("not_told", "", untold, Figure(0, untold.n) if self._in.planned else None, Origin.LINK)
            return
        missed = own & (self.flags["published"][:-1] | self.flags["not_told"][:-1])
        left = seen & self.flags["not_told"][:-1]
        yield Measure("unreachable", "", without, Figure(int(missed.sum()), n), Origin.NOTICES)
        yield Measure("not_told", "", untold, Figure(int(left.sum()), untold.n), Origin.NOTICES)


def measure_tables(given: MeasureInput) -> tuple[Measure, ...]:
    """Every measure that the decided tables hold."""
    tally = Tally(given)
    return (*tally.groups(), *tally.people())


def _flags(given: MeasureInput) -> dict[str, Bools]:
    """What is said of each subject; the last place, of nobody, is False."""

    def of(fact: Fact, *values: str) -> Bools:
        wanted = [FACT_VALUES[fact].index(v) for v in values]
        return np.append(np.isin(given.facts[fact], wanted), False)

    child = of(Fact.AGE_BAND, "under_14")
    return {
        "child": child,
        "unguarded": child & of(Fact.GUARDIAN_CONSENT, "missing", "refused"),
        "outlived": of(Fact.FRESHNESS, "stale") | of(Fact.ACCOUNT, "closed"),
        "objected": of(Fact.OBJECTION, "objected") | of(Fact.DISPUTE, "open") | of(Fact.CONSENT_TRANSFER, "refused"),
        "customer": of(Fact.KIND, *CUSTOMERS) & ~of(Fact.ACCOUNT, "closed"),
        "published": of(Fact.NOTICE, "published"),
        "not_told": of(Fact.NOTICE, "not_told", "planned"),
    }


def _readable(column: ColumnMap, catalogue: Catalogue) -> int | None:
    """Which part of a column's values can be read as they stand, per mille; None where it names nobody by itself.

    The form of a password's class is that of a hash: what does not bear it is a password in clear. Of all other classes
    the form is that of the identifier itself; what does not bear it is taken to be encoded.
    """
    if column.cls is FieldClass.PASSWORD_SECRET:
        return PER_MILLE - column.coverage
    if column.cls not in catalogue.direct:
        return None
    return 0 if any(e.startswith(NOT_THE_FORM) for e in column.evidence) else PER_MILLE


def _part(n: int, per_mille: int) -> int:
    """That part of a count, rounded up."""
    return _up(n * per_mille, PER_MILLE)


def _up(n: int, by: int) -> int:
    return -(-n // by)


def _n(mask: Bools) -> int:
    return int(mask.sum())


def lot_people(given: MeasureInput, lot: str) -> LotPeople:
    """The people and rows of one lot, as decided."""
    people, sensitive = (np.zeros(given.n_subjects + 1, np.bool_) for _ in range(2))
    child = _flags(given)["child"]
    rows = named = 0
    for t in given.tables:
        plan = t.plan.for_lot(lot)
        mine = (plan.rows["lot"] == lot).to_numpy()
        luts = lookups(plan.dispositions)
        any_given, direct = np.zeros(len(mine), np.bool_), np.zeros(len(mine), np.bool_)
        for c in t.table.columns:
            if c.role is RowRole.STAFF or not c.personal:
                continue
            decided = plan.rows[DECISION_PREFIX + c.name].to_numpy()
            filled = t.index[f"v:{c.name}"].fill_null(False).to_numpy() & mine
            handed = filled & luts["given"][decided]
            who = whose(t, c.role)
            people[who[handed]] = True
            sensitive[who[handed & (child[who] | np.bool_(c.sensitive))]] = True
            any_given |= handed
            if c.cls in given.catalogue.direct:
                direct |= filled & luts["as_is"][decided]
        rows += _n(any_given)
        named += _n(direct)
    return LotPeople(int(people[:-1].sum()), int(sensitive[:-1].sum()), rows, named)
