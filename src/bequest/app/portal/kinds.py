"""Kinds of information in a person's own records, with what becomes of each: what a card of the portal lists.

People are many and their lists are few: a list is kept once, and each person bears its number.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from bequest.app.run_plan import load_plans
from bequest.app.telling import people_of
from bequest.app.workspace import Workspace
from bequest.engine.tableplan import DECISION_PREFIX, TablePlan
from bequest.kernel.canonical import digest
from bequest.model.datamap import DataMap, FieldClass, TableMap
from bequest.model.disposition import Disposition, Residue
from bequest.steps.link.link import Linked

_NOT_SHOWN = frozenset({FieldClass.NOT_PI, FieldClass.UNKNOWN})
_FORM = b"kinds/2"


@dataclass(frozen=True, slots=True)
class Kinds:
    """`of`: a column that names somebody (`subject` or `ref`) and `kinds`, the place of the list in `said`.

    A list is `class:release:residue:operator:fallback:until:mark` of each kind, joined by `;`; `mark` is `s` for
    sensitive.
    """

    of: pl.DataFrame
    said: pl.Series


def kinds_by_ref(workspace: Workspace, datamap: DataMap, linked: Linked) -> Kinds:
    """By `ref` of the letter: a person that was parted since has the lists of all parts, one behind the other."""
    kinds = _kept_kinds(workspace, datamap)
    who = people_of(workspace, linked).select("ref", pl.col("subject").cast(pl.Int64))
    lists = who.join(kinds.of, on="subject").group_by("ref", maintain_order=True).agg(pl.col("kinds").alias("parts"))
    of, parts = _told_apart(lists)
    return _once(of, parts.select("list", kinds.said.gather(parts["part"]).alias("one")))


def _kept_kinds(workspace: Workspace, datamap: DataMap) -> Kinds:
    """Kinds by subject, worked out once for the same decisions."""
    of, said = (workspace.dir("work") / f"{name}.parquet" for name in ("kinds", "kinds-said"))
    made_from = hashlib.sha256(_FORM + digest(datamap).encode())
    for file in sorted(workspace.dir("work", "decided").iterdir()):
        with file.open("rb") as content:
            made_from.update(hashlib.file_digest(content, hashlib.sha256).digest())
    if of.is_file() and pl.read_parquet_metadata(of).get("made_from") == made_from.hexdigest():
        return Kinds(pl.read_parquet(of), pl.read_parquet(said)["said"])
    found = kinds_by_subject(datamap, load_plans(workspace, datamap))
    workspace.write(said, found.said.alias("said").to_frame())
    workspace.write(of, found.of, {"made_from": made_from.hexdigest()})
    return found


def kinds_by_subject(datamap: DataMap, plans: Mapping[tuple[str, str], TablePlan]) -> Kinds:
    """By `subject`, from the decided rows; columns only, no values are read."""
    tables = {(t.source, t.name): t for t in datamap.tables}
    parts = [one for key, plan in plans.items() if (one := _kinds_of(tables[key], plan)) is not None]
    if not parts:
        nobody = pl.DataFrame(schema={"subject": pl.Int64, "kinds": pl.UInt32})
        return Kinds(nobody, pl.Series("said", [], dtype=pl.Utf8))
    words = pl.concat([kinds for _, kinds in parts]).select("cls", "word").unique().sort("cls", "word")
    words = words.with_row_index("kind").with_columns(
        pl.concat_str("cls", pl.lit(":"), "word", pl.lit(":")).alias("said"),
        pl.col("word").str.contains(f":{Residue.CUSTODY.value}:").alias("is_kept"),
    )
    numbered = pl.concat(
        kinds.join(words, on=["cls", "word"]).select(pl.lit(n).alias("table"), "way", "kind", "sensitive", "is_kept")
        for n, (_, kinds) in enumerate(parts)
    )
    keeps = numbered.group_by("table", "way").agg(pl.col("is_kept").any().alias("keeps"))
    by = ["table", "way", "due_on"]
    found = (
        pl.concat(decided.with_columns(pl.lit(n).alias("table")) for n, (decided, _) in enumerate(parts))
        .join(keeps, on=["table", "way"])
        .select("subject", "table", "way", pl.when("keeps").then("due_on").alias("due_on"))
    )
    ways = found.select(by).unique().sort(by).with_row_index("parts")
    found = found.join(ways, on=by, nulls_equal=True).sort("subject", "parts")
    of, lists = _told_apart(found.group_by("subject", maintain_order=True).agg("parts"))
    kinds = (
        lists.join(ways, left_on="part", right_on="parts")
        .join(numbered, on=["table", "way"])
        .group_by("list", "kind")
        .agg(pl.col("due_on").max(), pl.col("sensitive").any())
        .join(words.select("kind", "said", "is_kept"), on="kind")
        .sort("list", "kind")
    )
    return _once(of, kinds.select("list", _one()))


def _told_apart(lists: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Of who (`subject` or `ref`) with `parts`, numbers: who with `list`, and `list`, `part` of the distinct lists."""
    who = lists.columns[0]
    joined = lists.select(who, pl.col("parts").cast(pl.List(pl.String)).list.join(";").alias("list"))
    distinct = joined["list"].unique(maintain_order=True)
    parts = distinct.str.split(";").cast(pl.List(pl.UInt32)).to_frame("part").with_row_index("list").explode("part")
    place = pl.col("list").replace_strict(distinct, _places(distinct), return_dtype=pl.UInt32)
    return joined.select(who, place), parts


