"""Accounts of a Redis with the rights of one phase only, as ACL commands (Redis 7: `%R~` allows reading only)."""

from collections.abc import Sequence

from bequest.kernel.secret import Secrets
from bequest.model.case import Source

_ASK = "+@connection +info"
_READ = "+type +get +hgetall +lrange +smembers +zrange +xrange +scan +exists"
RIGHTS: dict[str, str] = {
    "read": f"%R~* {_ASK} {_READ}",
    "delete": f"{{keys}} {_ASK} {_READ} +unlink +hdel +hset +set",
    "scrub": f"{_ASK} +bgrewriteaof +bgsave +config|get +slowlog|reset",
    "verify": f"%R~* {_ASK} {_READ} +dump",
}


def roles_sql(
    spec: Source,
    secrets: Secrets,  # noqa: ARG001 - nothing is asked of the server
    *,
    case_id: str,
    tables: Sequence[str],  # noqa: ARG001 - the patterns of the case file bound what may be written
    phases: Sequence[str],
) -> str:
    """One `ACL SETUSER` a phase; writing is bound to the patterns of the case file. PASSWORD is yours to put in."""
    keys = " ".join(f"%R~* ~{p}" if i == 0 else f"~{p}" for i, p in enumerate(spec.tables))
    out = [f"# {case_id}: put a password of your own for PASSWORD, and keep them with ACL SAVE or CONFIG REWRITE"]
    out += [f"ACL SETUSER bequest_{p} reset on >PASSWORD {RIGHTS[p].format(keys=keys)}" for p in phases]
    return "\n".join(out) + "\n"
