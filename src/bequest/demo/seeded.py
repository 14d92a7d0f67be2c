"""Values that occur once in the company's data and nowhere else: a leak test hunts for them."""

import polars as pl

from bequest.demo.draws import Draws
from bequest.demo.identifiers import is_valid_resident_id
from bequest.demo.truth import Tables
from bequest.kernel.canonical import Json

PER_KIND = 60
_SHAPES = {
    "mobile": r"^1[3-9][0-9]{9}$",
    "email": r"^[a-z0-9._]+@[a-z0-9]+\.example\.com$",
    "national_id": r"^[0-9]{17}[0-9X]$",
    "name": r"^\p{Han}{3,}$",
    "address": r"^\p{Han}.{12,}室$",
    "password": r"^[A-Z][a-z]+[a-z0-9]{7}[!#@].*$",
}
_PLACES: tuple[tuple[str, str, str, str], ...] = (
    ("mobile", "crm", "customers", "mobile"),
    ("mobile", "crm", "addresses", "phone"),
    ("email", "crm", "customers", "email"),
    ("national_id", "crm", "customers", "id_no"),
    ("name", "crm", "customers", "name"),
    ("name", "crm", "addresses", "consignee"),
    ("address", "crm", "customers", "address"),
    ("address", "crm", "addresses", "detail"),
    ("password", "crm", "customers", "password"),
    ("mobile", "orders", "orders", "收货电话"),
    ("name", "orders", "orders", "收货人"),
    ("address", "orders", "orders", "收货地址"),
    ("email", "orders", "orders", "发票邮箱"),
    ("national_id", "orders", "orders", "清关身份证号"),
    ("mobile", "loyalty", "loyalty", "phone"),
    ("name", "loyalty", "loyalty", "name"),
    ("mobile", "tickets", "tickets", "contact.phone"),
    ("name", "tickets", "tickets", "contact.name"),
)


def seeded_values(seed: int, tables: Tables) -> Json:
    """Source → kind → up to 60 values that stand there plainly and in no other row of any source."""
    draws = Draws(seed, "seeded")
    found = pl.concat(
        tables.frame(table).select(
            pl.lit(kind).alias("kind"), pl.lit(source).alias("source"), pl.col(column).alias("value")
        )
        for kind, source, table, column in _PLACES
    ).drop_nulls("value")
    plain = pl.col("value").str.normalize("NFKC").str.replace_all(r"[\s-]", "").str.replace(r"^\+86", "")
    once = plain.str.to_uppercase().count().over("kind", plain.str.to_uppercase()) == 1
    sound = (pl.col("kind") != "national_id") | pl.Series(is_valid_resident_id(found["value"]))
    found = found.filter(once & sound)
    out: dict[str, Json] = {}
    for kind, source, _, _ in _PLACES:
        here = found.filter(
            (pl.col("kind") == kind) & (pl.col("source") == source) & pl.col("value").str.contains(_SHAPES[kind])
        )["value"]
        chosen = here.gather(pl.Series(draws.rng.permutation(len(here))[:PER_KIND], dtype=pl.UInt32)).sort()
        kinds = out.setdefault(source, {})
        if isinstance(kinds, dict):
            values: list[Json] = [*chosen.to_list()]
            kinds[kind] = values
    return out
