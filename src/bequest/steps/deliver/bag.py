"""BagIt 1.0 (RFC 8493) folders: written and checked, SHA-256 only.

What is refused: a payload file that is missing, changed or not in the manifest, a name that leaves the folder, a link,
a tag file that does not fit the tag manifest. A tag file that the tag manifest does not list is not looked at.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from bequest.crypto.atomic import PUBLIC, write_file
from bequest.kernel.errors import DeliveryError

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"
_BLOCK = 1 << 20
_MAX_MANIFEST = 64 << 20


def sha256_file(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    h = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            h.update(block)
    return h.hexdigest()


def manifest_text(digests: Mapping[str, str]) -> bytes:
    """A manifest as `sha256sum -c` reads it, sorted by path."""
    return "".join(f"{digests[path]}  {path}\n" for path in sorted(digests)).encode()


def write_tags(bag: Path, info: Mapping[str, str], payload: Mapping[str, str], n_bytes: int) -> None:
    """`bagit.txt`, `bag-info.txt` and the payload manifest. `payload` maps `data/…` to SHA-256."""
    lines = {**info, "Payload-Oxum": f"{n_bytes}.{len(payload)}"}
    write_file(bag / "bagit.txt", DECLARATION, mode=PUBLIC)
    write_file(bag / "bag-info.txt", "".join(f"{k}: {v}\n" for k, v in lines.items()).encode(), mode=PUBLIC)
    write_file(bag / MANIFEST, manifest_text(payload), mode=PUBLIC)


def write_tag_manifest(bag: Path) -> None:
    """The manifest of every file beside `data/`; the last file to be written, so that a bag is whole or not one."""
    tags = {p.name: sha256_file(p) for p in bag.iterdir() if p.is_file() and p.name != TAG_MANIFEST}
    tags = {name: digest for name, digest in tags.items() if not name.startswith(".")}
    write_file(bag / TAG_MANIFEST, manifest_text(tags), mode=PUBLIC)


def add_tag_files(bag: Path, files: Mapping[str, bytes]) -> None:
    """Add tag files (proof, time stamp, policy …) to a finished bag and list them in its tag manifest."""
    for name, data in sorted(files.items()):
        if PurePosixPath(name).name != name:
            raise ValueError("a tag file lies beside data/, not in a folder")
        write_file(bag / name, data, mode=PUBLIC)
    write_tag_manifest(bag)


def check_bag(bag: Path, what: str) -> dict[str, str]:
    """The payload manifest of a valid bag.

    Raises:
        DeliveryError: naming every file that is missing, changed, unexpected or unsafe.
    """
    for name in ("bagit.txt", MANIFEST, TAG_MANIFEST):
        if not (bag / name).is_file():
            raise DeliveryError(f"{what}: {name} is missing", hint="Ask the sender for the package again.")
    if (bag / "bagit.txt").read_bytes() != DECLARATION:
        raise DeliveryError(f"{what}: bagit.txt is not that of a BagIt 1.0 folder", hint=_AGAIN)
    tags = _read_manifest(bag, TAG_MANIFEST, what)
    payload = _read_manifest(bag, MANIFEST, what)
    bad = [*_differences(bag, tags), *_differences(bag, payload), *_unlisted(bag, payload)]
    if MANIFEST not in tags:
        bad.append(f"{MANIFEST} is not in the tag manifest")
    if bad:
        raise DeliveryError(f"{what}: {'; '.join(bad)}", hint=_AGAIN, code="BQ-DELIVERY-2")
    return payload


_AGAIN = "The package was changed or cut on its way: ask the sender for it again."


def _read_manifest(bag: Path, name: str, what: str) -> dict[str, str]:
    path = bag / name
    if path.stat().st_size > _MAX_MANIFEST:
        raise DeliveryError(f"{what}: {name} is too large", hint=_AGAIN)
    digests: dict[str, str] = {}
    for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").splitlines(), 1):
        digest, _, file = line.partition("  ")
        if len(digest) != 64 or set(digest) - set("0123456789abcdef") or not is_safe(file) or file in digests:
            raise DeliveryError(f"{what}: line {number} of {name} is not a checksum and a path", hint=_AGAIN)
        if name == MANIFEST and not file.startswith("data/"):
            raise DeliveryError(f"{what}: line {number} of {name} leaves data/", hint=_AGAIN)
        digests[file] = digest
    return digests


def is_safe(name: str) -> bool:
    """Whether a path from outside stays inside its folder on every system."""
    parts = PurePosixPath(name).parts
    return bool(
        name
        and name == "/".join(parts)
        and not name.startswith("/")
        and not any(p in {"..", "."} for p in parts)
        and not set(name) & set('\\:*?"<>|\0\r\n')
    )


def _differences(bag: Path, digests: Mapping[str, str]) -> Iterable[str]:
    for name, digest in sorted(digests.items()):
        path = bag / name
        if path.is_symlink() or not path.is_file():
            yield f"{name} is missing"
        elif sha256_file(path) != digest:
            yield f"{name} was changed"


def _unlisted(bag: Path, payload: Mapping[str, str]) -> Iterable[str]:
    for path in sorted((bag / "data").rglob("*")):
        name = path.relative_to(bag).as_posix()
        if path.is_symlink() or (path.is_file() and name not in payload):
            yield f"{name} is not in the manifest"
