"""The template of each event, filled in as its comments say, opens a case."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.unit.app.test_papers import PAPER, filled

from bequest.app.context import open_context
from bequest.app.open_case import open_case
from bequest.app.queries.case import case_overview
from bequest.model.case import COMPANY_ENDS, RELEASES_NOTHING, Event


@pytest.mark.parametrize("event", sorted(Event))
def test_a_filled_template_opens(tmp_path: Path, event: Event) -> None:
    text = filled(event).replace("rehearsal = true", "rehearsal = false")
    (tmp_path / "paper.pdf").write_bytes(PAPER)
    (tmp_path / "shown.toml").write_text('table = "crm.customers"\n[[columns]]\nname = "shop_id"\n')
    (tmp_path / "case.toml").write_text(text, encoding="utf-8")
    with closing(sqlite3.connect(tmp_path / "crm.db")) as db:
        db.execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, shop_id INTEGER)")
        db.execute("INSERT INTO customers VALUES (1, '示例', 12)")
        db.commit()
    ctx = open_context(tmp_path / "home")
    case = open_case(ctx, tmp_path / "case.toml")
    assert case_overview(ctx, case.id).next_step == "discover"
    assert (case.custodian is not None) == (event in RELEASES_NOTHING)
    assert (case.register_closes_on is not None) == (event in RELEASES_NOTHING)
    assert ("[[settle]]" in text) == (event in COMPANY_ENDS)
    ctx.store.close()
