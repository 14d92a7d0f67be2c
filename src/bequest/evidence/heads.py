"""Heads of the log that were shown to others, and what came back for each.

Of every head there are up to three files of fixed names: `SIZE.checkpoint`, the note as the log signed it, which never
changes; `SIZE.cosignatures`, signature lines of witnesses (C2SP tlog-cosignature): put one behind the other the two are
the cosigned checkpoint; and `SIZE.tsr`, a time stamp over the first (RFC 3161). Registrations elsewhere lie beside them
(`evidence.anchors`).
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bequest.crypto.atomic import PUBLIC, sync_directory, write_file
from bequest.crypto.timestamps import Stamp, check_timestamp
from bequest.evidence.anchors import RECORD, Anchor, is_anchor_file, parse_anchor
from bequest.evidence.checkpoint import Checkpoint, parse_checkpoint
from bequest.evidence.note import NoteKey, note_text, signature_lines
from bequest.kernel.errors import VerificationError

NOTE, COSIGNED, STAMPED = ".checkpoint", ".cosignatures", ".tsr"
_NAME = re.compile(r"(0|[1-9][0-9]{0,18})\.checkpoint")


class Heads:
    """The heads of one log, in a folder of its directory."""

    def __init__(self, folder: Path, log: NoteKey) -> None:
        self._folder = folder
        self._log = log

    def keep(self, note: str) -> None:
        """Keep a head that the log signed; cosignatures in the note are left out."""
        head = parse_checkpoint(note, self._log)
        path = self._folder / f"{head.size}{NOTE}"
        if path.is_file():
            return
        if not self._folder.is_dir():
            self._folder.mkdir(parents=True)
            sync_directory(self._folder.parent)
        own = [line for line in signature_lines(note) if line.startswith(f"— {self._log.name} ")]
        write_file(path, f"{note_text(note)}\n{''.join(own)}".encode(), mode=PUBLIC)

    def all(self, witnesses: Sequence[NoteKey] = ()) -> tuple[Checkpoint, ...]:
        """Every head kept, the smallest first, with the cosignatures of these witnesses."""
        names = (_NAME.fullmatch(path.name) for path in self._folder.glob(f"*{NOTE}"))
        sizes = sorted(int(match[1]) for match in names if match)
        return tuple(parse_checkpoint(self.note(size), self._log, witnesses) for size in sizes)

    def note(self, size: int) -> str:
        """The head of that size with all cosignatures."""
        return _text(self._folder / f"{size}{NOTE}") + _text(self._folder / f"{size}{COSIGNED}")

    def files(self, size: int) -> dict[str, Path]:
        """Name → file of all that there is of a head."""
        names = [f"{size}{ending}" for ending in (NOTE, COSIGNED, STAMPED)]
        names += sorted(p.name for p in self._folder.glob(f"{size}.anchor-*") if is_anchor_file(p.name))
        return {name: self._folder / name for name in names if (self._folder / name).is_file()}

    def add(self, text: str, witnesses: Sequence[NoteKey]) -> tuple[Checkpoint, ...]:
        """Take cosignatures in: lines of these witnesses that fit a head kept; the heads that got one.

        `text` is what a witness answered, or a whole checkpoint with signatures. A witness's first cosignature of a
        head stays: it shows the earlier time. Lines of strangers are passed over (tlog-witness).

        Raises:
            VerificationError: where not one line is a cosignature of a witness named over a head kept.
        """
        lines = signature_lines(text)
        changed, fitting = [], False
        for head in self.all(witnesses):
            found: dict[str, str] = {}
            for line in lines:
                if who := self._signer(head.size, line, witnesses):
                    found.setdefault(who, line)
            known = {c.name for c in head.cosignatures}
            new = [line for who, line in found.items() if who not in known]
            fitting = fitting or bool(found)
            if new:
                path = self._folder / f"{head.size}{COSIGNED}"
                write_file(path, (_text(path) + "".join(new)).encode(), mode=PUBLIC)
                changed.append(parse_checkpoint(self.note(head.size), self._log, witnesses))
        if not fitting:
            raise VerificationError(
                "no line of it is a cosignature of a witness of this case over a head of its log that was handed out",
                hint="Take the file in that the witness wrote. `bequest evidence heads` lists heads and witnesses.",
            )
        return tuple(changed)

    def stamp(self, response: bytes, roots: Sequence[str]) -> tuple[Checkpoint, Stamp]:
        """Take a time stamp in: of which head it is, and what it says. The first of a head stays.

        Raises:
            VerificationError: where it is of none, or does not lead to one of these roots.
        """
        why = VerificationError(
            "no head was handed out yet", hint="Ask for a time stamp with `bequest evidence stamp`."
        )
        for head in reversed(self.all()):
            path = self._folder / f"{head.size}{NOTE}"
            try:
                stamp = check_timestamp(response, path.read_bytes(), roots)
            except VerificationError as error:
                why = error
                continue
            target = path.with_suffix(STAMPED)
            if not target.is_file():
                write_file(target, response, mode=PUBLIC)
            return head, stamp
        raise why

    def stamped(self, size: int, roots: Sequence[str]) -> Stamp | None:
        """What the time stamp of the head of that size says; None where there is none that verifies."""
        path = self._folder / f"{size}{STAMPED}"
        try:
            return check_timestamp(path.read_bytes(), path.with_suffix(NOTE).read_bytes(), roots)
        except (OSError, VerificationError):
            return None

    def anchors(self, size: int) -> tuple[Anchor, ...]:
        """The registrations of the head of that size, the first first."""
        names = (RECORD.fullmatch(name) for name in self.files(size))
        numbers = sorted(int(match["number"]) for match in names if match)
        return tuple(parse_anchor((self._folder / f"{size}.anchor-{n}.json").read_bytes()) for n in numbers)

    def anchor(self, size: int, anchor: Anchor, receipt: bytes) -> Anchor:
        """Take a registration in; the receipt goes first, so that a record never lacks its receipt.

        `anchor.receipt` is the ending of the receipt's name. The same receipt of the same head is taken in once.
        """
        known = self.anchors(size)
        for found in known:
            if found.receipt_sha256 == anchor.receipt_sha256:
                return found
        name = f"{size}.anchor-{len(known) + 1}"
        made = replace(anchor, receipt=f"{name}.receipt.{anchor.receipt}")
        for left in self._folder.glob(f"{name}.receipt.*"):  # by a run that was cut off before its record
            left.unlink()
        write_file(self._folder / made.receipt, receipt, mode=PUBLIC)
        write_file(self._folder / f"{name}.json", made.render(), mode=PUBLIC)
        return made

    def _signer(self, size: int, line: str, witnesses: Sequence[NoteKey]) -> str:
        """The witness whose cosignature of this head the line is; empty where it is none."""
        try:
            found = parse_checkpoint(_text(self._folder / f"{size}{NOTE}") + line, self._log, witnesses)
        except VerificationError:
            return ""
        return found.cosignatures[0].name if found.cosignatures else ""


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace") if path.is_file() else ""
