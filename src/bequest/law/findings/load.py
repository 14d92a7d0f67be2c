"""Load the findings of a jurisdiction, and their worked examples. YAML is read by `law.loader` alone.

`packs/facts.yaml` holds the facts of all packs; `packs/<jurisdiction>/findings/*.yaml` findings,
`…/findings/examples/*.yaml` examples. A jurisdiction without rules for cells has `law.yaml` with head and instruments
beside its `params` folders.
"""

from functools import lru_cache
from pathlib import Path

from bequest.kernel.canonical import digest, to_json
from bequest.kernel.errors import LawError
from bequest.law import schema
from bequest.law.days import WorkCalendar
from bequest.law.findings.examples import Example, parse_example
from bequest.law.findings.model import FactText, FindingPack
from bequest.law.findings.parse import parse_fact, parse_finding
from bequest.law.findings.wording import SheetWords, parse_words
from bequest.law.loader import PACKS, load_pack, load_parameters, read_file


@lru_cache(maxsize=4)
def load_facts(root: Path = PACKS) -> dict[str, FactText]:
    """The register of facts, by name."""
    entries = read_file(root, root / "facts.yaml").only("facts").entries("facts")
    return schema.unique(entries, parse_fact, lambda f: f.id)


@lru_cache(maxsize=4)
def load_words(root: Path = PACKS) -> SheetWords:
    """Other words for what stands in a fact sheet."""
    return parse_words(read_file(root, root / "sheet_words.yaml"))


def jurisdictions(root: Path = PACKS) -> tuple[str, ...]:
    """Every jurisdiction with findings."""
    return tuple(sorted(p.parent.name for p in root.glob("*/findings") if p.is_dir()))


@lru_cache(maxsize=16)
def load_findings(jurisdiction: str, *, root: Path = PACKS) -> FindingPack:
    """The findings of a jurisdiction.

    Raises:
        LawError: where there are none, or a file is not as it must be.
    """
    folder = root / jurisdiction.replace("-", "_")
    if not (folder / "findings").is_dir():
        known = ", ".join(jurisdictions(root)).replace("_", "-")
        raise LawError(f"no findings for {jurisdiction!r}", hint=f"Jurisdictions here: {known}.", code="BQ-LAW-1")
    register = load_facts(root)
    entries = tuple(
        e for path in sorted(folder.glob("findings/*.yaml"))
        for e in read_file(folder, path).only("findings").entries("findings")
    )  # fmt: skip
    findings = tuple(schema.unique(entries, lambda e: parse_finding(e, register), lambda f: f.id).values())
    if (folder / "pack.yaml").is_file():
        whole = load_pack(jurisdiction, root=root)
        head = read_file(folder, folder / "pack.yaml")
        instruments, parameters, calendar, rolls = whole.instruments, whole.parameters, whole.calendar, True
    else:
        head = read_file(folder, folder / "law.yaml").only(
            *("jurisdiction", "version", "as_of", "zh", "en", "zone", "rolls", "instruments"),
        )
        instruments = schema.unique(head.entries("instruments"), schema.parse_instrument, lambda i: i.code)
        parameters, calendar = load_parameters(folder, folder.name), WorkCalendar(head.text("zone"), {})
        rolls = head.flag("rolls")
    return FindingPack(
        jurisdiction=head.text("jurisdiction"), version=head.text("version"), as_of=head.day("as_of"),
        zh=head.text("zh"), en=head.text("en"), instruments=instruments, parameters=parameters, findings=findings,
        facts=register, calendar=calendar, rolls=rolls,
        digest=digest([to_json(findings), to_json(parameters), to_json(instruments)]),
    )  # fmt: skip


def load_examples(jurisdiction: str, *, root: Path = PACKS) -> tuple[Example, ...]:
    """The worked examples of a jurisdiction, in the order of their files."""
    folder, register, words = root / jurisdiction.replace("-", "_"), load_facts(root), load_words()
    found: list[Example] = []
    for path in sorted(folder.glob("findings/examples/*.yaml")):
        head = read_file(folder, path).only("date", "topics", "examples")
        found.extend(parse_example(e, register, words, head) for e in head.entries("examples"))
    return tuple(found)
