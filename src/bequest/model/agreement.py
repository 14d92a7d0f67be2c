"""The agreement under which somebody other than a successor receives: without it nothing is delivered to him.

Whoever passes personal information on to another handler, or has it processed, agrees with the recipient on purpose,
method, scope and protection, and supervises it (网络数据安全管理条例 art. 12; PIPL Art. 21).
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bequest.model.datamap import FieldClass

MOST_DATES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What was agreed for one lot: what may go, on which conditions, how secret it stays, until when.

    `classes`: the personal kinds of field that may go; nothing else does. `supervise_months`: every how many months
    the transferor looks at how the recipient keeps to it.
    """

    lot: str
    title: str
    signed_on: date
    ends_on: date
    classes: tuple[FieldClass, ...]
    conditions: tuple[str, ...]
    confidentiality: str
    supervise_months: int
    file: Path
    """Absolute once the case is open."""
    sha256: str

    def supervision(self, delivered_on: date) -> tuple[date, ...]:
        """The days on which the recipient is looked at: every so many months after the delivery, and the last day."""
        dates = []
        for n in range(1, MOST_DATES + 1):
            day = months_after(delivered_on, n * self.supervise_months)
            if day >= self.ends_on:
                break
            dates.append(day)
        return (*dates, self.ends_on)


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last day of the month where it has fewer."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
