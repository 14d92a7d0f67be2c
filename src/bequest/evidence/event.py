"""Log entries: what an event says, and the one form it takes as a leaf.

A leaf is canonical JSON of at most 1 KiB without any personal data: ids, digests, enumerated words, commitments,
counts. A bare digest of a phone number or a name is personal data, since all numbers can be tried; such values stand in
the event's body, off the log, and the leaf holds a commitment whose salt can be erased. A count of persons or values
between 1 and 9 is written `<10`.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bequest.evidence.event_types import EventType
from bequest.evidence.jcs import decode_object, encode
from bequest.evidence.lint import personal_kinds
from bequest.kernel.canonical import Json
from bequest.kernel.clock import parse_rfc3339, rfc3339
from bequest.kernel.errors import EvidenceError, VerificationError

MAX_LEAF_BYTES = 1024
MAX_CLOSING_BYTES = 4096
"""The `log.closed` leaf may be longer: it counts the entries of every type."""

SMALL_COUNT = 10
SMALL = f"<{SMALL_COUNT}"
_MAX_COUNT = 10**10 - 1  # ten digits: a mobile number has eleven

_ID = re.compile(r"[a-z0-9][a-z0-9._:/-]{0,79}")
_CASE = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_ACTOR = re.compile(r"k:[0-9a-f]{8,64}")
_WORD = re.compile(r"[a-z][a-z0-9_.-]{0,39}")
_MEDIA = re.compile(r"[a-z]+/[a-z0-9.+-]{1,60}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_COMMIT = re.compile(r"[A-Za-z0-9_-]{43}")
_KEYS = frozenset({"v", "id", "seq", "typ", "case", "at", "actor", "prev_intent", "body", "counts", "refs"})
_NEEDED = frozenset({"v", "id", "seq", "typ", "case", "at", "actor"})


@dataclass(frozen=True, slots=True)
class Ref:
    """A file or record the event is about, by the SHA-256 of its bytes. Never of a personal value."""

    role: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Body:
    """The commitment to a body that is kept off the log."""

    commit: str
    media: str = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What the outbox holds until the log has it. `id` is the same when a crashed run is repeated."""

    id: str
    type: EventType
    case: str
    at: datetime
    actor: str
    """The key that acted: `PublicKey.key_id`."""
    intent: str | None = None
    """For an outcome: the id of its intent."""
    body: Body | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    refs: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """An entry as the log holds it. `prev_intent` is the `seq` of the intent that an outcome belongs to."""

    id: str
    seq: int
    type: EventType
    case: str
    at: datetime
    actor: str
    prev_intent: int | None
    body: Body | None
    counts: Mapping[str, int | str]
    refs: tuple[Ref, ...]


def bucket(count: int) -> int | str:
    """A count as it may stand in the log: 1 to 9 as `<10`, anything else as it is. Nobody is nobody: 0 stays 0."""
    return SMALL if 0 < count < SMALL_COUNT else count


def render_leaf(event: Event, seq: int, prev_intent: int | None, at: datetime) -> bytes:
    """The leaf of an event at its place in the log; refused where it could carry personal data.

    Raises:
        EvidenceError: for a malformed field, something that looks like a personal identifier, or too many bytes.
    """
    exact = event.type is EventType.LOG_CLOSED
    value: dict[str, Json] = {
        "v": 1,
        "id": event.id,
        "seq": seq,
        "typ": event.type.value,
        "case": event.case,
        "at": rfc3339(at),
        "actor": event.actor,
    }
    if prev_intent is not None:
        value["prev_intent"] = prev_intent
    if event.body is not None:
        value["body"] = {"commit": event.body.commit, "media": event.body.media}
    if event.counts:
        value["counts"] = {name: n if exact else bucket(n) for name, n in event.counts.items()}
    if event.refs:
        value["refs"] = [{"role": r.role, "sha256": r.sha256} for r in event.refs]
    try:
        data = encode(value)
        parse_leaf(data)
    except (TypeError, VerificationError) as error:
        raise EvidenceError(
            f"the event {event.type.value} cannot be logged: {error}",
            hint="Entries hold ids, digests, enumerated words and counts; put everything else into the body.",
        ) from error
    return data


