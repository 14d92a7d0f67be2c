"""`bequest`: entry point, global options, and the one place where errors become messages."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from bequest import __version__
from bequest.cli import render
from bequest.cli.commands import case, deliver, demo, destroy, discover, evidence, law, link, notify, plan, step
from bequest.cli.state import State
from bequest.kernel.errors import BequestError

app = typer.Typer(
    name="bequest",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="客户信息去向：决定、告知、交付、销毁、留证。"
    " What happens to customer information when a business changes hands or ends:"
    " decide, notify, deliver, destroy, prove.",
)


@app.callback()
def options(
    ctx: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(
            help="Where cases are kept / 案件所在目录 (default: BEQUEST_HOME, else ./.bequest).", show_default=False
        ),
    ] = None,
) -> None:
    """Global options."""
    ctx.obj = State(home or Path(os.environ.get("BEQUEST_HOME", ".bequest")))


@app.command(help="Print the version / 版本。")
def version() -> None:
    """Print the version."""
    render.line(__version__)


for module in (demo, case, discover, link, plan, notify, step, deliver, destroy, evidence, law):
    module.register(app)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; expected failures become a message and their own exit code."""
    os.umask(0o077)
    command = typer.main.get_command(app)
    try:
        code = command.main(args=arguments, prog_name="bequest", standalone_mode=False)
    except BequestError as e:
        render.error(e)
        sys.exit(e.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        render.err.print("stopped; run the same command again to go on")
        sys.exit(130)
    except typer.Exit as e:
        sys.exit(e.exit_code)
    except typer.TyperException as e:
        render.err.print(e.format_message() if hasattr(e, "format_message") else str(e), markup=False)
        sys.exit(2)
    sys.exit(code if isinstance(code, int) else 0)
