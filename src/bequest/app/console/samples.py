"""A few values of a column as people may see them who only need to recognise what it holds: masked, never whole.

Read from the source when somebody asks, shown once, kept nowhere.
"""

from collections.abc import Callable, Mapping

import polars as pl

from bequest.app.context import Context
from bequest.engine.kernels import mask
from bequest.kernel.errors import InputError
from bequest.model.datamap import FieldClass
from bequest.sources.opening import open_source
from bequest.sources.source import KEY

MOST = 5
_ROWS = 400
_LONGEST = 24

_MASKS: Mapping[FieldClass, Callable[[pl.Series], pl.Series]] = {
    FieldClass.PERSON_NAME: mask.mask_name,
    FieldClass.PHONE: mask.mask_phone,
    FieldClass.LANDLINE: mask.mask_phone,
    FieldClass.EMAIL: mask.mask_email,
    FieldClass.NATIONAL_ID: mask.mask_id,
    FieldClass.BANK_CARD: mask.mask_card,
    FieldClass.BIRTHDAY: mask.generalise_birthday,
    FieldClass.ADDRESS: mask.generalise_address,
    FieldClass.PASSWORD_SECRET: mask.mask_other,
    FieldClass.BIOMETRIC: mask.mask_other,
    FieldClass.SIGNATURE: mask.mask_other,
    FieldClass.HEALTH: mask.mask_other,
    FieldClass.RELIGION_ETHNICITY: mask.mask_other,
    FieldClass.FREE_TEXT: mask.mask_other,
}
"""All other classes show the form of a value only; of some not even that may be seen."""
_FORMS = ((r"\p{Han}", "字"), (r"[A-Z]", "A"), (r"[a-z]", "a"), (r"\d", "9"))


def masked_samples(ctx: Context, case_id: str, source: str, table: str, column: str) -> tuple[str, ...]:
    """At most five different masked values, the same at every call. Empty where the column holds nothing.

    Raises:
        InputError: where the case has no such source of rows.
        SourceError: where it cannot be read, or has no such table or column.
    """
    record = ctx.case(case_id)
    with ctx.store.transaction() as tx:
        found = tx.datamaps.latest(case_id)
    known = next((s for s in record.case.sources if s.name == source and s.has_rows), None)
    tables = found.tables if found else ()
    mapped = next(
        (c for t in tables if (t.source, t.name) == (source, table) for c in t.columns if c.name == column), None
    )
    if known is None or mapped is None:
        raise InputError(f"there is no column {source}.{table}.{column} to look at", hint="Choose one of the table.")
    values = open_source(known, ctx.secrets).sample(table, _ROWS).drop(KEY, strict=False)[column].cast(pl.String)
    return masked(values, mapped.cls)


def masked(values: pl.Series, cls: FieldClass) -> tuple[str, ...]:
    """Values of a class, masked; what has not the form of its class shows its form only."""
    given = values.drop_nulls()
    given = given.filter(given.str.strip_chars() != "").unique(maintain_order=True)
    return tuple(masked_column(given, cls).unique(maintain_order=True).head(MOST).to_list())


def masked_column(values: pl.Series, cls: FieldClass) -> pl.Series:
    """Every value masked; null stays null, and what has not the form of its class is hidden whole."""
    text = values.cast(pl.String)
    if cls not in _MASKS:
        return form(text)
    return _MASKS[cls](text).fill_null(mask.HIDDEN).zip_with(text.is_not_null(), text)


def form(values: pl.Series) -> pl.Series:
    """The form of values: every letter, digit and character replaced by its kind, cut after 24."""
    made = values
    for pattern, sign in _FORMS:
        made = made.str.replace_all(pattern, sign)
    made = made.str.replace_all(r"[^字Aa9\s\p{P}\p{S}]", "?")
    return pl.select(
        pl.when(made.str.len_chars() > _LONGEST).then(made.str.head(_LONGEST) + "…").otherwise(made).alias("form")
    )["form"]
