"""What the verifier is given to work on."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bequest.engine.tableplan import TablePlan
from bequest.kernel.secret import Secrets
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
    held: Mapping[tuple[str, str], frozenset[int]] = field(default_factory=dict)
    """Rows, by table, that stayed after all because they are on hold: whatever stands in them may stay. Rows of the
    plan; where a table has no key, numbers of its rows as they are now."""

    @property
    def key_commit(self) -> str:
        """SHA-256 over the key, under its own domain."""
        return hashlib.sha256(b"bequest/verifier-key/v1\0" + self.key).hexdigest()

    def table_of(self, source: Source) -> str:
        """The table name of a source that is one file: the plan's, else the source's own name."""
        tables = {p.table for p in self.plans if p.source == source.name}
        return tables.pop() if len(tables) == 1 else source.name
