"""Holds of a court or an authority: who may set one, on whom it acts, and that nothing takes it away by the way."""

import csv
import hashlib
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from tests.unit.app.conftest import DemoHome
from tests.unit.demo.reading import read_crm

from bequest.app.hold_names import named
from bequest.app.known import known_input
from bequest.app.legal_holds import LegalHold, all_holds, in_force, subjects_of, with_holds
from bequest.app.people_desk.find import find_people
from bequest.app.people_desk.person import person
from bequest.app.run_discover import data_map
from bequest.app.run_link import load_linked, run_link
from bequest.app.run_plan import load_plans, run_plan
from bequest.app.set_hold import lift_hold, list_holds, set_hold
from bequest.engine.tableplan import DECISION_PREFIX
from bequest.kernel.errors import ApprovalError, BequestError, InputError, StateError
from bequest.model.disposition import Release, Residue

UNTIL = date(2027, 6, 30)
ON_HOLD = {(Release.NONE, Residue.BLOCKED), (Release.NONE, Residue.DELETE)}
"""Password digests are decided as of anybody with an open dispute; the destruction keeps the whole row."""
LEGAL = "song-yanqiu"


def keys_of(home: DemoHome) -> Path:
    return home.company.case_file.parent / "keys"


def papers(folder: Path) -> tuple[Path, Path]:
    order, release = folder / "裁定书.pdf", folder / "解除.pdf"
    order.write_bytes(b"%PDF keep all of it")
    release.write_bytes(b"%PDF no longer")
    return order, release


def put(home: DemoHome, tmp_path: Path, given: pl.DataFrame, *, by: str = LEGAL, until: date = UNTIL) -> LegalHold:
    order, _ = papers(tmp_path)
    return set_hold(
        home.ctx, home.case_id, given, paper=order, reason="litigation", until=until, person_id=by,
        key=keys_of(home) / by,
    ).hold  # fmt: skip


def somebody(home: DemoHome) -> dict[str, object]:
    """A customer whose data would go to the receiver."""
    customers = read_crm(home.company.case_file.parent, "customers")
    plan = load_plans(home.ctx.workspace(home.case_id), data_map(home.ctx, home.case_id))[("crm", "customers")]
    goes = [i for i, d in enumerate(plan.dispositions) if d.release is Release.AS_IS]
    rows = plan.rows.filter(pl.col(DECISION_PREFIX + "mobile").is_in(goes))["row_no"].to_list()
    return next(customers[n] for n in rows if customers[n]["mobile"])


def outcomes(home: DemoHome, customer: dict[str, object]) -> set[tuple[Release, Residue]]:
    plan = load_plans(home.ctx.workspace(home.case_id), data_map(home.ctx, home.case_id))[("crm", "customers")]
    customers = read_crm(home.company.case_file.parent, "customers")
    row = plan.rows.filter(pl.col("row_no") == customers.index(customer))
    found = {plan.dispositions[row[DECISION_PREFIX + c.name][0]] for c in plan.columns}
    return {(d.release, d.residue) for d in found}


def test_a_plan_blocks_whoever_is_on_hold_until_it_is_lifted(planned: DemoHome, tmp_path: Path) -> None:
    customer = somebody(planned)
    before = outcomes(planned, customer)
    assert any(release is not Release.NONE for release, _ in before)
    hold = put(planned, tmp_path, named([f"crm.customers:{customer['id']}"], None))
    assert hold.people == 1
    assert hold.rows >= 1
    run_plan(planned.ctx, planned.case_id)
    assert outcomes(planned, customer) == ON_HOLD
    run_link(planned.ctx, planned.case_id)  # numbers of people may change: the hold goes by what they are known under
    run_plan(planned.ctx, planned.case_id)
    assert outcomes(planned, customer) == ON_HOLD
    _, release = papers(tmp_path)
    lift_hold(planned.ctx, planned.case_id, hold.hold_id, paper=release, person_id=LEGAL, key=keys_of(planned) / LEGAL)
    run_plan(planned.ctx, planned.case_id)
    assert outcomes(planned, customer) == before


