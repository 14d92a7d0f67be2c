"""`reduced_by` of the data map: how a column needed only in reduced form is reduced, `operator` or `operator:setting`.

The words are checked when they are read, against the class and the declared type of the column: what an operator cannot
do right is refused before anything runs. Without `reduced_by` the law's default for the class holds.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bequest.model.datamap import ColumnMap, FieldClass, Need
from bequest.model.disposition import Operator

FF1_CLASSES: Final = frozenset(
    {
        FieldClass.PHONE, FieldClass.LANDLINE, FieldClass.NATIONAL_ID, FieldClass.BANK_CARD, FieldClass.POSTCODE,
        FieldClass.ACCOUNT_NUMBER, FieldClass.ORDER_NO, FieldClass.TRACKING_NUMBER, FieldClass.PASSPORT,
    }
)  # fmt: skip
"""Classes with a format that FF1 keeps; each has a domain of at least a million values (NIST SP 800-38G)."""
DATES: Final = frozenset({FieldClass.BIRTHDAY})
PLACES: Final = frozenset({FieldClass.ADDRESS, FieldClass.REGION})
NUMBERS: Final = frozenset({FieldClass.AGE, FieldClass.INCOME_ASSETS, FieldClass.OTHER_PI, FieldClass.BEHAVIOUR})
TEXTS: Final = frozenset({FieldClass.FREE_TEXT})

DATE_LEVELS: Final = ("month", "year", "decade")
PLACE_LEVELS: Final = ("district", "city", "province")
TOKEN_CHARACTERS = 32
SHORTEST_FF1 = 6
"""Digits below which a number has fewer than a million values."""

_NUMBER = r"-?\d{1,15}(?:\.\d{1,6})?"
_CAP = re.compile(rf"(?:(?P<low>{_NUMBER})?\.\.)?(?P<high>{_NUMBER})?")
_NOISE = re.compile(r"(?P<amount>\d{1,9}(?:\.\d{1,6})?)(?P<percent>%?)")
_LENGTH = re.compile(r"char[a-z]*\s*(?:varying\s*)?\(\s*(\d+)\s*\)|^(?:text|string)\((\d+)\)", re.IGNORECASE)
_NUMERIC = re.compile(r"^\s*(?:tiny|small|medium|big)?(?:int|serial|numeric|decimal|real|float|double|number)", re.I)


@dataclass(frozen=True, slots=True)
class Reduction:
    """An operator with its setting, as text (empty: its usual way)."""

    operator: Operator
    setting: str = ""


def parse_reduction(words: str) -> Reduction:
    """The operator and the setting behind the colon.

    Raises:
        ValueError: for a word that is no operator one may choose.
    """
    name, _, setting = words.partition(":")
    if name not in CHOICES:
        raise ValueError(f"{name!r} is no way to reduce a column; there are: {', '.join(CHOICES)}")
    return Reduction(Operator(name), setting)


def bounds_of(setting: str) -> tuple[float | None, float | None]:
    """Lower and upper bound of `cap`: `HIGH`, `LOW..HIGH` or `LOW..`.

    Raises:
        ValueError: for other words, and for bounds in the wrong order.
    """
    found = _CAP.fullmatch(setting)
    low, high = (None, None) if found is None else (found["low"], found["high"])
    if low is None and high is None:
        raise ValueError("cap needs a bound: cap:HIGH, cap:LOW..HIGH or cap:LOW..")
    bounds = (None if low is None else float(low), None if high is None else float(high))
    if bounds[0] is not None and bounds[1] is not None and bounds[0] >= bounds[1]:
        raise ValueError("the lower bound of cap is not below the upper one")
    return bounds


def noise_of(setting: str) -> tuple[float, bool]:
    """The largest change `noise` makes, and whether it is a part of the value (then 0.05 for 5 %).

    Raises:
        ValueError: for other words, and for no noise at all.
    """
    found = _NOISE.fullmatch(setting)
    amount = 0.0 if found is None else float(found["amount"])
    if found is None or not amount:
        raise ValueError("noise needs its largest change: noise:5% or noise:3")
    relative = bool(found["percent"])
    if relative and amount > 100:
        raise ValueError("noise of more than 100 % leaves nothing of a value")
    return (amount / 100 if relative else amount), relative


def step_of(setting: str) -> int:
    """The width of a band, such as 10 years or 1000 yuan; 0 where the setting is none."""
    return int(setting) if re.fullmatch(r"[1-9]\d{0,11}", setting) else 0


def refusal(column: ColumnMap, *, is_reference: bool = False) -> str:
    """Why the column cannot be reduced as `reduced_by` says; empty where it can, or where it says nothing.

    `is_reference`: rows are known by it or other columns point to it, so that every value must stay apart.
    """
    if not column.reduced_by:
        return ""
    try:
        chosen = parse_reduction(column.reduced_by)
        if column.need is not Need.REDUCED:
            raise ValueError('reduced_by is for columns with need = "reduced"')
        if is_reference and chosen.operator not in {Operator.DROP, Operator.TOKEN}:
            raise ValueError("rows are known by this column or others point to it: only token or drop keep that right")
        if column.cls in TEXTS and chosen.operator not in {Operator.DROP, Operator.REDACT_TEXT, Operator.FIXED}:
            raise ValueError("free text can only be redact_text, fixed or drop: names may stand anywhere in it")
        if chosen.operator not in _KEEPS_NUMBERS and _NUMERIC.match(column.declared_type):
            raise ValueError(f"its type is {column.declared_type} and the reduced value would be no number")
        CHOICES[chosen.operator.value](column, chosen.setting)
    except ValueError as error:
        return str(error)
    return ""


def _plain(column: ColumnMap, setting: str) -> None:  # noqa: ARG001 - one shape for all checks
    if setting:
        raise ValueError("this operator takes no setting")


def _fixed(column: ColumnMap, setting: str) -> None:
    if not setting:
        raise ValueError("fixed needs the text that everybody gets: fixed:TEXT")
    _fits(column, len(setting))


def _token(column: ColumnMap, setting: str) -> None:
    _plain(column, setting)
    _fits(column, TOKEN_CHARACTERS)


def _generalise(column: ColumnMap, setting: str) -> None:
    levels: tuple[str, ...] = ()
    if column.cls in DATES:
        levels = DATE_LEVELS
    elif column.cls in PLACES:
        levels = PLACE_LEVELS
    if levels:
        if setting and setting not in levels:
            raise ValueError(f"{column.cls} is generalised to one of: {', '.join(levels)}")
    elif column.cls in NUMBERS:
        if not (step_of(setting) or (column.cls is FieldClass.AGE and not setting)):
            raise ValueError("give the width of the bands: generalise:10")
    elif column.cls is FieldClass.POSTCODE:
        if setting not in {"1", "2", "3", "4", "5"}:
            raise ValueError("give the number of digits that are shown: generalise:2")
    elif column.cls is FieldClass.IP:
        _plain(column, setting)
    else:
        raise ValueError(f"{column.cls} has no coarser form: choose mask, token, fixed or drop")


def _cap(column: ColumnMap, setting: str) -> None:
    _number(column)
    bounds_of(setting)


def _noise(column: ColumnMap, setting: str) -> None:
    _number(column)
    noise_of(setting)


def _number(column: ColumnMap) -> None:
    if column.cls not in NUMBERS:
        raise ValueError(f"{column.cls} is no number")


def _ff1(column: ColumnMap, setting: str) -> None:
    if setting not in {"", "aes", "sm4"}:
        raise ValueError("ff1 knows the ciphers aes and sm4")
    if column.cls not in FF1_CLASSES:
        raise ValueError(f"{column.cls} has no format that could be kept")
    if (length := declared_length(column)) is not None and length < SHORTEST_FF1:
        raise ValueError(f"{length} characters have fewer than a million values")


def _redact(column: ColumnMap, setting: str) -> None:
    _plain(column, setting)
    if column.cls not in TEXTS:
        raise ValueError("redact_text is for free text: other columns are masked whole")


def _waybill(column: ColumnMap, setting: str) -> None:
    _plain(column, setting)
    if column.cls not in {FieldClass.PHONE, FieldClass.LANDLINE, FieldClass.PERSON_NAME, FieldClass.ADDRESS}:
        raise ValueError("waybill is for the phone, the name and the address on a parcel")


def _fits(column: ColumnMap, n_characters: int) -> None:
    length = declared_length(column)
    if length is not None and n_characters > length:
        raise ValueError(f"its type holds {length} characters and the reduced value has {n_characters}")


def declared_length(column: ColumnMap) -> int | None:
    """The longest text that a column holds by its declared type, in characters; None where it does not say."""
    found = _LENGTH.search(column.declared_type)
    return int(found[1] or found[2]) if found else None


_KEEPS_NUMBERS: Final = frozenset({Operator.DROP, Operator.CAP, Operator.NOISE, Operator.FF1, Operator.FIXED})
CHOICES: Final[dict[str, Callable[[ColumnMap, str], None]]] = {
    Operator.DROP.value: _plain,
    Operator.FIXED.value: _fixed,
    Operator.WAYBILL.value: _waybill,
    Operator.MASK.value: _plain,
    Operator.REDACT_TEXT.value: _redact,
    Operator.GENERALISE.value: _generalise,
    Operator.CAP.value: _cap,
    Operator.NOISE.value: _noise,
    Operator.TOKEN.value: _token,
    Operator.FF1.value: _ff1,
}
"""What may be chosen, and the check of each against a column."""
