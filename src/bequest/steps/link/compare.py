"""Pairs of mentions that may be one person, and how much speaks for it: Fellegi and Sunter (1969), in whole columns.

Each comparison adds bits: log2 of how often two records of one person agree so, over how often two strangers do. The
second is counted in the data itself, so that a rare name or a number that one person bears weighs much, and a common
name, a family's phone or a switchboard little. A pair starts from the chance that two records are one person's at
all. The sum decides, and so does what it is made of (`_outcome`): a name and one thing that is the person's own, or
it goes to people.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log2

import polars as pl

from bequest.engine.kernels.coding import Codes
from bequest.engine.kernels.union_find import Labels
from bequest.steps.link.looks import KINDS, Looks, bearers

PARTS = ("chance", "name", "phone", "email", "birthday", "address", "identity", "other", "gender")
"""What the waterfall of a score is made of, in its order."""

SAME_BITS = 5.0
"""From here on a pair may be one person without asking: odds of 32 to 1 on top of the rules."""
ASK_BITS = -3.0
"""From here on people are asked."""
UNNAMED_BITS = -3.0
"""An e-mail address or account under one name all over is that person's where no name stands; no phone: families."""
BORN_BITS = 2.0
"""A name and a date of birth alone need these on top: namesakes share a birthday more often than a phone."""
OWN_NAMES = 3
"""A phone or address under more names than this is shared: with it even an equal name is put to people."""
_AT_ONCE = 500_000
"""Pairs that are scored at once: everything known of both sides lies beside them then."""
_PEOPLE = 2_000
"""Fewer people than this say nothing about how common a value is."""


@dataclass(frozen=True, slots=True)
class Compared:
    """`pairs`: `a`, `b` (rows of the profiles), `bits`, one column per part, `outcome` (same, uncertain)."""

    pairs: pl.DataFrame
    n_compared: int


def compare(seen: Looks, codes: Mapping[str, Codes], base: Labels) -> Compared:
    """Score the pairs of looks; how common a value is, is counted among all mentions."""
    p, pairs = seen.profiles.with_row_index("row").with_columns(pl.col("row").cast(pl.Int64)), seen.pairs
    if not pairs.height:
        return Compared(_nothing(), 0)
    parts = [_kept(p, some, codes, base) for some in pairs.iter_slices(_AT_ONCE)]
    return Compared(pl.concat(parts).sort("bits", "a", "b", descending=[True, False, False]), pairs.height)


def _kept(p: pl.DataFrame, pairs: pl.DataFrame, codes: Mapping[str, Codes], base: Labels) -> pl.DataFrame:
    scored = _score(p, pairs, codes, base).filter(pl.col("outcome") != "different")
    return scored.select("a", "b", "bits", *PARTS, "outcome")


def _nothing() -> pl.DataFrame:
    numbers = {"a": pl.Int64, "b": pl.Int64, "bits": pl.Float64, **dict.fromkeys(PARTS, pl.Float64)}
    return pl.DataFrame(schema={**numbers, "outcome": pl.String})


def _score(p: pl.DataFrame, pairs: pl.DataFrame, codes: Mapping[str, Codes], base: Labels) -> pl.DataFrame:
    people = float(max(int(base.max()) + 1, _PEOPLE))
    left = p.rename({c: f"{c}_a" for c in p.columns if c != "row"})
    right = p.rename({c: f"{c}_b" for c in p.columns if c != "row"})
    t = pairs.join(left, left_on="a", right_on="row", maintain_order="left")
    t = t.join(right, left_on="b", right_on="row", maintain_order="left")
    same_phone = pl.coalesce(
        pl.when((pl.col(f"{x}_a") >= 0) & (pl.col(f"{x}_a") == pl.col(f"{y}_b"))).then(pl.col(f"{x}_a"))
        for x in ("ph", "ph2") for y in ("ph", "ph2")
    )  # fmt: skip
    t = t.with_columns(same_phone.fill_null(-1).alias("ph_eq"))
    t = t.with_columns(
        *(
            pl.when((pl.col(f"{k}_a") >= 0) & (pl.col(f"{k}_a") == pl.col(f"{k}_b"))).then(pl.col(f"{k}_a"))
            .otherwise(-1).alias(f"{k}_eq")
            for k in (*KINDS, "sn") if not k.startswith("ph")
        )
    )  # fmt: skip
    for kind, who in (
        ("ph", "py"), ("em", "py"), ("af", "py"), ("am", "py"), ("ac", "py"), ("so", "py"), ("us", "py"),
        ("nm", "base"), ("py", "base"), ("sn", "base"), ("bd", "base"), ("ip", "base"),
    ):  # fmt: skip
        n = bearers(codes, base, kind, who, t[f"{kind}_eq"]).rename({"v": f"{kind}_eq", "k": f"{kind}_n"})
        t = t.join(n, on=f"{kind}_eq", how="left", maintain_order="left")
    return _decide(_weigh(t, people))


def _both(kind: str) -> pl.Expr:
    return (pl.col(f"{kind}_a") >= 0) & (pl.col(f"{kind}_b") >= 0)


def _agree(kind: str) -> pl.Expr:
    return pl.col(f"{kind}_eq") >= 0


