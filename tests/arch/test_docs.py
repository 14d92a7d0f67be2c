"""Every command, error family and evidence event stands in the docs, and every link of the docs leads somewhere."""

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from scripts.write_reference import BEGIN, DOCS, END, PARTS, families, renewed
from tests.arch.tree import ROOT, tracked

from bequest.cli.main import app
from bequest.evidence.event_types import MEANINGS, EventType

PAGES = [p for p in tracked() if p.suffix == ".md"]


def text_of(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def commands(command: Any = None, words: str = "bequest") -> Iterator[str]:
    command = command or typer.main.get_command(app)
    inner = getattr(command, "commands", None)
    if inner is None:
        yield words
        return
    for name, one in inner.items():
        yield from commands(one, f"{words} {name}")


@pytest.mark.parametrize("page", PARTS)
def test_the_written_parts_of_the_docs_are_what_the_code_says(page: str) -> None:
    assert renewed(page, text_of(page)) == text_of(page), "run scripts/write_reference.py"


@pytest.mark.parametrize("words", list(commands()))
def test_every_command_is_in_the_docs(words: str) -> None:
    row = next(line for line in text_of("commands.md").splitlines() if line.startswith(f"| `{words}` "))
    zh, en = (cell.strip() for cell in row.split(" | ")[1:3])
    assert zh
    assert en.rstrip(" |")


@pytest.mark.parametrize("family", list(families()), ids=lambda f: f.__name__)
def test_every_family_of_errors_is_in_the_docs_with_its_exit_code(family) -> None:
    assert f"| `{family.code}` | {family.exit_code} | " in text_of("commands.md")


@pytest.mark.parametrize("event", list(EventType))
def test_every_evidence_event_is_in_the_docs_in_both_languages(event: EventType) -> None:
    zh, en = MEANINGS[event]
    assert f"| `{event.value}` | {zh} | {en} | " in text_of("evidence.md")


def test_a_page_that_lost_its_marks_is_not_passed_over() -> None:
    text = text_of("commands.md")
    for mark in (BEGIN.format(name="errors"), END.format(name="commands")):
        with pytest.raises(ValueError, match="marks"):
            renewed("commands.md", text.replace(mark, ""))


def test_commands_named_in_any_page_exist() -> None:
    known = set(commands())
    groups = {" ".join(c.split()[: n + 1]) for c in known for n in range(1, 3)} | {"bequest"}
    wrong = []
    for page in PAGES:
        for words in re.findall(r"`(bequest [a-z][a-z -]*)", page.read_text(encoding="utf-8")):
            parts = words.split()
            if not any(" ".join(parts[:n]) in known | groups for n in range(2, len(parts) + 1)):
                wrong.append((page.relative_to(ROOT).as_posix(), words))
    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_of_a_page_lead_to_files_that_are_there(page) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = [x.split("#")[0] for x in re.findall(r"\]\(([^)\s]+)\)", text)]
    broken = [x for x in links if x and "://" not in x and not (page.parent / x).exists()]
    assert broken == []


def test_the_page_of_licences_is_what_the_lock_says_and_nothing_is_gpl() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "write_licences.py", "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
