"""`[evidence]`: who cosigns the head of the log, how many are needed, who stamps it, what signs the PDFs."""

from urllib.parse import urlsplit

from bequest.app.casefile.table import Table
from bequest.crypto.timestamps import is_root, parse_roots
from bequest.evidence.note import COSIGNATURE, NoteKey, parse_vkey
from bequest.kernel.errors import VerificationError
from bequest.kernel.secret import PREFIXES
from bequest.model.witnessing import EvidenceRules, NamedWitness

EVIDENCE = ("witnesses", "quorum", "intent_quorum", "tsa", "tsa_roots", "guomi", "pdf_key", "pdf_passphrase")
MAX_WITNESSES = 20


def read_evidence(table: Table) -> EvidenceRules:
    """The rules; a number of witnesses must be said where any are named.

    Raises:
        CaseFileError: where a key cannot be used or stands twice, or more are needed than are named.
    """
    texts = table.texts("witnesses")
    if len(texts) > MAX_WITNESSES:
        raise table.fault("witnesses", f"{len(texts)} are named", f"Name {MAX_WITNESSES} at most.")
    pairs = [_witness(table, table.references.follow(text, table.place("witnesses"))) for text in texts]
    keys = [key for key, _ in pairs]
    if len({k.name for k in keys}) != len(keys) or len({k.key.raw for k in keys}) != len(keys):
        raise table.fault("witnesses", "a name or a key stands twice", "Name each witness once.")
    if keys and not table.has("quorum"):
        raise table.fault(
            "quorum", "is missing", "Write how many of the witnesses must have cosigned the last head of the log."
        )
    tsa = table.text("tsa", "")
    if tsa and not _is_web(tsa):
        raise table.fault("tsa", "is no web address", "It begins with https:// or http://.")
    if tsa and not table.has("tsa_roots"):
        raise table.fault("tsa_roots", "is missing", _ROOTS)
    return EvidenceRules(
        witnesses=tuple(witness for _, witness in pairs),
        quorum=_needed(table, "quorum", table.whole("quorum", 0, low=0, high=MAX_WITNESSES), len(keys)),
        intent_quorum=_needed(
            table, "intent_quorum", table.whole("intent_quorum", 0, low=0, high=MAX_WITNESSES), len(keys)
        ),
        tsa=tsa,
        tsa_roots=_roots(table) if table.has("tsa_roots") else (),
        guomi=table.flag("guomi", False),
        pdf_key=_reference(table, "pdf_key", table.text("pdf_key", ""), ("file:",)),
        pdf_passphrase=_reference(table, "pdf_passphrase", table.text("pdf_passphrase", ""), PREFIXES),
    )


def _reference(table: Table, key: str, text: str, prefixes: tuple[str, ...]) -> str:
    """A reference that is kept as one, never what it refers to; empty where the key is left out."""
    if text and not text.startswith(prefixes):
        raise table.fault(
            key, "must be a reference", 'Write pdf_key = "file:seal.p12" and pdf_passphrase = "env:NAME".'
        )
    return table.references.absolute(text)


_ROOTS = 'Write the root certificate of the authority, as it publishes it: tsa_roots = "file:tsa-roots.pem".'


def _roots(table: Table) -> tuple[str, ...]:
    try:
        roots = parse_roots(table.referred("tsa_roots"))
    except VerificationError as error:
        raise table.fault("tsa_roots", f"cannot be used: {error.message}", _ROOTS) from None
    if not any(is_root(root) for root in roots):
        raise table.fault("tsa_roots", "holds no certificate that signed itself", _ROOTS)
    return roots


def _is_web(url: str) -> bool:
    return urlsplit(url).scheme in {"https", "http"} and bool(urlsplit(url).hostname)


def _needed(table: Table, key: str, number: int, named: int) -> int:
    if number > named:
        raise table.fault(
            key, f"{number} are needed and {named} are named", "Name more under witnesses, or need fewer."
        )
    return number


def _witness(table: Table, text: str) -> tuple[NoteKey, NamedWitness]:
    """A witness as a line of a C2SP tlog-policy has it: verifier key, then perhaps an address."""
    words = text.split()
    hint = "Write the line in the witness's file witness.vkey, or file:NAME.vkey; an address may stand behind a blank."
    if not 1 <= len(words) <= 2:
        raise table.fault("witnesses", "a witness is a verifier key, with or without an address", hint)
    try:
        key = parse_vkey(words[0])
    except VerificationError as error:
        raise table.fault("witnesses", f"a key cannot be used: {error.message}", hint) from None
    if key.kind != COSIGNATURE:
        raise table.fault("witnesses", f"{key.name} is the key of a log, not of a witness", hint)
    url = words[1] if len(words) == 2 else ""
    if url and not _is_web(url):
        raise table.fault("witnesses", f"the address of {key.name} is no web address", "It begins with https://.")
    return key, NamedWitness(vkey=key.vkey, url=url)
