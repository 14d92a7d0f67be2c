"""Who is who, and the facts that decide for each: from the company's own knowledge of its people.

Apart from the product: no law pack, no linking, no data map is used here. `outcomes` makes of it what must happen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from bequest.demo.people import IN_DEAL
from bequest.demo.records import Records, is_filled
from bequest.demo.variants import LOT
from bequest.kernel.canonical import Json

_STALE_BEFORE = date(2023, 12, 31)
_CHILD_BORN_AFTER = date(2012, 12, 31)
_SCOPE = {"customers": "shop_id", "orders": "店铺", "loyalty": "shop_id", "tickets": "shop_id", "weblog": "shop_id"}


@dataclass(frozen=True, slots=True)
class Tables:
    """All records of the company, by table name."""

    by_name: Mapping[str, Records]

    def in_case(self) -> Sequence[Records]:
        """The tables that hold customer information."""
        return [r for r in self.by_name.values() if r.table.in_case]

    def frame(self, name: str) -> pl.DataFrame:
        """The rows of a table."""
        return self.by_name[name].frame


def scopes(
    tables: Tables, here: tuple[int, ...] = (IN_DEAL,), sold: tuple[int, ...] = (IN_DEAL,)
) -> Mapping[str, pl.DataFrame]:
    """Per table `in_lot` and `shared` for every row, in row order, for the shops `here` of all those `sold`.

    A customer's row is shared where his own shop or one of his records lies in the deal and another lies outside;
    what hangs on a customer number follows the customer's row.
    """
    uses = pl.concat(
        tables.frame(t).select(pl.col("@customer").alias("person"), pl.col(c).cast(pl.Utf8).alias("shop"))
        for t, c in _SCOPE.items()
        if t != "customers"
    )
    inside = pl.col("shop").is_in([str(s) for s in here])
    outside = ~pl.col("shop").is_in([str(s) for s in sold])
    uses = uses.drop_nulls().group_by("person").agg(inside.any().alias("any_in"), outside.any().alias("any_out"))
    own = pl.col("shop_id").is_in(list(here))
    own_out = ~pl.col("shop_id").is_in(list(sold))
    customers = (
        tables.frame("customers")
        .join(uses, left_on="@customer", right_on="person", how="left", maintain_order="left")
        .with_columns(pl.col("any_in", "any_out").fill_null(False))
        .with_columns((own | pl.col("any_in")).alias("in_lot"))
        .select("cust_no", "in_lot", (pl.col("in_lot") & (own_out | pl.col("any_out"))).alias("shared"))
    )
    found = {"customers": customers.drop("cust_no")}
    for records in tables.in_case():
        name = records.table.name
        if name in found:
            continue
        if name in _SCOPE:
            lies = pl.col(_SCOPE[name]).cast(pl.Utf8).is_in([str(s) for s in here])
            found[name] = records.frame.select(lies.alias("in_lot"), pl.lit(False).alias("shared"))
        else:
            joined = records.frame.select("cust_no").join(customers, on="cust_no", how="left", maintain_order="left")
            found[name] = joined.drop("cust_no")
    return found


def people_in_lot(tables: Tables, scope: Mapping[str, pl.DataFrame]) -> pl.Series:
    """Everybody of whom some record of his own lies in the deal."""
    return (
        pl.concat(r.frame.filter(scope[r.table.name]["in_lot"])["@customer"] for r in tables.in_case())
        .drop_nulls()
        .unique()
        .sort()
    )


def person_facts(tables: Tables, behaviour: pl.DataFrame) -> pl.DataFrame:
    """One row per person with records of his own: the facts that decide, strictest over all records."""
    customers = tables.frame("customers")
    last = pl.concat(
        [
            customers.select(pl.col("@customer").alias("person"), pl.col("last_active_on").str.to_date().alias("day")),
            *(
                tables.frame(t).select(pl.col("@customer").alias("person"), pl.col("#day").alias("day"))
                for t in ("orders", "tickets", "loyalty")
            ),
        ]
    )
    profile = customers.group_by(pl.col("@customer").alias("person")).agg(
        pl.lit(True).first().alias("profile"),
        (pl.col("cust_type") == "企业").all().alias("enterprise"),
        (pl.col("status") == "deceased").any().alias("deceased"),
        ((pl.col("status") == "closed") | (pl.col("is_deleted") == 1)).any().alias("closed"),
        pl.col("guardian_consent_at").is_not_null().any().alias("guardian_on_file"),
        (pl.col("#born") > _CHILD_BORN_AFTER).any().alias("child_on_file"),
    )
    child = (
        tables.frame("loyalty")
        .group_by(pl.col("@customer").alias("person"))
        .agg(((pl.col("#born") > _CHILD_BORN_AFTER) & pl.col("birthday").is_not_null()).any().alias("child_on_card"))
    )
    reaction = behaviour.select("person", "reaction", "bounces")
    facts = last.drop_nulls("person").group_by("person").agg(pl.col("day").max().alias("last_contact_on"))
    for part in (profile, child, reaction):
        facts = facts.join(part, on="person", how="left")
    flags = (
        ("objected_on_file", _named(tables, "objections", pl.col("status") == "valid")),
        ("dispute", _named(tables, "disputes", pl.col("status") == "open")),
        ("open_order", _named(tables, "orders", pl.col("状态").is_in(["待发货", "已发货"]))),
    )
    facts = facts.with_columns(pl.col("person").is_in(who.implode()).alias(name) for name, who in flags)
    yes = (
        "profile",
        "enterprise",
        "deceased",
        "closed",
        "guardian_on_file",
        "child_on_file",
        "child_on_card",
        "bounces",
    )
    facts = facts.with_columns(pl.col(yes).fill_null(False), pl.col("reaction").fill_null("silent"))
    return _answered(facts).sort("person")


def _named(tables: Tables, table: str, condition: pl.Expr) -> pl.Series:
    return tables.frame(table).filter(condition)["@customer"].unique()


def _answered(facts: pl.DataFrame) -> pl.DataFrame:
    """Facts after the letters were answered."""
    reaction = pl.col("reaction")
    given = pl.col("guardian_on_file") | (reaction == "guardian_consent")
    return facts.with_columns(
        (pl.col("child_on_file") | pl.col("child_on_card")).alias("child"),
        (pl.col("objected_on_file") | (reaction == "object")).alias("objected"),
        (pl.col("last_contact_on") < _STALE_BEFORE).fill_null(False).alias("stale"),
        pl.when(reaction == "guardian_refuse")
        .then(pl.lit("refused"))
        .when(given)
        .then(pl.lit("given"))
        .otherwise(pl.lit("missing"))
        .alias("guardian_consent"),
        (reaction == "consent_new_purpose").alias("new_purpose"),
        pl.when("bounces").then(pl.lit("published")).otherwise(pl.lit("delivered")).alias("notice"),
    ).select(
        "person", "profile", "enterprise", "child", "guardian_consent", "objected", "dispute", "deceased", "closed",
        "open_order", "stale", "last_contact_on", "new_purpose", "notice", "reaction",
    )  # fmt: skip


_KIND_OF_ROLE = {
    "staff": "staff",
    "guardian": "guardian",
    "supplier_contact": "supplier_contact",
    "customer": "customer",
}
_KINDS = ("staff", "customer", "enterprise_contact", "guardian", "supplier_contact", "third_party")


def mentions(tables: Tables) -> pl.DataFrame:
    """Who is who: `source`, `table`, `row_key`, `role`, `person` for every role in every row that holds a person."""
    parts = []
    for records in tables.by_name.values():
        for role, persons in records.roles().items():
            frame = pl.DataFrame([records.row_key, persons.alias("person")]).drop_nulls("person")
            parts.append(
                frame.select(
                    pl.lit(records.table.source).alias("source"),
                    pl.lit(records.table.name).alias("table"),
                    "row_key",
                    pl.lit(role).alias("role"),
                    "person",
                )
            )
    return pl.concat(parts)


def persons(who: pl.DataFrame, facts: pl.DataFrame, in_lot: pl.Series, lot: str = LOT) -> pl.DataFrame:
    """Everybody in any record, with the strongest kind (by the profile, where there is one) and the facts."""
    rank = pl.col("role").replace_strict(_KIND_OF_ROLE, default="third_party", return_dtype=pl.Utf8)
    rank = rank.replace_strict({k: i for i, k in enumerate(_KINDS)}, return_dtype=pl.UInt8)
    kinds = who.group_by("person").agg(rank.min().alias("kind"))
    kinds = kinds.with_columns(pl.col("kind").replace_strict(dict(enumerate(_KINDS)), return_dtype=pl.Utf8))
    return (
        kinds.join(facts, on="person", how="left")
        .with_columns(
            pl.when("enterprise").then(pl.lit("enterprise_contact")).otherwise("kind").alias("kind"),
            pl.when(pl.col("person").is_in(in_lot.implode())).then(pl.lit(lot)).otherwise(pl.lit("")).alias("lot"),
        )
        .sort("person")
    )


def sums(tables: Tables) -> Json:
    """Rows per table and non-empty values per column, tables outside the case included."""
    found: dict[str, Json] = {}
    for records in tables.by_name.values():
        columns: dict[str, Json] = {c: n for c, n in filled(records).items()}  # noqa: C416 - a wider type
        source = found.setdefault(records.table.source, {})
        if isinstance(source, dict):
            source[records.table.name] = {"rows": records.frame.height, "columns": columns}
    return found


def filled(records: Records) -> dict[str, int]:
    """Column → number of its non-empty values."""
    frame = records.written
    counts = frame.select(is_filled(c, frame.schema[c]).sum().alias(c) for c in frame.columns).row(0)
    return dict(zip(frame.columns, map(int, counts), strict=True))
