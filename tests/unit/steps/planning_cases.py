"""Tables and laws for the tests of facts and plans: the demo's own data map, small tables, random fact codes."""

from collections.abc import Mapping
from datetime import date
from functools import cache

import numpy as np
from hypothesis import strategies as st

from bequest.demo.schema import TABLES
from bequest.law.evaluate import decide as decide_cell
from bequest.law.loader import load_pack
from bequest.law.outcomes import is_lawful
from bequest.law.pack import LawPack
from bequest.model.case import Event, LegalRoute, Lot, OnSilence
from bequest.model.datamap import ColumnMap, FieldClass, Need, TableMap
from bequest.model.disposition import CellDecision, Disposition, Operator, Release, Residue
from bequest.model.facts import FACT_VALUES, Fact, RecordClass, RowRole
from bequest.model.plan import FieldKind, SituationKey
from bequest.steps.plan.plan import DecideFor
from bequest.steps.plan.tree import Decide

LAW_DATE = date(2026, 12, 31)
LOT = Lot(id="shop-12", receiver="buyer", legal_route=LegalRoute.PIPL_22, purposes=("after-sales",))
CONSENT_LOT = Lot(
    id="list-1", receiver="buyer", legal_route=LegalRoute.PIPL_23, on_silence=OnSilence.RELEASE_NONE, purposes=("sell",)
)
LOTS = {lot.id: lot for lot in (LOT, CONSENT_LOT)}


@cache
def pack() -> LawPack:
    """The real law."""
    return load_pack()


def column(
    name: str, cls: FieldClass = FieldClass.NOT_PI, role: RowRole = RowRole.CUSTOMER, *, need: Need = Need.NEEDED
) -> ColumnMap:
    """A column of the data map."""
    personal = cls is not FieldClass.NOT_PI
    return ColumnMap(name, "TEXT", cls, personal, cls is FieldClass.NATIONAL_ID, role, 1000, 1000, need=need)


@cache
def demo_tables() -> tuple[TableMap, ...]:
    """The tables in the case of the demo, as a person has confirmed them."""
    return tuple(
        TableMap(
            t.source,
            t.name,
            t.record_class,
            tuple(
                ColumnMap(c.name, "TEXT", c.cls, c.personal, c.sensitive, c.role, 1000, 1000, need=c.need)
                for c in t.columns
            ),
            0,
            key=t.key,
            relations=t.relations,
            facts=t.facts,
            retention=t.retention,
            freshness_column=t.freshness_column,
        )
        for t in TABLES
        if t.in_case
    )


def ask_law(
    record_class: RecordClass, role: RowRole, lot: Lot | None, facts: Mapping[Fact, str], kind: FieldKind, event: Event
) -> CellDecision:
    """The law's answer, asked directly."""
    key = SituationKey(record_class, role, lot.id if lot else "", tuple(sorted((f.value, v) for f, v in facts.items())))
    return decide_cell(pack(), event=event, on=LAW_DATE, lot=lot, situation=key, field=kind)


def law_of(event: Event = Event.E5) -> DecideFor:
    """How a planner asks the real law."""

    def decide_for(record_class: RecordClass, lot_id: str) -> Decide:
        lot = LOTS.get(lot_id)
        given = {} if lot else {Fact.SCOPE: "outside"}

        def decide(known: Mapping[Fact, str], role: RowRole, kind: FieldKind) -> CellDecision:
            return ask_law(record_class, role, lot, {**given, **known}, kind, event)

        return decide

    return decide_for


def random_codes(
    rng: np.random.Generator, n: int, possible: Mapping[Fact, tuple[str, ...]] | None = None
) -> dict[Fact, np.ndarray]:
    """`n` rows with a random value of every fact, as codes."""
    codes = {}
    for fact, values in FACT_VALUES.items():
        allowed = [values.index(v) for v in (possible or {}).get(fact, values)]
        codes[fact] = rng.choice(np.array(allowed, dtype=np.uint8), n)
    return codes


def facts_at(codes: Mapping[Fact, np.ndarray], row: int) -> dict[Fact, str]:
    """The facts of a row in words."""
    return {f: FACT_VALUES[f][int(c[row])] for f, c in codes.items()}


LAWFUL = tuple(
    d
    for release in Release
    for residue in Residue
    for operator in (Operator.NONE, Operator.MASK)
    for fallback in (None, Release.NONE)
    for until in ("", "window", "retention:invoice_10y")
    if is_lawful(d := Disposition(release, residue, operator, fallback, until))
)
"""Every kind of lawful pair."""
dispositions = st.sampled_from(LAWFUL)
