"""What came after a delivery: the receiver is told whose and what, takes names sealed to it, and says what is done."""

import io
from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl
import pytest
from tests.unit.app.app_cases import T0, add_case, events, mark_done
from tests.unit.store.samples import CASE

from bequest.app.context import Context
from bequest.app.run_notify import _contacts_file, _write_sealed_frame
from bequest.app.telling import save_answers
from bequest.app.withdrawals import carried_out, withdrawal_list, withdrawals
from bequest.crypto.age import decrypt_stream, generate_identity
from bequest.kernel.errors import InputError, StateError
from bequest.store.portal_records import AskedAtPortal, RequestState
from bequest.store.records import DeliveryRecord, DeliveryState

CASE_ID = "late-1"
IDENTITY = generate_identity()
OUT = DeliveryRecord(
    delivery_id="d-1", lot="shop-12", receiver="buyer", policy_digest="a" * 64, population_digest="b" * 64,
    created_at=T0, state_at=T0, state=DeliveryState.SENT,
)  # fmt: skip
BEFORE, AFTER = T0 - timedelta(days=1), T0 + timedelta(days=1)
SAID = [
    ("r-1", "objection", "objected", AFTER, ""),
    ("r-2", "objection", "objected", BEFORE, ""),
    ("r-3", "consent_new_purpose", "given", AFTER, ""),
    ("r-4", "dispute", "open", AFTER, "shop-12"),
    ("r-5", "objection", "objected", AFTER, "another"),
    ("r-9", "objection", "objected", AFTER, ""),
]


@pytest.fixture
def late(ctx: Context) -> Context:
    buyer = replace(CASE.receivers[0], age_recipient=IDENTITY.recipient)
    add_case(ctx, replace(CASE, id=CASE_ID, receivers=(buyer,)))
    work = ctx.workspace(CASE_ID)
    work.write(work.dir("work") / "delivered-d-1.parquet", pl.DataFrame({"ref": [f"r-{n}" for n in range(1, 9)]}))
    answers = pl.DataFrame(SAID, schema=["ref", "fact", "value", "at", "lot"], orient="row")
    save_answers(work, answers.with_columns(pl.col("at").cast(pl.Datetime("us", "UTC")), channel=pl.lit("file")))
    return ctx


def at_portal(ctx: Context, code: str, ref: str, kind: str, at: datetime, state: RequestState) -> None:
    with ctx.store.transaction() as tx:
        tx.portal.ask(AskedAtPortal(CASE_ID, code, ref, kind, "", b"", None, RequestState.NEW, at))
        tx.portal.set_state(CASE_ID, [code], state, at)


def open_ones(ctx: Context) -> list[tuple[str, str]]:
    return [(w.ref, w.word) for w in withdrawals(ctx, CASE_ID, [OUT]) if not w.done_at]


def test_only_what_stops_and_came_later_of_people_whose_records_went(late: Context) -> None:
    assert open_ones(late) == [("r-1", "object"), ("r-4", "dispute")]
    assert not withdrawals(late, CASE_ID, [replace(OUT, state=DeliveryState.ABORTED)])
    assert not withdrawals(late, CASE_ID, [replace(OUT, delivery_id="never-noted")])


def test_what_came_at_the_portal_too_late_for_the_case_is_not_too_late_for_the_receiver(late: Context) -> None:
    at_portal(late, "AAAA-0000-0001", "r-6", "refuse_new_purpose", AFTER, RequestState.LATE)
    at_portal(late, "AAAA-0000-0002", "r-7", "complain", AFTER, RequestState.ANSWERED)
    at_portal(late, "AAAA-0000-0003", "r-1", "withdraw_objection", AFTER + timedelta(days=1), RequestState.LATE)
    assert open_ones(late) == [("r-4", "dispute"), ("r-6", "refuse_new_purpose")]


def test_names_go_out_sealed_to_the_receiver_only_and_each_time_is_on_record(late: Context) -> None:
    people = pl.DataFrame(
        {"ref": ["r-1", "r-2"], "name": ["张伟", "李娜"], "phone": ["13511112222", ""], "email": ["", ""]}
    )
    _contacts_file(late.workspace(CASE_ID)).parent.mkdir(exist_ok=True)
    _write_sealed_frame(late, CASE_ID, _contacts_file(late.workspace(CASE_ID)), people, "bodies", b"contacts")
    sealed = withdrawal_list(late, CASE_ID, "buyer", withdrawals(late, CASE_ID, [OUT]), by="receiver")
    assert "张伟".encode() not in sealed
    plain = io.BytesIO()
    decrypt_stream(io.BytesIO(sealed), plain, [IDENTITY.secret])
    lines = plain.getvalue().decode("utf-8-sig").splitlines()
    assert [line.split(",")[:2] for line in lines] == [["ref", "name"], ["r-1", "张伟"], ["r-4", ""]]
    with late.store.transaction() as tx:
        [access] = tx.access.list(CASE_ID)
    assert (access.action, access.n_rows, access.person) == ("withdrawals.export", 2, "receiver")
    assert ("access.read", "access.read:withdrawals-0") in events(late, CASE_ID)


def test_after_the_close_there_are_no_names(late: Context) -> None:
    with pytest.raises(StateError):
        withdrawal_list(late, CASE_ID, "buyer", withdrawals(late, CASE_ID, [OUT]), by="receiver")


def test_done_is_said_once_and_logged_while_the_log_is_open(late: Context) -> None:
    found = withdrawals(late, CASE_ID, [OUT])
    assert carried_out(late, CASE_ID, found, [found[0].key, "made up"], by="receiver") == 1
    assert open_ones(late) == [("r-4", "dispute")]
    again = withdrawals(late, CASE_ID, [OUT])
    assert again[0].done_by == "receiver"
    with pytest.raises(InputError):
        carried_out(late, CASE_ID, again, [found[0].key], by="receiver")
    mark_done(late, CASE_ID, "close")
    assert carried_out(late, CASE_ID, again, [found[1].key], by="receiver") == 1
    assert [t for t, _ in events(late, CASE_ID)].count("withdrawal.executed") == 1
    assert open_ones(late) == []
