"""The impact assessment of the demo: written, filled in, filed by the protection officer, opened again by new facts."""

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.app.app_cases import mark_done
from tests.unit.app.conftest import DemoHome
from tests.unit.documents.docx_edit import edited

from bequest.app.evidence import platform_signer
from bequest.app.impact import file_impact, filed_impact, impact_state, write_impact
from bequest.app.impact_input import impact_input
from bequest.app.impact_page import latest_page
from bequest.app.run_assess import assessment_of, run_assess
from bequest.crypto.signing import load_person_key
from bequest.documents.form.content import Form
from bequest.documents.form.docx import read_docx, write_docx
from bequest.documents.form.kept import form_of
from bequest.documents.form.values import boxes_of
from bequest.documents.pipia.compose import compose
from bequest.documents.pipia.fields import judges
from bequest.evidence.statement import verify_statement
from bequest.kernel.errors import ApprovalError, InputError, StateError
from bequest.model.assessment import ImpactKind, Standing
from bequest.model.case import Event, Role

GROUND = "业务整体转让，目的不变。\n依据个保法 22。"


def written(home: DemoHome, folder: Path, lang: str = "zh") -> Form:
    """The form as it lies in the case, found as filing finds it."""
    write_impact(home.ctx, home.case_id, folder)
    return form_at(home, folder / f"pipia-{lang}.docx")


def form_at(home: DemoHome, path: Path) -> Form:
    named = read_docx(path.read_bytes(), "f").properties["bequest-form"]
    kept = home.ctx.workspace(home.case_id).dir("assessments", "forms") / f"{named}.json"
    return form_of(json.loads(kept.read_text(encoding="utf-8")))


def fill(form: Form, path: Path, **values: str) -> Path:
    filled = {f.id: f.choices[-1] if f.choices else "已核对" for f in form.fields} | {"lawfulness": GROUND} | values
    path.write_bytes(write_docx(form.filled(filled)))
    return path


def key(home: DemoHome, role: Role) -> Path:
    people = home.ctx.case(home.case_id).case.people
    return home.company.keys.person_files[next(p.id for p in people if role in p.roles)]


@pytest.mark.parametrize(
    ("lang", "kind"), [("zh", ImpactKind.PIPIA), ("en", ImpactKind.PIPIA), ("en", ImpactKind.DPIA)]
)
def test_its_figures_are_those_of_the_assessment(planned: DemoHome, lang: str, kind: ImpactKind) -> None:
    a = run_assess(planned.ctx, planned.case_id).assessment
    given = impact_input(planned.ctx, planned.case_id, a)
    values = {m.where: m.before.n for m in a.measures if m.id == "values" and m.before}
    named = {r.said.zh: r.id for r in given.page.company if r.id}
    del values["children"]  # whose values are counted under their own class too
    assert {named[x.said.zh]: x.values for x in given.outcomes} == values
    for line in given.outcomes:
        assert sum(line.release.values()) == sum(line.residue.values()) == line.values
    form = compose(given, lang, kind=kind)
    said = [t for t in form.texts if isinstance(t, str)]
    assert a.facts_digest in said
    for m in a.measures:
        assert m.key in said
    assert sum(n for _, n in given.operators) == sum(line.release.get("masked", 0) for line in given.outcomes)  # type: ignore[call-overload]
    people = {f.key for f in given.page.facts if f.unit == "person" and f.before and 0 < f.before.n < 10}
    assert people
    for at, text in enumerate(said):
        if text in people:
            assert "<10" in said[at + 2]


def test_it_speaks_one_language_at_a_time(planned: DemoHome) -> None:
    run_assess(planned.ctx, planned.case_id)
    case = planned.ctx.case(planned.case_id).case
    given = impact_input(planned.ctx, planned.case_id, assessment_of(planned.ctx, planned.case_id))
    own = {
        case.transferor.name,
        case.custodian.name if case.custodian else "",
        *(lot.route_reason for lot in case.lots),
    }
    own |= {x for lot in case.lots for x in (*lot.purposes, *lot.new_purposes, *lot.methods)}
    forms = [compose(given, "en", kind=kind) for kind in ImpactKind]
    english = [t if isinstance(t, str) else t.hint for form in forms for t in form.texts]
    left = [t for t in english if re.search("[\u4e00-\u9fff]", t) and not any(o and o in t for o in own)]
    assert [t for t in left if not any(p.name in t for p in case.people)] == []


def test_where_nothing_moves_it_asks_for_no_receiver_and_promises_no_deletion(planned: DemoHome) -> None:
    given = impact_input(planned.ctx, planned.case_id, run_assess(planned.ctx, planned.case_id).assessment)
    case = replace(given.case, event=Event.E2, lots=(), receivers=())
    form = compose(replace(given, case=case), "en")
    said = " ".join(t for t in form.texts if isinstance(t, str))
    assert "The processor stays the same" in said
    assert "Nobody receives" not in said
    assert "does not name succession" not in said
    assert not {"contract", "receiver_security"} & {f.id for f in form.fields}
    assert not any("receiver" in c for f in form.fields for c in f.choices)
    ends = compose(replace(given, case=replace(case, event=Event.E7)), "en")
    assert "Nobody receives" in " ".join(t for t in ends.texts if isinstance(t, str))


