"""The switches of a law pack: open questions that counsel may read otherwise, with both readings and who chose."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bequest.kernel.errors import LawError
from bequest.law.evaluate import params_on
from bequest.law.pack import LawPack, with_switches
from bequest.law.params import Reading
from bequest.model.disposition import ReasonStatus
from bequest.model.switch import Switch

UNIT = "switch"


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchState:
    """One switch on a date. `by` and `reason` are empty where the case leaves it as the pack has it."""

    name: str
    zh: str
    en: str
    article: str
    status: ReasonStatus
    value: bool
    default: bool
    """What the pack itself says."""
    off: Reading
    on: Reading
    open_point: str
    """The open point it decides, where there is one."""
    is_asked: bool
    """Whether any rule of this version asks it; one that none asks cannot be set."""
    by: str = ""
    reason: str = ""

    @property
    def followed(self) -> Reading:
        """The reading that holds."""
        return self.on if self.value else self.off


def chosen_law(pack: LawPack, switches: Iterable[Switch]) -> LawPack:
    """The pack with the switches of a case set; the same pack where there is none.

    Raises:
        LawError: where a name is no switch.
    """
    values = tuple(sorted((s.name, s.value) for s in switches))
    return with_switches(pack, values) if values else pack


def switch_states(pack: LawPack, switches: Iterable[Switch], *, on: date) -> tuple[SwitchState, ...]:
    """Every switch of a pack that has a value on the date, as the case sets it; `pack` is the pack as published."""
    chosen = {s.name: s for s in switches}
    points = {o.switch: o.id for o in pack.open_points.values() if o.switch}
    params = params_on(pack, on)
    out = []
    for p in pack.parameters.values():
        if p.unit != UNIT or not params.holds(p.name):
            continue
        held, default, mine = params.held(p.name), params.flag(p.name), chosen.get(p.name)
        out.append(
            SwitchState(
                name=p.name, zh=p.zh, en=p.en, article=held.reference, status=held.status,
                value=mine.value if mine else default, default=default, off=p.readings[0], on=p.readings[1],
                open_point=points.get(p.name, ""), is_asked=is_asked(pack, p.name),
                by=mine.by if mine else "", reason=mine.reason if mine else "",
            )
        )  # fmt: skip
    return tuple(out)


def require_switch(pack: LawPack, name: str) -> None:
    """Nothing, where a rule of the pack asks a switch of that name.

    Raises:
        LawError: where there is none, naming those that are; or where no rule asks it.
    """
    known = [p.name for p in pack.parameters.values() if p.unit == UNIT and is_asked(pack, p.name)]
    if name in known:
        return
    if name in pack.parameters and pack.parameters[name].unit == UNIT:
        raise LawError(
            f"no rule of this version asks the switch {name}",
            hint="Leave it out: it would change nothing. `bequest law switches` says what is done instead.",
            code="BQ-LAW-3",
        )
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"Switches are {', '.join(known) or 'none'}."
    raise LawError(
        f"{name!r} is no switch of the law pack {pack.jurisdiction}",
        hint=f"Did you mean {near[0]}? {hint}" if near else hint,
        code="BQ-LAW-3",
    )


def is_asked(pack: LawPack, name: str) -> bool:
    """Whether a rule hangs on the switch or asks it by its name."""
    quoted = f'"{name}"'
    return any(r.only_if == name for r in pack.rules) or any(
        quoted in text for path, text in pack.texts.items() if path.endswith(".py")
    )
