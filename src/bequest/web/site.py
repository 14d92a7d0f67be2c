"""The site of one process: which parts it serves, and what it has to serve them with."""

from dataclasses import dataclass, field
from pathlib import Path

from bequest.app.console.provider import Provider
from bequest.app.context import Context
from bequest.app.portal.carriers import Carriers
from bequest.crypto.ceremony import Party
from bequest.kernel.clock import Clock
from bequest.kernel.errors import StateError
from bequest.store.repositories import Store


@dataclass(frozen=True, slots=True)
class Site:
    """One per process. Without `context` it is the portal alone: no key, no file and no source of any case."""

    store: Store
    clock: Clock
    key: bytes
    """For counters of attempts; random for each start of the server."""
    context: Context | None = None
    party: Party | None = None
    """Where passkeys are for: the one origin under which browsers reach the console."""
    carriers: Carriers = field(default_factory=Carriers)
    """How messages go out."""
    provider: Provider | None = None
    """The organisation's identity provider, where people may come in through it."""

    @property
    def inside(self) -> Context:
        """What the console needs.

        Raises:
            StateError: where only the portal is served here.
        """
        if self.context is None:
            raise StateError("the console is not served here", hint="Start it with `bequest serve --only console`.")
        return self.context


_site: list[Site] = []


def use(site: Site) -> None:
    """Serve this site from now on."""
    _site[:] = [site]


def site() -> Site:
    """The site of this process."""
    return _site[0]


def static_file(name: str) -> Path:
    """A file that is served as it is."""
    return Path(__file__).parent / "static" / name
