"""The bases of processing."""

from enum import StrEnum


class Basis(StrEnum):
    """On what personal information is processed: the bases of PIPL Art. 13(1), by item."""

    NOT_RECORDED = "not-recorded"
    """Nobody wrote it down: treated as consent, which asks for most."""
    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_DUTY = "legal_duty"
    EMERGENCY = "emergency"
    NEWS = "news"
    PUBLIC = "public"
    OTHER_LAW = "other_law"

    @property
    def is_other_than_consent(self) -> bool:
        """Whether a recorded basis does without consent (Art. 13(1)(2) to (7))."""
        return self not in {Basis.NOT_RECORDED, Basis.CONSENT}
