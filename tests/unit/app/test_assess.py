"""The demo assessed: facts that tie to what was counted elsewhere, a signed run in the log, a register that goes on."""

import json
import sqlite3
from dataclasses import replace

import polars as pl
import pytest
from tests.unit.app.app_cases import mark_done
from tests.unit.app.conftest import DemoHome

from bequest.app.assessment_page import assessment_page
from bequest.app.evidence import platform_signer
from bequest.app.run_assess import assessment_of, latest_assessment, run_assess
from bequest.app.run_discover import data_map, run_discover, run_import_map
from bequest.app.run_link import load_linked, run_link
from bequest.app.run_plan import run_plan
from bequest.app.telling import save_register
from bequest.documents.assessment.wording import figure_text
from bequest.evidence.statement import verify_statement
from bequest.kernel.errors import InputError, StateError
from bequest.model.assessment import Assessment, Figure, RiskState
from bequest.model.datamap import FieldClass
from bequest.model.disposition import Release, Residue
from bequest.steps.assess.catalogue import catalogue
from bequest.steps.notify.ladder import REGISTER


def figures(a: Assessment) -> dict[str, tuple[Figure | None, Figure | None]]:
    return {m.key: (m.before, m.after) for m in a.measures}


def test_the_facts_tie_to_the_counts_of_the_plan(planned: DemoHome) -> None:
    found = figures(run_assess(planned.ctx, planned.case_id).assessment)
    with planned.ctx.store.transaction() as tx:
        population = tx.populations.latest(planned.case_id)
    assert population is not None
    mine = [c for c in population.population.counts if c.lot and c.cls is FieldClass.PASSWORD_SECRET]
    assert found["values@credential"] == (Figure(sum(c.values for c in mine)), Figure(0))
    assert {c.residue for c in mine} == {Residue.DELETE}
    devices = [c for c in population.population.counts if c.lot and c.cls is FieldClass.DEVICE_ID]
    left = [c for c in devices if c.residue in {Residue.IN_USE, Residue.BLOCKED}]
    assert found["values@device"] == (Figure(sum(c.values for c in devices)), Figure(sum(c.values for c in left)))
    withheld = sum(c.values for c in devices if c.release in {Release.NONE, Release.WAITING})
    assert found["no_ground@device"][0] == Figure(withheld, sum(c.values for c in devices))
    readable, _ = found["readable@credential"]
    assert readable is not None
    assert readable.n == readable.of  # the demo keeps its passwords in clear


def test_a_run_is_signed_and_in_the_log_and_says_no_number_of_people(planned: DemoHome) -> None:
    ctx, case = planned.ctx, planned.case_id
    a = run_assess(ctx, case).assessment
    envelope = (ctx.workspace(case).dir("statements") / "assessment-0001.dsse.json").read_bytes()
    said = verify_statement(envelope, [platform_signer(ctx, case).public]).statement
    assert said.name == "Assessment"
    assert said.subjects[0].sha256 == a.digest
    assert "children_without_guardian" not in json.dumps(said.predicate)
    with ctx.store.transaction() as tx:
        (event,) = [e for e in tx.outbox.all(case) if e.typ == "risk.assessed"]
    refs = {r["role"]: r["sha256"] for r in event.payload["refs"]}  # type: ignore[union-attr,index,call-overload]
    assert refs["assessment"] == a.digest
    assert refs["policy"] == a.basis.policy
    assert event.published_index is not None


def test_it_is_kept_whole_and_read_back(planned: DemoHome) -> None:
    made = run_assess(planned.ctx, planned.case_id).assessment
    kept = assessment_of(planned.ctx, planned.case_id)
    assert kept == made
    assert kept.digest == made.digest
    path = planned.ctx.workspace(planned.case_id).dir("assessments") / "0001.json"
    path.write_text(path.read_text(encoding="utf-8")[:-9], encoding="utf-8")
    with pytest.raises(StateError, match="damaged"):
        latest_assessment(planned.ctx.workspace(planned.case_id))


def test_the_same_facts_have_the_same_digest_and_the_register_goes_on(planned: DemoHome) -> None:
    one = run_assess(planned.ctx, planned.case_id).assessment
    two = run_assess(planned.ctx, planned.case_id).assessment
    assert (one.run, two.run) == (1, 2)
    assert two.previous == one.digest
    assert two.facts_digest == one.facts_digest
    assert two.register == one.register
    assert not [w for w in two.warnings if w.crossed]


