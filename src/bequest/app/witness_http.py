"""A witness over HTTP: `POST …/add-checkpoint` (C2SP tlog-witness). One request at a time; TLS is a proxy's matter."""

from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from bequest.app.witness_folder import last_size, sign_request, witness_key
from bequest.evidence.witness import OTHER_SIZE, STATUS
from bequest.kernel.clock import Clock
from bequest.kernel.errors import BequestError, LeaseError

MAX_REQUEST_BYTES = 256 * 1024
IDLE_SECONDS = 10


def make_server(
    folder: Path, address: tuple[str, int], clock: Clock, tell: Callable[[str], None] = lambda _: None
) -> HTTPServer:
    """The server, bound and not yet serving. `tell` gets one line for each head: which log, how large, what became."""
    witness_key(folder)

    class Handler(BaseHTTPRequestHandler):
        """Answers one request."""

        timeout = IDLE_SECONDS

        def do_POST(self) -> None:
            """Cosign a head, or say by the status why not."""
            if not self.path.endswith("/add-checkpoint"):
                self._answer(HTTPStatus.NOT_FOUND, "")
                return
            length = self.headers.get("Content-Length", "")
            if not length.isdigit() or int(length) > MAX_REQUEST_BYTES:
                self._answer(HTTPStatus.BAD_REQUEST, "")
                return
            self._cosign(self.rfile.read(int(length)))

        def _cosign(self, data: bytes) -> None:
            try:
                made = sign_request(folder, data, clock)
            except LeaseError:
                self._answer(HTTPStatus.SERVICE_UNAVAILABLE, "")
            except BequestError as error:
                tell(f"{error.code}: {error.message}")
                if error.code == OTHER_SIZE:
                    self._answer(HTTPStatus.CONFLICT, f"{last_size(folder, data)}\n", "text/x.tlog.size")
                else:
                    self._answer(HTTPStatus(STATUS.get(error.code, 500)), f"{error.message}\n")
            else:
                tell(f"{made.origin}: {made.before} → {made.size}")
                self._answer(HTTPStatus.OK, made.line)

        def _answer(self, status: HTTPStatus, text: str, kind: str = "text/plain; charset=utf-8") -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the library names it
            """Nothing beside `tell`."""

    return HTTPServer(address, Handler)
