"""The risk register: each risk under its own id, followed from run to run: open → treated → closed. Pure.

Rules kept:
- open: nothing decided brings the risk down to what is accepted; treated: the plan does, and is not carried out;
  closed: the step that carries its treatment out is done and what is left is accepted, or what made the risk is gone;
- a risk that no run meets any more is closed, not forgotten; one that comes back is open again under the same id;
- a turn is added only where something changed, so that the register reads as a history.
"""

from collections.abc import Collection, Sequence
from datetime import date

from bequest.model.assessment import Entry, Risk, RiskState, Turn
from bequest.steps.assess.catalogue import Catalogue


def state_of(catalogue: Catalogue, risk: Risk, done: Collection[str]) -> RiskState:
    """Where a risk stands; `done`: the steps of the case that are done."""
    left = risk.after
    if left is None or left > catalogue.accept:
        return RiskState.OPEN
    step = catalogue.kinds[risk.kind].done_by
    return RiskState.CLOSED if step and step in done else RiskState.TREATED


def follow(
    catalogue: Catalogue, before: Sequence[Entry], risks: Sequence[Risk], *, run: int, on: date, done: Collection[str]
) -> tuple[Entry, ...]:
    """The register after this run: known risks first, in the order in which they were met, then new ones."""
    met = {r.id: r for r in risks}
    entries = []
    for entry in before:
        risk = met.pop(entry.id, None)
        if risk is None:
            turn = Turn(run, on, RiskState.CLOSED, 0, 0)
        else:
            turn = Turn(run, on, state_of(catalogue, risk, done), risk.before, risk.after)
        entries.append(_turned(entry, turn))
    for risk in met.values():
        turn = Turn(run, on, state_of(catalogue, risk, done), risk.before, risk.after)
        entries.append(Entry(risk.id, (turn,)))
    return tuple(entries)


def _turned(entry: Entry, turn: Turn) -> Entry:
    last = entry.turns[-1]
    same = (last.state, last.before, last.after) == (turn.state, turn.before, turn.after)
    return entry if same else Entry(entry.id, (*entry.turns, turn))
