"""*What if*: nothing is written, and what it foretells is what a changed and planned case then is."""

import hashlib
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.app.conftest import DemoHome

from bequest.app.notices import notice_for
from bequest.app.run_discover import data_map
from bequest.app.run_link import run_link
from bequest.app.run_plan import run_plan
from bequest.app.what_if import WhatIf, what_if
from bequest.app.what_if_paths import changed_case
from bequest.kernel.errors import BequestError, InputError
from bequest.model.disposition import Release
from bequest.model.plan import Population

SENSITIVE = "law.switches.cn.pipl.sensitive_in_art22_needs_separate_consent"


def files(*roots: Path) -> dict[str, str]:
    """Every file with its content; the database's journal and shared memory are no content."""
    found = [p for root in roots for p in root.rglob("*") if p.is_file() and not p.name.endswith(("-shm", "-wal"))]
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in found}


def pairs(population: Population) -> Counter[tuple[str, str]]:
    sums: Counter[tuple[str, str]] = Counter()
    for c in population.counts:
        sums[c.release, c.residue] += c.values
    return +sums


def ask(home: DemoHome, *wishes: str) -> WhatIf:
    return what_if(home.ctx, home.case_id, wishes)


def lot_of(home: DemoHome) -> str:
    return home.ctx.case(home.case_id).case.lots[0].id


def test_nothing_is_written(planned: DemoHome) -> None:
    case = planned.ctx.case(planned.case_id).case
    roots = (planned.ctx.home, planned.company.folder)
    before = files(*roots)
    later = case.effective_on + timedelta(days=200)
    assert not ask(planned, "receivers.buyer.country=sg", f"effective_on={later}", f"{SENSITIVE}=true").is_none
    assert files(*roots) == before
    assert planned.ctx.case(planned.case_id).case == case


@pytest.mark.parametrize(
    "wishes",
    [
        ("receivers.buyer.country=sg",),
        (f"{SENSITIVE}=true", "law.switches.cn.pipl.treat_id_number_as_sensitive=false"),
        ("lots.LOT.legal_route=PIPL-23",),
        ("effective_on=2027-06-30", "lots.LOT.on_silence=release-none"),
    ],
)
def test_what_is_foretold_is_what_a_changed_and_planned_case_is(planned: DemoHome, wishes: tuple[str, ...]) -> None:
    named = [w.replace("LOT", lot_of(planned)) for w in wishes]
    found = ask(planned, *named)
    record, at = planned.ctx.case(planned.case_id), planned.ctx.now(planned.case_id)
    with planned.ctx.store.transaction() as tx:
        old = tx.populations.latest(planned.case_id)
        changed, _ = changed_case(record.case, named)
        tx.cases.update(changed, record.revision, at)
    if changed.effective_on != record.case.effective_on:
        run_link(planned.ctx, planned.case_id)
    new = run_plan(planned.ctx, planned.case_id).population
    assert old is not None
    assert +Counter({(v.release, v.residue): v.before for v in found.values}) == pairs(old.population)
    assert +Counter({(v.release, v.residue): v.after for v in found.values}) == pairs(new)
    was, now = dict(old.population.persons_by_outcome), dict(new.persons_by_outcome)
    assert {c.what: (c.before, c.after) for c in found.people} == {
        w: (was.get(w, 0), now.get(w, 0)) for w in {*was, *now} if was.get(w, 0) != now.get(w, 0)
    }
    assert pairs(old.population) != pairs(new)


def test_flows_add_up_to_the_difference(planned: DemoHome) -> None:
    found = ask(planned, "receivers.buyer.country=sg")
    net: Counter[tuple[str, str]] = Counter()
    for f in found.flows:
        net[f.release, f.residue] -= f.values
        net[f.to_release, f.to_residue] += f.values
    for v in found.values:
        assert net[v.release, v.residue] == v.after - v.before
    assert sum(g.before for g in found.gates) == sum(g.after for g in found.gates)


def test_a_receiver_abroad_is_told_with_article_reason_and_duties(planned: DemoHome) -> None:
    found = ask(planned, "receivers.buyer.country=sg")
    [told] = found.asked
    assert (told.path, told.before, told.after) == ("receivers.buyer.country", "cn", "sg")
    assert not [v for v in found.values if v.release is Release.AS_IS and v.after]
    assert "PIPL-39" in found.flows[0].articles
    assert all(f.zh and f.en and f.articles for f in found.flows)
    assert {d.id for d in found.duties_new} >= {"cn.export_mechanism", "cn.export_count", "cn.scc_filing"}
    assert found.duties_gone == ()
    assert {g.gate for g in found.gates} >= {"consent", "transfer"}
    assert 0 < found.n_people <= 400


def test_the_notice_of_such_a_case_names_the_place(planned: DemoHome) -> None:
    lot = lot_of(planned)
    case = planned.ctx.case(planned.case_id).case
    abroad, _ = changed_case(case, ["receivers.buyer.country=sg", f"lots.{lot}.on_silence=release-none"])
    datamap = data_map(planned.ctx, planned.case_id)
    assert "overseas_rights_procedure" in [i.id for i in notice_for(abroad, datamap, lot).items]
    assert notice_for(abroad, datamap, lot).asks_consent
    assert "overseas_rights_procedure" not in [i.id for i in notice_for(case, datamap, lot).items]


def test_what_stays_as_it_is_makes_no_difference(planned: DemoHome) -> None:
    assert ask(planned, "receivers.buyer.country=cn", f"{SENSITIVE}=false").is_none


@pytest.mark.parametrize(
    ("wish", "what"),
    [
        ("receivers.byer.country=sg", "receivers.buyer.country"),
        ("law.switches.cn.pipl.child_age=15", SENSITIVE),
        ("receivers.buyer.country=Singapore", "two lower-case letters"),
        ("effective_on=soon", "effective_on=2027-01-31"),
        ("effective_on=2021-10-31", "they begin 2021-11-01"),
        ("lots.LOT.legal_route=PIPL-99", "It takes none, PIPL-17"),
        ("lots.LOT.receiver=nobody", "Receivers are buyer"),
        (f"{SENSITIVE}=yes", "It takes true, false"),
        ("receivers.buyer.country", "Write PATH=VALUE"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_says_what_can(planned: DemoHome, wish: str, what: str) -> None:
    with pytest.raises(BequestError) as caught:
        ask(planned, wish.replace("LOT", lot_of(planned)))
    assert what in f"{caught.value.message} {caught.value.hint}"


def test_silence_abroad_can_be_no_consent_in_any_order(planned: DemoHome) -> None:
    wishes = ["lots.LOT.on_silence=proceed".replace("LOT", lot_of(planned)), "receivers.buyer.country=sg"]
    for order in (wishes, wishes[::-1]):
        with pytest.raises(InputError, match="abroad, where silence is no consent"):
            ask(planned, *order)
    with pytest.raises(InputError, match="named twice"):
        ask(planned, "receivers.buyer.country=sg", "receivers.buyer.country=hk")


def test_before_a_plan_there_is_nothing_to_compare(opened: DemoHome) -> None:
    with pytest.raises(BequestError, match="has no policy"):
        ask(opened, "receivers.buyer.country=sg")


def test_another_receivers_country_needs_one(planned: DemoHome) -> None:
    case = planned.ctx.case(planned.case_id).case
    nobody = replace(case, receivers=(), lots=())
    with pytest.raises(InputError, match=r"no 'receivers\.buyer\.country'"):
        changed_case(nobody, ["receivers.buyer.country=sg"])
