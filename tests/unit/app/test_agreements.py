"""Without an agreement in force that covers it nothing goes to a recipient who is no successor."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.unit.store.samples import CASE

from bequest.app.agreements import check_agreement, open_supervision
from bequest.app.casefile.agreements import AGREEMENT, read_agreement
from bequest.app.casefile.table import References, Table
from bequest.app.context import Context
from bequest.app.tasks import finish_task, task_list, task_residuals
from bequest.kernel.errors import CaseFileError, GuardError, InputError
from bequest.model.agreement import Agreement, months_after
from bequest.model.case import Case, LegalRoute, Lot
from bequest.model.datamap import ColumnMap, FieldClass
from bequest.model.facts import RowRole

TODAY = date(2026, 12, 31)
LOT = Lot(id="list", receiver="buyer", legal_route=LegalRoute.PIPL_23)


@pytest.fixture
def agreed(tmp_path: Path) -> Agreement:
    paper = tmp_path / "agreement.pdf"
    paper.write_bytes(b"agreed")
    return Agreement(
        lot="list", title="t", signed_on=date(2026, 10, 1), ends_on=date(2027, 12, 31), classes=(FieldClass.PHONE,),
        conditions=("c",), confidentiality="s", supervise_months=6, file=paper,
        sha256=hashlib.sha256(b"agreed").hexdigest(),
    )  # fmt: skip


def column(cls: FieldClass, *, personal: bool = True) -> tuple[str, ColumnMap]:
    return f"crm.people.{cls.value}", ColumnMap(cls.value, "text", cls, personal, False, RowRole.CUSTOMER, 1000, 1000)


def case_with(*agreements: Agreement) -> Case:
    return replace(CASE, agreements=agreements)


PHONE = column(FieldClass.PHONE)


def test_what_is_agreed_may_go(agreed: Agreement) -> None:
    columns = [PHONE, column(FieldClass.ORDER_NO, personal=False)]
    assert check_agreement(case_with(agreed), LOT, columns, TODAY) == agreed


@pytest.mark.parametrize(
    ("today", "columns", "match"),
    [
        (date(2026, 9, 30), [PHONE], "holds from"),
        (date(2028, 1, 1), [PHONE], "holds from"),
        (TODAY, [PHONE, column(FieldClass.HEALTH)], r"does not cover crm\.people\.health \(health\)"),
    ],
    ids=["before it", "after it", "a field it does not cover"],
)
def test_what_is_not_agreed_may_not(
    agreed: Agreement, today: date, columns: list[tuple[str, ColumnMap]], match: str
) -> None:
    with pytest.raises(GuardError, match=match) as caught:
        check_agreement(case_with(agreed), LOT, columns, today)
    assert caught.value.hint


def test_another_paper_than_the_one_taken_over_stops_the_delivery(agreed: Agreement) -> None:
    agreed.file.write_bytes(b"agreed otherwise")
    with pytest.raises(GuardError, match="no longer the one"):
        check_agreement(case_with(agreed), LOT, [PHONE], TODAY)


def test_a_successor_needs_none_and_others_do() -> None:
    successor = replace(LOT, legal_route=LegalRoute.PIPL_22)
    assert check_agreement(case_with(), successor, [PHONE], TODAY) is None
    for route in (LegalRoute.PIPL_21, LegalRoute.PIPL_23):
        with pytest.raises(GuardError, match="no agreement with it is named"):
            check_agreement(case_with(), replace(LOT, legal_route=route), [PHONE], TODAY)


def test_supervision_follows_the_delivery_to_the_last_day(agreed: Agreement) -> None:
    assert agreed.supervision(TODAY) == (date(2027, 6, 30), date(2027, 12, 31))
    assert months_after(date(2027, 8, 31), 6) == date(2028, 2, 29)


def test_days_of_supervision_are_tasks_and_hold_up_no_certificate(ctx: Context, agreed: Agreement) -> None:
    case = ctx.case(CASE.id).case
    lot = replace(case.lots[0], legal_route=LegalRoute.PIPL_23)
    case = replace(case, agreements=(replace(agreed, lot=lot.id),))
    for _ in range(2):
        with ctx.store.transaction() as tx:
            open_supervision(ctx, tx, case, lot, datetime(2026, 12, 31, 1, tzinfo=UTC))
    assert [t.due_on for t in task_list(ctx, CASE.id)] == ["2027-06-30", "2027-12-31"]
    assert task_residuals(ctx, CASE.id) == []
    with pytest.raises(InputError, match="no outcome of such a task"):
        finish_task(
            ctx,
            CASE.id,
            f"supervise-{lot.id}-1",
            outcome="deleted",
            evidence=agreed.file,
            person_id="x",
            key=agreed.file,
        )


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"ends_on": date(2026, 1, 1)}, "is not after signed_on"),
        ({"classes": ["phone", "biometric"]}, "biometric pass to nobody"),
        ({"conditions": []}, "conditions"),
        ({"file": "none.pdf"}, "no readable file"),
        ({"sha256": "0" * 64}, "is not that of"),
    ],
    ids=["no term", "a secret", "no conditions", "no file", "another file"],
)
def test_an_agreement_that_cannot_hold_is_refused(tmp_path: Path, change: dict[str, object], match: str) -> None:
    (tmp_path / "a.pdf").write_bytes(b"agreed")
    said = {
        "lot": "list", "title": "t", "signed_on": date(2026, 10, 1), "ends_on": date(2027, 12, 31),
        "classes": ["phone"], "conditions": ["c"], "confidentiality": "s", "file": "a.pdf",
    }  # fmt: skip
    references = References(tmp_path, {})
    assert read_agreement(Table(said, "x:", AGREEMENT, references)).supervise_months == 12
    with pytest.raises(CaseFileError, match=match):
        read_agreement(Table({**said, **change}, "x:", AGREEMENT, references))
