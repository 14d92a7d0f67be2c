"""Mentions to subjects. Three stages, each strict about never making one of two people.

A mention is a role in a row. For certain one subject are mentions that share a reference, a valid resident identity
number, or a name with a phone or an e-mail address that are a person's own (`certain`). What else may be one person is
scored (`compare`); pairs that pass its rules are joined, best first (`clusters`); what stays in doubt goes to people
and merges nobody. Two different valid identity numbers are never one subject, whatever else agrees or anybody says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from bequest.engine.kernels.union_find import smallest
from bequest.model.datamap import DataMap, FieldClass, TableMap
from bequest.model.facts import RowRole
from bequest.steps.link.certain import certain, shared_phones
from bequest.steps.link.clusters import clusters
from bequest.steps.link.compare import PARTS
from bequest.steps.link.features import FEATURES
from bequest.steps.link.index import primary_role
from bequest.steps.link.mentions import Block, Index, Mentions, column_parts

TableKey = tuple[str, str]
DECISIONS = {"left": pl.Binary, "right": pl.Binary, "same": pl.Boolean}
REVIEW = {"left": pl.Binary, "right": pl.Binary, "bits": pl.Float64, **dict.fromkeys(PARTS, pl.Float64)}


def nothing_decided() -> pl.DataFrame:
    """No decisions of people: `left` and `right` mention tokens, `same`."""
    return pl.DataFrame(schema=DECISIONS)


def nothing_to_ask() -> pl.DataFrame:
    """No pairs in doubt: mention tokens, bits, and the bits of each part."""
    return pl.DataFrame(schema=REVIEW)


@dataclass(frozen=True, slots=True)
class Linked:
    """Who is who. `subject_of[(source, table)][role]` holds a subject number per row, or -1 where nobody is known.

    Subject numbers are dense, in the order of the first mention. `anchors` holds one token per subject, the
    smallest of its mentions': what other stores use to find the person again after a new run. `review` are the pairs
    in doubt, the likeliest first; `n_refused` counts mentions whose ties would have made one of two identity numbers.
    """

    n_subjects: int
    subject_of: Mapping[TableKey, Mapping[RowRole, np.ndarray]]
    anchors: pl.Series
    n_mentions: int
    n_shared_phones: int
    n_uncertain: int = 0
    n_refused: int = 0
    review: pl.DataFrame = field(default_factory=nothing_to_ask)


def link(
    datamap: DataMap,
    indexes: Mapping[TableKey, Index],
    decisions: pl.DataFrame | None = None,
    *,
    beside: Path | None = None,
) -> Linked:
    """Recognise people across all tables in the case; `decisions` of people (`DECISIONS`) hold over any score.

    `beside`: a private folder for what is laid down there, nameless, while millions of records are linked.
    """
    blocks: list[Block] = []
    for table in datamap.tables:
        key = (table.source, table.name)
        if not table.in_case or key not in indexes:
            continue
        index = indexes[key]
        for role in _roles(table):
            rows = _rows(table, role, index)
            if len(rows):
                blocks.append(Block(key, role, rows, index))
    if not blocks:
        return Linked(0, {}, pl.Series([], dtype=pl.Binary), 0, 0)
    mentions = Mentions(blocks)
    said = mentions.pairs(nothing_decided() if decisions is None else decisions)
    with mentions.codes(FEATURES, beside) as codes:
        shared = shared_phones(codes)
        base = certain(mentions, codes, said)
        found = clusters(mentions, codes, base.labels, said)
    labels = found.labels
    n_subjects = int(labels.max()) + 1
    subject_of: dict[TableKey, dict[RowRole, np.ndarray]] = {}
    at = 0
    for block in blocks:
        numbers = np.full(block.index.height, -1, dtype=np.int64)
        numbers[block.rows] = labels[at : at + len(block.rows)]
        subject_of.setdefault(block.key, {})[block.role] = numbers
        at += len(block.rows)
    return Linked(
        n_subjects=n_subjects,
        subject_of=subject_of,
        anchors=smallest(labels, mentions.tokens(), n_subjects).alias("mention"),
        n_mentions=mentions.height,
        n_shared_phones=shared,
        n_uncertain=found.review.height,
        n_refused=base.n_refused,
        review=found.review,
    )


def _roles(table: TableMap) -> list[RowRole]:
    roles = {c.role for c in table.columns} | {r.role for r in table.relations}
    return sorted(roles - {RowRole.RECORD, RowRole.STAFF, RowRole.UNKNOWN}, key=str)


def _rows(table: TableMap, role: RowRole, index: Index) -> np.ndarray:
    """Rows in which somebody in this role can be told apart: by a link key, or at least by a person's name or a phone.

    A company's name, as in the title of an invoice, is nobody.
    """
    told = ("id", "ph", "ph2", "em", "so", "us")
    keys = [c for c in index.columns if c.startswith(f"k:{role}:")]
    keys += [f"x:{role}:{k}" for k in told if f"x:{role}:{k}" in index.columns]
    phones = [f"v:{c.name}" for c in table.columns if c.role is role and c.cls is FieldClass.PHONE]
    names = [n for n in (f"n:{role}",) if n in index.columns]
    known = np.zeros(index.height, np.bool_)
    for name in (*keys, *names, *phones):
        first = 0
        for part in column_parts(index, name):
            said = part.fill_null(False) if part.dtype == pl.Boolean else part.is_not_null()
            known[first : first + len(part)] |= said.to_numpy()
            first += len(part)
    return np.flatnonzero(known).astype(np.uint32)


def primary_subjects(table: TableMap, linked: Linked, n_rows: int) -> np.ndarray:
    """The subject that decides each row, or -1."""
    roles = linked.subject_of.get((table.source, table.name), {})
    return roles.get(primary_role(table), np.full(n_rows, -1, dtype=np.int64))
