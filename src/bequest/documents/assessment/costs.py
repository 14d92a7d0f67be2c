"""Costs against benefits as shown: rows in whole CNY, and every number they rest on."""

from collections.abc import Sequence
from dataclasses import dataclass

from bequest.documents.words import Word
from bequest.model.disposition import ReasonStatus

UNITS = {
    "cny": Word("元", "CNY"),
    "permille": Word("‰", "‰"),
    "years": Word("年", "years"),
}


SMALL = 10
"""Classes of fewer persons are not printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRow:
    """A way of handling, for a class of data or the case. Amounts in CNY; `loss`, `avoided`: expected."""

    option: Word
    plan: bool
    technique: int
    counsel: int
    training: int
    handling: int
    loss: int
    avoided: int
    persons: int
    kept: int
    margin: int
    exposed: int

    @property
    def cost(self) -> int:
        """All work."""
        return self.technique + self.counsel + self.training + self.handling

    @property
    def kept_text(self) -> str:
        """Customers kept of how many; counts below 10 are not printed."""
        return f"{f'<{SMALL}' if 0 < self.kept < SMALL else format(self.kept, ',')}/{self.persons:,}"

    @property
    def net(self) -> int:
        """Benefit less cost."""
        return self.avoided + self.margin - self.cost


@dataclass(frozen=True, slots=True, kw_only=True)
class CostValue:
    """A number that is assumed. `own`: the company's."""

    id: str
    said: Word
    unit: str
    number: str
    source: Word
    status: ReasonStatus
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursLine:
    """Hours per class of data of technique, counsel and training."""

    said: Word
    hours: tuple[str, ...]


def worth_printing(rows: Sequence[CostRow]) -> bool:
    """Whether a class holds enough persons for its amounts to point at nobody."""
    return all(r.persons >= SMALL for r in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostPage:
    """Costs and benefits of a case; nothing where it holds no data about people. `digest`: over the numbers assumed."""

    total: tuple[CostRow, ...]
    classes: tuple[tuple[Word, tuple[CostRow, ...]], ...]
    values: tuple[CostValue, ...]
    hours: tuple[HoursLine, ...]
    digest: str
