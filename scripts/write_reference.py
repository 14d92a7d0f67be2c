"""Write the tables of the reference pages from the code: commands, error codes, events, case file, limits.

    python scripts/write_reference.py            writes the pages named in `PARTS`
    python scripts/write_reference.py --check    says which of them are out of date (exit code 1)

Each page has its own words around a part between two marks; only that part is written.
"""

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any

import typer

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts import reference_detectors
from scripts.reference_case_file import SECTIONS, WORDS, rows

from bequest.cli.main import program
from bequest.documents.limits import LIMITS
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
    rows = (
        (f"`{words}` {_arguments(c)}", *_both(c.help or ""))
        for words, c in _commands(typer.main.get_command(program()))
    )
    return _table(("command", "中文", "English"), rows)


def options() -> str:
    """A section for each command: both halves of its help, how it is called, every argument and option."""
    return "\n\n".join(_section(words, c) for words, c in _commands(typer.main.get_command(program())))


def _section(words: str, command: Any) -> str:
    zh, en = _both(command.help or "")
    shown = [p for p in command.params if p.name != "help"]
    call = " ".join([words, *(_called(p) for p in shown)])
    lines = [f"### {words}", "", f"{zh} {en}".strip(), "", "```text", call, "```"]
    if shown:
        cells = ((f"`{_name(p)}`", _kind(p), *parameter(p), _default(p)) for p in shown)
        lines += ["", _table(("", "", "中文", "English", ""), cells)]
    return "\n".join(lines)


def _name(p: Any) -> str:
    return p.name.upper() if p.param_type_name == "argument" else p.opts[0]


def _called(p: Any) -> str:
    text = _name(p) if p.param_type_name == "argument" or p.is_flag else f"{_name(p)} …"
    return text if p.required else f"[{text}]"


def _kind(p: Any) -> str:
    if p.param_type_name == "option" and p.is_flag:
        return ""
    kind = p.type_descriptor.annotation
    if inspect.isclass(kind) and issubclass(kind, Enum):
        return ", ".join(f"`{e.value}`" for e in kind)
    return {int: "number", Path: "path"}.get(kind, "several" if p.multiple else "text") if p.opts else ""


def _default(p: Any) -> str:
    if p.required:
        return "required"
    value = p.default.value if isinstance(p.default, Enum) else p.default
    return "" if value in (None, "", False) or isinstance(value, bool) else f"`{value}`"


def parameter(p: Any) -> tuple[str, str]:
    """What an argument or option means, in Chinese and English: its help, else the words written beside this script.

    Raises:
        KeyError: where neither says anything.
    """
    if p.param_type_name == "option" and p.help:
        text = re.split(r" / |\s*(?=[\u4e00-\u9fff])", p.help)[0]
        return WORDS["options"][p.opts[0]], text
    if p.help:
        return WORDS["parameters"].get(p.name, [p.help])[0], p.help
    zh, en = WORDS["parameters"][p.name]
    return zh, en


def case_file(lang: int) -> str:
    """Every table of the case file with every key; `lang` is 0 for Chinese, 1 for English."""
    heads = (("键", "类型", "不写则为", "含义"), ("key", "type", "if left out", "meaning"))[lang]
    parts = [
        f"## `{written}` {WORDS['heads'][section][lang]}\n\n{_table(heads, rows(section, lang))}"
        for section, (written, _, _) in SECTIONS.items()
    ]
    return "\n\n".join(parts)


def limits(lang: int) -> str:
    """What no certificate can prove, as printed on each."""
    return "\n".join(f"{n}. {(w.zh, w.en)[lang]}" for n, w in enumerate(LIMITS, start=1))


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


def detector_table(name: str, lang: int) -> str:
    """One of the tables of the detector pages."""
    heads, lines = getattr(reference_detectors, f"{name}_heads"), getattr(reference_detectors, f"{name}_rows")
    return _table(heads(lang), lines(lang))


DETECTOR_TABLES = {"classes": "class", "detectors": "detector", "exports": "export", "rules": "rule"}
PARTS: dict[str, dict[str, Callable[[], str]]] = {
    "commands.md": {"commands": commands, "errors": errors, "options": options},
    "evidence.md": {"events": events},
    "case-file.zh.md": {"case file": partial(case_file, 0)},
    "case-file.md": {"case file": partial(case_file, 1)},
    "not-provable.zh.md": {"limits": partial(limits, 0)},
    "not-provable.md": {"limits": partial(limits, 1)},
    "detectors.zh.md": {name: partial(detector_table, one, 0) for name, one in DETECTOR_TABLES.items()},
    "detectors.md": {name: partial(detector_table, one, 1) for name, one in DETECTOR_TABLES.items()},
}


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
