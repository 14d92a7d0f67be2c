"""The portal under load against a bare Django view: landing and choice, PostgreSQL, two server processes.

`bequest serve --only portal --workers 2` on a rehearsal whose customers were told, and `bench.bare` on the same
PostgreSQL (durable) with the same server program, in turn. Size: visits of a round, 200 at once; each visit is four
requests: the page, the first click, the second click, the receipt. Any error fails the benchmark. The visitors share
the machine with the servers; what each of them spends of the processors is told beside the ratio.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

from tests.servers import free_port

from bench import bare, timing
from bench.postgres import Durable
from bench.visitors import PAGES, at_bare_view, at_portal, pages_of, visit_all
from bequest.app.context import Context, open_context
from bequest.app.portal.choices import Ask, offered
from bequest.app.portal.links import link_tokens
from bequest.app.portal.open_card import Opened, open_link
from bequest.app.rehearse import begin_rehearsal
from bequest.app.telling import register
from bequest.demo.company import make_company
from bequest.model.case import Event
from bequest.store.address import SETTING

AT_LEAST = 0.4
AT_ONCE = 200
PROCESSES = 2
CUSTOMERS_A_VISIT = 1.5
"""Of the demo's customers about four in five can object; the others are not asked."""
_START_SECONDS = 90


class LoadServer(Durable):
    """Room for the threads of both servers."""

    settings = ("shared_buffers=256MB", "max_wal_size=4GB", "max_connections=80")

    @property
    def pid(self) -> int:
        """Of the server's first process."""
        assert self._process is not None
        return self._process.pid


def run(visits: int) -> Iterator[dict[str, object]]:
    """One line: seconds of a round of each, requests a second, errors."""
    postgres = LoadServer()
    postgres.start()
    try:
        with tempfile.TemporaryDirectory(prefix="bequest-bench-") as name:
            yield from _measure(postgres, Path(name), visits)
    finally:
        postgres.end()


def _measure(postgres: LoadServer, folder: Path, visits: int) -> Iterator[dict[str, object]]:
    ours, peer = postgres.new_database(), postgres.new_database()
    tokens = _customers(folder, postgres.url(ours), visits)
    portal = [
        "-c", "from bequest.cli.main import main; main()", "--home", str(folder / "home"), "serve",
        "--only", "portal", "--workers", str(PROCESSES), "--port",
    ]  # fmt: skip
    errors: Counter[str] = Counter()
    both = {"portal": Measured(), "bare view": Measured()}
    with _serving([*portal, (a := str(free_port()))], a, "/", {SETTING: postgres.url(ours)}) as first:
        seen = pages_of(int(a), tokens[0])
        postgres.execute(peer, *bare.TABLES)
        with postgres.connect(peer) as db, db.cursor() as cursor:
            rows = [(t, name, body) for t in tokens for name, body in seen.items()]
            cursor.executemany("INSERT INTO bare_page VALUES (%s, %s, %s)", rows)
        view = ["-m", "bench.bare", (b := str(free_port())), str(PROCESSES)]
        with _serving(view, b, f"/{tokens[0]}/landing", {bare.SETTING: postgres.url(peer)}) as second:
            for n in range(timing.PAIRS + 1):
                for database, table in ((ours, "store_portalrequest"), (peer, "bare_choice")):
                    postgres.execute(database, f"DELETE FROM {table}")  # noqa: S608 - our own names
                for name, pid, port, visit in (
                    ("portal", first, a, at_portal), ("bare view", second, b, at_bare_view),
                ):  # fmt: skip
                    with both[name].round((pid, postgres.pid), counts=n > 0):
                        errors += visit_all(int(port), tokens, visit, AT_ONCE)
                [(kept,)] = postgres.execute(ours, "SELECT count(*) FROM store_portalrequest")
                if kept != len(tokens):
                    errors["choices not kept"] += abs(len(tokens) - int(kept))
    taken = {name: m.seconds for name, m in both.items()}
    line = timing.result("load", len(tokens) * PAGES, "portal", "bare view", taken, at_least=AT_LEAST)
    passes = bool(line["passes"]) and not errors
    yield (
        line
        | {f"{name}: processor ms a request": m.a_request(PAGES * len(tokens)) for name, m in both.items()}
        | {"at_once": AT_ONCE, "processes": PROCESSES, "errors": dict(errors), "passes": passes}
    )


@dataclass
class Measured:
    """Rounds of one server: seconds on the clock, and of the processors by who spent them."""

    seconds: list[float] = field(default_factory=list)
    server: float = 0.0
    client: float = 0.0

    @contextmanager
    def round(self, pids: tuple[int, ...], *, counts: bool) -> Iterator[None]:
        start, server, client = time.perf_counter(), sum(map(processor_seconds, pids)), time.process_time()
        yield
        if counts:
            self.seconds.append(time.perf_counter() - start)
            self.server += sum(map(processor_seconds, pids)) - server
            self.client += time.process_time() - client

    def a_request(self, requests: int) -> dict[str, float]:
        """Milliseconds of processor time: of the server's processes with its database, and of the visitors' own."""
        n = requests * len(self.seconds) / 1000
        return {"server": round(self.server / n, 2), "visitors": round(self.client / n, 2)}


def processor_seconds(pid: int) -> float:
    """What a process and its living children have spent so far, as the system says."""
    parents, spent = {}, {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parts = entry.read_text().rpartition(")")[2].split()
            parents[int(entry.parent.name)] = int(parts[1])
            spent[int(entry.parent.name)] = int(parts[11]) + int(parts[12])
    family = {pid}
    while more := {p for p, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(spent.get(p, 0) for p in family) / os.sysconf("SC_CLK_TCK")


def _customers(folder: Path, url: str, visits: int) -> list[str]:
    """Secrets of links of customers who can object, once the rehearsal has told them."""
    make_company(folder, event=Event.E5, customers=max(120, int(visits * CUSTOMERS_A_VISIT)))
    ctx: Context = open_context(folder / "home", database_url=url)
    case = begin_rehearsal(ctx, folder)
    found = link_tokens(ctx, case.id, register(ctx.workspace(case.id))["ref"])
    may = [t for t in found if _may_object(ctx, t)][:visits]
    ctx.store.close()
    return may


def _may_object(ctx: Context, token: str) -> bool:
    opened = open_link(ctx.store, token, datetime.now(UTC))
    return isinstance(opened, Opened) and Ask.OBJECT in offered(opened)


@contextmanager
def _serving(command: list[str], port: str, first: str, more: dict[str, str]) -> Iterator[int]:
    """A server, once it answers, until the block ends; the number of its process."""
    process = subprocess.Popen([sys.executable, *command], env=os.environ | more, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + _START_SECONDS
        while True:
            try:
                with urlopen(f"http://127.0.0.1:{port}{first}", timeout=10):
                    break
            except OSError as e:
                if time.monotonic() > until or process.poll() is not None:
                    raise RuntimeError(f"the server {command[-2:]} does not answer") from e
                time.sleep(0.2)
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)
