"""The crime meter: how many items would be provided, held against the numbers of the criminal interpretation of 2017.

It says nothing about guilt: with a lawful ground (succession, separate consent) providing is no crime. It says where a
missing or doubtful ground would be serious, so that somebody looks before the cutover. Source: Criminal Law Art. 253-1;
interpretation Arts. 3 and 5.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bequest.law.evaluate import params_on
from bequest.law.pack import LawPack
from bequest.model.datamap import FieldClass

GROUPS: dict[str, frozenset[FieldClass]] = {
    "tracking": frozenset(
        {
            *(FieldClass.LOCATION_TRACE, FieldClass.GEO_COORDINATES, FieldClass.BANK_CARD),
            *(FieldClass.ACCOUNT_NUMBER, FieldClass.INCOME_ASSETS),
        }
    ),
    "health_trade": frozenset({FieldClass.HEALTH, FieldClass.ORDER_NO, FieldClass.BEHAVIOUR}),
}
"""Groups of Art. 5 by our classes; every other personal class is in the last group, `other`."""
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Meter:
    """Items of one group, and the numbers from which circumstances are serious and specially serious.

    The numbers are those for information obtained in office or in giving a service, which is how a seller has it.
    """

    group: str
    items: int
    serious_from: int
    specially_serious_from: int
    articles: tuple[str, ...]

    @property
    def is_serious(self) -> bool:
        """Whether the number is reached; it counts in (Civil Code Art. 1259)."""
        return self.items >= self.serious_from


def group_of(cls: FieldClass) -> str:
    """The group of Art. 5 in which items of a class are counted."""
    return next((name for name, classes in GROUPS.items() if cls in classes), OTHER)


def crime_meter(pack: LawPack, items: Mapping[FieldClass, int], *, on: date) -> tuple[Meter, ...]:
    """The meters of what would be provided, by group; groups without items are left out.

    `items` counts the values that go or wait to go, by class of personal information.

    Raises:
        LawError: where the pack's law was not yet in force.
    """
    params = params_on(pack, on)
    divisor = params.number("cn.crim.service_divisor")
    factor = params.number("cn.crim.specially_serious_factor")
    counted: dict[str, int] = {}
    for cls, n in items.items():
        counted[group_of(cls)] = counted.get(group_of(cls), 0) + n
    out = []
    for group in (*GROUPS, OTHER):
        if counted.get(group):
            serious = params.number(f"cn.crim.items_{group}") // divisor
            articles = ("CRIM-253.1", "CRIMI-3", "CRIMI-5")
            out.append(Meter(group, counted[group], serious, serious * factor, articles))
    return tuple(out)
