"""Receipts of the answers to one letter, for staff to hand to the person, by whatever channel they came; logged."""

import json
from pathlib import Path

import polars as pl

from bequest.app.context import Context, is_past
from bequest.app.evidence import publish, record
from bequest.app.notices import notices_for
from bequest.app.portal.answer_receipt import receipt_facts
from bequest.app.portal.page import make_page
from bequest.app.run_discover import data_map
from bequest.app.run_notify import notice_file, with_portal
from bequest.app.telling import register, saved_answers
from bequest.crypto.atomic import write_file
from bequest.evidence.event_types import EventType
from bequest.kernel.codec import decode
from bequest.kernel.errors import InputError
from bequest.model.case import Case
from bequest.steps.notify.answer_receipt import Said, render_receipt
from bequest.steps.notify.answers import ANSWERS
from bequest.steps.notify.content import Notice
from bequest.store.records import AccessRecord

_WORDS = {(fact.value, value): word for word, (fact, value) in ANSWERS.items()}


def write_receipts(ctx: Context, case_id: str, ref: str, folder: Path) -> list[str]:
    """One file per answer that counts (the last of each kind and lot), as JSON-LD; their names.

    The notice is the one that was sent: by the lots of the letter, as it lies in the workspace.

    Raises:
        InputError: where no letter bears this reference, nobody answered it, or the folder is a file.
    """
    workspace = ctx.workspace(case_id)
    letter = register(workspace).filter(pl.col("ref") == ref)
    if not letter.height:
        raise InputError(f"no letter of this case carries the reference {ref!r}", hint="It stands in each letter.")
    answers = saved_answers(workspace)
    own = [] if answers is None else answers.filter(pl.col("ref") == ref).sort("at").to_dicts()
    if not own:
        raise InputError(
            "no answer to this letter was taken in", hint="`bequest notify answers` takes them from a file."
        )
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder.name} is a file", hint="Name a folder; it is made where it is missing.")
    case = ctx.case(case_id).case
    lots = letter["lots"][0] or ""
    notice = _notice(ctx, case, lots)
    page = make_page(case, {}, "")
    told = tuple(x for x in lots.split(",") if x in {lot.id for lot in page.lots}) or tuple(x.id for x in page.lots)
    _note(ctx, case_id, ref, len(own))
    folder.mkdir(parents=True, exist_ok=True)
    names = []
    for n, row in enumerate(own, start=1):
        said = Said(_WORDS[row["fact"], row["value"]], row["at"], row["channel"], row["lot"])
        facts = receipt_facts(page, notice, ref, f"{ref}-{n}", told, (said,), told_on=letter["told_on"][0])
        name = f"receipt-{ref}-{n}.jsonld"
        write_file(folder / name, render_receipt(facts))
        names.append(name)
    return names


def _notice(ctx: Context, case: Case, lots: str) -> Notice:
    """The wording of the letter, as it was kept when it was sent."""
    found = with_portal(ctx, case, notices_for(case, data_map(ctx, case.id), {"", lots}))
    kept = notice_file(ctx.workspace(case.id), found[lots].version)
    if not kept.is_file():  # the case file was changed since: the one that went out holds
        with ctx.store.transaction() as tx:
            version = str(tx.settings.get("notice_version", found[lots].version, case_id=case.id))
        kept = notice_file(ctx.workspace(case.id), version)
    return decode(Notice, json.loads(kept.read_text(encoding="utf-8"))) if kept.is_file() else found[lots]


def _note(ctx: Context, case_id: str, ref: str, n_rows: int) -> None:
    at, closed = ctx.now(case_id), is_past(ctx, case_id, "close")
    with ctx.store.transaction() as tx:
        n = len(tx.access.list(case_id))
        tx.access.record(
            case_id,
            AccessRecord(
                at=at, person="os-user", action="answers.receipt", purpose="PIPL-50", target=ref, n_rows=n_rows
            ),
        )
        if not closed:  # a closed log takes no entry; the table does
            record(ctx, tx, case_id, EventType.ACCESS_READ, f"receipt-{n}", at=at, counts={"rows": n_rows})
    if not closed:
        publish(ctx, case_id)
