"""Open a source of any kind."""

import os
from collections.abc import Callable

from bequest.kernel.errors import SourceError
from bequest.model.case import Source, SourceKind
from bequest.sources.csv_file import CsvFile
from bequest.sources.jsonl import JsonLinesFile
from bequest.sources.parquet import ParquetFile
from bequest.sources.source import OpenSource
from bequest.sources.sqlite import SqliteSource
from bequest.sources.xlsx import XlsxFile

KINDS: dict[SourceKind, Callable[[Source], OpenSource]] = {
    SourceKind.SQLITE: SqliteSource,
    SourceKind.XLSX: XlsxFile,
    SourceKind.CSV: CsvFile,
    SourceKind.JSONL: JsonLinesFile,
    SourceKind.PARQUET: ParquetFile,
}
"""What opens each kind of source; a new kind is one module and one line here."""


def open_source(spec: Source) -> OpenSource:
    """The source, ready to be read; whether its content is whole is told by `inventory`.

    Raises:
        SourceError: the file is missing, not readable, empty or not of that kind.
    """
    if not spec.path.is_file():
        what = "is a folder" if spec.path.is_dir() else "does not exist"
        raise SourceError(
            f"source {spec.name}: {spec.path} {what}",
            hint="Check the path in the case file; it is taken relative to the case file.",
            code="BQ-SOURCE-2",
        )
    if not os.access(spec.path, os.R_OK):
        raise SourceError(
            f"source {spec.name}: {spec.path} may not be read",
            hint="Give the account that runs Bequest the right to read it.",
            code="BQ-SOURCE-2",
        )
    return KINDS[spec.kind](spec)
