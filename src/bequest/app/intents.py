"""Nothing irreversible before its intent is where it cannot be taken back: under a signed, perhaps a cosigned, head."""

from bequest.app.context import Context
from bequest.app.evidence import publish
from bequest.app.witnesses import ask_witnesses, heads
from bequest.evidence.event_types import NEEDS_APPROVAL, EventType
from bequest.kernel.errors import EvidenceError


def await_published(ctx: Context, case_id: str, this: str) -> None:
    """Go on only when the intent stands in a signed checkpoint; where the case demands it, in one witnesses cosigned.

    Raises:
        EvidenceError: where it does not.
    """
    publish(ctx, case_id)
    with ctx.store.transaction() as tx:
        found = tx.outbox.get(case_id, this)
    if found is None or found.published_index is None:
        raise EvidenceError(
            f"the intent {this} is not in the log", hint="Nothing was done. Check the log directory and run again."
        )
    rules = ctx.case(case_id).case.evidence
    if not rules.intent_quorum or EventType(found.typ) not in NEEDS_APPROVAL:
        return
    if _seen(ctx, case_id, found.published_index) < rules.intent_quorum:
        ask_witnesses(ctx, case_id)
    seen = _seen(ctx, case_id, found.published_index)
    if seen < rules.intent_quorum:
        raise EvidenceError(
            f"{seen} of the {rules.intent_quorum} witnesses needed have seen the intent {this}: nothing was done yet",
            hint=f"Hand them the files of `bequest evidence checkpoint {case_id}`, take in what comes back with"
            f" `bequest evidence cosigned {case_id} FILE`, and run the same command again.",
        )


def _seen(ctx: Context, case_id: str, index: int) -> int:
    """How many witnesses cosigned one head with that entry in it."""
    return max((len(head.cosignatures) for head in heads(ctx, case_id) if head.size > index), default=0)
