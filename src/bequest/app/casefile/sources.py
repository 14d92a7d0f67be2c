"""The sources of a case file: files, servers, whole stores, and what somebody else holds."""

import codecs
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bequest.app.casefile.check import check_recipient
from bequest.app.casefile.table import Table
from bequest.kernel.secret import PREFIXES
from bequest.model.case import BY_PATTERN, SERVERS, Source, SourceKind, SystemKind, WholeFate

SERVER = ("url", "delete_url", "scrub_url", "verify_url", "schema", "tables", "managed")
WORKBOOK = ("sheet", "password")
FILE = ("encoding", "separator", "header_row", "header_rows", *WORKBOOK)
WHOLE = ("disposition", "reason")
HELD = ("owner", "contact", "export", "due_on")
_ALL = ("label", "system_kind", "timezone", "custodian", "age_recipient")
SOURCE = ("name", "kind", "path", *SERVER, *_ALL, *FILE, *WHOLE, *HELD)

_SHEETS = frozenset({SourceKind.XLSX, SourceKind.XLS})
_FITS: dict[str, frozenset[SourceKind]] = {
    "encoding": frozenset({SourceKind.CSV, SourceKind.JSONL, SourceKind.HELD_ELSEWHERE, SourceKind.S3}),
    "separator": frozenset({SourceKind.CSV, SourceKind.HELD_ELSEWHERE, SourceKind.S3}),
    "header_row": frozenset({SourceKind.CSV, SourceKind.HELD_ELSEWHERE, SourceKind.S3}) | _SHEETS,
    "header_rows": frozenset({SourceKind.CSV, SourceKind.HELD_ELSEWHERE, SourceKind.S3}) | _SHEETS,
    "sheet": _SHEETS,
    "password": _SHEETS | {SourceKind.HELD_ELSEWHERE},
}
_NOT_FOR = {
    "encoding": "has no encoding", "separator": "has no separators", "header_row": "has no header row",
    "header_rows": "has no header rows", "sheet": "has no sheets", "password": "is not protected by a password",
}  # fmt: skip
_SEPARATORS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
MOST_HEADER_ROWS = 3


def read_source(table: Table) -> Source:
    """One source, as its kind demands.

    Raises:
        CaseFileError: naming the key that is missing, or that the kind does not know.
    """
    kind = table.word("kind", SourceKind)
    if kind in SERVERS:
        return _server(table, kind)
    _refuse(table, kind, SERVER)
    if kind is SourceKind.HELD_ELSEWHERE:
        return _held(table)
    _refuse(table, kind, HELD)
    system = table.word("system_kind", SystemKind, SystemKind.BUSINESS)
    whole = kind is SourceKind.FILE or system is not SystemKind.BUSINESS
    disposition = table.word("disposition", WholeFate) if whole and table.has("disposition") else None
    _check_whole(table, kind, system, disposition, is_whole=whole)
    return Source(
        name=table.identifier("name"),
        kind=kind,
        path=_path(table, "path"),
        label=table.text("label", ""),
        system_kind=system,
        timezone=read_zone(table, "timezone", ""),
        custodian=table.text("custodian", ""),
        disposition=disposition,
        reason=table.text("reason", ""),
        age_recipient=_keepers_key(table, is_whole=whole),
        **_file_options(table, kind),  # type: ignore[arg-type]
    )


def divide_databases(sources: Sequence[Source]) -> tuple[Source, ...]:
    """The sources, each with the tables that whole stores of the same database hold: no table is in two of them."""
    held: dict[tuple[str, str], tuple[str, ...]] = {}
    for s in sources:
        if s.tables:
            held[s.database] = held.get(s.database, ()) + s.tables
    return tuple(_without_others(s, held.get(s.database, ())) for s in sources)


def _without_others(source: Source, held: tuple[str, ...]) -> Source:
    """A source that knows what of its database belongs to others; keys of a Redis always say whose they are."""
    if source.kind is SourceKind.REDIS:
        return replace(source, elsewhere=tuple(p for p in held if p not in source.tables))
    return replace(source, elsewhere=held) if source.kind in SERVERS and not source.tables else source


def _keepers_key(table: Table, *, is_whole: bool) -> str:
    """The key of a store's own keeper, to whom what is sealed is handed where the company ends."""
    if not table.has("age_recipient"):
        return ""
    if not is_whole or not table.text("custodian", ""):
        raise table.fault(
            "age_recipient",
            "is the key of a store's own keeper, and none is named",
            "Name the keeper as `custodian` of this store; or leave it out.",
        )
    recipient = table.referred("age_recipient")
    check_recipient(table, recipient)
    return recipient


