"""Steps that are run from the console: who starts which, which need a second person, which are possible now."""

from collections.abc import Mapping
from dataclasses import dataclass

from bequest.app.context import AFTER_CUTOVER, ASSESS, ONCE, Context, how_to, past_steps
from bequest.app.queries.case import steps_of
from bequest.model.case import Case, Role
from bequest.store.records import StepRun

NEXT = "notify-next"
_STAND_FOR = (Role.ADMINISTRATOR, Role.LIQUIDATOR)
STARTERS: Mapping[str, tuple[Role, ...]] = {
    "discover": (Role.IT, Role.OFFICER, *_STAND_FOR),
    "link": (Role.IT, Role.OFFICER, *_STAND_FOR),
    "assess": (Role.OFFICER, Role.LEGAL, *_STAND_FOR),
    "plan": (Role.LEGAL, Role.OFFICER, *_STAND_FOR),
    "notify": (Role.SERVICE, Role.OFFICER, *_STAND_FOR),
    NEXT: (Role.SERVICE, Role.OFFICER, *_STAND_FOR),
    "cutover": (Role.CUTOVER,),
    "cutover-delta": (Role.CUTOVER,),
    "deliver": (Role.IT, *_STAND_FOR),
    "deliver-wave": (Role.IT, *_STAND_FOR),
    "destroy": (Role.OPERATOR,),
    "close": (Role.OFFICER, *_STAND_FOR),
}
"""Whose part it is to start a step, in the order of the flow."""
SECONDERS: Mapping[str, tuple[Role, ...]] = {
    "notify": (Role.LEGAL, Role.OFFICER, *_STAND_FOR),
    NEXT: (Role.LEGAL, Role.OFFICER, *_STAND_FOR),
    "cutover": (Role.OFFICER, Role.IT, *_STAND_FOR),
    "cutover-delta": (Role.OFFICER, Role.IT, *_STAND_FOR),
    "deliver": (Role.OFFICER, Role.LEGAL, *_STAND_FOR),
    "deliver-wave": (Role.OFFICER, Role.LEGAL, *_STAND_FOR),
    "destroy": (Role.OFFICER, Role.VERIFIER),
    "close": (Role.LEGAL, Role.VERIFIER, *_STAND_FOR),
}
"""Steps that cannot be taken back, and who, as another natural person, agrees before they begin."""
STEPS_STARTED = frozenset(r for roles in STARTERS.values() for r in roles)
STEPS_AGREED = frozenset(r for roles in SECONDERS.values() for r in roles)
_AFTER: Mapping[str, str] = {
    "discover": "open", "link": "discover", "plan": "link", ASSESS: "link", "notify": "approve", NEXT: "notify",
    "deliver": "cutover", "deliver-wave": "deliver", "cutover-delta": "cutover",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offer:
    """One step of a case as the console offers it."""

    step: str
    starters: tuple[Role, ...]
    seconders: tuple[Role, ...]
    """Empty where one person is enough."""
    missing: str
    """The step that must be done first; `over` where it cannot be run any more; empty where it can be run now."""
    is_next: bool
    last: StepRun | None
    command: str

    @property
    def possible(self) -> bool:
        """Whether it can be ordered now."""
        return not self.missing


def offers(ctx: Context, case_id: str) -> tuple[Offer, ...]:
    """The steps of the case in the order of its flow."""
    case = ctx.case(case_id).case
    with ctx.store.transaction() as tx:
        runs, past = tx.steps.all(case_id), past_steps(tx, case_id)
    following = next((s for s in steps_of(case) if s not in past), "")
    last = {r.step: r for r in runs}
    return tuple(
        Offer(
            s,
            STARTERS[s],
            SECONDERS.get(s, ()),
            _missing(case, s, past),
            s == following,
            last.get(s),
            how_to(s, case_id),
        )
        for s in STARTERS
        if _has(case, s)
    )


def _has(case: Case, step: str) -> bool:
    """Whether the event has this step at all."""
    whole = {NEXT: "notify", "cutover-delta": "cutover", "deliver-wave": "deliver"}.get(step, step)
    return whole == ASSESS or whole in steps_of(case)


def _missing(case: Case, step: str, past: set[str]) -> str:
    order = steps_of(case)
    if "close" in past or (step in ONCE and step in past):
        return "over"
    if step in AFTER_CUTOVER and "destroy" in past:
        return "over"
    if step not in ONCE and step not in AFTER_CUTOVER and step != ASSESS and "cutover" in past:
        return "over"
    if step == "close":
        return next((s for s in order if s not in past and s != "close"), "")
    before = _AFTER[step] if step in _AFTER else order[order.index(step) - 1]
    return "" if before in past else before
