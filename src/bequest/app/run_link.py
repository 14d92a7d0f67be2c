"""Index every table, and recognise who is who."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import fields
from itertools import chain
from pathlib import Path

import numpy as np
import polars as pl

from bequest import __version__
from bequest.app.context import Context, Run, step
from bequest.app.evidence import publish, record
from bequest.app.law import pack_of
from bequest.app.linked_people import decided_digest, person_ids, save_people, to_apply
from bequest.app.preflight import check_scope
from bequest.app.reading import check_schema, open_sources, read_table
from bequest.app.run_discover import data_map
from bequest.app.user_files import check_user_file, new_user_file
from bequest.app.workspace import TableFile, Workspace
from bequest.crypto.cipher import aes_ecb
from bequest.engine.kernels.coding import Tags, number_of, tag_codes
from bequest.evidence.event_types import EventType
from bequest.kernel.canonical import Json, digest
from bequest.kernel.errors import StateError
from bequest.law.evaluate import params_on
from bequest.model.case import Case
from bequest.model.datamap import DataMap, TableMap
from bequest.model.facts import RowRole
from bequest.sources.row_keys import unusable_key
from bequest.sources.source import OpenSource
from bequest.steps.link.index import IndexSettings, index_batches, index_table, link_targets, record_targets
from bequest.steps.link.link import Linked, link
from bequest.steps.link.mentions import Index, column_parts
from bequest.store.records import AccessRecord

TableKey = tuple[str, str]
INDEX_FORM = 3
"""Counts up when what an index holds of a row changes while the version does not."""
_LINE = {"source": pl.String, "table": pl.String, "row_key": pl.String, "role": pl.String, "cluster_id": pl.Int64}


def index_settings(ctx: Context, case: Case, datamap: DataMap) -> IndexSettings:
    """What the indexing pass needs, from case, law and keys."""
    params = params_on(pack_of(case), case.effective_on)
    return IndexSettings(
        ecb=aes_ecb(ctx.keys(case.id).get("link")),
        law_date=case.effective_on,
        child_age=params.number("cn.pipl.child_age"),
        minor_age=params.number("cn.minor.minor_age"),
        timezone=case.timezone,
        lots=case.lots,
        targets=link_targets(datamap),
        record_targets=record_targets(datamap),
    )


def index_and_link(ctx: Context, case: Case, datamap: DataMap, sources: dict[str, OpenSource]) -> Linked:
    """One pass over all sources, kept in the workspace; then the people.

    Cut off half-way, nothing of it can be used: the note that makes it valid goes first and comes last. An index goes
    to its file batch by batch and is read from there column by column, part by part: no column of tokens of a large
    table ever lies in memory whole.
    """
    workspace = ctx.workspace(case.id)
    check_scope(case, datamap)
    _linked_note(workspace).unlink(missing_ok=True)
    settings = index_settings(ctx, case, datamap)
    rules = _index_rules(datamap, settings)
    indexes = {}
    for table in datamap.tables:
        if not table.in_case:
            continue
        path = workspace.table_file("index", table.source, table.name)
        batches = read_table(ctx, sources[table.source], table, "link", allow_duplicates=True)
        frames = index_batches(table, batches, settings, before=_indexed_before(path, rules))
        if (first := next(frames, None)) is not None:  # else the file holds as it is
            workspace.write_batches(path, chain([first], frames), {"rules": rules})
        index = indexes[(table.source, table.name)] = TableFile(path)
        _check_keys(table, index)
    linked = link(datamap, indexes, to_apply(workspace), beside=workspace.dir("tmp"))
    save_people(workspace, linked, indexes)
    _save_linked(workspace, linked, linked_from(workspace, case, datamap))
    return linked


def run_link(ctx: Context, case_id: str) -> Linked:
    """Recognise people across all sources."""
    with step(ctx, case_id, "link", needs=("discover",)) as run:
        datamap = data_map(ctx, case_id)
        sources = open_sources(run.case, run.ctx.secrets)
        check_schema(datamap, sources)
        linked = index_and_link(ctx, run.case, datamap, sources)
        heights = _heights(run.workspace, datamap)
        run.counts = {
            "records": sum(heights.values()),
            "mentions": linked.n_mentions,
            "subjects": linked.n_subjects,
            "shared_phones": linked.n_shared_phones,
            "uncertain": linked.n_uncertain,
            "refused": linked.n_refused,
        }
        _evidence(ctx, run, heights, linked)
    publish(ctx, case_id)
    return linked


def _index_rules(datamap: DataMap, settings: IndexSettings) -> str:
    """Digest of all that an index goes by besides the rows, so that one made by other rules is made anew."""
    known = {f.name: getattr(settings, f.name) for f in fields(settings) if f.name != "ecb"}
    return digest([__version__, INDEX_FORM, datamap, known])


def _indexed_before(path: Path, rules: str) -> TableFile | None:
    """The index as it was made last, where it was made by the same rules and can be read."""
    try:
        return TableFile(path) if pl.read_parquet_metadata(path).get("rules") == rules else None
    except (pl.exceptions.PolarsError, OSError):
        return None


def index_one(ctx: Context, source: OpenSource, table: TableMap, settings: IndexSettings) -> pl.DataFrame:
    """One pass over a table: what is kept of each row; nothing is written."""
    frame = index_table(table, read_table(ctx, source, table, "link", allow_duplicates=True), settings)
    _check_keys(table, frame)
    return frame


def _check_keys(table: TableMap, index: Index) -> None:
    """Of the rows just read: a check beforehand would read the table twice.

    Raises:
        SourceError: where the key does not name each row.
    """
    if not table.key:
        return
    columns = (column_parts(index, f"v:{c}") for c in table.key)
    n_filled = sum(
        int(pl.DataFrame(parts).select(pl.all_horizontal(pl.all()).sum()).item())
        for parts in zip(*columns, strict=True)
    )
    made = tag_codes([Tags.of(column_parts(index, "row_tag"), index.height)])
    n_empty, n_repeated = index.height - n_filled, index.height - number_of(made)
    if n_empty or n_repeated:
        raise unusable_key(f"{table.source}.{table.name}", n_empty, n_repeated)


def _heights(workspace: Workspace, datamap: DataMap) -> dict[TableKey, int]:
    """How many rows the index of each table has."""
    tables = [(t.source, t.name) for t in datamap.tables if t.in_case]
    return {key: TableFile(workspace.table_file("index", *key)).height for key in tables}


def _evidence(ctx: Context, run: Run, heights: Mapping[TableKey, int], linked: Linked) -> None:
    per_source: dict[str, Json] = {f"{source}.{table}": n for (source, table), n in heights.items()}
    with ctx.store.transaction() as tx:
        number = len([r for r in tx.steps.all(run.case.id) if r.step == "link"])
        record(
            ctx, tx, run.case.id, EventType.SOURCE_INVENTORY, f"link-{number}", at=run.at,
            content={"rows": per_source}, counts={"tables": len(heights)},
        )  # fmt: skip
        record(
            ctx, tx, run.case.id, EventType.SUBJECT_LINKED, f"link-{number}", at=run.at,
            counts={
                "subjects": linked.n_subjects, "mentions": linked.n_mentions, "uncertain": linked.n_uncertain,
                "refused": linked.n_refused,
            },
        )  # fmt: skip


def _linked_note(workspace: Workspace) -> Path:
    return workspace.dir("work") / "linked.json"


def linked_from(workspace: Workspace, case: Case, datamap: DataMap) -> str:
    """Digest of what linking goes by: data map, scope of the lots, law date, time zone, sources, people's decisions."""
    scope = [(lot.id, lot.scope) for lot in case.lots]
    decided = decided_digest(workspace)
    return digest([datamap, scope, case.effective_on, case.timezone, case.sources, *([decided] if decided else [])])


