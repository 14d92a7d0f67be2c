"""Where a delivery stands: what a run that was killed needs in order to end with the same package.

Kept beside the package, not in it. Holds digests and counts only.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

from bequest.crypto.atomic import write_file
from bequest.kernel.canonical import Json, canonical, to_json
from bequest.kernel.codec import decode
from bequest.kernel.errors import DeliveryError
from bequest.steps.deliver.content import Part
from bequest.steps.deliver.statement import Volume

ABORTED = "BQ-DELIVERY-3"
"""Code of the error that ends a delivery id for good."""


@dataclass(frozen=True, slots=True)
class DoneVolume:
    """A finished volume and the digest over its members, so that only the same content may stand for it."""

    volume: Volume
    members_sha256: str


@dataclass(frozen=True, slots=True)
class _State:
    spec_digest: str
    parts: tuple[Part, ...] = ()
    volumes: tuple[DoneVolume, ...] = ()
    aborted: str = ""
    inner_manifest_sha256: str = ""
    complete: bool = False
    decided: str = ""


@dataclass(slots=True)
class Checkpoint:
    """The checkpoint of one delivery, written through on every change."""

    path: Path
    spec_digest: str
    parts: dict[str, Part] = field(default_factory=dict)
    volumes: dict[str, DoneVolume] = field(default_factory=dict)
    inner_manifest_sha256: str = ""
    complete: bool = False
    decided: str = ""

    @classmethod
    def load(cls, path: Path, spec_digest: str, decided: str = "") -> "Checkpoint":
        """The checkpoint at `path`, or a new one.

        Begun by other decisions, the parts are made anew; a volume stays where all that is in it came out the same.

        Raises:
            DeliveryError: where it belongs to other settings, or this delivery was aborted.
        """
        if not path.exists():
            return cls(path, spec_digest, decided=decided)
        state = decode(_State, json.loads(path.read_bytes()))
        if state.aborted:
            raise DeliveryError(state.aborted, hint=_NEW_ID, code=ABORTED)
        if state.spec_digest != spec_digest:
            raise DeliveryError(
                "this delivery was begun with other settings (receiver, recipients, lots, policy or date)",
                hint=_NEW_ID,
                code=ABORTED,
            )
        parts = {p.path: p for p in state.parts}
        volumes = {v.volume.path: v for v in state.volumes}
        if decided and decided != state.decided:
            return cls(path, spec_digest, {}, volumes, decided=decided)
        return cls(path, spec_digest, parts, volumes, state.inner_manifest_sha256, state.complete, state.decided)

    def note_part(self, part: Part) -> None:
        """Note a part, or check that it is the one noted before.

        Raises:
            DeliveryError: where it differs: the data changed since the first run, and the delivery id is aborted.
        """
        known = self.parts.get(part.path)
        if known is None:
            self.parts[part.path] = part
            self.save()
        elif known != part:
            self.abort(f"part {part.path} is not what it was when this delivery was begun")

    def keep_volumes(self, n: int) -> None:
        """Drop volumes of a former run beyond the first `n`."""
        for name in sorted(self.volumes)[n:]:
            del self.volumes[name]

    def abort(self, why: str) -> None:
        """End this delivery id for good.

        Raises:
            DeliveryError: always.
        """
        self._write(why)
        raise DeliveryError(f"{why}: the delivery is aborted", hint=_NEW_ID, code=ABORTED)

    def save(self) -> None:
        """Write all to disk, durable when this returns."""
        self._write("")

    def _write(self, aborted: str) -> None:
        state = _State(
            self.spec_digest,
            tuple(self.parts[k] for k in sorted(self.parts)),
            tuple(self.volumes[k] for k in sorted(self.volumes)),
            aborted,
            self.inner_manifest_sha256,
            self.complete,
            self.decided,
        )
        self.path.parent.mkdir(parents=True, exist_ok=True)
        plain: Json = to_json(state)
        write_file(self.path, canonical(plain) + b"\n")


_NEW_ID = "Run the step again: it begins a delivery with a new id. The unfinished package is thrown away."
