"""What can be asked with *what if*: places of the case that the law decides by, and how each is set in a copy of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TypeVar

from bequest.app.law import MAINLAND, pack_named
from bequest.kernel.errors import InputError
from bequest.law.pack import LawPack
from bequest.law.switches import switch_states
from bequest.model.case import Case, LegalRoute, Lot, OnSilence, Party
from bequest.model.switch import Switch

E = TypeVar("E", bound=StrEnum)
SWITCHES = "law.switches."
ASKED = "what-if"
"""Who set a switch that is only asked about."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One change that is asked about: the place, what stands there and what is tried."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class _Place:
    """A place of the case: what stands there, and the case with something else in it."""

    read: Callable[[Case], str]
    write: Callable[[Case, str], Case]


def changed_case(case: Case, wishes: Sequence[str]) -> tuple[Case, tuple[Asked, ...]]:
    """The case as it would be, and what was changed in it.

    A route brings its own meaning of silence, unless one is set too.

    Args:
        case: the case as it is; it stays so.
        wishes: each `PATH=VALUE`, such as `receivers.buyer.country=sg`.

    Raises:
        InputError: where a place or value is not known, naming those that are.
    """
    known = places(case)
    named = dict(_divided(w) for w in wishes)
    if len(named) < len(wishes):
        raise InputError("one place is named twice", hint="Name each place once.")
    found, asked = case, []
    for path in sorted(named, key=lambda p: p.endswith(".on_silence")):  # after the route and receiver it goes with
        if path not in known:
            raise InputError(f"there is no {path!r} to change", hint=f"Places are {', '.join(known)}.")
        place = known[path]
        found = place.write(found, named[path])
        asked.append(Asked(path, place.read(case), named[path]))
    return found, tuple(sorted(asked, key=lambda a: list(named).index(a.path)))


def places(case: Case) -> dict[str, _Place]:
    """Every place that can be changed in this case, by its path."""
    pack = pack_named(case.law_packs[0])
    out = {"effective_on": _Place(lambda c: c.effective_on.isoformat(), _set_day)}
    for r in case.receivers:
        out[f"receivers.{r.id}.country"] = _country(r.id)
    for lot in case.lots:
        out[f"lots.{lot.id}.receiver"] = _receiver(lot.id)
        out[f"lots.{lot.id}.legal_route"] = _route(lot.id, pack)
        out[f"lots.{lot.id}.on_silence"] = _silence(lot.id)
    for s in switch_states(pack, (), on=case.effective_on):
        if s.is_asked:
            out[SWITCHES + s.name] = _switch(s.name, pack)
    return out


def _divided(wish: str) -> tuple[str, str]:
    path, equals, value = wish.partition("=")
    if not equals or not path.strip() or not value.strip():
        raise InputError(f"{wish!r} does not say what to change", hint="Write PATH=VALUE: effective_on=2027-01-31.")
    path = path.strip().removeprefix("case.").replace('"', "")
    return path, value.strip()


def _set_day(case: Case, value: str) -> Case:
    try:
        return replace(case, effective_on=date.fromisoformat(value))
    except ValueError:
        raise InputError(f"{value!r} is no date", hint="Write effective_on=2027-01-31.") from None


def _word(path: str, value: str, words: type[E]) -> E:
    if value not in tuple(words):
        raise InputError(f"{path} cannot be {value!r}", hint=f"It takes {', '.join(words)}.")
    return words(value)


def _lot(case: Case, lot_id: str) -> Lot:
    return next(lot for lot in case.lots if lot.id == lot_id)


def _with_lot(case: Case, changed: Lot) -> Case:
    return replace(case, lots=tuple(changed if lot.id == changed.id else lot for lot in case.lots))


def _country(party_id: str) -> _Place:
    def write(case: Case, value: str) -> Case:
        if len(value) != 2 or not value.isascii() or not value.islower():
            raise InputError(f"{value!r} is not a country code", hint="Write two lower-case letters, such as cn.")
        changed: Party = replace(case.receiver(party_id), country=value)
        return replace(case, receivers=tuple(changed if r.id == party_id else r for r in case.receivers))

    return _Place(lambda c: c.receiver(party_id).country, write)


def _receiver(lot_id: str) -> _Place:
    def write(case: Case, value: str) -> Case:
        known = [r.id for r in case.receivers]
        if value not in known:
            raise InputError(f"there is no receiver {value!r}", hint=f"Receivers are {', '.join(known)}.")
        return _with_lot(case, replace(_lot(case, lot_id), receiver=value))

    return _Place(lambda c: _lot(c, lot_id).receiver, write)


def _route(lot_id: str, pack: LawPack) -> _Place:
    def write(case: Case, value: str) -> Case:
        route = _word(f"lots.{lot_id}.legal_route", value, LegalRoute)
        silence = pack.on_silence.get(route, OnSilence.RELEASE_NONE)
        return _with_lot(case, replace(_lot(case, lot_id), legal_route=route, on_silence=silence))

    return _Place(lambda c: _lot(c, lot_id).legal_route.value, write)


def _silence(lot_id: str) -> _Place:
    def write(case: Case, value: str) -> Case:
        lot = _lot(case, lot_id)
        silence = _word(f"lots.{lot_id}.on_silence", value, OnSilence)
        if silence is OnSilence.PROCEED and case.receiver(lot.receiver).country != MAINLAND:
            raise InputError(
                f"the receiver {lot.receiver} is abroad, where silence is no consent",
                hint="PIPL Art. 39 asks for separate consent; leave on_silence out.",
            )
        return _with_lot(case, replace(lot, on_silence=silence))

    return _Place(lambda c: _lot(c, lot_id).on_silence.value, write)


def _switch(name: str, pack: LawPack) -> _Place:
    path, values = SWITCHES + name, ("true", "false")

    def read(case: Case) -> str:
        state = next(s for s in switch_states(pack, case.switches, on=case.effective_on) if s.name == name)
        return values[0] if state.value else values[1]

    def write(case: Case, value: str) -> Case:
        if value not in values:
            raise InputError(f"{path} cannot be {value!r}", hint=f"It takes {', '.join(values)}.")
        others = [s for s in case.switches if s.name != name]
        mine = Switch(name=name, value=value == values[0], by=ASKED, reason=ASKED)
        return replace(case, switches=tuple(sorted([*others, mine], key=lambda s: s.name)))

    return _Place(read, write)
