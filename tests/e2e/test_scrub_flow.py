"""What becomes of deleted bytes on a real server: decided apart, by those who run it, carried out in its window."""

import base64
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.server_lab import CASE, ServerLab
from tests.servers import Postgres, Server

from bequest.app.clock import advance_clock
from bequest.app.context import Context, open_context
from bequest.app.run_destroy import run_destroy
from bequest.app.scrubbing import decide_scrub, scrub_plans
from bequest.kernel.errors import ApprovalError, InputError, SourceError, StateError
from bequest.model.case import Role


@dataclass
class Flow:
    """A case before its destruction, on which nobody has decided anything about the server."""

    lab: ServerLab
    folder: Path
    database: str

    @property
    def ctx(self) -> Context:
        return open_context(self.folder / "home", environ={"CRM": self.lab.server.url(self.database)})

    def key(self, role: Role) -> Path:
        return self.folder / "keys" / next(p.id for p in self.ctx.case(CASE).case.people if role in p.roles)

    def destroy(self) -> None:
        run_destroy(self.ctx, CASE, keys={r: self.key(r) for r in (Role.OPERATOR, Role.VERIFIER, Role.OFFICER)})

    def decide(self, begins: float = 0, ends: float = 12, role: Role = Role.IT, **more: Any) -> None:
        """A window so many hours from now."""
        now = self.ctx.now(CASE)
        window = (now + timedelta(hours=begins), now + timedelta(hours=ends))
        until = (now + timedelta(days=90)).date()
        decide_scrub(self.ctx, CASE, "crm", self.key(role), **{"window": window, "until": until, **more})

    def events(self, what: str) -> list[str]:
        with closing(sqlite3.connect(self.folder / "home" / "control.db")) as db:
            found = db.execute("SELECT event_id FROM store_outboxevent WHERE event_id LIKE ?", (f"{what}%",))
            return [str(r[0]) for r in found]

    def certificate(self) -> dict[str, Any]:
        path = self.folder / "home/cases" / CASE / "statements" / "certificate.dsse.json"
        said: dict[str, Any] = json.loads(base64.b64decode(json.loads(path.read_text())["payload"]))
        return said

    def rows_are_deleted(self) -> bool:
        return self.lab.rows(self.database) == self.lab.end["rows"]


@pytest.fixture(scope="module", params=["postgres", "mariadb"])
def lab(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerLab]:
    server: Server = request.getfixturevalue(request.param)
    made = ServerLab(server, tmp_path_factory.mktemp(request.param))
    yield made
    made.stop()


@pytest.fixture
def flow(lab: ServerLab, tmp_path: Path) -> Flow:
    return Flow(lab, *lab.copy("scrub", tmp_path / "case"))


def test_nothing_is_deleted_before_somebody_decided(flow: Flow) -> None:
    before = flow.lab.rows(flow.database)
    with pytest.raises(ApprovalError, match="nobody has decided") as refused:
        flow.destroy()
    assert f"bequest scrub approve {CASE} crm --key FILE" in refused.value.hint
    assert flow.lab.rows(flow.database) == before
    assert flow.events("destruction.intent") == []


def test_only_who_runs_the_server_decides_and_says_all_that_is_needed(flow: Flow) -> None:
    with pytest.raises(ApprovalError, match="belongs to nobody with that role"):
        flow.decide(role=Role.LEGAL)
    with pytest.raises(InputError, match="no database server"):
        decide_scrub(flow.ctx, CASE, "orders", flow.key(Role.IT), window=None)
    with pytest.raises(InputError, match="without a day or a reason"):
        flow.decide(window=None, until=None)
    with pytest.raises(InputError, match="ends before it begins, or is over"):
        flow.decide(begins=-5, ends=-1)
    with pytest.raises(InputError, match="without a day until which it may remain"):
        flow.decide(until=None)
    assert flow.events("scrub.decided") == []


def test_rows_go_at_once_and_the_scrub_waits_for_its_window(flow: Flow) -> None:
    flow.decide(begins=24, ends=36)
    with pytest.raises(StateError, match="begins at") as early:
        flow.destroy()
    assert f"bequest destroy {CASE}" in early.value.hint
    assert flow.rows_are_deleted()
    assert flow.events("scrub.intent") == []
    advance_clock(flow.ctx, CASE, timedelta(days=1))
    flow.destroy()
    assert len(flow.events("scrub.intent")) == len(flow.events("scrub.outcome")) == 1
    with pytest.raises(StateError, match="is scrubbed already"):
        flow.decide()


