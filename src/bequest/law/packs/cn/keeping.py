"""Duties to keep as rules: each in two forms, for a transferor that goes on and for one that ends.

Where the company ends without a successor there is nobody left to keep: the record goes to the keeper whom the case
names, until the same last day (PIPL Art. 47(2); Civil Code Arts. 59, 72).
"""

# ruff: noqa: ARG001 - every rule is given the same four things

from collections.abc import Iterable
from datetime import date

from bequest.law.packs.cn.groups import ENDS, PARTS_WITH
from bequest.law.params import Params
from bequest.law.rule import Answer, FactView, LotView, Rule, RuleFunction, rule
from bequest.model.case import Event
from bequest.model.disposition import ReasonStatus
from bequest.model.facts import Fact
from bequest.model.plan import FieldKind

KEEPER_ZH = "公司终止且无承继人，交案件指定的保管人。"
KEEPER_EN = " The company ends without a successor: it goes to the keeper named in the case."


def keeps(
    id: str,  # noqa: A002 - as in `rule`
    band: str,
    *,
    reference: tuple[str, ...],
    status: ReasonStatus,
    since: date,
    zh: str,
    en: str,
    events: Iterable[Event] = PARTS_WITH,
    open_points: tuple[str, ...] = (),
) -> tuple[Rule, Rule]:
    """The rule that a duty keeps a record in custody until the end of its band, and the same with a named keeper.

    `open_points` are opened in the second form only: where the law names who keeps once the company is gone.
    """

    def kept(words: tuple[str, ...], opened: tuple[str, ...]) -> RuleFunction:
        def function(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
            if facts.has(Fact.RETENTION, band):
                return Answer(words, until=f"retention:{band}", open_points=opened)
            return None

        return function

    shared = rule(
        id, gate="keep", reads={Fact.RETENTION}, events=events, reference=reference, status=status, since=since,
        zh=zh, en=en,
    )  # fmt: skip
    ending = rule(
        f"{id}_with_keeper", gate="keep", reads={Fact.RETENTION}, events=ENDS, reference=(*reference, "CC-59"),
        status=status, since=since, zh=zh + KEEPER_ZH, en=en + KEEPER_EN,
    )  # fmt: skip
    return shared(kept(("retain_until",), ())), ending(kept(("retain_until", "custodian_handover"), open_points))
