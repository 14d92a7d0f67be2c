"""The part of the destruction that works on whole stores: seal, look, unlink, look again, count."""

from dataclasses import dataclass

from bequest.app.buckets import Sealed, enter_bucket
from bequest.app.context import Context, Run
from bequest.app.open_case import make_keys
from bequest.app.whole import load_stores, object_tag
from bequest.model.case import SERVERS, Source, WholeFate
from bequest.model.destruction import Kept, SearchResult, TableSums
from bequest.model.disposition import Residue
from bequest.model.whole import WholeStore
from bequest.sources.objects import object_id, object_paths
from bequest.steps.destroy.custody_bucket import SealedFile, key_purpose
from bequest.steps.destroy.objects import (
    ObjectsDone,
    Place,
    bucket_of,
    keep_objects,
    seal_objects,
    sums_of,
    unlink_objects,
)
from bequest.steps.destroy.verifier.objects import Expected, first_look, second_look


@dataclass(frozen=True, slots=True)
class WholeDone:
    """What became of all whole stores, for the certificate."""

    tables: tuple[TableSums, ...] = ()
    kept: tuple[Kept, ...] = ()
    steps: tuple[tuple[str, tuple[str, ...]], ...] = ()
    open_objects: int = 0


class WholeWork:
    """Works on the whole stores of a case, as they stood at the mark."""

    def __init__(self, ctx: Context, run: Run) -> None:
        self._ctx = ctx
        self._run = run
        self._stores = load_stores(run.workspace)
        self._sealed: dict[str, list[SealedFile]] = {}

    def seal(self) -> list[SealedFile]:
        """Seal the stores that go into custody as a whole; enter their buckets."""
        for store in self._stores:
            if store.fate is WholeFate.CUSTODY:
                purpose = key_purpose(bucket_of(store))
                make_keys(self._ctx, self._run.case.id, (purpose,), self._run.at)
                key = self._ctx.keys(self._run.case.id).get(purpose)
                out = self._run.workspace.dir("custody")
                self._sealed[store.source] = seal_objects(
                    self._place(store), self._run.case.id, out, key, self._run.guard
                )
                files = self._sealed[store.source]
                counts = {"objects": len(files), "values": sum(f.values for f in files)}
                enter_bucket(
                    self._ctx, self._run,
                    Sealed(
                        bucket=bucket_of(store), due_month="undated", keeper=store.keeper, files=files, counts=counts,
                        content="整体留存 / kept as a whole", ends_on=None,
                    ),
                )  # fmt: skip
        return [f for files in self._sealed.values() for f in files]

    def first_look(self, key: bytes) -> None:
        """The verifier notes what is there."""
        first_look(self._run.workspace.dir("verifier"), self._in_files(), key)

    def carry_out(self) -> WholeDone:
        """Unlink what goes, make read-only what stays."""
        done = {store.source: self._act(store) for store in self._stores}
        steps = {
            WholeFate.KEPT: ("read_only",),
            WholeFate.UNLINKED: ("unlinked",),
            WholeFate.CUSTODY: ("sealed", "unlinked"),
        }
        return WholeDone(
            tables=tuple(sums_of(s, done[s.source]) for s in self._stores),
            kept=tuple(_kept(s) for s in self._stores if s.residue is not Residue.DELETE),
            steps=tuple((s.source, steps[s.fate]) for s in self._stores),
            open_objects=sum(len(d.left) + d.new for d in done.values()),
        )

    def second_look(self, key: bytes) -> tuple[SearchResult, ...]:
        """The verifier looks again."""
        expected = {s.source: Expected(len(s.objects), s.goes) for s in self._stores}
        return second_look(self._run.workspace.dir("verifier"), self._in_files(), key, expected)

    def _act(self, store: WholeStore) -> ObjectsDone:
        if self._source(store).kind in SERVERS:
            return ObjectsDone()
        if store.fate is WholeFate.KEPT:
            return keep_objects(self._place(store), self._run.guard)
        journal = self._run.workspace.dir("work", "erase") / f"whole-{store.source}.json"
        sealed = frozenset(f.file.removesuffix(".sealed") for f in self._sealed.get(store.source, ()))
        return unlink_objects(self._place(store), journal, sealed, self._run.guard)

    def _place(self, store: WholeStore) -> Place:
        tag = object_tag(self._ctx, self._run.case.id)
        return Place(store, {object_id(n, tag): p for n, p in object_paths(self._source(store)).items()})

    def _source(self, store: WholeStore) -> Source:
        return self._run.case.source(store.source)

    def _in_files(self) -> list[Source]:
        found = [self._source(s) for s in self._stores]
        return [s for s in found if s.kind not in SERVERS]


def _kept(store: WholeStore) -> Kept:
    zh = {WholeFate.CUSTODY: "整体封存", WholeFate.KEPT: "原处整体留存，只读"}[store.fate]
    en = {WholeFate.CUSTODY: "sealed as a whole", WholeFate.KEPT: "kept whole in its place, read-only"}[store.fate]
    return Kept(
        f"{store.source}：{zh}（{len(store.objects)} 件）", f"{store.source}: {en} ({len(store.objects)} objects)",
        "", store.keeper, store.values, "—",
    )  # fmt: skip
