"""A user to whom everything happens: a small demo company, its case at every stage, and the command line in between.

The company and its home always lie at the same two paths, put there anew from a copy for each test: paths stand in the
control database.
"""

import contextlib
import hashlib
import io
import json
import multiprocessing
import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import django.db
import polars as pl

from bequest.app.context import open_context
from bequest.cli import render
from bequest.cli.main import main

CASE = "demo-e5"
CUSTOMERS = 110
APPROVERS = ("it", "legal", "hr", "marketing", "service", "finance")
STAGES = (
    "company",
    "opened",
    "discovered",
    "linked",
    "planned",
    "approved",
    "notified",
    "told",
    "waited",
    "cut",
    "delivered",
)
OPENED_AT = "2026-11-02T01:00:00Z"


@dataclass(frozen=True)
class Said:
    """What a command ended with."""

    code: int
    out: str
    err: str


class Unlucky:
    """The user. `at` puts company and home where a stage left them; `run` and `refused` type commands."""

    language = "en"

    def __init__(self, folder: Path) -> None:
        self.copies = folder / "copies"
        self.here = folder / "here"
        self.company = self.here / "company"
        self.home = self.here / "home"
        self.copies.mkdir()

    @property
    def case_file(self) -> Path:
        return self.company / "case.toml"

    @property
    def sources(self) -> Path:
        return self.company / "sources"

    @property
    def workspace(self) -> Path:
        return self.home / "cases" / CASE

    @property
    def package(self) -> Path:
        return next((self.workspace / "delivery").glob("delivery-*"))

    def key(self, person: str) -> Path:
        return self.company / "keys" / person

    @cached_property
    def people(self) -> dict[str, str]:
        """Who holds a role, by role."""
        held: dict[str, str] = {}
        for person in self.case_file.read_text().split("[[people]]")[1:]:
            lines = dict(line.split(" = ", 1) for line in person.splitlines() if " = " in line)
            held |= {json.loads(lines["roles"])[0]: json.loads(lines["id"])}
        return held

    @cached_property
    def secrets(self) -> frozenset[str]:
        """Names, numbers and addresses of the customers: never to be seen in a message."""
        with contextlib.closing(sqlite3.connect(self.copies / "company" / "company" / "sources" / "crm.db")) as db:
            rows = db.execute("SELECT name, mobile, email, id_no FROM customers").fetchall()
        return frozenset(v for row in rows for v in row if v and len(v) >= 3)

    def at(self, stage: str) -> None:
        """Put company and home where `stage` left them; what was never reached is played first."""
        if not (self.copies / stage).is_dir():
            before = STAGES.index(stage) - 1
            if before >= 0:
                self.at(STAGES[before])
            else:
                self.here.mkdir()
            getattr(self, f"_{stage}")()
            django.db.connections.close_all()
            shutil.copytree(self.here, self.copies / stage)
            return
        django.db.connections.close_all()
        shutil.rmtree(self.here, ignore_errors=True)
        shutil.copytree(self.copies / stage, self.here)

    def run(self, *args: object, home: Path | None = None) -> Said:
        """One command in this process, in the given home (else the own one)."""
        out, err = io.StringIO(), io.StringIO()
        mask, env = os.umask(0o077), dict(os.environ)
        os.environ.update(BEQUEST_LANG=self.language, COLUMNS="200")
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                main(["--home", str(home or self.home), *map(str, args)])
        except SystemExit as e:
            code = e.code if isinstance(e.code, int) else 1
        finally:
            os.umask(mask)
            os.environ.clear()
            os.environ.update(env)
        said = Said(code, out.getvalue(), err.getvalue())
        assert "Traceback" not in said.err
        assert not any(value in said.err for value in self.secrets)
        return said

    def done(self, *args: object) -> str:
        """A command that must work; what it printed."""
        said = self.run(*args)
        assert said.code == 0, said.err
        return said.out

    def refused(self, exit_code: int, code: str, words: str, *args: object, home: Path | None = None) -> Said:
        """A command that must be refused: exit code, error code, words of message or way out, and no trace of it."""
        before = self._traces()
        said = self.run(*args, home=home)
        lines = [line for line in said.err.splitlines() if not line.startswith("…")]
        assert said.code == exit_code, said
        assert lines[0].startswith(f"{code}: "), said.err
        assert len(lines) > 1, "the way out is missing"
        assert lines[1].startswith("  "), said.err
        assert words in said.err
        assert said.out == ""
        assert self._traces() == before
        return said

    def approve_all(self) -> None:
        for role in APPROVERS:
            person = self.people[role]
            self.done("approve", CASE, "--as", person, "--key", self.key(person))

    def cutover(self) -> tuple[str, ...]:
        return ("cutover", CASE, "--confirmed-by", self.people["cutover"])

    def rewrite(self, path: Path, old: str, new: str, encoding: str = "utf-8") -> Path:
        """Change a text file in the first place where `old` stands."""
        text = path.read_bytes().decode(encoding)
        assert old in text
        path.write_bytes(text.replace(old, new, 1).encode(encoding))
        return path

    def sql(self, *statements: str) -> None:
        """Change the customer database behind Bequest's back."""
        with contextlib.closing(sqlite3.connect(self.sources / "crm.db")) as db, db:
            for statement in statements:
                db.execute(statement)

    def csv(self, name: str, *lines: str) -> Path:
        path = self.company / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def register(self) -> pl.DataFrame:
        """Who was told how."""
        return pl.read_parquet(self.workspace / "work" / "notices.parquet")

    def steps(self) -> dict[str, str]:
        """State of the latest run of every step."""
        return {s["step"]: s["state"] for s in json.loads(self.done("case", "show", CASE, "--json"))["steps"]}

    def _traces(self) -> dict[str, str]:
        """What no refusal may change: sources, the log, statements, packages, and files in the company's folder."""
        kept = [self.company, self.workspace / "log", self.workspace / "statements", self.workspace / "delivery"]
        files = (p for folder in kept for p in sorted(folder.rglob("*")) if p.is_file() and p.name != "lock")
        return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in files if not p.name.endswith("-shm")}

    def _company(self) -> None:
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out), contextlib.suppress(SystemExit):
            main(["demo", "--event", "E5", "--customers", str(CUSTOMERS), "--out", str(self.company)])
        open_context(self.home)  # an empty home: making it takes longer than most commands here

    def _opened(self) -> None:
        self.done("case", "new", self.case_file, "--clock", OPENED_AT)

    def _discovered(self) -> None:
        self.done("discover", CASE)
        self.done("map", "import", CASE, self.company / "map.toml")

    def _linked(self) -> None:
        self.done("link", CASE)

    def _planned(self) -> None:
        self.done("plan", CASE)

    def _approved(self) -> None:
        self.approve_all()

    def _notified(self) -> None:
        self.done("notify", "run", CASE)

    def _told(self) -> None:
        self.done("notify", "publish", CASE)

    def _waited(self) -> None:
        self.done("case", "clock", CASE, "--days", 60)

    def _cut(self) -> None:
        self.done(*self.cutover())

    def _delivered(self) -> None:
        self.done("deliver", CASE)


