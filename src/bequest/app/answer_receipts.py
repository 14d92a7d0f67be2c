"""Receipts of the answers to one letter, for staff to hand to the person, by whatever channel they came; logged."""

from pathlib import Path
from typing import Any

import polars as pl

from bequest.app.answer_forms import fill_form, receipt_texts
from bequest.app.answer_lines import Given, batches, receipts_with_proof
from bequest.app.context import Context, is_past
from bequest.app.evidence import publish, record
from bequest.app.telling import register, saved_answers
from bequest.crypto.atomic import write_file
from bequest.evidence.event_types import EventType
from bequest.kernel.errors import InputError
from bequest.steps.notify.answers import WORDS
from bequest.store.records import AccessRecord


def write_receipts(ctx: Context, case_id: str, ref: str, folder: Path) -> list[str]:
    """One file per answer to a letter, in order of time, as JSON-LD with its proof; their names.

    Each is as it was committed to when the answer was taken. Of answers that an earlier version took, those that count
    have a receipt without a proof.

    Raises:
        InputError: where no letter bears this reference, nobody answered it, or the folder is a file.
    """
    workspace = ctx.workspace(case_id)
    if not register(workspace).filter(pl.col("ref") == ref).height:
        raise InputError(f"no letter of this case carries the reference {ref!r}", hint="It stands in each letter.")
    answers = saved_answers(workspace)
    counting = [] if answers is None else answers.filter(pl.col("ref") == ref).to_dicts()
    given = [r for key in batches(ctx, case_id) for r in receipts_with_proof(ctx, case_id, key, ref)]
    given += _without_proof(ctx, case_id, counting, given)
    if not given:
        raise InputError(
            "no answer to this letter was taken in", hint="`bequest notify answers` takes them from a file."
        )
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder.name} is a file", hint="Name a folder; it is made where it is missing.")
    _note(ctx, case_id, ref, len(given))
    folder.mkdir(parents=True, exist_ok=True)
    names = []
    for n, receipt in enumerate(sorted(given, key=lambda r: r.row["at"]), start=1):
        name = f"receipt-{ref}-{n}.jsonld"
        write_file(folder / name, receipt.file)
        names.append(name)
    return names


_WHAT = ("fact", "value", "lot", "at")


def _without_proof(ctx: Context, case_id: str, counting: list[dict[str, Any]], given: list[Given]) -> list[Given]:
    """Of the answers that count, those that were not committed to one by one."""
    known = {tuple(r.row[c] for c in _WHAT) for r in given}
    rows = [a for a in counting if tuple(a[c] for c in _WHAT) not in known]
    if not rows:
        return []
    words = [WORDS[a["fact"], a["value"]] for a in rows]
    numbers = [f"{a['ref']}-{n}" for n, a in enumerate(rows, start=1)]
    said = pl.DataFrame(rows).with_columns(
        pl.Series("word", words), pl.Series("number", numbers), pl.lit("taken").alias("state")
    )
    filled, forms = receipt_texts(ctx, ctx.case(case_id).case, said["ref"]).forms(said, {})
    return [
        Given(r["ref"], r["number"], r, fill_form(forms[r["form"]], ref=r["ref"], number=r["number"], at=r["at"]))
        for r in filled.iter_rows(named=True)
    ]


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
