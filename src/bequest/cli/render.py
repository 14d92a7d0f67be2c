"""Everything the command line prints: tables, progress, errors, JSON."""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, is_dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from bequest.documents.errors import chinese
from bequest.kernel.canonical import to_json
from bequest.kernel.errors import BequestError

out = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
err = Console(stderr=True, soft_wrap=True, highlight=False, markup=False, emoji=False)
"""Text is printed as it is: a name in brackets or between colons is no markup."""


WIDE = 200
"""Columns for a table that goes to a file or a program: nobody's window is narrow there."""


def language() -> str:
    """`zh` or `en`: from BEQUEST_LANG, else from the locale."""
    wanted = os.environ.get("BEQUEST_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "zh" if wanted.lower().startswith("zh") else "en"


def say(zh: str, en: str) -> str:
    """The text in the user's language."""
    return zh if language() == "zh" else en


def line(text: str) -> None:
    """One plain line."""
    out.print(text, markup=False)


def print_json(value: object) -> None:
    """JSON on standard output, for programs. Fractions, such as seconds and shares, stay numbers."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=_plain) + "\n")


def _plain(value: object) -> object:
    """One level of what JSON has no form for: records as tables, all else as the canonical encoding has it."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: getattr(value, f.name) for f in fields(value)}
    return to_json(value)


def error(e: BequestError) -> None:
    """An expected failure: code, message, way out."""
    message, hint = (chinese(e.message), chinese(e.hint)) if language() == "zh" else (e.message, e.hint)
    err.print(f"{e.code}: {message}", style="bold", markup=False)
    if hint:
        err.print(f"  {hint}", markup=False)


def figures(counts: Mapping[str, object]) -> str:
    """Counts as words and numbers on one line."""
    return ", ".join(f"{k} {v:,}" for k, v in counts.items() if isinstance(v, int))


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, figures: Sequence[int] = ()) -> None:
    """A table; the columns numbered in `figures` are right-aligned with thousands separators."""
    made = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    wide = None if out.is_terminal else WIDE
    for i, name in enumerate(columns):
        made.add_column(name, justify="right" if i in figures else "left", overflow="fold")
    for row in rows:
        made.add_row(*(f"{v:,}" if isinstance(v, int) and not isinstance(v, bool) else str(v) for v in row))
    out.print(made, width=wide)


@dataclass
class Bars:
    """Progress bars, one per label; plain lines where the output is no terminal."""

    bars: Progress
    tasks: dict[str, TaskID] = field(default_factory=dict)
    last: str = ""

    def __call__(self, label: str, done: int, total: int) -> None:
        """`done` of `total` of `label` are finished."""
        if not err.is_terminal:
            step = label.split(" ", 1)[0]
            if step != self.last:
                self.last = step
                err.print(f"… {step}", markup=False)
            return
        if label not in self.tasks:
            self.tasks[label] = self.bars.add_task(label, total=total)
        finished = done >= total
        self.bars.update(self.tasks[label], completed=done, total=total, visible=not finished)


@contextmanager
def progress() -> Iterator[Bars]:
    """Bars while the block runs."""
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )
    with bars:
        yield Bars(bars)