def _once(of: pl.DataFrame, one: pl.DataFrame) -> Kinds:
    """The lists as texts, of `list`, `one` in order; each text once, whatever lists it says."""
    texts = one.group_by("list", maintain_order=True).agg(pl.col("one").str.join(";").alias("text")).sort("list")
    said = texts["text"].unique(maintain_order=True)
    place = texts.select("list", pl.col("text").replace_strict(said, _places(said), return_dtype=pl.UInt32))
    found = of.join(place, on="list", maintain_order="left")
    return Kinds(found.select(of.columns[0], pl.col("text").alias("kinds")), said.alias("said"))


def _places(distinct: pl.Series) -> pl.Series:
    return pl.int_range(len(distinct), eager=True, dtype=pl.UInt32)


def _one() -> pl.Expr:
    """One kind as it is said."""
    until = pl.when(pl.col("is_kept") & pl.col("due_on").is_not_null()).then(pl.col("due_on").dt.to_string("%Y-%m-%d"))
    mark = pl.when("sensitive").then(pl.lit("s")).otherwise(pl.lit(""))
    return pl.concat_str("said", until.fill_null(""), pl.lit(":"), mark).alias("one")


def _kinds_of(table: TableMap, plan: TablePlan) -> tuple[pl.DataFrame, pl.DataFrame] | None:
    """Of one table `subject`, `way`, `due_on`, and of each way `way`, `cls`, `word`, `sensitive`.

    Rows decided alike in all columns go one way and are taken together.
    """
    shown = [c for c in table.columns if c.personal and c.cls not in _NOT_SHOWN]
    if not shown:
        return None
    codes = [DECISION_PREFIX + c.name for c in shown]
    due = pl.col("due_on").max().alias("due_on")
    alike = plan.rows.drop_nulls("subject").group_by(pl.col("subject").cast(pl.Int64), *codes).agg(due)
    ways = alike.select(codes).unique()
    words = {n: _word(d) for n, d in enumerate(plan.dispositions)}
    cells = [
        (n, c.cls.value, words[code], c.sensitive)
        for n, row in enumerate(ways.iter_rows())
        for c, code in zip(shown, row, strict=True)
        if code is not None
    ]
    schema = {"way": pl.UInt32, "cls": pl.Utf8, "word": pl.Utf8, "sensitive": pl.Boolean}
    kinds = pl.DataFrame(cells, schema=schema, orient="row").unique()
    decided = alike.join(ways.with_row_index("way"), on=codes, nulls_equal=True).select("subject", "way", "due_on")
    return decided, kinds


def _word(d: Disposition) -> str:
    return ":".join((d.release.value, d.residue.value, d.operator.value, d.fallback.value if d.fallback else ""))
