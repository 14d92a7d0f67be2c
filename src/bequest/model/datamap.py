"""The data map: every column of every table in the case, its class, whose data it is, and what facts it feeds."""

from dataclasses import dataclass, field
from enum import StrEnum

from bequest.model.facts import Fact, RecordClass, RowRole


class FieldClass(StrEnum):
    """What a column holds. The words are those of the public label files, one vocabulary everywhere."""

    PERSON_NAME = "person_name"
    USERNAME = "username"
    PHONE = "phone"
    LANDLINE = "landline"
    EMAIL = "email"
    NATIONAL_ID = "national_id"
    PASSPORT = "passport"
    BANK_CARD = "bank_card"
    ACCOUNT_NUMBER = "account_number"
    ADDRESS = "address"
    REGION = "region"
    POSTCODE = "postcode"
    BIRTHDAY = "birthday"
    GENDER = "gender"
    AGE = "age"
    IP = "ip"
    DEVICE_ID = "device_id"
    SOCIAL_ID = "social_id"
    LICENSE_PLATE = "license_plate"
    COMPANY_NAME = "company_name"
    USCC = "uscc"
    TAX_ID = "tax_id"
    PASSWORD_SECRET = "password_secret"  # noqa: S105 - the name of a class
    GEO_COORDINATES = "geo_coordinates"
    HEALTH = "health"
    EDUCATION = "education"
    EMPLOYMENT = "employment"
    AVATAR_PHOTO = "avatar_photo"
    SIGNATURE = "signature"
    TRACKING_NUMBER = "tracking_number"
    ORDER_NO = "order_no"
    USER_ID = "user_id"
    FREE_TEXT = "free_text"
    BIOMETRIC = "biometric"
    RELIGION_ETHNICITY = "religion_ethnicity"
    MARITAL = "marital"
    INCOME_ASSETS = "income_assets"
    LOCATION_TRACE = "location_trace"
    BEHAVIOUR = "behaviour"
    MINORS = "minors"
    OTHER_PI = "other_pi"
    NOT_PI = "not_pi"
    UNKNOWN = "unknown"
    """Not classified: release none, residue blocked, and no certificate while any is in scope."""


NEVER_PASSES = frozenset({FieldClass.PASSWORD_SECRET, FieldClass.BIOMETRIC})
"""What authenticates a person (class C3 of JR/T 0171): passed on to nobody, and a receiver refuses it."""


class Verdict(StrEnum):
    """Who says so. A person's verdict survives every re-run of discovery."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"


class Standing(StrEnum):
    """What people said of a reference between tables; it survives every re-run of discovery."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class TableState(StrEnum):
    """Whether discovery could read the table."""

    SCANNED = "scanned"
    NOT_SCANNED = "not_scanned"


class Need(StrEnum):
    """Whether the receiver's continuing purpose needs the column (PIPL Art. 6)."""

    NEEDED = "needed"
    REDUCED = "reduced"
    """Needed only in a reduced form: `operator` of the rule says which."""
    NOT_NEEDED = "not_needed"
    OVER_COLLECTED = "over_collected"
    """Was never needed for any stated purpose: neither passed on nor kept."""
    NEW_PURPOSE = "new_purpose"
    """The receiver would use it for a changed purpose: re-consent (PIPL Art. 14, 22)."""


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """One column. Confidence and coverage are per mille (0..1000): how sure the class, how many values bear it."""

    name: str
    declared_type: str
    cls: FieldClass
    personal: bool
    sensitive: bool
    role: RowRole
    confidence: int
    coverage: int
    evidence: tuple[str, ...] = ()
    need: Need = Need.NEEDED
    verdict: Verdict = Verdict.PROPOSED
    in_text: tuple[FieldClass, ...] = ()
    """Classes of identifiers met inside free text or JSON."""
    reduced_by: str = ""
    """How a column with need `reduced` is reduced (`model.reduction`); empty: as the law has it for the class."""
    anonymised_by: str = ""
    """What becomes of it in a row that is anonymised in place (`model.anonymising`); empty where rows are not."""


@dataclass(frozen=True, slots=True)
class Relation:
    """`column` of this table holds values of `to_column` of `to_table` (possibly in another source).

    `role`: whose record that points to (the customer of an order); `record` for references to things.
    """

    column: str
    to_source: str
    to_table: str
    to_column: str
    role: RowRole = RowRole.CUSTOMER

    @property
    def ends(self) -> tuple[str, str, str, str]:
        """From which column to which."""
        return self.column, self.to_source, self.to_table, self.to_column


