"""What repositories return where the model has no noun of its own: frozen, compared by value.

Counts are plain numbers by word. Texts name places, roles and digests, never a customer. `state_at` is when the state
was last set. Instants are aware and in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bequest.kernel.canonical import Json
from bequest.model.case import Case, Role
from bequest.model.destruction import Certificate, Residual
from bequest.model.plan import Policy, Population


class CaseStatus(StrEnum):
    """Where a case stands as a whole; how far the steps are is in their runs."""

    OPEN = "open"
    CUT_OVER = "cut_over"
    """Writes at the sources have stopped and the mark is set."""
    CLOSED = "closed"
    ABANDONED = "abandoned"


class StepState(StrEnum):
    """State of one run of a step."""

    STARTED = "started"
    DONE = "done"
    FAILED = "failed"


class PolicyState(StrEnum):
    """At most one policy of a case is approved: the one in force."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    SUPERSEDED = "superseded"


class KeyState(StrEnum):
    """Whether the key can still open anything."""

    ACTIVE = "active"
    DESTROYED = "destroyed"


class PlaceState(StrEnum):
    """State of a place that holds values."""

    IN_USE = "in_use"
    SEALED = "sealed"
    PURGED = "purged"


class NoticeState(StrEnum):
    """State of a batch. A batch whose send state is unknown after a crash is possibly sent, and is not sent again."""

    PREPARED = "prepared"
    SENDING = "sending"
    SENT = "sent"
    POSSIBLY_SENT = "possibly_sent"
    PUBLISHED = "published"


class DeliveryState(StrEnum):
    """State of a package."""

    PREPARED = "prepared"
    SEALED = "sealed"
    SENT = "sent"
    RECEIVED = "received"
    ABORTED = "aborted"


class DestructionState(StrEnum):
    """State of a destruction run; `verified` and `refused` are the verifier's words."""

    INTENDED = "intended"
    RUNNING = "running"
    DONE = "done"
    VERIFIED = "verified"
    REFUSED = "refused"


class BucketState(StrEnum):
    """State of a custody bucket."""

    OPEN = "open"
    SEALED = "sealed"
    DESTROYED = "destroyed"


class ResidualState(StrEnum):
    """Whether something still remains."""

    OPEN = "open"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord:
    """A case as it stands, with what the control database knows beside the model."""

    case: Case
    organisation: str
    revision: int
    status: CaseStatus
    rehearsal: bool
    clock_at: datetime | None
    """The movable clock of a rehearsal, once it was set."""
    latest_at: datetime
    """The latest instant ever observed in this case."""
    law_pack: str
    law_pack_digest: str
    """Empty until the case pins a pack."""
    schema_version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord:
    """A natural person of an organisation."""

    organisation: str
    id: str
    name: str
    external: bool
    public_key: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A person holds a role in a case; `until_at` is empty while it lasts."""

    person: str
    role: Role
    paper: str
    from_at: datetime
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRun:
    """One run of one step."""

    case_id: str
    step: str
    run_number: int
    state: StepState
    input_digest: str
    started_at: datetime
    output_digest: str = ""
    finished_at: datetime | None = None
    seconds: float = 0.0
    counts: Mapping[str, Json] = field(default_factory=dict)
    error_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseRecord:
    """Who holds a step, and until when without a further heartbeat."""

    step: str
    holder: str
    fencing: int
    acquired_at: datetime
    heartbeat_at: datetime
    expires_at: datetime
    released: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRecord:
    """An evidence event, in the order it was written; `published_index` is its leaf once it is in the log."""

    event_id: str
    seq: int
    typ: str
    payload: dict[str, Json]
    occurred_at: datetime
    published_index: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyHead:
    """Where a policy stands, without its table."""

    digest: str
    state: PolicyState
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRecord(PolicyHead):
    """A policy and where it stands."""

    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationRecord:
    """A population, and the policy it was decided under."""

    population: Population
    digest: str
    policy_digest: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRecord:
    """A line of the key table: purpose, holder, backup, what is lost with it, when it dies. Never the key."""

    key_id: str
    purpose: str
    holder: str
    backup: str
    lost_with_it: str
    dies_when: str
    created_at: datetime
    state_at: datetime
    dies_on: date | None = None
    fingerprint: str = ""
    state: KeyState = KeyState.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreRecord:
    """A place that holds values: what, on what ground, under which key, until when."""

    name: str
    path: str
    """Relative to the home."""
    content: str
    ground: str
    key_purpose: str
    created_at: datetime
    state_at: datetime
    ends_on: date | None = None
    state: PlaceState = PlaceState.IN_USE


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeBatch:
    """Letters of one channel that go out together."""

    batch_id: str
    lot: str
    channel: str
    notice_version: str
    content_digest: str
    n_messages: int
    created_at: datetime
    state_at: datetime
    path: str = ""
    counts: Mapping[str, Json] = field(default_factory=dict)
    state: NoticeState = NoticeState.PREPARED


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerBatch:
    """Answers that came in together."""

    batch_id: str
    channel: str
    file_digest: str
    n_answers: int
    created_at: datetime
    counts: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRecord:
    """One package for one receiver."""

    delivery_id: str
    lot: str
    receiver: str
    policy_digest: str
    population_digest: str
    created_at: datetime
    state_at: datetime
    wave: int = 1
    key_release: str = "direct"
    path: str = ""
    manifest_digest: str = ""
    state: DeliveryState = DeliveryState.PREPARED


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPart:
    """One file of a package: digests of what is inside and of what is sent."""

    name: str
    source: str
    table: str
    n_rows: int
    n_values: int
    n_bytes: int
    plaintext_digest: str
    ciphertext_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRecord:
    """A party's signed receipt for a package, at one stage of the hand-over."""

    delivery_id: str
    party: str
    stage: str
    signer: str
    text: str
    signature: str
    fingerprint: str
    signed_at: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DestructionRecord:
    """One destruction run."""

    destruction_id: str
    policy_digest: str
    created_at: datetime
    state_at: datetime
    intent_event_id: str = ""
    ledger_digest: str = ""
    counts: Mapping[str, Json] = field(default_factory=dict)
    state: DestructionState = DestructionState.INTENDED


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRecord:
    """A certificate as it was issued for a run."""

    certificate: Certificate
    destruction_id: str
    digest: str
    issued_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyBucket:
    """Sealed rows that fall due in the same month (`due_month` as 2036-12)."""

    bucket_id: str
    due_month: str
    keeper: str
    key_purpose: str
    n_rows: int
    n_values: int
    digest: str
    created_at: datetime
    state_at: datetime
    path: str = ""
    state: BucketState = BucketState.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidualRecord:
    """Something that remains until a date."""

    residual_id: str
    residual: Residual
    due_on: str
    created_at: datetime
    state_at: datetime
    destruction_id: str = ""
    state: ResidualState = ResidualState.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRecord:
    """Somebody looked at, or exported, what identifies people. Only added to, never changed."""

    at: datetime
    person: str
    action: str
    purpose: str
    target: str
    n_rows: int = 0
