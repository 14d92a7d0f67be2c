"""Each row of the threat model names a test that exists, in both languages the same, or says that nothing helps."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from tests.arch.tree import ROOT

PAGES = {"en": ROOT / "docs" / "threat-model.md", "zh": ROOT / "docs" / "threat-model.zh.md"}
NAMED = re.compile(r"`(tests/[a-z0-9_/]+\.py)::(test_[a-z0-9_]+)`")
NOTHING = {"en": "*nothing*", "zh": "没有办法"}
WANTED = (
    "split view",
    "rollback",
    "truncation",
    "replay",
    "forged receipt",
    "fake destruction certificate",
    "backdating",
)


def rows(lang: str) -> list[list[str]]:
    lines = [line for line in PAGES[lang].read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines[1:]]


@cache
def functions_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def named(lang: str) -> list[list[tuple[str, str]]]:
    return [NAMED.findall(" ".join(row)) for row in rows(lang)]


@pytest.mark.parametrize("lang", PAGES)
def test_every_row_names_a_test_that_is_there_or_says_that_nothing_helps(lang: str) -> None:
    assert len(rows(lang)) >= 25
    for row, found in zip(rows(lang), named(lang), strict=True):
        assert found or NOTHING[lang] in " ".join(row).lower(), row[0]
        for file, name in found:
            assert name in functions_of(ROOT / file), f"{file} has no {name}"


def test_both_languages_name_the_same_tests_row_by_row() -> None:
    assert named("en") == named("zh")


@pytest.mark.parametrize("threat", WANTED)
def test_the_threats_everybody_asks_about_have_a_row_with_a_test(threat: str) -> None:
    found = [tests for row, tests in zip(rows("en"), named("en"), strict=True) if threat in row[0].lower()]
    assert found
    assert all(found)