def test_a_file_names_people_by_what_is_theirs_and_the_log_and_the_workspace_say_none_of_it(
    planned: DemoHome, tmp_path: Path
) -> None:
    customer = somebody(planned)
    mobile, name = str(customer["mobile"]), str(customer["name"])
    file = tmp_path / "who.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([("kind", "value"), ("phone", mobile)])
    hold = put(planned, tmp_path, named([], file))
    [found] = find_people(planned.ctx, planned.case_id, "phone", mobile)
    assert [h.hold_id for h in person(planned.ctx, planned.case_id, found).holds] == [hold.hold_id]
    home = planned.ctx.home
    with closing(sqlite3.connect(home / "control.db")) as db:
        said = [r[0] for r in db.execute("SELECT payload_json FROM store_outboxevent WHERE payload_json LIKE '%hold%'")]
    assert ["hold.intent" in s or "hold.outcome" in s for s in said].count(True) == 2
    order, _ = papers(tmp_path)
    assert all(hashlib.sha256(order.read_bytes()).hexdigest() in s for s in said)
    new = [p for p in home.rglob("*") if p.is_file() and hold.hold_id in p.name]
    assert {p.parent.name for p in new} >= {"attachments", "statements", "holds"}
    text = b"".join(p.read_bytes() for p in new) + "".join(said).encode()
    assert mobile.encode() not in text
    assert name.encode() not in text
    assert not any("裁定" in p.name for p in new)


def test_the_same_again_is_one_hold_and_after_its_lifting_another(planned: DemoHome, tmp_path: Path) -> None:
    given = named([f"crm.customers:{somebody(planned)['id']}"], None)
    first, again = put(planned, tmp_path, given), put(planned, tmp_path, given)
    assert first == again
    assert len(list_holds(planned.ctx, planned.case_id)) == 1
    order, release = papers(tmp_path)
    how = {"person_id": LEGAL, "key": keys_of(planned) / LEGAL}
    for _ in range(2):
        lift_hold(planned.ctx, planned.case_id, first.hold_id, paper=release, **how)  # type: ignore[arg-type]
    with pytest.raises(StateError, match="lifted already"):
        lift_hold(planned.ctx, planned.case_id, first.hold_id, paper=order, **how)  # type: ignore[arg-type]
    second = put(planned, tmp_path, given)
    assert second.hold_id != first.hold_id
    assert in_force(planned.ctx.workspace(planned.case_id)) == (second.hold_id,)


def test_a_dispute_that_the_person_settles_does_not_take_the_hold_away() -> None:
    said = pl.DataFrame(
        {"subject": [1, 2], "fact": ["dispute", "dispute"], "value": ["none", "none"], "lot": ["", "a"]},
    )
    held = pl.Series("subject", [1, 3])
    found = set(with_holds(said, held, ("a", "b")).rows())
    assert found == {(s, "dispute", "open", lot) for s in (1, 3) for lot in ("", "a", "b")} | {
        (2, "dispute", "none", "a")
    }


def test_somebody_killed_between_intent_and_hold_says_it_again_and_it_is_there(
    planned: DemoHome, tmp_path: Path
) -> None:
    class Killed(BaseException):
        pass

    class Kill:
        def at(self, case_id: str, point: str) -> None:
            if point == "hold.intent_published":
                raise Killed

    given = named([f"crm.customers:{somebody(planned)['id']}"], None)
    hooks, planned.ctx.hooks = planned.ctx.hooks, Kill()
    with pytest.raises(Killed):
        put(planned, tmp_path, given)
    assert all_holds(planned.ctx.workspace(planned.case_id)) == ()
    planned.ctx.hooks = hooks
    hold = put(planned, tmp_path, given)
    with planned.ctx.store.transaction() as tx:
        ids = [e.event_id for e in tx.outbox.all(planned.case_id) if "hold" in e.event_id]
    assert ids == [f"hold.{w}:{hold.hold_id}-set" for w in ("intent", "outcome")]


