"""The receipts of many answers as forms: one for all that differ only in whose it is, its number and its time.

A receipt is committed to when the answer is taken, so it is made then, as canonical JSON, and handed out as it was.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl

from bequest.app.context import Context
from bequest.app.notices import notices_for
from bequest.app.portal.page import Page, make_page
from bequest.app.portal.receipt_facts import receipt_facts
from bequest.app.run_discover import data_map
from bequest.app.run_notify import notice_file, with_portal
from bequest.app.telling import register
from bequest.evidence.jcs import encode
from bequest.kernel.clock import rfc3339
from bequest.kernel.codec import decode
from bequest.kernel.errors import BequestError
from bequest.model.case import Case
from bequest.steps.notify.answer_receipt import Said, build_receipt
from bequest.steps.notify.content import Notice

_REF, _NUMBER = "\ue000ref\ue000", "\ue000number\ue000"
"""Stand for what differs: signs of private use, which no text of a receipt has."""
_AT = datetime(1900, 1, 1, 0, 0, 1, tzinfo=UTC)
_SAME = ("lots", "told_on", "word", "channel", "lot", "state")


def fill_form(form: str, *, ref: str, number: str, at: datetime) -> bytes:
    """The receipt of one answer as canonical JSON."""
    return form.replace(_REF, ref).replace(_NUMBER, number).replace(rfc3339(_AT), rfc3339(at)).encode()


@dataclass(frozen=True)
class ReceiptTexts:
    """All that receipts of a case need from elsewhere, read beforehand."""

    page: Page
    notices: Mapping[str, Notice]
    """By the lots of the letter."""
    letters: pl.DataFrame
    """`ref`, `lots`, `told_on`."""

    def forms(self, said: pl.DataFrame, before: Mapping[str, tuple[Said, ...]]) -> tuple[pl.DataFrame, list[str]]:
        """`said` with a column `form`, the place of each answer's form in the list.

        `said`: `ref`, `word`, `channel`, `lot`, `state`, `number`. `before`: by number, what was said to that question
        before; such an answer has a form of its own.
        """
        alone = pl.col("number").is_in(list(before))
        rows = said.join(self.letters, on="ref", how="left", maintain_order="left").with_columns(
            pl.when(alone).then("number").otherwise(pl.lit("")).alias("alone")
        )
        kinds = rows.select(*_SAME, "alone").unique(maintain_order=True).with_row_index("form")
        joined = rows.join(kinds, on=[*_SAME, "alone"], how="left", nulls_equal=True, maintain_order="left")
        forms = [self._form(before.get(k["alone"], ()), **{n: k[n] for n in _SAME}) for k in kinds.to_dicts()]
        return said.with_columns(joined["form"]), forms

    def _form(
        self, before: tuple[Said, ...], *, lots: str | None, told_on: date | None, word: str, channel: str, lot: str,
        state: str,
    ) -> str:  # fmt: skip
        last = Said(word, _AT, channel, lot, state)
        facts = receipt_facts(
            self.page, self.notices[lots or ""], _REF, _NUMBER, self._told(lots or ""), (*before, last), told_on=told_on
        )
        return encode(build_receipt(facts)).decode()

    def _told(self, lots: str) -> tuple[str, ...]:
        every = tuple(lot.id for lot in self.page.lots)
        return tuple(x for x in lots.split(",") if x in every) or every


def receipt_texts(ctx: Context, case: Case, refs: pl.Series) -> ReceiptTexts:
    """What the receipts of the letters with these references are made of."""
    letters = (
        register(ctx.workspace(case.id)).select("ref", "lots", "told_on").filter(pl.col("ref").is_in(refs.implode()))
    )
    sets = ["", *(x or "" for x in letters["lots"].unique().sort())]
    return ReceiptTexts(make_page(case, {}, ""), _sent(ctx, case, sets), letters)


def _sent(ctx: Context, case: Case, sets: Iterable[str]) -> dict[str, Notice]:
    """The wordings of the letters by their lots, as they were kept when they were sent.

    The case file may have been changed since, even so that no notice could be composed: an answer is taken all the
    same, and the wording that went out last holds.
    """
    with ctx.store.transaction() as tx:
        last = str(tx.settings.get("notice_version", "", case_id=case.id))
    try:
        found = with_portal(ctx, case, notices_for(case, data_map(ctx, case.id), sets))
    except BequestError:
        found = {}
    out = {}
    for lots in dict.fromkeys(sets):
        composed = found.get(lots)
        kept = _kept(ctx, case.id, composed.version if composed else last) or _kept(ctx, case.id, last) or composed
        if kept is not None:
            out[lots] = kept
    return out


def _kept(ctx: Context, case_id: str, version: str) -> Notice | None:
    path = notice_file(ctx.workspace(case_id), version)
    return decode(Notice, json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None
