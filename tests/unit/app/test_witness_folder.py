"""The folder of a witness: its key, its memory, and the same over HTTP."""

import http.client
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.unit.evidence.test_witness import HONEST, KEY, ORIGIN, OTHER

from bequest.app.witness_folder import make_witness, sign_request, watch, watched_logs, witness_key
from bequest.app.witness_http import make_server
from bequest.evidence.checkpoint import parse_checkpoint
from bequest.evidence.lock import WriterLock
from bequest.evidence.note import NoteKey
from bequest.evidence.witness import FORKED, OTHER_SIZE, UNKNOWN_LOG, Request
from bequest.kernel.clock import MovableClock
from bequest.kernel.errors import InputError, LeaseError, VerificationError

AT = datetime(2027, 1, 1, tzinfo=UTC)
NAME = "witness.example/notary"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_witness(tmp_path / "notary", NAME)
    return tmp_path / "notary"


def sign(folder: Path, request: Request, *, log: str = "", days: int = 0) -> tuple[int, int]:
    made = sign_request(folder, request.render().encode(), MovableClock(AT + timedelta(days=days)), log=log)
    return made.before, made.size


def test_it_remembers_what_it_saw_and_keeps_what_shows_two_histories(folder: Path) -> None:
    with pytest.raises(VerificationError) as unknown:
        sign(folder, HONEST.request(0, 7))
    assert unknown.value.code == UNKNOWN_LOG
    assert sign(folder, HONEST.request(0, 7), log=KEY.vkey) == (0, 7)
    assert sign(folder, HONEST.request(7, 20), days=1) == (7, 20)
    for request, code in ((HONEST.request(7, 20), OTHER_SIZE), (OTHER.request(20, 20), FORKED)):
        with pytest.raises(VerificationError) as refusal:
            sign(folder, request, days=2)
        assert refusal.value.code == code
    [kept] = (folder / "caught").iterdir()
    assert kept.read_text() == OTHER.request(20, 20).render()
    [watched] = watched_logs(folder)
    assert (watched.vkey, watched.size, watched.time) == (KEY.vkey, 20, int((AT + timedelta(days=1)).timestamp()))
    assert (folder / "key").stat().st_mode & 0o077 == 0


def test_a_key_is_never_made_anew_and_a_log_never_changes_its_key(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="already"):
        make_witness(folder, NAME)
    for name in ("", "a b", "a+b"):
        with pytest.raises(InputError, match="white space"):
            make_witness(tmp_path / "other", name)
    watch(folder, KEY.vkey)
    other = make_witness(tmp_path / "second", "w2.example")
    stranger = NoteKey(ORIGIN, 1, other.key)
    for vkey, why in ((stranger.vkey, "another key"), (other.vkey, "of a witness"), ("nonsense", "cannot be used")):
        with pytest.raises(InputError, match=why):
            watch(folder, vkey)


def test_a_damaged_or_foreign_folder_signs_nothing(folder: Path, tmp_path: Path) -> None:
    sign(folder, HONEST.request(0, 7), log=KEY.vkey)
    [memory] = (folder / "logs").iterdir()
    good = memory.read_bytes()
    memory.write_bytes(b"{")
    with pytest.raises(InputError, match="damaged"):
        sign(folder, HONEST.request(0, 20))
    memory.write_bytes(good)
    make_witness(tmp_path / "second", "w2.example")
    (folder / "witness.vkey").write_bytes((tmp_path / "second" / "witness.vkey").read_bytes())
    with pytest.raises(InputError, match="belong together"):
        sign(folder, HONEST.request(7, 20))
    with pytest.raises(InputError, match="not the folder"):
        sign(tmp_path, HONEST.request(7, 20))


@dataclass(frozen=True)
class Server:
    folder: Path
    port: int
    told: list[str]

    def post(self, text: str, path: str = "/add-checkpoint") -> tuple[int, str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("POST", path, text.encode())
        answer = connection.getresponse()
        found = (answer.status, answer.headers["Content-Type"], answer.read().decode())
        connection.close()
        return found


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    told: list[str] = []
    with make_server(folder, ("127.0.0.1", 0), MovableClock(AT), told.append) as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield Server(folder, made.server_port, told)
        made.shutdown()
        thread.join()


def test_over_http_it_answers_as_the_protocol_says(server: Server) -> None:
    assert server.post(HONEST.request(0, 7).render())[0] == 404
    watch(server.folder, KEY.vkey)
    status, _, line = server.post(HONEST.request(0, 7).render())
    assert status == 200
    assert parse_checkpoint(HONEST.note(7) + line, KEY, [witness_key(server.folder)]).cosignatures == (
        (NAME, int(AT.timestamp())),
    )
    assert server.post(HONEST.request(0, 20).render()) == (409, "text/x.tlog.size", "7\n")
    assert server.post(OTHER.request(7, 7).render())[0] == 409
    assert server.post(OTHER.request(7, 20).render())[0] == 422
    assert server.post(HONEST.request(7, 20).render(), "/other")[0] == 404
    assert server.post("old\n\n")[0] == 400
    assert server.post("x" * 300_000)[0] == 400
    assert server.post(HONEST.request(7, 20).render())[0] == 200
    assert server.told[-1] == f"{ORIGIN}: 7 → 20"


def test_one_at_a_time(folder: Path) -> None:
    watch(folder, KEY.vkey)
    lock = WriterLock(folder / "lock")
    with pytest.raises(LeaseError):
        sign(folder, HONEST.request(0, 7))
    lock.release()
