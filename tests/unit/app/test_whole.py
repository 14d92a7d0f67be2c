"""Whole stores: what was declared, and nothing at all where nothing moves."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.app.app_cases import add_case
from tests.unit.store.samples import CASE

from bequest.app.context import open_context
from bequest.app.whole import keeper_of, load_stores, save_whole, take_stock, unmarked_stores
from bequest.model.case import Event, Source, SourceKind, SystemKind, WholeFate
from bequest.model.disposition import Residue
from bequest.sources.marker import write_folder_marker

DECLARED = {
    "unlinked": (WholeFate.UNLINKED, SystemKind.BUSINESS, Residue.DELETE),
    "sealed": (WholeFate.CUSTODY, SystemKind.BUSINESS, Residue.CUSTODY),
    "kept files": (WholeFate.KEPT, SystemKind.BUSINESS, Residue.IN_USE),
    "an archive, nothing said": (None, SystemKind.ARCHIVE, Residue.CUSTODY),
}


@pytest.mark.parametrize(("fate", "system", "residue"), DECLARED.values(), ids=DECLARED)
def test_what_was_declared_is_what_is_decided(
    tmp_path: Path, fate: WholeFate | None, system: SystemKind, residue: Residue
) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "a.txt").write_text("13900139000")
    spec = Source(name="docs", kind=SourceKind.FILE, path=docs, disposition=fate, system_kind=system, custodian="某所")
    case = replace(CASE, sources=(*CASE.sources, spec))
    ctx = open_context(tmp_path / "home")
    add_case(ctx, case)
    [store] = take_stock(ctx, case)
    assert (store.residue, store.keeper, store.values, len(store.objects)) == (residue, "某所", 1, 1)
    save_whole(ctx.workspace(case.id), (store,), {})
    assert load_stores(ctx.workspace(case.id)) == (store,)
    [untouched] = take_stock(ctx, replace(case, event=Event.E2))
    assert (untouched.fate, untouched.residue) == (WholeFate.KEPT, Residue.IN_USE)


def test_a_rehearsal_needs_the_marker_in_the_folder_or_the_one_above(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "a.txt").write_text("x")
    case = replace(CASE, sources=(Source(name="docs", kind=SourceKind.FILE, path=docs / "*.txt"),))
    assert unmarked_stores(case, None) == ["docs"]
    write_folder_marker(tmp_path, "another-case")
    assert unmarked_stores(case, None) == ["docs"]
    write_folder_marker(docs, case.id)
    assert unmarked_stores(case, None) == []
    assert keeper_of(case, case.sources[0]) == case.transferor.name
