"""The verifier's look at stores that go or stay as a whole: by the digests of their files, with its own listing.

Before the deletion it takes the keyed digest of every file; afterwards no file of that content may lie in the place
where one went, whatever its name; and where files stay, each must be there unchanged. No names are kept.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bequest.model.case import Source
from bequest.model.destruction import Finding, Level, SearchResult

METHOD = "objects"
_FILE = "objects.json"


@dataclass(frozen=True, slots=True)
class Expected:
    """What the plan says of a store: how many objects, and whether they go."""

    objects: int
    goes: bool


def first_look(folder: Path, sources: Sequence[Source], key: bytes) -> None:
    """Note what is there, once: a look after the deletion began would see less."""
    path = folder / _FILE
    if path.is_file():
        return
    seen = {s.name: sorted(_digests(_listed(s, beside=False), key)) for s in sources}
    beside = path.with_name(path.name + ".part")
    beside.write_text(json.dumps(seen), "utf-8")
    beside.replace(path)


def second_look(
    folder: Path, sources: Sequence[Source], key: bytes, expected: Mapping[str, Expected]
) -> tuple[SearchResult, ...]:
    """One result per store."""
    seen: dict[str, list[str]] = json.loads((folder / _FILE).read_text("utf-8"))
    return tuple(_result(s, seen[s.name], key, expected[s.name]) for s in sources)


def _result(source: Source, before: list[str], key: bytes, expected: Expected) -> SearchResult:
    files = _listed(source, beside=True)
    now = _digests(files, key)
    there = sum(d in set(now) for d in before)
    residue, planned = (there, 0) if expected.goes else (0, there)
    finding = Finding.CLEAR if expected.goes else Finding.AS_PLANNED
    if len(before) < expected.objects or (not expected.goes and there < len(before)):
        finding = Finding.NOT_SEARCHED
    if residue:
        finding = Finding.RESIDUE
    return SearchResult(
        source.name, METHOD, Level.LOGICAL, 0, len(files), len(before), expected.objects, residue, planned, 0, finding,
        ("(contents)",) if not expected.goes else (),
    )  # fmt: skip


def _listed(source: Source, *, beside: bool) -> list[Path]:
    """The files of a store; with `beside`, also what lies in the same folder."""
    top = source.path
    if top.is_dir():
        return [p for p in top.rglob("*") if _counts(p)]
    if not top.parent.is_dir():
        return []
    pattern = "*" if beside else top.name
    return [p for p in top.parent.glob(pattern) if _counts(p)]


def _counts(path: Path) -> bool:
    """Hidden files hold people's names as well; links lead to files of others; the rehearsal's marker stays."""
    return path.is_file() and not path.is_symlink() and path.name != ".bequest-rehearsal"


def _digests(files: Sequence[Path], key: bytes) -> list[str]:
    out = []
    for path in files:
        with path.open("rb") as stream:
            content = hashlib.file_digest(stream, "sha256").digest()
        out.append(hmac.digest(key, b"bequest/object-seen/v1\0" + content, "sha256").hex())
    return out
