"""Papers of a case."""

from enum import StrEnum


class PaperKind(StrEnum):
    """Papers that give somebody the right to act, or without which something may not happen."""

    ADMINISTRATOR_APPOINTMENT = "administrator-appointment"
    LIQUIDATION_GROUP = "liquidation-group"
    ESTATE_PLAN_APPROVAL = "estate-plan-approval"
    """Creditors' vote or court order on the plan by which the estate is sold."""
    SUCCESSION_RESOLUTION = "succession-resolution"
    """Resolution or agreement of a merger, a division, or a dissolution with a successor."""
    CARRIER_CONSENT = "carrier-consent"
    REAL_NAME_REGISTRATION = "real-name-registration"
    """The new holder's registration with the carrier: its own code and its own representative's document."""
    SAFETY_AGREEMENT = "safety-agreement"
