"""Pairs in doubt: what people should look at, and what they decide. A decision holds in every later run."""

from pathlib import Path

import polars as pl

from bequest.app.context import Context, require_open
from bequest.app.evidence import publish, record
from bequest.app.linked_people import add_decision, decisions, review_list
from bequest.app.reading import open_sources, read_table
from bequest.app.run_discover import data_map
from bequest.app.user_files import check_user_file, new_user_file
from bequest.evidence.event_types import EventType
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import InputError
from bequest.model.case import Case
from bequest.model.datamap import TableMap
from bequest.steps.link.compare import PARTS
from bequest.store.records import AccessRecord


def open_pairs(ctx: Context, case_id: str) -> pl.DataFrame:
    """The pairs in doubt, the likeliest first: `code`, where both stand, `bits` and the bits of each part.

    Columns: code, bits, the parts, and source, table, role, row (number in reading order) of left and right.
    """
    pairs = review_list(ctx.workspace(case_id))
    places = _places(ctx, case_id, pairs)
    for side in ("left", "right"):
        named = places.rename({"mention": side, **{c: f"{side}_{c}" for c in places.columns if c != "mention"}})
        pairs = pairs.join(named, on=side, how="left", maintain_order="left")
    return pairs.select("code", "bits", *PARTS, pl.col("^(left|right)_.*$"))


def _places(ctx: Context, case_id: str, pairs: pl.DataFrame) -> pl.DataFrame:
    """Where the mentions of the pairs stand."""
    workspace = ctx.workspace(case_id)
    wanted = pl.concat([pairs["left"], pairs["right"]]).unique().implode()
    schema = {"mention": pl.Binary, "source": pl.String, "table": pl.String, "role": pl.String, "row": pl.Int64}
    parts = [pl.DataFrame(schema=schema)]
    for table in data_map(ctx, case_id).tables:
        path = workspace.table_file("index", table.source, table.name)
        if not table.in_case or not path.is_file():
            continue
        for column in [c for c in pl.read_parquet_schema(path) if c.startswith("m:")]:
            rows = pl.scan_parquet(path).select(pl.col(column).alias("mention"), "row_no")
            found = rows.filter(pl.col("mention").is_in(wanted)).collect()
            place = [
                pl.lit(v).alias(k) for k, v in (("source", table.source), ("table", table.name), ("role", column[2:]))
            ]
            parts.append(found.select("mention", *place, pl.col("row_no").cast(pl.Int64).alias("row")))
    return pl.concat(parts)


def export_pairs(ctx: Context, case_id: str, path: Path) -> int:
    """Write the pairs with their row keys in clear to a CSV file the user named; the access is logged."""
    case = ctx.case(case_id).case
    check_user_file(path)
    pairs = open_pairs(ctx, case_id)
    sources = open_sources(case, ctx.secrets)
    keys = [pl.DataFrame(schema={"source": pl.String, "table": pl.String, "row": pl.Int64, "key": pl.String})]
    for table in data_map(ctx, case_id).tables:
        here = pl.concat([_rows(pairs, side, table) for side in ("left", "right")])
        if len(here):
            read = read_table(ctx, sources[table.source], table, "export", columns=[])
            all_keys = pl.concat([b["__key"] for b in read])
            rows = here.unique().sort()
            place = {"source": [table.source] * len(rows), "table": [table.name] * len(rows)}
            keys.append(pl.DataFrame({**place, "row": rows, "key": all_keys.gather(rows)}))
    found = pl.concat(keys)
    for side in ("left", "right"):
        on = [f"{side}_{c}" for c in ("source", "table", "row")]
        pairs = pairs.join(
            found.rename({c: f"{side}_{c}" for c in found.columns}), on=on, how="left", maintain_order="left"
        )
    with new_user_file(path) as beside:
        pairs.drop("left_row", "right_row").write_csv(beside, float_precision=1)
    at = ctx.now(case_id)
    with ctx.store.transaction() as tx:
        n = len(tx.access.list(case_id))
        line = AccessRecord(
            at=at, person="os-user", action="review.export", purpose="", target="links", n_rows=pairs.height
        )
        tx.access.record(case_id, line)
        record(ctx, tx, case_id, EventType.ACCESS_READ, f"review-{n}", at=at, counts={"rows": pairs.height})
    publish(ctx, case_id)
    return pairs.height


def _rows(pairs: pl.DataFrame, side: str, table: TableMap) -> pl.Series:
    """Rows of a table on one side of the pairs."""
    mine = (pl.col(f"{side}_source") == table.source) & (pl.col(f"{side}_table") == table.name)
    return pairs.filter(mine)[f"{side}_row"].alias("row")


def decide(ctx: Context, case_id: str, code: str, *, same: bool, person: str, reason: str) -> None:
    """Somebody says whether the two of a pair are one person. It counts from the next run of `link`.

    Raises:
        InputError: where there is no such pair, or no such person in the case.
        StateError: after the cutover, when who is who stands.
    """
    require_open(ctx, case_id, "deciding who is who")
    case = ctx.case(case_id).case
    _check_person(case, person)
    workspace = ctx.workspace(case_id)
    found = review_list(workspace).filter(pl.col("code") == code)
    if found.height != 1:
        raise InputError(
            f"there is no pair {code} in doubt in case {case_id}", hint=f"`bequest review {case_id}` lists them."
        )
    at = ctx.now(case_id)
    said = found.select("left", "right", pl.lit(same).alias("same"))
    line = said.with_columns(
        pl.lit(person).alias("by"), pl.lit(rfc3339(at)).alias("at"), pl.lit(reason).alias("reason")
    )
    add_decision(workspace, line)
    with ctx.store.transaction() as tx:
        number = decisions(workspace).height
        record(
            ctx, tx, case_id, EventType.SUBJECT_REVIEWED, f"{number}-{code}", at=at,
            content={"pair": code, "same": same, "person": person, "reason": reason},
            counts={"same": int(same), "different": int(not same)},
        )  # fmt: skip
    publish(ctx, case_id)


def _check_person(case: Case, person: str) -> None:
    if all(p.id != person for p in case.people):
        raise InputError(
            f"there is no person {person!r} in case {case.id}", hint=f"People: {', '.join(p.id for p in case.people)}."
        )
