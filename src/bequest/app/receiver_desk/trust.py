"""The trust file at the desk: the sender's key and the log's, for `bequest receive --trust` and `carry-out`."""

from bequest.app.context import Context
from bequest.app.evidence import platform_signer
from bequest.app.make_bundle import trust_text


def trust_file(ctx: Context, case_id: str) -> bytes:
    """The file. Whoever gets it here compares the key's fingerprint with what the agreement or the sender told.

    Raises:
        StateError: where no policy is in force.
    """
    return trust_text(ctx, case_id)


def sender_fingerprint(ctx: Context, case_id: str) -> str:
    """`SHA256:…` of the key that signs packages and messages."""
    return platform_signer(ctx, case_id).public.fingerprint
