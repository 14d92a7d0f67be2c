"""A case whose customer system is on a server is disturbed: killed, cut off, locked out, restarted, run twice, late.

Whatever happens, the same command is run again and comes to the undisturbed end: the same rows on the server, each
event of the log once, the same certificate; and in the end a bundle that verifies.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from tests.e2e.kill_lab import KILLED, Ended
from tests.e2e.server_lab import ServerLab, wait_until
from tests.servers import Postgres, Server

WELL = Ended(0, "")
IN_TURN = {
    "cutover": ("cutover.indexed#1", "cutover.intent_published#1", "cutover.decided#1", "cutover.before_finish#1"),
    "deliver": ("deliver.intent_published#1", "inside.volume#5", "deliver.package_built#1"),
    "destroy": (
        "destroy.intent_published#1", "destroy.ledger_written#1", "inside.sealing_bucket#4", "destroy.custody_sealed#1",
        "destroy.verifier_prepared#1", "inside.apply_crm_addresses#2", "inside.apply_crm_consents#2",
        "inside.apply_crm_customers#2", "inside.apply_crm_customers#3", "destroy.erased_crm#1",
        "destroy.erased_weblog#1", "inside.clean_crm#1", "inside.clean_crm#2", "destroy.scrubbed_crm#1",
        "destroy.erased#1", "destroy.verified#1", "destroy.certified#1", "destroy.before_finish#1",
    ),
}  # fmt: skip


class Wire:
    """A way to a server that can be cut in the middle."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._all: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        threading.Thread(target=self._welcome, daemon=True).start()

    def _welcome(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._door.accept()
                there = socket.create_connection(("127.0.0.1", self._to))
                self._all += [here, there]
                for a, b in ((here, there), (there, here)):
                    threading.Thread(target=self._carry, args=(a, b), daemon=True).start()

    @staticmethod
    def _carry(a: socket.socket, b: socket.socket) -> None:
        with suppress(OSError):
            while data := a.recv(65536):
                b.sendall(data)
            b.shutdown(socket.SHUT_WR)

    def cut(self) -> None:
        """From now on nobody gets through, and who was through is cut off."""
        for s in (self._door, *self._all):
            with suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)
            s.close()


@pytest.fixture(scope="module", params=["postgres", "mariadb"])
def lab(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerLab]:
    server: Server = request.getfixturevalue(request.param)
    made = ServerLab(server, tmp_path_factory.mktemp(request.param))
    yield made
    made.stop()


def held_at(lab: ServerLab, point: str, folder: Path, address: str) -> int:
    """A destruction that waits at a point."""
    process = lab.begin("destroy", folder, address, hold=point)
    wait_until((folder / "held").exists)
    return process


def test_killed_in_turn_at_every_boundary_it_comes_to_the_same_end(lab: ServerLab, tmp_path: Path) -> None:
    folder, database = lab.copy("cutover", tmp_path / "case")
    for step, points in IN_TURN.items():
        assert lab.killed_in_turn(step, folder, database, points) == list(points)
        lab.go_on(step, folder, database)
        for then in {"deliver": ("receive", "scrub")}.get(step, ()):
            lab.go_on(then, folder, database)
    assert lab.other(folder, database) == []
    for step in ("close", "bundle"):  # the bundle is checked by its own verifier
        lab.go_on(step, folder, database)


def test_the_network_is_lost_in_the_middle_of_deleting(lab: ServerLab, tmp_path: Path) -> None:
    folder, database = lab.copy("destroy", tmp_path / "case")
    wire = Wire(lab.server.port)
    address = lab.server.url(database).replace(f":{lab.server.port}/", f":{wire.port}/")
    process = held_at(lab, "inside.apply_crm_customers#3", folder, address)
    wire.cut()
    (folder / "go").touch()
    ended = lab.wait(process)
    assert ended.code == 1
    assert ended.error.startswith("SourceError")
    assert "connect" in ended.error
    lab.go_on("destroy", folder, database)
    assert lab.other(folder, database) == []


def test_the_server_goes_down_in_the_middle_of_deleting(lab: ServerLab, tmp_path: Path) -> None:
    folder, database = lab.copy("destroy", tmp_path / "case")
    process = held_at(lab, "inside.apply_crm_customers#3", folder, lab.server.url(database))
    if isinstance(lab.server, Postgres):
        lab.server.kill()
    else:
        lab.server.stop()  # as set up for tests it writes its log once a second only
    (folder / "go").touch()
    ended = lab.wait(process)
    lab.server.start()
    assert ended.error.startswith("SourceError"), ended.error
    lab.go_on("destroy", folder, database)
    assert lab.other(folder, database) == []


def test_somebody_else_holds_a_lock(lab: ServerLab, tmp_path: Path) -> None:
    folder, database = lab.copy("destroy", tmp_path / "case")
    is_pg = isinstance(lab.server, Postgres)
    before = lab.rows(database)["customers"]
    wait = "?options=-c%20lock_timeout%3D1s" if is_pg else "?lock_wait_timeout=1"
    with closing(lab.server.connect(database)) as other, other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(f"SELECT * FROM {'crm.' if is_pg else ''}customers FOR UPDATE")
        ended = lab.wait(lab.begin("destroy", folder, lab.server.url(database) + wait))
        cursor.execute("ROLLBACK")
    assert ended.error.startswith("SourceError"), ended.error
    assert "lock" in ended.error
    assert lab.rows(database)["customers"] == before
    lab.go_on("destroy", folder, database)
    assert lab.other(folder, database) == []


def test_of_two_workers_one_is_refused_and_nothing_happens_twice(lab: ServerLab, tmp_path: Path) -> None:
    folder, database = lab.copy("destroy", tmp_path / "case")
    process = held_at(lab, "inside.apply_crm_customers#2", folder, lab.server.url(database))
    for step in ("destroy", "close"):
        ended = lab.run(step, folder, database)
        assert ended.code == 1
        assert ended.error.startswith(("LeaseError", "StateError")), ended.error
    (folder / "go").touch()
    assert lab.wait(process) == WELL
    assert lab.other(folder, database) == []


def test_killed_inside_a_scrub_whose_window_is_over_then(lab: ServerLab, tmp_path: Path) -> None:
    """The clock jumps by a day: another window is approved; each attempt has its intent and its outcome."""
    folder, database = lab.copy("destroy", tmp_path / "case")
    assert lab.run("destroy", folder, database, kill="inside.clean_crm#2").code == KILLED
    lab.go_on("later", folder, database, days=1)
    ended = lab.run("destroy", folder, database)
    assert "the window for the scrub of crm ended" in ended.error
    for step in ("scrub", "destroy"):
        lab.go_on(step, folder, database)
    found = lab.state(folder, database)
    assert found["rows"] == lab.end["rows"]
    for what in ("intent", "outcome"):
        assert lab.events(folder, f"scrub.{what}") == [f"scrub.{what}:crm-1", f"scrub.{what}:crm-2"]
    for step in ("close", "bundle"):
        lab.go_on(step, folder, database)
