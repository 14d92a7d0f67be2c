"""Empty a whole store in MariaDB or MySQL: all its tables are looked at first, then emptied one after another.

TRUNCATE ends a transaction, so the tables go one by one; a run that was killed among them goes on with the rest. It is
looked under a lock that keeps writers out whether each table is what was handed over. To empty it the lock is taken
anew, and what could have happened in that instant shows in the server's own checksum: no row is lost unseen.
"""

from collections.abc import Callable, Sequence

from bequest.kernel.errors import SourceError
from bequest.sources.codes import CONSTRAINT, NO_RIGHT, REFERRED_TO
from bequest.sources.mariadb_connect import Database, rows
from bequest.sources.mariadb_text import literal, quoted
from bequest.sources.scrub import named_tables
from bequest.sources.source import Guard

NEEDED = ("SELECT", "DROP", "LOCK TABLES")
"""TRUNCATE asks for DROP; rights on the whole server, the database or each table."""

_RIGHTS = (
    "SELECT PRIVILEGE_TYPE, '' FROM information_schema.USER_PRIVILEGES WHERE GRANTEE = {who}"
    " UNION SELECT PRIVILEGE_TYPE, '' FROM information_schema.SCHEMA_PRIVILEGES WHERE GRANTEE = {who}"
    " AND DATABASE() LIKE TABLE_SCHEMA"
    " UNION SELECT PRIVILEGE_TYPE, TABLE_NAME FROM information_schema.TABLE_PRIVILEGES WHERE GRANTEE = {who}"
    " AND TABLE_SCHEMA = DATABASE()"
)


def check_may_empty(db: Database, where: str, tables: Sequence[str]) -> None:
    """Nothing, where the account may empty these tables and nothing outside them stands against it.

    Raises:
        SourceError: naming tables: a right is missing, others refer to them, or they keep their own history.
    """
    listed = ", ".join(map(literal, tables)) or "''"
    missing = _without_rights(db, tables)
    if missing:
        raise SourceError(
            f"source {where}: the account of the phase delete may not empty {named_tables(missing)}",
            hint="Give it the rights that `bequest source roles --phase delete` prints. Nothing was changed.",
            code=NO_RIGHT,
        )
    query = (
        "SELECT DISTINCT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) FROM information_schema.KEY_COLUMN_USAGE"  # noqa: S608
        f" WHERE REFERENCED_TABLE_SCHEMA = DATABASE() AND REFERENCED_TABLE_NAME IN ({listed})"
        f" AND NOT (TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ({listed})) ORDER BY 1"
    )
    referring = [r[0] for r in rows(db, query)]
    if referring:
        raise SourceError(
            f"source {where}: tables outside it refer to its rows by foreign keys: {named_tables(referring)}",
            hint="Add them to `tables` where they belong to the store, or have the owner of the database drop the"
            " foreign key. Nothing was changed.",
            code=REFERRED_TO,
        )
    query = (
        "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()"  # noqa: S608
        f" AND TABLE_TYPE = 'SYSTEM VERSIONED' AND TABLE_NAME IN ({listed}) ORDER BY 1"
    )
    historic = [r[0] for r in rows(db, query)]
    if historic:
        raise SourceError(
            f"source {where}: {named_tables(historic)} keep the history of their rows: they cannot be emptied so",
            hint="Hand the history over by other means, then ALTER TABLE … DROP SYSTEM VERSIONING. Nothing changed.",
            code=CONSTRAINT,
        )


def _without_rights(db: Database, tables: Sequence[str]) -> list[str]:
    """Tables that the account may not empty. Rights that come by way of a role are seen only when they are used."""
    [[account, role]] = rows(db, "SELECT CURRENT_USER(), CURRENT_ROLE()" if _knows_roles(db) else "SELECT USER(), ''")
    if role and role != "NONE":
        return []
    user, _, host = account.rpartition("@")
    granted = {(r[0], r[1]) for r in rows(db, _RIGHTS.format(who=literal(f"'{user}'@'{host}'")))}
    return [t for t in tables if not all((n, "") in granted or (n, t) in granted for n in NEEDED)]


def _knows_roles(db: Database) -> bool:
    return "MariaDB" in db.get_server_info() or not db.get_server_info().startswith("5.")


def empty_tables(db: Database, tables: Sequence[str], is_same: Callable[[str], bool], guard: Guard) -> tuple[str, ...]:
    """Empty the tables; those that are not the same, for which none was emptied. The locks end with the connection."""
    if not tables:
        return ()
    _run(db, f"LOCK TABLES {', '.join(f'{quoted(t)} READ' for t in tables)}")
    changed = []
    for t in tables:
        guard()
        if not is_same(t):
            changed.append(t)
    if changed:
        return tuple(changed)
    seen = {t: _checksum(db, t) for t in tables}
    guard()
    _run(db, f"LOCK TABLES {', '.join(f'{quoted(t)} WRITE' for t in tables)}")
    changed = [t for t in tables if _checksum(db, t) != seen[t]]
    for t in tables if not changed else ():
        guard()
        _run(db, f"TRUNCATE TABLE {quoted(t)}")
    return tuple(changed)


def _checksum(db: Database, table: str) -> tuple[str, ...]:
    """Number of rows and the server's checksum over them, made now."""
    name = quoted(table)
    return (*rows(db, f"SELECT COUNT(*) FROM {name}")[0], *rows(db, f"CHECKSUM TABLE {name} EXTENDED")[0])  # noqa: S608


def _run(db: Database, statement: str) -> None:
    with db.cursor() as cursor:
        cursor.execute(statement)