@contextlib.contextmanager
def interrupted_at(label: str, then: Callable[[], None]) -> Iterator[None]:
    """While the block runs, `then` is called once as soon as progress of a label that begins so is shown."""
    plain = render.Bars.__call__

    def call(bars: render.Bars, shown: str, done: int, total: int) -> None:
        if shown.startswith(label):
            render.Bars.__call__ = plain  # type: ignore[method-assign]
            then()
        plain(bars, shown, done, total)

    render.Bars.__call__ = call  # type: ignore[method-assign]
    try:
        yield
    finally:
        render.Bars.__call__ = plain  # type: ignore[method-assign]


def another_process(home: Path, label: str, flag: Path | None, *args: str) -> multiprocessing.Process:
    """The command in a process of its own. Where progress of the label is shown it kills itself, as a power cut would;
    with `flag` it says so by that file instead, and waits until the file is gone.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["bequest.cli.main", __name__])
    process = context.Process(target=_play, args=(home, label, flag, args))
    process.start()
    return process  # type: ignore[return-value]


def _play(home: Path, label: str, flag: Path | None, args: tuple[str, ...]) -> None:
    def stop() -> None:
        if flag is None:
            os.kill(os.getpid(), signal.SIGKILL)
        else:
            flag.touch()
            wait_for(lambda: not flag.exists())

    quiet = io.StringIO()
    with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet), interrupted_at(label, stop):
        main(["--home", str(home), *args])


def wait_for(is_so: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)
