"""Leak tracing: which delivery a file that turned up comes from, and how likely it is to accuse wrongly."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import polars as pl

from bequest.app.context import Context
from bequest.app.user_files import read_user_bytes, read_user_text
from bequest.crypto.cipher import aes_ecb, derive
from bequest.crypto.keys import KeyState
from bequest.engine.kernels.cmac import Ecb
from bequest.engine.kernels.watermark import agreement, anchor_form, bit_of, chance
from bequest.kernel.errors import InputError, StateError
from bequest.model.case import Lot
from bequest.steps.transform.marks import Marks, marks_of
from bequest.steps.transform.shape import TableShape

PURPOSE = "watermark"
SURE = 1e-6
"""Probability of a wrong accusation up to which a delivery is named."""
_ENCODINGS = ("utf-8-sig", "gb18030")
_FEW = 8


@dataclass(frozen=True, slots=True)
class Suspect:
    """A delivery: what fits of its marks, in which columns of the leak, and the chance that anybody's data fit so well.

    `probability` counts every delivery and every pair of columns that was tried.
    """

    case_id: str
    delivery_id: str
    receiver: str
    fits: int
    rows: int
    columns: tuple[str, str]
    canaries: int
    probability: float

    @property
    def is_named(self) -> bool:
        """Whether it may be said."""
        return self.probability <= SURE


def mark_cipher(key: bytes, delivery_id: str) -> Ecb:
    """The cipher of one delivery's marks."""
    return aes_ecb(derive(key, PURPOSE, delivery_id))


def delivery_marks(ctx: Context, case_id: str, lot: Lot, delivery_id: str, shape: TableShape) -> Marks | None:
    """The marks of a table of a delivery, where the owner wants any."""
    if not lot.watermark:
        return None
    return marks_of(shape, lot.watermark, mark_cipher(ctx.keys(case_id).get(PURPOSE), delivery_id))


def trace(ctx: Context, leak: Path, *, canaries: Path | None = None) -> tuple[Suspect, ...]:
    """Every marked delivery of this home, likeliest first.

    `canaries`: a CSV of `delivery` and `value`, kept by who controls those addresses: customers that only one delivery
    held. They are shown apart and never change the probability, which is that of the marks alone.

    Raises:
        InputError: where the file cannot be read as a table.
        StateError: where no delivery bears marks.
    """
    frame = read_leak(leak)
    planted = _planted(canaries) if canaries is not None else {}
    deliveries = list(_marked(ctx, planted))
    if not deliveries:
        raise StateError(
            "no delivery of this home bears marks", hint="Marks are wanted in the case file, before: watermark = [ … ]."
        )
    pairs = [
        (v, a)
        for v, a in permutations(frame.columns, 2)
        if bit_of(frame[v]).drop_nulls().len() >= _FEW and anchor_form(frame[a]).n_unique() >= _FEW
    ]
    cells = {
        v for c in frame.columns for v in anchor_form(frame[c]).drop_nulls().to_list()
    } if planted else set()  # fmt: skip
    tried = max(1, len(pairs) * len(deliveries))
    found = []
    for case_id, delivery_id, receiver, ecb in deliveries:
        best = (1.0, 0, 0, ("", ""))
        for value, anchor in pairs:
            if ecb is None:
                break
            fits, rows = agreement(frame[value], frame[anchor], ecb)
            best = min(best, (chance(fits, rows), fits, rows, (value, anchor)))
        met = len(cells & planted.get(delivery_id, set()))
        found.append(Suspect(case_id, delivery_id, receiver, best[1], best[2], best[3], met, min(1.0, best[0] * tried)))
    return tuple(sorted(found, key=lambda s: (s.probability, -s.canaries, s.delivery_id)))


def read_leak(path: Path) -> pl.DataFrame:
    """A table as text, whatever its separator, its encoding and the names of its columns.

    Raises:
        InputError: where it is none.
    """
    hint = "Save it as CSV, with one row a line."
    if path.suffix.lower() == ".parquet":
        return pl.read_parquet(path).select(pl.all().cast(pl.String, strict=False))
    data = read_user_bytes(path, "leaked file", hint=hint)
    for encoding in _ENCODINGS:
        try:
            text = data.decode(encoding)
            separator = csv.Sniffer().sniff(text[:20_000], ",;\t|").delimiter
            frame = pl.read_csv(
                io.StringIO(text), separator=separator, infer_schema=False, has_header=False, truncate_ragged_lines=True
            )
        except (UnicodeDecodeError, csv.Error, pl.exceptions.PolarsError):
            continue
        head = [str(v or "") for v in frame.row(0)]
        return frame.rename(
            {c: f"{i + 1} {name}"[:40] for i, (c, name) in enumerate(zip(frame.columns, head, strict=True))}
        )
    raise InputError(f"{path.name} cannot be read as a table", hint=hint)


def _marked(ctx: Context, planted: dict[str, set[str]]) -> Iterator[tuple[str, str, str, Ecb | None]]:
    with ctx.store.transaction() as tx:
        cases = [r.case for r in tx.cases.list()]
        sent = [(c, d) for c in cases for d in tx.deliveries.list(c.id)]
    for case, d in sent:
        keys, lots = ctx.keys(case.id), {lot.id: lot for lot in case.lots}
        has_marks = d.lot in lots and bool(lots[d.lot].watermark) and keys.state(PURPOSE) is KeyState.LIVE
        if has_marks or d.delivery_id in planted:
            ecb = mark_cipher(keys.get(PURPOSE), d.delivery_id) if has_marks else None
            yield case.id, d.delivery_id, d.receiver, ecb


def _planted(path: Path) -> dict[str, set[str]]:
    text = read_user_text(path, "list of canaries", hint="A CSV with the columns delivery, value.")
    reader = csv.DictReader(io.StringIO(text))
    if not {"delivery", "value"} <= set(reader.fieldnames or ()):
        raise InputError(f"{path.name} has no columns delivery and value", hint="delivery,value in its first line.")
    planted: dict[str, set[str]] = {}
    rows = [(r["delivery"], r["value"]) for r in reader]
    forms = anchor_form(pl.Series([v for _, v in rows], dtype=pl.String)).to_list()
    for (delivery, _), form in zip(rows, forms, strict=True):
        if form:
            planted.setdefault(delivery, set()).add(form)
    return planted
