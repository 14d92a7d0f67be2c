"""Unit costs, chances, losses and ways of handling as data; a company's own numbers take the place of ours."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from bequest.kernel.errors import InputError
from bequest.model.assessment import Extent
from bequest.model.disposition import ReasonStatus
from bequest.steps.assess.catalogue import LEVELS, Catalogue, catalogue

UNITS: Final[Mapping[str, Decimal]] = {
    "cny": Decimal(10**9),
    "permille": Decimal(1000),
    "years": Decimal(100),
    "hours": Decimal(10**5),
}
"""Units, each with the most a number of it can be."""
KINDS: Final = ("technique", "counsel", "training")
"""Kinds of work of people."""
WORK: Final = ("given", "asked", "transformed", "erased", "kept")
PLAN: Final = "plan"
FACTS: Final = frozenset({
    "values", "persons_of", "readable", "sensitive", "no_ground", "unneeded", "outlived", "duty_broken", "crime",
})  # fmt: skip
"""Facts of a class that a way of handling changes."""
Share = int | str
"""Per mille, or the id of a value that says how many; with a minus before it the rest."""


@dataclass(frozen=True, slots=True)
class Value:
    """A number by which is reckoned. `own`: the company has put it in the place of ours."""

    id: str
    unit: str
    number: Decimal
    zh: str
    en: str
    source_zh: str
    source: str
    status: ReasonStatus
    own: bool = False


@dataclass(frozen=True, slots=True)
class Loss:
    """What a risk costs when it comes true: ids of values, for each person in it and once for the case."""

    risk: str
    person: str
    once: str


@dataclass(frozen=True, slots=True)
class Option:
    """A way of handling a class as a whole: work per mille of its persons or values; what it leaves of each fact."""

    id: str
    zh: str
    en: str
    receiver: bool
    """Whether it takes somebody who receives."""
    work: Mapping[str, Share]
    leave: str
    """Id of the share of customers who leave; empty where none is kept anyhow."""
    hours: Mapping[str, Decimal]
    """By kind of work; none for the plan, which takes those of the ways it uses."""
    leaves: Mapping[str, Share]


@dataclass(frozen=True, slots=True)
class Costs:
    """Everything by which costs and benefits are reckoned."""

    values: Mapping[str, Value]
    losses: tuple[Loss, ...]
    options: tuple[Option, ...]
    """The uniform ones first, the plan last: what it leaves and its work are counted."""

    def number(self, value: str) -> Decimal:
        """The number of that id."""
        return self.values[value].number

    def share(self, share: Share) -> Decimal:
        """A share per mille."""
        if isinstance(share, int):
            return Decimal(share)
        rest = share.removeprefix("-")
        return 1000 - self.number(rest) if rest != share else self.number(share)

    def with_own(self, own: Mapping[str, Any]) -> "Costs":
        """The same with a company's numbers: `id = number`, and `hours.OPTION.KIND = number`.

        Raises:
            InputError: naming what is unknown or no possible number.
        """
        values, options = dict(self.values), list(self.options)
        for name, said in own.items():
            if name == "hours":
                options = [_with_hours(o, said) for o in options]
                _known(said, [o.id for o in options if o.id != PLAN], "option")
            elif name not in values:
                raise InputError(f"there is no unit cost {name!r}", hint=f"There are: {', '.join(values)}.")
            else:
                number = _number(name, said, values[name].unit)
                values[name] = replace(values[name], number=number, own=number != values[name].number)
        return replace(self, values=values, options=tuple(options))


@lru_cache(maxsize=1)
def costs() -> Costs:
    """The numbers beside the code.

    Raises:
        InputError: where the file is not as it must be.
    """
    text = (files(__package__) / "costs.toml").read_text(encoding="utf-8")
    return read_costs(tomllib.loads(text), catalogue())


def read_costs(document: Mapping[str, Any], rules: Catalogue) -> Costs:
    """The parsed file `costs`.

    Raises:
        InputError: naming what is unknown, missing or impossible.
    """
    try:
        made = Costs(
            values={v["id"]: _value(v) for v in document["value"]},
            losses=tuple(Loss(x["risk"], x.get("person", ""), x["once"]) for x in document["loss"]),
            options=(*(_option(o) for o in document["option"]), _option(document["plan"])),
        )
    except (KeyError, ValueError) as slip:
        raise _wrong(f"{slip}") from None
    for problem in _problems(made, rules):
        raise _wrong(problem)
    return made


def _wrong(problem: str) -> InputError:
    return InputError(f"the table of costs is not usable: {problem}", hint="Mend steps/assess/catalogue/costs.toml.")


def _value(v: Mapping[str, Any]) -> Value:
    if v["unit"] not in UNITS:
        raise ValueError(f"{v['id']} has the unknown unit {v['unit']!r}")
    return Value(
        v["id"], v["unit"], _number(v["id"], v["number"], v["unit"]), v["zh"], v["en"],
        str(v.get("source_zh", v["source"])), v["source"], ReasonStatus(v["status"]),
    )  # fmt: skip


def _option(o: Mapping[str, Any]) -> Option:
    if o["id"] == PLAN:
        return Option(PLAN, o["zh"], o["en"], False, {}, o["leave"], {}, {})
    hours = {kind: _number(f"hours.{o['id']}.{kind}", o["hours"][kind], "hours") for kind in KINDS}
    work = {name: o[name] for name in WORK}
    return Option(o["id"], o["zh"], o["en"], o["receiver"], work, o["leave"], hours, o["leaves"])


def _with_hours(o: Option, own: Any) -> Option:
    said = own.get(o.id, {}) if isinstance(own, dict) else None
    if not isinstance(said, dict):
        raise InputError("hours are given by option and kind", hint="Such as: [hours.delete], then technique = 3.")
    _known(said, KINDS, "kind of work")
    return replace(o, hours={**o.hours, **{k: _number(f"hours.{o.id}.{k}", n, "hours") for k, n in said.items()}})


def _known(said: Iterable[str], known: Iterable[str], what: str) -> None:
    names = list(known)
    for name in said:
        if name not in names:
            raise InputError(f"there is no {what} {name!r}", hint=f"There are: {', '.join(names)}.")


def _number(name: str, said: object, unit: str) -> Decimal:
    """A number of that unit, from text or from a TOML number as it was written."""
    try:
        number = Decimal(str(said)) if isinstance(said, str | int | float) and not isinstance(said, bool) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or not 0 <= number <= UNITS[unit]:
        raise InputError(
            f"the unit cost {name!r} is no number from 0 to {UNITS[unit]}", hint='Such as 3, 0.5 or "0.045".'
        )
    return number


def _problems(c: Costs, rules: Catalogue) -> list[str]:
    shares = {v.id for v in c.values.values() if v.unit == "permille"}
    found = [f"chance_{n} is missing" for n in range(1, LEVELS + 1) if f"chance_{n}" not in shares]
    for x in c.losses:
        if x.risk not in rules.kinds or rules.kinds[x.risk].extent is not Extent.GROUP:
            found.append(f"a loss is of the unknown risk {x.risk!r}")
        found += [f"the loss of {x.risk} is the unknown {v!r}" for v in (x.person, x.once) if v and v not in c.values]
    for o in c.options:
        named = [*o.work.values(), *o.leaves.values(), *([o.leave] if o.leave else [])]
        found += [
            f"{o.id} has the unknown share {s!r}"
            for s in named
            if isinstance(s, str) and s.removeprefix("-") not in shares
        ]
        found += [f"{o.id} leaves something of the unknown fact {f!r}" for f in set(o.leaves) - FACTS]
    return found
