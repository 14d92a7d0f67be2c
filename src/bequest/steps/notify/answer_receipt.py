"""The receipt of what somebody answered, as JSON-LD in the Data Privacy Vocabulary (DPV 2.3, w3id.org/dpv).

An answer about consent becomes a consent receipt after ISO/IEC TS 27560:2023 in the profile that the DPV group has
published (w3id.org/dpv/guides/consent-27560, `dpv-27560`): fields and their being mandatory are from that guide, as the
standard itself is sold. An objection, a dispute and a request are no consent: they become a record of the exercise of a
right (`dpv:RightExerciseRecord`), which the standard does not know.

Nobody's name, address or number is in it: the person is the reference of the letter, and the texts are those of the
notice, alike for all who got it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bequest.kernel.canonical import Json
from bequest.kernel.clock import rfc3339
from bequest.steps.notify.content import Notice

RECEIPT_PROFILE = "https://w3id.org/dpv/schema/dpv-27560#receipt"
RECORD_PROFILE = "https://w3id.org/dpv/schema/dpv-27560#record"
MEDIA_TYPE = "application/ld+json"
CONTEXT: dict[str, Json] = {
    "dpv": "https://w3id.org/dpv#",
    "loc": "https://w3id.org/dpv/loc#",
    "dct": "http://purl.org/dc/terms/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "schema": "https://schema.org/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "bequest": "urn:bequest:",
    "bequest:proof": {"@type": "@json"},
    "dct:created": {"@type": "xsd:dateTime"},
    "dct:conformsTo": {"@type": "@id"},
    "dct:publisher": {"@type": "@id"},
    "dpv:hasDataController": {"@type": "@id"},
    "dpv:hasJurisdiction": {"@type": "@id"},
    "dpv:hasLegalBasis": {"@type": "@id"},
    "dpv:hasLocation": {"@type": "@id"},
    "dpv:hasRecipient": {"@type": "@id"},
    "dpv:hasStatus": {"@type": "@id"},
    "dpv:isIndicatedBy": {"@type": "@id"},
    "dpv:isIndicatedAtTime": {"@type": "xsd:dateTime"},
    "skos:broader": {"@type": "@id"},
}  # fmt: skip
"""Prefixes and types; nothing has to be fetched to read a receipt. The proof is a value, not data."""


@dataclass(frozen=True, slots=True)
class ReceiptParty:
    """An organisation. `country`: ISO 3166, in lower case."""

    id: str
    name: str
    name_en: str
    contact: str
    address: str
    country: str


@dataclass(frozen=True, slots=True)
class ReceiptLot:
    """What passes to one receiver, and for what."""

    id: str
    receiver: ReceiptParty
    purposes: tuple[str, ...]
    new_purposes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """One answer: its word (`steps.notify.answers.ANSWERS`, or a request of the portal), when, by which channel.

    `lot` is empty where it is for all lots; `state` is `new`, `taken`, `late`, `superseded`, or how a request was
    answered: `granted`, `partly`, `refused`; `answered` where an earlier version did not note how.
    """

    kind: str
    at: datetime
    channel: str
    lot: str = ""
    state: str = "taken"


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """What a receipt is made of. `number` is the receipt code, or the reference where the answer came by file.

    `said`: everything said to this one question, the answer that the receipt is for last.
    """

    case_id: str
    rehearsal: bool
    number: str
    ref: str
    notice: Notice
    told_on: date | None
    controller: ReceiptParty
    lots: tuple[ReceiptLot, ...]
    authority: str
    said: tuple[Said, ...]


_CONSENT = {
    "consent_transfer": True, "refuse_transfer": False, "consent_new_purpose": True, "refuse_new_purpose": False,
    "consent_sensitive": True, "refuse_sensitive": False, "guardian_consent": True, "guardian_refuse": False,
}  # fmt: skip
_RIGHTS = {
    "object": ("反对移交", "objection to the handover"),
    "withdraw_objection": ("撤回反对", "objection withdrawn"),
    "dispute": ("对记录有争议", "a record is disputed"),
    "dispute_settled": ("争议已了结", "the dispute is settled"),
    "correct": ("请求更正、补充", "request to correct or complete"),
    "copy": ("请求查阅、复制", "request for access and a copy"),
    "delete": ("请求删除", "request to delete"),
    "complain": ("投诉", "complaint"),
    "relative": ("逝者近亲属的请求", "request of a relative of somebody who died"),
}
_STATUS = {
    "new": "dpv:RequestInitiated", "taken": "dpv:RequestAccepted", "late": "dpv:RequestRejected",
    "answered": "dpv:RequestFulfilled", "granted": "dpv:RequestFulfilled", "partly": "dpv:RequestFulfilled",
    "refused": "dpv:RequestRejected", "superseded": "dpv:RequestUnfulfilled",
}  # fmt: skip
_LATE = ("来得太迟，没有计入", "it came too late and did not count")
_SUPERSEDED = ("录入时已有较晚的答复，没有计入", "a later answer was there already, so it did not count")
_PARTLY = ("只办了一部分，原因见回复", "done in part; the reply says why")
_EXPLAINED = {"late": _LATE, "superseded": _SUPERSEDED, "partly": _PARTLY}
_UNTIL = ("直到另作答复、撤回，或者信息删除", "until another answer, its withdrawal, or the deletion of the data")
_SEAT = (
    "所列国家或者地区是公司所在地；服务器所在地案件没有记载",
    "the seat of the company; where its servers stand is not recorded in the case",
)


def is_consent(kind: str) -> bool:
    """Whether an answer is about consent, and its receipt one after TS 27560."""
    return kind in _CONSENT


def build_receipt(facts: ReceiptFacts) -> dict[str, Json]:
    """The receipt of the last answer, as a JSON-LD object.

    TS 27560 as the guide of the DPV group has it: header, processing, parties, events. `dct:conformsTo` stands in it
    only where every field that the guide makes mandatory could be filled from the case.
    """
    last = facts.said[-1]
    lots = tuple(x for x in facts.lots if x.id == last.lot) or facts.lots
    own: dict[str, Json] = {"@context": CONTEXT, "@id": f"urn:bequest:answer:{facts.case_id}:{facts.number}"}
    own["dct:identifier"] = own["dpv:hasIdentifier"] = own["@id"]
    own["dct:created"] = rfc3339(last.at)
    if facts.rehearsal:
        own["dct:description"] = _both("演练：不产生效力", "rehearsal: without effect")
    shared: dict[str, Json] = {
        "dpv:hasDataSubject": {"@type": "dpv:DataSubject", "dct:identifier": facts.ref},
        "dpv:hasDataController": f"urn:bequest:party:{facts.controller.id}",
        "dpv:hasNotice": _notice(facts),
        "dpv:hasEntity": [_party(p) for p in _parties(facts.controller, lots)],
    }
    if facts.authority:
        shared["dpv:hasAuthority"] = {"@type": "dpv:Authority", "dpv:hasName": facts.authority}
    if not is_consent(last.kind):
        activity = [_exercise(s) for s in facts.said]
        return own | {"@type": "dpv:RightExerciseRecord"} | shared | {"dct:hasPart": activity}
    process = _process(facts, lots)
    record: dict[str, Json] = {
        "@id": f"{own['@id']}:record", "@type": "dpv:ConsentRecord", "dct:identifier": f"{own['@id']}:record",
        "dpv:hasIdentifier": f"{own['@id']}:record",
    }  # fmt: skip
    record |= shared | {"dpv:hasProcess": process, "dpv:hasConsentStatus": _events(facts.said)}
    if is_whole(facts, lots):
        own["dct:conformsTo"], record["dct:conformsTo"] = RECEIPT_PROFILE, RECORD_PROFILE
    publisher = f"urn:bequest:party:{facts.controller.id}"
    return own | {"@type": "dpv:ConsentReceipt", "dct:publisher": publisher, "dpv:hasRecordOfActivity": record}


def render_receipt(facts: ReceiptFacts) -> bytes:
    """The receipt as a file: UTF-8, indented, for people and machines; the same bytes each time."""
    return (json.dumps(build_receipt(facts), ensure_ascii=False, indent=2) + "\n").encode()


def is_whole(facts: ReceiptFacts, lots: Sequence[ReceiptLot]) -> bool:
    """Whether the case says what the profile makes mandatory: purposes, kinds, retention, addresses, contacts."""
    said = _item(facts.notice, "pi_categories", "what_is_passed_on") and _item(facts.notice, *_RETENTION)
    parties = _parties(facts.controller, lots)
    return bool(
        said and lots and all(_purposes(facts.said[-1].kind, x) for x in lots)
        and all(p.address and p.contact for p in parties)
    )  # fmt: skip


_RETENTION = ("retention_period", "retention_at_expiry")


def _parties(controller: ReceiptParty, lots: Sequence[ReceiptLot]) -> tuple[ReceiptParty, ...]:
    return tuple({p.id: p for p in (controller, *(x.receiver for x in lots))}.values())


def _party(p: ReceiptParty) -> Json:
    out: dict[str, Json] = {
        "@id": f"urn:bequest:party:{p.id}",
        "@type": "dpv:LegalEntity",
        "dpv:hasIdentifier": f"urn:bequest:party:{p.id}",
        "dpv:hasName": _both(p.name, p.name_en),
        "dpv:hasJurisdiction": _place(p.country),
    }
    if p.contact:
        out["dpv:hasContact"] = p.contact
    if p.address:
        out["dpv:hasAddress"] = p.address
    return out


def _notice(facts: ReceiptFacts) -> Json:
    out: dict[str, Json] = {
        "@id": f"urn:sha256:{facts.notice.version}",
        "@type": "dpv:ConsentNotice" if facts.notice.asks_consent else "dpv:PrivacyNotice",
        "dct:title": _both(facts.notice.title_zh, facts.notice.title_en),
        "dct:language": ["zh", "en"],
    }
    if facts.told_on:
        out["dct:date"] = facts.told_on.isoformat()
    return out


def _process(facts: ReceiptFacts, lots: Sequence[ReceiptLot]) -> list[Json]:
    """One process for each lot: what is passed on to whom, for what, how long kept, and how to withdraw."""
    data, kept = _item(facts.notice, "pi_categories", "what_is_passed_on"), _item(facts.notice, *_RETENTION)
    reach = [x for x in (facts.notice.portal, facts.controller.contact) if x]
    explicit = facts.said[-1].channel == "portal"
    out: list[Json] = []
    for lot in lots:
        storage: list[Json] = [
            {"@type": "dpv:StorageLocation", "dpv:hasLocation": _place(lot.receiver.country),
             "dct:description": _both(*_SEAT)}
        ]  # fmt: skip
        if kept:
            storage.append({"@type": "dpv:StorageDuration", "dpv:hasDuration": _until(kept)})
        out.append(
            {
                "@type": "dpv:Process",
                "dct:identifier": lot.id,
                "dpv:hasPurpose": [
                    {"@type": "dpv:Purpose", "skos:broader": "dpv:Purpose", "dct:description": text}
                    for text in _purposes(facts.said[-1].kind, lot)
                ],
                "dpv:hasPersonalData": {
                    "@type": "dpv:PersonalData", "skos:broader": "dpv:PersonalData",
                    **({"dct:description": _both(*data)} if data else {}),
                },
                "dpv:hasProcessing": {"@type": "dpv:Transfer"},
                "dpv:hasStorageCondition": storage,
                "dpv:hasDataController": f"urn:bequest:party:{facts.controller.id}",
                "dpv:hasRecipient": f"urn:bequest:party:{lot.receiver.id}",
                "dpv:hasLegalBasis": "dpv:ExplicitlyExpressedConsent" if explicit else "dpv:ExpressedConsent",
                "dpv:hasJurisdiction": _place(facts.controller.country),
                "dpv:hasConsentControl": {"@type": "dpv:WithdrawConsent", "dpv:isExercisedAt": list(reach)},
                "dpv:hasRight": {"@type": "dpv:DataSubjectRight", "dpv:isExercisedAt": list(reach),
                                 "dct:title": _both(*_item_or(facts.notice, "rights_ways_and_procedure", _RIGHT))},
            }
        )  # fmt: skip
    return out


_RIGHT = ("撤回同意；查阅、复制、更正、删除", "withdraw consent; access, copy, correct, delete")


def _purposes(kind: str, lot: ReceiptLot) -> tuple[str, ...]:
    return lot.new_purposes if kind.endswith("new_purpose") else lot.purposes


def _events(said: Sequence[Said]) -> list[Json]:
    """Consent given, refused, or withdrawn: a refusal behind a consent that counted withdraws it."""
    out: list[Json] = []
    given = False
    for s in said:
        yes = _CONSENT[s.kind]
        state = "dpv:ConsentGiven" if yes else "dpv:ConsentWithdrawn" if given else "dpv:ConsentRefused"
        guardian = s.kind.startswith("guardian")
        event: dict[str, Json] = {
            "@type": [state, "dpv:ExplicitlyExpressedConsent" if s.channel == "portal" else "dpv:ExpressedConsent"],
            "dpv:isIndicatedAtTime": rfc3339(s.at),
            "dpv:isIndicatedBy": "dpv:GuardianOfDataSubject" if guardian else "dpv:DataSubject",
            "dpv:hasIndicationMethod": s.channel,
            "dpv:hasDuration": _until(_UNTIL),
        }
        if s.state in {"late", "superseded"}:
            event["dct:description"] = _both(*_EXPLAINED[s.state])
        else:
            given = yes
        out.append(event)
    return out


def _exercise(s: Said) -> Json:
    out: dict[str, Json] = {
        "@type": "dpv:RightExerciseActivity",
        "dct:title": _both(*_RIGHTS[s.kind]),
        "dpv:isIndicatedAtTime": rfc3339(s.at),
        "dpv:isIndicatedBy": "dpv:DataSubject",
        "dpv:hasIndicationMethod": s.channel,
        "dpv:hasStatus": _STATUS[s.state],
    }
    if s.lot:
        out["dct:identifier"] = s.lot
    if s.state in _EXPLAINED:
        out["dct:description"] = _both(*_EXPLAINED[s.state])
    return out


def _until(text: tuple[str, str]) -> Json:
    return {"@type": "dpv:UntilEventDuration", "rdf:value": _both(*text)}


def _item(notice: Notice, *ids: str) -> tuple[str, str] | None:
    """The text of the first of these items that the notice has."""
    return next(((i.zh, i.en) for wanted in ids for i in notice.items if i.id == wanted), None)


def _item_or(notice: Notice, item: str, other: tuple[str, str]) -> tuple[str, str]:
    return _item(notice, item) or other


def _place(country: str) -> str:
    return f"loc:{country.upper()}"


def _both(zh: str, en: str) -> list[Json]:
    return [{"@value": zh, "@language": "zh"}, {"@value": en, "@language": "en"}]
