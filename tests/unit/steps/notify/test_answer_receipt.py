"""Receipts of answers: whole after the DPV profile of TS 27560, in terms that DPV has, without anybody's data."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.unit.steps.notify.notice_cases import SALE, notice_of

from bequest.steps.notify.answer_receipt import (
    RECEIPT_PROFILE,
    ReceiptFacts,
    ReceiptLot,
    ReceiptParty,
    Said,
    build_receipt,
    render_receipt,
)

NOTICE = notice_of(SALE)
AT = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
SELLER = ReceiptParty("seller", "示例商贸有限公司", "Example Trading", "privacy@seller.example.com", "杭州市1号", "cn")
BUYER = ReceiptParty("buyer", "示例接收有限公司", "Example Receiver", "privacy@buyer.example.com", "香港1号", "hk")
SHOP = ReceiptLot("shop-12", BUYER, ("订单履行与售后",), ("联合营销",))
_KNOWN = """
    Authority ConsentGiven ConsentNotice ConsentReceipt ConsentRecord ConsentRefused ConsentWithdrawn
    DataSubject DataSubjectRight ExplicitlyExpressedConsent ExpressedConsent GuardianOfDataSubject LegalEntity
    PersonalData PrivacyNotice Process Purpose RequestAccepted RequestFulfilled RequestInitiated RequestRejected
    RequestUnfulfilled RightExerciseActivity RightExerciseRecord StorageDuration StorageLocation Transfer
    UntilEventDuration WithdrawConsent hasAddress hasAuthority hasConsentControl hasConsentStatus hasContact
    hasDataSubject hasDuration hasEntity hasIdentifier hasIndicationMethod hasJurisdiction hasLegalBasis
    hasLocation hasName hasNotice hasPersonalData hasProcess hasProcessing hasPurpose hasRecipient
    hasRecordOfActivity hasRight hasStatus hasStorageCondition isExercisedAt isIndicatedAtTime isIndicatedBy
    hasDataController
