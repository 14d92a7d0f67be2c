"""Write docs/licences.md: every package that the product needs at run time, with its version and licence.

python scripts/write_licences.py            writes the page
python scripts/write_licences.py --check    says whether it is out of date (exit code 1)
"""

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "licences.md"
PINNED = re.compile(r"^([A-Za-z0-9_.\-]+)==([^ ;\\]+)", re.MULTILINE)
REFUSED = re.compile(r"\b(?<!L)GPL|AGPL", re.IGNORECASE)
DATA = """
Data in the package: `steps/link/hanzi.tsv` is made from the tables of pypinyin (MIT) and OpenCC (Apache-2.0).
"""
HEAD = """# Third-party licences

What the product needs at run time, with the optional database drivers. Nothing is under the GPL or AGPL; the LGPL is
accepted for libraries used as they are. `make sbom` writes the same as a CycloneDX bill of materials.

| package | version | licence |
|---|---|---|
"""


def licence(name: str) -> str:
    """What the package's own metadata says."""
    try:
        found = metadata(name)
    except PackageNotFoundError:
        return "not installed here"
    said = found.get("License-Expression") or ""
    kinds = [c.split(" :: ")[-1] for c in found.get_all("Classifier") or () if c.startswith("License ::")]
    plain = (found.get("License") or "").strip().splitlines()
    return said or ", ".join(k for k in kinds if k != "OSI Approved") or (plain[0][:60] if plain else "not stated")


def page() -> str:
    """The page as it should be."""
    pinned = dict(PINNED.findall((ROOT / "requirements" / "databases.txt").read_text(encoding="utf-8")))
    rows = [f"| {name} | {version} | {licence(name)} |" for name, version in sorted(pinned.items())]
    return HEAD + "\n".join(rows) + "\n" + DATA


def main() -> None:
    """Write or check the page; refuse to list what may not be shipped."""
    text = page()
    wrong = [row for row in text.splitlines() if row.startswith("| ") and REFUSED.search(row.split("|")[3])]
    if wrong:
        sys.exit("not to be shipped: " + "; ".join(wrong))
    if "--check" in sys.argv[1:]:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
            sys.exit("docs/licences.md is out of date: run scripts/write_licences.py")
        return
    PAGE.write_text(text, encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)} written")


if __name__ == "__main__":
    main()
