"""A changed case file is taken over whole, from the revision it was made from, and in the log's sight."""

from pathlib import Path

import pytest
from tests.unit.app.app_cases import events, mark_done
from tests.unit.app.conftest import DemoHome

from bequest.app.change_case import update_case
from bequest.kernel.errors import BequestError, CaseFileError, GuardError, InputError, StateError


def changed(home: DemoHome, *pairs: tuple[str, str]) -> Path:
    """The case file with some words replaced, beside the old one (paths are relative to it)."""
    text = home.company.case_file.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    path = home.company.case_file.with_name("changed.toml")
    path.write_text(text, encoding="utf-8")
    return path


def revision(home: DemoHome) -> int:
    with home.ctx.store.transaction() as tx:
        return tx.cases.get(home.case_id).revision


def changes(home: DemoHome) -> list[str]:
    return [i for t, i in events(home.ctx, home.case_id) if t == "case.changed"]


TITLE = ("12号店整体转让", "12号店转让")


def test_the_difference_is_said_and_the_case_is_the_new_one(opened: DemoHome) -> None:
    lines = update_case(opened.ctx, opened.case_id, changed(opened, TITLE), base_revision=1)
    assert len(lines) == 1
    assert lines[0].startswith("~ title:")
    assert "12号店转让" in opened.ctx.case(opened.case_id).case.title
    assert revision(opened) == 2
    assert changes(opened) == ["case.changed:r2"]


def test_the_same_file_changes_nothing(opened: DemoHome) -> None:
    assert update_case(opened.ctx, opened.case_id, opened.company.case_file, base_revision=1) == []
    assert revision(opened) == 1
    assert changes(opened) == []


def refused(home: DemoHome, error: type[BequestError], path: Path, base: int = 1) -> BequestError:
    with pytest.raises(error) as caught:
        update_case(home.ctx, home.case_id, path, base_revision=base)
    assert caught.value.hint
    assert revision(home) == 1
    assert changes(home) == []
    return caught.value


@pytest.mark.parametrize("base", [0, 2])
def test_a_change_made_from_another_revision_is_refused(opened: DemoHome, base: int) -> None:
    refused(opened, StateError, changed(opened, TITLE), base)


def test_two_changes_from_one_revision_do_not_overwrite_each_other(opened: DemoHome) -> None:
    update_case(opened.ctx, opened.case_id, changed(opened, TITLE), base_revision=1)
    with pytest.raises(StateError, match="revision 2"):
        update_case(opened.ctx, opened.case_id, changed(opened, ("= 5", "= 6")), base_revision=1)
    assert opened.ctx.case(opened.case_id).case.tolerance_percent == 5


def test_the_file_of_another_case_is_refused(opened: DemoHome) -> None:
    error = refused(opened, CaseFileError, changed(opened, ('id = "demo-e5"', 'id = "demo-e6"')))
    assert "demo-e6" in error.message


def test_a_rehearsal_never_becomes_real(opened: DemoHome) -> None:
    refused(opened, GuardError, changed(opened, ("rehearsal = true", "rehearsal = false")))


def test_a_file_with_a_mistake_is_refused(opened: DemoHome) -> None:
    refused(opened, CaseFileError, changed(opened, ("tolerance_percent", "tolerance_procent")))


def test_a_source_that_was_not_made_for_the_rehearsal_is_refused(opened: DemoHome, tmp_path: Path) -> None:
    real = tmp_path / "real.parquet"
    real.write_bytes((opened.company.sources / "weblog.parquet").read_bytes())
    refused(opened, GuardError, changed(opened, ('"sources/weblog.parquet"', f'"{real}"')))


def test_a_file_that_is_not_there_is_said_so(opened: DemoHome, tmp_path: Path) -> None:
    refused(opened, InputError, tmp_path / "none.toml")


def test_after_the_cutover_what_was_approved_stands(opened: DemoHome) -> None:
    mark_done(opened.ctx, opened.case_id, "cutover")
    refused(opened, StateError, changed(opened, ("privacy@lanan.example.com", "other@lanan.example.com")))
    lines = update_case(opened.ctx, opened.case_id, changed(opened, TITLE), base_revision=1)
    assert len(lines) == 1, "a title may still change"
