"""Cards of the portal, prepared inside: per person what is known, what becomes of it, masked samples; all sealed.

A card whose content changed is made anew whenever something about telling people changes, and at the close with what
was done. Only people with a letter of their own have one; third parties are told by the public notice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import polars as pl

from bequest.app.context import Context
from bequest.app.keep_place import keep_place
from bequest.app.kept_proofs import KeptProofs
from bequest.app.law import pack_of
from bequest.app.open_case import make_keys
from bequest.app.portal.kinds import kinds_by_ref
from bequest.app.portal.links import KEY, link_tokens
from bequest.app.portal.page import OPEN_DAYS, keep_page, make_page, opens_until
from bequest.app.portal.visitors import keep_addresses
from bequest.app.run_link import load_linked
from bequest.app.telling import people_of
from bequest.app.workspace import Workspace
from bequest.crypto.age import generate_identity
from bequest.crypto.cipher import aes_ecb, derive
from bequest.crypto.links import lookup_of, seal_cards
from bequest.crypto.sealing import read_sealed, write_sealed
from bequest.engine.kernels import mask
from bequest.engine.kernels.cmac import row_digests, tokens
from bequest.model.case import Case
from bequest.model.datamap import DataMap
from bequest.model.facts import Fact
from bequest.steps.link.link import Linked
from bequest.steps.notify.content import Notice
from bequest.steps.notify.ladder import Channel

_IDENTITY = b"portal-identity"


@dataclass(frozen=True, slots=True)
class Ended:
    """How each person ended, once it is fixed: `ref`, `outcome`, `line` (the anchor of the person's line)."""

    people: pl.DataFrame
    proofs: KeptProofs | None
    head: str = ""
    """The head of the log that holds the root of the proofs, as JSON."""


def make_cards(
    ctx: Context, case: Case, datamap: DataMap, register: pl.DataFrame, people: pl.DataFrame,
    notices: Mapping[str, Notice], *, ended: Ended | None = None, at: datetime,
) -> int:  # fmt: skip
    """The cards of the case as they must read now; how many there are. Those whose content did not change stay.

    `people`: `ref`, `name`, `phone`, `email`. `notices`: the wordings by lots.
    """
    workspace = ctx.workspace(case.id)
    linked = load_linked(workspace, case, datamap, fixed=ended is not None)
    versions = {lots: n.version for lots, n in notices.items()}
    kinds = kinds_by_ref(workspace, datamap, linked)
    cards = (
        register.filter(~pl.col("public_only") & (pl.col("has_sms") | pl.col("has_email")))
        .join(people, on="ref")
        .join(kinds.of, on="ref", how="left")
        .join(_ages_by_ref(workspace, linked), on="ref", how="left")
        .with_columns(
            pl.col("lots").replace_strict(versions, default=versions[""], return_dtype=pl.Utf8).alias("notice"),
            _windows(case, register).alias("until"),
            _datum().alias("datum"),
            _reached().alias("address"),
        )
    )
    done = ended.people if ended else pl.DataFrame(schema=_DONE)
    cards = cards.join(done, on="ref", how="left").with_columns(
        mask.mask_name(cards["name"]).alias("masked_name"),
        mask.mask_phone(cards["phone"]).alias("masked_phone"),
        mask.mask_email(cards["email"]).alias("masked_email"),
    )
    make_keys(ctx, case.id, (KEY,), at)
    keep_addresses(ctx, case.id, cards.select("ref", "address"))
    head = ended.head if ended else ""
    keep_page(ctx, make_page(case, notices, _recipient(ctx, case.id), closed=ended is not None, fixed_head=head))
    ends = at + timedelta(days=OPEN_DAYS) if ended else _end_of(opens_until(case))
    _put(ctx, case.id, cards.select(_SAYS), kinds.said, ended.proofs if ended else None, ends=max(ends, at), at=at)
    return cards.height


_DONE = {"ref": pl.Utf8, "outcome": pl.Utf8, "line": pl.Binary}
_SAYS = (
    "ref", "lots", "notice", "told_on", "until", "outcome", "line", "kinds", "age", "masked_name", "masked_phone",
    "masked_email", "datum",
)  # fmt: skip
"""All that a card is made of; `kinds` by number."""
_FORM = 2
"""Counts up when cards read otherwise while what they are made of stays the same."""
_AT_ONCE = 20_000


def _put(
    ctx: Context, case_id: str, cards: pl.DataFrame, kinds: pl.Series, proofs: KeptProofs | None, *, ends: datetime,
    at: datetime,
) -> None:  # fmt: skip
    """Seal and keep what changed since the cards were last made, some thousands at a time.

    What was last made is known by keyed tags of what the cards are made of. Cut off between the cards and these, the
    cards that changed are made once more.
    """
    workspace = ctx.workspace(case_id)
    path = workspace.dir("work") / "cards.parquet"
    ecb = aes_ecb(derive(ctx.keys(case_id).get(KEY), KEY, "content"))
    said = cards.with_columns(
        tokens(kinds, ecb, "kinds\x1f").bin.encode("hex").gather(cards["kinds"]).alias("kinds"),
        pl.col("line").bin.encode("hex"),
    )
    root = proofs.root.hex() if proofs else ""
    now = cards.select("ref", row_digests(said, ecb, f"card\x1f{_FORM}\x1f{root}").alias("tag"))
    last = pl.read_parquet(path) if path.is_file() else now.clear()
    with ctx.store.transaction() as tx:
        if tx.portal.count_cards(case_id) != last.height:
            last = now.clear()
    changed = cards.join(now.join(last, on=["ref", "tag"], how="anti"), on="ref", how="semi")
    stale = last.join(now, on=["ref", "tag"], how="anti").join(changed, on="ref", how="anti")["ref"]
    lookups = [lookup_of(s) for s in _secrets(ctx, case_id, stale)]
    with ctx.store.transaction() as tx:
        tx.portal.clear_cards(case_id, lookups if last.height else None, opens_until=ends)
    for part in changed.iter_slices(_AT_ONCE):
        ready = _ready(part, kinds, proofs)
        rows = zip(_secrets(ctx, case_id, part["ref"]), *ready, strict=True)
        sealed = list(seal_cards(rows, case_id))
        with ctx.store.transaction() as tx:
            tx.portal.put_cards(case_id, sealed, opens_until=ends, at=at)
    workspace.write(path, now)


def _ready(part: pl.DataFrame, kinds: pl.Series, proofs: KeptProofs | None) -> pl.DataFrame:
    """What cards say, as JSON: `open`, `inner`, and `datum`."""
    proof = proofs.texts(part["line"]) if proofs else pl.repeat("", part.height, dtype=pl.String, eager=True)
    part = part.with_columns(kinds.gather(part["kinds"]).alias("kinds"), proof.alias("proof"))
    ended = (pl.col(n).fill_null("") for n in ("outcome", "proof", "kinds", "age"))
    opened = pl.struct("ref", "lots", "notice", "told_on", "until", *ended)
    inner = pl.struct(name="masked_name", phone="masked_phone", email="masked_email")
    return part.select(
        opened.struct.json_encode().alias("open"), inner.struct.json_encode().alias("inner"),
        pl.col("datum").fill_null(""),
    )  # fmt: skip


def _secrets(ctx: Context, case_id: str, refs: pl.Series) -> list[bytes]:
    return link_tokens(ctx, case_id, refs).str.decode("hex").to_list()


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def _windows(case: Case, register: pl.DataFrame) -> pl.Expr:
    """The last day to object, from the day each person was told; null before that."""
    calendar = pack_of(case).calendar
    days = register["told_on"].drop_nulls().unique().to_list()
    ends = {d: calendar.last_day(d, case.window.objection_days).on for d in days}
    return pl.col("told_on").replace_strict(ends, default=None, return_dtype=pl.Date)


def _datum() -> pl.Expr:
    """The second datum: the address by which the link did *not* come. A number may have another bearer by now."""
    return pl.when(pl.col("channel") == Channel.SMS.value).then("email").otherwise("phone")


def _ages_by_ref(workspace: Workspace, linked: Linked) -> pl.DataFrame:
    """`ref`, `age`: the youngest band that any record says of the person; those of nobody known are left out."""
    order = ("under_14", "14_17", "adult", "unknown")  # a date of birth anywhere says more than none elsewhere
    parts = [pl.DataFrame(schema={"subject": pl.Int64, "rank": pl.UInt32})]
    for (source, table), roles in linked.subject_of.items():
        path = workspace.table_file("index", source, table)
        present = pl.read_parquet_schema(path)
        for role, subjects in roles.items():
            if (column := f"f:{role}:{Fact.AGE_BAND}") in present:
                said = pl.read_parquet(path, columns=[column])[column]
                rank = said.replace_strict({b: n for n, b in enumerate(order)}, default=None, return_dtype=pl.UInt32)
                found = pl.DataFrame({"subject": pl.Series(subjects, dtype=pl.Int64), "rank": rank})
                parts.append(found.filter(pl.col("subject") >= 0).drop_nulls())
    youngest = pl.concat(parts).group_by("subject").agg(pl.col("rank").min())
    bands = pl.col("rank").replace_strict(dict(enumerate(order)), return_dtype=pl.Utf8).alias("age")
    who = people_of(workspace, linked).select("ref", pl.col("subject").cast(pl.Int64))
    return who.join(youngest, on="subject").group_by("ref").agg(pl.col("rank").min()).select("ref", bands)


def _reached() -> pl.Expr:
    """The address by which the link came, or would have come: never the second datum."""
    return pl.when(pl.col("channel") == Channel.SMS.value).then("phone").otherwise("email")


def _recipient(ctx: Context, case_id: str) -> str:
    """The age recipient of the case's requests; made with the first cards, its secret sealed under `cards`."""
    path = _identity_file(ctx, case_id)
    if not path.is_file():
        made = generate_identity()
        text = f"{made.recipient}\n{made.secret}\n"
        write_sealed(path, [text.encode()], ctx.keys(case_id).get(KEY), _IDENTITY)
    keep_place(
        ctx, case_id, "stores/portal", path,
        content="打开门户请求所附文字的私钥 / the secret key that opens texts of requests at the portal",
        ground="PIPL-50", key=KEY, ends_on=None,
    )  # fmt: skip
    return read_identity(ctx, case_id)[0]


def _identity_file(ctx: Context, case_id: str) -> Path:
    return ctx.workspace(case_id).dir("stores", "portal") / "identity.sealed"


def read_identity(ctx: Context, case_id: str) -> tuple[str, str]:
    """Recipient and secret with which texts of customers are opened, inside only."""
    recipient, secret = (
        read_sealed(_identity_file(ctx, case_id), ctx.keys(case_id).get(KEY), _IDENTITY).decode().split()
    )
    return recipient, secret
