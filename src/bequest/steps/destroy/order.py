"""In which order the tables of a store are erased: no row goes while another still refers to it."""

from collections.abc import Mapping

from bequest.engine.tableplan import TablePlan
from bequest.sources.source import OpenSource


def referring_first(plans: Mapping[int, TablePlan], source: OpenSource) -> list[tuple[int, TablePlan]]:
    """The plans in an order in which no row goes before those that refer to it; in circles as they come."""
    if len(plans) < 2:
        return list(plans.items())
    refers_to = {i.name: {f.to_table for f in i.references} - {i.name} for i in source.inventory()}
    waiting, out = dict(plans), list[tuple[int, TablePlan]]()
    while waiting:
        wanted = {t for p in waiting.values() for t in refers_to.get(p.table, ())}
        free = [n for n, p in waiting.items() if p.table not in wanted] or [next(iter(waiting))]
        out += [(n, waiting.pop(n)) for n in free]
    return out
