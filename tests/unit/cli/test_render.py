"""What is printed: figures whole, codes first, JSON for programs."""

import json
from dataclasses import dataclass
from datetime import date

import pytest

from bequest.cli import render
from bequest.cli.commands.plan import SMALL, print_preview
from bequest.kernel.errors import StateError
from bequest.model.datamap import FieldClass
from bequest.model.disposition import Release, Residue
from bequest.model.facts import RowRole
from bequest.model.plan import ColumnCount, ColumnTotal, Policy, Population


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("BEQUEST_LANG", "en")


def test_figures_are_whole_with_thousands_and_other_things_are_left_out() -> None:
    assert render.figures({"rows": 1234567, "digest": "ab", "none": 0}) == "rows 1,234,567, none 0"
    assert render.figures({}) == ""


def test_a_table_shows_every_cell_and_numbers_with_thousands(capsys) -> None:
    render.table("a title", ("name", "rows", "open"), [("orders [old]", 12345, True), ("标签", 0, False)], figures=(1,))
    out = capsys.readouterr().out
    for text in ("a title", "orders [old]", "12,345", "True", "标签", "False"):
        assert text in out


def test_markup_in_a_line_is_text(capsys) -> None:
    render.line("[red]stop[/red] :smile:")
    assert capsys.readouterr().out == "[red]stop[/red] :smile:\n"


def test_an_error_without_a_hint_is_one_line(capsys) -> None:
    render.error(StateError("not yet"))
    assert capsys.readouterr().err == "BQ-STATE-1: not yet\n"


@dataclass(frozen=True, slots=True)
class Thing:
    day: date
    name: str


def test_json_is_whole_and_keeps_chinese(capsys) -> None:
    render.print_json([Thing(date(2026, 1, 2), "订单")])
    out = capsys.readouterr().out
    assert json.loads(out) == [{"day": "2026-01-02", "name": "订单"}]
    assert "订单" in out
    render.print_json({"share": 0.5})
    assert json.loads(capsys.readouterr().out) == {"share": 0.5}


def test_progress_on_no_terminal_names_each_step_once(capsys) -> None:
    with render.progress() as bars:
        for n in range(3):
            bars("link crm.customers", n, 3)
            bars("link orders.orders", n, 3)
        bars("plan", 0, 1)
    assert capsys.readouterr().err.split() == ["…", "link", "…", "plan"]


def population(values: int, total: int, persons: tuple[tuple[str, int], ...]) -> Population:
    count = ColumnCount("crm", "customers", "mobile", RowRole.CUSTOMER, FieldClass.PHONE, False, "shop-12",
                        Release.AS_IS, Residue.DELETE, values)  # fmt: skip
    return Population((count,), (ColumnTotal("crm", "customers", "mobile", total),), 3, 3, 2, 1, persons)


@pytest.fixture
def policy() -> Policy:
    return Policy("c", "E5", "cn", "1", date(2026, 12, 31), date(2027, 1, 1), 5, "2", "3", (), (), ())


def test_the_preview_ties_both_axes_to_the_source(capsys, policy: Policy) -> None:
    print_preview(policy, population(1234, 1234, ()))
    out = capsys.readouterr().out
    assert "both axes tie" in out
    assert out.count("1,234") >= 6, "per table and in total: source, release, residue"
    assert policy.digest in out


def test_the_preview_shows_where_it_does_not_tie(capsys, policy: Policy) -> None:
    print_preview(policy, population(1234, 1235, ()))
    out = capsys.readouterr().out
    assert "OFF" in out
    assert "both axes tie" not in out


def test_classes_that_hold_few_people_are_not_counted_out(capsys, policy: Policy) -> None:
    persons = (("blocked", SMALL - 1), ("passed", SMALL), ("kept", 0))
    print_preview(policy, population(1, 1, persons))
    out = capsys.readouterr().out
    assert f"passed: {SMALL}" in out
    assert f"<{SMALL}" in out
    assert f"blocked: {SMALL - 1}" not in out
