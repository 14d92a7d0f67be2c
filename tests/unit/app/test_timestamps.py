"""Heads of a case's log stamped by a local authority, by file and over HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from tests.unit.app.app_cases import add_case, heads_kept, log_an_entry
from tests.unit.crypto.local_tsa import LocalTsa, make_tsa
from tests.unit.store.samples import CASE

from bequest.app.context import Context
from bequest.app.evidence import open_log
from bequest.app.timestamps import ask_for_timestamp, read_answer, take_timestamp, write_query
from bequest.kernel.errors import EvidenceError, StateError, VerificationError
from bequest.model.witnessing import EvidenceRules

ID, N = "stamped", 5


@pytest.fixture
def tsa(tmp_path: Path) -> LocalTsa:
    return make_tsa(tmp_path / "tsa")


def case(ctx: Context, rules: EvidenceRules) -> Context:
    add_case(ctx, replace(CASE, id=ID, evidence=rules))
    log_an_entry(ctx, ID, "1")
    return ctx


def test_by_file_the_stamp_is_kept_with_the_head_it_is_of(ctx: Context, tsa: LocalTsa, tmp_path: Path) -> None:
    case(ctx, EvidenceRules(tsa_roots=(tsa.root,)))
    assert write_query(ctx, ID, tmp_path / "query.tsq").size == N
    log_an_entry(ctx, ID, "2")
    (tmp_path / "answer.tsr").write_bytes(tsa.reply((tmp_path / "query.tsq").read_bytes()))
    head, stamp = take_timestamp(ctx, ID, read_answer(tmp_path / "answer.tsr"))
    assert (head.size, stamp.authority) == (N, "CN=Example Time")
    assert heads_kept(ctx, ID) == {f"{N}.checkpoint", f"{N}.tsr"}
    with open_log(ctx, ID) as log:
        assert log.heads.stamped(N, (tsa.root,)) == stamp
        assert log.heads.stamped(N + 1, (tsa.root,)) is None
        assert log.heads.stamped(N, (make_tsa(tmp_path / "other").root,)) is None


def test_a_stamp_of_something_else_or_of_a_stranger_is_refused(ctx: Context, tsa: LocalTsa, tmp_path: Path) -> None:
    case(ctx, EvidenceRules(tsa_roots=(tsa.root,)))
    (tmp_path / "early.tsr").write_bytes(b"x")
    with pytest.raises(VerificationError, match="no head was handed out yet"):
        take_timestamp(ctx, ID, read_answer(tmp_path / "early.tsr"))
    write_query(ctx, ID, tmp_path / "query.tsq")
    stranger = make_tsa(tmp_path / "stranger")
    (tmp_path / "foreign.tsr").write_bytes(stranger.reply((tmp_path / "query.tsq").read_bytes()))
    with pytest.raises(VerificationError, match="trusted root"):
        take_timestamp(ctx, ID, read_answer(tmp_path / "foreign.tsr"))
    assert heads_kept(ctx, ID) == {f"{N}.checkpoint"}


@contextmanager
def authority(tsa: LocalTsa, status: int = 200) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/timestamp-query"
            body = tsa.reply(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/tsr"
        server.shutdown()
        thread.join()


def test_over_http(ctx: Context, tsa: LocalTsa) -> None:
    with authority(tsa) as url:
        case(ctx, EvidenceRules(tsa=url, tsa_roots=(tsa.root,)))
        head, _ = ask_for_timestamp(ctx, ID)
        assert head.size == N
    with pytest.raises(EvidenceError, match="cannot be reached"):
        ask_for_timestamp(ctx, ID)


def test_an_authority_that_refuses_is_said(ctx: Context, tsa: LocalTsa) -> None:
    with authority(tsa, status=503) as url:
        case(ctx, EvidenceRules(tsa=url, tsa_roots=(tsa.root,)))
        with pytest.raises(EvidenceError, match="answered 503"):
            ask_for_timestamp(ctx, ID)


def test_a_case_without_an_authority_says_how_to_name_one(ctx: Context, tsa: LocalTsa, tmp_path: Path) -> None:
    for act in (lambda: ask_for_timestamp(ctx, CASE.id), lambda: write_query(ctx, CASE.id, tmp_path / "q")):
        with pytest.raises(StateError, match="names no time-stamping authority"):
            act()
    case(ctx, EvidenceRules(tsa_roots=(tsa.root,)))
    with pytest.raises(StateError, match="no address"):
        ask_for_timestamp(ctx, ID)
