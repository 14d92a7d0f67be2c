"""`anonymised_by` of the data map: what becomes of each column of a row that is anonymised in place instead of deleted.

Anonymised is what cannot be told to be about somebody and cannot be turned back (PIPL Art. 73(4)). So nothing that
still shows a part of a value, or that a key opens again, is offered: no mask, no noise, no FF1. The words are checked
when they are read, against class and declared type: what could not be written is refused before anything runs. What a
server declares beyond that (unique, never null, foreign keys, computed) is checked against its catalogue when the plan
is made.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bequest.model.datamap import Anonymising, ColumnMap, FieldClass, TableMap
from bequest.model.facts import RowRole
from bequest.model.reduction import DATE_LEVELS, PLACE_LEVELS, TOKEN_CHARACTERS, declared_length, step_of

LEAST_K: Final = 2
USUAL_K: Final = 5


class Way(StrEnum):
    """What is done to a column."""

    DROP = "drop"
    """Emptied: null, or the empty text where null is not allowed."""
    FIXED = "fixed"
    """One and the same value for all."""
    GENERALISE = "generalise"
    """A coarser value in the type of the column: dates become the first day, numbers the lower end of their band."""
    TOKEN = "token"  # noqa: S105 - the name of a way
    """A token under a key that is destroyed with the certificate; it joins within its column alone."""
    KEEP = "keep"
    """Stays as it is, and counts when people are counted who look alike; `keep:measure` does not count."""


MEASURE: Final = "measure"
_KEEPABLE: Final = frozenset({FieldClass.NOT_PI, FieldClass.GENDER, FieldClass.REGION, FieldClass.AGE})
"""Classes that may stay as they are: none of them is given to one person."""
_DATED: Final = frozenset({FieldClass.BIRTHDAY, FieldClass.NOT_PI})
_PLACED: Final = frozenset({FieldClass.ADDRESS, FieldClass.REGION})
_NUMBERED: Final = frozenset({FieldClass.AGE, FieldClass.INCOME_ASSETS, FieldClass.BEHAVIOUR, FieldClass.NOT_PI})
_DEFAULTS: Final = {
    FieldClass.BIRTHDAY: "generalise:decade",
    FieldClass.AGE: "generalise:10",
    FieldClass.REGION: "generalise:province",
    FieldClass.POSTCODE: "generalise:2",
    FieldClass.GENDER: "keep",
}
_DATE = re.compile(r"^\s*(?:date|time|smalldatetime)", re.IGNORECASE)
_NUMERIC = re.compile(
    r"^\s*(?:tiny|small|medium|big)?(?:int|serial|numeric|decimal|real|float|double|number|u?int\d)", re.I
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A way with its setting, as text (empty: its usual form)."""

    way: Way
    setting: str = ""

    @property
    def writes(self) -> bool:
        """Whether values are changed."""
        return self.way is not Way.KEEP

    @property
    def counts(self) -> bool:
        """Whether what is left can tell people apart, so that k is counted over it."""
        return self.way is Way.GENERALISE or (self.way is Way.KEEP and self.setting != MEASURE)


def chosen(column: ColumnMap) -> Chosen:
    """The way of a column; what nobody chose is emptied."""
    name, _, setting = column.anonymised_by.partition(":")
    return Chosen(Way(name), setting) if name else Chosen(Way.DROP)


def is_date(declared_type: str) -> bool:
    """Whether a column holds dates or times by its declared type."""
    return bool(_DATE.match(declared_type))


def is_number(declared_type: str) -> bool:
    """Whether a column holds numbers by its declared type."""
    return bool(_NUMERIC.match(declared_type))


def usual_way(column: ColumnMap, key: tuple[str, ...]) -> str:
    """The default of the class: what names or singles out is emptied, what describes is made coarse.

    A date that is nobody's birthday is brought to its month: with the minute an order is one person's.
    """
    if column.name in key:
        return Way.KEEP.value
    if column.role is RowRole.STAFF and column.personal:
        return Way.DROP.value
    if column.cls is FieldClass.NOT_PI and not column.personal:
        return "generalise:month" if is_date(column.declared_type) else Way.KEEP.value
    return _DEFAULTS.get(column.cls, Way.DROP.value)


