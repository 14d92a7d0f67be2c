"""How a server's table stands towards a deletion: what its catalogue says before anything is tried."""

from dataclasses import dataclass

from bequest.sources.source import OnDelete, TableInfo


@dataclass(frozen=True, slots=True)
class Referrer:
    """A foreign key of another table that names rows of this one. `table` with its schema where that is another."""

    table: str
    columns: tuple[str, ...]
    on_delete: OnDelete


@dataclass(frozen=True, slots=True)
class TableStanding:
    """One table, seen by the account that is to delete. Triggers are those that run when rows go or change."""

    info: TableInfo
    referrers: tuple[Referrer, ...] = ()
    triggers: tuple[str, ...] = ()
    missing_rights: tuple[str, ...] = ()
    """Of `DELETE`, `SELECT`, `UPDATE`; empty where the account has them all."""
    no_update: tuple[str, ...] = ()
    """Columns that the account may not change, where it has no UPDATE on the whole table."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A server. `why_unknown`: code of the error, where the account that is to delete cannot be asked."""

    tables: tuple[TableStanding, ...] = ()
    is_read_only: bool = False
    why_unknown: str = ""