"""
TERMS = frozenset(_KNOWN.split())
"""Looked up one by one in the published vocabulary, DPV 2.3."""


def facts(*said: Said, **changed: Any) -> ReceiptFacts:
    made = ReceiptFacts(
        case_id="acme-2026", rehearsal=False, number="ABCD-EFGH-JKMN", ref="0A1B2C3D4E5F",
        notice=replace(NOTICE, portal="https://data.example.com"), told_on=date(2026, 11, 20), controller=SELLER,
        lots=(SHOP,), authority="示例市网信部门", said=said,
    )  # fmt: skip
    return replace(made, **changed)


def yes(minutes: int = 0, **changed: Any) -> Said:
    return replace(Said("consent_transfer", AT + timedelta(minutes=minutes), "portal"), **changed)


def used_terms(value: object) -> set[str]:
    return set(re.findall(r'"dpv:([A-Za-z]+)"', json.dumps(value)))


HEADER = ("dct:conformsTo", "dct:identifier", "dct:created", "dpv:hasRecordOfActivity")
RECORD = (
    "dct:conformsTo", "dct:identifier", "dpv:hasDataSubject", "dpv:hasNotice", "dpv:hasProcess", "dpv:hasEntity",
    "dpv:hasConsentStatus",
)  # fmt: skip
PROCESS = (
    "dpv:hasPurpose", "dpv:hasPersonalData", "dpv:hasStorageCondition", "dpv:hasDataController", "dpv:hasLegalBasis",
    "dpv:hasRecipient", "dpv:hasConsentControl", "dpv:hasJurisdiction", "dpv:hasRight",
)  # fmt: skip
PARTY = ("dpv:hasName", "dpv:hasIdentifier", "dpv:hasContact", "dpv:hasAddress")
EVENT = ("@type", "dpv:isIndicatedAtTime", "dpv:hasDuration", "dpv:isIndicatedBy")
"""What the guide says MUST be present, in receipt, record, process, party and event."""


@pytest.mark.parametrize("kind", ["consent_transfer", "refuse_transfer", "consent_new_purpose", "guardian_consent"])
def test_a_consent_receipt_has_every_field_that_the_profile_makes_mandatory(kind: str) -> None:
    receipt: Any = build_receipt(facts(yes(kind=kind)))
    record = receipt["dpv:hasRecordOfActivity"]
    assert (receipt["@type"], receipt["dct:conformsTo"]) == ("dpv:ConsentReceipt", RECEIPT_PROFILE)
    for part, fields in ((receipt, HEADER), (record, RECORD)):
        assert [f for f in fields if not part.get(f)] == []
    for process in record["dpv:hasProcess"]:
        assert [f for f in PROCESS if not process.get(f)] == []
        assert {s["@type"] for s in process["dpv:hasStorageCondition"]} == {
            "dpv:StorageLocation",
            "dpv:StorageDuration",
        }
        assert process["dpv:hasConsentControl"]["dpv:isExercisedAt"]
    for party in record["dpv:hasEntity"]:
        assert [f for f in PARTY if not party.get(f)] == []
    for event in record["dpv:hasConsentStatus"]:
        assert [f for f in EVENT if not event.get(f)] == []
    assert record["dpv:hasNotice"]["dct:language"] == ["zh", "en"]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"lots": (replace(SHOP, purposes=()),)}, "no purpose"),
        ({"controller": replace(SELLER, address="")}, "no address"),
        ({"lots": (replace(SHOP, receiver=replace(BUYER, contact="")),)}, "no contact"),
        ({"notice": replace(NOTICE, items=())}, "no kinds, no retention"),
        ({"lots": ()}, "nobody receives"),
    ],
)
def test_a_receipt_that_lacks_a_mandatory_field_does_not_claim_to_conform(changed: dict[str, Any], why: str) -> None:
    receipt: Any = build_receipt(facts(yes(), **changed))
    assert "dct:conformsTo" not in receipt, why
    assert "dct:conformsTo" not in receipt["dpv:hasRecordOfActivity"]


def test_a_refusal_withdraws_a_consent_that_counted_and_no_other() -> None:
    def states(*said: Said) -> list[str]:
        receipt: Any = build_receipt(facts(*said))
        return [e["@type"][0].removeprefix("dpv:") for e in receipt["dpv:hasRecordOfActivity"]["dpv:hasConsentStatus"]]

    no = yes(5, kind="refuse_transfer")
    assert states(no) == ["ConsentRefused"]
    assert states(yes(), no) == ["ConsentGiven", "ConsentWithdrawn"]
    assert states(yes(state="late"), no) == ["ConsentGiven", "ConsentRefused"]
    assert states(yes(state="superseded"), no) == ["ConsentGiven", "ConsentRefused"]
    assert states(yes(), no, yes(9)) == ["ConsentGiven", "ConsentWithdrawn", "ConsentGiven"]


def test_an_answer_behind_a_later_one_says_that_it_did_not_count() -> None:
    for kind in ("consent_transfer", "object"):
        receipt = build_receipt(facts(yes(kind=kind, state="superseded")))
        assert "a later answer was there already, so it did not count" in json.dumps(receipt)
        assert "dpv:RequestAccepted" not in json.dumps(receipt)


def test_a_guardian_answers_in_place_of_the_child_and_a_file_is_no_explicit_click() -> None:
    receipt: Any = build_receipt(facts(yes(kind="guardian_consent", channel="post")))
    [event] = receipt["dpv:hasRecordOfActivity"]["dpv:hasConsentStatus"]
    assert event["dpv:isIndicatedBy"] == "dpv:GuardianOfDataSubject"
    assert event["@type"] == ["dpv:ConsentGiven", "dpv:ExpressedConsent"]
    assert event["dpv:hasIndicationMethod"] == "post"


@pytest.mark.parametrize("kind", ["object", "withdraw_objection", "dispute", "dispute_settled", "copy", "complain"])
@pytest.mark.parametrize("state", ["new", "taken", "late", "superseded", "granted", "partly", "refused"])
def test_what_is_no_consent_is_a_record_of_a_right_and_claims_no_standard(kind: str, state: str) -> None:
    receipt: Any = build_receipt(facts(yes(kind=kind, state=state)))
    assert receipt["@type"] == "dpv:RightExerciseRecord"
    assert "dct:conformsTo" not in receipt
    assert "Consent" not in json.dumps(receipt["dct:hasPart"])
    assert receipt["dct:hasPart"][0]["dpv:hasStatus"].startswith("dpv:Request")
    assert used_terms(receipt) <= TERMS


def test_every_term_is_one_of_the_vocabulary_and_every_prefix_is_declared() -> None:
    receipt = build_receipt(
        facts(yes(), yes(1, kind="refuse_transfer"), yes(2, kind="consent_transfer", channel="post"))
    )
    assert used_terms(receipt) <= TERMS
    body = {k: v for k, v in receipt.items() if k != "@context"}
    prefixes = set(re.findall(r'"([a-z]+):[A-Za-z]+"', json.dumps(body)))
    assert prefixes <= set(receipt["@context"])  # type: ignore[arg-type]


def test_the_file_is_the_same_each_time_and_names_the_notice_by_its_digest() -> None:
    made = facts(yes(), rehearsal=True)
    text = render_receipt(made)
    assert text == render_receipt(made)
    assert f"urn:sha256:{made.notice.version}" in text.decode()
    assert "演练" in text.decode()


def test_an_answer_for_one_lot_speaks_of_that_lot_alone() -> None:
    other = ReceiptLot("app", replace(BUYER, id="third", name="另一家", name_en="Another"), ("会员服务",), ())
    receipt: Any = build_receipt(facts(yes(lot="app"), lots=(SHOP, other)))
    assert [p["dct:identifier"] for p in receipt["dpv:hasRecordOfActivity"]["dpv:hasProcess"]] == ["app"]
    assert "Example Receiver" not in json.dumps(receipt)
