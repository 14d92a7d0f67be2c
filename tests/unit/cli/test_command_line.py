"""The command line: help in both languages, mistakes named with a way out, one exit code per family of errors."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.unit.cli.conftest import Ran, Run

from bequest import __version__
from bequest.cli import commands, render
from bequest.cli.main import program
from bequest.cli.table import MODULES, modules_for
from bequest.kernel.errors import BequestError

HAN = re.compile(r"[\u4e00-\u9fff]")
LATIN = re.compile(r"[a-z]{3,}")


def walk(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command and group below, with the words that call it."""
    yield words, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from walk(inner, (*words, name))


ROOT = typer.main.get_command(program())
COMMANDS = dict(walk(ROOT))
GROUPS = [words for words, command in COMMANDS.items() if getattr(command, "commands", None)]


def families(of: type[BequestError] = BequestError) -> Iterator[type[BequestError]]:
    yield of
    for inner in of.__subclasses__():
        if inner.__module__ == BequestError.__module__:
            yield from families(inner)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_in_both_languages(run: Run, words: tuple[str, ...]) -> None:
    shown = run(*words, "--help")
    assert shown.code == 0
    assert shown.err == ""
    said = COMMANDS[words].help
    assert HAN.search(said)
    assert LATIN.search(said)
    assert "Usage: bequest" in shown.out
    for part in re.split(r"\s+", said)[:3]:
        assert part in shown.out


@pytest.mark.parametrize("words", GROUPS, ids=" ".join)
def test_a_group_lists_its_commands_with_and_without_help(run: Run, words: tuple[str, ...]) -> None:
    for shown in (run(*words, "--help"), run(*words)):
        for name in COMMANDS[words].commands:
            assert re.search(rf"\b{re.escape(name)}\b", shown.out + shown.err), name
        assert "Traceback" not in shown.err


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("flourish",), "flourish"),
        (("case", "flourish"), "flourish"),
        (("law", "flourish"), "flourish"),
        (("case", "show"), "case"),
        (("case", "show", "a", "b"), "b"),
        (("case", "show", "a", "--colour"), "--colour"),
        (("case", "new", "--event", "E99"), "E99"),
        (("case", "clock", "a", "--days", "soon"), "--days"),
        (("verify", "bundle"), "trust"),
        (("cutover", "a"), "confirmed-by"),
        (("explain", "a"), "explain"),
        (("explain", "a", "--person", "x", "--field", "y"), "explain"),
    ],
    ids=lambda x: " ".join(x) if isinstance(x, tuple) else x,
)
def test_what_cannot_be_read_ends_with_code_2_and_names_the_word(run: Run, words, named) -> None:
    ran = run(*words)
    assert ran.code == 2
    assert named in ran.err
    assert "Traceback" not in ran.err
    assert ran.err.startswith("BQ-INPUT-")


def run_one_that(fails: Callable[[], None], run: Run, monkeypatch: pytest.MonkeyPatch) -> Ran:
    """A command that fails, as `bequest` runs it."""
    monkeypatch.setattr("bequest.cli.main.register", lambda app, modules: app.command(name="fails")(fails))
    return run("fails")


@pytest.mark.parametrize("family", list(families()), ids=lambda f: f.__name__)
def test_every_family_of_errors_shows_code_and_hint_and_ends_with_its_exit_code(
    run: Run, family: type[BequestError], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> None:
        raise family("what was got [and] expected", hint="the way [out]")

    ran = run_one_that(fails, run, monkeypatch)
    assert ran.code == family.exit_code
    assert ran.err == f"{family.code}: what was got [and] expected\n  the way [out]\n"
    assert ran.out == ""


def test_exit_codes_are_those_the_tree_of_errors_tells() -> None:
    told = sys.modules[BequestError.__module__].__doc__ or ""
    for family in families():
        line = next((x for x in told.splitlines() if re.search(rf"\b{family.__name__}\b", x)), "")
        found = re.search(r"exit (\d+)", line)
        if found:
            assert int(found[1]) == family.exit_code
        elif family is not BequestError:
            assert family.exit_code == family.__mro__[1].exit_code  # type: ignore[attr-defined]


def test_codes_of_families_are_unique_and_well_formed() -> None:
    codes = [f.code for f in families()]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"BQ(-[A-Z]+)?-\d+", c) for c in codes)


