"""*What if*: the case decided twice in memory, as it is and as it would be, and the difference. Nothing is written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from bequest.app.case_facts import case_facts
from bequest.app.context import Context
from bequest.app.decide import Decided, DecideInput, decide_case
from bequest.app.known import known_input
from bequest.app.law import pack_of
from bequest.app.linked_people import to_apply
from bequest.app.preflight import check_law
from bequest.app.reading import check_schema, open_sources
from bequest.app.run_discover import data_map
from bequest.app.run_link import index_one, index_settings, load_linked
from bequest.app.run_plan import check_sums
from bequest.app.what_if_paths import Asked, changed_case
from bequest.engine.counts import filled_by_situation
from bequest.kernel.errors import StateError
from bequest.law.duties import Duty, case_duties
from bequest.law.pack import LawPack
from bequest.model.case import Case
from bequest.model.datamap import DataMap
from bequest.model.disposition import CellDecision, Disposition, Reason, ReasonStatus, Release, Residue
from bequest.model.plan import Population
from bequest.model.whole import TABLE as WHOLE
from bequest.steps.link.link import link
from bequest.steps.plan.plan import Planned

TableKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Count:
    """One line of a difference: how many before and after."""

    what: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class PairCount:
    """Non-empty values by what the receiver gets and what remains at the source."""

    release: Release
    residue: Residue
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class GateCount:
    """Non-empty values that a gate of the law decides."""

    gate: str
    zh: str
    en: str
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Values that would end otherwise, with the reason that would then hold."""

    release: Release
    residue: Residue
    to_release: Release
    to_residue: Residue
    was_rule: str
    rule: str
    articles: tuple[str, ...]
    status: ReasonStatus
    zh: str
    en: str
    values: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The difference: what was asked, people, values, gates, duties, open points; most values first."""

    asked: tuple[Asked, ...]
    n_people: int
    """People of whom any row would end otherwise."""
    people: tuple[Count, ...]
    """People by the outcome of their main record, where the number differs."""
    values: tuple[PairCount, ...]
    flows: tuple[Flow, ...]
    gates: tuple[GateCount, ...]
    duties_new: tuple[Duty, ...]
    duties_gone: tuple[Duty, ...]
    open_points_new: tuple[str, ...]
    open_points_gone: tuple[str, ...]

    @property
    def is_none(self) -> bool:
        """Whether nothing would differ."""
        return not (self.flows or self.people or self.duties_new or self.duties_gone or self.gates)


@dataclass(frozen=True, slots=True)
class _Side:
    """The case decided one way."""

    case: Case
    given: DecideInput
    decided: Decided


def what_if(ctx: Context, case_id: str, wishes: Sequence[str]) -> WhatIf:
    """What would be decided otherwise; see `what_if_paths` for what can be asked.

    Raises:
        InputError: where a place or value is not known.
        CaseFileError, LawError: where the law does not answer for the case as it would be, as at its opening.
        StateError: where nothing is planned yet, the cutover is over, or sources changed since linking.
    """
    case = ctx.case(case_id).case
    changed, asked = changed_case(case, wishes)
    check_law(changed)
    given = _known(ctx, case)
    sides = [_decided(given), _decided(_as_changed(ctx, given, changed))]
    return _difference(asked, *sides)


def _known(ctx: Context, case: Case) -> DecideInput:
    """What the last plan stood on, with the answers of this moment."""
    with ctx.store.transaction() as tx:
        population = tx.populations.latest(case.id)
        cut = any(r.step == "cutover" and r.state == "done" for r in tx.steps.all(case.id))
    if population is None:
        raise StateError(f"case {case.id} has no policy", hint=f"Run `bequest plan {case.id}` first.")
    if cut:
        raise StateError("the cutover is over, and what was decided stands", hint="Ask before the cutover.")
    datamap, workspace = data_map(ctx, case.id), ctx.workspace(case.id)
    totals = tuple(t for t in population.population.totals if t.table != WHOLE)
    return known_input(workspace, case, datamap, load_linked(workspace, case, datamap), totals, told=False)


def _as_changed(ctx: Context, given: DecideInput, case: Case) -> DecideInput:
    """The same for the case as it would be. Another law date makes other ages: then the sources are read again."""
    given = replace(given, case=case, pack=pack_of(case))
    if case.effective_on == ctx.case(case.id).case.effective_on:
        return given
    indexes = _indexes(ctx, case, given.datamap)
    return replace(given, indexes=indexes, linked=link(given.datamap, indexes, to_apply(ctx.workspace(case.id))))


def _indexes(ctx: Context, case: Case, datamap: DataMap) -> dict[TableKey, pl.DataFrame]:
    sources = open_sources(case, ctx.secrets)
    check_schema(datamap, sources)
    settings = index_settings(ctx, case, datamap)
    return {(t.source, t.name): index_one(ctx, sources[t.source], t, settings) for t in datamap.tables if t.in_case}


def _decided(given: DecideInput) -> _Side:
    decided = decide_case(given)
    check_sums(given.case.id, decided.population)
    return _Side(given.case, given, decided)


def _difference(asked: tuple[Asked, ...], before: _Side, after: _Side) -> WhatIf:
    flows, gates_before, gates_after, people = _compared(before, after)
    old, new = _duties(before), _duties(after)
    was_open, is_open = _open_points(before), _open_points(after)
    return WhatIf(
        asked=asked,
        n_people=people,
        people=_counts(before.decided.population.persons_by_outcome, after.decided.population.persons_by_outcome),
        values=_pairs(before.decided.population, after.decided.population),
        flows=flows,
        gates=_gates(after.given.pack, gates_before, gates_after),
        duties_new=tuple(d for d in new if d not in old),
        duties_gone=tuple(d for d in old if d not in new),
        open_points_new=tuple(sorted(is_open - was_open)),
        open_points_gone=tuple(sorted(was_open - is_open)),
    )


def _compared(before: _Side, after: _Side) -> tuple[tuple[Flow, ...], Counter[str], Counter[str], int]:
    """Flows of values, values by the gate that decides before and after, and how many people they concern.

    Rows in several lots count once for each of them: every lot decides them for itself.
    """
    flows: Counter[tuple[Disposition, Disposition, CellDecision, CellDecision]] = Counter()
    gates: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    touched = np.zeros(before.given.linked.n_subjects, dtype=np.bool_)
    for key, old, new, rows in _planned(before, after):
        index = before.given.indexes[key]
        pair = old.situation.astype(np.int64) * len(new.keys) + new.situation
        codes, compact = np.unique(pair, return_inverse=True)
        names = [c.name for c in old.table.columns]
        place = {n: i for i, n in enumerate(names)}
        moves = np.zeros(len(codes), dtype=np.bool_)
        for code, column, values in filled_by_situation(
            index if rows is None else index[rows], names, compact.astype(np.uint32)
        ).iter_rows():
            was, now = divmod(int(codes[code]), len(new.keys))
            i = place[column]
            was_said, now_said = old.decisions[was][i], new.decisions[now][i]
            gates[0][_gate(before.given.pack, was_said)] += values
            gates[1][_gate(after.given.pack, now_said)] += values
            if old.after[was][i] != new.after[now][i]:
                flows[old.after[was][i], new.after[now][i], was_said, now_said] += values
                moves[code] = True
        who = before.decided.primary[key]
        who = who if rows is None else who[rows]
        touched[who[moves[compact] & (who >= 0)]] = True
    return _flows(flows), *gates, int(touched.sum())


def _planned(before: _Side, after: _Side) -> list[tuple[TableKey, Planned, Planned, np.ndarray | None]]:
    """Each decided table both ways, then the rows that lie in further lots; these with their places."""
    old, new = before.decided, after.decided
    whole = [(key, p, new.planned[key], None) for key, p in old.planned.items()]
    return [*whole, *((k, p, new.shares[k], old.facts.shares[k].rows) for k, p in old.shares.items())]


def _gate(pack: LawPack, said: CellDecision) -> str:
    return pack.rule(said.reasons[0].rule).gate


def _flows(found: Mapping[tuple[Disposition, Disposition, CellDecision, CellDecision], int]) -> tuple[Flow, ...]:
    """Joined by what people see of them: both pairs, and the reason that decides."""
    sums: Counter[Flow] = Counter()
    for (was, now, was_said, said), values in found.items():
        reason = _other(said, was_said)
        sums[
            Flow(
                release=was.release, residue=was.residue, to_release=now.release, to_residue=now.residue,
                was_rule=_other(was_said, said).rule, rule=reason.rule, articles=reason.articles, status=reason.status,
                zh=reason.zh, en=reason.en, values=0,
            )
        ] += values  # fmt: skip
    return tuple(replace(flow, values=n) for flow, n in sorted(sums.items(), key=lambda x: (-x[1], str(x[0]))))


def _other(said: CellDecision, than: CellDecision) -> Reason:
    """The first reason that the other decision does not have; the deciding one where it has all."""
    return next((r for r in said.reasons if r not in than.reasons), said.reasons[0])


def _counts(before: Sequence[tuple[str, int]], after: Sequence[tuple[str, int]]) -> tuple[Count, ...]:
    old, new = dict(before), dict(after)
    names = dict.fromkeys([*old, *new])
    return tuple(Count(n, old.get(n, 0), new.get(n, 0)) for n in names if old.get(n, 0) != new.get(n, 0))


def _pairs(before: Population, after: Population) -> tuple[PairCount, ...]:
    """Every pair that holds values before or after; the source is counted once, whatever the lots."""
    old: Counter[tuple[Release, Residue]] = Counter()
    new: Counter[tuple[Release, Residue]] = Counter()
    for sums, population in ((old, before), (new, after)):
        for c in population.counts:
            sums[c.release, c.residue] += c.values
    order = [(a, b) for a in Release for b in Residue if old[a, b] or new[a, b]]
    return tuple(PairCount(a, b, old[a, b], new[a, b]) for a, b in order)


def _gates(pack: LawPack, before: Mapping[str, int], after: Mapping[str, int]) -> tuple[GateCount, ...]:
    return tuple(
        GateCount(g.id, g.zh, g.en, before.get(g.id, 0), after.get(g.id, 0))
        for g in pack.gates
        if before.get(g.id, 0) != after.get(g.id, 0)
    )


def _duties(side: _Side) -> tuple[Duty, ...]:
    routes = [lot.legal_route for lot in side.case.lots]
    found = case_facts(side.case, side.decided.policy, side.decided.population)
    return case_duties(side.given.pack, side.case.event, routes, found, on=side.case.effective_on)


def _open_points(side: _Side) -> frozenset[str]:
    """The open points that a line holds in which anybody stands."""
    policy = side.decided.policy
    used = {d for i in side.decided.population.filled for _, d in policy.rows[i].cells}
    return frozenset(p for d in used for p in policy.decisions[d].open_points)
