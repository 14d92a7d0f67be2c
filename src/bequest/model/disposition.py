"""What happens to a value: a pair of what the receiver gets and what remains at the source (architecture, idea 2)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Release(StrEnum):
    """The release axis: what a receiver (per lot) gets."""

    AS_IS = "as_is"
    MASKED = "masked"
    """Transformed: dropped parts, masked, tokenised or generalised; `operator` says how."""
    WAITING = "waiting"
    """Waits for an answer until a date, then the fallback holds. Final states have none of these."""
    NONE = "none"


class Residue(StrEnum):
    """The residue axis: what becomes of the copy at the source."""

    IN_USE = "in_use"
    CUSTODY = "custody"
    ANONYMISE = "anonymise"
    DELETE = "delete"
    BLOCKED = "blocked"


class Operator(StrEnum):
    """How a masked release is made."""

    NONE = "none"
    DROP = "drop"
    FIXED = "fixed"
    """Everybody's value is one and the same text."""
    MASK = "mask"
    TOKEN = "token"  # noqa: S105 - the name of an operator
    GENERALISE = "generalise"
    CAP = "cap"
    """A number beyond a bound is the bound (top and bottom coding)."""
    NOISE = "noise"
    """A number is moved a little, each row by itself."""
    FF1 = "ff1"
    """Encrypted in its own format (NIST SP 800-38G): length, alphabet and check character stay right."""
    WAYBILL = "waybill"
    """As on the label of a parcel: surname, the last digits of the phone, the district (GB/T 41833)."""
    REDACT_TEXT = "redact_text"
    """Free text: identifiers found inside are masked span by span."""


class ReasonStatus(StrEnum):
    """How sure a cited rule or value is; everything but `verified` is said on whatever rests on it."""

    VERIFIED = "verified"
    """Read in the law."""
    SECONDARY = "secondary"
    """Read in somebody else's summary."""
    FROM_KNOWLEDGE = "from_knowledge"
    """Known to whoever wrote the pack, and not found in the material read."""
    DERIVED = "derived"
    """Our reading of articles that are cited: none says it in these words."""
    OPEN = "open"
    """A question that the law leaves open."""
    OURS = "ours"
    """Our own default, which no law names."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of a why-chain: which rule spoke, under which article."""

    rule: str
    outcome: str
    articles: tuple[str, ...]
    """Register code and article, such as `PIPL-22`."""
    status: ReasonStatus
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Disposition:
    """Release × residue for one (situation, role, field class), with what it depends on.

    `until` is a rule for the due date, not a date: `retention:<band>` names the retention band whose due date the
    engine computes in bulk; `window` is the end of the objection window.
    """

    release: Release
    residue: Residue
    operator: Operator = Operator.NONE
    fallback: Release | None = None
    until: str = ""


@dataclass(frozen=True, slots=True)
class CellDecision:
    """The answer of the law for one cell: disposition, outcome words, reasons in order."""

    disposition: Disposition
    outcomes: tuple[str, ...]
    reasons: tuple[Reason, ...]
    open_points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Due:
    """A dated obligation: what, until when, who keeps it."""

    what: str
    due_on: date
    keeper: str