@pytest.mark.parametrize(
    ("failure", "code"),
    [(ValueError("张三 13800138000"), 1), (KeyError("张三"), 1), (KeyboardInterrupt(), 130)],
    ids=["unforeseen", "unforeseen key", "stopped"],
)
def test_what_nobody_foresaw_shows_no_traceback_and_no_value(
    run: Run, failure: BaseException, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> None:
        raise failure

    ran = run_one_that(fails, run, monkeypatch)
    assert ran.code == code
    assert "Traceback" not in ran.err
    assert "张三" not in ran.err + ran.out
    assert "13800138000" not in ran.err + ran.out
    assert ran.err


def test_a_full_disk_is_said_as_such(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise OSError(28, "No space left on device", "/somewhere/private/orders.parquet")

    ran = run_one_that(fails, run, monkeypatch)
    assert ran.code == 2
    assert "No space left on device" in ran.err
    assert "/somewhere" not in ran.err


def test_the_version_is_printed(run: Run) -> None:
    assert run("version").out.strip() == __version__


@pytest.mark.parametrize(("lang", "word"), [("zh", "没有"), ("zh_CN.UTF-8", "没有"), ("en", "no"), ("", "no")])
def test_the_language_follows_the_environment(monkeypatch: pytest.MonkeyPatch, lang: str, word: str) -> None:
    for name in ("BEQUEST_LANG", "LC_ALL", "LANG"):
        monkeypatch.delenv(name, raising=False)
    if lang:
        monkeypatch.setenv("LC_ALL" if "_" in lang else "BEQUEST_LANG", lang)
    assert render.say("没有", "no") == word
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setenv("BEQUEST_LANG", "en")
    assert render.say("没有", "no") == "no", "our own variable comes first"


@pytest.mark.parametrize(
    ("words", "code", "family"),
    [
        (("case", "new", "none.toml"), 2, "BQ-"),
        (("case", "new"), 2, "BQ-INPUT"),
        (("receive", "none", "--identity", "none.age", "--out", "data"), 2, "BQ-INPUT"),
        (("law", "show", "atlantis"), 5, "BQ-LAW"),
        (("case", "list"), 2, "BQ-INPUT"),
        (("verify", "none", "--trust", "none.json"), None, ""),
    ],
    ids=lambda x: " ".join(x) if isinstance(x, tuple) else None,
)
def test_mistakes_of_every_day_end_in_words(run: Run, tmp_path: Path, monkeypatch, words, code, family) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BEQUEST_HOME", raising=False)
    ran = run(*words)
    assert ran.code == code if code else ran.code not in {0, 1}
    assert "Traceback" not in ran.err
    assert family in ran.err
    assert ran.err + ran.out
    made = [p.name for p in tmp_path.iterdir()]
    assert made == ([".bequest"] if words[:2] == ("case", "new") and len(words) > 2 else [])


@pytest.mark.parametrize("event", ["E2", "E5"])
def test_a_template_is_printed_and_needs_no_home(run: Run, tmp_path: Path, monkeypatch, event: str) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run("case", "new", "--event", event)
    assert ran.code == 0
    assert f'event = "{event}"' in re.sub(r"event\s+=", "event =", ran.out)
    assert list(tmp_path.iterdir()) == []


def test_the_table_of_commands_is_what_the_modules_register() -> None:
    for module, names in MODULES.items():
        alone = set(typer.main.get_command(program((module,))).commands) - {"version"}  # type: ignore[attr-defined]
        assert alone == set(names), module
    assert {m.stem for m in Path(commands.__path__[0]).glob("*.py")} - {"__init__"} == set(MODULES)


@pytest.mark.parametrize(
    ("line", "modules"),
    [
        (["--home", "plan", "case", "show"], ("case",)),
        (["--home=plan", "explain", "--help"], ("plan",)),
        (["receive", "deliver"], ("deliver",)),
        (["--help"], tuple(MODULES)),
        (["flourish"], tuple(MODULES)),
        ([], tuple(MODULES)),
        (["--home"], tuple(MODULES)),
    ],
)
def test_a_command_line_loads_the_module_of_its_command_alone(line: list[str], modules: tuple[str, ...]) -> None:
    assert modules_for(line) == modules


def test_the_installed_command_runs(tmp_path: Path) -> None:
    code = "from bequest.cli.main import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", code, "flourish"], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert ran.returncode == 2
    assert "flourish" in ran.stderr
    assert "Traceback" not in ran.stderr
