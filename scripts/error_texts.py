"""The messages and hints of all errors in the code, as templates: what `documents/errors.zh.tsv` must translate.

`python scripts/error_texts.py` prints those that have none and the translations that belong to no message any more.
A template has `{1}`, `{2}` … where the message names something.
"""

import ast
import itertools
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "bequest"
ERRORS = frozenset(
    node.name
    for node in ast.walk(ast.parse((SOURCE / "kernel" / "errors.py").read_text(encoding="utf-8")))
    if isinstance(node, ast.ClassDef)
) | {"fault", "fail"}
"""Whose arguments are messages: the errors; `Table.fault` and `Entry.fail`, which put the place before them."""


def templates() -> dict[str, str]:
    """Template → `file:line` of one place it stands at."""
    found: dict[str, str] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _called(node.func) in ERRORS:
                hints = (k.value for k in node.keywords if k.arg in {"hint", "message", "problem"})
                for text in itertools.chain.from_iterable(_texts(a) for a in itertools.chain(node.args, hints)):
                    found.setdefault(text, f"{path.relative_to(SOURCE)}:{node.lineno}")
    return {t: at for t, at in found.items() if _says_something(t)}


def _says_something(text: str) -> bool:
    """Whether there is a word beside the placeholders: `{1}: {2}` joins two messages that have texts of their own."""
    return " " in text and len(re.findall(r"[A-Za-z]{2,}", re.sub(r"\{\d+\}", "", text))) > 0


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


def _texts(node: ast.expr) -> Iterator[str]:
    """Every text an argument may be; what is worked out elsewhere is none of ours."""
    if isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield _numbered(node)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        for left in _texts(node.left):
            for right in _texts(node.right):
                yield _renumbered(left + right)


def _renumbered(text: str) -> str:
    count = itertools.count(1)
    return re.sub(r"\{\d+\}", lambda _: f"{{{next(count)}}}", text)


def _numbered(node: ast.JoinedStr) -> str:
    text, n = "", 0
    for part in node.values:
        if isinstance(part, ast.Constant):
            text += str(part.value)
        else:
            n += 1
            text += f"{{{n}}}"
    return text


def main() -> int:
    """Print what is missing and what is left over; 1 where there is any."""
    sys.path.insert(0, str(ROOT / "src"))
    from bequest.documents.errors import translations

    have, wanted = translations(), templates()
    for text, at in wanted.items():
        if text not in have:
            sys.stdout.write(f"{at}\t{text!r}\n")
    for text in have.keys() - wanted.keys():
        sys.stdout.write(f"left over\t{text!r}\n")
    return int(have.keys() != wanted.keys())


if __name__ == "__main__":
    sys.exit(main())
