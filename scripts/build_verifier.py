"""Build `bequest-verify.pyz`: the stand-alone verifier in one file, with just the modules it needs.

    python scripts/build_verifier.py OUT

The modules are found by following the imports from `bequest.evidence.verify_cli`, so that the archive is never out of
step. The same sources give the same bytes: names sorted, one date, nothing compressed. It needs Python 3.11 or later;
`cryptography` is taken where it is installed, `rfc3161-client` checks time stamps.
"""

import ast
import os
import sys
import zipfile
from pathlib import Path

SOURCES = Path(__file__).resolve().parent.parent / "src"
ENTRY = "bequest.evidence.verify_cli"
_MAIN = f"""from {ENTRY} import main

raise SystemExit(main())
"""
_SHEBANG = b"#!/usr/bin/env python3\n"
_DATE = (1980, 1, 1, 0, 0, 0)


def module_path(name: str, sources: Path = SOURCES) -> Path | None:
    """The file of a module of ours, where there is one."""
    stem = sources.joinpath(*name.split("."))
    for path in (stem.with_suffix(".py"), stem / "__init__.py"):
        if path.is_file():
            return path
    return None


def imported_by(path: Path) -> set[str]:
    """Names of ours that a module imports, at any place in it; some may be names inside a module."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.update({node.module, *(f"{node.module}.{alias.name}" for alias in node.names)})
    return {name for name in names if name.split(".")[0] == "bequest"}


def needed(entry: str = ENTRY, sources: Path = SOURCES) -> dict[str, Path]:
    """Archive name → file of the entry module and all it imports of ours, with the packages they are in."""
    found: dict[str, Path] = {}
    waiting = [entry]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        path = module_path(name, sources)
        if path is None:
            continue  # a name inside a module
        found[path.relative_to(sources).as_posix()] = path
        waiting.extend(imported_by(path))
        if "." in name:
            waiting.append(name.rsplit(".", 1)[0])
    return found


def build(out: Path) -> None:
    """Write the archive, whole or not at all."""
    files = {name: path.read_bytes() for name, path in needed().items()}
    files["__main__.py"] = _MAIN.encode()
    beside = out.with_name(f".{out.name}.partial")
    with beside.open("wb") as raw:
        raw.write(_SHEBANG)
        with zipfile.ZipFile(raw, "w", zipfile.ZIP_STORED) as archive:
            for name in sorted(files):
                entry = zipfile.ZipInfo(name, _DATE)
                entry.external_attr = 0o644 << 16
                entry.create_system = 3
                archive.writestr(entry, files[name])
        raw.flush()
        os.fsync(raw.fileno())
    beside.chmod(0o755)
    beside.replace(out)


def main(arguments: list[str]) -> int:
    """The command line."""
    if len(arguments) != 1:
        sys.stderr.write("usage: build_verifier.py OUT\n")
        return 2
    out = Path(arguments[0])
    if out.is_dir():
        out /= "bequest-verify.pyz"
    build(out)
    print(f"{out.name}: {len(needed())} modules, {out.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
