"""Cards of the portal, prepared inside: per person what is known, what becomes of it, masked samples; all sealed.

A card whose content changed is made anew whenever something about telling people changes, and at the close with what
was done. Only people with a letter of their own have one; third parties are told by the public notice.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import polars as pl

from bequest.app.context import Context
from bequest.app.keep_place import keep_place
from bequest.app.law import pack_of
from bequest.app.open_case import make_keys
from bequest.app.portal.links import KEY, link_tokens
from bequest.app.portal.page import OPEN_DAYS, keep_page, make_page, opens_until
from bequest.app.portal.visitors import keep_addresses
from bequest.app.run_link import load_linked
from bequest.app.run_plan import load_plans
from bequest.app.telling import people_of
from bequest.app.workspace import Workspace
from bequest.crypto.age import generate_identity
from bequest.crypto.cipher import aes_ecb, derive
from bequest.crypto.links import lookup_of, seal_cards
from bequest.crypto.sealing import read_sealed, write_sealed
from bequest.engine.kernels import mask
from bequest.engine.kernels.cmac import row_digests
from bequest.engine.tableplan import DECISION_PREFIX, TablePlan
from bequest.kernel.canonical import digest
from bequest.model.case import Case
from bequest.model.datamap import DataMap, FieldClass, TableMap
from bequest.model.disposition import Disposition, Residue
from bequest.model.facts import Fact
from bequest.steps.link.link import Linked
from bequest.steps.notify.content import Notice
from bequest.steps.notify.ladder import Channel

_NOT_SHOWN = frozenset({FieldClass.NOT_PI, FieldClass.UNKNOWN})
_IDENTITY = b"portal-identity"


def make_cards(
    ctx: Context, case: Case, datamap: DataMap, register: pl.DataFrame, people: pl.DataFrame,
    notices: Mapping[str, Notice], *, done: pl.DataFrame | None = None, at: datetime,
) -> int:  # fmt: skip
    """The cards of the case as they must read now; how many there are. Those whose content did not change stay.

    `people`: `ref`, `name`, `phone`, `email`. `notices`: the wordings by lots. `done`: `ref`, `outcome`, `proof`, once
    it is fixed how each person ended.
    """
    workspace = ctx.workspace(case.id)
    linked = load_linked(workspace, case, datamap, fixed=done is not None)
    versions = {lots: n.version for lots, n in notices.items()}
    cards = (
        register.filter(~pl.col("public_only") & (pl.col("has_sms") | pl.col("has_email")))
        .join(people, on="ref")
        .join(_kinds_by_ref(workspace, datamap, linked), on="ref", how="left")
        .join(_ages_by_ref(workspace, linked), on="ref", how="left")
        .with_columns(
            pl.col("lots").replace_strict(versions, default=versions[""], return_dtype=pl.Utf8).alias("notice"),
            _windows(case, register).alias("until"),
            _datum().alias("datum"),
        )
    )
    ended = [pl.lit("").alias(n) if done is None else pl.col(n).fill_null("") for n in ("outcome", "proof")]
    if done is not None:
        cards = cards.join(done, on="ref", how="left")
    cards = cards.with_columns(
        mask.mask_name(cards["name"]).alias("masked_name"),
        mask.mask_phone(cards["phone"]).alias("masked_phone"),
        mask.mask_email(cards["email"]).alias("masked_email"),
    )
    opened = pl.struct(
        "ref", "lots", "notice", "told_on", "until", *ended, pl.col("kinds").fill_null(""),
        pl.col("age").fill_null(""),
    )  # fmt: skip
    inner = pl.struct(name="masked_name", phone="masked_phone", email="masked_email")
    ready = cards.select("ref", opened.struct.json_encode().alias("open"), inner.struct.json_encode().alias("inner"),
                         pl.col("datum").fill_null(""))  # fmt: skip
    make_keys(ctx, case.id, (KEY,), at)
    keep_addresses(ctx, case.id, cards.select("ref", _reached().alias("address")))
    keep_page(ctx, make_page(case, notices, _recipient(ctx, case.id), closed=done is not None))
    ends = at + timedelta(days=OPEN_DAYS) if done is not None else _end_of(opens_until(case))
    _put(ctx, case.id, ready, ends=max(ends, at), at=at)
    return ready.height


def _put(ctx: Context, case_id: str, ready: pl.DataFrame, *, ends: datetime, at: datetime) -> None:
    """Seal and keep what changed since the cards were last made: `ref`, `open`, `inner`, `datum`.

    What was last made is known by keyed tags of the contents. Cut off between the cards and these, the cards that
    changed are made once more.
    """
    workspace = ctx.workspace(case_id)
    path = workspace.dir("work") / "cards.parquet"
    ecb = aes_ecb(derive(ctx.keys(case_id).get(KEY), KEY, "content"))
    now = ready.select("ref", row_digests(ready.select("open", "inner", "datum"), ecb, "card").alias("tag"))
    last = pl.read_parquet(path) if path.is_file() else now.clear()
    with ctx.store.transaction() as tx:
        if tx.portal.count_cards(case_id) != last.height:
            last = now.clear()
    changed = ready.join(now.join(last, on=["ref", "tag"], how="anti"), on="ref", how="semi")
    stale = last.join(now, on=["ref", "tag"], how="anti")["ref"]
    lookups = [lookup_of(s) for s in _secrets(ctx, case_id, stale)]
    rows = zip(_secrets(ctx, case_id, changed["ref"]), *changed.select("open", "inner", "datum"), strict=True)
    sealed = list(seal_cards(rows, case_id))
    with ctx.store.transaction() as tx:
        tx.portal.replace_cards(case_id, sealed, lookups if last.height else None, opens_until=ends, at=at)
    workspace.write(path, now)


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


def _kinds_by_ref(workspace: Workspace, datamap: DataMap, linked: Linked) -> pl.DataFrame:
    """`ref`, `kinds`: kinds of information in a person's own records, with what becomes of each."""
    kinds = _kept_kinds(workspace, datamap)
    who = people_of(workspace, linked).select("ref", pl.col("subject").cast(pl.Int64))
    return who.join(kinds, on="subject").group_by("ref", maintain_order=True).agg(pl.col("kinds").str.join(";"))


