"""What was made for a receiver goes to where he takes it; that it is there is put on record."""

from datetime import datetime
from pathlib import Path

from bequest.app.context import Context
from bequest.app.evidence import publish, record
from bequest.app.passed_on import passed_on
from bequest.app.receipts import package_folders
from bequest.app.transport import Carried, Tell, Way, carry
from bequest.evidence.event_types import EventType
from bequest.kernel.canonical import digest
from bequest.kernel.errors import InputError
from bequest.model.case import Case
from bequest.store.records import DeliveryState


def check_lot(case: Case, lot: str) -> None:
    """Nothing, where it is clear whose packages go to one place.

    Raises:
        InputError: for an unknown lot, or none where several receivers each have a place of their own.
    """
    ids = [x.id for x in case.lots]
    if lot and lot not in ids:
        raise InputError(f"{lot!r} is no lot of case {case.id}", hint=f"Its lots: {', '.join(ids)}.")
    if not lot and len({x.receiver for x in case.lots}) > 1:
        raise InputError(
            "the case has several receivers, and one place is named",
            hint=f"Say with --lot whose packages go there: {', '.join(ids)}.",
        )


def send_packages(ctx: Context, case_id: str, way: Way, *, lot: str = "", tell: Tell) -> dict[str, Carried]:
    """Send every package that is finished and not signed for; delivery id → what was done.

    Raises:
        DeliveryError: where the way breaks off; run again it goes on after the files that are there.
        InputError: see `check_lot`.
    """
    check_lot(ctx.case(case_id).case, lot)
    return {
        d.delivery_id: send(ctx, case_id, folder, d.delivery_id, way, at=ctx.now(case_id), tell=tell)
        for d, folder in package_folders(ctx, case_id)
        if d.state is DeliveryState.SENT and lot in {"", d.lot}
    }


def send_messages(ctx: Context, case_id: str, way: Way, *, lot: str = "", tell: Tell) -> dict[str, Carried]:
    """Send every message of withdrawals that is outstanding; message id → what was done. Raises as `send_packages`."""
    check_lot(ctx.case(case_id).case, lot)
    return {
        m.message_id: send(ctx, case_id, m.folder, m.message_id, way, at=ctx.now(case_id), tell=tell)
        for m in passed_on(ctx, case_id)
        if m.done is None and lot in {"", m.lot}
    }


def send(ctx: Context, case_id: str, folder: Path, what: str, way: Way, *, at: datetime, tell: Tell) -> Carried:
    """Send one folder, and put on record that all of it is there."""
    done = carry(folder, way, tell=tell)
    with ctx.store.transaction() as tx:
        record(
            ctx, tx, case_id, EventType.DELIVERY_CARRIED, f"{what}/{digest(way.name)[:8]}", at=at,
            content={"to": way.name}, counts={"files": done.sent + done.there, "bytes": done.n_bytes},
        )  # fmt: skip
    publish(ctx, case_id)
    return done
