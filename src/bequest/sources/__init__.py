"""Sources: where the data lie. One module per kind of store; `open_source` picks it."""

from bequest.sources.mark import TableMark, content_digests, mark, row_tags
from bequest.sources.opening import open_source
from bequest.sources.source import (
    KEY,
    KEY_SEPARATOR,
    Applied,
    Changes,
    CleanReport,
    ColumnInfo,
    ForeignKey,
    Guard,
    OnDelete,
    OpenSource,
    TableInfo,
)

__all__ = [
    "KEY",
    "KEY_SEPARATOR",
    "Applied",
    "Changes",
    "CleanReport",
    "ColumnInfo",
    "ForeignKey",
    "Guard",
    "OnDelete",
    "OpenSource",
    "TableInfo",
    "TableMark",
    "content_digests",
    "mark",
    "open_source",
    "row_tags",
]
