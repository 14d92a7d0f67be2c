"""The impact assessment filled in at the console: boxes are kept, what was measured is not touched."""

import pytest
from tests.unit.app.conftest import DemoHome

from bequest.app.console.impact_draft import draft_file, draft_form, part_mark, save_draft
from bequest.app.impact import file_impact, filed_impact
from bequest.app.run_assess import run_assess
from bequest.documents.form.docx import read_docx
from bequest.kernel.errors import InputError
from bequest.model.case import Role


@pytest.fixture
def assessed(planned: DemoHome) -> DemoHome:
    run_assess(planned.ctx, planned.case_id)
    return planned


def save(home: DemoHome, lang: str = "en", **given: str) -> None:
    form = draft_form(home.ctx, home.case_id, lang).form
    save_draft(
        home.ctx, home.case_id, given, lang=lang, by="gu-mingzhou", mark=part_mark(form, list(given))
    )  # fmt: skip


def test_boxes_are_kept_part_by_part(assessed: DemoHome) -> None:
    before = draft_form(assessed.ctx, assessed.case_id, "en")
    save(assessed, team="Legal and IT")
    save(assessed, lawfulness="as the contract says")
    after = draft_form(assessed.ctx, assessed.case_id, "en")
    assert {f.id: f.value for f in after.form.fields if f.value} == {
        "team": "Legal and IT", "lawfulness": "as the contract says",
    }  # fmt: skip
    assert after.form.digest == before.form.digest  # not a word of what was measured differs
    assert len(after.missing) == len(before.missing) - 2
    assert not [f for f in draft_form(assessed.ctx, assessed.case_id, "zh").form.fields if f.value]


def test_what_was_measured_and_what_others_wrote_is_not_overwritten(assessed: DemoHome) -> None:
    with pytest.raises(InputError, match="no field of that name"):
        save(assessed, risk="none")
    old = part_mark(draft_form(assessed.ctx, assessed.case_id, "en").form, ["team"])
    save(assessed, team="first")
    with pytest.raises(InputError, match="meanwhile"):
        save_draft(assessed.ctx, assessed.case_id, {"team": "second"}, lang="en", by="x", mark=old)
    with pytest.raises(InputError, match="none of its choices"):
        save(assessed, conclusion="whatever")
    with pytest.raises(InputError, match="at most"):
        save(assessed, team="x" * 4001)


def test_judgements_are_asked_for_again_when_the_facts_are_measured_anew(assessed: DemoHome) -> None:
    save(assessed, team="Legal", officer_opinion="fine")
    run_assess(assessed.ctx, assessed.case_id)
    found = draft_form(assessed.ctx, assessed.case_id, "en")
    assert found.dropped == ("officer_opinion",)
    assert {f.id: f.value for f in found.form.fields if f.value} == {"team": "Legal"}


def test_what_was_filled_in_is_filed_with_the_officers_key(assessed: DemoHome, tmp_path) -> None:
    ctx, case_id = assessed.ctx, assessed.case_id
    for f in draft_form(ctx, case_id, "en").form.fields:
        if f.required:
            save(assessed, **{f.id: f.choices[0] if f.choices else f"said of {f.id}"})
    name, data = draft_file(ctx, case_id, "docx", lang="en")
    assert draft_form(ctx, case_id, "en").missing == ()
    assert "said of team" in read_docx(data, name).paragraphs
    assert draft_file(ctx, case_id, "pdf", lang="en")[1].startswith(b"%PDF")
    path = tmp_path / name
    path.write_bytes(data)
    officer = next(p.id for p in ctx.case(case_id).case.people if Role.OFFICER in p.roles)
    file_impact(ctx, case_id, path, assessed.company.folder / "keys" / officer)
    kept = filed_impact(ctx, case_id)
    assert kept is not None
    assert dict(kept.values)["team"] == "said of team"
