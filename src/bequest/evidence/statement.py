"""Statements: what somebody attests, as an in-toto Statement v1 in a DSSE envelope with one or more signatures.

Envelope and payload are canonical JSON; signatures stand in the order of their key ids, one per key, and name the key
by its OpenSSH fingerprint. Ed25519 signatures are 64 raw bytes, ES256 ones are DER, as other DSSE tools write them; the
blob of an SSH signature over the same bytes is taken, too, where somebody signed with `ssh-keygen -Y sign`.
"""

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bequest.crypto.verify import (
    PublicKey,
    SigningKey,
    armour,
    decode_base64,
    pae,
    sshsig_blob,
    verify_dsse,
    verify_sshsig,
)
from bequest.evidence.jcs import decode_object, encode
from bequest.kernel.canonical import Json
from bequest.kernel.errors import VerificationError

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"

_TYPE = re.compile(r"urn:bequest:evidence:([A-Z][A-Za-z]{1,40}):v1")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MAX_SIGNATURES = 32

PREDICATES: dict[str, tuple[str, str]] = {
    "SourceInventory": ("数据源盘点", "what a source held, counted"),
    "DataMap": ("数据地图", "the confirmed data map"),
    "Assessment": ("个人信息保护影响评估", "the impact assessment"),
    "NoticeBatch": ("告知批次", "a batch of notices and how it went"),
    "PublicNotice": ("公告", "a public notice"),
    "Answers": ("回应汇总", "the answers received"),
    "Cutover": ("切换", "the cutover: mark, counts, who confirmed"),
    "DispositionRoot": ("处置树根", "the root over the disposition of every person"),
    "DataDelivery": ("交付", "what was delivered, by the hashes of the ciphertext"),
    "DeliveryReceipt": ("签收", "the receiver's receipt"),
    "KeyRelease": ("放行交付密钥", "the escrow released the key of a delivery to the receiver"),
    "DeliveryChange": ("交付后的撤回与更正", "who withdrew, objected or was corrected after a delivery, counted"),
    "DeliveryChangeReceipt": ("撤回与更正的执行回执", "what the receiver deleted and corrected"),
    "Custody": ("留存", "what was sealed into custody"),
    "ScrubDecision": ("清理决定", "a store is scrubbed in a window, or left until a day"),
    "RescanReport": ("复扫报告", "what the independent verifier found"),
    "DataDestruction": ("数据销毁证明", "the destruction certificate"),
    "TaskAttestation": ("任务办结确认", "somebody attests what a holder did with the data it holds"),
    "ErasureReplay": ("删除清单重放", "the erasure ledger was replayed on a restored store or an import"),
    "KeyErasure": ("密钥销毁", "a key was destroyed"),
    "CustodyDestruction": ("留存到期销毁", "what was kept was destroyed when its time was over"),
    "CertificateRevocation": ("撤销证明", "a destruction certificate no longer holds"),
    "StorePurge": ("自留库清除", "our own stores were purged"),
    "DiligenceTable": ("尽职调查匿名表", "an anonymous table for due diligence: what it holds and what it lost"),
    "CaseClosure": ("结案", "sums and what remains"),
}
"""Predicate types in use, each `urn:bequest:evidence:<name>:v1`."""


@dataclass(frozen=True, slots=True)
class Demand:
    """Who must have signed a statement: so many different keys, and a person with each of these roles."""

    signers: int = 1
    roles: tuple[str, ...] = ()


DEMANDS: dict[str, Demand] = {
    "DataDestruction": Demand(2, ("verifier",)),
    "RescanReport": Demand(1, ("verifier",)),
    "DeliveryReceipt": Demand(1, ("receiver",)),
    "DeliveryChangeReceipt": Demand(1, ("receiver",)),
    "KeyRelease": Demand(1, ("escrow",)),
    "ScrubDecision": Demand(1, ("it",)),
    "CustodyDestruction": Demand(2),
    "CertificateRevocation": Demand(2, ("officer",)),
}
"""Demands beyond one known signer: nobody certifies his own destruction, and a receipt is the receiver's."""


@dataclass(frozen=True, slots=True)
class Subject:
    """An unchangeable thing the statement is about. A name that does not begin with `urn:` is a path in the bundle."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Statement:
    """Subjects and what is said of them. `name` is the middle of the predicate type, such as `DataDestruction`."""

    name: str
    subjects: tuple[Subject, ...]
    predicate: Mapping[str, Json]

    @property
    def predicate_type(self) -> str:
        """`urn:bequest:evidence:<name>:v1`."""
        return f"urn:bequest:evidence:{self.name}:v1"

    def payload(self) -> bytes:
        """The in-toto Statement as canonical JSON."""
        return encode(
            {
                "_type": STATEMENT_TYPE,
                "predicate": dict(self.predicate),
                "predicateType": self.predicate_type,
                "subject": [{"digest": {"sha256": s.sha256}, "name": s.name} for s in self.subjects],
            }
        )


class Envelope(NamedTuple):
    """A parsed envelope, its signatures not yet checked."""

    statement: Statement
    payload: bytes
    signatures: tuple[tuple[str, bytes], ...]


class VerifiedStatement(NamedTuple):
    """A statement and the known keys that signed it."""

    statement: Statement
    signers: tuple[PublicKey, ...]


def sign_statement(statement: Statement, signers: Sequence[SigningKey]) -> bytes:
    """The envelope of a statement, signed by each of the keys.

    Raises:
        VerificationError: for a malformed statement, no signer, or a key that signs twice.
    """
    payload = statement.payload()
    _parse_payload(payload)
    message = pae(PAYLOAD_TYPE, payload)
    return _render(payload, [(s.public.fingerprint, s.sign(message)) for s in signers])


def bytes_to_sign(statement: Statement) -> bytes:
    """What a signature on the statement's envelope is over: to be signed elsewhere, with `ssh-keygen -Y sign`."""
    return pae(PAYLOAD_TYPE, statement.payload())


