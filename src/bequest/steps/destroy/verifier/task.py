"""What the verifier is given to work on."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from bequest.engine.tableplan import TablePlan
from bequest.kernel.secret import Secrets
from bequest.model.adjudication import Decision
from bequest.model.case import Source


@dataclass(frozen=True, slots=True)
class Task:
    """What the verifier is given: the sources, the plan, its own key, and the cipher with which the plan names rows.

    `known_copies`: files beside a source that the case lists as copies, each a dated residual of its own. `secrets`
    follows the references to servers and to passwords of workbooks.
    """

    sources: tuple[Source, ...]
    plans: tuple[TablePlan, ...]
    key: bytes = field(repr=False)
    link_ecb: Callable[[bytes], bytes] = field(repr=False)
    known_copies: frozenset[Path] = frozenset()
    secrets: Secrets = field(default_factory=Secrets, repr=False)
    held: pl.Series = field(
        default_factory=lambda: pl.Series("subject", [], dtype=pl.UInt32), repr=False, compare=False
    )
    """Subjects on hold: rows that were to go for them may stand as they stood before the deletion."""

    afterwards: bool = False
    """The second look: then what a rewrite leaves behind (older versions of objects) must be gone too."""
    left: frozenset[str] = frozenset()
    """Sources whose leftovers stay until a day, as decided: a dated residual, which is not searched."""
    decisions: tuple[Decision, ...] = ()
    """What people decided on single hits of an earlier second look, one per hit."""

    @property
    def key_commit(self) -> str:
        """SHA-256 over the key, under its own domain."""
        return hashlib.sha256(b"bequest/verifier-key/v1\0" + self.key).hexdigest()

    def table_of(self, source: Source) -> str:
        """The table name of a source that is one file: the plan's, else the source's own name."""
        tables = {p.table for p in self.plans if p.source == source.name}
        return tables.pop() if len(tables) == 1 else source.name
