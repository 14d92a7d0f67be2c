"""Writes docs/openapi.json, the document of the interface, from the code. `--check` only compares."""

import json
import sys
from pathlib import Path

import bequest.store.configure  # noqa: F401 - Django must be ready before the interface is read
from bequest.web.api.interface import interface

PAGE = Path(__file__).resolve().parents[1] / "docs" / "openapi.json"


def document() -> str:
    """The document as it should be."""
    return json.dumps(interface.get_openapi_schema(), ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Write or compare."""
    if "--check" in sys.argv[1:]:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != document():
            sys.exit("docs/openapi.json is out of date: run scripts/write_openapi.py")
        return
    PAGE.write_text(document(), encoding="utf-8")
    print("docs/openapi.json written")


if __name__ == "__main__":
    main()
