"""`bequest`: entry point, global options, and the one place where errors become messages."""

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from bequest import __version__
from bequest.cli import render
from bequest.cli.state import State
from bequest.cli.table import MODULES, modules_for, register
from bequest.kernel.errors import BequestError, InputError

_OF_THE_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO})
_STOPPED = 130


def program(modules: Sequence[str] = tuple(MODULES)) -> typer.Typer:
    """The command line, with the commands of these modules (see `bequest.cli.table`)."""
    app = typer.Typer(
        name="bequest",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help="客户信息去向：决定、告知、交付、销毁、留证。"
        " What happens to customer information when a business changes hands or ends:"
        " decide, notify, deliver, destroy, prove.",
    )
    app.callback()(options)
    app.command(help="Print the version. 版本。")(version)
    register(app, modules)
    return app


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


def version() -> None:
    """Print the version."""
    render.line(__version__)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; expected failures become a message and their own exit code."""
    os.umask(0o077)
    words = sys.argv[1:] if arguments is None else arguments
    try:
        command = typer.main.get_command(program(modules_for(words)))
        code = command.main(args=words, prog_name="bequest", standalone_mode=False)
    except BequestError as e:
        render.error(e)
        sys.exit(e.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(_stopped())
    except typer.Exit as e:
        sys.exit(e.exit_code)
    except typer.TyperException as e:
        sys.exit(_misread(e))
    except BrokenPipeError:  # whoever read our output has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as e:
        if os.environ.get("BEQUEST_TRACEBACK"):
            raise
        sys.exit(_unexpected(e))
    if code == _STOPPED:
        sys.exit(_stopped())
    sys.exit(code if isinstance(code, int) else 0)


def _stopped() -> int:
    """Stopped from the keyboard; Typer makes an exit code of it."""
    render.err.print(render.say("已中止；再次运行同一命令即可继续", "stopped; run the same command again to go on"))
    return _STOPPED


def _misread(error: typer.TyperException) -> int:
    """A command line that cannot be read: said as any other bad input."""
    found = getattr(error, "ctx", None)
    path = found.command_path if found is not None else "bequest"
    message = error.format_message()
    if isinstance(found, typer.Context) and not found.args and message.startswith("Missing command"):
        render.line(found.get_help())
    if not message:  # a group without a command has shown its help
        return InputError.exit_code
    render.error(InputError(message, hint=f"See `{path} --help`."))
    return InputError.exit_code


def _unexpected(error: Exception) -> int:
    """An error nobody foresaw: where and of which kind, never its text, which may quote somebody's data."""
    if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
        found = InputError(
            f"the disk refuses{f' {Path(str(error.filename)).name}' if error.filename else ''}: {error.strerror}",
            hint="Make room or set the rights, then run the same command again: it goes on where it stopped.",
            code="BQ-INPUT-2",
        )
        render.error(found)
        return found.exit_code
    ours = [f for f in traceback.extract_tb(error.__traceback__) if "bequest" in Path(f.filename).parts]
    place = f"{Path(ours[-1].filename).stem}, line {ours[-1].lineno}" if ours else "an unknown place"
    render.error(
        BequestError(
            f"a defect of this program: {type(error).__name__} in {place}",
            hint="The step is not done; run it again once the cause is gone, and report this line."
            " BEQUEST_TRACEBACK=1 shows the details, which may hold personal data.",
        )
    )
    return BequestError.exit_code
