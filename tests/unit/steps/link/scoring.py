"""Pairwise precision and recall of a linkage against the truth, over all mentions."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from tests.unit.steps.link.company import Company

from bequest.crypto.cipher import aes_ecb
from bequest.engine.kernels import normalise
from bequest.steps.link.index import IndexSettings, index_table, link_targets
from bequest.steps.link.link import Linked, link


@dataclass(frozen=True, slots=True)
class Score:
    """Pairs joined rightly over all joined, and over all that belong together; how the rest is spread."""

    precision: float
    recall: float
    wrong: int
    asked: int
    asked_right: float
    across_ids: int


def link_company(company: Company, decisions: pl.DataFrame | None = None) -> Linked:
    return link(company.datamap, indexes_of(company), decisions)


def indexes_of(company: Company) -> dict[tuple[str, str], pl.DataFrame]:
    settings = IndexSettings(
        aes_ecb(bytes(32)), date(2026, 12, 31), 14, 18, "Asia/Shanghai", (), link_targets(company.datamap)
    )
    return {
        (t.source, t.name): index_table(t, [company.frames[(t.source, t.name)]], settings)
        for t in company.datamap.tables
    }


def mentions(company: Company, linked: Linked) -> pl.DataFrame:
    """`person`, `subject`, and the valid identity number of every mention."""
    parts = []
    for t in company.datamap.tables:
        frame = company.frames[(t.source, t.name)]
        [subjects] = linked.subject_of[(t.source, t.name)].values()
        ids = [c.name for c in t.columns if c.cls == "national_id"]
        ident = frame.select(
            normalise.national_id(pl.col(ids[0])) if ids else pl.lit(None, pl.Utf8).alias("i")
        ).to_series()
        ident = ident if len(ident) == frame.height else pl.Series([None] * frame.height, dtype=pl.Utf8)
        parts.append(pl.DataFrame({"person": company.truth[(t.source, t.name)], "subject": subjects, "ident": ident,
                                   "table": f"{t.source}.{t.name}", "row": np.arange(frame.height)}))  # fmt: skip
    return pl.concat(parts).with_columns(
        pl.when(pl.col("subject") < 0).then(-1 - pl.int_range(pl.len())).otherwise("subject").alias("subject")
    )


def _pairs(counts: pl.Series) -> int:
    n = counts.cast(pl.Int64)
    return int((n * (n - 1) // 2).sum())


def score(company: Company, linked: Linked) -> Score:
    m = mentions(company, linked)
    both = _pairs(m.group_by("person", "subject").len()["len"])
    joined, belong = _pairs(m.group_by("subject").len()["len"]), _pairs(m.group_by("person").len()["len"])
    ids = m.drop_nulls("ident").group_by("subject").agg(pl.col("ident").n_unique().alias("n"))
    return Score(
        both / joined, both / belong, joined - both, linked.n_uncertain, 0.0, ids.filter(pl.col("n") > 1).height
    )
