"""Clock, randomness, settings and printing have homes; everywhere else they come in as arguments."""

import ast

import pytest
from tests.arch.tree import PACKAGE, dotted_names, modules, name_of, parsed

CLOCK = ("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today",
         "time.time", "time.time_ns", "time.localtime", "time.gmtime")  # fmt: skip
SETTINGS = ("os.environ", "os.environb", "os.getenv", "os.putenv", "pathlib.Path.home", "os.path.expanduser")
RANDOM = ("random", "secrets", "uuid", "os.urandom", "numpy.random")
PRINT = ("print", "input", "sys.stdout", "sys.stderr", "pprint.pprint")
TEMP = ("tempfile",)

HOMES: dict[tuple[str, ...], tuple[str, ...]] = {
    CLOCK: ("kernel/clock.py",),
    SETTINGS: ("cli/", "store/settings.py"),
    RANDOM: ("crypto/", "demo/draws.py"),  # the demo's draws are seeded: the same seed makes the same company
    PRINT: ("cli/", "evidence/verify_cli.py"),
    TEMP: (),
}
"""What is banned → where it lives: nothing uses the system's temporary directory, which others can read."""


def banned(name: str, words: tuple[str, ...]) -> bool:
    return any(name == w or name.startswith(w + ".") for w in words)


@pytest.mark.parametrize("words", HOMES, ids=lambda w: w[0])
def test_each_kind_of_call_stays_in_its_home(words: tuple[str, ...]) -> None:
    found = [
        f"{name_of(path)}:{line} {name}"
        for path in modules()
        if not name_of(path).startswith(HOMES[words] or ("-",))
        for line, name in dotted_names(parsed(path))
        if banned(name, words)
    ]
    assert found == []


def test_the_machines_clock_is_made_only_where_a_process_begins() -> None:
    found = {
        name_of(path)
        for path in modules()
        for _, name in dotted_names(parsed(path))
        if name == "bequest.kernel.clock.SystemClock"
    }
    assert found <= {
        "app/context.py", "cli/serving.py", "cli/times.py",
        *(f"cli/commands/{n}.py" for n in ("custody", "law", "witness")),
    }  # fmt: skip


def test_the_demos_randomness_is_seeded() -> None:
    calls = [
        node
        for node in ast.walk(parsed(PACKAGE / "demo" / "draws.py"))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "default_rng"
    ]
    assert calls
    assert all(c.args for c in calls)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("from datetime import datetime as d\nd.now()", CLOCK),
        ("import datetime\ndatetime.date.today()", CLOCK),
        ("import os\nx = os.environ['A']", SETTINGS),
        ("from os import environ\nenviron", SETTINGS),
        ("import numpy as np\nnp.random.default_rng(1)", RANDOM),
        ("from uuid import uuid4\nuuid4()", RANDOM),
        ("print('x')", PRINT),
        ("from tempfile import mkdtemp\nmkdtemp()", TEMP),
    ],
)
def test_the_search_finds_what_it_looks_for_under_any_name(code: str, words: tuple[str, ...]) -> None:
    assert any(banned(name, words) for _, name in dotted_names(ast.parse(code)))
