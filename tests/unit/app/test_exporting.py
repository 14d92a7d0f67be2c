"""Receivers abroad: the people of the case are counted over the year, and the law says which mechanism that needs."""

from dataclasses import replace

import pytest
from tests.unit.app.conftest import DemoHome

from bequest.app.export_notes import export_facts, export_notes
from bequest.app.exporting import count_exported, export_of, export_state, require_export, save_exported
from bequest.app.known import known_input
from bequest.app.run_discover import data_map
from bequest.app.run_plan import decided_as_known
from bequest.kernel.errors import GuardError
from bequest.model.basis import Basis
from bequest.model.case import Case
from bequest.model.disposition import Release
from bequest.model.exporting import ExemptGround, Exported, ExportRecord, Mechanism

KNOWN = ExportRecord(
    persons=0, sensitive_persons=0, exempt_ground=ExemptGround.NONE, critical_infrastructure=False, important_data=False
)


def abroad(case: Case, record: ExportRecord | None, country: str = "hk") -> Case:
    return replace(case, receivers=tuple(replace(r, country=country) for r in case.receivers), export=record)


@pytest.mark.parametrize(
    ("before", "here", "word", "article"),
    [
        ((99_000, 0), (999, 0), "exempt", "XB-5"),
        ((99_000, 0), (1_000, 0), "scc_or_certification", "XB-8"),
        ((0, 0), (10, 1), "scc_or_certification", "XB-8"),
        ((999_000, 0), (1_000, 0), "security_assessment", "XB-7"),
        ((0, 9_990), (0, 10), "security_assessment", "XB-7"),
    ],
)
def test_the_year_with_this_case_decides(
    planned: DemoHome, before: tuple[int, int], here: tuple[int, int], word: str, article: str
) -> None:
    record = replace(KNOWN, persons=before[0], sensitive_persons=before[1])
    case = abroad(planned.ctx.case(planned.case_id).case, record)
    state = export_of(case, Exported(persons=here[0], sensitive_persons=here[1]))
    assert word in state.words
    assert article in {a for f in state.found for a in f.articles}
    assert state.is_settled is (word == "exempt")
    in_hand = Mechanism.ASSESSMENT if word == "security_assessment" else Mechanism.CERTIFICATION
    assert export_of(replace(case, export=replace(record, mechanism=in_hand)), state.counted).is_settled
    notes = export_notes(state)
    assert any(article in n.en and article in n.zh for n in notes[1:])
    total = before[0] + here[0], before[1] + here[1]
    assert f"{total[0]:,} and {total[1]:,} in the year" in notes[0].en
    facts = export_facts(state)
    assert isinstance(facts, dict)
    assert (facts["year_persons"], facts["year_sensitive_persons"], facts["settled"]) == (*total, word == "exempt")
    assert word in facts["outcomes"]  # type: ignore[operator]


def test_a_contract_is_no_assessment(planned: DemoHome) -> None:
    record = replace(KNOWN, persons=1_000_000, mechanism=Mechanism.STANDARD_CONTRACT, reference="1")
    case = abroad(planned.ctx.case(planned.case_id).case, record, "sg")
    assert not export_of(case, Exported(persons=0, sensitive_persons=0)).is_settled


def test_what_is_not_known_is_asked_for(planned: DemoHome) -> None:
    case = planned.ctx.case(planned.case_id).case
    state = export_of(abroad(case, None), Exported(persons=1, sensitive_persons=0))
    assert state.missing == (
        "persons", "sensitive_persons", "exempt_ground", "critical_infrastructure", "important_data",
    )  # fmt: skip
    assert not state.is_settled
    assert "missing under [export]: persons, sensitive_persons" in export_notes(state)[-1].en
    assert export_facts(None) is None
    half = replace(KNOWN, sensitive_persons=None, exempt_ground=None)
    assert export_of(abroad(case, half), state.counted).missing == ("sensitive_persons", "exempt_ground")


def test_separate_consent_is_said_where_consent_is_the_basis(planned: DemoHome) -> None:
    case = abroad(planned.ctx.case(planned.case_id).case, KNOWN)
    said = {w for f in export_of(case, Exported(persons=1, sensitive_persons=0)).found for w in f.outcomes}
    assert "separate_consent" in said
    other = replace(case, lots=tuple(replace(lot, basis=Basis.CONTRACT) for lot in case.lots))
    said = {w for f in export_of(other, Exported(persons=1, sensitive_persons=0)).found for w in f.outcomes}
    assert "separate_consent" not in said


def test_people_are_counted_once_and_nobody_where_all_stay_in_the_mainland(planned: DemoHome) -> None:
    ctx, case_id = planned.ctx, planned.case_id
    case, datamap = ctx.case(case_id).case, data_map(ctx, case_id)
    decided, linked = decided_as_known(ctx, case_id)
    indexes = known_input(ctx.workspace(case_id), case, datamap, linked, (), told=False).indexes
    here = count_exported(case, decided, linked, indexes)
    assert (here.persons, here.sensitive_persons) == (0, 0)
    assert export_state(ctx, case_id) is None
    there = count_exported(abroad(case, None), decided, linked, indexes)
    assert 0 < there.sensitive_persons <= there.persons
    customers = decided.planned[("crm", "customers")]
    goes = [any(d.release is not Release.NONE for d in after) for after in customers.after]
    who = next(iter(linked.subject_of[("crm", "customers")].values()))[[goes[s] for s in customers.situation.tolist()]]
    assert (
        len(set(who.tolist()) - {-1})
        <= there.persons
        <= linked.n_subjects + sum(frame.height for frame in indexes.values())
    )


def test_nothing_is_delivered_abroad_before_the_mechanism_is_in_hand(
    planned: DemoHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx, case_id = planned.ctx, planned.case_id
    known = ctx.case(case_id)

    def with_record(record: ExportRecord | None) -> None:
        changed = replace(known, case=abroad(known.case, record))
        monkeypatch.setattr(type(ctx), "case", lambda *_: changed)

    require_export(ctx, case_id)
    save_exported(ctx.workspace(case_id), Exported(persons=120_000, sensitive_persons=0))
    with_record(None)
    with pytest.raises(GuardError, match=r"cannot be said without persons"):
        require_export(ctx, case_id)
    with_record(KNOWN)
    with pytest.raises(GuardError, match=r"no standard contract or certification \(XB-8, PIPL-38\)"):
        require_export(ctx, case_id)
    with_record(replace(KNOWN, persons=900_000))
    with pytest.raises(GuardError, match=r"no passed security assessment"):
        require_export(ctx, case_id)
    with_record(replace(KNOWN, mechanism=Mechanism.STANDARD_CONTRACT, reference="浙备 1"))
    require_export(ctx, case_id)
