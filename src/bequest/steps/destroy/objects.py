"""Objects that go as a whole: sealed where the law keeps them, then unlinked; only what is as it was decided on.

What is about to go is on disk in a journal before the first file is touched, so that a killed run knows its own work
from a file that somebody else took away.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bequest.crypto.sealing import seal_file
from bequest.kernel.errors import SourceError
from bequest.model.destruction import TableSums
from bequest.model.disposition import Residue
from bequest.model.whole import TABLE, WholeObject, WholeStore
from bequest.sources.codes import NOT_WRITABLE
from bequest.steps.destroy.custody_bucket import SealedFile, file_digest, sealing_aad, whole_bucket

Guard = Callable[[], None]
WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the objects of a store lie now, by id."""

    store: WholeStore
    paths: Mapping[str, Path]


@dataclass(slots=True)
class ObjectsDone:
    """What became of the objects of a store."""

    gone: list[WholeObject] = field(default_factory=list)
    left: list[WholeObject] = field(default_factory=list)
    """Changed or missing since the mark: left alone, and reported."""
    new: int = 0
    """Files that were not there at the mark."""


def bucket_of(store: WholeStore) -> str:
    """The custody bucket of a store that is sealed whole."""
    return whole_bucket(store.source)


def seal_objects(place: Place, case_id: str, out: Path, key: bytes, guard: Guard) -> list[SealedFile]:
    """Seal every object as it was decided on; what a former run sealed stays as it is."""
    bucket = bucket_of(place.store)
    folder = out / bucket
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    sealed = []
    for o in place.store.objects:
        name = f"{o.id}.sealed"
        path = place.paths.get(o.id)
        if not (folder / name).is_file() and path is not None and file_digest(path) == o.sha256:
            guard()
            seal_file(path, folder / name, key, sealing_aad(case_id, bucket, name))
        if (folder / name).is_file():
            digest = file_digest(folder / name)
            sealed.append(SealedFile(bucket, name, WHOLE, place.store.source, TABLE, 1, o.values, "", digest))
    return sealed


def unlink_objects(place: Place, journal: Path, sealed: frozenset[str], guard: Guard) -> ObjectsDone:
    """Unlink what goes. `sealed`: ids that are in custody; of a store that is sealed nothing else goes."""
    store = place.store
    former = frozenset(json.loads(journal.read_text("utf-8"))) if journal.is_file() else frozenset[str]()
    done = ObjectsDone(new=len(place.paths.keys() - {o.id for o in store.objects}))
    going: list[tuple[WholeObject, Path | None]] = []
    for o in store.objects:
        path = place.paths.get(o.id)
        ready = store.residue is not Residue.CUSTODY or o.id in sealed
        if path is None and o.id in former:
            going.append((o, None))
        elif path is not None and ready and file_digest(path) == o.sha256:
            going.append((o, path))
        else:
            done.left.append(o)
    _write(journal, sorted(former | {o.id for o, _ in going}))
    for o, path in going:
        guard()
        if path is not None:
            _unlink(path, store.source)
        done.gone.append(o)
    return done


def keep_objects(place: Place, guard: Guard) -> ObjectsDone:
    """Objects that stay: their files become read-only; what changed since the mark is reported."""
    done = ObjectsDone(new=len(place.paths.keys() - {o.id for o in place.store.objects}))
    for o in place.store.objects:
        path = place.paths.get(o.id)
        if path is None or file_digest(path) != o.sha256:
            done.left.append(o)
            continue
        guard()
        path.chmod(path.stat().st_mode & ~0o222)
    return done


def sums_of(store: WholeStore, done: ObjectsDone) -> TableSums:
    """The store's line on the certificate: objects as rows, values by what became of them."""
    gone = sum(o.values for o in done.gone)
    left = sum(o.values for o in done.left)
    rest = store.values - gone - left
    by = {"deleted": 0, "sealed": 0, "in_use": left}
    if store.residue is Residue.DELETE:
        by["deleted"] = gone + rest
    elif store.residue is Residue.CUSTODY:
        by["sealed"] = gone + rest
    else:
        by["in_use"] += gone + rest
    return TableSums(
        store.source, TABLE, len(store.objects), len(store.objects) - len(done.gone), store.values,
        by["deleted"], 0, by["sealed"], 0, by["in_use"],
    )  # fmt: skip


def _unlink(path: Path, source: str) -> None:
    try:
        path.unlink()
    except OSError as error:
        raise SourceError(
            f"source {source}: a file cannot be removed: {error.strerror}",
            hint="Give the account that runs Bequest the right to write in its folder, then run the step again.",
            code=NOT_WRITABLE,
        ) from None


def _write(path: Path, ids: list[str]) -> None:
    beside = path.with_name(path.name + ".part")
    beside.write_text(json.dumps(ids), "utf-8")
    beside.replace(path)
