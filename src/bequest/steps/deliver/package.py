"""From transformed tables to a delivery package (evidence formats §4.1).

    delivery-<id>/                    outer bag, ciphertext only
      DataDelivery.dsse.json VERIFY.md bagit.txt bag-info.txt manifest-sha256.txt tagmanifest-sha256.txt
      data/vol-0001.tar.age …         age to receiver and escrow of a deterministic tar of
        bag/                          the inner bag: data/datapackage.json data/<source>/<table>/part-0001.parquet …
                                      receipt-nonce.txt COMMIT-SALT.txt README.zh.md README.en.md manifests

In clear, values rest only in the private directory, one volume at a time. A run that was killed is simply run again:
parts are made again and must have the digests of the first run, finished volumes are kept, the end is the same package.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from bequest.crypto.age import encrypt_stream
from bequest.crypto.atomic import PUBLIC, replacing, write_file
from bequest.evidence.statement import Statement, read_statement
from bequest.kernel.canonical import canonical
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import DeliveryError
from bequest.steps.deliver import papers
from bequest.steps.deliver.archive import tar_stream
from bequest.steps.deliver.bag import MANIFEST, TAG_MANIFEST, check_bag, sha256_file, write_tag_manifest, write_tags
from bequest.steps.deliver.checkpoint import Checkpoint, DoneVolume
from bequest.steps.deliver.content import DeliveredTable, DeliverySpec, Part, descriptor, folder_names
from bequest.steps.deliver.statement import Sign, Volume, delivery_statement

Guard = Callable[[], None]
"""Called before every change to the package: raises where the step may not go on (lease lost, case halted)."""

ENVELOPE = "DataDelivery.dsse.json"


@dataclass(frozen=True, slots=True)
class Places:
    """`out`: the parent of the package folder. `private`: for values in clear, 0700. `checkpoint`: a file."""

    out: Path
    private: Path
    checkpoint: Path


@dataclass(frozen=True, slots=True)
class Package:
    """A finished package."""

    folder: Path
    statement: Statement
    volumes: tuple[Volume, ...]
    parts: tuple[Part, ...]
    counts: dict[str, int]
    inner_manifest_sha256: str


def build_package(
    spec: DeliverySpec, tables: Sequence[DeliveredTable], places: Places, sign: Sign, guard: Guard
) -> Package:
    """Make the package, or go on where a killed run stopped, or give the finished one again.

    Raises:
        DeliveryError: where the data or settings are not those this delivery id was begun with.
    """
    checkpoint = Checkpoint.load(places.checkpoint, spec.digest, spec.decided)
    folder = places.out / f"delivery-{spec.delivery_id}"
    inner = places.private / f"delivery-{spec.delivery_id}"
    shutil.rmtree(inner, ignore_errors=True)
    if checkpoint.complete:
        return _finished(spec, tables, folder, checkpoint)
    (folder / "data").mkdir(parents=True, exist_ok=True)
    inner.mkdir(mode=0o700, parents=True)
    try:
        maker = _Maker(spec, folder, inner / "bag", checkpoint, guard)
        maker.add_parts(tables)
        datapackage = maker.add_papers(tables)
        return _finish_outer(spec, tables, folder, checkpoint, sign, guard, datapackage)
    finally:
        shutil.rmtree(inner, ignore_errors=True)


class _Maker:
    """Collects files of the inner bag and ships them volume by volume."""

    def __init__(self, spec: DeliverySpec, folder: Path, bag: Path, checkpoint: Checkpoint, guard: Guard) -> None:
        self._spec = spec
        self._folder = folder
        self._bag = bag
        self._checkpoint = checkpoint
        self._guard = guard
        self._payload: dict[str, str] = {}
        self._payload_bytes = 0
        self._by_table: dict[str, list[Part]] = {}
        self._pending: list[tuple[str, Path, str]] = []
        self._pending_bytes = 0
        self._n_volumes = 0

    def add_parts(self, tables: Sequence[DeliveredTable]) -> None:
        folders = folder_names(tables)
        for t in tables:
            parts = self._by_table.setdefault(t.id, [])
            for number, frame in enumerate(_rebatch(t, self._spec.part_rows), 1):
                part = self._write_part(f"{folders[t.id]}/part-{number:04d}.parquet", frame)
                self._checkpoint.note_part(part)
                parts.append(part)
                self._add(f"data/{part.path}", part.sha256, part.n_bytes)
        made = {p.path for parts in self._by_table.values() for p in parts}
        if self._checkpoint.parts.keys() - made:
            self._checkpoint.abort("fewer rows come than when this delivery was begun")

    def add_papers(self, tables: Sequence[DeliveredTable]) -> str:
        """Descriptor, tag files, last volume; gives the SHA-256 of the descriptor."""
        spec = self._spec
        package = canonical(descriptor(spec, tables, self._by_table))
        datapackage = hashlib.sha256(package).hexdigest()
        write_file(self._bag_file("data/datapackage.json"), package)
        self._add("data/datapackage.json", datapackage, len(package))
        for name, data in {
            "receipt-nonce.txt": spec.nonce.hex().encode() + b"\n",
            "COMMIT-SALT.txt": spec.commit_salt.hex().encode() + b"\n",
            **papers.readme_texts(spec),
        }.items():
            write_file(self._bag / name, data)
        info = {"External-Identifier": spec.delivery_id, "Bagging-Date": rfc3339(spec.created_at)[:10]}
        write_tags(self._bag, info, self._payload, self._payload_bytes)
        write_tag_manifest(self._bag)
        for path in sorted(p for p in self._bag.iterdir() if p.is_file()):
            self._pending.append((path.name, path, sha256_file(path)))
        self._checkpoint.inner_manifest_sha256 = sha256_file(self._bag / MANIFEST)
        self._ship()
        self._checkpoint.keep_volumes(self._n_volumes)
        return datapackage

    def _write_part(self, name: str, frame: pl.DataFrame) -> Part:
        path = self._bag_file(f"data/{name}")
        table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        pq.write_table(table, path, compression="zstd", store_schema=False, row_group_size=1 << 16)
        return Part(name, sha256_file(path), frame.height, path.stat().st_size)

    def _bag_file(self, name: str) -> Path:
        path = self._bag / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path

    def _add(self, name: str, sha256: str, n_bytes: int) -> None:
        if self._pending and self._pending_bytes + n_bytes > self._spec.volume_bytes:
            self._ship()
        self._payload[name] = sha256
        self._payload_bytes += n_bytes
        self._pending.append((name, self._bag / name, sha256))
        self._pending_bytes += n_bytes

    def _ship(self) -> None:
        """Encrypt what is pending into the next volume, unless a former run has; then drop the clear files."""
        self._n_volumes += 1
        name = f"data/vol-{self._n_volumes:04d}.tar.age"
        members = hashlib.sha256("".join(f"{n}\0{d}\n" for n, _, d in sorted(self._pending)).encode()).hexdigest()
        done = self._checkpoint.volumes.get(name)
        target = self._folder / name
        if done is None or not _is_kept(target, done, members):
            self._guard()
            with (
                tar_stream([(f"bag/{n}", path) for n, path, _ in self._pending]) as plain,
                replacing(target, mode=PUBLIC) as out,
            ):
                encrypt_stream(plain, out, [r.recipient for r in self._spec.recipients])
            volume = Volume(name, target.stat().st_size, sha256_file(target))
            self._checkpoint.volumes[name] = DoneVolume(volume, members)
            self._checkpoint.save()
        for _, path, _ in self._pending:
            path.unlink()
        self._pending, self._pending_bytes = [], 0


def _is_kept(target: Path, done: DoneVolume, members: str) -> bool:
    """Whether the volume of a former run is there, whole, and of the same content."""
    return done.members_sha256 == members and target.is_file() and sha256_file(target) == done.volume.sha256


def _finish_outer(
    spec: DeliverySpec,
    tables: Sequence[DeliveredTable],
    folder: Path,
    checkpoint: Checkpoint,
    sign: Sign,
    guard: Guard,
    datapackage_sha256: str,
) -> Package:
    volumes = _volumes(checkpoint)
    _drop_strays(folder, volumes)
    info = {
        "External-Identifier": spec.delivery_id,
        "Bag-Group-Identifier": spec.case_id,
        "Bagging-Date": rfc3339(spec.created_at)[:10],
    }
    guard()
    write_tags(folder, info, {v.path: v.sha256 for v in volumes}, sum(v.n_bytes for v in volumes))
    write_file(folder / "VERIFY.md", papers.verify_text(spec), mode=PUBLIC)
    counts = _counts(tables, checkpoint)
    statement = delivery_statement(
        spec,
        volumes,
        tables,
        counts,
        inner_manifest_sha256=checkpoint.inner_manifest_sha256,
        datapackage_sha256=datapackage_sha256,
    )
    write_file(folder / ENVELOPE, sign(statement), mode=PUBLIC)
    guard()
    write_tag_manifest(folder)
    checkpoint.complete = True
    checkpoint.save()
    return Package(folder, statement, volumes, _parts(checkpoint), counts, checkpoint.inner_manifest_sha256)


def _finished(spec: DeliverySpec, tables: Sequence[DeliveredTable], folder: Path, checkpoint: Checkpoint) -> Package:
    """The finished package, once it has been checked again.

    Raises:
        DeliveryError: where it is no longer whole.
    """
    check_bag(folder, f"delivery {spec.delivery_id}")
    return Package(
        folder,
        read_statement((folder / ENVELOPE).read_bytes()).statement,
        _volumes(checkpoint),
        _parts(checkpoint),
        _counts(tables, checkpoint),
        checkpoint.inner_manifest_sha256,
    )


def _volumes(checkpoint: Checkpoint) -> tuple[Volume, ...]:
    return tuple(checkpoint.volumes[k].volume for k in sorted(checkpoint.volumes))


def _parts(checkpoint: Checkpoint) -> tuple[Part, ...]:
    return tuple(checkpoint.parts[k] for k in sorted(checkpoint.parts))


def _counts(tables: Sequence[DeliveredTable], checkpoint: Checkpoint) -> dict[str, int]:
    folders = folder_names(tables)
    return {
        t.id: sum(p.n_rows for p in checkpoint.parts.values() if p.path.startswith(f"{folders[t.id]}/")) for t in tables
    }


def _drop_strays(folder: Path, volumes: Iterable[Volume]) -> None:
    """Remove what a killed run left half-written in `data/`."""
    known = {v.path for v in volumes}
    for path in (folder / "data").iterdir():
        if f"data/{path.name}" not in known:
            path.unlink()
    (folder / TAG_MANIFEST).unlink(missing_ok=True)


def _rebatch(t: DeliveredTable, n_rows: int) -> Iterator[pl.DataFrame]:
    """Frames of exactly `n_rows` (the last one fewer, at least one frame), whatever sizes come in.

    Raises:
        DeliveryError: where a batch has other columns than the delivery declares.
    """
    held = pl.DataFrame(schema=dict.fromkeys(t.names, pl.Utf8))
    any_out = False
    for batch in t.batches:
        if tuple(batch.columns) != t.names:
            raise DeliveryError(
                f"{t.id}: a column outside the agreed list, or one missing, would be delivered",
                hint="Report this: nothing was sent.",
            )
        held = pl.concat([held, batch])
        while held.height >= n_rows:
            yield held.head(n_rows).rechunk()
            any_out = True
            held = held.slice(n_rows)
    if held.height or not any_out:
        yield held.rechunk()
