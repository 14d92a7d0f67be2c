"""`bequest deliver --to` after a plain `bequest deliver`: what was made before is sent, and made no second time."""

import json
from pathlib import Path

from tests.e2e.kill_lab import Lab
from typer.testing import CliRunner

from bequest.cli.main import program
from bequest.steps.deliver.bag import TAG_MANIFEST


def test_what_was_packed_before_is_sent_and_not_made_again(lab: Lab, tmp_path: Path) -> None:
    folder = lab.copy("receive", tmp_path / "case")
    home, place = folder / "home", tmp_path / "place"
    [case] = [p.name for p in (home / "cases").iterdir()]
    made = {p: p.read_bytes() for p in (home / "cases" / case / "delivery").rglob("*") if p.is_file()}
    assert made
    packages = [p for p in (home / "cases" / case / "delivery").iterdir() if p.is_dir()]
    command = ["--home", str(home), "deliver", case, "--to", str(place)]
    first = CliRunner().invoke(program(), command)
    assert first.exit_code == 0, first.output
    assert {p: p.read_bytes() for p in made} == made
    for package in packages:
        assert (place / package.name / TAG_MANIFEST).is_file()
        for path in (p for p in package.rglob("*") if p.is_file()):
            assert (place / package.name / path.relative_to(package)).read_bytes() == path.read_bytes()
    again = CliRunner().invoke(program(), command)
    assert again.exit_code == 0, again.output
    said = json.dumps(again.output, ensure_ascii=False)
    assert f"{len([p for p in made if packages[0] in p.parents])}" in said
