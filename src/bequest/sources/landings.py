"""Open the place that a receiver names: an address of a database, a reference to one, or a folder."""

import importlib
from contextlib import AbstractContextManager
from pathlib import Path

from bequest.kernel.errors import InputError, SourceError
from bequest.kernel.secret import PREFIXES, Secrets
from bequest.model.case import Source, SourceKind
from bequest.sources import landing_parquet
from bequest.sources.codes import NOT_THERE
from bequest.sources.landing import Landing

NAME = "--into"
_SCHEMES = {
    "postgresql": SourceKind.POSTGRESQL,
    "postgres": SourceKind.POSTGRESQL,
    "mariadb": SourceKind.MARIADB,
    "mysql": SourceKind.MARIADB,
}
_MODULES = {
    SourceKind.POSTGRESQL: "bequest.sources.landing_postgresql",
    SourceKind.MARIADB: "bequest.sources.landing_mariadb",
}


def open_landing(into: str, secrets: Secrets, *, schema: str = "") -> AbstractContextManager[Landing]:
    """The place `into`: `postgresql://…`, `mariadb://…`, `env:NAME` or `file:PATH` that hold such an address, a folder.

    Raises:
        InputError: where it is none of them.
        SourceError: where it cannot be opened, or the driver is missing.
    """
    is_reference = into.startswith(PREFIXES)
    address = secrets.follow(into, NAME)
    scheme, found, _ = address.partition("://")
    if not found and not is_reference:
        if schema:
            raise InputError("a folder has no schemas", hint="Leave --schema out, or name a database.")
        return landing_parquet.opened(Path(into))
    kind = _SCHEMES.get(scheme)
    if kind is None:
        raise InputError(
            f"{NAME} is no address that can be imported into",
            hint="Write postgresql://…, mariadb://…, env:NAME or file:PATH where such an address stands, or a folder.",
        )
    try:
        module = importlib.import_module(_MODULES[kind])
    except ModuleNotFoundError as error:
        raise SourceError(
            f"the driver for {kind.value} is not installed ({error.name})",
            hint="Install it with `pip install 'bequest[databases]'`.",
            code=NOT_THERE,
        ) from None
    opened: AbstractContextManager[Landing] = module.opened(
        Source(name=NAME, kind=kind, url=into, schema=schema), secrets
    )
    return opened
