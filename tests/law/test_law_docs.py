"""The page on the law pack names everything that is ours, open, or in the order of asking."""

import re
from pathlib import Path

import pytest

from bequest.law.loader import load_pack

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "law.md").read_text(encoding="utf-8")
PACK = load_pack("cn")
SOURCES = sorted((ROOT / "src/bequest/law").glob("*.py"))

NAMED = [
    *(g.id for g in PACK.gates),
    *PACK.open_points,
    *(n for n, p in PACK.parameters.items() if p.values[0].status.value in {"ours", "open"}),
    *("reduce", "stays_in_use", "verified", "secondary", "open", "ours"),
    *sorted({code for path in SOURCES for code in re.findall(r"BQ-LAW-\d", path.read_text(encoding="utf-8"))}),
]


@pytest.mark.parametrize("name", NAMED)
def test_the_page_names(name: str) -> None:
    assert f"`{name}`" in PAGE


def test_gates_stand_on_the_page_in_the_order_of_asking() -> None:
    places = [PAGE.index(f"| `{g.id}` |") for g in PACK.gates]
    assert places == sorted(places)


def test_only_the_loader_reads_yaml() -> None:
    importers = [p.name for p in SOURCES if re.search(r"^\s*(import|from) yaml", p.read_text("utf-8"), re.MULTILINE)]
    assert importers == ["loader.py"]
