"""What commands share: where home is, the context opened when needed, groups with a default command."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from bequest.app.context import Context, open_context
from bequest.app.queries.case import case_overview
from bequest.cli import render
from bequest.store.settings import database_url


@dataclass(slots=True)
class State:
    """Global options."""

    home: Path

    @contextmanager
    def context(self, *, create: bool = False) -> Iterator[Context]:
        """The app's context, with progress bars. With `create` a home that is not there yet is made."""
        with render.progress() as bars:
            yield open_context(self.home, progress=bars, create=create, environ=os.environ, database_url=database_url())


class DefaultGroup(TyperGroup):
    """A group whose command `run` is meant where the first word is no command: `bequest plan CASE`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Put `run` before words that name no command."""
        named = not args or args[0].startswith("-") or self.get_command(ctx, args[0]) is not None
        if not named and self.get_command(ctx, "run") is not None:
            args = ["run", *args]
        return super().resolve_command(ctx, args)


def group(help_text: str) -> typer.Typer:
    """A group of commands with a default one."""
    return typer.Typer(cls=DefaultGroup, no_args_is_help=True, help=help_text, pretty_exceptions_enable=False)


def warn_register(context: Context, case_id: str) -> None:
    """Say how many days are left where the company is about to be struck off."""
    warning = case_overview(context, case_id).warning
    if warning:
        render.line(render.say(*warning))


def state_of(ctx: typer.Context) -> State:
    """The global options."""
    state = ctx.find_root().obj
    assert isinstance(state, State)  # noqa: S101 - set by the root callback
    return state