def test_before_the_plan_risks_are_open_and_the_plan_treats_them(opened: DemoHome) -> None:
    ctx, case = opened.ctx, opened.case_id
    run_discover(ctx, case)
    run_import_map(ctx, case, opened.company.map_file)
    with pytest.raises(StateError, match="'link'"):
        run_assess(ctx, case)
    run_link(ctx, case)
    first = run_assess(ctx, case).assessment
    assert all(m.after is None for m in first.measures)
    assert {e.state for e in first.register} == {RiskState.OPEN}
    assert first.basis.policy == ""
    run_plan(ctx, case)
    second = run_assess(ctx, case).assessment
    assert {m.key: m.before for m in first.measures}.items() <= {m.key: m.before for m in second.measures}.items()
    by_id = {e.id: e for e in second.register}
    assert [t.state for t in by_id["leak@credential"].turns] == [RiskState.OPEN, RiskState.TREATED]


def test_while_people_are_being_told_the_register_says_who_is_left(planned: DemoHome) -> None:
    ctx, case_id = planned.ctx, planned.case_id
    before = figures(run_assess(ctx, case_id).assessment)["not_told"]
    assert before[0] is not None
    case = ctx.case(case_id).case
    anchors = load_linked(ctx.workspace(case_id), case, data_map(ctx, case_id)).anchors.to_list()
    n = len(anchors)
    columns = {
        "ref": [f"R{i}" for i in range(n)], "anchor": anchors, "channel": ["sms"] * n,
        "state": ["delivered", "published", "sent"] + ["delivered"] * (n - 3), "told_on": [None] * n,
        "has_sms": [True] * n, "has_email": [False] * n, "public_only": [False] * n, "lots": [""] * n,
    }  # fmt: skip
    save_register(ctx.workspace(case_id), pl.DataFrame(columns, schema=REGISTER))
    mark_done(ctx, case_id, "notify")
    told = figures(run_assess(ctx, case_id).assessment)["not_told"]
    assert told == (before[0], Figure(1, before[0].n))


def test_quasi_identifiers_may_be_chosen_and_must_exist(planned: DemoHome) -> None:
    ctx, case = planned.ctx, planned.case_id
    usual = figures(run_assess(ctx, case).assessment)["unique@shop-12"]
    few = figures(run_assess(ctx, case, quasi=["crm.customers.province"]).assessment)["unique@shop-12"]
    assert few[0] is not None
    assert usual[0] is not None
    assert few[0].n < usual[0].n
    with pytest.raises(InputError, match="no column"):
        run_assess(ctx, case, quasi=["crm.customers.shoesize"])


def test_l_and_t_are_measured_in_the_sensitive_columns_chosen(planned: DemoHome) -> None:
    ctx, case = planned.ctx, planned.case_id
    chosen = {"quasi": ["crm.customers.province"], "sensitive": ["crm.customers.city"]}
    found = figures(run_assess(ctx, case, **chosen).assessment)
    with sqlite3.connect(planned.company.folder / "sources" / "crm.db") as db:
        rows = pl.DataFrame(db.execute("select province, city from customers").fetchall(), ["p", "c"], orient="row")
    (least, left) = found["distinct_sensitive@shop-12"]
    assert least is not None
    assert left is not None
    of_all = rows.group_by("p").agg(pl.col("c").n_unique())["c"]
    assert 1 <= least.n <= of_all.max()  # type: ignore[operator]
    assert left.n <= of_all.max()  # type: ignore[operator]
    _, far = found["sensitive_distance@shop-12"]
    assert far is not None
    assert 0 < far.n <= far.of == 1000  # a province has other towns than the whole country
    never = {"quasi": ["crm.customers.province"], "sensitive": ["crm.customers.religion"]}
    assert "distinct_sensitive@shop-12" not in figures(run_assess(ctx, case, **never).assessment)  # not delivered
    with pytest.raises(InputError, match="no column"):
        run_assess(ctx, case, sensitive=["crm.customers.shoesize"])


def test_a_closed_case_is_not_assessed_any_more(planned: DemoHome) -> None:
    ctx, case = planned.ctx, planned.case_id
    mark_done(ctx, case, "close")
    with pytest.raises(StateError, match="is closed"):
        run_assess(ctx, case)


def test_the_page_has_words_for_everything_and_guards_small_counts(planned: DemoHome) -> None:
    page = assessment_page(run_assess(planned.ctx, planned.case_id).assessment, planned.ctx.case(planned.case_id).case)
    assert {r.id for r in page.risks} == {e.id for e in page.assessment.register}
    for line in (*page.facts, *page.risks):
        assert line.said.zh
        assert line.said.en
    for r in page.risks:
        assert {f.key for f in r.facts} <= {m.key for m in page.assessment.measures}
        assert r.facts, r.id
    assert figure_text(Figure(8), "person", share=False) == "<10"
    assert figure_text(Figure(8, 383), "person", share=True) == "<10/383"
    assert figure_text(Figure(8), "value", share=False) == "8"
    assert figure_text(Figure(0), "person", share=False) == "0"
    assert figure_text(None, "person", share=False) == "—"


def test_figures_of_another_catalogue_are_another_assessment() -> None:
    rules = catalogue()
    assert replace(rules, accept=3).digest != rules.digest
