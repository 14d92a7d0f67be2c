"""Papers of a case, the keeper and the closing of the register: asked for, held against their files, recorded."""

import hashlib
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.unit.app.app_cases import events
from tests.unit.store.samples import CASE

from bequest.app.casefile import read_case_file, write_case_template
from bequest.app.context import Context
from bequest.app.preflight import check_law, check_papers, record_papers
from bequest.kernel.errors import CaseFileError, GuardError
from bequest.model.case import Case, Event, LegalRoute, Paper, PaperKind, Role

PAPER = b"a decision of the court"
SHA = hashlib.sha256(PAPER).hexdigest()


def filled(event: Event) -> str:
    text = write_case_template(event).replace("# effective_on = 2026-12-31", "effective_on = 2026-12-31")
    text = text.replace('id = ""', 'id = "my-case"', 1).replace('path = ""', 'path = "crm.db"')
    text = text.replace('file = ""', 'file = "paper.pdf"').replace("# issued_on = ", "issued_on = ")
    return re.sub(r'^(title|name|contact|route_reason|issued_by) = ""', r'\1 = "示例"', text, flags=re.M)


def read(tmp_path: Path, text: str) -> Case:
    (tmp_path / "paper.pdf").write_bytes(PAPER)
    (tmp_path / "case.toml").write_text(text, encoding="utf-8")
    return read_case_file(tmp_path / "case.toml")


def test_a_paper_is_known_by_its_digest(tmp_path: Path) -> None:
    case = read(tmp_path, filled(Event.E9))
    assert [(p.kind, p.sha256, p.file) for p in case.papers] == [
        (PaperKind.ADMINISTRATOR_APPOINTMENT, SHA, tmp_path / "paper.pdf")
    ]
    assert case.register_closes_on == date(2027, 3, 31)
    assert read(tmp_path, filled(Event.E9).replace('"paper.pdf"', f'"paper.pdf"\nsha256 = "{SHA.upper()}"')) == case


REFUSED = {
    "another paper": (('"paper.pdf"', '"paper.pdf"\nsha256 = "00"'), r"papers#1\.sha256: is not that of paper\.pdf"),
    "no such file": (('"paper.pdf"', '"nothing.pdf"'), r"papers#1\.file: there is no readable file nothing\.pdf"),
    "a kind nobody knows": (('"administrator-appointment"', '"letter"'), r"papers#1\.kind: 'letter' is not known"),
    "a paper of later": (("issued_on = 2026-12-01", "issued_on = 2027-01-01"), r"papers#1 issued_on|issued_on: 2027"),
    "the register closes first": (("closes_on = 2027-03-31", "closes_on = 2026-12-31"), "is not before register_clo"),
    "no keeper": (("[custodian]", "[escrow]"), r"custodian: event E9 needs a keeper"),
    "a keeper without a contact": (('id = "keeper"', 'id = "transferor"'), r"custodian: event E9 needs a keeper"),
}


@pytest.mark.parametrize(("change", "problem"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_with_it_is_said(tmp_path: Path, change: tuple[str, str], problem: str) -> None:
    text = filled(Event.E9)
    assert change[0] in text
    with pytest.raises(CaseFileError, match=problem) as caught:
        read(tmp_path, text.replace(*change, 1))
    assert caught.value.hint


def test_where_nobody_receives_there_is_no_lot(tmp_path: Path) -> None:
    lots = write_case_template(Event.E5)
    receivers = lots[lots.index("[[receivers]]") : lots.index("# 留存保管人")]
    text = filled(Event.E7) + receivers.replace('""', '"示例"')
    with pytest.raises(CaseFileError, match="receivers: event E7 releases nothing"):
        read(tmp_path, text)


def case_of(tmp_path: Path, event: Event, *kinds: PaperKind) -> Case:
    path = tmp_path / "paper.pdf"
    path.write_bytes(PAPER)
    papers = tuple(
        Paper(kind=k, title="t", issued_by="court", issued_on=date(2026, 11, 1), file=path, sha256=SHA) for k in kinds
    )
    people = tuple(replace(p, roles=tuple(Role)) for p in CASE.people)
    return replace(CASE, event=event, papers=papers, people=people)


def test_a_bankruptcy_does_not_open_without_the_appointment(tmp_path: Path) -> None:
    with pytest.raises(GuardError, match="administrator-appointment to open a case"):
        check_law(case_of(tmp_path, Event.E8))
    check_law(case_of(tmp_path, Event.E8, PaperKind.ADMINISTRATOR_APPOINTMENT))


def test_it_is_not_cut_over_without_the_creditors_vote(tmp_path: Path) -> None:
    case = case_of(tmp_path, Event.E8, PaperKind.ADMINISTRATOR_APPOINTMENT)
    check_papers(case, by="opening")
    with pytest.raises(GuardError, match="estate-plan-approval"):
        check_papers(case, by="cutover")
    check_papers(
        case_of(tmp_path, Event.E8, PaperKind.ADMINISTRATOR_APPOINTMENT, PaperKind.ESTATE_PLAN_APPROVAL), by="cutover"
    )


@pytest.mark.parametrize("content", [b"another text", None])
def test_a_paper_that_is_another_or_gone_stops_the_cutover(tmp_path: Path, content: bytes | None) -> None:
    case = case_of(tmp_path, Event.E3, PaperKind.SUCCESSION_RESOLUTION)
    check_papers(case, by="cutover")
    if content is None:
        case.papers[0].file.unlink()
    else:
        case.papers[0].file.write_bytes(content)
    with pytest.raises(GuardError, match="no longer the one"):
        check_papers(case, by="cutover")


def test_an_asset_deal_needs_no_paper() -> None:
    check_papers(CASE, by="cutover")


def test_a_list_sale_by_art_22_is_refused_before_anything_begins(tmp_path: Path) -> None:
    case = case_of(tmp_path, Event.E10)
    lots = tuple(replace(lot, legal_route=LegalRoute.PIPL_22) for lot in case.lots)
    with pytest.raises(CaseFileError, match="PIPL-22, on which nothing passes in event E10"):
        check_law(replace(case, lots=lots))


def test_a_deregistration_names_the_day_on_which_the_register_closes(tmp_path: Path) -> None:
    case = replace(case_of(tmp_path, Event.E7, PaperKind.LIQUIDATION_GROUP), lots=(), receivers=())
    with pytest.raises(CaseFileError, match="register_closes_on"):
        check_law(case)
    check_law(replace(case, register_closes_on=date(2027, 3, 31)))


def test_the_evidence_holds_the_digest_and_no_words(ctx: Context, tmp_path: Path) -> None:
    case = case_of(tmp_path, Event.E3, PaperKind.SUCCESSION_RESOLUTION)
    at = ctx.now(CASE.id)
    with ctx.store.transaction() as tx:
        record_papers(ctx, tx, CASE.id, case.papers, at)
        [event] = [e for e in tx.outbox.all(CASE.id) if e.typ == "authority.attached"]
    assert ("authority.attached", event.event_id) in events(ctx, CASE.id)
    assert SHA[:16] in event.event_id
    assert "court" not in str(event.payload)
    assert SHA in str(event.payload)