def _save_linked(workspace: Workspace, linked: Linked, made_from: str) -> None:
    for (source, table), roles in linked.subject_of.items():
        frame = pl.DataFrame({role.value: subjects for role, subjects in roles.items()})
        workspace.write(workspace.table_file("link", source, table), frame)
    workspace.write(workspace.dir("work") / "anchors.parquet", linked.anchors.alias("anchor").to_frame())
    workspace.write_json(
        _linked_note(workspace),
        {
            "made_from": made_from,
            "tables": [f"{source}.{table}" for source, table in linked.subject_of],
            "n_subjects": linked.n_subjects,
            "n_mentions": linked.n_mentions,
            "n_shared_phones": linked.n_shared_phones,
            "n_uncertain": linked.n_uncertain,
            "n_refused": linked.n_refused,
        },
    )


def load_linked(workspace: Workspace, case: Case, datamap: DataMap, *, fixed: bool = False) -> Linked:
    """Who is who, as the last link run found it; `fixed` after the cutover, when nothing it goes by can change.

    Raises:
        StateError: where linking was cut off, or data map or scope changed since: the decisions would be wrong.
    """
    again = f"Run `bequest link {case.id}` again."
    note = _linked_note(workspace)
    if not note.is_file():
        raise StateError("linking was cut off before its end", hint=again)
    meta = json.loads(note.read_text(encoding="utf-8"))
    if meta.pop("made_from", "") != linked_from(workspace, case, datamap) and not fixed:
        raise StateError(
            "the data map, scope, sources or dates of the case, or decisions on pairs, changed since linking",
            hint=f"Run `bequest link {case.id}` again. After an upgrade of the program plan and approve anew as well.",
        )
    anchors = workspace.read(workspace.dir("work") / "anchors.parquet", f"link {case.id}")["anchor"]
    named = frozenset(meta.pop("tables"))
    subject_of: dict[TableKey, dict[RowRole, np.ndarray]] = {}
    for table in datamap.tables:
        if f"{table.source}.{table.name}" in named:
            path = workspace.table_file("link", table.source, table.name)
            frame = workspace.read(path, f"link {case.id}")
            subject_of[(table.source, table.name)] = {RowRole(c): frame[c].to_numpy() for c in frame.columns}
    return Linked(subject_of=subject_of, anchors=anchors, **meta)


