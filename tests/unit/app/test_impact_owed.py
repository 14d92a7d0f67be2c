"""An impact assessment that is owed and not filed is said, with its articles, until the officer files one."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.app.conftest import DemoHome
from tests.unit.app.test_impact import fill, key, written

from bequest.app import impact_owed
from bequest.app.impact import file_impact
from bequest.app.impact_owed import owed_impact
from bequest.app.run_assess import run_assess
from bequest.cli.impact_owed import warn_impact
from bequest.model.case import Event, Role


def test_it_is_said_until_one_is_filed(
    planned: DemoHome, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    owed = owed_impact(planned.ctx, planned.case_id)
    assert owed is not None
    assert owed.articles == ("PIPL-55", "PIPL-56")
    monkeypatch.setenv("BEQUEST_LANG", "en")
    warn_impact(planned.ctx, planned.case_id)
    said = capsys.readouterr().out
    assert "PIPL-55" in said
    assert "assess file" in said
    run_assess(planned.ctx, planned.case_id)
    path = fill(written(planned, tmp_path), tmp_path / "filled.docx")
    file_impact(planned.ctx, planned.case_id, path, key(planned, Role.OFFICER))
    assert owed_impact(planned.ctx, planned.case_id) is None
    warn_impact(planned.ctx, planned.case_id)
    assert capsys.readouterr().out == ""


def test_an_event_without_the_duty_owes_none(planned: DemoHome, monkeypatch: pytest.MonkeyPatch) -> None:
    known = planned.ctx.case(planned.case_id)
    renamed = replace(known, case=replace(known.case, event=Event("E1")))
    monkeypatch.setattr(type(planned.ctx), "case", lambda *_: renamed)
    assert impact_owed.owed_impact(planned.ctx, planned.case_id) is None
