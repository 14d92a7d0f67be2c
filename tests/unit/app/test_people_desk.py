"""People as staff see them: found by the whole of something, masked; pairs in doubt side by side; changed rows dumb."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from tests.unit.app.app_cases import add_case
from tests.unit.store.samples import CASE

from bequest.app.console.samples import masked_column
from bequest.app.context import Context
from bequest.app.people_desk.find import find_people
from bequest.app.people_desk.pairs import pairs_from
from bequest.app.people_desk.person import person
from bequest.app.run_discover import run_discover
from bequest.app.run_link import run_link
from bequest.kernel.errors import InputError, StateError
from bequest.model.case import Scope, Source, SourceKind
from bequest.model.datamap import FieldClass

CRM = (
    "cust_no,shop_id,name,mobile,email,birthday,address\n"
    "C1,12,张伟,13511112222,zw@example.com,1980-03-04,杭州市西湖区文三路88号3幢1单元502室\n"
    "C2,12,張偉,135-1111-2222,,,\n"
    "C3,12,张玮,,,1980-03-04,\n"
    "C4,12,李娜,13622223333,,,\n"
)


@pytest.fixture
def linked(ctx: Context, tmp_path: Path) -> tuple[Context, str, Path]:
    file = tmp_path / "crm" / "customers.csv"
    file.parent.mkdir()
    file.write_text(CRM, encoding="utf-8")
    lot = replace(CASE.lots[0], scope=(Scope(source="crm", table="crm", column="shop_id", values=("12",)),))
    source = Source(name="crm", kind=SourceKind.CSV, path=file)
    case = add_case(ctx, replace(CASE, id="desk-1", rehearsal=False, sources=(source,), lots=(lot,)))
    run_discover(ctx, case.id)
    run_link(ctx, case.id)
    return ctx, case.id, file


def test_one_person_is_found_by_each_thing_however_it_is_written(linked: tuple[Context, str, Path]) -> None:
    ctx, case_id, _ = linked
    by = [("phone", "135 1111 2222"), ("phone", "+8613511112222"), ("email", "ZW@example.com"), ("person_name", "张伟")]
    found = {find_people(ctx, case_id, kind, typed) for kind, typed in by}
    assert len(found) == 1
    [[one]] = found
    assert len(person(ctx, case_id, one).held) == 2


@pytest.mark.parametrize(("kind", "typed"), [("phone", "1351111"), ("email", "zw"), ("national_id", "12"), ("x", "y")])
def test_a_part_finds_nobody(linked: tuple[Context, str, Path], kind: str, typed: str) -> None:
    ctx, case_id, _ = linked
    with pytest.raises(InputError):
        find_people(ctx, case_id, kind, typed)


def test_before_letters_no_reference_is_known(linked: tuple[Context, str, Path]) -> None:
    ctx, case_id, _ = linked
    with pytest.raises(StateError):
        find_people(ctx, case_id, "ref", "A")


def test_values_are_masked_and_a_row_that_changed_shows_none(linked: tuple[Context, str, Path]) -> None:
    ctx, case_id, file = linked
    [one] = find_people(ctx, case_id, "email", "zw@example.com")
    shown = {c.column.name: c.shown for h in person(ctx, case_id, one).held[:1] for c in h.cells}
    assert (shown["name"], shown["mobile"], shown["email"]) == ("张*", "135****2222", "z***@example.com")
    assert shown["birthday"] == "1980"
    file.write_text(CRM.replace("C1,12,张伟", "C1,12,王五"), encoding="utf-8")
    first, second = person(ctx, case_id, one).held
    assert first.cells == ()
    assert second.cells


def test_pairs_stand_side_by_side_with_what_made_the_score(linked: tuple[Context, str, Path]) -> None:
    ctx, case_id, _ = linked
    pairs, n = pairs_from(ctx, case_id, 0)
    assert n == len(pairs) > 0
    pair = pairs[0]
    assert abs(sum(bits for _, bits in pair.parts) - pair.bits) < 0.5
    assert all(pair.cells)
    text = str([c.shown for side in pair.cells for c in side])
    assert "13511112222" not in text
    assert pairs_from(ctx, case_id, n)[0] == ()


@pytest.mark.parametrize("cls", list(FieldClass))
def test_no_class_shows_a_value_whole(cls: FieldClass) -> None:
    value = "Kp7张伟-13511112222"
    [shown] = masked_column(pl.Series([value]), cls).to_list()
    assert value not in shown
    assert "张伟" not in shown
    assert "1351111" not in shown
