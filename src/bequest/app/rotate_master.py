"""A new master key for a home, or the same home under another holder: every sealed key is sealed anew under it.

In this order; a run that was cut off anywhere is finished by the next one, and until then every key can be read:

1. the new master key is written beside the old one (`master.next`), wrapped by its holder, and read back;
2. the intent stands in the log of every open case;
3. every live key is sealed under the new one, beside the file that counts, and opened again;
4. `master.next` takes the place of `master.key` in one step: from here the old master key opens nothing;
5. the newly sealed files take their places;
6. the outcome stands in the logs.

What this does not do: a copy of the old key files, opened with a copy of the old master key, still holds the same keys.
"""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from bequest.app.context import LEASED, Context
from bequest.app.evidence import event_id, publish, record
from bequest.app.holders.opening import FILE, check_holder, open_holder
from bequest.app.log_signer import can_sign_log
from bequest.app.user_files import read_user_text
from bequest.crypto.atomic import sync_directory, write_file
from bequest.crypto.keys import KeyState, overwrite
from bequest.crypto.masters import HeldMaster, master_id, new_master, read_master, render_master
from bequest.evidence.event_types import EventType
from bequest.kernel.errors import InputError, StateError
from bequest.store.holders import may_be_alive
from bequest.store.records import CaseStatus

