"""How each customer will react to the letters: an input of the play, unknown to the product."""

import polars as pl

from bequest.demo.customers import CustomerRows
from bequest.demo.draws import Draws
from bequest.demo.personas import Persona, code
from bequest.demo.records import Records
from bequest.model.case import MOVES_NOTHING, TELLS_NOBODY, Event

SILENT = "silent"
_REACTIONS = {
    Persona.WILL_OBJECT: "object",
    Persona.WILL_CONSENT: "consent_new_purpose",
    Persona.WILL_REFUSE: "refuse_new_purpose",
    Persona.CHILD_YES: "guardian_consent",
    Persona.CHILD_NO: "guardian_refuse",
}
_COLUMNS = ("person", "source", "table", "row_key", "name", "mobile", "email")


def make_behaviour(
    seed: int,
    event: Event,
    rows: CustomerRows,
    customers: Records,
    loyalty: Records,
    tickets: Records,
    in_lot: pl.Series,
) -> pl.DataFrame:
    """One row per customer, card holder without a customer number, and unknown caller.

    `source`, `table`, `row_key` name one record of the person; `mobiles` and `emails` all ways to reach him or her;
    `reaction` comes `day` days after the letter. Who has nothing in the lot, cannot be reached, or is asked nothing
    (a share deal) stays silent.
    """
    draws = Draws(seed, "behaviour")
    known = _customers(rows, customers, tickets)
    strangers = pl.concat([_card_holders(draws, loyalty), _callers(tickets)])
    people = pl.concat([known, strangers], how="diagonal_relaxed")
    reached = (pl.col("mobiles").list.len() > 0) | (pl.col("emails").list.len() > 0)
    hears = reached & ~pl.col("bounces") & pl.col("person").is_in(in_lot.implode())
    if event in MOVES_NOTHING | TELLS_NOBODY:
        hears = pl.lit(False)
    n = people.height
    return people.with_columns(
        pl.when(hears).then("reaction").otherwise(pl.lit(SILENT)).alias("reaction"),
        (pl.col("bounces") | ~reached).alias("bounces"),
        pl.Series("day", draws.whole(1, 14, n), dtype=pl.UInt16),
    ).select(*_COLUMNS, "mobiles", "emails", "bounces", "reaction", "day")


def _customers(rows: CustomerRows, customers: Records, tickets: Records) -> pl.DataFrame:
    """Customers by their first row; a switchboard, a guardian's phone and one left with a ticket reach them too."""
    board = pl.when(rows.spread("company") == 0).then(pl.lit(rows.people.switchboard.replace("-", "")))
    left = (
        tickets.frame.filter(~pl.col("#stranger"))
        .group_by(pl.col("@customer").alias("person"))
        .agg(_plain_mobile("contact.phone").drop_nulls().unique().sort().alias("left"))
    )
    frame = rows.frame.select("person", "name", "mobile", "email", "again").with_columns(
        customers.row_key, rows.spread("guardian_mobile").alias("guardian_mobile"), board.alias("board")
    )
    frame = frame.with_columns(pl.Series("persona", rows.persona()))
    reactions = {code(p): r for p, r in _REACTIONS.items()}
    ways = ("mobile", "guardian_mobile", "board", "email")
    return (
        frame.sort("again", maintain_order=True)
        .group_by("person", maintain_order=True)
        .agg(
            pl.col("row_key", "name", "persona").first(),
            pl.col("mobile").first().fill_null(pl.col("guardian_mobile").first()),
            pl.col("email").first(),
            *(pl.col(c).drop_nulls().unique(maintain_order=True).alias(f"{c}s") for c in ways),
        )
        .join(left, on="person", how="left", maintain_order="left")
        .with_columns(
            pl.concat_list("mobiles", "guardian_mobiles", "boards", pl.col("left").fill_null([]))
            .list.unique(maintain_order=True)
            .alias("mobiles"),
            pl.lit("crm").alias("source"),
            pl.lit("customers").alias("table"),
            (pl.col("persona") == code(Persona.BOUNCES)).alias("bounces"),
            pl.col("persona").replace_strict(reactions, default=SILENT, return_dtype=pl.Utf8).alias("reaction"),
        )
    )


def _card_holders(draws: Draws, loyalty: Records) -> pl.DataFrame:
    """Holders of cards who are nowhere in the CRM; grown-ups among them react now and then."""
    frame = loyalty.frame.with_columns(loyalty.row_key).filter(pl.col("#stranger"))
    frame = frame.filter(pl.col("@customer").is_first_distinct())
    n = frame.height
    chance = draws.rng.random(n)
    chance[frame["#child"].to_numpy()] = 1
    reaction = pl.Series([SILENT] * n)
    reaction = reaction.set(pl.Series(chance < 0.06), "consent_new_purpose").set(pl.Series(chance < 0.015), "object")
    return _reachable(frame, "loyalty", "name", "phone").with_columns(
        pl.Series("bounces", draws.chance(0.03, n) & (chance > 0.06)), reaction.alias("reaction")
    )


def _callers(tickets: Records) -> pl.DataFrame:
    frame = tickets.frame.with_columns(tickets.row_key).filter(pl.col("#stranger"))
    return _reachable(frame, "tickets", "contact.name", "contact.phone").with_columns(
        pl.lit(False).alias("bounces"), pl.lit(SILENT).alias("reaction")
    )


def _reachable(frame: pl.DataFrame, source: str, name: str, phone: str) -> pl.DataFrame:
    """People of one system with name and phone made plain."""
    plain = frame.select(
        pl.col("@customer").alias("person"),
        pl.lit(source).alias("source"),
        pl.lit(source).alias("table"),
        "row_key",
        pl.col(name).str.normalize("NFKC").str.replace_all(r"\s", "").alias("name"),
        _plain_mobile(phone).alias("mobile"),
        pl.lit(None, pl.Utf8).alias("email"),
    )
    return plain.with_columns(
        pl.concat_list("mobile").list.drop_nulls().alias("mobiles"), pl.lit([], pl.List(pl.Utf8)).alias("emails")
    )


def _plain_mobile(column: str) -> pl.Expr:
    """The 11 digits of a mobile, however it is spelled; null for anything else."""
    digits = pl.col(column).str.normalize("NFKC").str.replace_all(r"[^0-9]", "").str.replace(r"^86", "")
    return pl.when(digits.str.contains(r"^1[3-9][0-9]{9}$")).then(digits)
