"""Read a law pack from its folder: the only place that reads YAML.

A pack is `packs/<jurisdiction>/`: `pack.yaml` and the registers beside it, `notices/*.yaml`, and one folder per act
with `params/**.yaml`, Python modules of rules, and `cases/*.yaml`. The digest is taken over the canonical JSON of
everything loaded and the source text of the rules; law cases test a pack and are no part of it.
"""

import importlib
import importlib.util
import sys
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import ModuleType

import yaml

from bequest.kernel.canonical import digest, to_json
from bequest.kernel.errors import LawError
from bequest.law import schema, schema_events, schema_liability
from bequest.law.cases import LawCase, parse_cases, parse_facts
from bequest.law.crosswalk import Crosswalk, parse_crosswalk
from bequest.law.lint.register import References, parse_references
from bequest.law.pack import Gate, LawPack, NoticeText, OpenPoint
from bequest.law.params import Parameter
from bequest.law.rule import Rule
from bequest.law.schema import Entry
from bequest.law.tables import Row, parse_tables
from bequest.model.case import Event, OnSilence

try:
    from yaml import CSafeLoader as _SafeLoader  # ten times as fast
except ImportError:  # PyYAML was built without libyaml
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]

PACKS = Path(__file__).parent / "packs"


class _StrictLoader(_SafeLoader):
    """YAML in which a key may stand only once."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} is there twice", key_node.start_mark
                )
            seen.add(key)
        made: dict[Hashable, object] = super().construct_mapping(node, deep)
        return made


@lru_cache(maxsize=16)
def load_pack(jurisdiction: str = "cn", *, root: Path = PACKS) -> LawPack:
    """The law pack of a jurisdiction.

    Raises:
        LawError: where there is none, or a file of it is not as it must be (the message names file and place).
    """
    folder = root / jurisdiction
    if not (folder / "pack.yaml").is_file():
        known = ", ".join(sorted(p.parent.name for p in root.glob("*/pack.yaml"))) or "none"
        raise LawError(f"no law pack for {jurisdiction!r}", hint=f"Packs here: {known}.")
    head = read_file(folder, folder / "pack.yaml").only(
        *("jurisdiction", "version", "as_of", "zh", "en", "events", "on_silence", "roles"),
    )
    gates = tuple(schema.unique(_list(folder, "gates"), schema.parse_gate, lambda g: g.id).values())
    rules = _rules(folder, gates, builtin=root == PACKS)
    flags = read_file(folder, folder / "duties.yaml").only("flags", "duties").entries("flags")
    parameters = load_parameters(folder, jurisdiction)
    parts = {
        "events": frozenset(Event(e) for e in head.texts("events")),
        "instruments": schema.unique(_list(folder, "instruments"), schema.parse_instrument, lambda i: i.code),
        "parameters": parameters,
        "gates": gates,
        "open_points": {o.id: o for o in map(_with_readings(parameters), _open_points(folder))},
        "bands": schema.unique(_list(folder, "retention"), schema.parse_band, lambda b: b.id),
        "notices": _notices(folder),
        "duties": tuple(schema.unique(_list(folder, "duties"), schema.parse_duty, lambda d: d.id).values()),
        "duty_flags": {f.text("id"): (f.text("zh"), f.text("en")) for f in flags},
        "roles": {r.event: r for r in map(schema.parse_roles, head.entries("roles"))},
        "on_silence": {str(k): OnSilence(str(v)) for k, v in head.entry("on_silence").values.items()},
        "obsolete": tuple(map(schema.parse_obsolete, _list(folder, "obsolete"))),
        "calendar": schema_events.parse_calendar(read_file(folder, folder / "holidays.yaml")),
        "objections": tuple(map(schema_events.parse_objection, _list(folder, "objections"))),
        "event_texts": {t.event: t for t in map(schema_events.parse_event, _list(folder, "events"))},
        "papers": tuple(map(schema_events.parse_paper, _list(folder, "papers"))),
        "stores": tuple(map(schema_events.parse_store, _list(folder, "stores"))),
        **_liability(folder),
    }
    texts = _texts(folder)
    sources = {path: text for path, text in texts.items() if path.endswith(".py")}
    return LawPack(
        jurisdiction=head.text("jurisdiction"),
        version=head.text("version"),
        as_of=head.day("as_of"),
        zh=head.text("zh"),
        en=head.text("en"),
        rules=rules,
        texts=texts,
        digest=digest({"head": to_json(head.values), **{k: to_json(v) for k, v in parts.items()}, "rules": sources}),
        **parts,  # type: ignore[arg-type]  # each value is what its field holds
    )


@lru_cache(maxsize=4)
def load_references(root: Path = PACKS) -> References:
    """The register of references that are out of date.

    Raises:
        LawError: where the file is not as it must be.
    """
    return parse_references(read_file(root, root / "references.yaml"))


@lru_cache(maxsize=2)
def load_crosswalks(root: Path = PACKS) -> tuple[Crosswalk, ...]:
    """The crosswalks to management and privacy standards.

    Raises:
        LawError: where a file is not as it must be.
    """
    return tuple(parse_crosswalk(read_file(root, path)) for path in sorted(root.glob("crosswalks/*.yaml")))


def load_cases(pack: LawPack, *, root: Path = PACKS) -> tuple[LawCase, ...]:
    """The law cases of a pack, in the order of their files.

    Raises:
        LawError: where a case is not as it must be.
    """
    folder = root / pack.jurisdiction
    usual = parse_facts(read_file(folder, folder / "case_defaults.yaml").only("facts").entry("facts"))
    cases: list[LawCase] = []
    for path in sorted(folder.glob("**/cases/*.yaml")):
        entries = read_file(folder, path).only("cases").entries("cases")
        cases.extend(c for e in entries for c in parse_cases(e, usual))
    return tuple(cases)


def load_tables(jurisdiction: str, *, root: Path = PACKS) -> tuple[Row, ...]:
    """The law cases written as rows.

    Raises:
        LawError: where a file is not as it must be.
    """
    folder = root / jurisdiction
    return tuple(r for path in sorted(folder.glob("tables/*.yaml")) for r in parse_tables(read_file(folder, path)))


def read_file(folder: Path, path: Path) -> Entry:
    """The mapping in a YAML file.

    Raises:
        LawError: where there is none, or it is not readable.
    """
    place = path.relative_to(folder).as_posix()
    try:
        return read_text_file(path.read_text(encoding="utf-8"), place)
    except UnicodeDecodeError as wrong:
        raise LawError(f"{place} is not readable YAML: {wrong}", hint="Mend the file.", code="BQ-LAW-2") from None
    except FileNotFoundError:
        raise LawError(f"the law pack has no {place}", hint="Restore the file.", code="BQ-LAW-2") from None


def read_text_file(text: str, place: str) -> Entry:
    """The mapping in YAML text; `place` names it in errors.

    Raises:
        LawError: where it is not readable, or no mapping.
    """
    try:
        value = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as wrong:
        raise LawError(f"{place} is not readable YAML: {wrong}", hint="Mend the file.", code="BQ-LAW-2") from None
    if not isinstance(value, dict):
        raise LawError(f"{place} holds no mapping", hint="Every file begins with a key.", code="BQ-LAW-2")
    return Entry(place, value)


def _liability(folder: Path) -> dict[str, object]:
    e = read_file(folder, folder / "liability.yaml").only("findings", "penalties", "liabilities")
    penalties = schema.unique(e.entries("penalties"), schema_liability.parse_penalty, lambda p: p.id)
    found = schema.unique(e.entries("liabilities"), schema_liability.parse_liability, lambda x: x.id)
    return {
        "breaches": schema.unique(e.entries("findings"), schema_liability.parse_breach, lambda b: b.id),
        "penalties": tuple(penalties.values()),
        "liabilities": tuple(found.values()),
    }


def _list(folder: Path, name: str) -> tuple[Entry, ...]:
    """The entries of `<name>.yaml` under the key of the same name."""
    return (
        read_file(folder, folder / f"{name}.yaml").only(name, *(("flags",) if name == "duties" else ())).entries(name)
    )


def load_parameters(folder: Path, jurisdiction: str) -> dict[str, Parameter]:
    """Every parameter in the `params` folders of a pack."""
    out = {}
    for path in sorted(folder.glob("*/params/**/*.yaml")):
        act, _, *rest = path.relative_to(folder).with_suffix("").parts
        name = ".".join((jurisdiction, act, *rest))
        out[name] = schema.parse_parameter(name, read_file(folder, path))
    return out


def _open_points(folder: Path) -> tuple[OpenPoint, ...]:
    return tuple(schema.unique(_list(folder, "open_points"), schema.parse_open_point, lambda o: o.id).values())


def _with_readings(parameters: Mapping[str, Parameter]) -> Callable[[OpenPoint], OpenPoint]:
    """An open point with a switch is read in the two ways of that switch."""

    def read(o: OpenPoint) -> OpenPoint:
        switch = parameters.get(o.switch)
        return replace(o, readings=switch.readings) if switch is not None else o

    return read


def _notices(folder: Path) -> tuple[NoticeText, ...]:
    entries = [
        e
        for path in sorted(folder.glob("notices/*.yaml"))
        for e in read_file(folder, path).only("items").entries("items")
    ]
    return tuple(schema.unique(tuple(entries), schema.parse_notice, lambda n: n.id).values())


def _rules(folder: Path, gates: tuple[Gate, ...], *, builtin: bool) -> tuple[Rule, ...]:
    """All rules in the order of asking: by gate, inside a gate by id."""
    order = {g.id: i for i, g in enumerate(gates)}
    found: dict[str, Rule] = {}
    for path in sorted(folder.glob("*/*.py")):
        source = path.relative_to(folder).as_posix()
        for value in vars(_module(folder, path, builtin=builtin)).values():
            if not isinstance(value, Rule):
                continue
            if value.id in found:
                raise LawError(f"{source}: two rules are named {value.id!r}", hint="Ids are unique.", code="BQ-LAW-2")
            if value.gate not in order:
                hint = f"Gates are {', '.join(order)}."
                raise LawError(f"{source}: rule {value.id} has no gate {value.gate!r}", hint=hint, code="BQ-LAW-2")
            found[value.id] = value.kept_in(source)
    return tuple(sorted(found.values(), key=lambda r: (order[r.gate], r.id)))


def _module(folder: Path, path: Path, *, builtin: bool) -> ModuleType:
    if builtin:
        parts = path.relative_to(PACKS).with_suffix("").parts
        return importlib.import_module(".".join(("bequest.law.packs", *parts)))
    name = f"bequest_law_pack_{abs(hash(folder)):x}_{path.parent.name}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise LawError(f"{path.name} cannot be loaded", hint="It must be a Python module.", code="BQ-LAW-2")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _texts(folder: Path) -> dict[str, str]:
    paths = sorted(p for p in folder.glob("**/*") if p.suffix in {".yaml", ".py"})
    return {p.relative_to(folder).as_posix(): p.read_text(encoding="utf-8").replace("\r\n", "\n") for p in paths}
