"""The list of our own stores: each place that holds values is entered once, with its ground, key and end."""

from datetime import date
from pathlib import Path

from bequest.app.context import Context
from bequest.store.records import StoreRecord


def keep_place(
    ctx: Context, case_id: str, name: str, path: Path, *, content: str, ground: str, key: str, ends_on: date | None
) -> None:
    """Enter a place that holds values in the list of stores, once."""
    at = ctx.now(case_id)
    with ctx.store.transaction() as tx:
        if any(s.name == name for s in tx.stores.list(case_id)):
            return
        tx.stores.record(
            case_id,
            StoreRecord(
                name=name,
                path=path.relative_to(ctx.home).as_posix(),
                content=content,
                ground=ground,
                key_purpose=key,
                created_at=at,
                state_at=at,
                ends_on=ends_on,
            ),
        )
