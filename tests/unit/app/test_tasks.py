"""Tasks of holders: done once, on evidence that is kept, by a person of the case with his own key."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl
import pyrage
import pytest
from tests.unit.app.app_cases import PEOPLE, T0, add_case, events, with_people
from tests.unit.store.samples import CASE

from bequest.app.context import Context, Run, open_context
from bequest.app.tasks import (
    _sealed_lines,
    export_list,
    finish_task,
    planned_tasks,
    renew_tasks,
    task_kept,
    task_list,
    task_residuals,
)
from bequest.crypto.age import generate_identity
from bequest.crypto.sealing import write_sealed
from bequest.demo.keys import DemoKeys
from bequest.engine.tableplan import TablePlan
from bequest.evidence.statement import read_statement
from bequest.kernel.errors import ApprovalError, BequestError, InputError, StateError
from bequest.model.case import Case, Source, SourceKind
from bequest.model.datamap import ColumnMap, FieldClass
from bequest.model.disposition import Disposition, Release, Residue
from bequest.model.facts import RowRole
from bequest.sources.opening import open_source
from bequest.steps.plan.whole_file import StaysWhole
from bequest.store.task_records import TaskRecord

TASK = "held-market"
COLUMNS = (("id", FieldClass.USER_ID), ("phone", FieldClass.PHONE))


@dataclass(frozen=True, slots=True)
class Asked:
    """A case with one open task."""

    ctx: Context
    case: Case
    keys: DemoKeys
    letter: Path
    secret: str

    def done(
        self, outcome: str = "deleted", *, letter: Path | None = None, person: str = "", key: str = ""
    ) -> TaskRecord:
        who = person or PEOPLE[0].id
        return finish_task(
            self.ctx, self.case.id, TASK, outcome=outcome, evidence=letter or self.letter, person_id=who,
            key=self.keys.person_files[key or PEOPLE[0].id],
        )  # fmt: skip


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    pair = generate_identity()
    held = Source(
        name="market", kind=SourceKind.HELD_ELSEWHERE, owner="某平台", contact="x@example.com",
        due_on=date(2027, 1, 15), age_recipient=pair.recipient,
    )  # fmt: skip
    case, keys = with_people(replace(CASE, sources=(*CASE.sources, held)), tmp_path / "keys")
    ctx = open_context(tmp_path / "home")
    add_case(ctx, case)
    [planned] = planned_tasks(case, ())
    with ctx.store.transaction() as tx:
        tx.tasks.record(
            case.id,
            TaskRecord(task_id=TASK, task=planned.task, due_on=planned.task.due_on, created_at=T0, state_at=T0),
        )
        tx.tasks.note_list(case.id, TASK, persons=2, list_digest="0" * 64)
    path = ctx.workspace(case.id).dir("stores", "tasks") / f"{TASK}.sealed"
    aad = f"bequest/task/v1\0{case.id}\0{TASK}".encode()
    ctx.keys(case.id).create("bodies")
    write_sealed(path, [b"table,row_key\na,1\na,2\n"], ctx.keys(case.id).get("bodies"), aad)
    letter = tmp_path / "张三.PDF"
    letter.write_bytes(b"%PDF the data listed were deleted")
    return Asked(ctx, case, keys, letter, pair.secret)


def test_an_open_task_is_a_dated_residual_and_a_done_one_is_none(asked: Asked) -> None:
    [residual] = task_residuals(asked.ctx, asked.case.id)
    assert (residual.due_on, "某平台" in residual.where_zh) == ("2027-01-15", True)
    done = asked.done()
    assert (done.state.value, done.outcome) == ("done", "deleted")
    assert task_residuals(asked.ctx, asked.case.id) == []
    assert task_kept(asked.ctx, asked.case.id) == ()
    assert ("task.done", f"task.done:{TASK}") in events(asked.ctx, asked.case.id)


def test_the_evidence_is_kept_under_a_name_of_ours_and_signed_for(asked: Asked) -> None:
    done = asked.done()
    workspace = asked.ctx.workspace(asked.case.id)
    [kept] = workspace.dir("attachments").iterdir()
    assert kept.name == f"{TASK}-{done.evidence_digest[:12]}.pdf"
    assert kept.read_bytes() == asked.letter.read_bytes()
    statement = read_statement((workspace.dir("statements") / f"{TASK}.dsse.json").read_bytes()).statement
    assert [(s.name, s.sha256) for s in statement.subjects] == [(f"data/attachments/{kept.name}", done.evidence_digest)]
    assert statement.predicate["attestedBy"] == PEOPLE[0].id


def test_said_again_it_stays_and_with_other_evidence_it_is_refused(asked: Asked, tmp_path: Path) -> None:
    assert asked.done() == asked.done()
    other = tmp_path / "other.txt"
    other.write_text("otherwise")
    with pytest.raises(StateError, match="done already"):
        asked.done(letter=other)
    with pytest.raises(StateError, match="done already"):
        asked.done("kept")


def test_what_a_holder_keeps_stands_on_the_certificate(asked: Asked) -> None:
    asked.done("kept")
    [kept] = task_kept(asked.ctx, asked.case.id)
    assert (kept.custodian, kept.values) == ("某平台", 2)


def test_the_list_is_encrypted_to_the_holder_and_its_export_logged(asked: Asked, tmp_path: Path) -> None:
    out = tmp_path / "list.age"
    assert export_list(asked.ctx, asked.case.id, TASK, out) == 2
    plain = pyrage.decrypt(out.read_bytes(), [pyrage.x25519.Identity.from_str(asked.secret)])
    assert plain == b"table,row_key\na,1\na,2\n"
    assert any(t == "access.read" for t, _ in events(asked.ctx, asked.case.id))


REFUSED: dict[str, tuple[type[BequestError], str, Callable[[Asked], object]]] = {
    "an unknown outcome": (InputError, "no outcome", lambda a: a.done("perhaps")),
    "no evidence": (InputError, "there is no evidence", lambda a: a.done(letter=Path("/nowhere/x.pdf"))),
    "a stranger": (ApprovalError, "is nobody in case", lambda a: a.done(person="stranger")),
    "another's key": (ApprovalError, "is not that of", lambda a: a.done(key=PEOPLE[1].id)),
}


@pytest.mark.parametrize(("error", "said", "act"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_good_enough(
    asked: Asked, error: type[BequestError], said: str, act: Callable[[Asked], object]
) -> None:
    with pytest.raises(error, match=said) as caught:
        act(asked)
    assert caught.value.hint
    assert [t.state.value for t in task_list(asked.ctx, asked.case.id)] == ["open"]


def test_a_file_that_stays_whole_is_a_task_of_the_transferor(asked: Asked) -> None:
    tasks = planned_tasks(asked.case, (StaysWhole("orders", 3),))
    assert [(t.task_id, t.task.owner, t.task.due_on) for t in tasks] == [
        (TASK, "某平台", "2027-01-15"), ("file-orders", asked.case.transferor.name, "2026-12-31"),
    ]  # fmt: skip


def test_lists_follow_the_decisions_and_what_a_done_task_listed_is_not_asked_for_again(
    asked: Asked, tmp_path: Path
) -> None:
    ctx, case = asked.ctx, asked.case
    folder = tmp_path / "held"
    folder.mkdir()
    held = replace(case.source("market"), name="shop", path=folder / "a.csv", age_recipient="")
    case = replace(case, sources=(held,))

    def renew(*names: str) -> tuple[str, ...]:
        (folder / "a.csv").write_text("id,phone\n" + "".join(f"{n},1380000000{n}\n" for n in names), "utf-8")
        run = Run(ctx, replace(ctx.case(case.id), case=case), "cutover", 1, T0)
        n = len(names)
        rows = pl.DataFrame(
            {"row_no": range(n), "d:id": [0] * n, "d:phone": [0] * n},
            schema={"row_no": pl.UInt32, "d:id": pl.UInt8, "d:phone": pl.UInt8},
        )
        columns = tuple(ColumnMap(c, "TEXT", cls, True, False, RowRole.CUSTOMER, 900, 1000) for c, cls in COLUMNS)
        plan = TablePlan("shop", "a", columns, ("id",), (), (Disposition(Release.NONE, Residue.DELETE),), rows)
        return renew_tasks(ctx, run, (), {("shop", "a"): plan}, {"shop": open_source(held)})

    def listed(task_id: str) -> list[str]:
        lines = _sealed_lines(ctx, case.id, task_id)
        return [] if lines is None else lines["row_key"].to_list()

    assert renew("1", "2") == ("held-shop",)
    assert renew("1", "2") == (), "nothing new"
    assert renew("1", "2", "3") == ("held-shop",)
    assert listed("held-shop") == ["1", "2", "3"]
    assert renew("2", "3") == ("held-shop",), "somebody disputes"
    assert listed("held-shop") == ["2", "3"]
    done = finish_task(
        ctx, case.id, "held-shop", outcome="deleted", evidence=asked.letter, person_id=PEOPLE[0].id,
        key=asked.keys.person_files[PEOPLE[0].id],
    )  # fmt: skip
    assert done.persons == 2
    assert renew("2", "3") == ()
    assert renew("2", "3", "4") == ("held-shop+2",)
    assert (listed("held-shop"), listed("held-shop+2")) == (["2", "3"], ["4"])
    opened = [e for t, e in events(ctx, case.id) if t == "task.opened"]
    assert opened == ["task.opened:held-shop", "task.opened:held-shop/2", "task.opened:held-shop/3",
                      "task.opened:held-shop+2"]  # fmt: skip
