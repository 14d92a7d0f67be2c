"""Who was told how: the ladder of channels, delivery states, windows (decision D7). Set-based, no values in clear.

The register has one row per person to be told: `ref`, `anchor` (row tag), `channel`, `state`, `told_on` (date of the
first successful delivery or of the public notice), `has_sms` and `has_email` (the person has such an address), and
`lots`: the lots of which the letter tells, joined by commas; empty for all.
"""

from datetime import date, timedelta
from enum import StrEnum

import numpy as np
import polars as pl

from bequest.model.case import Window


class Channel(StrEnum):
    """Channels in the order of the ladder."""

    SMS = "sms"
    EMAIL = "email"
    PUBLIC = "public"


class Told(StrEnum):
    """State of telling a person. `possibly_sent`: a crash hid whether the message left; it is not sent again."""

    QUEUED = "queued"
    SENT = "sent"
    POSSIBLY_SENT = "possibly_sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    PUBLISHED = "published"


REGISTER = {
    "ref": pl.Utf8,
    "anchor": pl.Binary,
    "channel": pl.Utf8,
    "state": pl.Utf8,
    "told_on": pl.Date,
    "has_sms": pl.Boolean,
    "has_email": pl.Boolean,
    "public_only": pl.Boolean,
    "lots": pl.Utf8,
}


def enrol(people: pl.DataFrame) -> pl.DataFrame:
    """A register from `ref`, `anchor`, `has_sms`, `has_email`, `public_only`, `lots`: all on their first channel."""
    if "lots" not in people.columns:
        people = people.with_columns(pl.lit("").alias("lots"))
    individually = ~pl.col("public_only")
    channel = (
        pl.when(individually & pl.col("has_sms"))
        .then(pl.lit(Channel.SMS.value))
        .when(individually & pl.col("has_email"))
        .then(pl.lit(Channel.EMAIL.value))
        .otherwise(pl.lit(Channel.PUBLIC.value))
    )
    return people.with_columns(
        channel.alias("channel"),
        pl.lit(Told.QUEUED.value).alias("state"),
        pl.lit(None, pl.Date).alias("told_on"),
    ).select(list(REGISTER))


def mark_sent(register: pl.DataFrame, channel: Channel, state: Told = Told.SENT) -> pl.DataFrame:
    """All queued on a channel are sent (or possibly sent)."""
    hit = (pl.col("channel") == channel.value) & (pl.col("state") == Told.QUEUED.value)
    return register.with_columns(pl.when(hit).then(pl.lit(state.value)).otherwise(pl.col("state")).alias("state"))


def apply_report(register: pl.DataFrame, report: pl.DataFrame) -> pl.DataFrame:
    """Enter a carrier's report (`ref`, `state` delivered|bounced, `on`). Bounced people move down the ladder.

    Entering the same report twice changes nothing: a person already told stays told.
    """
    joined = register.join(
        report.unique("ref", keep="last"), on="ref", how="left", suffix="_new", maintain_order="left"
    )
    open_ = pl.col("state").is_in([Told.SENT.value, Told.POSSIBLY_SENT.value])
    ok = open_ & (pl.col("state_new") == Told.DELIVERED.value)
    bad = open_ & (pl.col("state_new") == Told.BOUNCED.value)
    down_to_mail = bad & (pl.col("channel") == Channel.SMS.value) & pl.col("has_email")
    return joined.with_columns(
        pl.when(ok)
        .then(pl.lit(Told.DELIVERED.value))
        .when(down_to_mail)
        .then(pl.lit(Told.QUEUED.value))
        .when(bad)
        .then(pl.lit(Told.BOUNCED.value))
        .otherwise(pl.col("state"))
        .alias("state"),
        pl.when(down_to_mail).then(pl.lit(Channel.EMAIL.value)).otherwise(pl.col("channel")).alias("channel"),
        pl.when(ok).then(pl.col("on")).otherwise(pl.col("told_on")).alias("told_on"),
    ).select(list(REGISTER))


def publish(register: pl.DataFrame, on: date) -> pl.DataFrame:
    """The public notice reaches, in law, everybody not told otherwise; their window runs from its date."""
    hit = pl.col("state") != Told.DELIVERED.value
    told = pl.coalesce(pl.col("told_on"), pl.lit(on))
    return register.with_columns(
        pl.when(hit & (pl.col("state") != Told.PUBLISHED.value))
        .then(pl.lit(Told.PUBLISHED.value))
        .otherwise(pl.col("state"))
        .alias("state"),
        pl.when(hit).then(pl.lit(Channel.PUBLIC.value)).otherwise(pl.col("channel")).alias("channel"),
        pl.when(hit).then(told).otherwise(pl.col("told_on")).alias("told_on"),
    )


def window_end(register: pl.DataFrame, window: Window, published_on: date | None = None) -> date | None:
    """The last day on which somebody's notice or objection period still runs; None while anybody is not told.

    Lead time and objection days run in parallel from the day each person was told. Where nobody is known by name, as
    the people of a store that stays whole, they run from the public notice.
    """
    if register["told_on"].null_count():
        return None
    latest = register["told_on"].max() if register.height else published_on
    if latest is None:
        return None
    assert isinstance(latest, date)  # noqa: S101 - a Date column without nulls
    return latest + timedelta(days=max(window.notice_lead_days, window.objection_days))


def notice_codes(register: pl.DataFrame, anchors: pl.Series, codes: dict[str, int]) -> np.ndarray:
    """The `notice` fact of every subject: delivered, published, or not told. `codes` maps these words to codes."""
    told = (
        pl.when(pl.col("state") == Told.DELIVERED.value)
        .then(pl.lit(codes["delivered"]))
        .when(pl.col("state") == Told.PUBLISHED.value)
        .then(pl.lit(codes["published"]))
        .otherwise(pl.lit(codes["not_told"]))
        .cast(pl.UInt8)
        .alias("code")
    )
    frame = anchors.to_frame("anchor").join(
        register.select("anchor", told), on="anchor", how="left", maintain_order="left"
    )
    return frame["code"].fill_null(codes["not_told"]).to_numpy()


def tally(register: pl.DataFrame) -> list[tuple[str, str, int]]:
    """Counts per channel and state, sorted."""
    grouped = register.group_by("channel", "state").len().sort("channel", "state")
    return [(str(c), str(s), int(n)) for c, s, n in grouped.iter_rows()]


def told_of(register: pl.DataFrame, lot: str) -> pl.DataFrame:
    """The register as it stands for one lot: a letter that does not name it says nothing of it."""
    named = (pl.col("lots") == "") | pl.col("lots").str.split(",").list.contains(lot)
    silent = ~named & (pl.col("state") != Told.PUBLISHED.value)
    return register.with_columns(pl.when(silent).then(pl.lit(Told.QUEUED.value)).otherwise("state").alias("state"))


def enrol_again(known: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Known people and new ones; somebody with more lots than the letter named is to be told anew."""
    old = known.select("ref", pl.col("lots").alias("told"))
    both = people.select("ref", "lots").join(old, on="ref")
    told, now = pl.col("told").str.split(","), pl.col("lots").str.split(",")
    more = (pl.col("told") != "") & ((pl.col("lots") == "") | (now.list.set_difference(told).list.len() > 0))
    grown = both.filter(more)["ref"]
    keep = known.filter(~pl.col("ref").is_in(grown.implode()))
    return pl.concat([keep, people.join(keep, on="ref", how="anti", maintain_order="left")])
