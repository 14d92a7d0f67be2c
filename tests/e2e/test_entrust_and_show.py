"""Entrusting (E12) and due diligence (E14), from case file to a bundle that verifies; what is refused on the way."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from tests.e2e.whole_case import assert_verifies

from bequest.app.casefile import read_case_file
from bequest.app.context import Context, open_context
from bequest.app.rehearse import begin_rehearsal, rehearse
from bequest.app.run_close import run_close
from bequest.app.run_destroy import run_destroy
from bequest.app.run_notify import run_notify
from bequest.app.show_tables import check_shown, show_tables
from bequest.app.tasks import finish_task, task_list
from bequest.demo import make_company
from bequest.evidence.event_types import ENDING, MOVING, EventType
from bequest.kernel.errors import CaseFileError, GuardError, InputError, StateError
from bequest.model.case import Event, Role
from bequest.store.task_records import TaskState


@pytest.fixture
def made(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Context, Path, str]]:
    event: Event = request.param
    folder = make_company(tmp_path / "demo", event=event, customers=120).folder
    ctx = open_context(tmp_path / "home")
    yield ctx, folder, f"demo-{event.value.lower()}"
    ctx.store.close()


def files_in(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir()) if p.is_file()}


def types_in(ctx: Context, case_id: str) -> set[str]:
    with ctx.store.transaction() as tx:
        return {e.typ for e in tx.outbox.all(case_id)}


@pytest.mark.parametrize("made", [Event.E14], indirect=True)
def test_a_due_diligence_shows_the_approved_tables_and_nothing_else(
    made: tuple[Context, Path, str], tmp_path: Path
) -> None:
    ctx, folder, case_id = made
    before, described = files_in(folder / "sources"), folder / "papers" / "shown-customers.toml"
    begin_rehearsal(ctx, folder)
    with pytest.raises(StateError, match="owes nobody a notice"):
        run_notify(ctx, case_id)
    with pytest.raises(StateError, match="customers of the plan was not made"):
        run_close(ctx, case_id)
    asked = described.read_bytes()
    described.write_bytes(asked.replace(b"k = 10", b"k = 2"))
    with pytest.raises(GuardError, match="no longer the one that was approved"):
        show_tables(ctx, case_id, tmp_path / "loose")
    assert not (tmp_path / "loose").exists()
    described.write_bytes(asked)
    [first] = show_tables(ctx, case_id, tmp_path / "shown")
    [again] = show_tables(ctx, case_id, tmp_path / "shown")
    assert (first.chosen, first.rows) == (again.chosen, again.rows)
    shown = pl.read_csv(tmp_path / "shown" / "customers" / "table.csv", infer_schema=False)
    assert shown.group_by("birthday", "cust_type").len()["len"].min() == first.chosen.k >= 10  # type: ignore[operator]
    assert shown.columns == ["birthday", "cust_type", "status"]
    described_anew = replace(case := ctx.case(case_id).case, showings=(replace(case.showings[0], sha256="0" * 64),))
    check_shown(ctx, case)
    with pytest.raises(StateError, match="customers of the plan was not made"):
        check_shown(ctx, described_anew)
    played = rehearse(ctx, folder)
    assert_verifies(played.bundle, tmp_path)
    assert EventType.TABLE_SHOWN.value in types_in(ctx, case_id)
    assert not {t.value for t in MOVING} & types_in(ctx, case_id)
    with ctx.store.transaction() as tx:
        assert len([e for e in tx.outbox.all(case_id) if e.typ == EventType.TABLE_SHOWN.value]) == 1
    statements = [p.name for p in (played.bundle.folder / "data/statements").glob("shown-*")]
    assert len(statements) == 1
    assert files_in(folder / "sources") == before
    for lang, said in (("zh", "制作了 1 张匿名表"), ("en", "1 anonymous table made for the prospective buyer")):
        assert said in played.reports[lang].read_text(encoding="utf-8")


@pytest.mark.parametrize("made", [Event.E12], indirect=True)
def test_what_is_entrusted_comes_back_before_the_case_closes(made: tuple[Context, Path, str], tmp_path: Path) -> None:
    ctx, folder, case_id = made
    before, letter = files_in(folder / "sources"), folder / "evidence" / "return-shop-12.txt"
    proof = letter.read_bytes()
    letter.unlink()
    begin_rehearsal(ctx, folder)
    with pytest.raises(StateError, match="owes nobody a notice"):
        run_notify(ctx, case_id)
    with pytest.raises(StateError, match=r"shop-12 entrusted is still with vendor: due back on 2029-12-31"):
        rehearse(ctx, folder)
    with pytest.raises(StateError, match="destroys nothing at the source"):
        run_destroy(ctx, case_id, keys={})
    [task] = [t for t in task_list(ctx, case_id) if t.task.kind == "return"]
    assert (task.state, task.due_on) == (TaskState.OPEN, "2029-12-31")
    letter.write_bytes(proof)
    officer = next(p.id for p in ctx.case(case_id).case.people if Role.OFFICER in p.roles)
    with pytest.raises(InputError, match="'kept' is no outcome of such a task"):
        finish_task(
            ctx,
            case_id,
            task.task_id,
            outcome="kept",
            evidence=letter,
            person_id=officer,
            key=folder / "keys" / officer,
        )
    played = rehearse(ctx, folder)
    assert_verifies(played.bundle, tmp_path)
    assert "claims.given_back" in {c.code for c in played.bundle.report.checks}
    types = types_in(ctx, case_id)
    assert EventType.DELIVERY_RECEIPT.value in types
    assert not {t.value for t in ENDING} & types
    assert not {t for t in types if t.startswith(("notice.", "feedback."))}
    assert files_in(folder / "sources") == before
    assert "returned or deleted, with proof" in played.reports["en"].read_text(encoding="utf-8")
    with ctx.store.transaction() as tx:
        latest = tx.populations.latest(case_id)
    assert latest is not None
    decided: Counter[tuple[str, str, str]] = Counter()
    for c in latest.population.counts:
        decided[(f"{c.source}.{c.table}.{c.column}", c.release.value, c.residue.value)] += c.values
    truth = pl.read_parquet(folder / "truth" / "outcomes.parquet")
    place = pl.concat_str("source", "table", "column", separator=".")
    expected = truth.group_by(place.alias("place"), "release", "residue").len()
    assert +decided == Counter({(p, a, b): n for p, a, b, n in expected.iter_rows()})


SLIPS = {
    "a table of no source": ("crm.customers", "shop.customers", "is of no source that is read"),
    "no table of the case": ('table = "crm.customers"', 'input = "x.csv"', "names no table of the case"),
    "nobody hidden": ("k = 10", "k = 1", "'k' must be a number from 2"),
    "no TOML": ("k = 10", "k = ", "is not TOML"),
}


@pytest.fixture(scope="module")
def diligence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_company(tmp_path_factory.mktemp("slips") / "demo", event=Event.E14, customers=120).folder


@pytest.mark.parametrize(("old", "new", "said"), SLIPS.values(), ids=SLIPS)
def test_a_description_is_read_when_the_case_file_is(diligence: Path, old: str, new: str, said: str) -> None:
    described = diligence / "papers" / "shown-customers.toml"
    whole = described.read_text(encoding="utf-8")
    described.write_text(whole.replace(old, new), encoding="utf-8")
    try:
        with pytest.raises(CaseFileError, match=said):
            read_case_file(diligence / "case.toml")
    finally:
        described.write_text(whole, encoding="utf-8")


def test_only_a_due_diligence_shows_tables_and_it_shows_some(diligence: Path, tmp_path: Path) -> None:
    file = diligence / "case.toml"
    whole = file.read_text(encoding="utf-8")
    start = whole.index("[[showings]]")
    cases = {
        "a due diligence shows at least one": whole[:start] + whole[whole.index("[[sources]]") :],
        "event E2 shows no tables": whole.replace('event = "E14"', 'event = "E2"'),
        "'byer' is not named": whole.replace('receiver = "buyer"', 'receiver = "byer"'),
    }
    for said, text in cases.items():
        other = file.with_name("other.toml")
        other.write_text(text, encoding="utf-8")
        with pytest.raises(CaseFileError, match=said):
            read_case_file(other)
