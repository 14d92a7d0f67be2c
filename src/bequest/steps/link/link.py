"""Mentions to subjects: connected components over link keys of equal kind. Deterministic and symmetric.

A mention is a role in a row. Mentions are one subject where they share a reference, a valid resident identity
number, phone with name, or e-mail with name (`index.KINDS`). Nothing else merges people.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from bequest.engine.kernels.union_find import components
from bequest.model.datamap import DataMap, FieldClass, TableMap
from bequest.model.facts import RowRole
from bequest.steps.link.index import KINDS, primary_role

TableKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Linked:
    """Who is who. `subject_of[(source, table)][role]` holds a subject number per row, or -1 where nobody is known.

    Subject numbers are dense, in the order of the first mention. `anchors` holds one token per subject, the
    smallest of its mentions': what other stores use to find the person again after a new run.
    """

    n_subjects: int
    subject_of: Mapping[TableKey, Mapping[RowRole, np.ndarray]]
    anchors: pl.Series
    n_mentions: int
    n_shared_phones: int


def link(datamap: DataMap, indexes: Mapping[TableKey, pl.DataFrame]) -> Linked:
    """Recognise people across all tables in the case."""
    blocks: list[tuple[TableKey, RowRole, np.ndarray]] = []
    parts: list[pl.DataFrame] = []
    kinds = _kinds(indexes)
    for table in datamap.tables:
        key = (table.source, table.name)
        if not table.in_case or key not in indexes:
            continue
        for role in _roles(table):
            frame = _mentions(table, role, indexes[key], kinds)
            if frame.height:
                blocks.append((key, role, frame["row_no"].to_numpy()))
                parts.append(frame.drop("row_no"))
    if not parts:
        return Linked(0, {}, pl.Series([], dtype=pl.Binary), 0, 0)
    mentions = pl.concat(parts, how="diagonal")
    labels = components(mentions.height, [mentions[k] for k in kinds])
    subject_of: dict[TableKey, dict[RowRole, np.ndarray]] = {}
    at = 0
    for key, role, rows in blocks:
        numbers = np.full(indexes[key].height, -1, dtype=np.int64)
        numbers[rows] = labels[at : at + len(rows)]
        subject_of.setdefault(key, {})[role] = numbers
        at += len(rows)
    n_subjects = int(labels.max()) + 1
    anchors = (
        mentions.select("mention", pl.Series("subject", labels))
        .group_by("subject")
        .agg(pl.col("mention").min())
        .sort("subject")["mention"]
    )
    return Linked(n_subjects, subject_of, anchors, mentions.height, _shared_phones(mentions))


def _roles(table: TableMap) -> list[RowRole]:
    roles = {c.role for c in table.columns} | {r.role for r in table.relations}
    return sorted(roles - {RowRole.RECORD, RowRole.STAFF, RowRole.UNKNOWN}, key=str)


def _kinds(indexes: Mapping[TableKey, pl.DataFrame]) -> tuple[str, ...]:
    """Kinds of link keys that are met: where rows bear several keys of a person, `ref2` and so on too."""
    met = {c.rpartition(":")[2] for index in indexes.values() for c in index.columns if c.startswith("k:")}
    return (*KINDS, *sorted(k for k in met - set(KINDS) if k.startswith("ref")))


def _mentions(table: TableMap, role: RowRole, index: pl.DataFrame, kinds: tuple[str, ...]) -> pl.DataFrame:
    """Rows in which somebody in this role can be told apart: by a link key, or at least by a person's name or a phone.

    A company's name, as in the title of an invoice, is nobody.
    """
    keys = [pl.col(f"k:{role}:{k}").alias(k) for k in kinds if f"k:{role}:{k}" in index.columns]
    phones = [f"v:{c.name}" for c in table.columns if c.role is role and c.cls is FieldClass.PHONE]
    names = [n for n in (f"n:{role}",) if n in index.columns]
    known = [e.is_not_null() for e in keys] + [pl.col(v) for v in (*names, *phones)]
    if not known:
        return pl.DataFrame({"row_no": pl.Series([], dtype=pl.UInt32)})
    missing = [pl.lit(None, pl.Binary).alias(k) for k in kinds if f"k:{role}:{k}" not in index.columns]
    phone = f"k:{role}:p"
    shared = pl.col(phone).alias("phone") if phone in index.columns else pl.lit(None, pl.Binary).alias("phone")
    return (
        index.filter(pl.any_horizontal(known))
        .select("row_no", f"m:{role}", *keys, *missing, shared)
        .rename({f"m:{role}": "mention"})
    )


def _shared_phones(mentions: pl.DataFrame) -> int:
    """Phones that stand beside at least two different names: families, switchboards."""
    pairs = mentions.select("phone", "pn").drop_nulls().unique()
    return pairs.group_by("phone").len().filter(pl.col("len") > 1).height


def primary_subjects(table: TableMap, linked: Linked, n_rows: int) -> np.ndarray:
    """The subject that decides each row, or -1."""
    roles = linked.subject_of.get((table.source, table.name), {})
    return roles.get(primary_role(table), np.full(n_rows, -1, dtype=np.int64))
