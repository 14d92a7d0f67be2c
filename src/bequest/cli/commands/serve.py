"""`bequest serve`: portal, console and the receiver's desk in the browser."""

import ipaddress
import json
import os
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from bequest.app.console.provider import read_provider
from bequest.cli import render
from bequest.cli.mail import mail_server
from bequest.cli.serving import SETTING
from bequest.cli.state import state_of
from bequest.crypto.assertion import LOCAL, is_origin_of
from bequest.crypto.links import server_key
from bequest.kernel.errors import GuardError, InputError
from bequest.store.boot import is_home

PARTS = ("", "portal", "console", "desk")
PORT = 8640


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="serve", help="Portal and console in the browser. 启动门户和控制台。")(serve)


def serve(
    ctx: typer.Context,
    host: Annotated[str, typer.Option(help="address to listen at")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen at")] = PORT,
    only: Annotated[str, typer.Option(help="portal, console or desk: only this part")] = "",
    public_host: Annotated[
        list[str] | None, typer.Option(help="host name under which browsers reach it, behind a proxy with TLS")
    ] = None,
    console_at: Annotated[
        str, typer.Option(help="origin under which browsers reach the console; passkeys are bound to its host")
    ] = "",
    provider: Annotated[
        Path | None, typer.Option(help="TOML file of an identity provider (OpenID Connect) for the console")
    ] = None,
    workers: Annotated[int, typer.Option(help="server processes")] = 1,
    smtp: Annotated[str, typer.Option(help="mail server host:port for one-time codes")] = "",
    sender: Annotated[str, typer.Option(help="sender address")] = "",
    tls: Annotated[str, typer.Option(help="none, starttls or implicit")] = "starttls",
    text_program: Annotated[
        Path | None, typer.Option(help="program that sends a text message: JSON with `to` and `text` on standard input")
    ] = None,
) -> None:
    if only not in PARTS:
        raise InputError(
            f"there is no part {only!r} to serve", hint="Write --only portal, --only console or --only desk."
        )
    if not _is_loopback(host) and not public_host:
        raise GuardError(
            "beyond this machine the site is served behind a proxy with TLS only",
            hint="Name it with --public-host, or leave out --host: cookies and links must not travel in clear.",
        )
    home = state_of(ctx).home.resolve()
    if not is_home(home):
        raise InputError(f"{home} is no home directory: it holds no cases", hint="Name it with --home or BEQUEST_HOME.")
    mail_server(smtp, sender, tls)
    if text_program is not None and not (text_program.is_file() and os.access(text_program, os.X_OK)):
        raise InputError(f"{text_program} is no program that can be run", hint="Name an executable file.")
    program = str(text_program.resolve()) if text_program else ""
    names = [*(public_host or []), "127.0.0.1", "localhost", "[::1]"]
    origin = console_at or (f"https://{public_host[0]}" if public_host else f"http://{LOCAL}:{port}")
    if not is_origin_of(origin, urlsplit(origin).hostname or "") or urlsplit(origin).hostname not in names:
        raise InputError(
            "--console-at is no origin of this site",
            hint="Write https://HOST with a host that --public-host names, without a path.",
        )
    if provider is not None:
        read_provider(provider, os.environ)
    os.environ[SETTING] = json.dumps(
        {
            "home": str(home), "only": only, "hosts": names, "key": server_key().hex(), "proxy": bool(public_host),
            "origin": origin, "provider": str(provider.resolve()) if provider else "",
            "carriers": {"smtp": smtp, "sender": sender, "tls": tls, "program": program},
        }
    )  # fmt: skip
    for line in _addresses(only, (public_host or [f"{host}:{port}"])[0], secure=bool(public_host)):
        render.line(line)
    _run(host, port, workers)


def _run(host: str, port: int, workers: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "bequest.cli.serving:application", address=host, port=port, interface=Interfaces.WSGI, workers=workers,
        blocking_threads=8, factory=True, log_enabled=False, respawn_failed_workers=True,
        working_dir=Path.cwd(), websockets=False,
    ).serve()  # fmt: skip


def _addresses(only: str, where: str, *, secure: bool) -> list[str]:
    base = f"{'https' if secure else 'http'}://{where}"
    lines = []
    if only in {"", "console"}:
        lines.append(render.say(f"控制台：{base}/console", f"console: {base}/console"))
    if only in {"", "desk"}:
        lines.append(render.say(f"接收方的接收台：{base}/desk", f"receiver's desk: {base}/desk"))
    if only in {"", "portal"}:
        lines.append(render.say(f"客户门户：{base}/", f"customer portal: {base}/"))
    return lines


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