def _kept_kinds(workspace: Workspace, datamap: DataMap) -> pl.DataFrame:
    """Kinds by subject, worked out once for the same decisions."""
    path = workspace.dir("work") / "kinds.parquet"
    made_from = hashlib.sha256(digest(datamap).encode())
    for file in sorted(workspace.dir("work", "decided").iterdir()):
        made_from.update(file.read_bytes())
    if path.is_file() and pl.read_parquet_metadata(path).get("made_from") == made_from.hexdigest():
        return pl.read_parquet(path)
    found = kinds_by_subject(datamap, load_plans(workspace, datamap))
    workspace.write(path, found, {"made_from": made_from.hexdigest()})
    return found


def kinds_by_subject(datamap: DataMap, plans: Mapping[tuple[str, str], TablePlan]) -> pl.DataFrame:
    """`subject`, `kinds`, from the decided rows; columns only, no values are read.

    `kinds` is `class:release:residue:operator:fallback:until:mark`, joined by `;`; `mark` is `s` for sensitive.
    """
    tables = {(t.source, t.name): t for t in datamap.tables}
    parts = [found for key, plan in plans.items() if (found := _kinds_of(tables[key], plan)) is not None]
    if not parts:
        return pl.DataFrame(schema={"subject": pl.Int64, "kinds": pl.Utf8})
    kept = pl.col("word").str.contains(f":{Residue.CUSTODY.value}:")
    until = pl.when(kept & pl.col("due_on").is_not_null()).then(pl.col("due_on").dt.to_string("%Y-%m-%d"))
    one = pl.concat_str("cls", pl.lit(":"), "word", pl.lit(":"), until.fill_null(""), pl.lit(":"), "mark")
    return (
        pl.concat(parts)
        .group_by("subject", "cls", "word")
        .agg(pl.col("due_on").max(), pl.col("mark").max())
        .sort("subject", "cls", "word")
        .group_by("subject", maintain_order=True)
        .agg(one.str.join(";").alias("kinds"))
    )


def _kinds_of(table: TableMap, plan: TablePlan) -> pl.DataFrame | None:
    """`subject`, `cls`, `mark`, `word`, `due_on` of one table; rows decided alike in all columns are taken together."""
    shown = [c for c in table.columns if c.personal and c.cls not in _NOT_SHOWN]
    if not shown:
        return None
    codes = [DECISION_PREFIX + c.name for c in shown]
    due = pl.col("due_on").max().alias("due_on")
    alike = plan.rows.drop_nulls("subject").group_by(pl.col("subject").cast(pl.Int64), *codes).agg(due)
    ways = alike.select(codes).unique()
    words = {n: _word(d) for n, d in enumerate(plan.dispositions)}
    cells = [
        (n, c.cls.value, "s" if c.sensitive else "", words[code])
        for n, row in enumerate(ways.iter_rows())
        for c, code in zip(shown, row, strict=True)
        if code is not None
    ]
    schema = {"way": pl.UInt32, "cls": pl.Utf8, "mark": pl.Utf8, "word": pl.Utf8}
    kinds = pl.DataFrame(cells, schema=schema, orient="row").unique()
    decided = alike.join(ways.with_row_index("way"), on=codes, nulls_equal=True).select("subject", "way", "due_on")
    return decided.join(kinds, on="way").select("subject", "cls", "mark", "word", "due_on")


def _word(d: Disposition) -> str:
    return ":".join((d.release.value, d.residue.value, d.operator.value, d.fallback.value if d.fallback else ""))


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
