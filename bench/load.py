"""The portal under load against a bare Django view: landing and choice, PostgreSQL, two server processes.

`bequest serve --only portal --workers 2` on a rehearsal whose customers were told, and `bench.bare` on the same
PostgreSQL (durable) with the same server program, in turn. Size: visits of a round, 200 at once; each visit is four
requests: the page, the first click, the second click, the receipt. Any error fails the benchmark.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

from tests.servers import Postgres, free_port

from bench import bare, timing
from bench.postgres import Durable
from bench.visitors import PAGES, at_bare_view, at_portal, visit_all
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


def run(visits: int) -> Iterator[dict[str, object]]:
    """One line: seconds of a round of each, requests a second, errors."""
    postgres = LoadServer()
    postgres.start()
    try:
        with tempfile.TemporaryDirectory(prefix="bequest-bench-") as name:
            yield from _measure(postgres, Path(name), visits)
    finally:
        postgres.end()


def _measure(postgres: Postgres, folder: Path, visits: int) -> Iterator[dict[str, object]]:
    ours, peer = postgres.new_database(), postgres.new_database()
    tokens = _customers(folder, postgres.url(ours), visits)
    portal = [
        "-c", "from bequest.cli.main import main; main()", "--home", str(folder / "home"), "serve",
        "--only", "portal", "--workers", str(PROCESSES), "--port",
    ]  # fmt: skip
    errors: Counter[str] = Counter()
    taken: dict[str, list[float]] = {"portal": [], "bare view": []}
    with _serving([*portal, (a := str(free_port()))], a, "/", {SETTING: postgres.url(ours)}):
        with urlopen(f"http://127.0.0.1:{a}/o/{tokens[0]}") as page:
            body = page.read().decode()
        postgres.execute(peer, *bare.TABLES)
        with postgres.connect(peer) as db, db.cursor() as cursor:
            cursor.executemany("INSERT INTO bare_page VALUES (%s, %s)", [(t, body) for t in tokens])
        view = ["-m", "bench.bare", (b := str(free_port())), str(PROCESSES)]
        with _serving(view, b, f"/{tokens[0]}", {bare.SETTING: postgres.url(peer)}):
            for n in range(timing.PAIRS + 1):
                for database, table in ((ours, "store_portalrequest"), (peer, "bare_choice")):
                    postgres.execute(database, f"DELETE FROM {table}")  # noqa: S608 - our own names
                start = time.perf_counter()
                errors += visit_all(int(a), tokens, at_portal, AT_ONCE)
                middle = time.perf_counter()
                errors += visit_all(int(b), tokens, at_bare_view, AT_ONCE)
                end = time.perf_counter()
                [(kept,)] = postgres.execute(ours, "SELECT count(*) FROM store_portalrequest")
                if kept != len(tokens):
                    errors["choices not kept"] += abs(len(tokens) - int(kept))
                if n:
                    taken["portal"].append(middle - start)
                    taken["bare view"].append(end - middle)
    line = timing.result("load", len(tokens) * PAGES, "portal", "bare view", taken, at_least=AT_LEAST)
    passes = bool(line["passes"]) and not errors
    yield line | {"at_once": AT_ONCE, "processes": PROCESSES, "errors": dict(errors), "passes": passes}


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
def _serving(command: list[str], port: str, first: str, more: dict[str, str]) -> Iterator[None]:
    """A server, once it answers, until the block ends."""
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
        yield
    finally:
        process.terminate()
        process.wait(30)
