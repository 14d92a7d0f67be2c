"""The key that signs a log: a seed of the key table, or a key inside a token, which then alone can continue the log.

With `sign_logs = "yes"` the holder of the master key, a token that can Ed25519, makes the key of every case opened from
then on. Which token and key it is stands in a file of the case's keys; that stays so when the master key moves on.
"""

import json
from pathlib import Path

from bequest.app.context import Context
from bequest.app.holders.opening import open_token
from bequest.crypto.atomic import write_file
from bequest.crypto.keys import KeyState
from bequest.crypto.masters import HeldMaster, master_id, read_master
from bequest.crypto.signing import Signer
from bequest.crypto.verify import SigningKey, parse_public_line
from bequest.kernel.canonical import canonical
from bequest.kernel.errors import StateError, VerificationError

LOG_KEY = "log-signing"
_FILE = f"{LOG_KEY}.token"


def log_signer(ctx: Context, case_id: str) -> SigningKey:
    """Whoever signs the log of a case.

    Raises:
        StateError: where there is no key, or the token that has it does not answer.
    """
    path = _file(ctx, case_id)
    if not path.exists():
        return Signer.from_bytes(ctx.keys(case_id).get(LOG_KEY))
    try:
        said = json.loads(path.read_bytes())
        public = parse_public_line(said["public"])
    except (ValueError, KeyError, TypeError, VerificationError):
        raise StateError(f"{path.name} does not name a key", hint="Put it back from the backup of the keys.") from None
    return open_token(said["holder"], ctx.secrets).signer(said["key"], public)


def make_log_key(ctx: Context, case_id: str) -> None:
    """Make the key of a log where there is none: in the token where it signs logs, else in the key table."""
    path = _file(ctx, case_id)
    found = read_master(ctx.master.path)
    is_new = not path.exists() and ctx.keys(case_id).state(LOG_KEY) is KeyState.MISSING
    if is_new and isinstance(found, HeldMaster) and found.holder.get("sign_logs") == "yes":
        label = f"bequest log {case_id} {master_id(ctx.master.read())[:8]}"
        public = open_token(found.holder, ctx.secrets).make_signing_key(label)
        write_file(path, canonical({"holder": dict(found.holder), "key": label, "public": public.line}) + b"\n")
    if not path.exists():
        ctx.keys(case_id).create(LOG_KEY)


def can_sign_log(ctx: Context, case_id: str) -> bool:
    """Whether the key of the log is there."""
    return _file(ctx, case_id).exists() or ctx.keys(case_id).state(LOG_KEY) is KeyState.LIVE


def _file(ctx: Context, case_id: str) -> Path:
    return ctx.workspace(case_id).dir("keys") / _FILE