_COMPARED = re.compile(r"(?:m|n):.*|x:\w+:(?!ph$|em$)\w+")
"""Columns of an index that only linkage looks at: about half of it."""


def load_indexes(
    workspace: Workspace, datamap: DataMap, columns: Collection[str] | None = None
) -> dict[TableKey, pl.DataFrame]:
    """The indexes of all tables in the case: what deciding goes by, or these columns alone."""

    def wanted(column: str) -> bool:
        return not _COMPARED.fullmatch(column) if columns is None else column in columns

    return {
        (t.source, t.name): workspace.read(
            workspace.table_file("index", t.source, t.name), f"link {workspace.root.name}", wanted=wanted
        )
        for t in datamap.tables
        if t.in_case
    }


def is_linked(ctx: Context, case_id: str) -> bool:
    """Whether the last run of linking still holds."""
    try:
        load_linked(ctx.workspace(case_id), ctx.case(case_id).case, data_map(ctx, case_id))
    except StateError:
        return False
    return True


def export_links(ctx: Context, case_id: str, path: Path) -> int:
    """Write who is who with row keys in clear to a file the user named; the access is logged.

    Parquet where the file's name ends so, else CSV, with the columns source, table, row_key, role, cluster_id: rows
    share a `cluster_id` where they are the same person's, and who is in doubt stays apart. The id is kept from run to
    run. Returns the number of lines.
    """
    case = ctx.case(case_id).case
    datamap = data_map(ctx, case_id)
    linked = load_linked(ctx.workspace(case_id), case, datamap)
    check_user_file(path)
    sources = open_sources(case, ctx.secrets)
    people = person_ids(ctx.workspace(case_id))
    parts = [pl.DataFrame(schema=_LINE)]
    for table in datamap.tables:
        roles = linked.subject_of.get((table.source, table.name), {})
        if not roles:
            continue
        keys = pl.concat(
            [b.select("__key") for b in read_table(ctx, sources[table.source], table, "export", columns=[])]
        )
        for role, subjects in roles.items():
            parts.append(
                pl.DataFrame(
                    {
                        "source": [table.source] * keys.height,
                        "table": [table.name] * keys.height,
                        "row_key": keys["__key"],
                        "role": [role.value] * keys.height,
                        "cluster_id": subjects,
                    },
                    schema=_LINE,
                )
                .filter(pl.col("cluster_id") >= 0)
                .with_columns(people.gather(pl.Series(subjects[subjects >= 0])).alias("cluster_id"))
            )
    out = pl.concat(parts)
    with new_user_file(path) as beside:
        if path.suffix.lower() == ".parquet":
            out.write_parquet(beside)
        else:
            out.write_csv(beside)
    at = ctx.now(case_id)
    with ctx.store.transaction() as tx:
        n = len(tx.access.list(case_id))
        tx.access.record(
            case_id,
            AccessRecord(at=at, person="os-user", action="link.export", purpose="", target="links", n_rows=out.height),
        )
        record(ctx, tx, case_id, EventType.ACCESS_READ, f"links-{n}", at=at, counts={"rows": out.height})
    publish(ctx, case_id)
    return out.height
