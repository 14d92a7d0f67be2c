"""The marks of one delivery in one table: which columns bear them, and from which column each row's bit is drawn."""

from dataclasses import dataclass

import polars as pl

from bequest.engine.kernels.cmac import Ecb
from bequest.engine.kernels.watermark import mark
from bequest.model.datamap import FieldClass
from bequest.steps.transform.shape import ROW, TableShape

_ANCHORS = (
    FieldClass.PHONE, FieldClass.EMAIL, FieldClass.NATIONAL_ID, FieldClass.BANK_CARD, FieldClass.ACCOUNT_NUMBER,
    FieldClass.USER_ID,
)  # fmt: skip
"""What a leak is most likely to keep, and what is most different from row to row, in this order."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Marked columns, the anchor, and the cipher of the delivery."""

    columns: tuple[str, ...]
    anchor: str
    ecb: Ecb

    def put(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A delivered batch with its marks."""
        return frame.with_columns(mark(frame[c], frame[self.anchor], self.ecb) for c in self.columns)


def marks_of(shape: TableShape, wanted: tuple[str, ...], ecb: Ecb) -> Marks | None:
    """The marks of a table, where any of the wanted columns (`source.table.column`) is delivered in it."""
    columns = tuple(
        c.name for c in shape.columns if f"{shape.source}.{shape.table}.{c.name}" in wanted and not c.is_reference
    )
    by_class = {c.column.cls: c.name for c in reversed(shape.columns) if c.name not in columns}
    anchor = next((by_class[cls] for cls in _ANCHORS if cls in by_class), ROW)
    return Marks(columns, anchor, ecb) if columns else None
