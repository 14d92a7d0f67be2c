"""`bequest witness`: for somebody apart from the log's keeper, who cosigns its head and remembers what was seen."""

from pathlib import Path
from typing import Annotated

import typer

from bequest.app.user_files import new_user_file, read_user_bytes
from bequest.app.witness_folder import make_witness, sign_request, watched_logs
from bequest.app.witness_http import make_server
from bequest.cli import render
from bequest.cli.state import group
from bequest.evidence.note import parse_vkey
from bequest.kernel.clock import Clock, SystemClock, rfc3339_of
from bequest.kernel.errors import InputError

commands = group("见证人：会签日志头，记住所见。 A witness: cosigns the head of a log, remembers what it saw.")
Folder = Annotated[Path, typer.Argument(help="见证人的文件夹 · the witness's folder")]
LogKey = Annotated[str, typer.Option(help="first time: the log's verifier key, or a file with it")]
clock: Clock = SystemClock()
"""A witness's own: no case's clock, which can be moved."""


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="witness")


@commands.command(help="Make the key of a witness. 生成见证人的密钥。")
def key(
    folder: Folder, name: Annotated[str, typer.Option(help="such as witness.example/notary; parties see it")]
) -> None:
    made = make_witness(folder, name)
    render.line(made.vkey)
    render.line(
        render.say(
            f"请把上面一行（{folder / 'witness.vkey'}）交给各方，写入案件文件的 [evidence]；文件夹留在自己手里。",
            f"Give the line above ({folder / 'witness.vkey'}) to the parties, for [evidence] of the case file;"
            " keep the folder to yourself.",
        )
    )


@commands.command(help="Cosign the head in a request, where it contains the one seen last. 核对并会签日志头。")
def sign(
    folder: Folder,
    request: Annotated[Path, typer.Argument(help="bequest evidence checkpoint 写出的文件 · the file it wrote")],
    log: LogKey = "",
    out: Annotated[Path | None, typer.Option(help="where the cosignature goes; beside the request otherwise")] = None,
) -> None:
    hint = "Give the file that `bequest evidence checkpoint` wrote."
    made = sign_request(folder, read_user_bytes(request, "request", hint=hint), clock, log=_key_text(log))
    path = out or request.with_suffix(".cosignature")
    with new_user_file(path) as beside:
        beside.write_text(made.line, encoding="utf-8")
    at = rfc3339_of(made.time)
    render.line(
        render.say(
            f"{made.origin}：上次所见 {made.before} 条，现 {made.size} 条，包含上次所见；{at} 会签。",
            f"{made.origin}: {made.before} entries seen before, {made.size} now, which contain them; cosigned {at}.",
        )
    )
    render.line(f"cosignature: {path}")


@commands.command(name="logs", help="List the logs watched and the head seen last. 所见证的日志与最近日志头。")
def logs_(folder: Folder) -> None:
    render.table(
        "", ("log", render.say("条数", "entries"), render.say("会签时间", "cosigned at")),
        [(parse_vkey(w.vkey).name, w.size, rfc3339_of(w.time) if w.time else "—") for w in watched_logs(folder)],
        figures=(1,),
    )  # fmt: skip


@commands.command(help="Answer over HTTP (C2SP tlog-witness); put TLS before it. 以 HTTP 会签。")
def serve(
    folder: Folder,
    host: Annotated[str, typer.Option(help="address to listen at")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen at")] = 8650,
) -> None:
    try:
        server = make_server(folder, (host, port), clock, render.line)
    except OSError as error:
        raise InputError(
            f"{host}:{port} cannot be listened at: {error.strerror}", hint="Choose another port."
        ) from None
    render.line(f"http://{host}:{server.server_port}/")
    with server:
        server.serve_forever()


def _key_text(log: str) -> str:
    """The verifier key given, or the one in the file given."""
    if not log or ("+" in log and not Path(log).is_file()):
        return log
    return read_user_bytes(Path(log), "log key", hint="It is a file such as log.vkey.").decode("utf-8", "replace")
