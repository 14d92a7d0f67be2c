"""An export of data that somebody else holds: files of one pattern, each a table named as its file.

What is read here is our copy. It is found, linked, passed on and erased like any file; the holder's own copy is a task.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from bequest.kernel.canonical import digest
from bequest.kernel.errors import SourceError
from bequest.model.case import Source, SourceKind
from bequest.model.destruction import Level
from bequest.sources.codes import CHANGED, NOT_THERE
from bequest.sources.scrub import ScrubPlan
from bequest.sources.source import BATCH_ROWS, Applied, Changes, CleanReport, Guard, OpenSource, TableInfo

KIND_OF = {
    ".csv": SourceKind.CSV, ".tsv": SourceKind.CSV, ".txt": SourceKind.CSV, ".jsonl": SourceKind.JSONL,
    ".parquet": SourceKind.PARQUET, ".xlsx": SourceKind.XLSX, ".xls": SourceKind.XLS,
}  # fmt: skip


def export_parts(spec: Source) -> tuple[Source, ...]:
    """The files of an export, each as a source of its own, in the order of their names."""
    paths = sorted(spec.path.parent.glob(spec.path.name), key=lambda p: p.name)
    files = [p for p in paths if p.is_file() and not p.name.startswith(".")]
    odd = [p for p in files if p.suffix.lower() not in KIND_OF]
    if odd:
        raise SourceError(
            f"source {spec.name}: {len(odd)} files of the export are of no kind that can be read",
            hint=f"They end in {', '.join(sorted({p.suffix for p in odd}))}; known: {', '.join(KIND_OF)}.",
            code=NOT_THERE,
        )
    return tuple(replace(spec, name=p.stem, kind=KIND_OF[p.suffix.lower()], path=p) for p in files)


class HeldElsewhere:
    """All files of an export."""

    def __init__(self, spec: Source, open_part: Callable[[Source], OpenSource]) -> None:
        self.name = spec.name
        self.spec = spec
        parts = export_parts(spec)
        if not parts:
            raise SourceError(
                f"source {spec.name}: no file fits {spec.path.name}",
                hint="Check `export` in the case file; it is taken relative to the case file. Leave it out where the"
                " owner gives no export.",
                code=NOT_THERE,
            )
        twice = {p.name for p in parts if sum(q.name == p.name for q in parts) > 1}
        if twice:
            raise SourceError(
                f"source {spec.name}: {len(twice)} files of the export differ by their ending only",
                hint="Each is a table named as the file without its ending: rename them.",
                code=NOT_THERE,
            )
        self._parts = {p.name: open_part(p) for p in parts}

    def inventory(self) -> tuple[TableInfo, ...]:
        """The tables of all files."""
        return tuple(info for part in self._parts.values() for info in self._of(part))

    def read(
        self,
        table: str,
        columns: Sequence[str] | None = None,
        *,
        key: Sequence[str] = (),
        batch_rows: int = BATCH_ROWS,
        allow_duplicates: bool = False,
    ) -> Iterator[pl.DataFrame]:
        """See `OpenSource.read`."""
        part, own = self._find(table)
        return part.read(own, columns, key=key, batch_rows=batch_rows, allow_duplicates=allow_duplicates)

    def sample(self, table: str, n: int) -> pl.DataFrame:
        """See `OpenSource.sample`."""
        part, own = self._find(table)
        return part.sample(own, n)

    def fingerprint(self) -> str:
        """Digest over the fingerprints of all files."""
        return digest({name: part.fingerprint() for name, part in self._parts.items()})

    def apply(self, table: str, changes: Changes, *, guard: Guard) -> Applied:
        """See `OpenSource.apply`.

        Raises:
            SourceError: as the file's own kind says; or any file changed since the row numbers were read.
        """
        part, own = self._find(table)
        if changes.taken_from:
            if changes.taken_from != self.fingerprint():
                raise SourceError(
                    f"{self.name}.{table} has changed since its rows were read",
                    hint="Read the source again and decide anew; nothing was changed.",
                    code=CHANGED,
                )
            changes = replace(changes, taken_from=part.fingerprint())
        return part.apply(own, changes, guard=guard)

    @property
    def why_whole(self) -> str:
        """Why no row can be cut out of one of the files."""
        found = {str(getattr(p, "why_whole", "")) for p in self._parts.values()} - {""}
        return ", ".join(sorted(found))

    def plan_scrub(self, tables: Sequence[str]) -> ScrubPlan:  # noqa: ARG002 - the files whole
        """As of a file."""
        return ScrubPlan(Level.LOGICAL, ("leftover_removed",))

    def clean(self, guard: Guard, tables: Sequence[str] | None = None) -> CleanReport:  # noqa: ARG002
        """Every file."""
        reports = [p.clean(guard) for p in self._parts.values()]
        actions = tuple(dict.fromkeys(a for r in reports for a in r.actions))
        before, after = (sum(getattr(r, n) for r in reports) for n in ("bytes_before", "bytes_after"))
        return CleanReport(Level.LOGICAL, actions, before, after)

    def marker(self, case_id: str) -> bool:
        """Whether every file's folder carries the marker."""
        return all(p.marker(case_id) for p in self._parts.values())

    def raw_paths(self) -> tuple[Path, ...]:
        """All files."""
        return tuple(path for p in self._parts.values() for path in p.raw_paths())

    def _of(self, part: OpenSource) -> tuple[TableInfo, ...]:
        """A file with several sheets has several tables: they bear its name too."""
        infos = part.inventory()
        return tuple(i if i.name == part.name else replace(i, name=f"{part.name}.{i.name}") for i in infos)

    def _find(self, table: str) -> tuple[OpenSource, str]:
        for part in self._parts.values():
            for mine, own in zip(self._of(part), part.inventory(), strict=True):
                if mine.name == table:
                    return part, own.name
        went = self._parts.get(table.partition(".")[0])
        if went is not None and not went.inventory():  # as a whole
            return went, table
        raise SourceError(f"source {self.name} has no table {table}")
