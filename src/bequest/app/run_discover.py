"""Find where personal data lies; take corrections."""

from collections.abc import Callable, Mapping
from pathlib import Path

from bequest.app.context import Context, require_open, step
from bequest.app.evidence import publish, record
from bequest.app.preflight import check_filled
from bequest.app.reading import samples
from bequest.app.user_files import read_user_text
from bequest.evidence.event_types import EventType
from bequest.kernel.canonical import digest
from bequest.kernel.errors import StateError
from bequest.model.datamap import DataMap, TableState
from bequest.steps.discover.changes import Change
from bequest.steps.discover.discover import discover
from bequest.steps.discover.mapfile import import_document, import_map
from bequest.store.transaction import Tx


def data_map(ctx: Context, case_id: str) -> DataMap:
    """The data map as it stands.

    Raises:
        StateError: where discovery has not run.
    """
    with ctx.store.transaction() as tx:
        return _latest(tx, case_id)


def _latest(tx: Tx, case_id: str) -> DataMap:
    found = tx.datamaps.latest(case_id)
    if found is None:
        raise StateError(f"case {case_id} has no data map", hint=f"Run `bequest discover {case_id}` first.")
    return found


def run_discover(ctx: Context, case_id: str) -> DataMap:
    """Sample every table of every source and propose the data map; what people decided stays."""
    with step(ctx, case_id, "discover", needs=("open",)) as run:
        with ctx.store.transaction() as tx:
            previous = tx.datamaps.latest(case_id)
        tables = samples(ctx, run.case)
        check_filled(tables)
        found = discover(tables, previous)
        with ctx.store.transaction() as tx:
            version = tx.datamaps.save(case_id, found, run.at)
            record(
                ctx, tx, case_id, EventType.DATAMAP_PROPOSED, f"v{version}", at=run.at,
                refs={"data-map": digest(found)},
                counts={"tables": len(found.tables), "columns": sum(len(t.columns) for t in found.tables)},
            )  # fmt: skip
        run.counts = {
            "tables": len(found.tables),
            "columns": sum(len(t.columns) for t in found.tables),
            "personal": sum(c.personal for t in found.tables if t.in_case for c in t.columns),
            "sensitive": sum(c.sensitive for t in found.tables if t.in_case for c in t.columns),
            "not_scanned": sum(t.state is TableState.NOT_SCANNED for t in found.tables),
        }
        run.output_digest = digest(found)
    publish(ctx, case_id)
    return found


def run_import_map(ctx: Context, case_id: str, path: Path) -> list[Change]:
    """Take over a person's corrections of the data map.

    Raises:
        DataMapError: for a name that does not exist or a word that is none.
        InputError: where the file cannot be read.
        StateError: before discovery, or after the cutover.
    """
    hint = f"Export it first: `bequest map export {case_id} FILE`."
    text = read_user_text(path, "data map file", hint=hint)
    return _take(ctx, case_id, lambda current: import_map(text, current))


def take_document(ctx: Context, case_id: str, said: Callable[[DataMap], Mapping[str, object]]) -> list[Change]:
    """Take over what a data map file would say, already read: where no file was written.

    `said`: what is said of the data map as it stands; of two people who speak at once neither's word is lost.
    """
    return _take(ctx, case_id, lambda current: import_document(said(current), current))


def _take(ctx: Context, case_id: str, apply: Callable[[DataMap], tuple[DataMap, list[Change]]]) -> list[Change]:
    require_open(ctx, case_id, "a change of the data map")
    at = ctx.now(case_id)
    with ctx.store.transaction() as tx:
        current = _latest(tx, case_id)
        corrected, changes = apply(current)
        if corrected == current:
            return []
        version = tx.datamaps.save(case_id, corrected, at)
        record(
            ctx, tx, case_id, EventType.DATAMAP_CONFIRMED, f"v{version}", at=at,
            refs={"data-map": digest(corrected)}, counts={"changes": len(changes)},
        )  # fmt: skip
    publish(ctx, case_id)
    return changes
