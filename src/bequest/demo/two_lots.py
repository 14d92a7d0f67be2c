"""The demo's variants with several lots: shops go to several buyers, and a third shop goes to nobody.

In a sale (E5) shop 12 passes as a business (PIPL Art. 22), shop 13 only with each customer's consent (Art. 23), and
shop 14 is not sold. Out of an estate (E8) both pass as businesses, and what belongs to shop 14 ends with the company.
Who deals with several of them has several decisions. Some consents come after the first delivery, in time for the next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from bequest.demo import outcomes, truth
from bequest.demo.draws import Draws
from bequest.demo.people import OUTSIDE
from bequest.demo.records import Records
from bequest.demo.variants import SoldLot
from bequest.model.case import Event
from bequest.model.disposition import Residue

STAYS = 14
"""The third shop, which is not sold."""
_COLUMNS = {"customers": "shop_id", "orders": "店铺", "loyalty": "shop_id", "tickets": "shop_id", "weblog": "shop_id"}
_KEPT_MOST = (Residue.BLOCKED, Residue.CUSTODY, Residue.IN_USE, Residue.ANONYMISE, Residue.DELETE)


def spread(tables: truth.Tables) -> truth.Tables:
    """The same company with a third shop: about a third of what was in shop 13 is in shop 14."""
    changed = {name: replace(r, frame=_moved(name, r)) for name, r in tables.by_name.items()}
    shops = changed["shops"]
    third = pl.DataFrame({"id": [STAYS], "name": ["青梧优选14号店"], "city": ["嘉兴"]}, schema=shops.frame.schema)
    changed["shops"] = replace(shops, frame=pl.concat([shops.frame, third]))
    return truth.Tables(changed)


def _moved(name: str, records: Records) -> pl.DataFrame:
    column = _COLUMNS.get(name)
    if column is None:
        return records.frame
    frame = records.frame
    number = pl.col("@customer").str.slice(1).cast(pl.Int64, strict=False).fill_null(1)
    row = pl.int_range(pl.len())
    goes = (pl.col(column).cast(pl.Utf8) == str(OUTSIDE)) & ((number % 3 == 0) | (row % 7 == 3))
    there = pl.lit(str(STAYS)).cast(frame.schema[column])
    return frame.with_columns(pl.when(goes).then(there).otherwise(pl.col(column)).alias(column))


def lot_scopes(tables: truth.Tables, lots: Sequence[SoldLot]) -> Mapping[str, Mapping[str, pl.DataFrame]]:
    """Lot → scope of every row of every table."""
    sold = tuple(shop for lot in lots for shop in lot.shops)
    return {lot.id: truth.scopes(tables, lot.shops, sold) for lot in lots}


def people_in_lots(tables: truth.Tables, lots: Sequence[SoldLot]) -> Mapping[str, pl.Series]:
    """Lot → everybody of whom some record of his own lies in it."""
    return {lot: truth.people_in_lot(tables, scope) for lot, scope in lot_scopes(tables, lots).items()}


def answer_by_lot(
    seed: int, behaviour: pl.DataFrame, lots: Sequence[SoldLot], people: Mapping[str, pl.Series]
) -> pl.DataFrame:
    """The reactions, with `only` (the lot an objection is for; empty: all), `transfer`, and `late`.

    `transfer`: what people of a lot that passes by consent say of the handover itself; `late`: after the first
    delivery, where there are several lots.
    """
    draws = Draws(seed, "lots")
    n = behaviour.height
    chance = pl.Series("chance", draws.rng.random(n))
    asked = pl.lit(False)
    for lot in (lot for lot in lots if lot.asks):
        asked |= ~pl.col("bounces") & pl.col("person").is_in(people[lot.id].implode())
    word = pl.when(chance < 0.6).then(pl.lit("consent_transfer")).when(chance < 0.7).then(pl.lit("refuse_transfer"))
    one = (pl.col("reaction") == "object") & pl.col("person").is_in(people[lots[0].id].implode())
    one &= pl.Series("half", draws.chance(0.5, n)) & (len(lots) > 1)
    return behaviour.with_columns(
        pl.when(one).then(pl.lit(lots[0].id)).otherwise(pl.lit("")).alias("only"),
        pl.when(asked).then(word.otherwise(pl.lit("silent"))).otherwise(pl.lit("silent")).alias("transfer"),
    ).with_columns(((pl.col("transfer") == "consent_transfer") & (chance > 0.48) & (len(lots) > 1)).alias("late"))


def outcomes_by_lot(
    event: Event, tables: truth.Tables, behaviour: pl.DataFrame, lots: Sequence[SoldLot]
) -> pl.DataFrame:
    """The outcome of every value for each lot it lies in, and for none; the copy at the source ends in one way."""
    scopes = lot_scopes(tables, lots)
    asking = {lot.id for lot in lots if lot.asks}
    parts = []
    for lot, scope in scopes.items():
        elsewhere = ~pl.col("only").is_in(["", lot])
        mine = behaviour.with_columns(pl.when(elsewhere).then(pl.lit("silent")).otherwise("reaction").alias("reaction"))
        facts = truth.person_facts(tables, mine).join(
            behaviour.select("person", (pl.col("transfer") == "consent_transfer").alias("consented")),
            on="person", how="left", maintain_order="left",
        )  # fmt: skip
        asked = lot in asking
        facts = facts.with_columns(pl.col("consented").fill_null(False) if asked else pl.lit(True).alias("consented"))
        parts.append(outcomes.outcomes(event, tables, scope, facts, lot=lot, asked=asked))
    every = pl.concat(parts)
    value = ["source", "table", "row_key", "column"]
    inside = every.filter(pl.col("lot") != "")
    outside = every.join(inside, on=value, how="anti").unique(value, keep="first", maintain_order=True)
    rank = {r.value: i for i, r in enumerate(_KEPT_MOST)}
    least = pl.col("residue").replace_strict(rank, return_dtype=pl.UInt8).min().over(value)
    words = {i: r.value for i, r in enumerate(_KEPT_MOST)}
    both = inside.with_columns(least.replace_strict(words, return_dtype=pl.Utf8).alias("residue"))
    return pl.concat([both, outside])
