"""The tables of the control database. Every one but organisations, people and settings belongs to a case."""

from bequest.store.models.accounts import Account, SignIn
from bequest.store.models.api import ApiAnswer, ApiToken, WebhookEndpoint, WebhookMessage
from bequest.store.models.case import Case, CaseMembership, CaseRevision, Organisation, Person
from bequest.store.models.doing import (
    Certificate,
    CustodyBucket,
    Delivery,
    DeliveryPart,
    Destruction,
    KeyRecord,
    Receipt,
    Residual,
    StoreRecord,
)
from bequest.store.models.factors import Identity, Passkey, RecoveryCode, SpentChallenge
from bequest.store.models.orders import RoleChange, StepOrder, StepWorker
from bequest.store.models.plan import AnswerBatch, Approval, NoticeBatch, Policy, PopulationRun, Remark
from bequest.store.models.portal import Attempt, PortalCard, PortalMessage, PortalRating, PortalRequest, PortalVisit
from bequest.store.models.tasks import OwnerTask
from bequest.store.models.work import AccessRecord, DataMapVersion, Lease, OutboxEvent, Setting, StepRun

__all__ = [
    "AccessRecord",
    "Account",
    "AnswerBatch",
    "ApiAnswer",
    "ApiToken",
    "Approval",
    "Attempt",
    "Case",
    "CaseMembership",
    "CaseRevision",
    "Certificate",
    "CustodyBucket",
    "DataMapVersion",
    "Delivery",
    "DeliveryPart",
    "Destruction",
    "Identity",
    "KeyRecord",
    "Lease",
    "NoticeBatch",
    "Organisation",
    "OutboxEvent",
    "OwnerTask",
    "Passkey",
    "Person",
    "Policy",
    "PopulationRun",
    "PortalCard",
    "PortalMessage",
    "PortalRating",
    "PortalRequest",
    "PortalVisit",
    "Receipt",
    "RecoveryCode",
    "Remark",
    "Residual",
    "RoleChange",
    "Setting",
    "SignIn",
    "SpentChallenge",
    "StepOrder",
    "StepRun",
    "StepWorker",
    "StoreRecord",
    "WebhookEndpoint",
    "WebhookMessage",
]
