"""Every command, error family and evidence event stands in the docs, and every link of the docs leads somewhere."""

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from scripts.reference_case_file import SECTIONS, Asked, asked, meaning
from scripts.write_reference import BEGIN, DOCS, END, PARTS, families, parameter, renewed
from tests.arch.tree import ROOT, tracked

from bequest.app.casefile import read, write_case_template
from bequest.cli.main import program
from bequest.documents.limits import LIMITS
from bequest.evidence.event_types import MEANINGS, EventType
from bequest.model.case import Event

PAGES = [p for p in tracked() if p.suffix == ".md"]


def text_of(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def commands(command: Any = None, words: str = "bequest") -> Iterator[str]:
    command = command or typer.main.get_command(program())
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


@pytest.mark.parametrize("words", list(commands()))
def test_every_argument_and_option_of_a_command_is_in_the_docs_in_both_languages(words: str) -> None:
    command = typer.main.get_command(program())
    for part in words.split()[1:]:
        command = command.commands[part]
    [section] = re.findall(rf"(?ms)^### {words}$(.*?)(?=^### |^<!-- end)", text_of("commands.md"))
    for p in command.params:
        if p.name == "help":
            continue
        zh, en = parameter(p)
        name = p.name.upper() if p.param_type_name == "argument" else p.opts[0]
        assert re.search(r"[\u4e00-\u9fff]", zh), f"{name} says nothing in Chinese"
        assert re.search(r"[a-z]", en), f"{name} says nothing in English"
        cells = [c.replace("|", r"\|") for c in (zh, en)]
        assert f"| `{name}` |" in section
        assert f"| {cells[0]} | {cells[1]} |" in section


KEYS = [(section, key) for section, (_, keys, _) in SECTIONS.items() for key in keys]


@pytest.mark.parametrize(("section", "key"), KEYS)
def test_every_key_of_the_case_file_is_in_the_docs_with_its_meaning(section: str, key: str) -> None:
    for page, lang in (("case-file.zh.md", 0), ("case-file.md", 1)):
        part = text_of(page).split(f"## `{SECTIONS[section][0]}` ")[1].split("\n## ")[0]
        [row] = [line for line in part.splitlines() if line.startswith(f"| `{key}` |")]
        assert row.endswith(f"| {meaning(section, key)[lang]} |")
    assert all(isinstance(a, Asked) for a in asked(section, key))


def test_every_table_of_the_case_file_is_in_the_docs() -> None:
    assert {*SECTIONS} - {"scope"} == {*read.ROOT}


@pytest.mark.parametrize("event", sorted(Event))
def test_what_the_template_writes_out_is_what_the_docs_say(event: Event) -> None:
    """A default that the template names is the default of the reader, which the page shows."""
    section, wrong = "", []
    for line in write_case_template(event).splitlines():
        head = re.match(r"\[\[?([a-z]+)\]\]?$", line)
        section = head[1] if head else section
        given = re.match(r"# (\w+) = (\d+|true|false) ", line)
        if section in SECTIONS and given and given[1] in SECTIONS[section][1]:
            [default] = {a.default for a in asked(section, given[1])}
            if str(default).lower() != given[2]:
                wrong.append((section, given[1], default))
    assert wrong == []


def test_the_limits_stand_word_for_word_in_both_languages() -> None:
    for limit in LIMITS:
        assert limit.zh in text_of("not-provable.zh.md")
        assert limit.en in text_of("not-provable.md")


def test_every_page_has_its_place_in_the_manual_and_a_name_in_chinese() -> None:
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    pages = {p.relative_to(DOCS).as_posix() for p in PAGES if p.is_relative_to(DOCS) and not p.name.endswith(".zh.md")}
    placed = dict(re.findall(r"^ +- (.+?): (\S+\.md)$", config, flags=re.MULTILINE))
    assert {*placed.values()} == pages
    named = {
        *re.findall(
            r"^ {12}(.+?): ", config.split("nav_translations:")[1].split("markdown_extensions")[0], re.MULTILINE
        )
    }
    assert {name for name, page in placed.items() if not page.startswith("adr/")} - named == set()


def test_a_page_for_readers_is_there_in_both_languages() -> None:
    guides = [p for p in PAGES if p.parent == DOCS / "guides"]
    english = {p.name for p in guides if not p.name.endswith(".zh.md")}
    assert english
    assert {p.name for p in guides} - english == {n.replace(".md", ".zh.md") for n in english}


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
