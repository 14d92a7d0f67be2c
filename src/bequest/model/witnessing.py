"""Who outside vouches for a case's log: witnesses who cosign its head, and how many of them are needed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedWitness:
    """A witness of the case: its verifier key (`name+keyid+base64`), and the address at which it answers, if any."""

    vkey: str
    url: str = ""

    @property
    def name(self) -> str:
        """The witness's name, which its key bears."""
        return self.vkey.split("+", 1)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRules:
    """What the case's evidence needs from others."""

    witnesses: tuple[NamedWitness, ...] = ()
    quorum: int = 0
    """How many of them must have cosigned the last head; 0 with none named is printed as self-published."""
    intent_quorum: int = 0
    """How many must have cosigned a head with the intent before anything irreversible begins."""
    tsa: str = ""
    """Address of a time-stamping authority (RFC 3161)."""
    tsa_roots: tuple[str, ...] = ()
    """Certificates (base64 of DER) to which its tokens must lead; with any, the last head must be stamped."""
    guomi: bool = False
    """Whether the bundle bears second signatures, SM2 with SM3."""
    pdf_key: str = ""
    """Where the certificate of an authority for signing PDFs stands, as `file:`; none: one is made for the case."""
    pdf_passphrase: str = ""
    """Where the passphrase of that file stands, as `env:` or `file:`."""
