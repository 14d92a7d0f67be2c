"""A whole case from the console: its people start and agree, two workers on PostgreSQL do the work."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from tests.control_databases import SETTING
from tests.web.conftest import PASSWORD, ROOT, Client, Server, start, stop

from bequest.app.clock import advance_clock
from bequest.app.console.accounts import add_account
from bequest.app.console.steps import SECONDERS
from bequest.app.context import Context, open_context
from bequest.app.make_bundle import make_bundle
from bequest.app.open_case import open_case
from bequest.app.rehearse import OPENED_AT, Company, _approve_all, _customers_answer, _finish_tasks, _receive_all
from bequest.app.run_discover import run_import_map
from bequest.app.telling import register, window_closes
from bequest.crypto.passwords import totp_code
from bequest.demo.company import make_company
from bequest.model.case import Case, Event, Role
from bequest.store.order_records import OrderState
from bequest.store.records import StepState


@dataclass
class House:
    """A case that was just opened, a server, workers, and its people."""

    ctx: Context
    case: Case
    folder: Path
    server: Server
    secrets: dict[str, bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    clients: dict[str, Client] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)

    def person(self, role: Role) -> str:
        return next(p.id for p in self.case.people if role in p.roles)

    def code(self, person: str) -> str:
        step = max(int(time.time()) // 30, self.used.get(person, 0) + 1)
        while step > int(time.time()) // 30 + 1:
            time.sleep(1)
        self.used[person] = step
        return totp_code(self.secrets[person], step * 30)

    def client(self, role: Role) -> Client:
        person = self.person(role)
        if person not in self.clients:
            client = self.server.client()
            given = {"name": person, "password": PASSWORD, "code": self.code(person)}
            assert client.send("/console/in", "/console/in", given).status == 303
            self.clients[person] = client
        return self.clients[person]

    @property
    def page(self) -> str:
        return f"/console/case/{self.case.id}/steps"

    def proof(self, role: Role) -> dict[str, str]:
        self.client(role)  # signed in before: each code works once
        return {"typed_case": self.case.id, "password": PASSWORD, "code": self.code(self.person(role))}

    def order(self, step: str, by: Role, second: Role | None = None) -> None:
        """Ordered, agreed to where that is needed."""
        assert (second is not None) == (step in SECONDERS)
        given = {"step": step} | (self.proof(by) if second else {})
        got = self.client(by).send(self.page, f"{self.page}/start", given)
        assert got.status == 303, got.text
        if second is not None:
            alone = self.client(by).send(self.page, f"{self.page}/agree", {"order": self.last().order_id})
            assert alone.status in {404, 422}
            given = {"order": self.last().order_id} | self.proof(second)
            got = self.client(second).send(self.page, f"{self.page}/agree", given)
            assert got.status == 303, got.text

    def run(self, step: str, by: Role, second: Role | None = None) -> None:
        self.order(step, by, second)
        self.done()
        assert self.last().state is OrderState.DONE, self.last()

    def last(self):
        with self.ctx.store.transaction() as tx:
            return tx.orders.list(self.case.id)[-1]

    def done(self, seconds: float = 120) -> None:
        until(lambda: not self.last().is_open, seconds)


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.2)


def start_worker(home: Path, log: Path, *options: str) -> subprocess.Popen[bytes]:
    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, "-c", "from bequest.cli.main import main; main()", "--home", str(home), "worker",
             *options],
            stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
            env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        )  # fmt: skip


@pytest.fixture(params=["postgresql"], scope="module")
def house(request, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    from tests.control_databases import new_control_database

    url = new_control_database(request.getfixturevalue("postgres"))
    base = tmp_path_factory.mktemp("house")
    (base / "co").mkdir()
    made = make_company(base / "co", event=Event.E5, customers=300, seed=1)
    ctx = open_context(base / "home", database_url=url)
    case = open_case(ctx, made.case_file, clock_at=OPENED_AT)
    secrets = {p.id: add_account(ctx, case.id, p.id, password=PASSWORD).totp_secret for p in case.people}
    before = os.environ.get(SETTING)
    os.environ[SETTING] = url
    server = start(base / "home")
    found = House(ctx, case, base / "co", server, secrets)
    try:
        keys = [f"--{r.value}-key={Company(base / 'co').key(found.person(r))}" for r in (Role.OPERATOR, Role.VERIFIER)]
        keys += [f"--officer-key={Company(base / 'co').key(found.person(Role.OFFICER))}"]
        for n in range(2):
            found.workers.append(start_worker(base / "home", base / f"worker-{n}.log", *keys))
        yield found
    finally:
        for worker in found.workers:
            worker.terminate()
            worker.wait(timeout=60)
        stop(server)
        ctx.store.close()
        os.environ.pop(SETTING) if before is None else os.environ.update({SETTING: before})


def test_a_case_from_opening_to_close(house: House) -> None:
    ctx, case, company = house.ctx, house.case, Company(house.folder)
    house.run("discover", Role.IT)
    run_import_map(ctx, case.id, house.folder / "map.toml")
    house.run("link", Role.IT)
    house.run("plan", Role.LEGAL)
    house.run("assess", Role.OFFICER)
    _approve_all(ctx, case, company)
    house.run("notify", Role.SERVICE, Role.LEGAL)
    assert register(ctx.workspace(case.id)).height
    house.order("cutover", Role.CUTOVER, Role.OFFICER)  # windows still run: refused, with the way out
    house.done()
    failed = house.last()
    assert failed.state is OrderState.FAILED
    page = house.client(Role.OFFICER).get(f"{house.page}?lang=en").text
    assert failed.error_code in page
    assert "Notify" in page
    _tell_to_the_end(house)
    house.run("cutover", Role.CUTOVER, Role.OFFICER)
    _finish_tasks(ctx, case, company)
    house.order("deliver", Role.IT, Role.LEGAL)
    until(lambda: house.last().state is not OrderState.QUEUED)
    os.killpg(house.workers[0].pid, signal.SIGKILL)  # whichever has it, the other one goes on
    house.done()
    assert house.last().state is OrderState.DONE
    _receive_all(ctx, case, company)
    house.run("destroy", Role.OPERATOR, Role.OFFICER)
    house.run("close", Role.OFFICER, Role.LEGAL)
    with ctx.store.transaction() as tx:
        done = [r.step for r in tx.steps.all(case.id) if r.state is StepState.DONE]
    assert [done.count(s) for s in ("cutover", "deliver", "destroy", "close")] == [1, 1, 1, 1]
    assert make_bundle(ctx, case.id).report.ok
    page = house.client(Role.OFFICER).get(f"{house.page}?lang=en").text
    assert "It cannot be run any more" in page


def _tell_to_the_end(house: House) -> None:
    from bequest.app.rehearse import _tell_all

    _tell_all(house.ctx, house.case, Company(house.folder))
    end = window_closes(house.ctx.workspace(house.case.id), house.case)
    today = house.ctx.now(house.case.id).date()
    assert end is not None
    advance_clock(house.ctx, house.case.id, max(end + timedelta(days=1), house.case.effective_on) - today)
    _customers_answer(house.ctx, house.case, Company(house.folder))
