"""The trust file: which keys and rules a verifier goes by. It must reach the verifier by another way than the bundle.

Best as an annex of the handover agreement or with a notary: a bundle that brings its own keys proves only that it
agrees with itself.
"""

import re
from dataclasses import dataclass

from bequest.crypto.sm2 import Sm2PublicKey, parse_sm2
from bequest.crypto.verify import PublicKey, parse_public_line
from bequest.evidence.jcs import decode_object, encode
from bequest.evidence.note import COSIGNATURE, ED25519_NOTE, NoteKey, parse_vkey
from bequest.kernel.canonical import Json
from bequest.kernel.errors import VerificationError
from bequest.model.case import ENTRUSTS, MOVES_NOTHING, RELEASES_NOTHING, Event

REHEARSAL_ORIGIN = "bequest.example/"
"""Logs of rehearsals live under this origin, real ones never."""

_CASE = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_WORD = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_KEYS = frozenset(
    {"v", "case", "event", "origin", "rehearsal", "log_vkey", "platform_key", "persons", "required_roles"}
    | {"quorum", "witnesses", "intent_quorum", "tsa_roots", "policy_digest", "guomi_key"}
)
_OPTIONAL = frozenset({"policy_digest", "witnesses", "intent_quorum", "tsa_roots", "guomi_key"})


