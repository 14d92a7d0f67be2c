"""Every event that can be carried out, from the case file to a verified bundle; the two that can only be planned."""

import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from bequest.app.context import Context, open_context
from bequest.app.open_case import open_case
from bequest.app.rehearse import OPENED_AT, Played, rehearse
from bequest.app.run_close import run_close
from bequest.app.run_discover import run_discover, run_import_map
from bequest.app.run_link import run_link
from bequest.app.run_plan import crime_meters, run_plan
from bequest.demo import make_company
from bequest.kernel.errors import GuardError, StateError
from bequest.model.case import RELEASES_NOTHING, SUPPORTED_EVENTS, Event
from bequest.model.disposition import Release, Residue
from bequest.model.plan import Population

CASE_ID = "demo-e5"
PAPERS = {
    Event.E3: ("succession-resolution",),
    Event.E4: ("succession-resolution",),
    Event.E6: ("succession-resolution",),
    Event.E7: ("liquidation-group",),
    Event.E8: ("administrator-appointment", "estate-plan-approval"),
    Event.E9: ("administrator-appointment",),
    Event.E11: ("carrier-consent", "real-name-registration", "safety-agreement"),
}
STANDS_FOR = {Event.E7: "liquidator", Event.E8: "administrator", Event.E9: "administrator"}
BY_CONSENT = frozenset({Event.E10, Event.E11})


@dataclass(frozen=True)
class Made:
    """A demo company whose case file tells of another event."""

    folder: Path
    ctx: Context

    @property
    def crm(self) -> dict[int, int]:
        """Customers by shop in the source."""
        with sqlite3.connect(self.folder / "sources" / "crm.db") as db:
            return dict(db.execute("select shop_id, count(*) from customers group by 1"))


def make(tmp: Path, event: Event) -> Made:
    folder = make_company(tmp / "demo", event=Event.E5, customers=200).folder
    file = folder / "case.toml"
    text = file.read_text(encoding="utf-8").replace('event = "E5"', f'event = "{event}"')
    for kind in PAPERS.get(event, ()):
        (folder / f"{kind}.pdf").write_bytes(kind.encode())
        text += f'\n[[papers]]\nkind = "{kind}"\ntitle = "文件"\nissued_by = "示例法院"\nissued_on = 2026-11-01\n'
        text += f'file = "{kind}.pdf"\n'
    if event in STANDS_FOR:
        text = text.replace('roles = ["hr"]', f'roles = ["{STANDS_FOR[event]}"]')
    if event in BY_CONSENT:
        text = text.replace('"PIPL-22"', '"PIPL-23"').replace('on_silence = "proceed"', 'on_silence = "release-none"')
        _let_some_agree(folder)
    if event in RELEASES_NOTHING:
        text = text.replace("rehearsal = true", "rehearsal = true\nregister_closes_on = 2027-03-31")
    if event in RELEASES_NOTHING | {Event.E1}:
        for section in ("receivers", "lots", "escrow"):
            text = re.sub(rf"(#[^\n]*\n)?\[\[?{section}\]\]?\n.*?(?=\n(#|\[))", "", text, flags=re.S)
    file.write_text(text, encoding="utf-8")
    return Made(folder, open_context(tmp / "home"))


def _let_some_agree(folder: Path) -> None:
    path = folder / "behaviour.parquet"
    reacts = pl.col("reaction").str.replace("^consent_new_purpose$", "consent_transfer")
    pl.read_parquet(path).with_columns(reacts).write_parquet(path)


def population(ctx: Context) -> Population:
    with ctx.store.transaction() as tx:
        latest = tx.populations.latest(CASE_ID)
    assert latest is not None
    return latest.population


def values(ctx: Context, *, outside: bool) -> dict[tuple[Release, Residue], int]:
    sums: dict[tuple[Release, Residue], int] = {}
    for c in population(ctx).counts:
        if (c.lot == "") is outside:
            sums[(c.release, c.residue)] = sums.get((c.release, c.residue), 0) + c.values
    return sums


@pytest.mark.parametrize("event", sorted(SUPPORTED_EVENTS - {Event.E2, Event.E5}))
def test_each_event_runs_to_a_bundle_that_verifies(tmp_path: Path, event: Event) -> None:
    made = make(tmp_path, event)
    before = made.crm
    played: Played = rehearse(made.ctx, made.folder)
    assert played.bundle.report.complete
    assert [c.code for c in played.bundle.report.checks if not c.ok] == []
    after, outside, inside = made.crm, values(made.ctx, outside=True), values(made.ctx, outside=False)
    released = sum(n for (release, _), n in inside.items() if release is not Release.NONE)
    with made.ctx.store.transaction() as tx:
        attached = [e for e in tx.outbox.all(CASE_ID) if e.typ == "authority.attached"]
    assert len(attached) == len(PAPERS.get(event, ()))
    if event is Event.E1:
        assert after == before
        return
    assert released
    if event in {Event.E6, Event.E8}:  # the company ends: nothing outside is left but what must be kept or is blocked
        assert set(outside) <= {(Release.NONE, Residue.DELETE), (Release.NONE, Residue.CUSTODY)}
        assert 13 not in after
    elif event is Event.E3:
        assert set(outside) == {(Release.NONE, Residue.BLOCKED)}
    else:
        assert set(outside) == {(Release.NONE, Residue.IN_USE)}
    if event in BY_CONSENT:  # who did not agree is still there, and few agreed
        assert 0 < before[12] - after[12] < before[12] / 4
        assert inside[(Release.NONE, Residue.IN_USE)] > released
        meters = crime_meters(made.ctx.case(CASE_ID).case, population(made.ctx))
        assert sum(m.items for m in meters) > 0
    made.ctx.store.close()


@pytest.mark.parametrize("event", sorted(RELEASES_NOTHING))
def test_where_nobody_receives_the_case_is_planned_and_nothing_further_happens(tmp_path: Path, event: Event) -> None:
    made = make(tmp_path, event)
    before = made.crm
    open_case(made.ctx, made.folder / "case.toml", clock_at=OPENED_AT)
    run_discover(made.ctx, CASE_ID)
    run_import_map(made.ctx, CASE_ID, made.folder / "map.toml")
    run_link(made.ctx, CASE_ID)
    run_plan(made.ctx, CASE_ID)
    sums = values(made.ctx, outside=True)
    assert {release for release, _ in sums} == {Release.NONE}
    assert sums[(Release.NONE, Residue.DELETE)] > sums[(Release.NONE, Residue.CUSTODY)] > 0
    with pytest.raises(StateError, match="not ready"):
        run_close(made.ctx, CASE_ID)
    assert made.crm == before
    made.ctx.store.close()


def test_a_cutover_without_the_carriers_consent_is_refused(tmp_path: Path) -> None:
    made = make(tmp_path, Event.E11)
    file = made.folder / "case.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text[: text.index('\n[[papers]]\nkind = "carrier-consent"')], encoding="utf-8")
    with pytest.raises(GuardError, match="carrier-consent") as caught:
        rehearse(made.ctx, made.folder)
    assert "case update" in caught.value.hint
    assert made.crm[12] > 0
    made.ctx.store.close()
