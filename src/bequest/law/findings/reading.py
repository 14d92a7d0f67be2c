"""The switches of a fact sheet: how counsel reads the questions that the law leaves open. Pure.

Where a sheet sets none, the default of the pack holds (law facts 14.4); the answer cites both readings either way.
"""

import difflib
from collections.abc import Sequence
from dataclasses import replace

from bequest.kernel.canonical import digest
from bequest.kernel.errors import LawError
from bequest.law.findings.model import FindingPack
from bequest.law.findings.wording import SheetWords
from bequest.law.pack import LawPack, with_switches
from bequest.law.schema import Entry
from bequest.law.switches import is_asked

Switches = tuple[tuple[str, bool], ...]


def parse_switches(e: Entry, words: SheetWords) -> Switches:
    """The `switches` of a sheet or an example: names with true or false, sorted.

    Raises:
        LawError: for a value that is neither.
    """
    if e.values.get("switches") is None:
        return ()
    inner, out = e.entry("switches"), {}
    for name, value in inner.values.items():
        text = str(value).strip().lower()
        if text not in words.yes | words.no:
            raise e.fail(f"the switch {name} is {value!r}", "Write true or false; see `bequest law switches`.")
        out[str(name).strip()] = text in words.yes
    return tuple(sorted(out.items()))


def chosen_findings(pack: FindingPack, switches: Switches) -> FindingPack:
    """The findings with the switches set that they ask; the same pack where none concerns it."""
    mine = {name: value for name, value in switches if name in asked_switches(pack)}
    if not mine:
        return pack
    parameters = dict(pack.parameters)
    for name, chosen in mine.items():
        held = parameters[name]
        parameters[name] = replace(held, values=tuple(replace(v, value=chosen) for v in held.values))
    return replace(pack, parameters=parameters, digest=digest([pack.digest, mine]))


def chosen_cells(pack: LawPack, switches: Switches) -> LawPack:
    """The rules of the plan with the switches set that they ask."""
    mine = tuple((name, value) for name, value in switches if is_asked(pack, name))
    return with_switches(pack, mine) if mine else pack


def asked_switches(pack: FindingPack) -> tuple[str, ...]:
    """Every switch that a finding hangs on."""
    return tuple(dict.fromkeys(f.switch for f in pack.findings if f.switch))


def require_asked(switches: Switches, packs: Sequence[FindingPack], cells: LawPack | None) -> None:
    """Nothing, where each switch is asked by a finding of the packs, or by a rule where cells are asked about.

    Raises:
        LawError: naming the first that nothing asks, and those that are asked.
    """
    known = {name for p in packs for name in asked_switches(p)}
    if cells is not None:
        known |= {p.name for p in cells.parameters.values() if p.unit == "switch" and is_asked(cells, p.name)}
    for name, _ in switches:
        if name in known:
            continue
        near = difflib.get_close_matches(name, sorted(known), n=1)
        hint = f"Switches here are {', '.join(sorted(known)) or 'none'}."
        raise LawError(
            f"nothing that is asked hangs on a switch {name!r}",
            hint=f"Did you mean {near[0]}? {hint}" if near else hint,
            code="BQ-LAW-3",
        )
