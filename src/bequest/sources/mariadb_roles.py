"""Accounts of MariaDB and MySQL with the rights of one phase only."""

from collections.abc import Iterator, Sequence

from bequest.kernel.secret import Secrets
from bequest.model.case import Source
from bequest.sources.mariadb_connect import Server, rows
from bequest.sources.mariadb_inventory import Table, read_tables
from bequest.sources.mariadb_scrub_checks import can_resize_redo
from bequest.sources.mariadb_text import literal, quoted
from bequest.sources.role_names import account_name

_HEAD = """-- MariaDB / MySQL, database {database}: accounts of case {case}.
-- Run by an account that may create accounts; put the address of the machine that runs Bequest in the place of %.
-- They are locked until each has a password: ALTER USER {example} IDENTIFIED BY '…' ACCOUNT UNLOCK;
-- keep it where the case file's reference finds it. Take them away when the case is closed: DROP USER {example};"""


def roles_sql(
    spec: Source, secrets: Secrets, *, case_id: str, tables: Sequence[str] = (), phases: Sequence[str] = ()
) -> str:
    """Statements for the phases, by the tables that the account of the case can see now.

    `read` and `verify` read only, the whole database: what is not read cannot be found. `delete` may delete rows and
    empty columns of `tables`. `scrub` may write all tables anew and let the server's logs go.
    """
    server = Server(spec, secrets)
    with server.connected() as db:
        found = {n: t for n, t in read_tables(db).items() if not t.info.why_not_scanned}
        resizes = can_resize_redo(db)
        [[version]] = rows(db, "SELECT VERSION()")
    names = {p: f"{literal(account_name(spec, case_id, p))}@'%'" for p in phases}
    lines = [_HEAD.format(database=server.database, case=case_id, example=next(iter(names.values())))]
    whole = quoted(server.database.replace("_", "\\_").replace("%", "\\%")) + ".*"
    for phase, account in names.items():
        lines += ["", f"-- {phase}", f"CREATE USER {account} ACCOUNT LOCK;"]
        if phase in {"read", "verify"}:
            lines.append(f"GRANT SELECT ON {whole} TO {account};")
        elif phase == "delete":
            wanted = [t for n, t in found.items() if spec.holds(n) and (not tables or n in tables)]
            if spec.is_whole:
                lines.append(f"GRANT LOCK TABLES ON {whole} TO {account};")
                name = quoted(server.database)
                lines += [f"GRANT SELECT, DROP ON {name}.{quoted(t.info.name)} TO {account};" for t in wanted]
                continue
            lines += [line for t in wanted for line in _delete(server.database, t, account)]
        else:
            lines.append(f"GRANT SELECT, INSERT ON {whole} TO {account};")
            lines.append(f"GRANT {', '.join(_scrub_rights(version, resizes=resizes))} ON *.* TO {account};")
    return "\n".join(lines) + "\n"


def _delete(database: str, table: Table, account: str) -> Iterator[str]:
    name = f"{quoted(database)}.{quoted(table.info.name)}"
    yield f"GRANT SELECT, DELETE ON {name} TO {account};"
    columns = [c.name for c in table.info.columns if not c.is_key and "generated" not in c.notes]
    if columns:
        yield f"GRANT UPDATE ({', '.join(map(quoted, columns))}) ON {name} TO {account};"


def _scrub_rights(version: str, *, resizes: bool) -> tuple[str, ...]:
    if "MariaDB" not in version:
        return ("RELOAD", "PROCESS", "REPLICATION CLIENT", "REPLICATION SLAVE", "BINLOG_ADMIN")
    more = ("SUPER",) if resizes else ()  # only such an account may give the redo log another size
    return ("RELOAD", "PROCESS", "BINLOG MONITOR", "BINLOG ADMIN", "REPLICATION MASTER ADMIN", *more)
