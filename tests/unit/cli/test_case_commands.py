"""Commands on a case: the same home for all, tables for people, JSON for programs."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.app.app_cases import add_case
from tests.unit.cli.conftest import Ran, Run
from tests.unit.store.samples import CASE, REAL_CASE

from bequest.app.context import open_context


@pytest.fixture(scope="session")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("cli") / "home"
    ctx = open_context(home)
    add_case(ctx, CASE)
    add_case(ctx, REAL_CASE)
    ctx.store.close()
    return home


@pytest.fixture
def home(made_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    home = tmp_path / "home"
    shutil.copytree(made_home, home)
    home.chmod(0o700)
    monkeypatch.setenv("BEQUEST_HOME", str(home))
    monkeypatch.chdir(tmp_path)
    yield home
    open_context(home).store.close()


def ok(ran: Ran) -> str:
    assert (ran.code, ran.err) == (0, ""), ran.err
    return ran.out


def test_the_home_is_that_of_the_option_before_that_of_the_environment(run: Run, home: Path, tmp_path: Path) -> None:
    assert CASE.id in ok(run("case", "list"))
    assert run("--home", tmp_path / "elsewhere", "case", "list").code == 2
    assert not (tmp_path / "elsewhere").exists()


def test_all_cases_are_listed(run: Run, home: Path) -> None:
    out = ok(run("case", "list"))
    for case in (CASE, REAL_CASE):
        assert case.id in out
    assert out.count("E5") == 2


def test_a_case_is_shown_with_its_next_command(run: Run, home: Path) -> None:
    out = ok(run("case", "show", CASE.id))
    assert CASE.title in out
    assert "2026-11-02T01:00:00Z" in out
    assert f"bequest discover {CASE.id}" in out


@pytest.mark.parametrize("what", ["show", "keys", "stores"])
def test_programs_get_json_and_nothing_else(run: Run, home: Path, what: str) -> None:
    shown = json.loads(ok(run("case", what, CASE.id, "--json")))
    if what == "show":
        assert shown["case"]["id"] == CASE.id
    elif what == "keys":
        assert "link" in {k["purpose"] for k in shown}
    else:
        assert shown == []


def test_the_clock_moves_by_days_and_only_forward(run: Run, home: Path) -> None:
    assert "2026-12-02" in ok(run("case", "clock", CASE.id, "--days", 30))
    assert "2026-12-02T01:00:00Z" in ok(run("case", "show", CASE.id))
    back = run("case", "clock", CASE.id, "--days=-1")
    assert (back.code, back.err.split(":")[0]) == (2, "BQ-INPUT-1")
    real = run("case", "clock", REAL_CASE.id, "--days", 1)
    assert (real.code, real.err.split(":")[0]) == (6, "BQ-GUARD-1")


COMMANDS_ON_A_CASE = [
    ("case", "show"), ("case", "keys"), ("case", "stores"), ("discover",), ("link",), ("plan",), ("plan", "diff"),
    ("map", "export"), ("approve",), ("notify",), ("notify", "status"), ("notify", "publish"), ("notify", "next"),
    ("deliver",), ("close",), ("bundle",), ("report",),
]  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS_ON_A_CASE, ids=" ".join)
def test_a_case_nobody_opened_is_refused_in_words_and_leaves_no_folder(run: Run, home: Path, words) -> None:
    ran = run(*words, "nobody-2026")
    assert ran.code in {2, 3, 4}
    assert "nobody-2026" in ran.err
    assert ran.err.startswith("BQ-")
    assert "\n  " in ran.err, "a way out"
    assert not (home / "cases" / "nobody-2026").exists()


@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        (("link",), 3, "discover"),
        (("plan",), 3, "link"),
        (("map", "export"), 3, "discover"),
        (("plan", "diff"), 3, "plan"),
        (("approve",), 4, "plan"),
        (("notify",), 3, "approve"),
        (("notify", "status"), 3, "notify"),
        (("deliver",), 3, "cutover"),
        (("close",), 3, "discover"),
        (("cutover", "--confirmed-by", "x"), 3, "approve"),
    ],
    ids=lambda x: " ".join(x) if isinstance(x, tuple) else None,
)
def test_a_step_out_of_order_names_the_one_that_is_missing(run: Run, home: Path, words, code, named) -> None:
    ran = run(words[0], *words[1:2], CASE.id, *words[2:]) if words[0] != "cutover" else run(*words, CASE.id)
    assert ran.code == code, ran.err
    assert named in ran.err
    assert "bequest" in ran.err.splitlines()[1]


def test_a_word_that_is_no_command_of_a_group_is_taken_for_a_case(run: Run, home: Path) -> None:
    assert run("plan", CASE.id).err == run("plan", "run", CASE.id).err
    assert run("notify", CASE.id).err == run("notify", "run", CASE.id).err


def test_accounts_of_a_source_are_asked_for_by_its_name_and_phase(run: Run, home: Path) -> None:
    name = CASE.sources[0].name
    unknown = run("source", "roles", CASE.id, "nowhere")
    assert unknown.code == 2
    assert name in unknown.err
    assert "there is no phase" in run("source", "roles", CASE.id, name, "--phase", "all").err
    assert "is a file" in run("source", "roles", CASE.id, name).err
