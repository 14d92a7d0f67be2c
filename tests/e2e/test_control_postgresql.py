"""A whole demo case with its control database on PostgreSQL: raced, cut off from its server, and verified at the end.

Runs in the order it is written: every test takes up the case where the one before left it.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.control_databases import SETTING
from tests.e2e.kill_lab import Ended, Server
from tests.servers import PASSWORD, Postgres

from bequest.app.context import Context, open_context
from bequest.app.evidence import open_log
from bequest.store.records import StepState

CASE = "demo-e5"
CLI = "import sys; from bequest.cli.main import main; main(sys.argv[1:])"


@dataclass
class Played:
    """The case, and the process that runs its steps."""

    folder: Path
    server: Server
    postgres: Postgres
    url: str

    def begin(self, do: str, **order: object) -> int:
        return int(self.server.ask(do=do, folder=str(self.folder), **order)["pid"])

    def wait(self, process: int) -> Ended:
        reply = self.server.ask(wait=process)
        return Ended(reply["ended"], reply["error"])

    def run(self, do: str) -> Ended:
        return self.wait(self.begin(do))

    def command(self, *words: str) -> "subprocess.Popen[str]":
        """The command line, as a user would call it."""
        env = os.environ | {"BEQUEST_LANG": "en", SETTING: self.url, "PYTHONPATH": os.pathsep.join(sys.path)}
        return subprocess.Popen(
            [sys.executable, "-c", CLI, "--home", str(self.folder / "home"), *words],
            env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def context(self) -> Context:
        return open_context(self.folder / "home", database_url=self.url)

    def states(self, step: str) -> list[StepState]:
        ctx = self.context()
        with ctx.store.transaction() as tx:
            found = [r.state for r in tx.steps.all(CASE) if r.step == step]
        ctx.store.close()
        return found

    def interrupt(self, step: str, point: str) -> Ended:
        """Run a step and take its server away at a point."""
        for name in ("held", "go"):
            (self.folder / name).unlink(missing_ok=True)
        process = self.begin(step, hold=point)
        give_up = time.monotonic() + 120
        while not (self.folder / "held").exists():
            assert time.monotonic() < give_up, (self.folder / "points.txt").read_text()
            assert not (self.folder / "ended.json").exists(), (self.folder / "ended.json").read_text()
            time.sleep(0.05)
        self.postgres.kill()
        try:
            (self.folder / "go").touch()
            return self.wait(process)
        finally:
            self.postgres.start()
            (self.folder / "ended.json").unlink()


@pytest.fixture(scope="module")
def played(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """The demo's case up to its cutover."""
    url = postgres.url(postgres.new_database())
    folder = tmp_path_factory.mktemp("control") / "demo"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SETTING, url)
        server = Server()
    case = Played(folder, server, postgres, url)
    ended = case.run("prepare")
    assert ended == Ended(0, ""), ended.error
    (folder / "ended.json").unlink()
    yield case
    server.end()


def test_the_home_has_no_file_of_its_own_and_no_secret(played: Played) -> None:
    home = played.folder / "home"
    assert not list(home.glob("control.db*"))
    assert json.loads((home / "database.json").read_text())["database"] == played.url.rpartition("/")[2]
    secrets = (PASSWORD.encode(), b"pass%20w%2Frd")
    assert not [p for p in home.rglob("*") if p.is_file() and any(s in p.read_bytes() for s in secrets)]
    alone = played.command("case", "show", CASE)
    assert "demo-e5" in alone.communicate()[0]
    other = subprocess.run(
        [sys.executable, "-c", CLI, "--home", str(home), "case", "show", CASE], text=True, capture_output=True,
        env=os.environ | {"BEQUEST_LANG": "en", "PYTHONPATH": os.pathsep.join(sys.path)}, check=False,
    )  # fmt: skip
    assert other.returncode == 3
    assert SETTING in other.stderr


def test_two_commands_and_a_worker_at_once_cut_over_once(played: Played) -> None:
    ctx = played.context()
    who = next(p.id for p in ctx.case(CASE).case.people if "cutover" in [r.value for r in p.roles])
    ctx.store.close()
    commands = [played.command("cutover", CASE, "--confirmed-by", who) for _ in range(2)]
    worker = played.begin("cutover")
    said = [(c.wait(), " ".join("".join(c.communicate()).split())) for c in commands]
    ended = played.wait(worker)
    (played.folder / "ended.json").unlink()
    codes = sorted([code for code, _ in said] + [0 if ended.code == 0 else 3])
    assert codes == [0, 3, 3], (said, ended)
    for text in [t for code, t in said if code] + ([ended.error] if ended.code else []):
        assert "is being worked on by process" in text or "is done already" in text, text
    assert played.states("cutover") == [StepState.DONE]


@pytest.mark.parametrize(
    ("step", "point", "then"),
    [
        ("deliver", "inside.volume#2", ()),
        ("deliver", "outbox.after_publish#1", ("deliver", "receive")),
        ("destroy", "destroy.custody_sealed#1", ()),
        ("destroy", "inside.apply_orders_orders#1", ("destroy",)),
        ("close", "close.purged#1", ("close",)),
    ],
)
def test_a_server_that_goes_away_in_mid_step_is_said_so_and_the_step_goes_on(
    played: Played, step: str, point: str, then: tuple[str, ...]
) -> None:
    ended = played.interrupt(step, point)
    assert ended.code == 1
    assert ended.error.startswith("StateError 3: "), ended.error
    assert "cannot be reached" in ended.error or "was lost" in ended.error, ended.error
    assert "pass w" not in ended.error
    assert StepState.DONE not in played.states(step)
    for command in then:
        assert played.run(command) == Ended(0, "")
        (played.folder / "ended.json").unlink()


def test_the_bundle_verifies_and_every_event_is_in_the_log_once(played: Played) -> None:
    ended = played.run("bundle")
    assert ended == Ended(0, ""), ended.error
    bundle = played.folder / "home" / "cases" / CASE / "bundle"
    check = played.command(
        "verify", str(bundle / f"evidence-{CASE}"), "--trust", str(bundle / "trust.json"), "--rehearsal"
    )
    out, err = check.communicate()
    assert check.returncode == 0, out + err
    ctx = played.context()
    with ctx.store.transaction() as tx:
        events = tx.outbox.all(CASE)
    with open_log(ctx, CASE) as log:
        assert log.event_ids() == {e.event_id for e in events} | {"log.closed"}
        assert log.size == len(events) + 1
    assert sorted(e.published_index for e in events if e.published_index is not None) == list(range(len(events)))
    assert [e.seq for e in events] == list(range(1, len(events) + 1))
    ctx.store.close()
