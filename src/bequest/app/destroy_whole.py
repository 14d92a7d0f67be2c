"""The part of the destruction that works on whole stores: seal, look, unlink, look again, count."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bequest.app.buckets import Sealed, enter_bucket
from bequest.app.context import Context, Run
from bequest.app.destroy_server_store import carry_out_on_server, seal_server_store
from bequest.app.open_case import make_keys
from bequest.app.whole import load_stores, object_tag
from bequest.model.case import SERVERS, Source, WholeFate
from bequest.model.destruction import Kept, SearchResult, TableSums
from bequest.model.disposition import Residue
from bequest.model.whole import WholeStore
from bequest.sources.objects import object_id, object_paths
from bequest.steps.destroy.custody_bucket import SCHEMA, SealedFile, key_purpose
from bequest.steps.destroy.objects import (
    ObjectsDone,
    Place,
    bucket_of,
    keep_objects,
    seal_objects,
    sums_of,
    unlink_objects,
)
from bequest.steps.destroy.verifier import whole_tables
from bequest.steps.destroy.verifier.objects import Expected, first_look, second_look
from bequest.steps.destroy.verifier.task import Task
from bequest.steps.destroy.verifier.whole_tables import ExpectedTables


@dataclass(frozen=True, slots=True)
class WholeDone:
    """What became of all whole stores, for the certificate."""

    tables: tuple[TableSums, ...] = ()
    kept: tuple[Kept, ...] = ()
    steps: tuple[tuple[str, tuple[str, ...]], ...] = ()
    open_objects: int = 0
    rows: Mapping[str, int] = field(default_factory=dict)
    """Rows that went, by table, of stores on servers."""


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
                self._sealed[store.source] = self._seal(store, key)
                files = [f for f in self._sealed[store.source] if f.kind != SCHEMA]
                counts = {"objects": len(store.objects), "values": sum(f.values for f in files)}
                enter_bucket(
                    self._ctx, self._run,
                    Sealed(
                        bucket=bucket_of(store), due_month="undated", keeper=store.keeper,
                        files=self._sealed[store.source], counts=counts, content="整体留存 / kept as a whole",
                        ends_on=None, tables={o.table: o.values for o in store.objects if o.table},
                    ),
                )  # fmt: skip
        return [f for files in self._sealed.values() for f in files]

    def first_look(self, task: Task) -> None:
        """The verifier notes what is there."""
        folder = self._run.workspace.dir("verifier")
        first_look(folder, self._sources(on_server=False), task.key)
        whole_tables.first_look(folder, self._sources(on_server=True), task, self._expected())

    def carry_out(self) -> WholeDone:
        """Unlink or empty what goes, make read-only what stays."""
        done = {}
        for store in self._stores:
            done[store.source] = self._act(store)
            self._run.hook(f"whole_{store.source}")
        return WholeDone(
            tables=tuple(sums_of(s, done[s.source]) for s in self._stores),
            kept=tuple(_kept(s, on_server=self._on_server(s)) for s in self._stores if s.residue is not Residue.DELETE),
            steps=tuple((s.source, _STEPS[s.fate, self._on_server(s)]) for s in self._stores),
            open_objects=sum(len(d.left) + d.new for d in done.values()),
            rows={f"{s.source}.{o.table}": o.values for s in self._stores for o in done[s.source].gone if o.table},
        )

    def second_look(self, task: Task) -> tuple[SearchResult, ...]:
        """The verifier looks again."""
        folder = self._run.workspace.dir("verifier")
        expected = {s.source: Expected(len(s.objects), s.goes) for s in self._stores}
        return (
            *second_look(folder, self._sources(on_server=False), task.key, expected),
            *whole_tables.second_look(folder, self._sources(on_server=True), task, self._expected()),
        )

    def _expected(self) -> dict[str, ExpectedTables]:
        return {
            s.source: ExpectedTables({o.table: o.values for o in s.objects}, s.goes)
            for s in self._stores
            if self._on_server(s)
        }

    def _seal(self, store: WholeStore, key: bytes) -> list[SealedFile]:
        if self._on_server(store):
            return seal_server_store(self._ctx, self._run, store, key)
        out = self._run.workspace.dir("custody")
        return seal_objects(self._place(store), self._run.case.id, out, key, self._run.guard)

    def _act(self, store: WholeStore) -> ObjectsDone:
        if self._on_server(store):
            return carry_out_on_server(self._ctx, self._run, store)
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

    def _on_server(self, store: WholeStore) -> bool:
        return self._source(store).kind in SERVERS

    def _sources(self, *, on_server: bool) -> list[Source]:
        return [self._source(s) for s in self._stores if self._on_server(s) is on_server]


_STEPS = {
    (WholeFate.KEPT, False): ("read_only",),
    (WholeFate.UNLINKED, False): ("unlinked",),
    (WholeFate.CUSTODY, False): ("sealed", "unlinked"),
    (WholeFate.KEPT, True): ("left_in_place",),
    (WholeFate.CUSTODY, True): ("sealed", "emptied"),
}
"""What was done, by fate and whether it is on a server."""


def _kept(store: WholeStore, *, on_server: bool) -> Kept:
    zh, en = {
        (WholeFate.CUSTODY, False): ("整体封存", "sealed as a whole"),
        (WholeFate.KEPT, False): ("原处整体留存，只读", "kept whole in its place, read-only"),
        (WholeFate.CUSTODY, True): ("整库封存，原库清空", "sealed as a whole, its tables emptied"),
        (WholeFate.KEPT, True): ("原服务器整体留存", "kept whole on its server"),
    }[store.fate, on_server]
    n, (unit, units) = len(store.objects), ("张表", "tables") if on_server else ("件", "objects")
    return Kept(
        f"{store.source}：{zh}（{n} {unit}）", f"{store.source}: {en} ({n} {units})",
        "", store.keeper, store.values, "—",
    )  # fmt: skip
