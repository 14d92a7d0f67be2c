"""A home that an early version left with an open case: today's program takes it over and brings the case to its end.

`fixtures/home-of-migration-0001.tar.xz` was made by the sources of 2026-11-28 that knew the first migration alone: the
demo company with its case delivered and received for, nothing destroyed yet. Left out: the package itself, which the
receiver has. Its keys are the demo's.
"""

import base64
import json
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest
from tests.e2e.whole_case import ROOT, assert_verifies

from bequest.app.context import open_context
from bequest.app.rehearse import Played, rehearse

HOME = Path(__file__).parent / "fixtures" / "home-of-migration-0001.tar.xz"
WAS_AT = "/old/demo"


def migrations(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "home" / "control.db")) as db:
        return [n for (n,) in db.execute("SELECT name FROM django_migrations WHERE app = 'store' ORDER BY name")]


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Played]:
    folder = tmp_path_factory.mktemp("upgrade")
    with tarfile.open(HOME) as archive:
        archive.extractall(folder, filter="data")
    demo = folder / "demo"
    assert migrations(demo) == ["0001_initial"]
    with closing(sqlite3.connect(demo / "home" / "control.db")) as db, db:  # it lies elsewhere now
        for table in ("store_case", "store_caserevision"):
            db.execute(f"UPDATE {table} SET body_json = replace(body_json, ?, ?)", (WAS_AT, str(demo)))
    return demo, rehearse(open_context(demo / "home"), demo)


def test_the_database_is_brought_up_to_date(upgraded: tuple[Path, Played]) -> None:
    ours = sorted(p.stem for p in (ROOT / "src/bequest/store/migrations").glob("0*.py"))
    assert migrations(upgraded[0]) == ours
    assert len(ours) > 1


def test_the_case_goes_on_to_its_end_and_its_bundle_verifies(upgraded: tuple[Path, Played]) -> None:
    demo, played = upgraded
    [path] = played.bundle.folder.rglob("certificate.dsse.json")
    said = json.loads(base64.b64decode(json.loads(path.read_bytes())["payload"]))["predicate"]
    assert said["state"] == "interim"
    assert said["why"] == ["residual"]
    assert sum(t["deleted"] for t in said["tables"]) > 1_000
    assert_verifies(played.bundle, demo)


def test_the_policy_in_the_bundle_is_the_one_that_people_signed(upgraded: tuple[Path, Played]) -> None:
    """Today's program knows more of a policy than it was signed with: what was signed is handed out as it was."""
    demo, played = upgraded
    with closing(sqlite3.connect(demo / "home" / "control.db")) as db:
        [(signed,)] = db.execute("SELECT body_json FROM store_policy WHERE state = 'approved'").fetchall()
    assert (played.bundle.folder / "data/approvals/policy.json").read_text("utf-8") == signed
    assert "anonymised_by" not in signed
