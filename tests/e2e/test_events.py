"""Events without a demo of their own, to a verified bundle; a deregistration that goes wrong first."""

import re
import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bequest.app.change_case import update_case
from bequest.app.clock import advance_clock
from bequest.app.context import Context, open_context
from bequest.app.end_custody import destroy_custody
from bequest.app.open_custody import open_custody
from bequest.app.rehearse import Played, rehearse
from bequest.app.run_link import run_link
from bequest.app.run_plan import run_plan
from bequest.demo import make_company
from bequest.demo.company import DEMO_EVENTS
from bequest.evidence.verify import verify_bundle
from bequest.kernel.errors import GuardError, StateError
from bequest.model.case import Event, Role
from bequest.model.disposition import Release, Residue
from bequest.model.plan import Population

PAPER = "succession-resolution"
PAPERS = {Event.E4: (PAPER,), Event.E6: (PAPER,)}


@dataclass(frozen=True)
class Made:
    """A demo company whose case file tells of another event."""

    folder: Path
    ctx: Context
    id: str

    @property
    def crm(self) -> dict[int, int]:
        """Customers by shop in the source."""
        with sqlite3.connect(self.folder / "sources" / "crm.db") as db:
            return dict(db.execute("select shop_id, count(*) from customers group by 1"))


def make(tmp: Path, event: Event) -> Made:
    like = Event.E10 if event is Event.E13 else Event.E5
    folder = make_company(tmp / "demo", event=like, customers=200).folder
    file = folder / "case.toml"
    text = file.read_text(encoding="utf-8").replace(f'event = "{like}"', f'event = "{event}"')
    for kind in PAPERS.get(event, ()):
        (folder / f"{kind}.pdf").write_bytes(kind.encode())
        text += f'\n[[papers]]\nkind = "{kind}"\ntitle = "文件"\nissued_by = "示例法院"\nissued_on = 2026-11-01\n'
        text += f'file = "{kind}.pdf"\n'
    if event is Event.E1:
        for section in ("receivers", "lots", "escrow"):
            text = re.sub(rf"(#[^\n]*\n)?\[\[?{section}\]\]?\n.*?(?=\n(#|\[))", "", text, flags=re.S)
    file.write_text(text, encoding="utf-8")
    return Made(folder, open_context(tmp / "home"), f"demo-{like.lower()}")


def population(made: Made) -> Population:
    with made.ctx.store.transaction() as tx:
        latest = tx.populations.latest(made.id)
    assert latest is not None
    return latest.population


def values(made: Made, *, outside: bool) -> dict[tuple[Release, Residue], int]:
    sums: dict[tuple[Release, Residue], int] = {}
    for c in population(made).counts:
        if (c.lot == "") is outside:
            sums[(c.release, c.residue)] = sums.get((c.release, c.residue), 0) + c.values
    return sums


@pytest.mark.parametrize("event", sorted(frozenset(Event) - DEMO_EVENTS))
def test_each_event_runs_to_a_bundle_that_verifies(tmp_path: Path, event: Event) -> None:
    made = make(tmp_path, event)
    before = made.crm
    played: Played = rehearse(made.ctx, made.folder)
    assert played.bundle.report.complete
    assert [c.code for c in played.bundle.report.checks if not c.ok] == []
    after, outside, inside = made.crm, values(made, outside=True), values(made, outside=False)
    released = sum(n for (release, _), n in inside.items() if release is not Release.NONE)
    with made.ctx.store.transaction() as tx:
        attached = [e for e in tx.outbox.all(made.id) if e.typ == "authority.attached"]
    assert len(attached) == len(PAPERS.get(event, ())) + (event is Event.E13)  # the agreement of its lot
    if event is Event.E1:
        assert after == before
        return
    assert released
    if event is Event.E13:  # a copy passes; the transferor goes on with all of it
        assert after == before
        left = {residue for release, residue in inside if release is not Release.NONE}
        assert left <= {Residue.IN_USE, Residue.CUSTODY}  # custody: the proof of what people answered
    if event is Event.E6:  # the company ends: nothing outside is left but what must be kept or is in dispute
        gone = {(Release.NONE, r) for r in (Residue.DELETE, Residue.CUSTODY, Residue.BLOCKED)}
        assert set(outside) <= gone
        assert 13 not in after
    else:
        assert set(outside) == {(Release.NONE, Residue.IN_USE)}
    made.ctx.store.close()


