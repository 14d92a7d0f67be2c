"""Where a person can be reached: read from the sources when needed, held in memory only."""

from collections.abc import Iterable

import numpy as np
import polars as pl

from bequest.engine.kernels import normalise
from bequest.model.datamap import FieldClass, TableMap
from bequest.model.facts import RecordClass, RowRole

PRIORITY: dict[RecordClass, int] = {
    RecordClass.CUSTOMER_PROFILE: 0,
    RecordClass.LOYALTY_ACCOUNT: 1,
    RecordClass.ADDRESS_BOOK: 2,
    RecordClass.ORDER: 3,
    RecordClass.TICKET: 4,
}
"""Which record knows a person's own address best; others are not asked."""

CONTACTS = {"subject": pl.Int64, "rank": pl.Int32, "name": pl.Utf8, "phone": pl.Utf8, "email": pl.Utf8}


def contact_columns(table: TableMap, role: RowRole) -> dict[str, str]:
    """The columns of a role that say who and where: `name`, `phone`, `email` → column name."""
    wanted = {"name": FieldClass.PERSON_NAME, "phone": FieldClass.PHONE, "email": FieldClass.EMAIL}
    found = {}
    for what, cls in wanted.items():
        column = next((c.name for c in table.columns if c.role is role and c.cls is cls), None)
        if column:
            found[what] = column
    return found


def contacts(table: TableMap, role: RowRole, batches: Iterable[pl.DataFrame], subjects: np.ndarray) -> pl.DataFrame:
    """Contacts of the people of one table, with the table's rank; see `CONTACTS` for the columns."""
    columns = contact_columns(table, role)
    rank = PRIORITY.get(table.record_class)
    if rank is None or not ({"phone", "email"} & set(columns)):
        return pl.DataFrame(schema=CONTACTS)
    parts = []
    at = 0
    for batch in batches:
        who = pl.Series("subject", subjects[at : at + batch.height])
        at += batch.height
        exprs = {
            "name": normalise.text(pl.col(columns["name"])) if "name" in columns else pl.lit(None, pl.Utf8),
            "phone": normalise.phone(pl.col(columns["phone"])) if "phone" in columns else pl.lit(None, pl.Utf8),
            "email": normalise.email(pl.col(columns["email"])) if "email" in columns else pl.lit(None, pl.Utf8),
        }
        part = batch.with_columns(who).select(
            "subject", pl.lit(rank, pl.Int32).alias("rank"), *(e.alias(n) for n, e in exprs.items())
        )
        parts.append(part.filter(pl.col("subject") >= 0))
    return pl.concat(parts) if parts else pl.DataFrame(schema=CONTACTS)


def best_contacts(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """One row per person: the first known name, phone and e-mail in order of rank."""
    return (
        pl.concat([pl.DataFrame(schema=CONTACTS), *parts])
        .sort("subject", "rank", maintain_order=True)
        .group_by("subject", maintain_order=True)
        .agg(pl.col(c).drop_nulls().first() for c in ("name", "phone", "email"))
    )
