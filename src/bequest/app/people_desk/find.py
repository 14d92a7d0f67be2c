"""Find a person by something that is theirs: what is typed becomes a keyed token and is looked for among tokens.

Nothing typed is kept or logged. Somebody is found only where the whole value is known: there is no search by part.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from bequest.app.context import Context
from bequest.app.linked_people import person_ids
from bequest.app.run_discover import data_map
from bequest.app.run_link import load_linked
from bequest.app.telling import people_of
from bequest.app.workspace import Workspace
from bequest.crypto.cipher import aes_ecb
from bequest.crypto.keys import KeyState
from bequest.engine.kernels import normalise
from bequest.engine.kernels.cmac import tokens
from bequest.kernel.errors import BequestError, GuardError, InputError, StateError
from bequest.model.datamap import DataMap
from bequest.steps.link.features import person_name, usable_phone
from bequest.steps.link.link import Linked

MOST_HITS = 20
"""More people than this are not listed: a common name is no way to leaf through customers."""
SEARCHES_A_DAY = 200
"""Of one person of the house in a case, in 24 hours: our own choice."""
SEARCH = "console.search"


@dataclass(frozen=True, slots=True)
class _Kind:
    """What can be looked for: the feature of the index, its normal form."""

    feature: tuple[str, ...]
    form: Callable[[pl.Expr], pl.Expr]


KINDS: dict[str, _Kind] = {
    "phone": _Kind(("ph", "ph2"), usable_phone),
    "email": _Kind(("em",), normalise.email),
    "national_id": _Kind(("id",), normalise.national_id),
    "person_name": _Kind(("nm",), person_name),
}
REFERENCE = "ref"
"""Beside these: the reference of somebody's letter."""


def find_people(ctx: Context, case_id: str, kind: str, typed: str) -> tuple[int, ...]:
    """Ids of the people found, at most `MOST_HITS`.

    Raises:
        InputError: where the kind is none, or what was typed has not its form, or too many are found.
        StateError: before linking, or once the key of the tokens is gone.
    """
    if kind not in {*KINDS, REFERENCE}:
        raise InputError("it is not said what is looked for", hint=f"Choose one of {', '.join((*KINDS, REFERENCE))}.")
    if ctx.keys(case_id).state("link") is not KeyState.LIVE:
        raise StateError(
            "nobody can be looked for any more: the key of the tokens was destroyed at the close",
            hint="What was done is told on the person's own page at the portal, and by the certificate.",
        )
    datamap = data_map(ctx, case_id)
    subjects = (
        _by_letter(ctx, case_id, datamap, typed) if kind == REFERENCE else _by_token(ctx, case_id, datamap, kind, typed)
    )
    found = person_ids(ctx.workspace(case_id)).gather(sorted(subjects)).unique(maintain_order=True).to_list()
    if len(found) > MOST_HITS:
        raise InputError(
            f"more than {MOST_HITS} people bear this",
            hint="Look for something that fewer people have, such as a number.",
        )
    return tuple(int(p) for p in found)


def tokens_of(ctx: Context, case_id: str, kind: str, typed: pl.Series) -> pl.Series:
    """The keyed token of each of some values of a kind; null for one that has not its form."""
    wanted = KINDS[kind]
    normal = typed.alias("v").to_frame().select(wanted.form(pl.col("v").str.strip_chars()).alias("v"))["v"]
    return tokens(normal, aes_ecb(ctx.keys(case_id).get("link")), f"x\x1f{wanted.feature[0]}\x1f").set(
        normal.is_null(), None
    )


def bearers(workspace: Workspace, linked: Linked, kind: str, wanted: pl.Series) -> pl.DataFrame:
    """`token`, `subject` of everybody who bears one of these tokens of a kind."""
    parts = [pl.DataFrame(schema={"token": pl.Binary, "subject": pl.Int64})]
    mine = wanted.drop_nulls().unique().alias("token").to_frame()
    for (source, table), roles in linked.subject_of.items():
        path = workspace.table_file("index", source, table)
        present = pl.read_parquet_schema(path)
        for role, subjects in roles.items():
            who = pl.Series("subject", subjects, dtype=pl.Int64)
            for column in (c for f in KINDS[kind].feature if (c := f"x:{role}:{f}") in present):
                found = pl.DataFrame([pl.read_parquet(path, columns=[column])[column].alias("token"), who])
                parts.append(found.filter(pl.col("subject") >= 0).join(mine, on="token", how="semi"))
    return pl.concat(parts).unique(maintain_order=True)


def _by_token(ctx: Context, case_id: str, datamap: DataMap, kind: str, typed: str) -> set[int]:
    token = tokens_of(ctx, case_id, kind, pl.Series([typed]))
    if token.null_count():
        raise InputError("what was typed has not the form of what is looked for", hint="Type the whole of it.")
    workspace = ctx.workspace(case_id)
    linked = load_linked(workspace, ctx.case(case_id).case, datamap, fixed=True)
    return {int(s) for s in bearers(workspace, linked, kind, token)["subject"]}


def _by_letter(ctx: Context, case_id: str, datamap: DataMap, typed: str) -> set[int]:
    workspace = ctx.workspace(case_id)
    linked = load_linked(workspace, ctx.case(case_id).case, datamap, fixed=True)
    try:
        told = people_of(workspace, linked)
    except BequestError as e:
        raise StateError("no letters have been made yet", hint="Look for a number or a name instead.") from e
    return {int(s) for s in told.filter(pl.col("ref") == typed.strip())["subject"]}


def require_below(ctx: Context, case_id: str, person: str, action: str, most: int, now: datetime) -> None:
    """Refuse where a person of the house has done something too often within a day.

    Raises:
        GuardError: telling the limit.
    """
    with ctx.store.transaction() as tx:
        done = [a for a in tx.access.list(case_id) if (a.person, a.action) == (person, action)]
    if sum(a.at > now - timedelta(days=1) for a in done) >= most:
        raise GuardError(
            f"this was done {most} times within a day by the same person: that is the limit",
            hint="Wait, or have the protection officer look at the access table and do it.",
        )