@dataclass(frozen=True, slots=True)
class TrustedPerson:
    """A natural person of the case. `public_key` is an OpenSSH line, empty for one who signs nothing."""

    id: str
    roles: tuple[str, ...]
    public_key: str

    @property
    def key(self) -> PublicKey | None:
        """The person's key."""
        return parse_public_line(self.public_key) if self.public_key else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What a verifier trusts. `quorum` is how many of the `witnesses` must have cosigned the checkpoint.

    `intent_quorum`: how many must have cosigned a head with the intent, and without the outcome, of whatever cannot be
    undone.
    """

    case: str
    event: str
    origin: str
    rehearsal: bool
    log_vkey: str
    platform_key: str
    persons: tuple[TrustedPerson, ...]
    required_roles: tuple[str, ...]
    quorum: int = 0
    intent_quorum: int = 0
    witnesses: tuple[str, ...] = ()
    """Verifier keys of witnesses (type 4)."""
    tsa_roots: tuple[str, ...] = ()
    """Certificates (base64 of DER) of a time-stamping authority; with any, the last head must be stamped."""
    policy_digest: str = ""
    """Where it is known: the policy that must have been approved."""

    guomi_key: str = ""
    """An SM2 public key (hex of the point); with one, the second signatures of the 国密 profile must be there."""

    def __post_init__(self) -> None:
        if not _CASE.fullmatch(self.case) or self.event not in {e.value for e in Event}:
            raise VerificationError("the trust file names no case or no known event")
        if self.log.name != self.origin or not self.origin.endswith("/" + self.case):
            raise VerificationError("the trust file's log key is not that of the origin of this case")
        if self.rehearsal != self.origin.startswith(REHEARSAL_ORIGIN):
            raise VerificationError("a rehearsal's log origin begins with bequest.example/, and no other does")
        ids = [person.id for person in self.persons]
        if len(set(ids)) != len(ids) or not all(_WORD.fullmatch(word) for word in (*ids, *self.required_roles)):
            raise VerificationError("the trust file's persons and roles are identifiers, each person once")
        held = (self.platform, self.log.key, *(p.key for p in self.persons), *(w.key for w in self.witness_keys))
        keys = [key.raw for key in held if key]
        if len(set(keys)) != len(keys):
            raise VerificationError("the trust file gives one key to two holders")
        if not all(0 <= n <= len(self.witness_keys) for n in (self.quorum, self.intent_quorum)):
            raise VerificationError("the trust file demands more witnesses than it names")
        if self.policy_digest and not _DIGEST.fullmatch(self.policy_digest):
            raise VerificationError("the trust file's policy digest is malformed")
        if self.guomi_key:
            parse_sm2(self.guomi_key)

    @property
    def log(self) -> NoteKey:
        """The log's key."""
        key = parse_vkey(self.log_vkey)
        if key.kind != ED25519_NOTE:
            raise VerificationError("the trust file's log key is not of type 1")
        return key

    @property
    def platform(self) -> PublicKey:
        """The platform's key: it signs statements and the manifest."""
        return parse_public_line(self.platform_key)

    @property
    def guomi(self) -> Sm2PublicKey | None:
        """The key of the second signatures."""
        return parse_sm2(self.guomi_key) if self.guomi_key else None

    @property
    def witness_keys(self) -> tuple[NoteKey, ...]:
        """The witnesses' keys."""
        keys = tuple(parse_vkey(text) for text in self.witnesses)
        if any(key.kind != COSIGNATURE for key in keys) or len({key.name for key in keys}) != len(keys):
            raise VerificationError("the trust file's witnesses are keys of type 4, each name once")
        return keys

    @property
    def moves_nothing(self) -> bool:
        """Whether the event leaves the data where they are: nothing delivered, nothing destroyed."""
        return Event(self.event) in MOVES_NOTHING

    @property
    def entrusts(self) -> bool:
        """Whether the event entrusts data to a processor, who gives them back."""
        return Event(self.event) in ENTRUSTS

    @property
    def releases_nothing(self) -> bool:
        """Whether the company ends and nobody receives: nothing delivered, all kept or destroyed."""
        return Event(self.event) in RELEASES_NOTHING

    def person(self, person_id: str) -> TrustedPerson | None:
        """The person of that id."""
        return next((p for p in self.persons if p.id == person_id), None)

    def signing_keys(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        """Fingerprint → (holder, roles) of every key that may sign statements."""
        keys: dict[str, tuple[str, tuple[str, ...]]] = {self.platform.fingerprint: ("platform", ())}
        for person in self.persons:
            if person.key is not None:
                keys[person.key.fingerprint] = (person.id, person.roles)
        return keys


def render_trust(trust: Trust) -> bytes:
    """The trust file: canonical JSON and a line end."""
    return encode(_to_json(trust)) + b"\n"


def render_copy(trust: Trust) -> bytes:
    """The copy that lies in the bundle, marked as what it is."""
    note = "A copy for reading. NOT a trust anchor: check with a trust file that reached you by another way."
    return (
        encode({"not_an_anchor": True, "note": note, "note_zh": "仅供阅读，不是信任锚。", "trust": _to_json(trust)})
        + b"\n"
    )


def parse_trust(data: bytes) -> Trust:
    """The trust in a trust file.

    Raises:
        VerificationError: where it is malformed, or is the copy out of a bundle.
    """
    value = decode_object(data.removesuffix(b"\n"), "the trust file")
    if "not_an_anchor" in value:
        raise VerificationError("this is the copy out of a bundle: use a trust file that reached you by another way")
    if set(value) - _KEYS or not set(value) >= _KEYS - _OPTIONAL or value["v"] != 1:
        raise VerificationError("the trust file has other fields than version 1 has")
    rehearsal = value["rehearsal"]
    if not isinstance(rehearsal, bool):
        raise VerificationError("the trust file's rehearsal flag is true or false")
    return Trust(
        case=_text(value["case"]),
        event=_text(value["event"]),
        origin=_text(value["origin"]),
        rehearsal=rehearsal,
        log_vkey=_text(value["log_vkey"]),
        platform_key=_text(value["platform_key"]),
        persons=tuple(_person(item) for item in _list(value["persons"])),
        required_roles=tuple(_text(item) for item in _list(value["required_roles"])),
        quorum=_number(value["quorum"]),
        intent_quorum=_number(value.get("intent_quorum", 0)),
        witnesses=tuple(_text(item) for item in _list(value.get("witnesses", []))),
        tsa_roots=tuple(_text(item) for item in _list(value.get("tsa_roots", []))),
        policy_digest=_text(value.get("policy_digest", "")),
        guomi_key=_text(value.get("guomi_key", "")),
    )


def _to_json(trust: Trust) -> dict[str, Json]:
    value: dict[str, Json] = {
        "v": 1,
        "case": trust.case,
        "event": trust.event,
        "origin": trust.origin,
        "rehearsal": trust.rehearsal,
        "log_vkey": trust.log_vkey,
        "platform_key": trust.platform_key,
        "persons": [{"id": p.id, "roles": list(p.roles), "public_key": p.public_key} for p in trust.persons],
        "required_roles": list(trust.required_roles),
        "quorum": trust.quorum,
    }
    if trust.witnesses:
        value["witnesses"] = list(trust.witnesses)
    if trust.intent_quorum:
        value["intent_quorum"] = trust.intent_quorum
    if trust.tsa_roots:
        value["tsa_roots"] = list(trust.tsa_roots)
    if trust.policy_digest:
        value["policy_digest"] = trust.policy_digest
    if trust.guomi_key:
        value["guomi_key"] = trust.guomi_key
    return value


def _person(item: Json) -> TrustedPerson:
    if not isinstance(item, dict) or set(item) != {"id", "roles", "public_key"}:
        raise VerificationError("a person of the trust file has id, roles and public_key")
    return TrustedPerson(
        _text(item["id"]), tuple(_text(role) for role in _list(item["roles"])), _text(item["public_key"])
    )


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise VerificationError("the trust file has something else where text belongs")
    return value


def _number(value: Json) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise VerificationError("the trust file has something else where a number belongs")
    return value


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise VerificationError("the trust file has something else where a list belongs")
    return value