@dataclass(frozen=True, slots=True)
class Reference:
    """What is known of a reference, whether it counts or not: a relation of the table says that it does.

    Counts are of the sample: different values and rows that hold one, and how many of them stand in the other column.
    """

    column: str
    to_source: str
    to_table: str
    to_column: str
    role: RowRole = RowRole.RECORD
    standing: Standing = Standing.OPEN
    declared: bool = False
    """The source itself declares it."""
    proposed: bool = False
    """Discovery found it by names and values: it counts unless somebody rejects it."""
    counted: bool = False
    """Whether the counts below were made; a map of an earlier version has none."""
    whole: bool = False
    """Whether both tables were read whole for the counts."""
    n_values: int = 0
    n_values_found: int = 0
    n_rows: int = 0
    n_rows_found: int = 0

    @property
    def ends(self) -> tuple[str, str, str, str]:
        """From which column to which."""
        return self.column, self.to_source, self.to_table, self.to_column


@dataclass(frozen=True, slots=True)
class FactBinding:
    """How a fact is read from a column of the table.

    `how`: `map` (values through `values`, all others and empty ones → `default`), `present` (non-empty →
    `values["present"]`, else `default`), `date_band` (a birth date → age band) or `id_band` (the birth date inside a
    resident identity number → age band). The fact is set on the subject that `role` names in the row, where it is a
    fact of subjects, else on the row itself; several rows about one subject merge by `STRICTNESS`.
    """

    fact: Fact
    column: str
    how: str
    values: dict[str, str] = field(default_factory=dict)
    default: str = ""
    role: RowRole = RowRole.CUSTOMER


@dataclass(frozen=True, slots=True)
class RetentionBinding:
    """A retention duty of the records of this table: `band` runs from the date in `start_column`.

    Only rows where `if_column` is not empty bear the duty (all rows, where it is empty text).
    """

    band: str
    start_column: str
    if_column: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where data comes from, what for, on what ground, under which notice, and until when it may be kept.

    PIPL Art. 7, 13, 17, 19. Each is said for all rows as text, or row by row in a column of the table; `columns`
    narrows it to some fields, none means the whole table. `ground` is an article (`PIPL-13.2`); `keep` a term in words
    or a date.
    """

    columns: tuple[str, ...] = ()
    channel: str = ""
    purpose: str = ""
    ground: str = ""
    notice: str = ""
    keep: str = ""
    channel_column: str = ""
    purpose_column: str = ""
    ground_column: str = ""
    notice_column: str = ""
    keep_column: str = ""


ORIGIN_PARTS = ("channel", "purpose", "ground", "notice", "keep")
"""What an origin says, each as text or by a column."""


@dataclass(frozen=True, slots=True)
class Anonymising:
    """Rows whose deletion is due stay without their person: at least `k` people look alike, and `reason` says why."""

    k: int
    reason: str


@dataclass(frozen=True, slots=True)
class TableMap:
    """One table. `key` are the columns that identify a row; empty means the 0-based row number does."""

    source: str
    name: str
    record_class: RecordClass
    columns: tuple[ColumnMap, ...]
    n_rows: int
    state: TableState = TableState.SCANNED
    why_not_scanned: str = ""
    key: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()
    facts: tuple[FactBinding, ...] = ()
    retention: tuple[RetentionBinding, ...] = ()
    freshness_column: str = ""
    """Date of a contact with the person; the latest over all records decides between current and stale."""
    origins: tuple[Origin, ...] = ()
    """Proposed by discovery where columns say it row by row; completed by people."""
    schema_digest: str = ""
    verdict: Verdict = Verdict.PROPOSED
    notes: tuple[str, ...] = ()
    """Codes of what a reader should know of how it was read, such as `title_rows`."""
    references: tuple[Reference, ...] = ()
    """What is known of its references, also of those that do not count; `relations` are those that do."""
    anonymise: Anonymising | None = None
    """Set where rows are anonymised in place instead of deleted (PIPL Art. 4, 73(4))."""

    def column(self, name: str) -> ColumnMap:
        """The column of that name.

        Raises:
            KeyError: where there is none.
        """
        for c in self.columns:
            if c.name == name:
                return c
        raise KeyError(f"{self.source}.{self.name}.{name}")

    @property
    def in_case(self) -> bool:
        """Whether the records are customer information: staff, supplier and reference tables are only reported."""
        return self.record_class not in {RecordClass.STAFF, RecordClass.SUPPLIER, RecordClass.REFERENCE}


@dataclass(frozen=True, slots=True)
class DataMap:
    """All tables of a case, in the order source, table."""

    tables: tuple[TableMap, ...]

    def table(self, source: str, name: str) -> TableMap:
        """The table of that name.

        Raises:
            KeyError: where there is none.
        """
        for t in self.tables:
            if (t.source, t.name) == (source, name):
                return t
        raise KeyError(f"{source}.{name}")

    def unknown_columns(self) -> tuple[tuple[str, str, str], ...]:
        """Columns in the case that nobody has classified yet."""
        return tuple(
            (t.source, t.name, c.name)
            for t in self.tables
            if t.in_case
            for c in t.columns
            if c.cls is FieldClass.UNKNOWN
        )