def _weight(kind: str, m: float, people: float, rarest: float) -> pl.Expr:
    """log2(m / u): u is the share of people who bear the value, never below `rarest`."""
    u = (pl.col(f"{kind}_n").fill_null(1) / people).clip(lower_bound=rarest)
    return m / u


def _weigh(t: pl.DataFrame, people: float) -> pl.DataFrame:
    def bits(kind: str, m: float, rarest: float) -> pl.Expr:
        return _weight(kind, m, people, rarest).log(2)

    nothing = pl.lit(0.0)
    name = (
        pl.when(_agree("nm")).then(bits("nm", 0.9, 1 / 10_000))
        .when(_agree("py")).then(bits("py", 0.12, 1 / 8_000))
        .when(_both("nm")).then(pl.lit(-6.0))
        .when(_agree("sn")).then(bits("sn", 0.95, 1 / 1_000)).when(_both("sn")).then(pl.lit(-6.0)).otherwise(nothing)
    )  # fmt: skip
    phone = (
        pl.when(_agree("ph")).then(bits("ph", 0.7, 1e-6))
        .when((pl.col("ph_a") >= 0) & (pl.col("ph_b") >= 0)).then(pl.lit(-1.0)).otherwise(nothing)
    )  # fmt: skip
    email = pl.when(_agree("em")).then(bits("em", 0.7, 1e-6)).when(_both("em")).then(pl.lit(-0.7)).otherwise(nothing)
    identity = (
        pl.when(_agree("ip")).then(bits("ip", 0.9, 1 / 500_000)).when(_both("ip")).then(pl.lit(-6.0)).otherwise(nothing)
    )
    birthday = (
        pl.when(_agree("ip")).then(nothing)
        .when(_agree("bd")).then(bits("bd", 0.95, 1 / 18_000)).when(_both("bd")).then(pl.lit(-7.0)).otherwise(nothing)
    )  # fmt: skip
    address = (
        pl.when(_agree("af")).then(bits("af", 0.5, 1e-5))
        .when(_agree("am")).then(bits("am", 0.4, 3e-5))
        .when(_agree("ac")).then(bits("ac", 0.2, 1e-4))
        .when(_both("ac")).then(pl.lit(-1.0)).otherwise(nothing)
    )  # fmt: skip
    other = (
        pl.when(_agree("so")).then(bits("so", 0.7, 1e-6)).when(_agree("us")).then(bits("us", 0.7, 1e-6))
        .otherwise(nothing)
    )  # fmt: skip
    known = (pl.col("ge_a") > 0) & (pl.col("ge_b") > 0)
    gender = (
        pl.when(known & (pl.col("ge_a") == pl.col("ge_b")))
        .then(pl.lit(0.9))
        .when(known)
        .then(pl.lit(-5.0))
        .otherwise(nothing)
    )
    chance = pl.lit(-log2(people))
    parts = (chance, name, phone, email, birthday, address, identity, other, gender)
    t = t.with_columns(e.alias(n) for n, e in zip(PARTS, parts, strict=True))
    return t.with_columns(pl.sum_horizontal(PARTS).alias("bits"))


def _decide(t: pl.DataFrame) -> pl.DataFrame:
    own = pl.lit(OWN_NAMES)
    phone = _agree("ph") & (pl.col("ph_n").fill_null(1) <= own)
    email = _agree("em") & (pl.col("em_n").fill_null(1) <= own)
    whole = _agree("af") & (pl.col("af_n").fill_null(1) <= own + 2)
    home = whole | pl.any_horizontal(
        _agree(less) & ~_both(more) & (pl.col(f"{less}_n").fill_null(1) <= own + 2)
        for less, more in (("am", "af"), ("ac", "am"))
    )
    account = _agree("so") & (pl.col("so_n").fill_null(1) <= own)
    other = account | (_agree("us") & (pl.col("us_n").fill_null(1) <= own))
    born, part_id = _agree("bd"), _agree("ip")
    strong = phone.cast(pl.Int8) + email.cast(pl.Int8) + home.cast(pl.Int8) + other.cast(pl.Int8) + born.cast(pl.Int8)
    other_surname = ~_both("nm") & _both("sn") & ~_agree("sn")
    conflict = (_both("bd") & ~born) | (pl.col("gender") < 0) | (_both("ip") & ~part_id) | other_surname
    only_born = born & (strong == 1) & ~part_id
    exact = _agree("nm") & ((strong >= 1) | part_id) & (~only_born | (pl.col("bits") >= SAME_BITS + BORN_BITS))
    sounds = ~_agree("nm") & _agree("py") & (phone | email | part_id | other | (strong >= 2))
    mailed = (_agree("em") & (pl.col("em_n") == 1)) | (account & (pl.col("so_n").fill_null(1) == 1))
    unnamed = ~_both("nm") & (((strong >= 2) & (email | other)) | mailed)  # twins share home, phone and birthday
    scored = (exact | sounds) & (pl.col("bits") >= SAME_BITS)
    enough = ~conflict & (scored | (unnamed & (pl.col("bits") >= UNNAMED_BITS)))
    by_name = _agree("nm") | _agree("py") | ~_both("nm")
    ask = (pl.col("bits") >= ASK_BITS) & (by_name | born | part_id | email | other)
    return t.with_columns(
        pl.when(enough).then(pl.lit("same")).when(ask).then(pl.lit("uncertain")).otherwise(pl.lit("different"))
        .alias("outcome")
    )  # fmt: skip
