"""The case and what it names: parties, people, lots, sources, copies, windows."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path

from bequest.model.agreement import Agreement
from bequest.model.basis import Basis
from bequest.model.events import ALL_STAYS as ALL_STAYS
from bequest.model.events import COMPANY_ENDS as COMPANY_ENDS
from bequest.model.events import ENTRUSTS as ENTRUSTS
from bequest.model.events import MOVES_NOTHING as MOVES_NOTHING
from bequest.model.events import RELEASES_NOTHING as RELEASES_NOTHING
from bequest.model.events import TELLS_NOBODY as TELLS_NOBODY
from bequest.model.events import Event as Event
from bequest.model.exporting import ExportRecord
from bequest.model.paper import PaperKind as PaperKind
from bequest.model.settlement import Settlement
from bequest.model.showing import Showing
from bequest.model.switch import Switch
from bequest.model.witnessing import EvidenceRules


class Scenario(StrEnum):
    """The four templates."""

    LOGISTICS_ACCOUNT = "logistics-account"
    COMPANY_TRANSFER = "company-transfer"
    DEREGISTRATION = "deregistration"
    BANKRUPT_SHOP = "bankrupt-shop"


class LegalRoute(StrEnum):
    """Counsel's choice per lot, never inferred."""

    NONE = "none"
    PIPL_17 = "PIPL-17"
    PIPL_21 = "PIPL-21"
    PIPL_22 = "PIPL-22"
    PIPL_23 = "PIPL-23"


class OnSilence(StrEnum):
    """What silence means when the window is over (decision D7)."""

    PROCEED = "proceed"
    RELEASE_NONE = "release-none"


class KeyRelease(StrEnum):
    """How the receiver comes by the delivery key."""

    DIRECT = "direct"
    ESCROWED = "escrowed"


class SourceKind(StrEnum):
    """Kinds of store this version reads."""

    POSTGRESQL = "postgresql"
    MARIADB = "mariadb"
    """MariaDB and MySQL."""
    SQLITE = "sqlite"
    XLSX = "xlsx"
    XLS = "xls"
    """Workbooks of the old binary kind: read, never rewritten."""
    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    FILE = "file"
    """Documents, archives and whatever else is kept or goes as a whole; `path` is a file, a folder or a pattern."""
    S3 = "s3"
    REDIS = "redis"
    HELD_ELSEWHERE = "held-elsewhere"
    """Data that somebody else holds: a platform, a carrier, a service. An export of it may be read."""


SERVERS = frozenset({SourceKind.POSTGRESQL, SourceKind.MARIADB, SourceKind.S3, SourceKind.REDIS})
"""Kinds that are reached by `url`; all others lie at `path`."""

BY_PATTERN = frozenset({SourceKind.S3, SourceKind.REDIS})
"""Kinds without a schema: patterns say which objects or keys make a table. They are read row by row only."""


class SystemKind(StrEnum):
    """What the system is in the business; all but `business` default to whole-store custody (decision D10)."""

    BUSINESS = "business"
    LEDGER = "ledger"
    MEDICAL_RECORD = "medical-record"
    AML = "aml"
    ARCHIVE = "archive"
    CREDIT = "credit"
    """Files of a credit reporting agency."""


class WholeFate(StrEnum):
    """What becomes of a store that is decided on as a whole."""

    KEPT = "kept"
    """Left in its place, read-only, under a named custodian."""
    CUSTODY = "custody"
    """Sealed whole into the archive, then unlinked; tables on a server are emptied."""
    UNLINKED = "unlinked"
    """Deleted: level *logical*."""


class Role(StrEnum):
    """Roles people hold in a case."""

    IT = "it"
    LEGAL = "legal"
    HR = "hr"
    MARKETING = "marketing"
    SERVICE = "service"
    FINANCE = "finance"
    OFFICER = "officer"
    """Personal information protection officer."""
    VERIFIER = "verifier"
    """The independent verifier of the destruction."""
    OPERATOR = "operator"
    CUTOVER = "cutover"
    """Names the person who confirms that writes have stopped."""
    RECEIVER = "receiver"
    """Signs for the receiver."""
    ESCROW = "escrow"
    ADMINISTRATOR = "administrator"
    """The bankruptcy administrator, who stands for the departments."""
    LIQUIDATOR = "liquidator"
    """The head of the liquidation group, who stands for the departments."""
    AUDITOR, GUEST = "auditor", "guest"


