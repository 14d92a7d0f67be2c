"""Facts: the enumerations on which rules decide. Exact dates stay columns; bands are computed in bulk.

A situation holds only the facts that a rule able to apply there reads (`decisions.md`, Situations).
"""

from enum import StrEnum


class SubjectKind(StrEnum):
    """What kind of person a subject is; the strongest kind met in any record wins, in this order."""

    STAFF = "staff"
    CUSTOMER = "customer"
    ENTERPRISE_CONTACT = "enterprise_contact"
    GUARDIAN = "guardian"
    SUPPLIER_CONTACT = "supplier_contact"
    PROSPECT = "prospect"
    THIRD_PARTY = "third_party"
    UNKNOWN = "unknown"


class RowRole(StrEnum):
    """Who a group of columns in a row is about. `record` columns are about the record itself."""

    CUSTOMER = "customer"
    ENTERPRISE_CONTACT = "enterprise_contact"
    CONSIGNEE = "consignee"
    INVOICE_RECIPIENT = "invoice_recipient"
    GUARDIAN = "guardian"
    EMERGENCY_CONTACT = "emergency_contact"
    SUPPLIER_CONTACT = "supplier_contact"
    PROSPECT = "prospect"
    STAFF = "staff"
    MENTIONED = "mentioned"
    """Somebody named in free text or nested data."""
    RECORD = "record"
    UNKNOWN = "unknown"


class RecordClass(StrEnum):
    """What kind of record a row is; rules and retention hang on it."""

    CUSTOMER_PROFILE = "customer_profile"
    ADDRESS_BOOK = "address_book"
    LOYALTY_ACCOUNT = "loyalty_account"
    ORDER = "order"
    TICKET = "ticket"
    WEB_LOG = "web_log"
    CONSENT = "consent"
    OBJECTION = "objection"
    DISPUTE = "dispute"
    STAFF = "staff"
    SUPPLIER = "supplier"
    REFERENCE = "reference"
    """Goods, shops, dictionaries: no person in it."""
    OTHER = "other"
    """Holds people, class not known: treated as unknown."""


class Fact(StrEnum):
    """Names of facts and, beside each, the values it may take (see `FACT_VALUES`)."""

    # of the subject (in the given role)
    KIND = "kind"
    AGE_BAND = "age_band"
    GUARDIAN_CONSENT = "guardian_consent"
    OBJECTION = "objection"
    DISPUTE = "dispute"
    DECEASED = "deceased"
    NOTICE = "notice"
    CONSENT_TRANSFER = "consent_transfer"
    CONSENT_NEW_PURPOSE = "consent_new_purpose"
    ACCOUNT = "account"
    OPEN_ORDER = "open_order"
    FRESHNESS = "freshness"
    # of the record
    SCOPE = "scope"
    ORDER_STATE = "order_state"
    RETENTION = "retention"
    SOFT_DELETED = "soft_deleted"


FACT_VALUES: dict[Fact, tuple[str, ...]] = {
    Fact.KIND: tuple(k.value for k in SubjectKind),
    Fact.AGE_BAND: ("under_14", "14_17", "adult", "unknown"),
    Fact.GUARDIAN_CONSENT: ("not_needed", "given", "missing", "refused"),
    Fact.OBJECTION: ("none", "objected"),
    Fact.DISPUTE: ("none", "open"),
    Fact.DECEASED: ("no", "yes"),
    Fact.NOTICE: ("planned", "delivered", "published", "not_told"),
    Fact.CONSENT_TRANSFER: ("given", "silent", "refused"),
    Fact.CONSENT_NEW_PURPOSE: ("given", "silent", "refused"),
    Fact.ACCOUNT: ("active", "closed", "none"),
    Fact.OPEN_ORDER: ("no", "yes"),
    Fact.SCOPE: ("in_lot", "shared", "outside"),
    Fact.ORDER_STATE: ("none", "open", "completed", "cancelled"),
    Fact.RETENTION: (
        *("none", "invoice_10y", "log_6m", "record_3y", "platform_3y", "voucher_30y", "aml_10y", "securities_20y"),
        *("outpatient_15y", "inpatient_30y"),
    ),
    Fact.SOFT_DELETED: ("no", "yes"),
    Fact.FRESHNESS: ("current", "stale", "unknown"),
}
"""`retention` holds the band of a duty that still runs on the law date (none where it is over): the due date stays a
column. `notice` is `planned` until notices are out. `scope` is `shared` for a row that lot and outside both use."""

SUBJECT_FACTS = frozenset(
    {
        Fact.KIND,
        Fact.AGE_BAND,
        Fact.GUARDIAN_CONSENT,
        Fact.OBJECTION,
        Fact.DISPUTE,
        Fact.DECEASED,
        Fact.NOTICE,
        Fact.CONSENT_TRANSFER,
        Fact.CONSENT_NEW_PURPOSE,
        Fact.ACCOUNT,
        Fact.OPEN_ORDER,
        Fact.FRESHNESS,
    }
)

STRICTNESS: dict[Fact, tuple[str, ...]] = {
    Fact.KIND: tuple(k.value for k in SubjectKind),
    Fact.AGE_BAND: ("under_14", "14_17", "unknown", "adult"),
    Fact.GUARDIAN_CONSENT: ("refused", "missing", "given", "not_needed"),
    Fact.OBJECTION: ("objected", "none"),
    Fact.DISPUTE: ("open", "none"),
    Fact.DECEASED: ("yes", "no"),
    Fact.NOTICE: ("not_told", "planned", "published", "delivered"),
    Fact.CONSENT_TRANSFER: ("refused", "silent", "given"),
    Fact.CONSENT_NEW_PURPOSE: ("refused", "silent", "given"),
    Fact.ACCOUNT: ("closed", "active", "none"),
    Fact.OPEN_ORDER: ("yes", "no"),
    Fact.FRESHNESS: ("current", "stale", "unknown"),
}
"""Where merged records disagree, the value first in this order holds: strictest wins. Exceptions are said where they
are computed: a guardian's answer counts for the child only, the latest of two dated answers wins over both, and
freshness goes by the latest contact with the person in any record."""
