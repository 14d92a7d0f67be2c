"""Whole stores on database servers in the destruction: handed over table by table, then emptied, or left in place.

What is about to be emptied is on disk in a journal before the first table is touched, so that a killed run knows its
own work from a table that somebody else emptied.
"""

import json
from pathlib import Path

from bequest.app.context import Context, Run
from bequest.app.whole import load_stores, open_server_store, table_mark
from bequest.crypto.cipher import aes_ecb
from bequest.kernel.errors import StateError
from bequest.model.case import SERVERS, Source, WholeFate
from bequest.model.whole import WholeObject, WholeStore
from bequest.sources.source import ServerStore
from bequest.steps.destroy.custody_bucket import SealedFile
from bequest.steps.destroy.objects import ObjectsDone
from bequest.steps.destroy.whole_tables import Handing, seal_tables


def check_server_stores(ctx: Context, run: Run) -> None:
    """Before anything begins: every whole store on a server is what it was at the cutover, and may be emptied.

    Raises:
        SourceError: a right is missing, or tables outside a store refer to it.
        StateError: tables changed since the cutover.
    """
    for store in load_stores(run.workspace):
        if not _is_on_server(run.case.source(store.source)):
            continue
        opened = open_server_store(run.case.source(store.source), ctx.secrets)
        if store.fate is WholeFate.CUSTODY:
            opened.check_may_empty([o.table for o in store.objects])
        changed = _changed(ctx, run, store, opened)
        if changed:
            raise StateError(
                f"{store.source} is not what it was at the cutover: {', '.join(changed)}",
                hint=f"Stop whatever writes to it; then `bequest cutover {run.case.id} --delta --confirmed-by …` takes"
                " in what came. Nothing was deleted.",
            )


def seal_server_store(ctx: Context, run: Run, store: WholeStore, key: bytes) -> list[SealedFile]:
    """Seal all its tables; what a former run sealed stays as it is."""
    opened = open_server_store(run.case.source(store.source), ctx.secrets)
    with run.workspace.private_tmp() as private:
        handing = Handing(
            run.case.id, store, key, aes_ecb(ctx.keys(run.case.id).get("link")), run.workspace.dir("custody"),
            run.workspace.dir("work", "custody-whole"), private,
        )  # fmt: skip
        return seal_tables(handing, opened, run.guard)


def carry_out_on_server(ctx: Context, run: Run, store: WholeStore) -> ObjectsDone:
    """Empty what was handed over; of what stays see that it is unchanged."""
    source = run.case.source(store.source)
    opened = open_server_store(source, ctx.secrets)
    there = {t.name for t in opened.inventory() if not t.why_not_scanned}
    done = ObjectsDone(new=len(there - {o.table for o in store.objects}))
    if store.fate is WholeFate.KEPT:
        changed = set(_changed(ctx, run, store, opened))
        done.left = [o for o in store.objects if o.table in changed]
        return done
    journal = run.workspace.dir("work", "erase") / f"whole-{store.source}.json"
    former = frozenset(json.loads(journal.read_text("utf-8"))) if journal.is_file() else frozenset[str]()
    empty = {t.name for t in opened.inventory() if t.n_rows == 0}
    going = [o for o in store.objects if not (o.table in empty and o.id in former)]
    _write(journal, sorted(former | {o.id for o in store.objects}))

    def is_same(table: str) -> bool:
        [known] = [o for o in going if o.table == table]
        return _is_same(ctx, run, known, opened)

    changed = set(opened.empty_whole([o.table for o in going], is_same, run.guard))
    done.left = going if changed else []  # a store goes as a whole
    left = {o.id for o in done.left}
    done.gone = [o for o in store.objects if o.id not in left]
    return done


def _changed(ctx: Context, run: Run, store: WholeStore, opened: ServerStore) -> list[str]:
    """Tables that are not what they were at the mark, gone and new ones among them."""
    there = {t.name for t in opened.inventory() if not t.why_not_scanned}
    known = {o.table for o in store.objects}
    other = [o.table for o in store.objects if o.table in there and not _is_same(ctx, run, o, opened)]
    return sorted({*other, *(there ^ known)})


def _is_same(ctx: Context, run: Run, known: WholeObject, opened: ServerStore) -> bool:
    run.guard()
    return table_mark(ctx, run.case.id, opened, known.table).digest == known.sha256


def _is_on_server(source: Source) -> bool:
    return source.kind in SERVERS


def _write(path: Path, ids: list[str]) -> None:
    beside = path.with_name(path.name + ".part")
    beside.write_text(json.dumps(ids), "utf-8")
    beside.replace(path)