NEXT = "master.next"
_NEEDED = ("platform-signing", "evidence")


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a run did: who holds the master key now, its id, how many keys are sealed under it."""

    holder: str
    id: str
    keys: int
    given_up: bool = False
    """A run that had been cut off was taken back; the master key is the one it was."""


def read_holder(path: Path) -> dict[str, str]:
    """The settings of a holder in a TOML file.

    Raises:
        InputError: where it is no TOML, or a setting is missing or not known.
    """
    text = read_user_text(path, "file of a key holder", hint='Its first line is such as kind = "pkcs11".')
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path.name} is no TOML: {error}", hint="Correct the line it names.") from None
    if not all(isinstance(v, str) for v in found.values()):
        raise InputError(f"{path.name}: every setting is a text in quotes", hint='For example kind = "vault".')
    check_holder(found)
    return found


def holder_of(ctx: Context) -> dict[str, str]:
    """The settings of who holds the master key now."""
    found = read_master(ctx.master.path)
    return {"kind": FILE} if isinstance(found, bytes) else dict(found.holder)


def count_keys(ctx: Context) -> int:
    """How many live keys are sealed under the master key."""
    return sum(len(ctx.master.keys(folder).live()) for folder in ctx.master.folders())


def rotate_master(ctx: Context, holder: Path | None = None) -> Rotated:
    """Make a new master key, held by whom the file names (else as the present one is), or finish a run cut off.

    Raises:
        InputError: where the settings cannot be used.
        StateError: where a holder does not answer, a step is at work, or a run to another holder was cut off.
        LeaseError: where another process changes the master key.
    """
    wanted = read_holder(holder) if holder else None
    with ctx.master.alone():
        _refuse_running(ctx)
        _settle(ctx)
        finished = not (ctx.home / NEXT).exists() and _say_outcomes(ctx)
        if finished and wanted in (None, holder_of(ctx)):
            return _now(ctx)  # a former run had done all but say so
        new = _next_master(ctx, wanted)
        _say_intents(ctx, master_id(new))
        ctx.hooks.at("", "rotate.intended")
        for folder in ctx.master.folders():
            ctx.master.keys(folder).prepare(new)
            ctx.hooks.at("", "rotate.prepared")
        _commit(ctx)
        ctx.hooks.at("", "rotate.committed")
        _settle(ctx)
        ctx.hooks.at("", "rotate.settled")
        _say_outcomes(ctx)
    return _now(ctx)


def give_up(ctx: Context) -> Rotated:
    """Take back a run that was cut off before the new master key took its place.

    Raises:
        StateError: where there is none.
    """
    with ctx.master.alone():
        _refuse_running(ctx)
        path = ctx.home / NEXT
        if not path.exists():
            raise StateError(
                "no change of the master key is under way", hint="One that took its place is not taken back."
            )
        overwrite(path)
        path.unlink()
        sync_directory(ctx.home)
        _settle(ctx)
        _say_outcomes(ctx)
    return _now(ctx, given_up=True)


def _now(ctx: Context, *, given_up: bool = False) -> Rotated:
    return Rotated(holder_of(ctx)["kind"], master_id(ctx.master.read()), count_keys(ctx), given_up)


def _next_master(ctx: Context, wanted: dict[str, str] | None) -> bytes:
    """The new master key, in its file and read back from it; the one a run that was cut off made."""
    path = ctx.home / NEXT
    if not path.exists():
        settings = wanted or holder_of(ctx)
        master = new_master()
        held: bytes | HeldMaster = master
        if settings["kind"] != FILE:
            held = HeldMaster(settings, open_holder(settings, ctx.secrets).wrap(master))
            if ctx.master.unwrapped(held) != master:
                raise StateError("the holder does not open what it wrapped", hint="Nothing was changed.")
        write_file(path, render_master(held))
        ctx.hooks.at("", "rotate.made")
    found = read_master(path)
    settings = {"kind": FILE} if isinstance(found, bytes) else dict(found.holder)
    if wanted is not None and wanted != settings:
        raise StateError(
            f"a change of the master key to a holder of kind {settings['kind']} was cut off",
            hint="Finish it with `bequest key rotate`, or take it back with `bequest key rotate --give-up`.",
        )
    return found if isinstance(found, bytes) else ctx.master.unwrapped(found)


def _commit(ctx: Context) -> None:
    """The new file in the place of the old one, whose bytes are then overwritten."""
    with ctx.master.path.open("r+b") as old:
        n_bytes = ctx.master.path.stat().st_size
        (ctx.home / NEXT).replace(ctx.master.path)
        sync_directory(ctx.home)
        old.write(bytes(n_bytes))
        old.flush()
        os.fsync(old.fileno())


def _settle(ctx: Context) -> None:
    """Put in place what a run sealed; before its commit there is nothing to put in place."""
    if not (ctx.home / NEXT).exists():
        for folder in ctx.master.folders():
            ctx.master.keys(folder).settle()


def _refuse_running(ctx: Context) -> None:
    """Refuse while a step of any case is at work: it would be left with the old master key.

    Raises:
        StateError: naming it.
    """
    with ctx.store.transaction() as tx:
        now = tx.leases.now(ctx.system.now())
        for case in tx.cases.list():
            for step in LEASED:
                lease = tx.leases.get(case.case.id, step)
                if lease and not lease.released and lease.expires_at > now and may_be_alive(lease.holder):
                    raise StateError(
                        f"step {step!r} of case {case.case.id} is at work", hint="Wait until it has finished."
                    )


def _logged(ctx: Context) -> list[str]:
    """Cases whose log can still be written."""
    with ctx.store.transaction() as tx:
        open_cases = [c.case.id for c in tx.cases.list() if c.status is not CaseStatus.CLOSED]
    return [
        c for c in open_cases if can_sign_log(ctx, c) and all(ctx.keys(c).state(p) is KeyState.LIVE for p in _NEEDED)
    ]


def _say_intents(ctx: Context, new: str) -> None:
    for case_id in _logged(ctx):
        at = ctx.now(case_id)
        with ctx.store.transaction() as tx:
            record(ctx, tx, case_id, EventType.KEY_REWRAP_INTENT, new, at=at)
        publish(ctx, case_id)


def _say_outcomes(ctx: Context) -> bool:
    """Give every intent without an outcome its own: done where its master key counts now, else abandoned.

    Whether one was done.
    """
    done = False
    now = master_id(ctx.master.read())
    for case_id in _logged(ctx):
        at = ctx.now(case_id)
        with ctx.store.transaction() as tx:
            events = {e.event_id: e.typ for e in tx.outbox.all(case_id)}
            for this, kind in events.items():
                key = this.partition(":")[2]
                if kind != EventType.KEY_REWRAP_INTENT or event_id(EventType.KEY_REWRAP_OUTCOME, key) in events:
                    continue
                counts = {} if key == now else {"abandoned": 1}
                done = done or key == now
                record(ctx, tx, case_id, EventType.KEY_REWRAP_OUTCOME, key, at=at, intent=this, counts=counts)
        publish(ctx, case_id)
    return done
