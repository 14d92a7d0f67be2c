"""The source tree, read: modules, functions with their length, dotted names with their imports resolved."""

import ast
import builtins
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "bequest"


def modules() -> list[Path]:
    """Every module of the product."""
    return sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    """The path below the package, as tests name it."""
    return path.relative_to(PACKAGE).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    """The module's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def _imports(tree: ast.Module) -> dict[str, str]:
    """Local name → what it stands for."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for a in node.names:
                names[a.asname or a.name.split(".")[0]] = a.name if a.asname else a.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module:
            for a in node.names:
                names[a.asname or a.name] = f"{node.module}.{a.name}"
    return names


@cache
def dotted_names(tree: ast.Module) -> tuple[tuple[int, str], ...]:
    """Line and full name of everything that is named: `now` of `from datetime import datetime as d; d.now`."""
    return tuple(_dotted_names(tree, _imports(tree)))


def _dotted_names(tree: ast.Module, known: dict[str, str]) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        parts: list[str] = []
        inner: ast.expr | ast.AST = node
        while isinstance(inner, ast.Attribute):
            parts.append(inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name):
            own = inner.id if hasattr(builtins, inner.id) else f"~{inner.id}"  # a variable is no module of that name
            yield inner.lineno, ".".join([known.get(inner.id, own), *reversed(parts)])


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Every function with its lines of code: without its docstring."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            length = node.end_lineno - node.lineno + 1
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and first.end_lineno is not None:
                length -= first.end_lineno - first.lineno + 1
            yield node.name, length


def tracked() -> list[Path]:
    """Every file that belongs to the project: those git knows, or all that is not made by tools."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, capture_output=True, check=True,
        ).stdout.decode()  # fmt: skip
        return sorted(p for name in listed.split("\0") if name and (p := ROOT / name).is_file())
    except (OSError, subprocess.CalledProcessError):
        made = {".venv", ".tools", "dist", "demo-out", "__pycache__", ".git"}
        return sorted(p for p in ROOT.rglob("*") if p.is_file() and not made & set(p.relative_to(ROOT).parts))
