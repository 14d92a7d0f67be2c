"""Groups, scales, measures and risks as data: what is assessed, on which scales, with whose numbers.

`read_catalogue` refuses a slip (an unknown fact, scale, class or word) by name: a risk that reads a fact that does not
exist would stay silent for ever.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from bequest.kernel.canonical import digest
from bequest.kernel.errors import InputError
from bequest.model.assessment import COMPANY, Dimension, Extent
from bequest.model.datamap import FieldClass
from bequest.model.disposition import ReasonStatus

LEVELS = 4
CHILDREN = "children"
ORIGINS = ("network", "process", "people", "business")
"""Where a risk comes from (GB/T 39335-2020, 5.4 a to d)."""
STEPS = ("", "notify", "deliver", "destroy")


@dataclass(frozen=True, slots=True)
class Group:
    """A class of data by which risk is assessed."""

    id: str
    zh: str
    en: str
    classes: tuple[FieldClass, ...]
    source_zh: str
    source: str
    status: ReasonStatus


@dataclass(frozen=True, slots=True)
class Scale:
    """Numbers from which a fact is of level 1 to 4; each counts in. `share`: of its share per mille, not its count."""

    id: str
    zh: str
    en: str
    at: tuple[int, ...]
    source_zh: str
    source: str
    status: ReasonStatus
    share: bool = False

    def level(self, number: int) -> int:
        """The level of a number, 0 to 4."""
        return sum(number >= n for n in self.at)


@dataclass(frozen=True, slots=True)
class MeasureText:
    """What a measured fact says, as found and as left by the plan. `share`: it is compared as a share, per mille."""

    id: str
    extent: Extent
    unit: str
    share: bool
    zh: str
    en: str
    left_zh: str = ""
    left_en: str = ""


@dataclass(frozen=True, slots=True)
class Driver:
    """A fact on a scale, with its weight."""

    measure: str
    scale: str
    weight: int


@dataclass(frozen=True, slots=True)
class RiskKind:
    """A risk that is looked for."""

    id: str
    zh: str
    en: str
    extent: Extent
    origin: str
    present: tuple[str, ...]
    likelihood: tuple[Driver, ...]
    impact: Mapping[Dimension, tuple[Driver, ...]]
    done_by: str
    findings: tuple[str, ...]
    treat_zh: str
    treat_en: str


@dataclass(frozen=True, slots=True)
class Threshold:
    """From when on a fact warns: of every place or one, as it is now or as the plan leaves it (`after`)."""

    measure: str
    at: int
    source_zh: str
    source: str
    where: str = ""
    after: bool = False


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything by which a case is assessed. `unknown`: the level of a fact that was not measured."""

    groups: tuple[Group, ...]
    quasi: frozenset[FieldClass]
    direct: frozenset[FieldClass]
    scales: Mapping[str, Scale]
    measures: Mapping[str, MeasureText]
    kinds: Mapping[str, RiskKind]
    thresholds: tuple[Threshold, ...]
    matrix: tuple[tuple[int, ...], ...]
    matrix_source_zh: str
    matrix_source: str
    matrix_status: ReasonStatus
    unknown: int
    accept: int

    @property
    def digest(self) -> str:
        """Digest over all of it: another scale makes another assessment."""
        return digest(self)

    def group_of(self, cls: FieldClass) -> str:
        """The class of data that a column's class belongs to."""
        return next(g.id for g in self.groups if cls in g.classes)

    def level(self, likelihood: int, impact: int) -> int:
        """Risk level of likelihood and impact, each 1 to 4; 0 where one of them is 0."""
        return self.matrix[impact - 1][likelihood - 1] if likelihood and impact else 0


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """The catalogue beside the code.

    Raises:
        InputError: where a file is not as it must be.
    """
    folder = files(__package__)
    texts = {n: (folder / f"{n}.toml").read_text(encoding="utf-8") for n in ("groups", "scales", "measures", "risks")}
    return read_catalogue({name: tomllib.loads(text) for name, text in texts.items()})


def read_catalogue(documents: Mapping[str, Mapping[str, Any]]) -> Catalogue:
    """The catalogue in the parsed files `groups`, `scales`, `measures`, `risks`.

    Raises:
        InputError: naming what is unknown, missing or double.
    """
    try:
        groups, scales = documents["groups"], documents["scales"]
        made = Catalogue(
            groups=tuple(_group(g) for g in groups["group"]),
            quasi=frozenset(map(FieldClass, groups["quasi"]["classes"])),
            direct=frozenset(map(FieldClass, groups["direct"]["classes"])),
            scales={s["id"]: _scale(s) for s in scales["scale"]},
            measures={m["id"]: _measure(m) for m in documents["measures"]["measure"]},
            kinds={r["id"]: _kind(r) for r in documents["risks"]["risk"]},
            thresholds=tuple(map(_threshold, scales["warning"])),
            matrix=tuple(tuple(int(n) for n in row) for row in scales["matrix"]["rows"]),
            matrix_source_zh=_zh(scales["matrix"]),
            matrix_source=str(scales["matrix"]["source"]),
            matrix_status=ReasonStatus(scales["matrix"]["status"]),
            unknown=int(scales["rule"]["unknown"]),
            accept=int(scales["rule"]["accept"]),
        )
    except (KeyError, ValueError) as slip:
        raise _wrong(f"{slip}") from None
    for problem in _problems(made):
        raise _wrong(problem)
    return made