def test_a_hold_reaches_every_record_of_its_person(planned: DemoHome, tmp_path: Path) -> None:
    hold = put(planned, tmp_path, named([f"crm.customers:{somebody(planned)['id']}"], None))
    ctx, case = planned.ctx, planned.ctx.case(planned.case_id).case
    workspace, datamap = ctx.workspace(planned.case_id), data_map(ctx, planned.case_id)
    linked = load_linked(workspace, case, datamap)
    held = subjects_of(workspace, linked, [hold.hold_id])
    assert len(held) == 1
    facts = known_input(workspace, case, datamap, linked, (), told=False).answers
    assert facts.filter(pl.col("subject") == held[0]).select("fact", "value").unique().rows() == [("dispute", "open")]


BAD = {
    "nobody named": ([], None, InputError, "nobody is named"),
    "no such row": (["crm.customers:no-such-row"], None, InputError, "--who 1"),
    "no such table": (["crm.nothing:1"], None, InputError, "--who 1"),
    "a reference before any letter": (["ABCD"], None, InputError, "--who 1"),
    "an unknown kind": ([], "kind,value\nshoe_size,42\n", InputError, "line 2"),
    "half a number": ([], "kind,value\nphone,135\n", InputError, "line 2 of the file"),
    "a column too many": ([], "kind,value,more\nphone,1,2\n", InputError, "does not name the columns"),
}


@pytest.mark.parametrize(("who", "file", "error", "said"), BAD.values(), ids=BAD)
def test_people_who_are_not_found_leave_nobody_on_hold(
    planned: DemoHome, tmp_path: Path, who: list[str], file: str | None, error: type[BequestError], said: str
) -> None:
    path = None
    if file is not None:
        path = tmp_path / "who.csv"
        path.write_text(file, encoding="utf-8")
    with pytest.raises(error) as e:
        put(planned, tmp_path, named([*who], path))
    assert said in e.value.message
    assert not any(w in e.value.message for w in who)
    assert all_holds(planned.ctx.workspace(planned.case_id)) == ()


def test_it_takes_the_law_a_key_a_paper_and_a_day_to_come(planned: DemoHome, tmp_path: Path) -> None:
    given = named([f"crm.customers:{somebody(planned)['id']}"], None)
    people = planned.ctx.case(planned.case_id).case.people
    other = next(p.id for p in people if "legal" not in {r.value for r in p.roles} and p.public_key)
    with pytest.raises(ApprovalError, match="may set and lift no hold"):
        put(planned, tmp_path, given, by=other)
    with pytest.raises(InputError, match="not after today"):
        put(planned, tmp_path, given, until=date(2020, 1, 1))
    empty = tmp_path / "empty.pdf"
    empty.touch()
    key = keys_of(planned) / LEGAL
    for paper, reason, person_id, error in (
        (empty, "litigation", LEGAL, InputError),
        (tmp_path / "none.pdf", "litigation", LEGAL, InputError),
        (papers(tmp_path)[0], "because", LEGAL, InputError),
        (papers(tmp_path)[0], "litigation", other, ApprovalError),
        (papers(tmp_path)[0], "litigation", "nobody", ApprovalError),
    ):
        with pytest.raises(error):
            set_hold(
                planned.ctx, planned.case_id, given, paper=paper, reason=reason, until=UNTIL, person_id=person_id,
                key=key,
            )  # fmt: skip
    with pytest.raises(InputError, match="there is no hold"):
        lift_hold(planned.ctx, planned.case_id, "hold-1", paper=papers(tmp_path)[0], person_id=LEGAL, key=key)
    assert all_holds(planned.ctx.workspace(planned.case_id)) == ()


def test_before_linking_there_is_nobody_to_hold(opened: DemoHome, tmp_path: Path) -> None:
    with pytest.raises(StateError):
        put(opened, tmp_path, named(["crm.customers:1"], None))
