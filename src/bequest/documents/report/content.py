"""What a case report says: one frozen value, put together by the caller, rendered without further look-ups."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bequest.documents.assessment.content import AssessmentPage
from bequest.law.switches import SwitchState
from bequest.model.case import Case, Role
from bequest.model.datamap import DataMap
from bequest.model.destruction import Certificate, Residual
from bequest.model.disposition import ReasonStatus
from bequest.model.fairness import Fairness
from bequest.model.plan import Approval, Policy, Population


class StepName(StrEnum):
    """The ten steps of the flow, in order."""

    SOURCES = "sources"
    DISCOVER = "discover"
    LINK = "link"
    ASSESS = "assess"
    PLAN = "plan"
    NOTIFY = "notify"
    CUTOVER = "cutover"
    DELIVER = "deliver"
    DESTROY = "destroy"
    CLOSE = "close"


class StepState(StrEnum):
    """How far a step is. `not_due`: this event has no such step (a share deal delivers nothing)."""

    DONE = "done"
    RUNNING = "running"
    TODO = "todo"
    BLOCKED = "blocked"
    REFUSED = "refused"
    NOT_DUE = "not_due"


class ReceiptState(StrEnum):
    """What the receiver has signed."""

    NONE = "none"
    CIPHERTEXT = "ciphertext"
    DECRYPTED = "decrypted"
    REFUSED = "refused"


class StoreState(StrEnum):
    """What became of one of our own stores of values."""

    OPEN = "open"
    SEALED = "sealed"
    PURGED = "purged"


class KeyState(StrEnum):
    """Whether a key still exists with us."""

    LIVE = "live"
    DESTROYED = "destroyed"
    HELD_ELSEWHERE = "held_elsewhere"


class DutyState(StrEnum):
    """Whether a dated duty is still to be done."""

    OPEN = "open"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """One step of the flow. `figure` is the short number shown under it, the captions say of what."""

    step: StepName
    state: StepState
    milliseconds: int | None = None
    """Time the step took on this machine; None where it did not run."""
    figure: str = ""
    caption_zh: str = ""
    caption_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeCount:
    """Persons by the state that holds for them now; every person is in one line only.

    `channel` and `state` are the codes of `documents.codes` (`email`, `public_notice` …; `delivered`, `bounced` …).
    """

    channel: str
    state: str
    persons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCount:
    """Persons by answer (codes of `documents.codes.ANSWERS`); several answers count as the strictest."""

    answer: str
    persons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """What was told to whom, and when the windows end."""

    counts: tuple[NoticeCount, ...] = ()
    answers: tuple[AnswerCount, ...] = ()
    owed_to: int = 0
    """Persons to whom notice is owed; `counts` should add up to this."""
    first_sent_on: date | None = None
    last_window_ends_on: date | None = None
    public_notice_on: date | None = None
    text_digest: str = ""
    """SHA-256 of the letter templates as sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryLine:
    """One delivery to one receiver."""

    delivery_id: str
    lot: str
    receiver: str
    """Party id."""
    files: int
    rows: int
    values: int | None
    """Non-empty values handed over; None where they were not counted."""
    size_bytes: int
    manifest_digest: str
    sealed_at: str
    receipt: ReceiptState = ReceiptState.NONE
    receipt_at: str = ""
    receipt_by: str = ""
    receipt_fingerprint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalLine:
    """Withdrawals and corrections told to a receiver after a delivery; `executed_at` empty: outstanding."""

    message_id: str
    receiver: str
    """Name."""
    told_at: str
    rows: int
    cells: int
    rows_done: int = 0
    cells_done: int = 0
    executed_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyBucket:
    """What is sealed until one month on one ground."""

    due_month: str
    """`2036-12`."""
    what_zh: str
    what_en: str
    article: str
    custodian: str
    rows: int
    values: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingNote:
    """Something discovery or linking found that a person should know; count in the unit the sentence names."""

    zh: str
    en: str
    count: int | None = None
    grave: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPoint:
    """A legal point that is open, the reading followed and who chose it.

    `code` is the point's name in the policy's decisions (`open_points`), such as `PIPL-22a`.
    """

    code: str
    articles: tuple[str, ...]
    zh: str
    en: str
    chosen_zh: str = ""
    chosen_en: str = ""
    chosen_by: str = ""
    """Person id; empty where nobody has chosen and the law pack's default is followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unverified:
    """A rule or value behind the policy that nobody read in the law itself."""

    id: str
    articles: tuple[str, ...]
    status: ReasonStatus
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Something that must still be done, or was, until a date."""

    zh: str
    en: str
    due_on: date | None
    keeper: str
    articles: tuple[str, ...] = ()
    state: DutyState = DutyState.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreLine:
    """One of our own places that holds or held values or tokens."""

    place: str
    content_zh: str
    content_en: str
    key: str
    """Key purpose, such as `custody/2036-12`."""
    state: StoreState
    ends_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLine:
    """One key of the key table; never the key itself."""

    purpose: str
    holder: str
    state: KeyState
    dies_on: date | None = None
    destroyed_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFacts:
    """The evidence log as it stood when the report was made."""

    origin: str
    size: int
    root: str
    published_at: str
    cosigned: tuple[str, ...] = ()
    """Witnesses who cosigned this head, each with the time; none is printed as self-published."""
    named: int = 0
    """Witnesses the case names."""
    quorum: int = 0
    """How many of them must cosign the last head."""
    stamped: str = ""
    """The time-stamping authority that stamped this head, and when."""
    anchored: tuple[tuple[str, str], ...] = ()
    """Where heads were registered with the number there, and when (RFC 3339), as the receipts say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTable:
    """An anonymous table that was made for a prospective buyer: what was asked, and what it holds as measured."""

    id: str
    receiver: str
    table: str
    columns: tuple[str, ...]
    wanted: str
    k: int
    l: int  # noqa: E741 - the letter of the literature
    t: str
    rows: int
    suppressed: int
    description: str = ""
    """SHA-256 of the file that describes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack:
    """That what a lot entrusted was returned or deleted, by whose word: the digest of the proof that was handed in."""

    lot: str
    outcome: str
    at: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A sentence in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReport:
    """Everything one report shows. What is not known yet is None or empty, and the report says so in words."""

    case: Case
    made_at: str
    """RFC 3339."""
    steps: tuple[StepLine, ...]
    data_map: DataMap | None = None
    policy: Policy | None = None
    population: Population | None = None
    fairness: Fairness | None = None
    assessment: AssessmentPage | None = None
    required_roles: tuple[Role, ...] = ()
    approvals: tuple[Approval, ...] = ()
    notices: Notices | None = None
    cutover_at: str = ""
    deliveries: tuple[DeliveryLine, ...] = ()
    withdrawals: tuple[WithdrawalLine, ...] = ()
    shown: tuple[ShownTable, ...] = ()
    given_back: tuple[GivenBack, ...] = ()
    exports: tuple[Note, ...] = ()
    """Receivers abroad: the people counted, the mechanism owed, what is missing; empty where none is abroad."""
    export_settled: bool = True
    custody: tuple[CustodyBucket, ...] = ()
    certificate: Certificate | None = None
    revoked: Note | None = None
    """That the certificate was revoked, where it was."""
    certificate_sha256: str = ""
    """Digest of the DSSE payload, in hex."""
    residuals: tuple[Residual, ...] = ()
    findings: tuple[FindingNote, ...] = ()
    open_points: tuple[OpenPoint, ...] = ()
    switches: tuple[SwitchState, ...] = ()
    """Questions of law that the case reads one way or the other, with both readings."""
    unverified: tuple[Unverified, ...] = ()
    duties: tuple[Duty, ...] = ()
    stores: tuple[StoreLine, ...] = ()
    keys: tuple[KeyLine, ...] = ()
    log: LogFacts | None = None
    bundle: str = ""
    """Name of the bundle, without folders."""
    verify_commands: tuple[str, ...] = ()
    not_proven: tuple[Note, ...] = ()
    """What this case leaves unproven beyond the six limits that every certificate prints."""
    other_language: str = ""
    """File name of the same report in the other language, in the same folder."""
