"""What a case says of exports abroad, beside its own people (XB 5, 7, 8)."""

from dataclasses import dataclass
from enum import StrEnum


class ExemptGround(StrEnum):
    """A ground on which no export mechanism is owed, whatever the numbers (XB 3 to 6); words of the fact sheets."""

    NONE = "none"
    CONTRACT = "contract"
    HR = "hr"
    EMERGENCY = "emergency"
    OVERSEAS_DATA = "overseas_data"
    FREE_TRADE_ZONE = "free_trade_zone"


class Mechanism(StrEnum):
    """What is in hand for the export (PIPL Art. 38)."""

    NONE = "none"
    STANDARD_CONTRACT = "standard-contract"
    CERTIFICATION = "certification"
    ASSESSMENT = "assessment"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRecord:
    """`[export]` of the case file. None is not known: it is asked for, never taken for zero or no."""

    persons: int | None = None
    """Persons exported since 1 January of the year of the law date, without sensitive information, before this case."""
    sensitive_persons: int | None = None
    """The same, persons with sensitive information."""
    exempt_ground: ExemptGround | None = None
    critical_infrastructure: bool | None = None
    important_data: bool | None = None
    mechanism: Mechanism = Mechanism.NONE
    reference: str = ""
    """Number or title of the contract's filing, the certificate or the decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """Whom the plan would send abroad, each once; values that wait for an answer count, people unknown by the row."""

    persons: int
    """With any personal value that is not sensitive."""
    sensitive_persons: int
