"""The 国密 profile of a bundle: a second signature, SM2 with SM3, beside Ed25519 and never instead of it.

`manifest-sm3.txt` lists every file of the payload with its SM3; `manifest-sm3.txt.sm2` is the signature over it. Below
`data/guomi/` lies one over the last checkpoint of the log and over each statement, each over the file as it is, at the
same path with `.sm2` behind it. All are DER of (r, s) (GB/T 35276), with the signer's name of `crypto.sm2.ID`; they are
made when the bundle is made.
"""

from collections.abc import Iterable
from pathlib import Path

from bequest.crypto.sm3 import sm3_file
from bequest.evidence import bag

FOLDER = "data/guomi/"
ENDING = ".sm2"
PUBLIC_KEY = "data/trust/guomi.pub.pem"
_CHECKPOINT = "data/log/checkpoint"
_STATEMENT = ".dsse.json"


def signed_paths(paths: Iterable[str]) -> tuple[str, ...]:
    """Which files of a payload bear a signature of their own."""
    return tuple(sorted(p for p in paths if p == _CHECKPOINT or p.endswith(_STATEMENT)))


def signature_path(path: str) -> str:
    """Where the signature over a file of the payload lies."""
    return FOLDER + path.removeprefix(bag.DATA) + ENDING


def sm3_manifest(top: Path, paths: Iterable[str]) -> bytes:
    """The manifest with SM3, in the spelling of the one with SHA-256."""
    return bag.render_manifest({path: sm3_file(top / path) for path in paths})
