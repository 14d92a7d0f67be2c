"""All benchmarks by name: what each measures, against what, and with how many rows where none are given."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import cast

Run = Callable[[int], Iterator[dict[str, object]]]


@dataclass(frozen=True, slots=True)
class Bench:
    """`module` has a function `run(size)` that yields one line per comparison; `size` are rows or customers."""

    module: str
    about: str
    size: int = 200_000
    packages: tuple[str, ...] = ()
    """Whose versions matter beside Polars and PyArrow."""

    def run(self, size: int | None = None) -> Iterator[dict[str, object]]:
        """Measure; the module is loaded only now, with its peers."""
        return cast(Run, import_module(f"bench.{self.module}").run)(size or self.size)


BENCHES: dict[str, Bench] = {
    "tokens": Bench(
        "tokens", "keyed tokens of a column against Python's own HMAC per value", packages=("cryptography",)
    ),
    "ff1": Bench("ff1", "format-preserving encryption of phone numbers against ff3, value by value", packages=("ff3",)),
    "mask": Bench("mask", "masks of phones and names against Polars expressions by hand", 1_000_000),
    "kanon": Bench(
        "kanon",
        "k of k-anonymity, five quasi-identifiers, against Polars and pycanon",
        1_000_000,
        ("pycanon", "pandas"),
    ),
    "merkle": Bench("merkle", "the RFC 6962 root of a buffer of leaves against a loop over hashlib", 1_000_000),
    "package": Bench("package", "a table read, reduced, written and encrypted against Polars and `age` by hand"),
    "spans": Bench("spans", "identifiers found and masked in free text against Polars and Python's re"),
    "presidio": Bench(
        "presidio", "identifiers found in free text against Presidio's recognizers", packages=("presidio-analyzer",)
    ),
    "scan": Bench("scan", "a whole table of seven text columns searched, checked, against four Polars regexes"),
    "read": Bench(
        "read", "files read as text, checked, against the plain reader of each kind", packages=("fastexcel",)
    ),
    "schema": Bench(
        "schema", "discovery of a schema of many tables: against half of it, and with ten times the rows", 1_000
    ),
    "components": Bench("components", "who is who: connected components against joining in Python"),
    "link": Bench(
        "link", "deterministic linkage of three sources (size: records each) against scipy", 1_000_000, ("scipy",)
    ),
    "people": Bench("people", "who is who from end to end through the command line, in four styles of names", 800),
    "judge": Bench("judge", "who is who on a company made otherwise, through the command line, before review", 400),
    "market": Bench(
        "market",
        "who is who on a third company, with few records a person, through the command line, before review",
        400,
    ),
    "memory": Bench(
        "memory", "one large Parquet file discovered and linked: seconds, and the most memory of each step", 10_000_000
    ),
    "pgread": Bench("pgread", "PostgreSQL read as text against plain ADBC", packages=("adbc-driver-postgresql",)),
    "pgdelete": Bench(
        "pgdelete", "PostgreSQL rows deleted by key against hand-tuned SQL and executemany", packages=("psycopg",)
    ),
    "myread": Bench("myread", "MariaDB read as text against plain connectorx", packages=("connectorx",)),
    "mydelete": Bench(
        "mydelete", "MariaDB rows deleted by key against hand-tuned key lists and executemany", packages=("pymysql",)
    ),
    "decide": Bench("decide", "a whole company decided against reading its sources once (size: customers)", 1_000_000),
    "case": Bench(
        "case",
        "a whole case over PostgreSQL, MariaDB and Parquet against doing it by hand (size: customers)",
        2_000,
        ("adbc-driver-postgresql", "connectorx", "psycopg", "pymysql"),
    ),
    "load": Bench(
        "load",
        "landing and choice at the portal, 200 people at once, against a bare Django view (size: visits of a round)",
        400,
        ("django", "granian", "psycopg", "h11"),
    ),
    "demo": Bench("demo", "the whole demo case against the sum of its raw reads and writes", size=3_000),
}
