"""Signing in at an identity provider that really runs, beside this machine's console."""

import http.client
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from tests.web.conftest import CASE, ROOT, Answer, Client, Server, Town, start, stop

from bequest.app.console.identity import link_identity, unlink_identity
from bequest.app.console.provider import read_provider
from bequest.app.console.provider_http import get_json, post_form
from bequest.app.context import open_context
from bequest.kernel.errors import ApprovalError, GuardError, InputError, StateError

pytestmark = pytest.mark.skipif(find_spec("oidc_provider_mock") is None, reason="oidc-provider-mock is not installed")
PEOPLE = (
    {"sub": "officer-7", "amr": ["pwd", "mfa"]},
    {"sub": "weak-7", "amr": ["pwd"]},
    {"sub": "new-7", "amr": ["mfa"]},
)
SECRET = "a secret of this test"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "tests/web/oidc_server.py"), str(port), *map(json.dumps, PEOPLE)]
    )
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture(scope="module")
def file(provider: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("provider")
    (folder / "secret").write_text(SECRET)
    (folder / "secret").chmod(0o600)
    made = folder / "provider.toml"
    made.write_text(
        f'name = "Acme"\nissuer = "{provider}"\nclient_id = "bequest"\nclient_secret = "file:secret"\namr = ["mfa"]\n'
    )
    return made


@pytest.fixture(scope="module")
def running(town: Town, file: Path) -> Iterator[Server]:
    town.ctx.store.close()
    server = start(town.home, "--provider", str(file))
    yield server
    stop(server)
    assert SECRET not in server.log.read_text()


def at_provider(address: str, sub: str) -> str:
    """Sign in there as somebody; where it sends the browser back to."""
    parts = urlsplit(address)
    body = urlencode({"sub": sub, "action": "authorize"})
    with closing(http.client.HTTPConnection(parts.netloc, timeout=30)) as connection:
        connection.request(
            "POST", f"{parts.path}?{parts.query}", body, {"Content-Type": "application/x-www-form-urlencoded"}
        )  # fmt: skip
        got = connection.getresponse()
        assert got.status == 302, got.status
        return got.headers["Location"]


def set_out(server: Server) -> tuple[Client, str]:
    client = server.client()
    assert "Acme" in client.get("/console/in").text
    got = client.get("/console/in/provider")
    assert (got.status, "bq_provider" in client.cookies) == (303, True)
    return client, got.headers["location"]


def back(client: Client, address: str) -> Answer:
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}")


def test_only_a_linked_identity_with_a_second_factor_comes_in(town: Town, running: Server, provider: str) -> None:
    officer, legal = town.roles["officer"], town.roles["legal"]
    client, address = set_out(running)
    got = back(client, at_provider(address, "officer-7"))
    assert (got.status, "bq_staff" in client.cookies, "officer-7" in got.text) == (422, False, True)

    ctx = open_context(town.home)
    for by in (legal, town.roles["it"]):  # neither the person nor anybody who is no officer
        with pytest.raises(ApprovalError):
            link_identity(ctx, CASE, legal, issuer=provider, subject="officer-7", by=by)
    link_identity(ctx, CASE, legal, issuer=provider, subject="officer-7", by=officer)
    with pytest.raises(StateError, match="another account"):
        link_identity(ctx, CASE, town.roles["it"], issuer=provider, subject="officer-7", by=officer)
    link_identity(ctx, CASE, town.roles["it"], issuer=provider, subject="weak-7", by=officer)
    with ctx.store.transaction() as tx:
        assert [a.target for a in tx.access.list(CASE) if a.action == "account.linked"][-2:] == [
            legal,
            town.roles["it"],
        ]
    ctx.store.close()

    client, address = set_out(running)
    answer = at_provider(address, "officer-7")
    got = back(client, answer)
    assert (got.status, got.headers["refresh"]) == (200, "0; url=/console")
    assert client.get("/console").status == 200
    assert client.get(f"/console/case/{CASE}/approvals").status == 200

    thief, _ = set_out(running)
    assert back(thief, answer).status == 422, "another browser"
    assert back(running.client(), answer).status == 422, "a browser that did not set out"
    client, address = set_out(running)
    kept = client.cookies["bq_provider"]
    answer = at_provider(address, "officer-7")
    assert back(client, answer.replace("state=", "state=x")).status == 422
    client.cookies["bq_provider"] = kept
    assert back(client, answer).status == 200
    client.cookies["bq_provider"] = kept
    assert back(client, answer).status == 422, "an answer comes once"

    client, address = set_out(running)
    got = back(client, at_provider(address, "weak-7"))
    assert (got.status, "bq_staff" in client.cookies) == (422, False)
    assert "第二" in got.text

    ctx = open_context(town.home)
    unlink_identity(ctx, CASE, legal, by=officer)
    with pytest.raises(InputError):
        unlink_identity(ctx, CASE, legal, by=officer)
    ctx.store.close()
    client, address = set_out(running)
    assert back(client, at_provider(address, "officer-7")).status == 422


def test_what_goes_to_the_provider_bears_no_secret_and_pkce(running: Server, provider: str) -> None:
    _, address = set_out(running)
    assert address.startswith(provider)
    for word in ("code_challenge=", "code_challenge_method=S256", "nonce=", "state=", "scope=openid"):
        assert word in address
    assert SECRET not in address
    assert re.search(r"redirect_uri=http%3A%2F%2Flocalhost%3A\d+%2Fconsole%2Fin%2Fprovider%2Fback", address)
    code = parse_qs(urlsplit(at_provider(address, "new-7")).query)["code"][0]
    back_to = parse_qs(urlsplit(address).query)["redirect_uri"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back_to, "code_verifier": "x" * 43}
    token = get_json(f"{provider}/.well-known/openid-configuration")["token_endpoint"]
    with pytest.raises(StateError, match="status 400"):  # whoever caught the code has not the verifier
        post_form(token, ("bequest", SECRET), form)


FILES = {
    "plain address": ('issuer = "http://id.example.com"\nclient_id = "b"\namr = ["mfa"]', InputError),
    "no client": ('issuer = "https://id.example.com"\namr = ["mfa"]', InputError),
    "no second factor": ('issuer = "https://id.example.com"\nclient_id = "b"', InputError),
    "an unknown word": ('issuer = "https://id.example.com"\nclient_id = "b"\namr = ["mfa"]\nscope = "x"', InputError),
    "a secret in the file": (
        'issuer = "https://id.example.com"\nclient_id = "b"\namr = ["mfa"]\nclient_secret = "x"',
        InputError,
    ),
    "a secret that others read": (
        'issuer = "https://id.example.com"\nclient_id = "b"\namr = ["mfa"]\nclient_secret = "file:open"',
        GuardError,
    ),
    "no TOML": ("issuer", InputError),
}


@pytest.mark.parametrize(("text", "error"), FILES.values(), ids=FILES)
def test_a_file_of_a_provider_that_cannot_be_used(tmp_path: Path, text: str, error: type[Exception]) -> None:
    (tmp_path / "open").write_text(SECRET)
    (tmp_path / "open").chmod(0o644)
    (tmp_path / "p.toml").write_text(text)
    with pytest.raises(error):
        read_provider(tmp_path / "p.toml", {})


def test_the_secret_is_shown_nowhere(file: Path) -> None:
    assert SECRET not in repr(read_provider(file, {}))
