"""What the destruction did and what the independent verifier found; the certificate is rendered from this."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """What may be claimed (NIST SP 800-88r2): row and file erasure is `logical`, never clear or purge."""

    LOGICAL = "logical"


class Finding(StrEnum):
    """The verifier's word for a source."""

    CLEAR = "clear"
    AS_PLANNED = "as_planned"
    NOT_SEARCHED = "not_searched"
    RESIDUE = "residue"


class CertificateState(StrEnum):
    """Final: nothing open. Interim: dated residuals. Refused: residue outside the plan or something not searched."""

    FINAL = "final"
    INTERIM = "interim"
    REFUSED = "refused"


class RevocationReason(StrEnum):
    """Why a certificate no longer holds."""

    RESIDUE_FOUND = "residue-found"
    WRONG_SCOPE = "wrong-scope"
    KEY_COMPROMISED = "key-compromised"
    SIGNED_IN_ERROR = "signed-in-error"


@dataclass(frozen=True, slots=True)
class TableSums:
    """Values of one table before and after, by residue; `before` = the sum of the rest."""

    source: str
    table: str
    rows_before: int
    rows_after: int
    before: int
    deleted: int
    anonymised: int
    sealed: int
    blocked: int
    in_use: int

    @property
    def difference(self) -> int:
        """Zero where the table balances."""
        return self.before - self.deleted - self.anonymised - self.sealed - self.blocked - self.in_use


@dataclass(frozen=True, slots=True)
class AnonymisedTable:
    """Rows of one table that stay without their person (PIPL Art. 73(4)), and how it was shown."""

    source: str
    table: str
    k_wanted: int
    k: int
    """People that look alike, in the smallest group, measured on the source afterwards; 0 where no row is left."""
    rows: int
    """Rows that were anonymised."""
    rows_found: int
    """Of these, rows found in that very form when the source was read anew."""
    rows_too_few: int
    """Rows that were deleted instead, because too few people look like them."""
    ways: tuple[str, ...]
    """Column and what was done to it, such as `birthday=generalise:decade`."""
    reason: str

    @property
    def holds(self) -> bool:
        """Whether all rows are as they should be, and enough people look alike."""
        return self.rows_found == self.rows and (self.k >= self.k_wanted or not self.rows)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What the verifier did in one source."""

    source: str
    method: str
    level: Level
    columns_searched: int
    candidates: int
    control_found: int
    control_expected: int
    hits_residue: int
    hits_planned: int
    hits_coincidence: int
    finding: Finding
    not_searchable: tuple[str, ...] = ()
    """Columns whose values cannot be searched one by one (names, addresses, free text without identifiers)."""
    hits_decided: int = 0
    """Of the planned ones and the coincidences, those that two people let stand, one by one."""


@dataclass(frozen=True, slots=True)
class Residual:
    """Something that remains until a date, and who controls it."""

    where_zh: str
    where_en: str
    why_zh: str
    why_en: str
    control_zh: str
    control_en: str
    due_on: str


@dataclass(frozen=True, slots=True)
class OwnerTask:
    """What somebody outside the tool must do with what he holds. Texts name offices and systems, never a customer."""

    source: str
    kind: str
    """held: the holder deletes or keeps the data · whole_file: a file is to be replaced by one that can be cut ·
    supervision: the transferor looks at how a recipient (`source`: the lot) keeps to the agreement."""
    owner: str
    contact: str
    what_zh: str
    what_en: str
    due_on: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What the law keeps: class, article, custodian, values, last date."""

    what_zh: str
    what_en: str
    article: str
    custodian: str
    values: int
    until: str


@dataclass(frozen=True, slots=True)
class Signer:
    """Who performed, verified or accepted."""

    name: str
    part: str
    """performed | verified | accepted"""
    role_zh: str
    role_en: str
    at: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """The destruction certificate: signed as DSSE JSON (the original), rendered as PDF."""

    certificate_id: str
    case_id: str
    rehearsal: bool
    issued_at: str
    state: CertificateState
    why: tuple[str, ...]
    """Codes why it is not final: `residual`, `not_searched`, `residue`, `unbalanced`, `unknown_column`, `late_rows`,
    `not_anonymous`."""
    ground: tuple[str, ...]
    transferor_zh: str
    transferor_en: str
    receivers: tuple[tuple[str, str, str], ...]
    """(name, English name, date of receipt) per receiver."""
    policy_digest: str
    tables: tuple[TableSums, ...]
    searches: tuple[SearchResult, ...]
    residuals: tuple[Residual, ...]
    kept: tuple[Kept, ...]
    signers: tuple[Signer, ...]
    anonymised: tuple[AnonymisedTable, ...] = ()
    replaces: str = ""
    """The interim certificate in whose place this one stands."""
