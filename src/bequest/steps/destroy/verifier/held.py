"""Rows on hold, found in the second look: they were to go and stay, because their person objected in time."""

import struct

import numpy as np
import numpy.typing as npt

from bequest.steps.destroy.verifier.places import Places
from bequest.steps.destroy.verifier.prepare import Task
from bequest.steps.destroy.verifier.reading import Column, Rows
from bequest.steps.destroy.verifier.tokens import cmac_rows


def held_rows(task: Task, places: Places | None, rows: Rows, located: npt.NDArray[np.int64] | None) -> frozenset[int]:
    """Positions in a batch of rows that are on hold: by key, or by their whole content where the table has none."""
    held = task.held.get((places.plan.source, places.plan.table)) if places else None
    if not held or places is None:
        return frozenset()
    if located is not None:
        return frozenset(np.flatnonzero(np.isin(located, list(held))).tolist())
    known = set(places.plan.rows["row_digest"][sorted(held)].to_list())
    digests = cmac_rows(_contents(places, rows), task.link_ecb)
    return frozenset(i for i, d in enumerate(digests) if d.tobytes() in known)


def _contents(places: Places, rows: Rows) -> list[bytes]:
    """Each row as it was digested at the mark: for every column whether it holds a value, its length, its bytes."""
    plan = places.plan
    prefix = f"content\x1f{plan.source}\x1f{plan.table}\x1f".encode()
    none: Column = [None] * len(rows.names)
    columns = [rows.columns.get(c.name, none) for c in plan.columns]
    return [prefix + b"".join(_field(v) for v in values) for values in zip(*columns, strict=True)]


def _field(value: str | None) -> bytes:
    data = b"" if value is None else value.encode("utf-8", "surrogatepass")
    return struct.pack("<BI", value is not None, len(data)) + data
