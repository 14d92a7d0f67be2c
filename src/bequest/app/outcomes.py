"""What the plan does with the values of each class of data, counted as the assessment counts them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bequest.model.case import COMPANY_ENDS, MOVES_NOTHING, Case
from bequest.model.datamap import DataMap, FieldClass
from bequest.model.disposition import Release, Residue
from bequest.model.facts import RowRole
from bequest.model.plan import Population
from bequest.steps.assess.catalogue import Catalogue


@dataclass(slots=True)
class Outcome:
    """Values of a class on both axes; each adds up to all of them."""

    release: dict[Release, int] = field(default_factory=dict)
    residue: dict[Residue, int] = field(default_factory=dict)

    @property
    def values(self) -> int:
        """All of them."""
        return sum(self.release.values())


def outcomes_by_class(rules: Catalogue, case: Case, datamap: DataMap, population: Population) -> Mapping[str, Outcome]:
    """By group of the catalogue: values about people, in a lot, or all where nothing is parted by lots."""
    everything = case.event in COMPANY_ENDS | MOVES_NOTHING or not any(lot.scope for lot in case.lots)
    about = {
        (t.source, t.name, c.name)
        for t in datamap.tables
        for c in t.columns
        if c.role is not RowRole.STAFF and (c.personal or c.cls is FieldClass.UNKNOWN)
    }
    found: dict[str, Outcome] = {}
    for c in population.counts:
        if (c.lot or everything) and (c.source, c.table, c.column) in about:
            o = found.setdefault(rules.group_of(c.cls), Outcome())
            o.release[c.release] = o.release.get(c.release, 0) + c.values
            o.residue[c.residue] = o.residue.get(c.residue, 0) + c.values
    return found
