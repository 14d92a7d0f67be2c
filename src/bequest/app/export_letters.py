"""Letters in clear for a carrier: a mail-merge file, or pages to print with a code for each person."""

import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from bequest.app.context import Context
from bequest.app.evidence import publish, record
from bequest.app.portal.links import link_of, link_tokens
from bequest.app.run_notify import notice_file, read_sealed_frame
from bequest.app.user_files import new_user_file
from bequest.documents.paper_letters import paper_letters
from bequest.evidence.event_types import EventType
from bequest.kernel.codec import decode
from bequest.kernel.errors import InputError
from bequest.steps.notify.content import Notice
from bequest.steps.notify.letters import body, fill
from bequest.store.records import AccessRecord


def letter_batches(ctx: Context, case_id: str) -> list[str]:
    """The mail-merge files there are, for `export_letters`."""
    return sorted(p.stem for p in ctx.workspace(case_id).dir("letters").glob("*-*.sealed"))


def export_letters(ctx: Context, case_id: str, batch: str, path: Path) -> int:
    """Write a mail-merge batch in clear to a file the user named for the carrier; the access is logged.

    CSV; a name that ends in `.html` gets letters to print, with the whole wording and a code that opens the own page.

    Raises:
        InputError: where there is no such batch.
    """
    ctx.case(case_id)
    folder = ctx.workspace(case_id).dir("letters")
    known = letter_batches(ctx, case_id)
    if batch not in known:
        raise InputError(f"there is no mail-merge file {batch!r}", hint=f"There are: {', '.join(known) or 'none'}.")
    with new_user_file(path) as beside:
        letters = read_sealed_frame(ctx, case_id, folder / f"{batch}.sealed", "bodies", batch.encode())
        if path.suffix.lower() == ".html":
            with beside.open("w", encoding="utf-8") as file:
                file.writelines(paper_letters(_on_paper(ctx, case_id, batch, letters)))
        else:
            letters.write_csv(beside)
    at = ctx.now(case_id)
    with ctx.store.transaction() as tx:
        n = len(tx.access.list(case_id))
        tx.access.record(
            case_id,
            AccessRecord(
                at=at, person="os-user", action="letters.export", purpose="PIPL-22", target=batch, n_rows=letters.height
            ),
        )
        record(ctx, tx, case_id, EventType.ACCESS_READ, f"letters-{n}", at=at, counts={"rows": letters.height})
    publish(ctx, case_id)
    return letters.height


def _on_paper(ctx: Context, case_id: str, batch: str, letters: pl.DataFrame) -> Iterator[tuple[str, str, str]]:
    """Reference, whole text and link of each letter of a batch, in the wording it was sent with."""
    with ctx.store.transaction() as tx:
        sent = next(b for b in tx.notices.list(case_id) if b.batch_id == batch)
    kept = notice_file(ctx.workspace(case_id), sent.notice_version).read_text(encoding="utf-8")
    notice = decode(Notice, json.loads(kept))
    people = letters.with_columns(pl.lit("").alias("link"))
    if notice.portal:
        tokens = link_tokens(ctx, case_id, letters["ref"])
        people = letters.with_columns((pl.lit(link_of(notice.portal, "")) + tokens).alias("link"))
    people = people.with_columns(fill(body(notice), people).alias("text"))
    yield from people.select("ref", "text", "link").iter_rows()
