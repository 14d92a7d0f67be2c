"""`bequest remote`: everything that a server's API does, from the command line of another machine."""

import os
import sys
from json import loads
from pathlib import Path
from typing import Annotated, Any

import typer

from bequest.app.remote import Server
from bequest.app.user_files import read_user_text
from bequest.cli import render
from bequest.cli.state import group
from bequest.crypto.atomic import write_file
from bequest.kernel.errors import InputError

commands = group("经接口使用另一台机器上的 Bequest。 Use the Bequest of another machine over its API.")
Address = Annotated[str, typer.Option("--server", envvar="BEQUEST_SERVER", help="https://HOST of the server")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="remote")


@commands.command(name="operations", help="What the server can do. 服务器能办的事。")
def operations(server: Address = "") -> None:
    found = _server(server).operations()
    rows = [
        (o.name, o.method, ", ".join(n if n in o.needed else f"[{n}]" for n in (*o.in_path, *o.in_query, *o.fields)),
         o.about.partition("\n")[0])
        for o in sorted(found.values(), key=lambda o: (o.path, o.method))
    ]  # fmt: skip
    render.table("", ("operation", "", "takes", "what"), rows)


@commands.command(name="run", help="Do one of them: name and NAME=VALUE. 办其中一件：名称与 NAME=VALUE。")
def run(
    operation: Annotated[str, typer.Argument(help="a name of `bequest remote operations`")],
    given: Annotated[list[str] | None, typer.Argument(help="NAME=VALUE; VALUE @FILE is read from a file")] = None,
    server: Address = "",
    all_pages: Annotated[bool, typer.Option("--all", help="all pages of a list")] = False,
    out: Annotated[Path | None, typer.Option(help="write the answer to this file")] = None,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    there = _server(server)
    known = there.operations()
    if operation not in known:
        raise InputError(f"the server has no {operation!r}", hint="`bequest remote operations` lists what it has.")
    answer = there.call(known[operation], _pairs(given or []), all_pages=all_pages)
    if out is not None:
        write_file(out, answer)
        render.line(render.say(f"写入 {out}", f"written to {out}"))
        return
    try:
        said = loads(answer)
    except ValueError:
        sys.stdout.buffer.write(answer)
        return
    if json or not _as_table(said):
        render.print_json(said)


def _as_table(said: Any) -> bool:
    """Show a list of flat things as a table; whether it was one."""
    items = said.get("items") if isinstance(said, dict) else said
    if not isinstance(items, list) or not items or not all(isinstance(i, dict) for i in items):
        return False
    names = [n for n, v in items[0].items() if not isinstance(v, (dict, list))]
    render.table("", names, [["" if i.get(n) is None else i[n] for n in names] for i in items])
    if isinstance(said, dict) and said.get("next"):
        render.line(render.say("后面还有：加 --all", "there is more: add --all"))
    return True


def _pairs(given: list[str]) -> dict[str, str]:
    found = {}
    for pair in given:
        name, has, value = pair.partition("=")
        if not has or not name:
            raise InputError("a value is given as NAME=VALUE", hint="Such as case_id=demo-e5.")
        hint = "Write NAME=@FILE for a file that is there."
        found[name] = read_user_text(Path(value[1:]), f"file of {name}", hint=hint) if value[:1] == "@" else value
    return found


def _server(address: str) -> Server:
    if not address:
        raise InputError("no server is named", hint="Use --server https://HOST, or set BEQUEST_SERVER.")
    token = os.environ.get("BEQUEST_TOKEN", "")
    if not token and (path := os.environ.get("BEQUEST_TOKEN_FILE", "")):
        hint = "BEQUEST_TOKEN_FILE names the file that holds the token."
        token = read_user_text(Path(path), "token file", hint=hint).strip()
    if not token or not token.isascii() or not token.isprintable():
        raise InputError(
            "there is no token to ask with",
            hint="Set BEQUEST_TOKEN, or BEQUEST_TOKEN_FILE; `bequest account token` makes one.",
        )
    return Server(address, token, render.language())