class CloseTheRegister:
    """Cuts the destruction off once the keeper has the keys; moves the clock past the day once all is destroyed."""

    def __init__(self) -> None:
        self.ctx: Context | None = None
        self.cut = False

    def at(self, case_id: str, point: str) -> None:
        if point == "destroy.custody_handed_over" and not self.cut:
            self.cut = True
            raise StateError("cut off", hint="Run it again.")
        if point == "destroy.before_finish" and self.ctx is not None:
            advance_clock(self.ctx, case_id, timedelta(days=120))
            self.ctx = None


def test_a_deregistration_settles_first_and_does_not_close_after_the_register(tmp_path: Path) -> None:
    folder = make_company(tmp_path / "demo", event=Event.E7, customers=120).folder
    file, hooks = folder / "case.toml", CloseTheRegister()
    whole = file.read_text(encoding="utf-8")
    books = folder / "sources" / "books"
    books.mkdir()
    (books / "ledger-2025.csv").write_text("voucher,amount\n1,10.00\n", encoding="utf-8")
    whole += '\n[[sources]]\nname = "books"\nkind = "file"\npath = "sources/books"\nsystem_kind = "ledger"\n'
    whole += 'disposition = "custody"\nreason = "会计账套交保管人"\n'
    file.write_text(whole.replace('what = "dispute"', 'what = "unclassified"'), encoding="utf-8")
    ctx = open_context(tmp_path / "home", hooks=hooks)
    hooks.ctx = ctx
    with pytest.raises(StateError, match=r"values are blocked \(dispute\)") as caught:
        rehearse(ctx, folder)
    assert "[[settle]]" in caught.value.hint
    file.write_text(whole, encoding="utf-8")
    assert any("dispute" in line for line in update_case(ctx, "demo-e7", file, base_revision=1))
    run_link(ctx, "demo-e7")
    run_plan(ctx, "demo-e7")
    with pytest.raises(StateError, match="cut off"):
        rehearse(ctx, folder)
    assert list(books.iterdir())  # nothing is gone before the keeper can open what is kept
    keys = {p: p.read_bytes() for p in (ctx.workspace("demo-e7").root / "custody").glob("*/key.age")}
    with pytest.raises(StateError, match="the register closed on 2027-03-31"):
        rehearse(ctx, folder)
    assert {p: p.read_bytes() for p in keys} == keys
    opened = {b.bucket: b for b in open_custody(ctx.workspace("demo-e7").root / "custody", folder / "keys/keeper.age")}
    assert opened["whole-books"].objects == 1
    assert not list(books.iterdir())
    file.write_text(whole.replace("2027-03-31", "2027-12-31"), encoding="utf-8")
    update_case(ctx, "demo-e7", file, base_revision=2)
    played = rehearse(ctx, folder)
    assert played.bundle.report.complete
    assert [c.code for c in played.bundle.report.checks if not c.ok] == []
    two = [
        folder / "keys" / next(p.id for p in played.case.people if r in p.roles) for r in (Role.OFFICER, Role.OPERATOR)
    ]
    with pytest.raises(GuardError, match="no month"):
        destroy_custody(ctx, "demo-e7", "whole-books", two)
    ended = destroy_custody(ctx, "demo-e7", "whole-books", two, reason="法律顾问意见：账册保管期满")
    report = verify_bundle(played.bundle.folder, played.bundle.trust, rehearsal=True, later=[ended.statement])
    assert report.ok, report.failed
    left = {b.bucket for b in open_custody(ctx.workspace("demo-e7").root / "custody", folder / "keys/keeper.age")}
    assert "whole-books" not in left
    ctx.store.close()


def test_a_cutover_without_the_carriers_consent_is_refused(tmp_path: Path) -> None:
    folder = make_company(tmp_path / "demo", event=Event.E11, customers=120).folder
    file = folder / "case.toml"
    text = file.read_text(encoding="utf-8")
    paper = text[text.index('[[papers]]\nkind = "carrier-consent"') :]
    file.write_text(text.replace(paper[: paper.index("[[", 2)], ""), encoding="utf-8")
    before = (folder / "sources" / "shipping.db").read_bytes()
    ctx = open_context(tmp_path / "home")
    with pytest.raises(GuardError, match="carrier-consent") as caught:
        rehearse(ctx, folder)
    assert "case update" in caught.value.hint
    assert (folder / "sources" / "shipping.db").read_bytes() == before
    ctx.store.close()
