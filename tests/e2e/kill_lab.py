"""One demo case kept as it was before each step, to be copied, run, killed and compared.

The case is prepared and run once for a test session, undisturbed, by whichever worker comes first; what it was like
before and after each step is kept. A copy lies elsewhere, so the paths of its sources are written into its case.
"""

import fcntl
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.kill_state import differences, state_of

ROOT = Path(__file__).resolve().parents[2]
STEPS = ("cutover", "deliver", "receive", "destroy", "close", "bundle")
KILLED = -9


@dataclass(frozen=True)
class Ended:
    """How a process ended: 0 well, 1 with an error, negative by a signal."""

    code: int
    error: str


class Server:
    """The process that runs orders."""

    def __init__(self) -> None:
        env = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
        self._process = subprocess.Popen(
            [sys.executable, ROOT / "tests/e2e/kill_runner.py"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env,
        )  # fmt: skip

    def ask(self, **order: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        reply: dict[str, Any] = json.loads(self._process.stdout.readline())
        return reply

    def end(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)
        self._process.stdout.close()


class Lab:
    """The kept stages of the case, and copies of them."""

    def __init__(self, kept: Path) -> None:
        self.kept = kept
        self._server: Server | None = None
        self._states: dict[str, dict[str, Any]] = {}
        kept.mkdir(parents=True, exist_ok=True)
        with (kept / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (kept / "points.json").exists():
                self._play()
        self.points: dict[str, list[str]] = json.loads((kept / "points.json").read_text())

    @property
    def server(self) -> Server:
        if self._server is None:
            self._server = Server()
            if (self.kept / "taught").exists():
                self._server.ask(learn=str(self.kept / "taught"))
        return self._server

    def end(self) -> None:
        if self._server is not None:
            self._server.end()

    def before(self, step: str) -> Path:
        return self.kept / f"before-{step}"

    def after(self, step: str) -> Path:
        following = (*STEPS[1:], "nothing")[STEPS.index(step)]
        return self.kept / f"before-{following}"

    def copy(self, step: str, to: Path) -> Path:
        """The case as it was before a step, in a folder of its own."""
        shutil.rmtree(to, ignore_errors=True)
        shutil.copytree(self.before(step), to)
        with closing(sqlite3.connect(to / "home" / "control.db")) as db, db:
            for table in ("store_case", "store_caserevision"):
                change = f"UPDATE {table} SET body_json = replace(body_json, ?, ?)"
                db.execute(change, (str(self.before(step)), str(to)))
        return to

    def begin(self, do: str, folder: Path, **order: Any) -> int:
        """Begin a command; the process."""
        return int(self.server.ask(do=do, folder=str(folder), **order)["pid"])

    def wait(self, process: int) -> Ended:
        reply = self.server.ask(wait=process)
        return Ended(reply["ended"], reply["error"])

    def run(self, do: str, folder: Path, **order: Any) -> Ended:
        return self.wait(self.begin(do, folder, **order))

    def go_on(self, steps: Iterable[str], folder: Path) -> None:
        """Run commands that must end well."""
        for step in steps:
            ended = self.run(step, folder)
            assert ended == Ended(0, ""), f"{step}: {ended.error}"

    def not_as_undisturbed(self, step: str, folder: Path) -> list[str]:
        """What is otherwise than after the undisturbed run of a step."""
        if step not in self._states:
            self._states[step] = state_of(self.after(step))
        return differences(self._states[step], state_of(folder))

    def _play(self) -> None:
        folder = self.before("cutover")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        self._play_step("prepare", folder)
        points = {}
        for step in STEPS:
            shutil.rmtree(self.after(step), ignore_errors=True)
            folder = self.copy(step, self.after(step))
            self._play_step(step, folder)
            points[step] = (folder / "points.txt").read_text().split()
        (self.kept / "points.json").write_text(json.dumps(points))

    def _play_step(self, step: str, folder: Path) -> None:
        taught = self.kept / "taught"
        ended = self.run(step, folder, teach=str(taught))
        assert ended == Ended(0, ""), f"{step}: {ended.error}"
        self.server.ask(learn=str(taught))
