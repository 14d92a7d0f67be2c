"""What a change of law does to a case: each line of its decision table asked again, under another day or pack."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from bequest.app.context import Context
from bequest.app.law import is_abroad, pack_of
from bequest.kernel.errors import LawError, StateError
from bequest.law.evaluate import Ask, law_for
from bequest.law.pack import LawPack
from bequest.law.settling import settling
from bequest.model.case import Case
from bequest.model.disposition import CellDecision
from bequest.model.facts import Fact
from bequest.model.plan import Policy, SituationKey


@dataclass(frozen=True, slots=True)
class OutcomeChange:
    """Cells of the decision table that another law decides otherwise: what they were, what they would be, and why."""

    before: str
    after: str
    """Empty where the other law does not answer; then `why` says what it lacks."""
    why: str
    articles: tuple[str, ...]
    cells: int


def policy_changes(pack: LawPack, case: Case, policy: Policy, *, on: date) -> tuple[OutcomeChange, ...]:
    """How the lines of a policy would be decided by a pack as of a day, where that differs; most cells first."""
    asks: dict[tuple[str, str, str], Ask | LawError] = {}
    settle = settling(pack, case.settlements)
    found: Counter[tuple[str, str, str, tuple[str, ...]]] = Counter()
    for row in policy.rows:
        ask = _ask(asks, pack, case, row.situation, on)
        facts = {Fact(name): value for name, value in row.situation.facts}
        for field, decision in row.cells:
            was = policy.decisions[decision]
            try:
                if isinstance(ask, LawError):
                    raise ask
                now = settle(ask(facts, policy.fields[field].kind))
            except LawError as wrong:
                found[_said(was), "", wrong.message, ()] += 1
                continue
            if (now.disposition, now.outcomes) != (was.disposition, was.outcomes):
                reason = now.reasons[0]
                found[_said(was), _said(now), reason.rule, reason.articles] += 1
    return tuple(OutcomeChange(b, a, why, articles, n) for (b, a, why, articles), n in found.most_common())


def case_changes(ctx: Context, case_id: str, *, on: date) -> tuple[OutcomeChange, ...]:
    """`policy_changes` for the latest policy of a case.

    Raises:
        StateError: where nothing is planned yet.
    """
    case = ctx.case(case_id).case
    with ctx.store.transaction() as tx:
        heads = tx.policies.list(case_id)
        if not heads:
            raise StateError(f"case {case_id} has no policy", hint=f"Run `bequest plan {case_id}` first.")
        policy = tx.policies.get(case_id, heads[-1].digest).policy
    return policy_changes(pack_of(case), case, policy, on=on)


@lru_cache(maxsize=8)
def touched_by_law(case: Case, policy: Policy) -> int:
    """Cells of a policy that the law pack of today decides otherwise on its law date; 0 where it is the same law."""
    pack = pack_of(case)
    if pack.digest == policy.law_pack_digest:
        return 0
    return sum(c.cells for c in policy_changes(pack, case, policy, on=policy.law_date))


def _ask(
    asks: dict[tuple[str, str, str], Ask | LawError], pack: LawPack, case: Case, s: SituationKey, on: date
) -> Ask | LawError:
    """The law for records of this class in this role and lot; what is wrong, where it has no rules for them."""
    key = (s.record_class.value, s.role.value, s.lot)
    if key not in asks:
        lot = next((lot for lot in case.lots if lot.id == s.lot), None)
        try:
            asks[key] = law_for(
                pack, event=case.event, on=on, lot=lot, record_class=s.record_class, role=s.role,
                abroad=is_abroad(case, lot),
            )  # fmt: skip
        except LawError as wrong:
            asks[key] = wrong
    return asks[key]


def _said(d: CellDecision) -> str:
    return f"{d.disposition.release} × {d.disposition.residue}: {', '.join(d.outcomes)}"
