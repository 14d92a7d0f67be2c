"""What the law leaves open, as a person of the case settled it: the block becomes custody, or deletion."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from bequest.law.outcomes import combine
from bequest.law.pack import LawPack
from bequest.law.retention import PREFIX
from bequest.model.disposition import CellDecision, Reason, ReasonStatus, Release, Residue
from bequest.model.settlement import Settled, Settlement, Unsettled

_GATES = {
    "deceased": Unsettled.DECEASED,
    "unknown": Unsettled.UNCLASSIFIED,
}
"""Gates whose block a person may settle. Any other (no route, a missing lot) is a slip to be mended in the case."""
_ARTICLES = {
    Unsettled.DISPUTE: ("PIPL-44", "PIPL-47", "CC-59"),
    Unsettled.DECEASED: ("PIPL-49", "PIPL-47", "CC-59"),
    Unsettled.UNCLASSIFIED: ("PIPL-51", "PIPL-47", "CC-59"),
}
KEPT: Mapping[Unsettled, tuple[str, str]] = {
    Unsettled.DISPUTE: ("有未了争议者的记录，交保管人", "records of people with an open dispute, with the keeper"),
    Unsettled.DECEASED: ("已故者的记录，交保管人", "records of people who died, with the keeper"),
    Unsettled.UNCLASSIFIED: ("未能分类的列，交保管人", "columns that nobody could classify, with the keeper"),
}
"""What the keeper keeps, in words."""
Settle = Callable[[CellDecision], CellDecision]


def unsettled(pack: LawPack, decision: CellDecision) -> Unsettled | None:
    """What a decision leaves open; None where it blocks nothing, or blocks for another reason."""
    if decision.disposition.residue is not Residue.BLOCKED or not decision.reasons:
        return None
    first = decision.reasons[0]
    if first.outcome == "freeze_or_flag":
        return Unsettled.DISPUTE
    return _GATES.get(pack.rule(first.rule).gate)


def settled_until(what: Unsettled) -> str:
    """The rule for the last day of what was settled to the keeper: the day stands in the case."""
    return f"{PREFIX}settled_{what}"


def settled_of(until: str) -> Unsettled | None:
    """What was settled, by the rule for its last day."""
    return next((w for w in Unsettled if settled_until(w) == until), None)


def settling(pack: LawPack, settlements: Iterable[Settlement]) -> Settle:
    """Turns the decisions of the law into those of the case; the same decision always into the same object."""
    known = {s.what: s for s in settlements}
    made: dict[int, tuple[CellDecision, CellDecision]] = {}

    def settle(decision: CellDecision) -> CellDecision:
        if not known or decision.disposition.residue is not Residue.BLOCKED:
            return decision
        found = made.get(id(decision))
        if found is None:
            what = unsettled(pack, decision)
            after = _settled(decision, known[what]) if what in known else decision
            found = made[id(decision)] = (decision, after)
        return found[1]

    return settle


def _settled(decision: CellDecision, s: Settlement) -> CellDecision:
    keeper = s.how is Settled.KEEPER
    words = ("exclude", "retain_until", "custodian_handover") if keeper else ("exclude", "delete")
    until = settled_until(s.what) if keeper else ""
    reason = Reason(
        rule=f"case.settled_{s.what}",
        outcome=words[-1],
        articles=_ARTICLES[s.what],
        status=ReasonStatus.OURS,
        zh=f"公司终止前由 {s.by} 决定：{s.reason}",
        en=f"Settled by {s.by} before the company ends: {s.reason}",
    )
    disposition = combine(words, until=until)
    return replace(
        decision,
        disposition=replace(disposition, release=Release.NONE),
        outcomes=words,
        reasons=(*decision.reasons, reason),
    )
