"""Runs commands of a demo case, each in a process of its own, and has them killed where it is told to.

    python kill_runner.py        orders on standard input and replies on standard output, one JSON object a line

    {"do": "cutover", "folder": …, "kill": "cutover.decided#1"}  →  {"pid": …}
    {"wait": pid}  →  {"ended": -9, "error": ""}
    {"learn": path}  →  {}

Everything is loaded once; an order is run by a forked child, so that a kill costs no start of an interpreter. What a
child with `teach` had to load besides is written there, for this server and others to `learn`. The child
kills itself (SIGKILL: nothing is flushed, closed or given back) when it reaches the point for the n-th time. Points are
those of the hooks, and `inside.…` ones at places where a step is in the middle of something (see `_watch`). Every point
passed is a line in `<folder>/points.txt`. With `hold` the child waits there until `<folder>/go` exists.

Keys that are made follow from their purpose and from how many of it were made before, so that two runs of one home can
be compared value by value, and a key made twice shows. Deliveries come in many small volumes.
"""

import hashlib
import importlib
import io
import json
import os
import pickle
import signal
import sqlite3
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO

import polars as pl
from numba.core.dispatcher import Dispatcher

from bequest.app import rehearse, run_deliver, run_destroy, scrubbing
from bequest.app.answers import enter_answers
from bequest.app.clock import advance_clock
from bequest.app.context import Context, open_context
from bequest.app.delta_cutover import run_delta_cutover
from bequest.app.hold_names import named
from bequest.app.make_bundle import make_bundle
from bequest.app.portal.ask import ask
from bequest.app.portal.choices import Ask
from bequest.app.portal.links import link_tokens
from bequest.app.portal.open_card import Opened, open_link
from bequest.app.receive import receive_package, write_receipt
from bequest.app.run_close import run_close
from bequest.app.run_cutover import run_cutover
from bequest.app.run_discover import run_discover
from bequest.app.run_link import run_link
from bequest.app.run_plan import run_plan
from bequest.app.set_hold import lift_hold, list_holds, set_hold
from bequest.crypto import keys
from bequest.demo.company import make_company
from bequest.demo.personas import SMALLEST
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import BequestError
from bequest.model.case import Event, Role
from bequest.sources import mariadb_writing, postgresql_writing, sqlite
from bequest.steps.deliver import package
from bequest.store.settings import database_url

CASE = "demo-e5"
DESTROYERS = (Role.OPERATOR, Role.VERIFIER, Role.OFFICER)
LIMIT_SECONDS = 300
VACUUM_STEPS = 250
SERVER_BATCH = 15
"""Rows of a batch on a database server: several in every table."""