def _wrong(problem: str) -> InputError:
    return InputError(
        f"the catalogue of risks is not usable: {problem}", hint="Mend the file in steps/assess/catalogue."
    )


def _zh(said: Mapping[str, Any]) -> str:
    """The source in Chinese; a bare citation is the same in both."""
    return str(said.get("source_zh", said["source"]))


def _group(g: Mapping[str, Any]) -> Group:
    return Group(
        g["id"], g["zh"], g["en"], tuple(map(FieldClass, g["classes"])), _zh(g), g["source"], ReasonStatus(g["status"])
    )


def _scale(s: Mapping[str, Any]) -> Scale:
    at, status = tuple(map(int, s["at"])), ReasonStatus(s["status"])
    return Scale(s["id"], s["zh"], s["en"], at, _zh(s), s["source"], status, bool(s.get("share", False)))


def _threshold(w: Mapping[str, Any]) -> Threshold:
    side = w.get("side", "before")
    if side not in {"before", "after"}:
        raise ValueError(f"a warning on {w['measure']} looks at the unknown side {side!r}")
    return Threshold(w["measure"], int(w["at"]), _zh(w), str(w["source"]), w.get("where", ""), side == "after")


def _measure(m: Mapping[str, Any]) -> MeasureText:
    left = (m.get("left_zh", ""), m.get("left_en", ""))
    return MeasureText(m["id"], Extent(m["extent"]), m["unit"], bool(m.get("share", False)), m["zh"], m["en"], *left)


def _kind(r: Mapping[str, Any]) -> RiskKind:
    present = r["present"]
    return RiskKind(
        id=r["id"],
        zh=r["zh"],
        en=r["en"],
        extent=Extent(r["extent"]),
        origin=r["origin"],
        present=(present,) if isinstance(present, str) else tuple(present),
        likelihood=tuple(map(_driver, r["likelihood"])),
        impact={Dimension(d): tuple(map(_driver, drivers)) for d, drivers in r["impact"].items()},
        done_by=r["done_by"],
        findings=tuple(r["findings"]),
        treat_zh=r["treat_zh"],
        treat_en=r["treat_en"],
    )


def _driver(text: str) -> Driver:
    """`fact/scale` or `fact/scale*weight`."""
    name, _, weight = text.partition("*")
    measure, slash, scale = name.partition("/")
    if not slash:
        raise ValueError(f"{text!r} names no scale")
    return Driver(measure, scale, int(weight or 1))


def _problems(c: Catalogue) -> list[str]:
    met = [cls for g in c.groups for cls in g.classes]
    found = [f"class {cls} is in no group" for cls in FieldClass if cls not in met]
    found += [f"class {cls} is in two groups" for cls in FieldClass if met.count(cls) > 1]
    found += [f"scale {s.id} does not have {LEVELS} rising numbers" for s in c.scales.values() if not _rises(s.at)]
    if len(c.matrix) != LEVELS or any(len(row) != LEVELS for row in c.matrix):
        found.append("the matrix is not four by four")
    places = {"", *(g.id for g in c.groups)}
    for t in c.thresholds:
        if t.measure not in c.measures or t.where not in places:
            found.append(f"a warning reads the unknown fact {t.measure!r} or place {t.where!r}")
    for k in c.kinds.values():
        found += _problems_of(c, k)
    return found


def _rises(at: tuple[int, ...]) -> bool:
    return len(at) == LEVELS and list(at) == sorted(at) and at[0] >= 1


def _problems_of(c: Catalogue, k: RiskKind) -> list[str]:
    drivers = [*k.likelihood, *(d for ds in k.impact.values() for d in ds)]
    found = [f"risk {k.id} reads the unknown fact {m!r}" for m in k.present if m not in c.measures]
    for d in drivers:
        if d.measure not in c.measures:
            found.append(f"risk {k.id} reads the unknown fact {d.measure!r}")
        elif c.measures[d.measure].extent not in {k.extent, Extent.CASE}:
            found.append(f"risk {k.id} speaks of a {k.extent} and reads {d.measure}, which does not")
        if d.scale not in c.scales:
            found.append(f"risk {k.id} uses the unknown scale {d.scale!r}")
        elif d.measure in c.measures and c.scales[d.scale].share and not c.measures[d.measure].share:
            found.append(f"risk {k.id} holds {d.measure}, which is no share, against the shares of {d.scale}")
        if d.weight < 1:
            found.append(f"risk {k.id} gives {d.measure} no weight")
    if not k.likelihood or not set(COMPANY).intersection(k.impact):
        found.append(f"risk {k.id} has no likelihood, or hurts none of the six dimensions")
    if k.origin not in ORIGINS or k.done_by not in STEPS:
        found.append(f"risk {k.id} has the unknown origin {k.origin!r} or step {k.done_by!r}")
    return found
