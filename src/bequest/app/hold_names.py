"""Whom a hold is about, as people name them: by what appears in no shell history, or by a file that is only read.

On the command line a person is a reference of a letter, or a row (`source.table:key`). In a file (CSV in UTF-8,
columns `kind,value`) also a telephone number, an e-mail address, an identity number or a name: each becomes a keyed
token and is looked for among tokens. Nothing of the file is kept or repeated; messages name its lines.
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from bequest.app.context import Context
from bequest.app.people_desk.find import KINDS, REFERENCE, bearers, tokens_of
from bequest.app.telling import people_of
from bequest.crypto.cipher import aes_ecb
from bequest.engine.kernels.cmac import tokens
from bequest.engine.rows import row_tag_prefix
from bequest.kernel.errors import BequestError, InputError
from bequest.steps.link.link import Linked
from bequest.steps.notify.answers import read_csv_columns

ROW = "row"
NAMED = ("kind", "value", "at")
_KINDS = (*KINDS, REFERENCE, ROW)
_FOUND = {"at": pl.Int64, "subject": pl.Int64}


def named(who: Sequence[str], selector: Path | None) -> pl.DataFrame:
    """`kind`, `value`, `at` of everybody named: `at` is the line of the file, or minus the number on the command line.

    Raises:
        InputError: where nobody is named, the file cannot be used, or a line has an unknown kind.
    """
    lines = [(ROW if ":" in w else REFERENCE, w, -n) for n, w in enumerate(who, 1)]
    given = pl.DataFrame(lines, schema={"kind": pl.Utf8, "value": pl.Utf8, "at": pl.Int64}, orient="row")
    if selector is not None:
        file = read_csv_columns(selector, NAMED[:2]).with_row_index("at", offset=2)
        unknown = file.filter(~pl.col("kind").is_in(_KINDS).fill_null(False) | pl.col("value").is_null())["at"]
        if len(unknown):
            raise InputError(
                f"{selector.name}: line {_some(unknown)}: no kind that can be looked for, or no value",
                hint=f"Kinds: {', '.join(_KINDS)}. Nothing was put on hold.",
            )
        given = pl.concat([given, file.select("kind", "value", pl.col("at").cast(pl.Int64))])
    if not given.height:
        raise InputError("nobody is named", hint="Give --who REFERENCE or source.table:KEY, or --selector FILE.")
    return given


def named_subjects(ctx: Context, case_id: str, linked: Linked, given: pl.DataFrame) -> pl.Series:
    """Today's subjects of everybody named, sorted; where a value is borne by several, all of them.

    Raises:
        InputError: where somebody named is not found: nobody is put on hold then.
    """
    kinds = given["kind"].unique(maintain_order=True)
    found = pl.concat(_found(ctx, case_id, linked, k, given.filter(pl.col("kind") == k)) for k in kinds)
    missing = given.join(found, on="at", how="anti")["at"]
    lines, words = missing.filter(missing > 0), -missing.filter(missing < 0)
    if len(missing):
        where = [f"line {_some(lines)} of the file"] * bool(len(lines)) + [f"--who {_some(words)}"] * bool(len(words))
        raise InputError(
            f"nobody of this case is found by {' and '.join(where)}",
            hint="The whole value is needed, as it stood when the records were linked. Nothing was put on hold.",
        )
    return found["subject"].unique().sort()


def _found(ctx: Context, case_id: str, linked: Linked, kind: str, given: pl.DataFrame) -> pl.DataFrame:
    """`at`, `subject` by one kind."""
    workspace = ctx.workspace(case_id)
    if kind == REFERENCE:
        try:
            people = people_of(workspace, linked)
        except BequestError:
            return pl.DataFrame(schema=_FOUND)  # no letters yet: no reference is known
        refs = given.select("at", pl.col("value").str.strip_chars().alias("ref"))
        return refs.join(people, on="ref").select("at", pl.col("subject").cast(pl.Int64))
    if kind == ROW:
        return pl.concat([pl.DataFrame(schema=_FOUND), *(_in_row(ctx, case_id, linked, *r) for r in given.rows())])
    token = tokens_of(ctx, case_id, kind, given["value"]).alias("token")
    return given.with_columns(token).join(bearers(workspace, linked, kind, token), on="token").select(*_FOUND)


def _in_row(ctx: Context, case_id: str, linked: Linked, _kind: str, value: str, at: int) -> pl.DataFrame:
    """Everybody in a row: `source.table:key`."""
    place, _, key = value.partition(":")
    source, _, table = place.partition(".")
    parts = [pl.DataFrame(schema=_FOUND)]
    if key and (source, table) in linked.subject_of:
        tag = tokens(pl.Series([key]), aes_ecb(ctx.keys(case_id).get("link")), row_tag_prefix(source, table))[0]
        index = pl.read_parquet(ctx.workspace(case_id).table_file("index", source, table), columns=["row_tag"])
        here = index.select(here=pl.col("row_tag") == pl.lit(tag, pl.Binary))["here"]
        for subjects in linked.subject_of[source, table].values():
            who = pl.Series("subject", subjects, dtype=pl.Int64).filter(here)
            parts.append(who.filter(who >= 0).to_frame().select(pl.lit(at, pl.Int64).alias("at"), "subject"))
    return pl.concat(parts)


def _some(numbers: pl.Series) -> str:
    first = ", ".join(map(str, numbers.sort().head(5).to_list()))
    return first + (f" and {len(numbers) - 5:,} more" if len(numbers) > 5 else "")
