"""References between tables: which are known, which people confirmed or rejected, and how well their values fit.

A relation is a reference that counts. Discovery proposes some (`relations`); what a source declares besides is shown
and counts once somebody confirms it, because a declared key does not say whose record it leads to.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache

import polars as pl

from bequest.model.datamap import Reference, Relation, Standing, TableMap, Verdict
from bequest.model.facts import RowRole
from bequest.steps.discover.sample import TableSample

Place = tuple[str, str]
Ends = tuple[str, str, str, str]
_PEOPLE = frozenset({Verdict.CONFIRMED, Verdict.CORRECTED})


def known_references(table: TableMap) -> tuple[tuple[Reference, bool], ...]:
    """Every reference of the table and whether it counts, in the order of its columns.

    A relation of which nothing else is known, as in maps of an earlier version, is a person's where the table is.
    """
    counts = {r.ends: r for r in table.relations}
    told = {r.ends for r in table.references}
    bare = [
        Reference(*r.ends, r.role, Standing.CONFIRMED if table.verdict in _PEOPLE else Standing.OPEN)
        for r in table.relations
        if r.ends not in told
    ]
    said = [replace(r, role=counts[r.ends].role) if r.ends in counts else r for r in table.references]
    order = {c.name: n for n, c in enumerate(table.columns)}
    both = [(r, r.ends in counts) for r in (*said, *bare)]
    return tuple(sorted(both, key=lambda x: (order.get(x[0].column, len(order)), not x[1], x[0].ends)))


def with_references_told(
    table: TableMap, sample: TableSample, tables: Mapping[Place, TableMap], before: TableMap | None
) -> TableMap:
    """The table with what is known of its references: proposed, declared, and what people said of them before."""
    found: dict[Ends, Reference] = {r.ends: Reference(*r.ends, r.role, proposed=True) for r in table.relations}
    for ends in _declared(sample, tables):
        known = found.get(ends, Reference(*ends))
        found[ends] = replace(known, declared=True)
    for was, _ in known_references(before) if before else ():
        if was.standing is Standing.OPEN or not _is_there(was.ends, table, tables):
            continue
        now = found.get(was.ends, replace(was, declared=False, proposed=False))
        found[was.ends] = replace(now, standing=was.standing, role=was.role)
    return replace(table, references=tuple(found.values()), relations=_counting(table.relations, found.values()))


def _declared(sample: TableSample, tables: Mapping[Place, TableMap]) -> Iterable[Ends]:
    for c in sample.columns:
        to = tables.get((sample.source, c.refers_to)) if c.refers_column else None
        if to is not None and c.refers_column in {x.name for x in to.columns}:
            yield c.name, sample.source, c.refers_to, c.refers_column


def _is_there(ends: Ends, table: TableMap, tables: Mapping[Place, TableMap]) -> bool:
    to = tables.get((ends[1], ends[2]))
    return to is not None and ends[3] in {c.name for c in to.columns} and ends[0] in {c.name for c in table.columns}


def _counting(relations: Sequence[Relation], found: Iterable[Reference]) -> tuple[Relation, ...]:
    """The relations, without what people rejected and with what they confirmed."""
    known = {r.ends: r for r in found}
    kept = [r for r in relations if r.ends not in known or known[r.ends].standing is not Standing.REJECTED]
    kept = [replace(r, role=known[r.ends].role) if r.ends in known else r for r in kept]
    more = [r for r in known.values() if r.standing is Standing.CONFIRMED and r.ends not in {k.ends for k in kept}]
    return (*kept, *(Relation(*r.ends, r.role) for r in more))


def with_standing(table: TableMap, ends: Ends, standing: Standing, role: RowRole | None) -> TableMap:
    """The table after somebody spoke of one reference; `role`: whose record it leads to, None where it stays.

    Confirmed it counts, rejected it does not; open again it counts where discovery proposes it.
    """
    known = {r.ends: r for r, _ in known_references(table)}
    said = replace(known.get(ends, Reference(*ends)), standing=standing)
    said = replace(said, role=role) if role is not None else said
    references = tuple(said if r.ends == ends else r for r in table.references)
    references = references if said in references else (*references, said)
    counts = standing is Standing.CONFIRMED or (standing is Standing.OPEN and said.proposed)
    mine = Relation(*ends, said.role)
    if not counts:
        relations = tuple(r for r in table.relations if r.ends != ends)
    elif any(r.ends == ends for r in table.relations):
        relations = tuple(mine if r.ends == ends else r for r in table.relations)
    else:
        relations = (*table.relations, mine)
    return replace(table, references=references, relations=relations)


def as_listed(table: TableMap, was: TableMap) -> TableMap:
    """The table after a person wrote which relations count: those are confirmed, those left out rejected.

    A relation of which nothing else is known stays so: it is the person's as the table is.
    """
    counts = {r.ends: r for r in table.relations}
    told = {r.ends for r in was.references}
    said = []
    for r, counted in known_references(was):
        if r.ends in counts and r.ends in told:
            said.append(replace(r, standing=Standing.CONFIRMED, role=counts[r.ends].role))
        elif r.ends not in counts:
            said.append(replace(r, standing=Standing.REJECTED) if counted else r)
    return replace(table, references=tuple(said))


def with_counts(tables: Sequence[TableMap], samples: Sequence[TableSample]) -> list[TableMap]:
    """The tables with their references counted in the samples; each target's values are gathered once."""
    by_place = {(s.source, s.table): s for s in samples}

    def values(source: str, table: str, column: str) -> pl.Series:
        series = by_place[source, table].values(column).drop_nulls().str.strip_chars()
        return series.filter(series != "")

    @cache
    def distinct(source: str, table: str, column: str) -> pl.Series:
        return values(source, table, column).unique()

    def counted(table: TableMap, r: Reference) -> Reference:
        to = by_place.get((r.to_source, r.to_table))
        own = by_place.get((table.source, table.name))
        if to is None or own is None or to.why_not_scanned or own.why_not_scanned:
            return replace(r, counted=False, whole=False, n_values=0, n_values_found=0, n_rows=0, n_rows_found=0)
        mine = values(table.source, table.name, r.column)
        hit = mine.is_in(distinct(r.to_source, r.to_table, r.to_column).implode())
        return replace(
            r, counted=True, whole=all(s.n_rows <= s.frame.height for s in (own, to)), n_values=mine.n_unique(),
            n_values_found=mine.filter(hit).n_unique(), n_rows=len(mine), n_rows_found=int(hit.sum()),
        )  # fmt: skip

    return [replace(t, references=tuple(counted(t, r) for r, _ in known_references(t))) for t in tables]
