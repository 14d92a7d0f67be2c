"""A scrub is planned: what would be done to a store so that deleted bytes are gone, and what stands against it.

It reaches further than the tables of the case: it rewrites files, takes locks, needs room and rights, and on a server
it may touch what belongs to others. So it is looked at beforehand, approved by the people who run the store, and where
it is impossible the certificate bears a dated residual instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bequest.model.destruction import Level


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at beforehand. `facts` are names of objects and numbers, never values.

    `code`: `rights`, `space`, `locks`, `other_databases`, `replicas`, `log_users` (whoever still needs the write-ahead
    or binary log), `backups`, `managed`, `settings`, `copies` (other copies on the same machine that a scrub does not
    reach). `blocks`: while this is so, the scrub cannot be run; otherwise it is told and approved with the scrub.
    """

    code: str
    fine: bool
    blocks: bool = False
    facts: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScrubPlan:
    """What a scrub of one store would do.

    `level`: the most that may be claimed afterwards. `steps`: codes in order. `commands`: the same as text, read by IT
    before it approves. `locked`: tables nobody else can use meanwhile. `is_server_wide`: it reaches other databases.
    """

    level: Level
    steps: tuple[str, ...]
    commands: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    locked: tuple[str, ...] = ()
    is_server_wide: bool = False
    bytes_needed: int = 0
    remains: tuple[str, ...] = ()
    """Codes of what holds deleted bytes even afterwards, such as `redo_log`: dated residuals."""

    @property
    def is_possible(self) -> bool:
        """Whether nothing stands against it."""
        return bool(self.steps) and all(c.fine or not c.blocks for c in self.checks)


def room_check(needed: int, free: int) -> Check:
    """Whether the disk has room for what is written anew beside the old."""
    return Check("space", needed <= free, blocks=True, facts={"bytes_needed": needed, "bytes_free": free})


def named_tables(tables: Sequence[str]) -> str:
    """Names for a fact, a few of them in full."""
    shown = ", ".join(tables[:5])
    return shown if len(tables) <= 5 else f"{shown} +{len(tables) - 5}"