def refusal(column: ColumnMap, table: TableMap, *, points: bool = False) -> str:
    """Why a column cannot be anonymised as `anonymised_by` says; empty where it can.

    `points`: it holds values of a table of the case, or such a table holds its values: kept, it would join the row to
    others that tell more.
    """
    name, _, setting = column.anonymised_by.partition(":")
    if table.anonymise is None:
        return "the table has no `anonymise`: only its rows are anonymised" if name else ""
    if name not in {w.value for w in Way}:
        return f"{name!r} is no way to anonymise a column; there are: {', '.join(w.value for w in Way)}"
    made = Chosen(Way(name), setting)
    if column.name in table.key:
        return _key(column, made)
    checks = {
        Way.DROP: _plain, Way.FIXED: _fixed, Way.GENERALISE: _generalise, Way.TOKEN: _token, Way.KEEP: _keep,
    }  # fmt: skip
    why = checks[made.way](column, setting)
    if not why and points and made.way is Way.KEEP:
        return "it joins the row to a row of another table of the case: drop, fixed or token end that"
    return why


def table_refusal(anonymise: Anonymising) -> str:
    """Why the wish for a table cannot be met."""
    if anonymise.k < LEAST_K:
        return f"k = {anonymise.k} hides nobody: k is at least {LEAST_K}, {USUAL_K} or 10 are usual"
    return (
        "" if anonymise.reason.strip() else "it needs a reason: why the rows stay (statistics, the ledger, references)"
    )


def _key(column: ColumnMap, made: Chosen) -> str:
    if made != Chosen(Way.KEEP):
        return "rows are known by this column, so it stays: write keep, or name other key columns (or none)"
    if column.cls is not FieldClass.NOT_PI or column.personal:
        return (
            f"rows are known by this column and it is {column.cls}: a number that the person or the receiver knows"
            " would lead back. Such rows are deleted; in a file key = [] lets it be anonymised as any other"
        )
    return ""


def _plain(_: ColumnMap, setting: str) -> str:
    return "this way takes no setting" if setting else ""


def _fixed(column: ColumnMap, setting: str) -> str:
    if not setting:
        return "fixed needs the value that all get: fixed:VALUE"
    if is_number(column.declared_type) and not re.fullmatch(r"-?\d{1,18}(?:\.\d{1,6})?", setting):
        return f"its type is {column.declared_type} and the fixed value is no number"
    if is_date(column.declared_type) and not re.fullmatch(r"\d{4}-\d\d-\d\d", setting):
        return f"its type is {column.declared_type} and the fixed value is no date such as 1900-01-01"
    return _fits(column, len(setting))


def _token(column: ColumnMap, setting: str) -> str:
    if is_number(column.declared_type) or is_date(column.declared_type):
        return f"its type is {column.declared_type} and a token is text"
    return _plain(column, setting) or _fits(column, TOKEN_CHARACTERS)


def _keep(column: ColumnMap, setting: str) -> str:
    if setting not in {"", MEASURE}:
        return "keep takes no setting but keep:measure"
    if column.cls not in _KEEPABLE:
        return f"{column.cls} is a person's own: it cannot stay as it is"
    if setting and (column.cls is not FieldClass.NOT_PI or column.personal):
        return "keep:measure is for what is not personal and nobody outside knows, such as an amount"
    return ""


def _generalise(column: ColumnMap, setting: str) -> str:
    text = not is_number(column.declared_type) and not is_date(column.declared_type)
    if setting in DATE_LEVELS and column.cls in _DATED:
        return "" if not is_number(column.declared_type) else f"its type is {column.declared_type}, no date"
    if setting in PLACE_LEVELS and column.cls in _PLACED:
        return "" if text else f"its type is {column.declared_type}, no place"
    if column.cls is FieldClass.POSTCODE and setting in {"1", "2", "3", "4", "5"}:
        return "" if text else f"its type is {column.declared_type}: a postcode with stars is text"
    if step_of(setting) and column.cls in _NUMBERED:
        return "" if not is_date(column.declared_type) else f"its type is {column.declared_type}, no number"
    levels = [*DATE_LEVELS] * (column.cls in _DATED) + [*PLACE_LEVELS] * (column.cls in _PLACED)
    levels += ["the width of bands, such as 10"] * (column.cls in _NUMBERED) + ["1 to 5"] * (
        column.cls is FieldClass.POSTCODE
    )
    if not levels:
        return f"{column.cls} has no coarser form that names nobody: choose drop, fixed or token"
    return f"{column.cls} is generalised to one of: {', '.join(levels)}"


def _fits(column: ColumnMap, n_characters: int) -> str:
    length = declared_length(column)
    if length is not None and n_characters > length:
        return f"its type holds {length} characters and the new value has {n_characters}"
    return ""
