"""Write the tables of the reference pages from the code: commands, error codes, evidence events.

    python scripts/write_reference.py            writes docs/commands.md and docs/evidence.md
    python scripts/write_reference.py --check    says which of them are out of date (exit code 1)

Each page has its own words around a part between two marks; only that part is written.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from bequest.cli.main import app
from bequest.evidence.event_types import MEANINGS, MOVING, NEEDS_APPROVAL, EventType
from bequest.kernel.errors import BequestError

DOCS = Path(__file__).resolve().parent.parent / "docs"
BEGIN, END = "<!-- {name}: written by scripts/write_reference.py -->", "<!-- end of {name} -->"
HAN = re.compile(r"[\u4e00-\u9fff]")


def _table(heads: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _commands(command: Any, words: tuple[str, ...] = ("bequest",)) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield " ".join(words), command
        return
    for name, one in inner.items():
        yield from _commands(one, (*words, name))


def _both(text: str) -> tuple[str, str]:
    """The Chinese and the English half of a help text, whichever comes first."""
    sentences = re.findall(r"[^。.]+[。.]?(?:\s|$)?", text)
    zh = "".join(s for s in sentences if HAN.search(s)).strip()
    en = "".join(s for s in sentences if not HAN.search(s)).strip()
    return zh, en


def _arguments(command: Any) -> str:
    said = []
    for p in command.params:
        if p.name == "help":
            continue
        if p.param_type_name == "argument":
            said.append(p.name.upper() if p.required else f"[{p.name.upper()}]")
        else:
            said.append(f"`{p.opts[0]}`" if p.required else f"[`{p.opts[0]}`]")
    return " ".join(said)


def commands() -> str:
    """Every command with its arguments and both halves of its help."""
    rows = ((f"`{words}` {_arguments(c)}", *_both(c.help or "")) for words, c in _commands(typer.main.get_command(app)))
    return _table(("command", "中文", "English"), rows)


def families(of: type[BequestError] = BequestError) -> Iterator[type[BequestError]]:
    """Every family of errors, from the root."""
    yield of
    for inner in of.__subclasses__():
        if inner.__module__ == BequestError.__module__:
            yield from families(inner)


def errors() -> str:
    """Every family of errors: code, exit code, meaning."""
    rows = (
        (f"`{f.code}`", str(f.exit_code), (f.__doc__ or "").strip().splitlines()[0].rstrip("."))
        for f in sorted(families(), key=lambda f: (f.exit_code, f.code))
    )
    return _table(("code", "exit code", "meaning"), rows)


def events() -> str:
    """Every type of evidence event with its meaning in both languages."""

    def row(t: EventType) -> tuple[str, ...]:
        marks = []
        if t.is_intent:
            marks.append(f"before the act; `{t.outcome.value}` follows")
        if t in NEEDS_APPROVAL:
            marks.append("only behind an approved plan")
        if t in MOVING:
            marks.append("never where nothing moves (E2)")
        zh, en = MEANINGS[t]
        return f"`{t.value}`", zh, en, "; ".join(marks)

    return _table(("event", "中文", "English", "rule"), (row(t) for t in EventType))


PARTS = {"commands.md": {"commands": commands, "errors": errors}, "evidence.md": {"events": events}}


def renewed(page: str, text: str) -> str:
    """The page with its written parts made anew.

    Raises:
        ValueError: where a page has lost the marks of a part.
    """
    for name, made in PARTS[page].items():
        begin, end = BEGIN.format(name=name), END.format(name=name)
        if text.count(begin) != 1 or text.count(end) != 1:
            raise ValueError(f"docs/{page} has no marks of the part {name}")
        head, rest = text.split(begin)
        text = f"{head}{begin}\n{made()}\n{end}{rest.split(end)[1]}"
    return text


def main() -> int:
    """Write or check every page."""
    stale = []
    for page in PARTS:
        path = DOCS / page
        text = path.read_text(encoding="utf-8")
        new = renewed(page, text)
        if new != text:
            stale.append(page)
            if "--check" not in sys.argv:
                path.write_text(new, encoding="utf-8")
    print(
        "\n".join(f"docs/{p} {'is out of date' if '--check' in sys.argv else 'written'}" for p in stale) or "up to date"
    )
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