SPEAK_FOR_THE_LAW = frozenset({Role.LEGAL, Role.LIQUIDATOR, Role.ADMINISTRATOR})
"""Who decides open questions of law; in a winding-up one stands for the departments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """An organisation in the case."""

    id: str
    name: str
    name_en: str = ""
    uscc: str = ""
    contact: str = ""
    """How customers reach it: phone, mail or address of the office, not of a private person."""
    address: str = ""
    country: str = "cn"
    """ISO 3166, in lower case; `hk`, `mo` and `tw` are outside the mainland."""
    age_recipient: str = ""
    """age X25519 recipient (`age1…`) of a receiver or escrow."""
    key_release: KeyRelease = KeyRelease.DIRECT
    delivery_recipients: tuple[str, ...] = ()  # of an escrow, which alone holds their keys; one for each delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A natural person who acts in the case."""

    id: str
    name: str
    roles: tuple[Role, ...]
    paper: str = ""
    """The document that gives the role."""
    external: bool = False
    public_key: str = ""
    """OpenSSH public key line (ssh-ed25519 or ecdsa-sha2-nistp256), with which approvals are checked."""
    party: str = ""
    """The receiver for whom the person signs; must be named where the case has several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper of the case: the file itself stays where it is, its digest goes into the evidence."""

    kind: PaperKind
    title: str
    issued_by: str
    issued_on: date
    file: Path
    """Absolute once the case is open."""
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Rows of a lot: those where `column` holds one of `values`; spread along the data map's relations."""

    source: str
    table: str
    column: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """What passes to one receiver on one legal route."""

    id: str
    receiver: str
    legal_route: LegalRoute
    route_reason: str = ""
    route_open: bool = False
    """Counsel marked the route as an open legal question."""
    purposes: tuple[str, ...] = ()
    new_purposes: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    on_silence: OnSilence = OnSilence.PROCEED
    scope: tuple[Scope, ...] = ()
    watermark: tuple[str, ...] = ()
    """Columns, `source.table.column`, whose delivered values bear a mark of the delivery, to trace leaks."""
    basis: Basis = Basis.NOT_RECORDED
    """On what the transferor processes the lot's data (PIPL Art. 13), and counsel's reason."""
    basis_reason: str = ""

    @property
    def asks_consent(self) -> bool:
        """Whether nothing passes on without the person's own yes: by counsel's choice, or where Art. 23 asks for it."""
        by_route = self.legal_route is LegalRoute.PIPL_23 and not self.basis.is_other_than_consent
        return by_route or self.on_silence is OnSilence.RELEASE_NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One place with data: a file at `path` (absolute once the case is open) or a database server at `url`.

    `url` and its like are references (`env:NAME`, `file:/absolute/path`) or addresses without a password: a case never
    holds a secret. Each phase may have an account of its own with the rights of that phase only; empty means `url`.
    """

    name: str
    kind: SourceKind
    path: Path = Path()
    url: str = ""
    """Reading: discover, link, plan, cutover, deliver."""
    delete_url: str = ""
    scrub_url: str = ""
    verify_url: str = ""
    schema: str = ""
    """PostgreSQL: the schema whose tables belong to the case; `public` where none is named."""
    tables: tuple[str, ...] = ()
    """Whole store on a server: names or patterns of its tables; none means all. S3, Redis: of objects, of keys."""
    elsewhere: tuple[str, ...] = ()
    """Server: names or patterns of tables that whole stores of the same database hold; they are not this source's."""
    managed: bool = False
    """A service whose server others run: no scrub is possible, deletion is logical with a dated residual."""
    label: str = ""
    system_kind: SystemKind = SystemKind.BUSINESS
    timezone: str = ""
    encoding: str = ""
    sheet: str = ""
    custodian: str = ""
    separator: str = ""
    """CSV: what stands between fields; empty means the one that the header uses most."""
    header_row: int = 0
    """Which row names the columns, counted from 1 over rows that hold anything; 0 means it is looked for."""
    header_rows: int = 1
    """How many rows name the columns: two, where cells of the first are merged over several columns."""
    password: str = ""
    """Of a protected workbook: a reference, never the password."""
    disposition: WholeFate | None = None
    """What becomes of a store that is decided on as a whole; the default of its kind where nothing is said."""
    reason: str = ""
    """Why, in counsel's words, where it is not the default."""
    owner: str = ""
    """Held elsewhere: who holds the data, and deletes or keeps them."""
    contact: str = ""
    due_on: date | None = None
    """Held elsewhere: by when the owner is to have done it."""
    age_recipient: str = ""
    """Held elsewhere: to whom the list of persons is encrypted. A whole store: the key of its own custodian."""

    @property
    def is_whole(self) -> bool:
        """Whether it is decided on as a whole: documents, and stores whose rows nobody may cut (decision D10)."""
        return self.kind is SourceKind.FILE or self.system_kind is not SystemKind.BUSINESS

    @property
    def database(self) -> tuple[str, str]:
        """Where its tables lie: address and schema. Sources of one database name it by the same reference."""
        return self.url, self.schema or ("public" if self.kind is SourceKind.POSTGRESQL else "")

    def holds(self, table: str) -> bool:
        """Whether a table of its database is part of it; the others are held by another source of the case."""
        named = not self.tables or any(fnmatchcase(table, p) for p in self.tables)
        return named and not any(fnmatchcase(table, p) for p in self.elsewhere)

    @property
    def has_rows(self) -> bool:
        """Whether it is read row by row: neither a whole store nor one held elsewhere without an export."""
        return not self.is_whole and (self.kind is not SourceKind.HELD_ELSEWHERE or self.path != Path())

    @property
    def fate(self) -> WholeFate:
        """What becomes of a whole store: as declared, else it stays under its custodian."""
        return self.disposition or WholeFate.KEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A further copy of a source that Bequest does not read: backup, replica, export."""

    of: str
    kind: str
    where: str
    expires_on: date | None = None
    control: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Notice lead time and objection days, in parallel from each person's first delivery (decision D7)."""

    notice_lead_days: int = 30
    objection_days: int = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One event of one company."""

    id: str
    scenario: Scenario
    event: Event
    rehearsal: bool
    title: str
    industry: str
    jurisdictions: tuple[str, ...]
    effective_on: date
    timezone: str
    transferor: Party
    receivers: tuple[Party, ...]
    lots: tuple[Lot, ...]
    sources: tuple[Source, ...]
    copies: tuple[Copy, ...]
    people: tuple[Person, ...]
    window: Window
    custodian: Party | None = None
    escrow: Party | None = None
    cutover_not_after: date | None = None
    tolerance_percent: int = 5
    complaint_authority: str = ""
    law_packs: tuple[str, ...] = ("cn",)
    papers: tuple[Paper, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    register_closes_on: date | None = None
    """The day on which the company is struck off: from then on there is nobody to answer for anything."""
    settlements: tuple[Settlement, ...] = ()
    """What people of the case decided on records that the law leaves open, where the company ends."""
    switches: tuple[Switch, ...] = ()
    """How counsel reads what the law pack leaves open, where it is not as the pack has it; by name."""
    evidence: EvidenceRules = field(default_factory=EvidenceRules)
    export: ExportRecord | None = None
    showings: tuple[Showing, ...] = ()
    """Anonymous tables that a prospective buyer may see, in a due diligence (E14)."""

    def receiver(self, party_id: str) -> Party:
        """The receiver of that id, or a KeyError."""
        return {p.id: p for p in self.receivers}[party_id]

    def person(self, person_id: str) -> Person:
        """The person of that id.

        Raises:
            KeyError: where there is none.
        """
        return {p.id: p for p in self.people}[person_id]

    def source(self, name: str) -> Source:
        """The source of that name.

        Raises:
            KeyError: where there is none.
        """
        return {s.name: s for s in self.sources}[name]
