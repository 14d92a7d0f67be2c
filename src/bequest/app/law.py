"""The law pack of a case."""

from functools import lru_cache

from bequest.documents.report.content import Unverified
from bequest.law.evaluate import params_on
from bequest.law.loader import load_pack
from bequest.law.pack import LawPack
from bequest.law.status import Standing, weak_grounds
from bequest.law.switches import SwitchState, chosen_law, switch_states
from bequest.model.case import Case, Lot
from bequest.model.plan import Policy

MAINLAND = "cn"


@lru_cache(maxsize=4)
def _pack(jurisdiction: str) -> LawPack:
    return load_pack(jurisdiction)


def pack_of(case: Case) -> LawPack:
    """The law pack the case is decided under, with the switches that counsel set in the case file."""
    return chosen_law(_pack(case.law_packs[0]), case.switches)


def is_abroad(case: Case, lot: Lot | None) -> bool:
    """Whether the lot's receiver is outside the mainland; Hong Kong, Macao and Taiwan count (XB-14)."""
    return lot is not None and any(r.id == lot.receiver and r.country != MAINLAND for r in case.receivers)


def switches_of(case: Case) -> tuple[SwitchState, ...]:
    """Every switch of the law as it stands in the case, with both readings and who chose."""
    return switch_states(_pack(case.law_packs[0]), case.switches, on=case.effective_on)


def switches_shown(case: Case, policy: Policy | None) -> tuple[SwitchState, ...]:
    """The switches a reader of a plan must know of: those the case sets, and those whose open point the plan meets."""
    met = {p for d in policy.decisions for p in d.open_points} if policy else set()
    return tuple(s for s in switches_of(case) if s.by or s.open_point in met)


def pack_named(jurisdiction: str) -> LawPack:
    """The law pack of that name."""
    return _pack(jurisdiction)


def unverified(case: Case, policy: Policy) -> tuple[Standing, ...]:
    """What a policy rests on that nobody read in the law itself: said on every output made from it."""
    return weak_grounds(pack_of(case), policy)


def unverified_lines(case: Case, policy: Policy | None) -> tuple[Unverified, ...]:
    """The same as lines of the report, with the numbers of the law date."""
    if policy is None:
        return ()
    params = params_on(pack_of(case), policy.law_date)
    return tuple(
        Unverified(id=s.id, articles=s.articles, status=s.status, zh=params.fill(s.zh), en=params.fill(s.en))
        for s in unverified(case, policy)
    )
