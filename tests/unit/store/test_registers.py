"""What is written once under a key: keys, places, batches, packages, destructions, custody, residuals; settings."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.unit.store.samples import CASE, REAL_CASE, T0, a_certificate, later, start_python

from bequest.kernel.errors import BequestError, DeliveryError, StateError
from bequest.model.destruction import CertificateState, Residual
from bequest.store.records import (
    AccessRecord,
    AnswerBatch,
    BucketState,
    CustodyBucket,
    DeliveryPart,
    DeliveryRecord,
    DeliveryState,
    DestructionRecord,
    DestructionState,
    KeyRecord,
    KeyState,
    NoticeBatch,
    NoticeState,
    PlaceState,
    ReceiptRecord,
    ResidualRecord,
    ResidualState,
    StoreRecord,
)
from bequest.store.repositories import Store

KEY = KeyRecord(
    key_id="link-1",
    purpose="link",
    holder="operator",
    backup="2 of 3",
    lost_with_it="tokens cannot be made again",
    dies_when="close",
    dies_on=date(2027, 3, 1),
    created_at=T0,
    state_at=T0,
)
PLACE = StoreRecord(
    name="locator",
    path="cases/acme-2026/stores/locator.age",
    content="natural keys of rows",
    ground="PIPL-47",
    key_purpose="locator",
    created_at=T0,
    state_at=T0,
)
NOTICE = NoticeBatch(
    batch_id="n1",
    lot="shop-12",
    channel="email",
    notice_version="1",
    content_digest="a" * 64,
    n_messages=10,
    created_at=T0,
    state_at=T0,
)
ANSWER = AnswerBatch(batch_id="a1", channel="file", file_digest="b" * 64, n_answers=4, created_at=T0)
DELIVERY = DeliveryRecord(
    delivery_id="d1",
    lot="shop-12",
    receiver="buyer",
    policy_digest="c" * 64,
    population_digest="d" * 64,
    created_at=T0,
    state_at=T0,
)
DESTRUCTION = DestructionRecord(destruction_id="x1", policy_digest="c" * 64, created_at=T0, state_at=T0)
BUCKET = CustodyBucket(
    bucket_id="2036-12-1",
    due_month="2036-12",
    keeper="示例档案馆",
    key_purpose="custody/2036-12-1",
    n_rows=0,
    n_values=0,
    digest="",
    created_at=T0,
    state_at=T0,
)
LEFT = ResidualRecord(
    residual_id="r1",
    residual=Residual("备份带 W12", "tape W12", "到期", "expires", "信息部", "IT", "2027-02-01"),
    due_on="2027-02-01",
    created_at=T0,
    state_at=T0,
)

REGISTERS: dict[str, tuple[Any, str, str]] = {
    "keys": (KEY, "key_id", "holder"),
    "stores": (PLACE, "name", "content"),
    "notices": (NOTICE, "batch_id", "channel"),
    "answers": (ANSWER, "batch_id", "channel"),
    "deliveries": (DELIVERY, "delivery_id", "receiver"),
    "destructions": (DESTRUCTION, "destruction_id", "policy_digest"),
    "custody": (BUCKET, "bucket_id", "keeper"),
    "residuals": (LEFT, "residual_id", "due_on"),
}


@pytest.mark.parametrize("name", REGISTERS)
def test_what_is_recorded_comes_back_equal_and_only_in_its_case(store: Store, name: str) -> None:
    record, key, _ = REGISTERS[name]
    with store.transaction() as tx:
        assert getattr(tx, name).record(CASE.id, record) == record
    with store.transaction() as tx:
        register = getattr(tx, name)
        assert register.list(CASE.id) == (record,)
        assert register.get(CASE.id, getattr(record, key)) == record
        assert register.get(REAL_CASE.id, getattr(record, key)) is None
        assert register.list(REAL_CASE.id) == ()


@pytest.mark.parametrize("name", REGISTERS)
def test_recording_again_after_a_crash_changes_nothing(store: Store, name: str) -> None:
    record, _, _ = REGISTERS[name]
    with store.transaction() as tx:
        getattr(tx, name).record(CASE.id, record)
    with store.transaction() as tx:
        assert getattr(tx, name).record(CASE.id, replace(record, created_at=later(days=1))) == record
        assert getattr(tx, name).list(CASE.id) == (record,)


@pytest.mark.parametrize("name", REGISTERS)
def test_other_content_under_the_same_key_is_refused_by_field(store: Store, name: str) -> None:
    record, _, field = REGISTERS[name]
    with store.transaction() as tx:
        getattr(tx, name).record(CASE.id, record)
        with pytest.raises(StateError, match=f"other content: {field}"):
            getattr(tx, name).record(CASE.id, replace(record, **{field: "other"}))


MOVES: dict[str, tuple[list[Any], Any]] = {
    "keys": ([KeyState.DESTROYED], KeyState.ACTIVE),
    "stores": ([PlaceState.SEALED, PlaceState.PURGED], PlaceState.IN_USE),
    "notices": ([NoticeState.SENDING, NoticeState.POSSIBLY_SENT, NoticeState.SENT], NoticeState.SENDING),
    "deliveries": ([DeliveryState.SEALED, DeliveryState.SENT, DeliveryState.RECEIVED], DeliveryState.ABORTED),
    "destructions": (
        [DestructionState.RUNNING, DestructionState.DONE, DestructionState.REFUSED, DestructionState.VERIFIED],
        DestructionState.DONE,
    ),
    "custody": ([BucketState.SEALED, BucketState.DESTROYED], BucketState.OPEN),
    "residuals": ([ResidualState.RESOLVED], ResidualState.OPEN),
}


@pytest.mark.parametrize("name", MOVES)
def test_states_move_on_and_not_back(store: Store, name: str) -> None:
    record, key, _ = REGISTERS[name]
    way, back = MOVES[name]
    with store.transaction() as tx:
        register = getattr(tx, name)
        register.record(CASE.id, record)
        for day, state in enumerate(way, start=1):
            moved = register.set_state(CASE.id, getattr(record, key), state, later(days=day))
            assert (moved.state, moved.state_at) == (state, later(days=day))
            assert register.set_state(CASE.id, getattr(record, key), state, later(days=99)) == moved
        with pytest.raises(StateError, match="cannot become"):
            register.set_state(CASE.id, getattr(record, key), back, later(days=99))
        assert register.record(CASE.id, record) == moved
        with pytest.raises(StateError, match="not on record"):
            register.set_state(CASE.id, "nothing", way[0], T0)


def test_counts_of_batches_move(store: Store) -> None:
    with store.transaction() as tx:
        tx.notices.record(CASE.id, NOTICE)
        tx.answers.record(CASE.id, ANSWER)
        assert tx.notices.set_counts(CASE.id, "n1", {"delivered": 9, "bounced": 1}).counts["bounced"] == 1
        assert tx.answers.set_counts(CASE.id, "a1", {"matched": 3}).counts == {"matched": 3}
        assert tx.notices.record(CASE.id, NOTICE).counts == {"delivered": 9, "bounced": 1}


def test_the_same_answers_are_not_taken_in_twice(store: Store) -> None:
    with store.transaction() as tx:
        tx.answers.record(CASE.id, ANSWER)
        assert tx.answers.by_digest(CASE.id, ANSWER.file_digest) == ANSWER
        assert tx.answers.by_digest(REAL_CASE.id, ANSWER.file_digest) is None
        with pytest.raises(StateError, match="taken in before, as batch 'a1'"):
            tx.answers.record(CASE.id, replace(ANSWER, batch_id="a2"))


PART = DeliveryPart(
    name="orders-0001.parquet.age",
    source="orders",
    table="orders",
    n_rows=10,
    n_values=90,
    n_bytes=4096,
    plaintext_digest="1" * 64,
    ciphertext_digest="2" * 64,
)


def test_a_part_made_again_takes_its_new_ciphertext(store: Store) -> None:
    again = replace(PART, ciphertext_digest="3" * 64, n_bytes=4100)
    with store.transaction() as tx:
        tx.deliveries.record(CASE.id, DELIVERY)
        tx.deliveries.put_part(CASE.id, "d1", PART)
        assert tx.deliveries.put_part(CASE.id, "d1", again) == again
        assert tx.deliveries.parts(CASE.id, "d1") == (again,)


def test_a_part_with_other_content_spoils_the_delivery(store: Store) -> None:
    with store.transaction() as tx:
        tx.deliveries.record(CASE.id, DELIVERY)
        tx.deliveries.put_part(CASE.id, "d1", PART)
        with pytest.raises(DeliveryError, match="other content than before"):
            tx.deliveries.put_part(CASE.id, "d1", replace(PART, plaintext_digest="4" * 64))
        tx.deliveries.set_state(CASE.id, "d1", DeliveryState.ABORTED, T0)
        with pytest.raises(StateError, match="aborted and cannot become sealed"):
            tx.deliveries.seal(CASE.id, "d1", manifest_digest="5" * 64, path="p", at=T0)


def test_parts_of_a_sealed_package_no_longer_change(store: Store) -> None:
    with store.transaction() as tx:
        tx.deliveries.record(CASE.id, DELIVERY)
        tx.deliveries.put_part(CASE.id, "d1", PART)
        sealed = tx.deliveries.seal(CASE.id, "d1", manifest_digest="5" * 64, path="deliveries/d1", at=later(hours=1))
        assert (sealed.state, sealed.manifest_digest, sealed.path) == (DeliveryState.SEALED, "5" * 64, "deliveries/d1")
        assert tx.deliveries.put_part(CASE.id, "d1", PART) == PART
        with pytest.raises(StateError, match="no longer change"):
            tx.deliveries.put_part(CASE.id, "d1", replace(PART, ciphertext_digest="3" * 64))
        with pytest.raises(StateError, match="no longer change"):
            tx.deliveries.put_part(CASE.id, "d1", replace(PART, name="orders-0002.parquet.age"))


def test_a_package_is_sealed_with_one_manifest(store: Store) -> None:
    with store.transaction() as tx:
        tx.deliveries.record(CASE.id, DELIVERY)
        first = tx.deliveries.seal(CASE.id, "d1", manifest_digest="5" * 64, path="p", at=T0)
        assert tx.deliveries.seal(CASE.id, "d1", manifest_digest="5" * 64, path="p", at=later(days=1)) == first
        with pytest.raises(StateError, match="sealed with another manifest"):
            tx.deliveries.seal(CASE.id, "d1", manifest_digest="6" * 64, path="p", at=T0)


def test_a_receipt_is_kept_once_per_party(store: Store) -> None:
    receipt = ReceiptRecord(
        delivery_id="d1",
        party="buyer",
        stage="decrypted",
        signer="孙接收",
        text="received d1",
        signature="sig",
        fingerprint="SHA256:x",
        signed_at="2027-01-02T01:00:00Z",
        created_at=T0,
    )
    with store.transaction() as tx:
        with pytest.raises(StateError, match="no delivery 'd1'"):
            tx.receipts.add(CASE.id, receipt)
        tx.deliveries.record(CASE.id, DELIVERY)
        assert tx.receipts.add(CASE.id, receipt) == receipt
        assert tx.receipts.add(CASE.id, replace(receipt, signature="another")) == receipt
        assert tx.receipts.of(CASE.id, "d1") == tx.receipts.list(CASE.id) == (receipt,)
        assert tx.receipts.list(REAL_CASE.id) == ()
        with pytest.raises(StateError, match="another receipt"):
            tx.receipts.add(CASE.id, replace(receipt, text="received less"))
        earlier = replace(receipt, stage="undertaken", text="undertakes")
        assert tx.receipts.add(CASE.id, earlier) == earlier
        assert len(tx.receipts.of(CASE.id, "d1")) == 2


def test_progress_of_a_destruction_moves(store: Store) -> None:
    with store.transaction() as tx:
        tx.destructions.record(CASE.id, DESTRUCTION)
        run = tx.destructions.set_progress(CASE.id, "x1", ledger_digest="e" * 64, counts={"crm.customers": 12})
        assert (run.ledger_digest, run.counts) == ("e" * 64, {"crm.customers": 12})
        assert tx.destructions.record(CASE.id, DESTRUCTION) == run


def test_certificates_follow_each_other_and_never_change(store: Store) -> None:
    interim, final = a_certificate(1), a_certificate(2, CertificateState.FINAL)
    with store.transaction() as tx:
        tx.destructions.record(CASE.id, DESTRUCTION)
        first = tx.destructions.add_certificate(CASE.id, "x1", interim, T0)
        assert tx.destructions.add_certificate(CASE.id, "x1", interim, later(days=1)) == first
        tx.destructions.add_certificate(CASE.id, "x1", final, later(days=30))
        assert [c.certificate for c in tx.destructions.certificates(CASE.id)] == [interim, final]
        with pytest.raises(StateError, match="issued with other content"):
            tx.destructions.add_certificate(CASE.id, "x1", replace(interim, why=()), T0)


def test_a_certificate_of_another_case_is_refused(store: Store) -> None:
    with store.transaction() as tx:
        tx.destructions.record(REAL_CASE.id, DESTRUCTION)
        with pytest.raises(StateError, match="is for case"):
            tx.destructions.add_certificate(REAL_CASE.id, "x1", a_certificate(), T0)


def test_a_bucket_is_sealed_once_and_comes_due(store: Store) -> None:
    held: dict[str, Any] = {"digest": "f" * 64, "n_rows": 5, "n_values": 60, "path": "custody/2036-12-1"}
    with store.transaction() as tx:
        tx.custody.record(CASE.id, BUCKET)
        assert tx.custody.due(CASE.id, "2036-12") == ()
        bucket = tx.custody.seal(CASE.id, BUCKET.bucket_id, **held, at=T0)
        assert tx.custody.seal(CASE.id, BUCKET.bucket_id, **held, at=later(days=1)) == bucket
        with pytest.raises(StateError, match="sealed with other content"):
            tx.custody.seal(CASE.id, BUCKET.bucket_id, **{**held, "n_rows": 6}, at=T0)
        assert tx.custody.due(CASE.id, "2036-11") == ()
        assert tx.custody.due(CASE.id, "2036-12") == (bucket,)


def test_accesses_are_added_in_order(store: Store) -> None:
    accesses = [
        AccessRecord(at=T0, person="legal-1", action="access.read", purpose="explain", target="subject", n_rows=n)
        for n in (1, 2)
    ]
    with store.transaction() as tx:
        for access in accesses:
            tx.access.record(CASE.id, access)
        assert tx.access.list(CASE.id) == tuple(accesses)
        assert tx.access.list(REAL_CASE.id) == ()


def test_a_setting_of_the_case_goes_before_that_of_the_home(store: Store) -> None:
    with store.transaction() as tx:
        assert tx.settings.get("cosigners", 0) == 0
        tx.settings.set("cosigners", 1, T0)
        tx.settings.set("cosigners", {"need": 2}, T0, case_id=CASE.id)
        assert tx.settings.get("cosigners") == 1
        assert tx.settings.get("cosigners", case_id=CASE.id) == {"need": 2}
        assert tx.settings.get("cosigners", case_id=REAL_CASE.id) == 1
        tx.settings.set("cosigners", 3, T0, case_id=CASE.id)
        assert tx.settings.get("cosigners", case_id=CASE.id) == 3
        with pytest.raises(BequestError):
            tx.settings.get("cosigners", case_id="nowhere")


SAME = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from bequest.store.boot import open_store
from bequest.store.records import KeyRecord
from bequest.store.settings import database_url
store, at = open_store(Path(sys.argv[1]), database_url()), datetime(2026, 11, 2, tzinfo=UTC)
print("ready", flush=True)
input()
for n in range(60):
    with store.transaction() as tx:
        words = dict.fromkeys(("purpose", "holder", "backup", "lost_with_it", "dies_when"), "x")
        tx.keys.record("acme-2026", KeyRecord(key_id=f"key-{n}", created_at=at, state_at=at, **words))
"""


def test_processes_that_record_the_same_at_once_record_it_once(store: Store) -> None:
    """No row is locked here: only the turn that each transaction waits for keeps one from looking past the other."""
    store.close()
    running = [start_python(SAME, store.home) for _ in range(2)]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.communicate()
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate(timeout=120) for process in running] == [("", ""), ("", "")]
    with store.transaction() as tx:
        assert [k.key_id for k in tx.keys.list(CASE.id)] == [f"key-{n}" for n in range(60)]
