"""What MariaDB's and MySQL's refusals mean, in words and with a way out.

Their own texts are never shown: they quote values. Names of columns and tables are shown where we know them ourselves;
the server's number of the error always is.
"""

from bequest.kernel.errors import SourceError
from bequest.sources.codes import CANNOT_CONNECT, CONSTRAINT, LOCKED, NO_RIGHT, NO_ROOM, TIMED_OUT

DEADLOCK = 1213
LOST = frozenset({1053, 1927, 2006, 2013, 2055, 3169, 4031})

_AGAIN = "See whether the server runs, then run the step again: it goes on where it stopped."
_CONNECTING = {
    1044: (
        "the account may not use this database",
        "Give it the rights that `bequest source roles` prints, or name another account.",
        NO_RIGHT,
    ),
    1045: (
        "the server does not accept the account or its password, or not from this host",
        "Check both in the secret that the case file refers to; signs such as @ : / are written as %40 %3A %2F.",
        CANNOT_CONNECT,
    ),
    1049: ("there is no such database on the server", "Check the name of the database in the address.", CANNOT_CONNECT),
    1040: ("the server has no connection free", "Wait until it has, then run the step again.", CANNOT_CONNECT),
    1226: ("the account has used up its connections", "Wait, or raise its limits on the server.", CANNOT_CONNECT),
    2003: (
        "no server answers at that host and port",
        "Check host and port, whether the server runs and listens there, and the firewall.",
        CANNOT_CONNECT,
    ),
    2026: (
        "the connection cannot be encrypted as demanded: no TLS at the server, or its certificate is not accepted",
        "TLS is demanded unless the server is on this machine. Switch it on there; give its authority's certificate as"
        " ?ssl-ca=/path/ca.pem; whoever must do without writes ?ssl-mode=disabled, and answers for it.",
        CANNOT_CONNECT,
    ),
}
_WORKING = {
    1205: (
        "another session holds a lock",
        "Stop the application that writes there (cutover comes first), then run the step again.",
        LOCKED,
    ),
    DEADLOCK: (
        "another session wants the same rows, again and again",
        "Stop the application that writes there, then run the step again: it goes on where it stopped.",
        LOCKED,
    ),
    1317: ("the statement was stopped on the server (KILL)", _AGAIN, TIMED_OUT),
    1969: (
        "the server stopped a statement that took longer than its time-out",
        "Give it more time in the address (?max_statement_time=43200), then run the step again.",
        TIMED_OUT,
    ),
    3024: (
        "the server stopped a statement that took longer than its time-out",
        "Give it more time in the address (?max_statement_time=43200), then run the step again.",
        TIMED_OUT,
    ),
    1290: (
        "the server runs with an option that forbids this, such as read_only: it may be a replica",
        "Name the primary server, and the account of that phase.",
        NO_RIGHT,
    ),
    1021: ("the server's disk is full", "Make room there, then run the step again.", NO_ROOM),
    1114: ("the server has no room left for the table", "Make room there, then run the step again.", NO_ROOM),
    1153: (
        "a value is larger than the server sends at once",
        "Raise max_allowed_packet at the server, up to 1 GB, then run the step again.",
        "",
    ),
    1146: ("a table is gone", "The schema has changed since the data map was made: run discovery again.", ""),
    1054: ("a column is gone", "The schema has changed since the data map was made: run discovery again.", ""),
}
_RIGHTS = frozenset({1142, 1143, 1227, 1370, 1410, 1792, 1836})
_CONSTRAINTS = frozenset({1048, 1062, 1264, 1265, 1292, 1366, 1406, 1451, 1452, 1644, 3819, 4025, 4161, 1906, 3105})


def refusal(source: str, number: int, on: str = "") -> SourceError:
    """The server's refusal in our words, by its number; `on` is a table where it is known."""
    where = f"source {source}{f', {on}' if on else ''}"
    if number in LOST:
        return SourceError(
            f"{where}: the connection to the server was lost ({number})", hint=_AGAIN, code=CANNOT_CONNECT
        )
    if number in _CONNECTING or number in _WORKING:
        said, hint, code = (_CONNECTING | _WORKING)[number]
        return SourceError(f"{where}: {said} ({number})", hint=hint, code=code or None)
    if number in _RIGHTS:
        return SourceError(
            f"{where}: the account lacks a right ({number})",
            hint="`bequest source roles` prints what each phase needs.",
            code=NO_RIGHT,
        )
    if number in _CONSTRAINTS:
        return SourceError(
            f"{where}: a constraint or trigger stands against the change ({number})",
            hint="A column that may not be empty, a unique or check constraint, a trigger that refuses: change the"
            " schema, or decide otherwise. What was done before stands, and the step can be run again.",
            code=CONSTRAINT,
        )
    return SourceError(
        f"{where}: the server refused ({number})",
        hint="The server's log says more. What was done before stands, and the step can be run again.",
    )


def unknown_host(source: str) -> SourceError:
    """The name service does not know the host."""
    return SourceError(
        f"source {source}: the host of the server is not known",
        hint="Check the host in the address, and the name service of this machine.",
        code=CANNOT_CONNECT,
    )
