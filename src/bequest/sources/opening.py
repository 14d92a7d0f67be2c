"""Open a source of any kind."""

import importlib
import os
from collections.abc import Callable

from bequest.kernel.errors import SourceError
from bequest.kernel.secret import Secrets
from bequest.model.case import Source, SourceKind
from bequest.sources.codes import NOT_THERE
from bequest.sources.csv_file import CsvFile
from bequest.sources.held_elsewhere import HeldElsewhere
from bequest.sources.jsonl import JsonLinesFile
from bequest.sources.parquet import ParquetFile
from bequest.sources.source import OpenSource
from bequest.sources.sqlite import SqliteSource
from bequest.sources.xls import XlsFile
from bequest.sources.xlsx import XlsxFile

FILES: dict[SourceKind, Callable[..., OpenSource]] = {
    SourceKind.SQLITE: SqliteSource,
    SourceKind.XLSX: XlsxFile,
    SourceKind.XLS: XlsFile,
    SourceKind.CSV: CsvFile,
    SourceKind.JSONL: JsonLinesFile,
    SourceKind.PARQUET: ParquetFile,
}
"""What opens each kind of file; a new kind is one module and one line here."""

SERVERS: dict[SourceKind, str] = {
    SourceKind.POSTGRESQL: "bequest.sources.postgresql:PostgresqlSource",
    SourceKind.MARIADB: "bequest.sources.mariadb:MariadbSource",
    SourceKind.S3: "bequest.sources.s3:S3Source",
    SourceKind.REDIS: "bequest.sources.redis_keys:RedisSource",
}
"""What opens each kind of server, by name: the drivers come with `bequest[databases]` and may be absent."""


WORKBOOKS = frozenset({SourceKind.XLSX, SourceKind.XLS})
"""Kinds that may be protected by a password, and that may be gone as a whole."""


def open_source(spec: Source, secrets: Secrets | None = None, *, may_be_gone: bool = False) -> OpenSource:
    """The source, ready to be read; whether its content is whole is told by `inventory`.

    `may_be_gone`: a workbook that went as a whole in a former run of a step is opened as one without tables.

    Raises:
        InputError: the address of a server stands nowhere.
        SourceError: the file is missing, not readable, empty or not of that kind; the server's driver is not there.
    """
    if spec.kind in SERVERS:
        return _open_server(spec, secrets or Secrets())
    if spec.kind is SourceKind.HELD_ELSEWHERE:
        return HeldElsewhere(spec, lambda part: open_source(part, secrets, may_be_gone=may_be_gone))
    if may_be_gone and spec.kind in WORKBOOKS and not spec.path.exists():
        return FILES[spec.kind](spec)
    if not spec.path.is_file():
        what = "is a folder" if spec.path.is_dir() else "does not exist"
        raise SourceError(
            f"source {spec.name}: {spec.path} {what}",
            hint="Check the path in the case file; it is taken relative to the case file.",
            code=NOT_THERE,
        )
    if not os.access(spec.path, os.R_OK):
        raise SourceError(
            f"source {spec.name}: {spec.path} may not be read",
            hint="Give the account that runs Bequest the right to read it.",
            code=NOT_THERE,
        )
    if spec.password:
        followed = (secrets or Secrets()).follow(spec.password, f"password of source {spec.name}")
        return FILES[spec.kind](spec, followed)
    return FILES[spec.kind](spec)


def _open_server(spec: Source, secrets: Secrets) -> OpenSource:
    module, _, name = SERVERS[spec.kind].partition(":")
    try:
        opened: OpenSource = getattr(importlib.import_module(module), name)(spec, secrets)
    except ModuleNotFoundError as error:
        raise SourceError(
            f"source {spec.name}: the driver for {spec.kind.value} is not installed ({error.name})",
            hint="Install it with `pip install 'bequest[databases]'`, or `make setup-databases` in the source tree.",
            code=NOT_THERE,
        ) from None
    return opened
