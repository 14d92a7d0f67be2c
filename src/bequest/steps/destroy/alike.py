"""How many people look alike in the rows that were anonymised, measured on the source as it stands afterwards."""

from pathlib import Path

import polars as pl

from bequest.engine.rows import KEY, identify
from bequest.engine.tableplan import TablePlan
from bequest.model.destruction import AnonymisedTable
from bequest.sources.source import OpenSource
from bequest.steps.destroy.erase_pass import EraseKeys, in_place_of
from bequest.steps.destroy.erasure import TableErasure
from bequest.steps.destroy.journal import CLASS, journal_path, read_journal


def measure(
    plan: TablePlan, erasure: TableErasure, source: OpenSource, keys: EraseKeys, work: Path, *, number: int, reason: str
) -> AnonymisedTable | None:
    """The line of one table on the certificate; nothing where none of its rows was to be anonymised.

    Every row is read anew and must be there in its anonymised form; what it looks like is taken from what was read.
    """
    in_place = in_place_of(plan, keys)
    if in_place is None:
        return None
    journal = read_journal(journal_path(work, number), plan)
    done = journal.filter(pl.col(CLASS).is_not_null() & pl.col("after").is_not_null()).select("pos", "row_tag", "after")
    names = [c.name for c in plan.columns]
    by = ["row_tag", "after"] if plan.key else ["after"]
    wanted = done.with_columns(plan.rows["subject"][done["pos"]]).with_columns(_nth(by)).drop("pos")
    read = [pl.DataFrame(schema={"row_tag": pl.Binary, "after": pl.Binary, CLASS: pl.Binary})]
    for batch in source.read(plan.table, names, key=plan.key) if done.height else ():
        tags = identify(batch.select(KEY, *names), plan.source, plan.table, names, keys.link_ecb)["row_tag"]
        read.append(pl.DataFrame([tags, in_place.after(batch, keys.link_ecb), in_place.looks(batch)]))
    # of rows without a key any with this content is this row: they are paired off one by one
    found = pl.concat(read).with_columns(_nth(by)).join(wanted, on=[*by, "nth"], how="inner")
    return AnonymisedTable(
        plan.source, plan.table, plan.anonymise_k, in_place.least(found), done.height, found.height,
        len(erasure.too_few), tuple(f"{c.name}={c.anonymised_by}" for c in plan.columns if c.name not in plan.key),
        reason,
    )  # fmt: skip


def _nth(by: list[str]) -> pl.Expr:
    return pl.int_range(pl.len()).over(by).alias("nth")
