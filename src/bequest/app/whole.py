"""Whole stores and whole files of a case: what they are, what was decided on them, kept beside the decided rows."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, cast

from bequest.app.context import Context
from bequest.app.workspace import Workspace
from bequest.crypto.cipher import aes_ecb, hmac_sha256
from bequest.kernel.canonical import digest, to_json
from bequest.kernel.codec import decode
from bequest.kernel.errors import SourceError
from bequest.kernel.secret import Secrets
from bequest.model.case import ALL_STAYS, SERVERS, Case, Source, SourceKind, WholeFate
from bequest.model.disposition import Residue
from bequest.model.whole import WholeObject, WholeStore, lies_in_files, residue_of
from bequest.sources.codes import NOT_THERE
from bequest.sources.mark import TableMark, mark
from bequest.sources.marker import has_folder_marker
from bequest.sources.objects import Tag, list_objects, object_id, object_paths
from bequest.sources.opening import open_source
from bequest.sources.source import OpenSource, ServerStore, TableInfo
from bequest.steps.cutover.mark import FileMark
from bequest.steps.cutover.mark import TableMark as MarkOfTable
from bequest.steps.plan.whole_file import StaysWhole


def object_tag(ctx: Context, case_id: str) -> Tag:
    """The keyed digest by which objects are called."""
    key = ctx.keys(case_id).get("link")
    return lambda message: hmac_sha256(key, message)


def take_stock(ctx: Context, case: Case) -> tuple[WholeStore, ...]:
    """The whole stores of the case with all their objects.

    Raises:
        SourceError: where one is not there or cannot be read.
    """
    tag = object_tag(ctx, case.id)
    stays = case.event in ALL_STAYS  # the processor stays the same: whatever was declared, nothing is done
    return tuple(
        WholeStore(
            source=s.name,
            fate=WholeFate.KEPT if stays else s.fate,
            residue=Residue.IN_USE if stays else residue_of(s),
            keeper=keeper_of(case, s),
            reason=s.reason,
            objects=_objects(ctx, case, s, tag),
        )
        for s in case.sources
        if s.is_whole
    )


def _objects(ctx: Context, case: Case, source: Source, tag: Tag) -> tuple[WholeObject, ...]:
    if source.kind not in SERVERS:
        return list_objects(source, tag, None if source.kind is SourceKind.FILE else open_source(source, ctx.secrets))
    opened = open_server_store(source, ctx.secrets)
    return tuple(
        WholeObject(
            object_id(t.name, tag), source.kind.value, 0, m.digest, m.n_rows, table=t.name, columns=t.column_names()
        )
        for t in scanned_tables(source, opened)
        for m in [table_mark(ctx, case.id, opened, t.name)]
    )


def open_server_store(source: Source, secrets: Secrets) -> ServerStore:
    """A whole store that is a database on a server."""
    return cast(ServerStore, open_source(source, secrets))


def table_mark(ctx: Context, case_id: str, opened: OpenSource, table: str) -> TableMark:
    """Rows and keyed digest of a table as it is now."""
    return mark(opened, table, (), aes_ecb(ctx.keys(case_id).get("link")))


def scanned_tables(source: Source, opened: OpenSource) -> list[TableInfo]:
    """The tables of a store on a server, each of which can be read in full; views hold nothing of their own.

    Raises:
        SourceError: where there is none, one cannot be read, or a pattern names none: it would not be handed over.
    """
    found = opened.inventory()
    closed = {t.name: t.why_not_scanned for t in found if t.why_not_scanned not in {"", "view", "virtual"}}
    if closed:
        raise SourceError(
            f"source {source.name}: {', '.join(f'{n} ({why})' for n, why in closed.items())} cannot be read, so the"
            " store could not be handed over whole",
            hint="Give the account the rights that `bequest source roles --phase read` prints; name under `tables` what"
            " belongs to the store where it is not the whole database.",
        )
    tables = [t for t in found if not t.why_not_scanned]
    unmet = [p for p in source.tables if not any(fnmatchcase(t.name, p) for t in tables)]
    if unmet or not tables:
        raise SourceError(
            f"source {source.name}: no table is called {', '.join(unmet)}" if unmet
            else f"source {source.name}: there is no table",
            hint="Check `tables` in the case file, and the database in its url; * stands for any letters.",
        )  # fmt: skip
    return tables


@dataclass(frozen=True, slots=True)
class CountedStore:
    """A whole store on a server as it is shown: how much is in it, and where it goes."""

    source: str
    fate: WholeFate
    keeper: str
    tables: int
    rows: int


def count_whole(ctx: Context, case: Case) -> tuple[CountedStore, ...]:
    """The whole stores on servers, counted."""
    out = []
    for s in (s for s in case.sources if s.is_whole and s.kind in SERVERS):
        tables = scanned_tables(s, open_source(s, ctx.secrets))
        out.append(CountedStore(s.name, s.fate, keeper_of(case, s), len(tables), sum(t.n_rows for t in tables)))
    return tuple(out)


def keeper_of(case: Case, source: Source) -> str:
    """Who keeps it: the source's custodian, else the case's, else the transferor."""
    return source.custodian or (case.custodian or case.transferor).name


def whole_files(case: Case, sources: Mapping[str, OpenSource]) -> dict[str, str]:
    """Sources out of which no row can be cut, each with the reason."""
    if case.event in ALL_STAYS:
        return {}
    found = {name: str(getattr(source, "why_whole", "")) for name, source in sources.items()}
    return {name: why for name, why in found.items() if why}


def check_whole(case: Case, ctx: Context) -> None:
    """Refuse whole stores that are not there, before the case is opened.

    Raises:
        SourceError: naming the source.
    """
    taken: dict[tuple[str, str, str], str] = {}
    for s in case.sources:
        if s.is_whole and s.kind in SERVERS:
            for t in scanned_tables(s, open_source(s, ctx.secrets)):
                other = taken.setdefault((*s.database, t.name), s.name)
                if other != s.name:
                    raise SourceError(
                        f"source {s.name}: the table {t.name} is held by {other} already",
                        hint="Write narrower names under `tables`: each table belongs to one store.",
                    )
        elif s.is_whole and s.kind is not SourceKind.FILE:
            open_source(s, ctx.secrets).inventory()
        elif s.is_whole and not object_paths(s):
            raise SourceError(
                f"source {s.name}: there is no file at its path",
                hint="Check the path in the case file: a file, a folder, or a pattern such as docs/*.pdf.",
                code=NOT_THERE,
            )


def unmarked_stores(case: Case, secrets: Secrets | None) -> list[str]:
    """Whole stores that do not carry the rehearsal marker of the case, in their folder or the one above."""
    out = []
    for s in case.sources:
        if not s.is_whole:
            continue
        folder = s.path if s.path.is_dir() else s.path.parent
        in_folder = lies_in_files(s) and any(has_folder_marker(f, case.id) for f in (folder, folder.parent))
        if s.kind is SourceKind.FILE:
            if not in_folder:
                out.append(s.name)
        elif not in_folder and not open_source(s, secrets).marker(case.id):
            out.append(s.name)
    return out


def save_whole(workspace: Workspace, stores: tuple[WholeStore, ...], files: Mapping[str, str]) -> None:
    """Keep what the decisions stand on, for the steps that act."""
    note = {"stores": to_json(stores), "files": dict(files)}
    workspace.write_json(workspace.dir("work") / "whole.json", note)


def load_stores(workspace: Workspace) -> tuple[WholeStore, ...]:
    """The whole stores as decided."""
    return tuple(decode(WholeStore, s) for s in _note(workspace).get("stores", []))


def load_files(workspace: Workspace) -> dict[str, str]:
    """The files out of which no row can be cut, as decided."""
    return dict(_note(workspace).get("files", {}))


def save_stays(workspace: Workspace, stays: tuple[StaysWhole, ...]) -> None:
    """Keep which files stay although rows of them should have gone."""
    workspace.write_json(workspace.dir("work") / "stays.json", to_json(stays))


def load_stays(workspace: Workspace) -> tuple[StaysWhole, ...]:
    """The files that stay although rows of them should have gone."""
    path = workspace.dir("work") / "stays.json"
    return tuple(decode(StaysWhole, s) for s in json.loads(path.read_text("utf-8"))) if path.is_file() else ()


def whole_marks(workspace: Workspace) -> tuple[list[MarkOfTable], list[FileMark]]:
    """The marks of all objects: tables, and files under their ids."""
    objects = [(s.source, o) for s in load_stores(workspace) for o in s.objects]
    return (
        [
            MarkOfTable(s, o.table, o.values, o.sha256, o.columns, digest(list(o.columns)))
            for s, o in objects
            if o.table
        ],
        [FileMark(s, o.id, o.n_bytes, o.sha256) for s, o in objects if not o.table],
    )


def _note(workspace: Workspace) -> dict[str, Any]:
    path = workspace.dir("work") / "whole.json"
    note: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return note