def envelope_signed_elsewhere(statement: Statement, key: PublicKey, armoured: str) -> bytes:
    """The envelope of a statement from an armoured SSH signature over `bytes_to_sign`.

    Raises:
        VerificationError: where the signature is not by the key over these bytes.
    """
    payload, blob = statement.payload(), sshsig_blob(armoured)
    _parse_payload(payload)
    verify_sshsig(pae(PAYLOAD_TYPE, payload), armour(blob), key)
    return _render(payload, [(key.fingerprint, blob)])


def add_signature(envelope: bytes, signer: SigningKey) -> bytes:
    """The same envelope with one more signature; unchanged where the key has signed already.

    Raises:
        VerificationError: for a malformed envelope.
    """
    found = read_statement(envelope)
    if any(key_id == signer.public.fingerprint for key_id, _ in found.signatures):
        return envelope
    signature = signer.sign(pae(PAYLOAD_TYPE, found.payload))
    return _render(found.payload, [*found.signatures, (signer.public.fingerprint, signature)])


def read_statement(envelope: bytes) -> Envelope:
    """The statement in an envelope, its form checked and its signatures not.

    Raises:
        VerificationError: where envelope or payload are not in their canonical form.
    """
    value = decode_object(envelope, "the envelope")
    kind, text, listed = value.get("payloadType"), value.get("payload"), value.get("signatures")
    if set(value) != {"payload", "payloadType", "signatures"} or kind != PAYLOAD_TYPE or not isinstance(text, str):
        raise VerificationError("the envelope is not DSSE over an in-toto statement")
    if not isinstance(listed, list) or not 0 < len(listed) <= _MAX_SIGNATURES:
        raise VerificationError("the envelope has no list of signatures")
    signatures = []
    for item in listed:
        if not isinstance(item, dict) or set(item) != {"keyid", "sig"}:
            raise VerificationError("a signature of the envelope has other fields than keyid and sig")
        signatures.append((str(item["keyid"]), decode_base64(str(item["sig"]), "a signature of the envelope")))
    ids = [key_id for key_id, _ in signatures]
    if ids != sorted(set(ids)):
        raise VerificationError("the signatures of the envelope are not in the order of their keys, one per key")
    payload = decode_base64(text, "the payload of the envelope")
    return Envelope(_parse_payload(payload), payload, tuple(signatures))


def verify_statement(envelope: bytes, keys: Iterable[PublicKey], threshold: int = 1) -> VerifiedStatement:
    """The statement, once every signature on it is by a known key and holds, and there are enough.

    Raises:
        VerificationError: saying which of these fails.
    """
    found = read_statement(envelope)
    known = {key.fingerprint: key for key in keys}
    signers = []
    for key_id, signature in found.signatures:
        key = known.get(key_id)
        if key is None:
            raise VerificationError("the statement is signed by a key that the trust file does not name")
        if not verify_dsse(key, PAYLOAD_TYPE, found.payload, signature):
            raise VerificationError(f"the signature by {key_id} does not fit the statement")
        signers.append(key)
    if len(signers) < threshold:
        raise VerificationError(f"the statement has {len(signers)} signatures, expected at least {threshold}")
    return VerifiedStatement(found.statement, tuple(signers))


def _render(payload: bytes, signatures: Sequence[tuple[str, bytes]]) -> bytes:
    ids = [key_id for key_id, _ in signatures]
    if not ids or len(set(ids)) != len(ids):
        raise VerificationError("a statement is signed by at least one key, each once")
    return encode(
        {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [
                {"keyid": key_id, "sig": base64.b64encode(signature).decode()}
                for key_id, signature in sorted(signatures)
            ],
        }
    )


def _parse_payload(payload: bytes) -> Statement:
    value = decode_object(payload, "the statement")
    match = _TYPE.fullmatch(str(value.get("predicateType")))
    predicate, subjects = value.get("predicate"), value.get("subject")
    if set(value) != {"_type", "predicate", "predicateType", "subject"} or value["_type"] != STATEMENT_TYPE:
        raise VerificationError("this is not an in-toto Statement v1")
    if not match or match[1] not in PREDICATES:
        raise VerificationError("the statement is of an unknown predicate type")
    if not isinstance(predicate, dict) or not isinstance(subjects, list) or not subjects:
        raise VerificationError("a statement has a predicate and at least one subject")
    return Statement(match[1], tuple(_subject(item) for item in subjects), predicate)


def _subject(item: Json) -> Subject:
    digests = item.get("digest") if isinstance(item, dict) else None
    if not isinstance(item, dict) or set(item) != {"digest", "name"} or not isinstance(digests, dict):
        raise VerificationError("a subject has a name and a digest")
    name, digest = item["name"], digests.get("sha256")
    if not isinstance(name, str) or not name or set(digests) != {"sha256"} or not _SHA256.fullmatch(str(digest)):
        raise VerificationError("a subject has a name and a SHA-256")
    return Subject(name, str(digest))
