"""Heads of the log get a time stamp from an authority (RFC 3161): over HTTP, or by file where there is no network."""

from pathlib import Path

from bequest.app.context import Context
from bequest.app.evidence import open_log, publish
from bequest.app.http_post import post
from bequest.app.user_files import new_user_file, read_user_bytes
from bequest.crypto.timestamps import Stamp, timestamp_query
from bequest.evidence.checkpoint import Checkpoint
from bequest.evidence.heads import NOTE
from bequest.kernel.errors import EvidenceError, StateError
from bequest.model.witnessing import EvidenceRules


def write_query(ctx: Context, case_id: str, path: Path) -> Checkpoint:
    """Publish the log and write the request for a time stamp over its newest head, for `openssl ts` or any authority.

    Raises:
        StateError: where the case names no authority.
        InputError: where the file cannot be written.
    """
    head, query = make_query(ctx, case_id)
    with new_user_file(path) as beside:
        beside.write_bytes(query)
    return head


def make_query(ctx: Context, case_id: str) -> tuple[Checkpoint, bytes]:
    """Publish the log; its newest head, and the request for a time stamp over it (RFC 3161 §2.4.1, DER).

    Raises:
        StateError: where the case names no authority.
    """
    _rules(ctx, case_id)
    publish(ctx, case_id)
    with open_log(ctx, case_id) as log:
        head = log.keep_head()
        return head, timestamp_query(log.heads.files(head.size)[f"{head.size}{NOTE}"].read_bytes())


def read_answer(path: Path) -> bytes:
    """What an authority answered, from a file of the user's.

    Raises:
        InputError: where it cannot be read.
    """
    return read_user_bytes(path, "time stamp", hint="It is the answer of the authority, often named .tsr.")


def take_timestamp(ctx: Context, case_id: str, response: bytes) -> tuple[Checkpoint, Stamp]:
    """Take in what an authority answered, where it is about a head of this log and leads to the case's roots.

    Raises:
        StateError: where the case names no authority.
        VerificationError: where it does not.
    """
    rules = _rules(ctx, case_id)
    with open_log(ctx, case_id) as log:
        return log.heads.stamp(response, rules.tsa_roots)


def ask_for_timestamp(ctx: Context, case_id: str) -> tuple[Checkpoint, Stamp]:
    """Publish the log, and have its newest head stamped over HTTP.

    Raises:
        StateError: where the case names no authority, or not its address.
        EvidenceError: where the authority does not answer.
        VerificationError: where its answer does not verify.
    """
    rules = _rules(ctx, case_id)
    if not rules.tsa:
        raise StateError(
            f"case {case_id} names no address of its time-stamping authority",
            hint="Write tsa under [evidence], or use --request FILE and `bequest evidence stamped`.",
        )
    _, query = make_query(ctx, case_id)
    status, answer = post(rules.tsa, query, "application/timestamp-query")
    if status != 200:
        raise EvidenceError(
            f"the time-stamping authority answered {status}", hint="Ask again later, or by file: --request FILE."
        )
    with open_log(ctx, case_id) as log:
        return log.heads.stamp(answer, rules.tsa_roots)


def _rules(ctx: Context, case_id: str) -> EvidenceRules:
    rules = ctx.case(case_id).case.evidence
    if not rules.tsa_roots:
        raise StateError(
            f"case {case_id} names no time-stamping authority",
            hint="Write tsa and tsa_roots under [evidence] in the case file, then `bequest case update`.",
        )
    return rules
