"""The settings of the server that a scrub changes for a while, and puts back: also after it was killed.

ALTER SYSTEM writes them for the whole server. What stood there before is kept as a setting of the database itself,
written first and removed last, so that whoever comes next finds it.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from psycopg import sql

from bequest.kernel.errors import SourceError
from bequest.sources.postgresql_connect import Database

WANTED: Mapping[str, str] = {"wal_recycle": "off", "wal_keep_size": "0"}
"""Old segments of the log are removed instead of being used again with their content; none is kept for others."""

NOTE = "bequest.scrub_before"
_RELOAD_SECONDS = 10.0
_EMPTY = "-"


@contextmanager
def changed_settings(db: Database) -> Iterator[None]:
    """The server's settings as a scrub needs them, inside the block.

    Raises:
        SourceError: where the server does not take them over.
    """
    before = {name: _in_file(db, name) for name in WANTED}
    note = ";".join(f"{name}={_EMPTY if value is None else value}" for name, value in before.items())
    _alter_database(db, sql.SQL("SET {} = {}").format(sql.Identifier(*NOTE.split(".")), sql.Literal(note)))
    try:
        for name, value in WANTED.items():
            _alter_system(db, name, value)
        _reload(db, WANTED)
        yield
    finally:
        if not db.closed:
            restore_settings(db)


def unfinished(db: Database) -> Mapping[str, str | None] | None:
    """What a scrub that was killed has left to be put back."""
    query = (
        "SELECT c FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase,"
        " unnest(s.setconfig) c WHERE d.datname = current_database() AND s.setrole = 0 AND c LIKE %s"
    )
    found = db.execute(query, (NOTE + "=%",)).fetchone()
    if found is None:
        return None
    pairs = (p.partition("=") for p in found[0].removeprefix(NOTE + "=").split(";"))
    return {name: None if value == _EMPTY else value for name, _, value in pairs if name in WANTED}


def restore_settings(db: Database) -> bool:
    """Put back what a scrub has changed, if any did; whether there was something to put back."""
    before = unfinished(db)
    if before is None:
        return False
    for name, value in before.items():
        _alter_system(db, name, value)
    db.execute("SELECT pg_reload_conf()")
    _alter_database(db, sql.SQL("RESET {}").format(sql.Identifier(*NOTE.split("."))))
    return True


def _in_file(db: Database, name: str) -> str | None:
    """The value that ALTER SYSTEM has written, none where it has not."""
    found = db.execute(
        "SELECT setting FROM pg_catalog.pg_file_settings WHERE name = %s AND sourcefile LIKE '%%postgresql.auto.conf'"
        " ORDER BY seqno DESC LIMIT 1",
        (name,),
    ).fetchone()
    return None if found is None else str(found[0])


def _alter_system(db: Database, name: str, value: str | None) -> None:
    if value is None:
        db.execute(sql.SQL("ALTER SYSTEM RESET {}").format(sql.Identifier(name)))
    else:
        db.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value)))


def _alter_database(db: Database, what: sql.Composed) -> None:
    db.execute(sql.SQL("ALTER DATABASE {} {}").format(sql.Identifier(db.info.dbname), what))


def _reload(db: Database, wanted: Mapping[str, str]) -> None:
    db.execute("SELECT pg_reload_conf()")
    until = time.monotonic() + _RELOAD_SECONDS
    names = list(wanted)
    while True:
        rows = db.execute("SELECT name, setting FROM pg_catalog.pg_settings WHERE name = ANY (%s)", (names,)).fetchall()
        other = sorted(name for name, value in rows if value != wanted[name])
        if not other:
            return
        if time.monotonic() > until:
            raise SourceError(
                f"the server does not take over {', '.join(other)}",
                hint="They may stand on the command line of the server: let its owner take them out, or set them to"
                f" {', '.join(f'{n} = {wanted[n]}' for n in other)} for the time of the scrub.",
            )
        time.sleep(0.05)