def _check_whole(
    table: Table, kind: SourceKind, system: SystemKind, disposition: WholeFate | None, *, is_whole: bool
) -> None:
    if not is_whole:
        for key in WHOLE:
            if table.has(key):
                raise table.fault(
                    key,
                    "rows of a business system are decided on one by one",
                    "Leave it out; or name its system_kind (ledger, medical-record, aml, archive).",
                )
    elif kind is SourceKind.FILE and disposition is None:
        raise table.fault(
            "disposition",
            "is missing: files are not searched cell by cell, so somebody must decide",
            "Write kept, custody or unlinked, with the reason.",
        )
    if is_whole and not table.text("reason", "") and (kind is SourceKind.FILE or disposition is WholeFate.UNLINKED):
        what = f"a store of kind {system.value}" if system is not SystemKind.BUSINESS else "files"
        raise table.fault(
            "reason",
            f"is missing: what becomes of {what} as a whole is counsel's decision",
            "Write why, in a sentence.",
        )


def _held(table: Table) -> Source:
    kind = SourceKind.HELD_ELSEWHERE
    _refuse(table, kind, ("path", *WHOLE, "system_kind"))
    has_export = table.has("export")
    source = Source(
        name=table.identifier("name"),
        kind=kind,
        path=_path(table, "export") if has_export else Path(),
        label=table.text("label", ""),
        timezone=read_zone(table, "timezone", ""),
        custodian=table.text("custodian", ""),
        owner=table.text("owner"),
        contact=table.text("contact"),
        due_on=table.day("due_on", required=True),
        age_recipient=table.referred("age_recipient", "") if table.has("age_recipient") else "",
        **_file_options(table, kind),  # type: ignore[arg-type]
    )
    check_recipient(table, source.age_recipient)
    return source


def _file_options(table: Table, kind: SourceKind) -> dict[str, object]:
    for key in FILE:
        if table.has(key) and kind not in _FITS[key]:
            raise table.fault(key, f"a source of kind {kind.value} {_NOT_FOR[key]}", "Leave it out.")
    encoding = table.text("encoding", "")
    if encoding:
        try:
            codecs.lookup(encoding)
        except (LookupError, ValueError):
            raise table.fault("encoding", f"{encoding!r} is not an encoding", "Write utf-8, gb18030 or gbk.") from None
    return {
        "encoding": encoding,
        "separator": _separator(table),
        "header_row": table.whole("header_row", 0, low=0, high=1000),
        "header_rows": table.whole("header_rows", 1, low=1, high=MOST_HEADER_ROWS),
        "sheet": table.text("sheet", ""),
        "password": _password(table),
    }


def _separator(table: Table) -> str:
    if not table.has("separator"):
        return ""
    said = table.text("separator", "") or "\t"  # a tab alone is blank
    found = _SEPARATORS.get(said.lower(), said)
    if len(found) != 1 or not found.isascii() or found.isalnum() or found in '"\r\n':
        raise table.fault("separator", "is not one sign that stands between fields", 'Write "," or ";" or "tab".')
    return found


def _password(table: Table) -> str:
    reference = table.text("password", "")
    if reference and not reference.startswith(PREFIXES):
        raise table.fault(
            "password", "is a password, and a case file never holds one", 'Write password = "env:NAME" and set NAME.'
        )
    return table.references.absolute(reference)


def _path(table: Table, key: str) -> Path:
    return (table.references.folder / table.referred(key)).resolve()


def _refuse(table: Table, kind: SourceKind, keys: Iterable[str]) -> None:
    ways = {
        SourceKind.HELD_ELSEWHERE: "is held by its owner", SourceKind.POSTGRESQL: "is a server",
        SourceKind.MARIADB: "is a server", SourceKind.S3: "is a server", SourceKind.REDIS: "is a server",
    }  # fmt: skip
    for key in keys:
        if table.has(key):
            hint = "Leave it out." if kind is not SourceKind.HELD_ELSEWHERE else "Leave it out; files are its `export`."
            hint = (
                "Leave it out, and name its path." if key in SERVER and kind is not SourceKind.HELD_ELSEWHERE else hint
            )
            raise table.fault(key, f"a source of kind {kind.value} {ways.get(kind, 'is a file')}", hint)