def test_it_is_filed_by_the_officer_and_holds_while_facts_do(planned: DemoHome, tmp_path: Path) -> None:
    ctx, case = planned.ctx, planned.case_id
    run_assess(ctx, case, quasi=["crm.customers.province"])
    form = written(planned, tmp_path / "out")
    path = fill(form, tmp_path / "filled.docx")
    assert impact_state(ctx, case).filed is None
    with pytest.raises(ApprovalError, match="officer"):
        file_impact(ctx, case, path, key(planned, Role.LEGAL))
    filed = file_impact(ctx, case, path, key(planned, Role.OFFICER))
    assert (filed.run, filed.lang, filed.conclusion) == (1, "zh", "stop")
    assert dict(filed.values)["lawfulness"] == GROUND
    assert filed_impact(ctx, case) == filed
    state = impact_state(ctx, case)
    assert state.drift is not None
    assert state.drift.standing is Standing.CURRENT
    (envelope,) = ctx.workspace(case).dir("statements").glob("pipia-*.json")
    signers = [platform_signer(ctx, case).public, load_person_key(key(planned, Role.OFFICER)).public]
    said = verify_statement(envelope.read_bytes(), signers, threshold=2)
    assert said.statement.subjects[0].sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert GROUND not in envelope.read_text(encoding="utf-8")
    with ctx.store.transaction() as tx:
        (event,) = [e for e in tx.outbox.all(case) if e.typ == "impact.filed"]
    refs = {r["role"]: r["sha256"] for r in event.payload["refs"]}  # type: ignore[union-attr,index,call-overload]
    assert refs["statement"] == hashlib.sha256(envelope.read_bytes()).hexdigest()
    assert refs["assessment"] == assessment_of(ctx, case).digest

    run_assess(ctx, case)  # other quasi-identifiers: more rows are alone
    page = latest_page(ctx, case)
    assert page is not None
    (line,) = page.impacts
    assert (line.standing, line.run, line.latest) == (Standing.REOPENED, 1, 2)
    assert any("k" in r.en or "alone" in r.en or "risk" in r.en for r in line.reasons)
    assert line.changes

    again = written(planned, tmp_path)
    returned = read_docx((tmp_path / "pipia-zh.docx").read_bytes(), "f")
    boxes = boxes_of(again, returned.paragraphs, "f")  # descriptions are taken over, judgements asked for anew
    assert boxes["lawfulness"] == GROUND
    assert not any(value for name, value in boxes.items() if judges(name))


def test_that_of_the_gdpr_is_filed_beside_it(planned: DemoHome, tmp_path: Path) -> None:
    ctx, case = planned.ctx, planned.case_id
    run_assess(ctx, case)
    write_impact(ctx, case, tmp_path, ImpactKind.DPIA)
    form = form_at(planned, tmp_path / "dpia-en.docx")
    assert "prior_consultation" in {f.id for f in form.fields}
    filed = file_impact(ctx, case, fill(form, tmp_path / "filled.docx"), key(planned, Role.OFFICER))
    assert filed.kind is ImpactKind.DPIA
    assert filed_impact(ctx, case) is None
    page = latest_page(ctx, case)
    assert page is not None
    assert [(i.kind, i.standing) for i in page.impacts] == [
        (ImpactKind.PIPIA, Standing.NONE),
        (ImpactKind.DPIA, Standing.CURRENT),
    ]


def test_what_was_changed_or_is_of_another_case_is_refused(planned: DemoHome, tmp_path: Path) -> None:
    ctx, case = planned.ctx, planned.case_id
    with pytest.raises(StateError, match="not assessed"):
        write_impact(ctx, case, tmp_path)
    run_assess(ctx, case)
    form = written(planned, tmp_path)
    officer = key(planned, Role.OFFICER)
    good = fill(form, tmp_path / "good.docx")
    for part, was, now, said in (
        ("word/document.xml", "个人信息保护影响评估报告", "没有风险", "does not say any more what was measured"),
        ("docProps/custom.xml", f">{case}<", ">other<", "is no form of case"),
        ("docProps/custom.xml", form.digest, "../../0001", "names a form that was not written here"),
    ):
        bad = tmp_path / "bad.docx"
        bad.write_bytes(edited(good.read_bytes(), lambda t, was=was, now=now: t.replace(was, now), part))  # type: ignore[misc]
        with pytest.raises(InputError, match=said):
            file_impact(ctx, case, bad, officer)
    with pytest.raises(InputError, match="required boxes are empty"):
        file_impact(ctx, case, fill(form, tmp_path / "bad.docx", conclusion=""), officer)
    assert filed_impact(ctx, case) is None
    mark_done(ctx, case, "cutover")
    with pytest.raises(StateError, match="past its cutover"):
        file_impact(ctx, case, good, officer)