class Points:
    """Notes every point, and stops for good or for a while at the one that was ordered."""

    def __init__(self, folder: Path, kill: str, hold: str) -> None:
        self._trace = os.open(folder / "points.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        self._folder = folder
        self._kill = kill
        self._hold = hold
        self._met: Counter[str] = Counter()

    def at(self, case_id: str, point: str) -> None:
        self._met[point] += 1
        this = f"{point}#{self._met[point]}"
        os.write(self._trace, f"{this}\n".encode())
        if this == self._kill:
            os.kill(os.getpid(), signal.SIGKILL)
            signal.pause()
        if this == self._hold:
            (self._folder / "held").touch()
            while not (self._folder / "go").exists():
                time.sleep(0.02)

    def inside(self, what: str) -> None:
        self.at(CASE, f"inside.{what}")


def _prepare(ctx: Context, folder: Path, points: Points, order: dict[str, Any]) -> None:
    """The company, and its case up to the cutover."""

    class Reached(BaseException):
        pass

    def tell(name: str) -> None:
        if name == "cutover":
            raise Reached

    try:
        rehearse.rehearse(ctx, folder, tell=tell)
    except Reached:
        return


def _cutover(ctx: Context, folder: Path, points: Points, order: dict[str, Any]) -> None:
    run_cutover(ctx, CASE, confirmed_by=_person(ctx, Role.CUTOVER))


def _deliver(ctx: Context, folder: Path, points: Points, order: dict[str, Any]) -> None:
    run_deliver.run_deliver(ctx, CASE)


def _receive(ctx: Context, folder: Path, points: Points, order: dict[str, Any]) -> None:
    """The receiver opens the package and signs for it."""
    (folder / "receiver").mkdir(exist_ok=True)
    for delivery, sent in run_deliver.package_folders(ctx, CASE):
        if (folder / "receiver" / delivery.delivery_id).exists():
            continue
        received = receive_package(sent, folder / "keys" / "buyer.age", folder / "receiver" / delivery.delivery_id)
        receipt = folder / "receiver" / "receipt.json"
        write_receipt(received, folder / "keys" / _person(ctx, Role.RECEIVER), receipt, at=ctx.now(CASE))
        run_deliver.enter_receipt(ctx, CASE, receipt)


def _receipt(ctx: Context, folder: Path, points: Points, order: dict[str, Any]) -> None:
    """What lies in the receiver's folder is entered, whatever it is."""
    run_deliver.enter_receipt(ctx, CASE, folder / "receiver" / "receipt.json")


def _destroy(ctx: Context, folder: Path, points: Points, order: dict[str, Any]) -> None:
    run_destroy.run_destroy(ctx, CASE, keys={r: folder / "keys" / _person(ctx, r) for r in DESTROYERS})


def _scrub(ctx: Context, folder: Path, points: Points, order: dict[str, Any]) -> None:
    """IT opens a window from now on, for every server."""
    for name in scrubbing.servers_of(ctx.case(CASE).case):
        now = ctx.now(CASE)
        scrubbing.decide_scrub(
            ctx, CASE, name, folder / "keys" / _person(ctx, Role.IT), window=(now, now + timedelta(hours=12)),
            until=(now + timedelta(days=90)).date(),
        )  # fmt: skip


def _close(ctx: Context, folder: Path, points: Points, order: dict[str, Any]) -> None:
    carrier = order.get("carrier")

    def send(messages: pl.DataFrame) -> None:
        with (folder / "sent.txt").open("a", buffering=1) as out:
            for n, address in enumerate(messages["address"]):
                out.write(f"{address}\n")
                if n == messages.height // 2:
                    points.inside("carrier")

    keys = {r: folder / "keys" / _person(ctx, r) for r in DESTROYERS} if order.get("final") else None
    run_close(ctx, CASE, send=send if carrier else None, keys=keys)


def _bundle(ctx: Context, folder: Path, points: Points, order: dict[str, Any]) -> None:
    report = make_bundle(ctx, CASE).report
    if not report.ok:
        raise AssertionError([f"{c.code} {c.file} {c.en}" for c in report.failed])


def _answer(ctx: Context, folder: Path, points: Points, order: dict[str, Any]) -> None:
    """Somebody answers."""
    path = folder / "answer.csv"
    at = rfc3339(ctx.now(CASE))
    lines = [f"{ref},{order['answer']},{at},mail" for ref in order["refs"]]
    path.write_text("\n".join(["ref,answer,at,channel", *lines, ""]))
    enter_answers(ctx, CASE, path)


def _set_hold(ctx: Context, folder: Path, points: Points, order: dict[str, Any]) -> None:
    """Somebody who speaks for the law puts people on hold."""
    paper = folder / "order.pdf"
    paper.write_bytes(b"%PDF keep it")
    legal = _person(ctx, Role.LEGAL)
    set_hold(
        ctx, CASE, named(order["who"], None), paper=paper, reason="authority", person_id=legal,
        until=(ctx.now(CASE) + timedelta(days=90)).date(), key=folder / "keys" / legal,
    )  # fmt: skip


def _lift_holds(ctx: Context, folder: Path, points: Points, order: dict[str, Any]) -> None:
    """… and lifts every one that is in force."""
    paper = folder / "lifted.pdf"
    paper.write_bytes(b"%PDF no longer")
    legal = _person(ctx, Role.LEGAL)
    for hold, _ in list_holds(ctx, CASE):
        if hold.in_force:
            lift_hold(ctx, CASE, hold.hold_id, paper=paper, person_id=legal, key=folder / "keys" / legal)


def _click(ctx: Context, folder: Path, points: Points, order: dict[str, Any]) -> None:
    """Somebody chooses at the portal: the row in the control database is all there is, no server takes it in."""
    for ref in order["refs"]:
        opened = open_link(ctx.store, link_tokens(ctx, CASE, pl.Series("ref", [ref]))[0], ctx.now(CASE))
        if not isinstance(opened, Opened):
            raise AssertionError(opened)
        ask(ctx.store, opened, Ask(order["answer"]))


def _wave(ctx: Context, folder: Path, points: Points, order: dict[str, Any]) -> None:
    run_deliver.run_deliver(ctx, CASE, wave=True)


def _delta(ctx: Context, folder: Path, points: Points, order: dict[str, Any]) -> None:
    found = run_delta_cutover(ctx, CASE, confirmed_by=_person(ctx, Role.CUTOVER))
    (folder / "delta.json").write_text(json.dumps([found.late, found.changed, found.gone]))


def _later(ctx: Context, folder: Path, points: Points, order: dict[str, Any]) -> None:
    """Days go by."""
    advance_clock(ctx, CASE, timedelta(days=int(order["days"])))


COMMANDS: dict[str, Callable[[Context, Path, Points, dict[str, Any]], object]] = {
    "prepare": _prepare,
    "cutover": _cutover,
    "deliver": _deliver,
    "receive": _receive,
    "scrub": _scrub,
    "destroy": _destroy,
    "close": _close,
    "bundle": _bundle,
    "later": _later,
    "answer": _answer,
    "set_hold": _set_hold,
    "lift_holds": _lift_holds,
    "click": _click,
    "wave": _wave,
    "receipt": _receipt,
    "plan": lambda ctx, *_: run_plan(ctx, CASE),
    "link": lambda ctx, *_: run_link(ctx, CASE),
    "discover": lambda ctx, *_: run_discover(ctx, CASE),
    "delta": _delta,
}


def _person(ctx: Context, role: Role) -> str:
    return next(p.id for p in ctx.case(CASE).case.people if role in p.roles)


def _watch(points: Points) -> None:
    """Points inside what a step does: where a source is changed, a volume written, a table sealed, a key made."""
    encrypt, seal_table, open_sources = package.encrypt_stream, run_destroy.seal_table, run_destroy.open_sources

    def half_written(plain: BinaryIO, out: BinaryIO, recipients: Sequence[str]) -> None:
        whole = io.BytesIO()
        encrypt(plain, whole, recipients)
        out.write(whole.getvalue()[: len(whole.getvalue()) // 2])
        out.flush()
        points.inside("volume")
        out.write(whole.getvalue()[len(whole.getvalue()) // 2 :])

    def table(*args: Any, **named: Any) -> Any:
        points.inside("before_sealing_table")

        def guard() -> None:
            points.inside("sealing_bucket")
            named["guard"]()

        return seal_table(*args, **{**named, "guard": guard})

    class Source:
        """A source whose `apply` tells of every guard call, that is before every batch."""

        def __init__(self, source: Any) -> None:
            self._source = source

        def __getattr__(self, name: str) -> Any:
            return getattr(self._source, name)

        def apply(self, table: str, changes: Any, *, guard: Callable[[], None]) -> Any:
            def told() -> None:
                points.inside(f"apply_{self._source.name}_{table}")
                guard()

            return self._source.apply(table, changes, guard=told)

        def clean(self, guard: Callable[[], None], tables: Sequence[str] | None = None) -> Any:
            def told() -> None:
                points.inside(f"clean_{self._source.name}")
                guard()

            return self._source.clean(told, tables) if tables else self._source.clean(guard)

    package.encrypt_stream = half_written
    run_destroy.seal_table = table
    run_destroy.open_sources = lambda *a, **k: {n: Source(s) for n, s in open_sources(*a, **k).items()}  # type: ignore[misc]
    _watch_keys(points)
    _watch_sqlite(points)


def _watch_keys(points: Points) -> None:
    provider = keys.FileKeyProvider
    create, destroy = provider.create, provider.destroy

    def made(self: keys.FileKeyProvider, purpose: str) -> bytes:
        if self.state(purpose) is not keys.KeyState.MISSING:
            return create(self, purpose)
        ledger = self._directory.parents[3] / "keys-made.txt"
        so_far = ledger.read_text().splitlines() if ledger.exists() else []
        seed = hashlib.sha256(f"{purpose} {so_far.count(purpose)}".encode()).digest()
        ledger.write_text("\n".join([*so_far, purpose]))
        keys.secrets = SimpleNamespace(token_bytes=lambda n: seed[:n])  # type: ignore[assignment]
        key = create(self, purpose)
        points.inside("key_made")
        return key

    def destroyed(self: keys.FileKeyProvider, purpose: str) -> None:
        destroy(self, purpose)
        points.inside("key_destroyed")

    provider.create = made  # type: ignore[method-assign]
    provider.destroy = destroyed  # type: ignore[method-assign]


def _watch_sqlite(points: Points) -> None:
    """Before each commit, when the journal is on disk, and in the middle of the rewriting of a database."""

    def connect(name: str, **settings: Any) -> sqlite3.Connection:
        db = sqlite3.connect(name, **settings)

        def met(statement: str) -> None:
            if statement == "COMMIT":
                points.inside("sqlite_commit")
            if statement == "VACUUM":
                db.set_progress_handler(lambda: points.inside("vacuum"), VACUUM_STEPS)

        if "mode=rw" in name:
            db.set_trace_callback(met)
        return db

    sqlite.sqlite3 = SimpleNamespace(**{**vars(sqlite3), "connect": connect})  # type: ignore[assignment]


def _run(order: dict[str, Any]) -> None:
    folder = Path(order["folder"])
    points = Points(folder, order.get("kill", ""), order.get("hold", ""))
    environ = order.get("environ", {})
    if order["do"] != "prepare":
        _watch(points)
    elif not environ:  # else the company is there already, with sources on servers
        make_company(folder, event=Event.E5, customers=SMALLEST)
    if environ:
        mariadb_writing.BATCH = mariadb_writing.SCANNED_BATCH = postgresql_writing.BATCH = SERVER_BATCH
    run_deliver.DeliverySpec = partial(run_deliver.DeliverySpec, part_rows=40, volume_bytes=8_000)  # type: ignore
    COMMANDS[order["do"]](
        open_context(folder / "home", hooks=points, database_url=database_url(), environ=environ), folder, points, order
    )


def _child(order: dict[str, Any]) -> None:
    """Runs the order and ends the process; how it ended is in `<folder>/ended.json`."""
    signal.alarm(LIMIT_SECONDS)
    os.dup2(2, 1)  # standard output is the server's
    error = ""
    try:
        _run(order)
    except BequestError as e:
        error = f"{type(e).__name__} {e.exit_code}: {e.message}"
    except BaseException:
        error = traceback.format_exc()
    (Path(order["folder"]) / "ended.json").write_text(json.dumps({"error": error}))
    if "teach" in order:
        Path(order["teach"]).write_bytes(pickle.dumps((list(sys.modules), list(_compiled()))))
    os._exit(1 if error else 0)


def _compiled() -> Iterator[tuple[str, str, list[Any]]]:
    """Compiled functions of ours with the types they were called with."""
    for name, module in list(sys.modules.items()):
        if name.startswith("bequest.engine"):
            for attribute, value in vars(module).items():
                if isinstance(value, Dispatcher) and value.signatures:
                    yield name, attribute, value.signatures


def _learn(path: Path) -> None:
    """Load what a child had to load, so that the next ones need not."""
    modules, compiled = pickle.loads(path.read_bytes())  # noqa: S301 - our own child wrote it
    for name in modules:
        if name not in sys.modules:
            with suppress(ImportError):
                importlib.import_module(name)
    for module, attribute, signatures in compiled:
        for signature in signatures:
            getattr(sys.modules[module], attribute).compile(signature)


def _ended(pid: int, folder: Path) -> dict[str, Any]:
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    error = json.loads((folder / "ended.json").read_text())["error"] if code >= 0 else ""
    return {"ended": code, "error": error}


def serve() -> None:
    folders: dict[int, Path] = {}
    for line in sys.stdin:
        order = json.loads(line)
        reply: dict[str, Any] = {}
        if "learn" in order:
            _learn(Path(order["learn"]))
        elif "wait" in order:
            reply = _ended(order["wait"], folders.pop(order["wait"]))
        else:
            pid = os.fork()
            if pid == 0:
                _child(order)
            folders[pid] = Path(order["folder"])
            reply = {"pid": pid}
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
