"""Which module brings which commands: one command line loads one of them, not all.

Loading them all takes as long as many a command itself. A test holds the table against what the modules register.
"""

import importlib
from collections.abc import Sequence

import typer

MODULES = {
    "demo": ("demo",),
    "case": ("case",),
    "source": ("source",),
    "discover": ("discover", "map"),
    "faults": ("faults",),
    "link": ("link",),
    "review": ("review",),
    "assess": ("assess",),
    "plan": ("plan", "explain", "approve"),
    "notify": ("notify",),
    "portal": ("portal",),
    "publicity": ("publicity",),
    "step": ("cutover", "close"),
    "deliver": ("deliver", "receive", "accept", "receipt"),
    "escrow": ("escrow",),
    "withdraw": ("withdraw", "carry-out"),
    "hold": ("hold",),
    "task": ("task",),
    "scrub": ("scrub",),
    "destroy": ("destroy",),
    "adjudicate": ("adjudicate",),
    "certificate": ("certificate",),
    "custody": ("custody",),
    "evidence": ("evidence", "bundle", "verify", "report"),
    "witness": ("witness",),
    "serve": ("serve",),
    "worker": ("worker",),
    "account": ("account",),
    "key": ("key",),
    "webhook": ("webhook",),
    "remote": ("remote",),
    "backup": ("backup", "restore"),
    "diligence": ("diligence",),
    "show_tables": ("show-tables",),
    "trace": ("trace",),
    "law": ("law",),
}
"""Module of `bequest.cli.commands` → the commands and groups it registers, in the order of the help."""

_WITH_A_VALUE = "--home"


def modules_for(arguments: Sequence[str]) -> tuple[str, ...]:
    """The modules that a command line needs: that of its command, or all where it names none of them."""
    rest = iter(arguments)
    for word in rest:
        if word == _WITH_A_VALUE:
            next(rest, None)
        elif not word.startswith("-"):
            return tuple(m for m, names in MODULES.items() if word in names) or tuple(MODULES)
    return tuple(MODULES)


def register(app: typer.Typer, modules: Sequence[str]) -> None:
    """Add the commands of modules."""
    for name in modules:
        importlib.import_module(f"bequest.cli.commands.{name}").register(app)