def test_another_scrub_than_the_one_approved_is_not_begun(flow: Flow) -> None:
    flow.decide()
    if isinstance(flow.lab.server, Postgres):
        change = "CREATE MATERIALIZED VIEW crm.cities AS SELECT * FROM crm.addresses"
        flow.lab.server.execute(flow.database, change)
    else:
        flow.lab.server.execute(flow.database, "SET GLOBAL general_log = 1")
    try:
        with pytest.raises(StateError, match="another than the one approved") as refused:
            flow.destroy()
        assert "approve it anew" in refused.value.hint
        assert flow.rows_are_deleted()
        assert flow.events("scrub.intent") == []
        flow.decide()
        flow.destroy()
        assert len(flow.events("scrub.outcome")) == 1
    finally:
        if not isinstance(flow.lab.server, Postgres):
            flow.lab.server.execute(flow.database, "SET GLOBAL general_log = 0")


def outcome(flow: Flow, number: int) -> dict[str, Any]:
    with closing(sqlite3.connect(flow.folder / "home" / "control.db")) as db:
        query = "SELECT payload_json FROM store_outboxevent WHERE event_id = ?"
        [(payload,)] = db.execute(query, (f"scrub.outcome:crm-{number}",))
    found: dict[str, Any] = json.loads(payload)
    return found


def test_every_attempt_is_on_record_and_keeps_to_the_window(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    module = f"bequest.sources.{'postgresql' if isinstance(flow.lab.server, Postgres) else 'mariadb'}"
    flow.decide()

    def full(*_: object, **__: object) -> None:
        raise SourceError("the server's disk is full", code="BQ-SOURCE-23")

    def slow(*args: Any, **__: object) -> None:
        advance_clock(flow.ctx, CASE, timedelta(days=1))
        args[-1 if isinstance(flow.lab.server, Postgres) else 2]()  # its guard, before the next of its steps

    with monkeypatch.context() as patched:
        patched.setattr(f"{module}.scrub", full)
        with pytest.raises(SourceError, match="disk is full"):
            flow.destroy()
    assert "failed" in outcome(flow, 1)["counts"]
    with monkeypatch.context() as patched:
        patched.setattr(f"{module}.scrub", slow)
        with pytest.raises(StateError, match="the window for the scrub of crm ended"):
            flow.destroy()
    assert "failed" in outcome(flow, 2)["counts"]
    with pytest.raises(StateError, match="the window for the scrub of crm ended"):
        flow.destroy()
    assert flow.events("scrub.intent") == ["scrub.intent:crm-1", "scrub.intent:crm-2"]
    flow.decide()
    flow.destroy()
    assert flow.events("scrub.outcome") == [f"scrub.outcome:crm-{n}" for n in (1, 2, 3)]
    assert not outcome(flow, 3).get("counts")


def test_a_server_of_others_is_left_until_a_day(flow: Flow) -> None:
    with closing(sqlite3.connect(flow.folder / "home" / "control.db")) as db, db:
        for table in ("store_case", "store_caserevision"):
            db.execute(
                f"UPDATE {table} SET body_json = replace(body_json, ?, ?)", ('"managed":false', '"managed":true')
            )
    assert flow.ctx.case(CASE).case.source("crm").managed
    assert not scrub_plans(flow.ctx, CASE)["crm"].is_possible
    with pytest.raises(StateError, match="cannot be scrubbed") as refused:
        flow.decide()
    assert "--leave --until --reason" in refused.value.hint
    flow.decide(window=None, reason="由云服务商运维，备份 90 日后覆盖")
    flow.destroy()
    assert flow.rows_are_deleted()
    assert flow.events("scrub.intent") == []
    until = (flow.ctx.now(CASE) + timedelta(days=90)).date().isoformat()
    left = [r for r in flow.certificate()["predicate"]["residuals"] if "crm" in str(r)]
    assert any(until in str(r) for r in left), left
