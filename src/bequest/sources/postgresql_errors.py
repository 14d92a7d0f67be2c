"""What PostgreSQL's refusals mean, in words and with a way out. Its own texts are never shown: they quote values.

Names of tables, columns and constraints are shown; the code of the standard (SQLSTATE) always is.
"""

from typing import Protocol

from bequest.kernel.errors import SourceError
from bequest.sources.codes import CANNOT_CONNECT, CONSTRAINT, ENCODING, LOCKED, NO_RIGHT, NO_ROOM, TIMED_OUT


class Named(Protocol):
    """The names that a driver gives with an error."""

    @property
    def table_name(self) -> str | None:
        """The table."""

    @property
    def column_name(self) -> str | None:
        """The column."""

    @property
    def constraint_name(self) -> str | None:
        """The constraint."""


_CONNECTING = (
    (
        ("does not support SSL", "SSL was required", "no pg_hba.conf entry"),
        "the server does not accept this connection: no TLS there, or the account may not come from here",
        "TLS is demanded unless the server is on this machine. Switch it on there (ssl = on) and see pg_hba.conf;"
        " whoever must do without writes ?sslmode=disable in the address, and answers for it.",
    ),
    (
        ("certificate", "SSL error", "root.crt", "sslrootcert"),
        "the server's certificate is not accepted",
        "Give the certificate of the authority as ?sslrootcert=/path/ca.pem, and the host name that stands in the"
        " server's certificate.",
    ),
    (
        (
            "password authentication",
            "no password supplied",
            "authentication failed",
            "Peer authentication",
            "fe_sendauth",
        ),
        "the server does not accept the account or its password",
        "Check both in the secret that the case file refers to; signs such as @ : / are written as %40 %3A %2F.",
    ),
    (
        ("translate host name", "Name or service not known", "resolve", "nodename"),
        "the host of the server is not known",
        "Check the host in the address, and the name service of this machine.",
    ),
    (
        ("Connection refused", "No such file or directory", "timeout expired", "timed out", "unreachable", "No route"),
        "no server answers at that host and port",
        "Check host and port, whether the server runs and listens there, and the firewall.",
    ),
    (
        ("does not exist",),
        "there is no such database or account on the server",
        "Check the name of the database and the account in the address.",
    ),
    (
        ("starting up", "shutting down", "recovery mode", "too many clients", "remaining connection slots"),
        "the server takes no connection now",
        "Wait until it is up or has connections free, then run the step again.",
    ),
)

_KNOWN = {
    "42501": (
        "the account lacks a right{on}, or row-level security would hide rows from it",
        "`bequest source roles` prints what each phase needs; reading through row-level security would miss people.",
        NO_RIGHT,
    ),
    "55P03": (
        "another session holds a lock{on}",
        "Stop the application that writes there (cutover comes first), then run the step again.",
        LOCKED,
    ),
    "40P01": ("another session wants the same rows{on}", "Run the step again: it goes on where it stopped.", LOCKED),
    "57014": (
        "the server stopped a statement that took longer than its time-out",
        "Give it more time in the address (?options=-c%20statement_timeout%3D12h), then run the step again.",
        TIMED_OUT,
    ),
    "25006": (
        "the server only reads: it is a standby, or the account is set to read only",
        "Name the primary server, and the account of that phase.",
        NO_RIGHT,
    ),
    "53100": (
        "the server's disk is full",
        "Make room there, then run the step again: it goes on where it stopped.",
        NO_ROOM,
    ),
    "22021": (
        "there is text that is not UTF-8",
        "Let the owner of the database repair the encoding of that table.",
        ENCODING,
    ),
    "22P05": (
        "there is text that is not UTF-8",
        "Let the owner of the database repair the encoding of that table.",
        ENCODING,
    ),
    "42P01": ("a table is gone", "The schema has changed since the data map was made: run discovery again.", ""),
    "42703": ("a column is gone", "The schema has changed since the data map was made: run discovery again.", ""),
}


def refusal(source: str, state: str | None, text: str, names: Named | None = None) -> SourceError:
    """The server's refusal in our words. `text` is only looked at to tell why a connection failed."""
    on = _on(names)
    if state in _KNOWN:
        said, hint, code = _KNOWN[state]
        return SourceError(f"source {source}: {said.format(on=on)}", hint=hint, code=code or None)
    if state is not None and state.startswith("23"):
        return SourceError(
            f"source {source}: a constraint stands against the change{on} ({state})",
            hint="A column that may not be empty, a unique or check constraint, a reference from another table: change"
            " the schema, or decide otherwise. What was done before stands, and the step can be run again.",
            code=CONSTRAINT,
        )
    if state is None or state.startswith(("08", "28", "3D", "53", "57")):
        for marks, said, hint in _CONNECTING:
            if any(m in text for m in marks):
                return SourceError(f"source {source}: {said}", hint=hint, code=CANNOT_CONNECT)
        return SourceError(
            f"source {source}: the connection to the server failed or was lost{f' ({state})' if state else ''}",
            hint="See whether the server runs, then run the step again: it goes on where it stopped.",
            code=CANNOT_CONNECT,
        )
    return SourceError(
        f"source {source}: PostgreSQL refused ({state}){on}",
        hint="The server's log says more. What was done before stands, and the step can be run again.",
    )


def _on(names: Named | None) -> str:
    if names is None:
        return ""
    parts = [names.table_name, names.column_name, names.constraint_name]
    known = ", ".join(p for p in parts if p)
    return f" on {known}" if known else ""
