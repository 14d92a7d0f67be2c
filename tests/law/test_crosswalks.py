"""Crosswalks to standards: everything they name exists, nothing is claimed twice, and each says how sure it is."""

import pytest
import typer

from bequest.cli.main import program
from bequest.kernel.errors import LawError
from bequest.law.crosswalk import Cover, crosswalk_of, crosswalk_problems, parse_crosswalk
from bequest.law.loader import load_crosswalks, load_pack, read_text_file
from bequest.model.disposition import ReasonStatus

EVERY = load_crosswalks()
ONE = """
id: x
standard: X 1
zh: 甲
en: one
source: nowhere
note: {zh: 注, en: a note}
clauses:
  - {clause: "1", zh: 条, en: clause, cover: does, how: {zh: 如何, en: how}, commands: [verify], status: secondary}
"""


def commands() -> set[str]:
    """Every command of the program, with its group."""
    found = set()

    def walk(command: object, words: tuple[str, ...]) -> None:
        inner = getattr(command, "commands", None)
        if inner is None:
            found.add(" ".join(words))
        for name, one in (inner or {}).items():
            walk(one, (*words, name))

    walk(typer.main.get_command(program()), ())
    return found


def test_the_four_standards_are_there_and_name_only_what_exists() -> None:
    assert [x.id for x in EVERY] == ["gbt-35273", "iso-27001", "iso-27555", "iso-27701"]
    assert list(crosswalk_problems(EVERY, load_pack("cn"), commands())) == []


def test_what_does_not_exist_is_told_with_its_clause() -> None:
    text = ONE.replace("[verify]", "[verfy]").replace("status:", "rules: [cn.pipl.nothing], duties: [cn.none], status:")
    made = parse_crosswalk(read_text_file(text, "x.yaml"))
    assert list(crosswalk_problems([made], load_pack("cn"), commands())) == [
        "x 1 names the command verfy, which does not exist",
        "x 1 names the rule cn.pipl.nothing, which does not exist",
        "x 1 names the duty cn.none, which does not exist",
    ]


def test_nothing_is_called_verified_that_was_not_read() -> None:
    statuses = {x.id: {c.status for c in x.clauses} for x in EVERY}
    assert statuses.pop("gbt-35273") == {ReasonStatus.VERIFIED}
    assert ReasonStatus.VERIFIED not in set().union(*statuses.values())


def test_what_is_outside_is_named_too() -> None:
    assert all(any(c.cover is Cover.OUTSIDE for c in x.clauses) for x in EVERY if x.id != "iso-27555")


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("cover: does", "cover: outside", "what is outside names neither"),
        ("commands: [verify], ", "", "names a command or a rule"),
        ("cover: does", "cover: all", "cover"),
        ("status: secondary", "status: sure", "status"),
        ("source: nowhere\n", "", "source"),
    ],
)
def test_a_file_that_says_too_much_or_too_little_is_refused(old: str, new: str, what: str) -> None:
    with pytest.raises(LawError) as caught:
        parse_crosswalk(read_text_file(ONE.replace(old, new), "x.yaml"))
    assert what in f"{caught.value.message} {caught.value.hint}"


def test_a_clause_stands_once_and_another_standard_is_refused_with_those_there_are() -> None:
    line = ONE.strip().splitlines()[-1]
    with pytest.raises(LawError, match="clause 1 is there twice"):
        parse_crosswalk(read_text_file(ONE + line + "\n", "x.yaml"))
    assert crosswalk_of(EVERY, "iso-27001").standard.startswith("ISO/IEC 27001:2022")
    with pytest.raises(LawError, match="there is no crosswalk 'iso-9001'"):
        crosswalk_of(EVERY, "iso-9001")