def parse_leaf(data: bytes) -> Leaf:
    """The entry in a leaf, refused unless it is canonical and holds nothing but what a leaf may hold.

    Raises:
        VerificationError: saying what is wrong, without quoting a value.
    """
    if len(data) > MAX_CLOSING_BYTES:
        raise VerificationError("the entry is longer than 1 KiB")
    value = decode_object(data, "the entry")
    if not _NEEDED <= set(value) <= _KEYS or value["v"] != 1 or value["v"] is True:
        raise VerificationError("the entry has other fields than version 1 has")
    try:
        typ = EventType(str(value["typ"]))
    except ValueError as error:
        raise VerificationError("the entry is of an unknown type") from error
    if typ is not EventType.LOG_CLOSED and len(data) > MAX_LEAF_BYTES:
        raise VerificationError("the entry is longer than 1 KiB")
    leaf = Leaf(
        id=_text(value, "id", _ID),
        seq=_index(value["seq"], "seq"),
        type=typ,
        case=_text(value, "case", _CASE),
        at=_instant(value["at"]),
        actor=_text(value, "actor", _ACTOR),
        prev_intent=_index(value["prev_intent"], "prev_intent") if "prev_intent" in value else None,
        body=_body(value["body"]) if "body" in value else None,
        counts=_counts(value.get("counts"), exact=typ is EventType.LOG_CLOSED) if "counts" in value else {},
        refs=_refs(value["refs"]) if "refs" in value else (),
    )
    if typ.is_outcome != (leaf.prev_intent is not None):
        raise VerificationError("an outcome names its intent, and nothing else does")
    _lint(leaf)
    return leaf


def render_event(event: Event) -> bytes:
    """The event as canonical JSON, for the outbox."""
    value: dict[str, Json] = {
        "id": event.id,
        "typ": event.type.value,
        "case": event.case,
        "at": rfc3339(event.at),
        "actor": event.actor,
        "intent": event.intent,
        "body": None if event.body is None else {"commit": event.body.commit, "media": event.body.media},
        "counts": dict(event.counts),
        "refs": [{"role": r.role, "sha256": r.sha256} for r in event.refs],
    }
    return encode(value)


def parse_event(data: bytes) -> Event:
    """The event that `render_event` wrote.

    Raises:
        VerificationError: where it is malformed.
    """
    value = decode_object(data, "the event in the outbox")
    try:
        counts = value["counts"]
        if not isinstance(counts, dict):
            raise VerificationError("the counts of an event are an object")
        return Event(
            id=_text(value, "id", _ID),
            type=EventType(str(value["typ"])),
            case=_text(value, "case", _CASE),
            at=_instant(value["at"]),
            actor=_text(value, "actor", _ACTOR),
            intent=None if value["intent"] is None else _text(value, "intent", _ID),
            body=None if value["body"] is None else _body(value["body"]),
            counts={name: _index(count, "count") for name, count in counts.items()},
            refs=_refs(value["refs"]) if value["refs"] else (),
        )
    except (KeyError, ValueError) as error:
        raise VerificationError("the event in the outbox is malformed") from error


def _text(value: Mapping[str, Json], name: str, form: re.Pattern[str]) -> str:
    text = value[name]
    if not isinstance(text, str) or not form.fullmatch(text):
        raise VerificationError(f"{name!r} of the entry is malformed")
    return text


def _index(value: Json, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise VerificationError(f"{name!r} of the entry is not a number from 0 up")
    return value


def _instant(value: Json) -> datetime:
    try:
        at = parse_rfc3339(str(value))
    except ValueError as error:
        raise VerificationError("'at' of the entry is not an instant") from error
    if rfc3339(at) != value:
        raise VerificationError("'at' of the entry is not in UTC to the second")
    return at


def _body(value: Json) -> Body:
    if not isinstance(value, dict) or set(value) != {"commit", "media"}:
        raise VerificationError("a body has a commitment and a media type")
    body = Body(_text(value, "commit", _COMMIT), _text(value, "media", _MEDIA))
    if base64.urlsafe_b64encode(base64.urlsafe_b64decode(body.commit + "=")).decode() != body.commit + "=":
        raise VerificationError("the commitment is base64, but not in its canonical form")
    return body


def _counts(value: Json, *, exact: bool) -> dict[str, int | str]:
    if not isinstance(value, dict) or not value:
        raise VerificationError("counts are an object of names and numbers")
    counts: dict[str, int | str] = {}
    for name, count in value.items():
        if not _WORD.fullmatch(name):
            raise VerificationError("the name of a count is malformed")
        if count == SMALL and not exact:
            counts[name] = SMALL
            continue
        number = _index(count, "count")
        if number > _MAX_COUNT:
            raise VerificationError("a count has at most ten digits: use a larger unit")
        if not exact and number != bucket(number):
            raise VerificationError(f"a count below {SMALL_COUNT} is written {SMALL}")
        counts[name] = number
    return counts


def _refs(value: Json) -> tuple[Ref, ...]:
    if not isinstance(value, list) or not value:
        raise VerificationError("refs are a list of roles and digests")
    refs = []
    for item in value:
        if not isinstance(item, dict) or set(item) != {"role", "sha256"}:
            raise VerificationError("a ref has a role and a SHA-256")
        refs.append(Ref(_text(item, "role", _WORD), _text(item, "sha256", _SHA256)))
    return tuple(refs)


def _lint(leaf: Leaf) -> None:
    """Digests and commitments have fixed forms and are left out: by chance they may hold long runs of digits."""
    texts = [leaf.id, leaf.case, *leaf.counts, *(r.role for r in leaf.refs), leaf.body.media if leaf.body else ""]
    for text in texts:
        if kinds := personal_kinds(text):
            raise VerificationError(f"the entry seems to hold a {kinds[0]}")
