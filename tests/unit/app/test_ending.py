"""Where the company ends: what is open is settled first, the register date holds, the keeper can open what is kept."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from tests.unit.app.app_cases import T0, add_case, mark_done
from tests.unit.app.test_papers import filled, read
from tests.unit.store.samples import CASE

from bequest.app.clock import advance_clock
from bequest.app.context import Context, step
from bequest.app.ending import register_warning
from bequest.app.open_custody import open_custody
from bequest.app.preflight import check_receivers
from bequest.app.queries.case import case_overview
from bequest.app.receipts import enter_receipt
from bequest.app.run_deliver import run_deliver
from bequest.crypto.age import generate_identity
from bequest.kernel.errors import CaseFileError, InputError, StateError
from bequest.law.evaluate import decide
from bequest.law.loader import load_pack
from bequest.law.settling import settled_until, settling, unsettled
from bequest.model.case import RELEASES_NOTHING, Event, SourceKind, WholeFate
from bequest.model.datamap import FieldClass, Need
from bequest.model.disposition import CellDecision, Release, Residue
from bequest.model.facts import FACT_VALUES, Fact, RecordClass, RowRole
from bequest.model.plan import FieldKind, SituationKey
from bequest.model.settlement import Settled, Settlement, Unsettled

PACK = load_pack("cn")
CLOSES = date(2027, 3, 31)
ENDING = replace(CASE, id="ending-2026", event=Event.E7, lots=(), receivers=(), register_closes_on=CLOSES)
SETTLE = """
[[settle]]
what = "dispute"
how = "keeper"
by = "liquidator-1"
reason = "evidence for both sides"
until = 2030-01-31
"""


def said(cls: FieldClass = FieldClass.PHONE, **facts: str) -> CellDecision:
    known = {f.value: values[0] for f, values in FACT_VALUES.items()} | {"retention": "none"} | facts
    key = SituationKey(RecordClass.ORDER, RowRole.CUSTOMER, "", tuple(known.items()))
    kind = FieldKind(cls, personal=True, sensitive=False, need=Need.NEEDED)
    return decide(PACK, event=Event.E7, on=date(2026, 12, 31), lot=None, situation=key, field=kind)


@pytest.mark.parametrize(
    ("decision", "what"),
    [
        (said(dispute="open"), Unsettled.DISPUTE),
        (said(deceased="yes"), Unsettled.DECEASED),
        (said(FieldClass.UNKNOWN), Unsettled.UNCLASSIFIED),
        (said(), None),
    ],
)
def test_what_the_law_leaves_open_is_settled_and_nothing_else(decision: CellDecision, what: Unsettled | None) -> None:
    assert unsettled(PACK, decision) is what
    settlements = [
        Settlement(what=w, how=Settled.KEEPER, by="x", reason="r", until=date(2030, 1, 31)) for w in Unsettled
    ]
    settle = settling(PACK, settlements)
    after = settle(decision)
    assert settle(decision) is after
    if what is None:
        assert after is decision
        return
    assert (after.disposition.release, after.disposition.residue) == (Release.NONE, Residue.CUSTODY)
    assert after.disposition.until == settled_until(what)
    assert after.reasons[:-1] == decision.reasons
    assert "x" in after.reasons[-1].zh
    others = [s for s in settlements if s.what is not what]
    assert settling(PACK, others)(decision) is decision


def test_the_dead_may_be_settled_by_deletion() -> None:
    settle = settling(PACK, [Settlement(what=Unsettled.DECEASED, how=Settled.DELETE, by="x", reason="asked by heirs")])
    assert settle(said(deceased="yes")).disposition.residue is Residue.DELETE
    assert Fact.DECEASED in {Fact(f) for f in FACT_VALUES}


REFUSED = {
    "a dispute deleted": (('"keeper"\nby', '"delete"\nby'), "dispute cannot be settled by deletion"),
    "by nobody": (('by = "liquidator-1"', 'by = "somebody"'), "'somebody' is not named under"),
    "for ever": (("until = 2030-01-31", ""), "until: is missing"),
    "until before it begins": (("2030-01-31", "2026-12-31"), "is not after effective_on"),
    "without a reason": (('reason = "evidence for both sides"', ""), "reason: is missing"),
    "twice": (("[[settle]]", SETTLE + "[[settle]]"), "dispute is settled already"),
}


@pytest.mark.parametrize(("change", "problem"), REFUSED.values(), ids=REFUSED)
def test_a_settlement_that_cannot_be_is_refused(tmp_path: Path, change: tuple[str, str], problem: str) -> None:
    assert change[0] in SETTLE
    with pytest.raises(CaseFileError, match=problem):
        read(tmp_path, filled(Event.E7) + SETTLE.replace(*change))


def test_where_the_company_goes_on_nothing_is_settled(tmp_path: Path) -> None:
    with pytest.raises(CaseFileError, match="the company goes on"):
        read(tmp_path, filled(Event.E5) + SETTLE.replace("liquidator-1", "legal-1"))


def test_whole_stores_go_to_the_keeper_unless_somebody_says_otherwise(tmp_path: Path) -> None:
    text = filled(Event.E7) + SETTLE
    stored = '\n[[sources]]\nname = "books"\nkind = "csv"\npath = "books.csv"\nsystem_kind = "ledger"\n'
    case = read(tmp_path, text + stored)
    assert case.source("books").fate is WholeFate.CUSTODY
    assert read(tmp_path, text + stored + 'disposition = "kept"\nreason = "r"\n').source("books").fate is WholeFate.KEPT
    server = stored.replace('"csv"', '"postgresql"').replace('path = "books.csv"', 'url = "env:DB"')
    assert read(tmp_path, text + server).source("books").fate is WholeFate.CUSTODY
    assert case.source("books").kind is SourceKind.CSV


def test_a_keeper_without_a_key_is_refused_at_planning() -> None:
    keeper = replace(CASE.transferor, id="keeper", age_recipient="")
    with pytest.raises(CaseFileError, match="nobody could open what is kept"):
        check_receivers(replace(ENDING, custodian=keeper))
    check_receivers(replace(ENDING, custodian=replace(keeper, age_recipient=generate_identity().recipient)))


@pytest.mark.parametrize("event", sorted(RELEASES_NOTHING))
def test_there_is_nothing_to_deliver_and_nothing_to_sign_for(ctx: Context, event: Event, tmp_path: Path) -> None:
    case = add_case(ctx, replace(ENDING, id="none-2026", event=event))
    for act in (lambda: run_deliver(ctx, case.id), lambda: enter_receipt(ctx, case.id, tmp_path / "r.json")):
        with pytest.raises(StateError, match="releases nothing to anybody") as caught:
            act()
        assert "bequest destroy" in caught.value.hint


@pytest.mark.parametrize(
    ("day", "word"), [(date(2027, 1, 1), None), (date(2027, 2, 15), "44 days"), (CLOSES, "closed")]
)
def test_a_warning_as_the_day_comes_near(day: date, word: str | None) -> None:
    warning = register_warning(ENDING, day)
    assert (warning is None) == (word is None)
    if warning and word:
        assert word in warning[1]
        assert "2027-03-31" in warning[0]


def test_nothing_is_done_for_a_company_that_is_struck_off(ctx: Context) -> None:
    case = add_case(ctx, replace(ENDING, rehearsal=True))
    mark_done(ctx, case.id, "discover", "link", "plan", "approve", "notify", "cutover")
    advance_clock(ctx, case.id, datetime(2027, 3, 30, 15, tzinfo=T0.tzinfo) - ctx.now(case.id))
    with step(ctx, case.id, "destroy"):
        pass
    assert case_overview(ctx, case.id).warning is not None
    advance_clock(ctx, case.id, timedelta(hours=2))  # in the case's time zone it is the day
    for name in ("notify", "destroy", "close"):
        with pytest.raises(StateError, match="the register closed on 2027-03-31") as caught, step(ctx, case.id, name):
            pass
        assert "case update" in caught.value.hint
    with step(ctx, add_case(ctx, replace(ENDING, id="open-2026", rehearsal=True, register_closes_on=None)).id, "close"):
        pass


def test_a_folder_without_keys_of_a_keeper_is_no_archive(tmp_path: Path) -> None:
    identity = tmp_path / "keeper.age"
    identity.write_text(generate_identity().secret)
    with pytest.raises(InputError, match="holds no archive"):
        open_custody(tmp_path, identity)