def _server(table: Table, kind: SourceKind) -> Source:
    if kind in BY_PATTERN:
        return _by_pattern(table, kind)
    for key in ("path", *FILE):
        if table.has(key):
            raise table.fault(key, f"a source of kind {kind.value} is a server", "Leave it out, and name its url.")
    _refuse(table, kind, HELD)
    system = table.word("system_kind", SystemKind, SystemKind.BUSINESS)
    whole = system is not SystemKind.BUSINESS
    disposition = table.word("disposition", WholeFate) if whole and table.has("disposition") else None
    _check_whole(table, kind, system, disposition, is_whole=whole)
    if disposition is WholeFate.UNLINKED:
        raise table.fault(
            "disposition",
            f"a store of kind {system.value} on a server is not deleted without a keeper",
            "Write custody (handed over sealed, then emptied) or kept (stays in its place under its custodian).",
        )
    if table.has("tables") and not whole:
        raise table.fault(
            "tables",
            "is for stores that stay whole; of a business system all tables are looked at",
            "Leave it out. Tables that a whole store of the same url names do not belong to this source.",
        )
    if table.has("schema") and kind is not SourceKind.POSTGRESQL:
        raise table.fault("schema", f"a source of kind {kind.value} has no schemas", "The url names the database.")
    return Source(
        name=table.identifier("name"),
        kind=kind,
        url=_url(table, "url", None),
        delete_url=_url(table, "delete_url", ""),
        scrub_url=_url(table, "scrub_url", ""),
        verify_url=_url(table, "verify_url", ""),
        schema=table.text("schema", ""),
        tables=table.texts("tables", required=True) if table.has("tables") else (),
        managed=table.flag("managed", default=False),
        label=table.text("label", ""),
        system_kind=system,
        timezone=read_zone(table, "timezone", ""),
        custodian=table.text("custodian", ""),
        disposition=disposition,
        reason=table.text("reason", ""),
        age_recipient=_keepers_key(table, is_whole=whole),
    )


def _by_pattern(table: Table, kind: SourceKind) -> Source:
    """Objects of a bucket, keys of a Redis: patterns say what makes a table."""
    _refuse(table, kind, ("path", *HELD, "schema"))
    for key in WHOLE:
        if table.has(key):
            raise table.fault(key, f"a source of kind {kind.value} is read row by row", "Leave it out.")
    if table.word("system_kind", SystemKind, SystemKind.BUSINESS) is not SystemKind.BUSINESS:
        raise table.fault(
            "system_kind",
            f"a source of kind {kind.value} is not decided on as a whole",
            'Leave it out; or copy the objects out and declare the copy with `kind = "file"`, and the store itself as'
            " held-elsewhere.",
        )
    if kind is SourceKind.REDIS and not table.has("tables"):
        raise table.fault(
            "tables", "is missing: a Redis has no tables", 'Write the keys that make one, such as ["customer:*"].'
        )
    patterns = table.texts("tables", required=True) if table.has("tables") else ()
    if kind is SourceKind.REDIS:
        for pattern in patterns:
            if pattern.count("*") != 1 or any(sign in pattern for sign in "?[]\\"):
                raise table.fault("tables", "is no pattern with one *", 'Write keys such as ["customer:*"].')
    return Source(
        name=table.identifier("name"),
        kind=kind,
        url=_url(table, "url", None),
        delete_url=_url(table, "delete_url", ""),
        scrub_url=_url(table, "scrub_url", ""),
        verify_url=_url(table, "verify_url", ""),
        tables=patterns,
        managed=table.flag("managed", default=False),
        label=table.text("label", ""),
        timezone=read_zone(table, "timezone", ""),
        custodian=table.text("custodian", ""),
        **_file_options(table, kind),  # type: ignore[arg-type]
    )


def _url(table: Table, key: str, default: str | None) -> str:
    """An address or a reference to one, as it stands: it is followed when a connection is opened, and kept nowhere."""
    url = table.text(key, default)
    if url and not url.startswith(PREFIXES):
        try:
            has_password = urlsplit(url).password is not None or "password" in parse_qs(urlsplit(url).query)
        except ValueError:
            raise table.fault(key, "is not an address", "Write env:NAME or kind://account@host/database.") from None
        if has_password:
            raise table.fault(
                key, "holds a password, and a case file never does", f'Write {key} = "env:NAME" and set NAME.'
            )
    return table.references.absolute(url)


def read_zone(table: Table, key: str, default: str) -> str:
    """A time zone by its name.

    Raises:
        CaseFileError: where there is none of that name.
    """
    name = table.text(key, default)
    if name or not default:
        try:
            ZoneInfo(name) if name else None
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise table.fault(key, f"{name!r} is not a time zone", "Write one such as Asia/Shanghai.") from None
        return name
    raise table.fault(key, "is empty", f"Leave it out for {default}, or write a time zone.")
