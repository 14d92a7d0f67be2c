"""Accounts with the rights of one phase only, as SQL that the owner of the server looks through and runs."""

import importlib
from collections.abc import Sequence
from typing import Protocol

from bequest.kernel.errors import InputError
from bequest.kernel.secret import Secrets
from bequest.model.case import Source, SourceKind

PHASES = ("read", "delete", "scrub", "verify")
"""Reading (until the cutover the only one that is needed), destroying, cleaning the store's files, verifying."""


class RolesWriter(Protocol):
    """What the module of a kind of server offers as `roles_sql`."""

    def __call__(
        self, spec: Source, secrets: Secrets, *, case_id: str, tables: Sequence[str], phases: Sequence[str]
    ) -> str:
        """The statements."""


WRITERS: dict[SourceKind, str] = {
    SourceKind.POSTGRESQL: "bequest.sources.postgresql_roles",
    SourceKind.MARIADB: "bequest.sources.mariadb_roles",
    SourceKind.S3: "bequest.sources.s3_roles",
    SourceKind.REDIS: "bequest.sources.redis_roles",
}


def roles_sql(
    spec: Source, secrets: Secrets, *, case_id: str, tables: Sequence[str] = (), phases: Sequence[str] = PHASES
) -> str:
    """CREATE and GRANT statements, one account a phase; no password is in them.

    `tables`: those of the case, from which rows may go; all where none are named.

    Raises:
        InputError: the source is a file.
        SourceError: from the server.
    """
    if spec.kind not in WRITERS:
        raise InputError(
            f"source {spec.name} is a file: it knows no accounts",
            hint="Give the account that runs Bequest the right to read the file, and to write it for the destruction.",
        )
    write: RolesWriter = importlib.import_module(WRITERS[spec.kind]).roles_sql
    return write(spec, secrets, case_id=case_id, tables=tables, phases=phases)
