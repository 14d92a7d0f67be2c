"""In which order the tables of a store are erased: no row goes while another still refers to it."""

from collections.abc import Mapping, Sequence

from bequest.engine.tableplan import TablePlan
from bequest.sources.source import OpenSource


def referring_first(plans: Mapping[int, TablePlan], source: OpenSource) -> list[tuple[int, TablePlan]]:
    """The plans in an order in which no row goes before those that refer to it; in circles as they come."""
    if len(plans) < 2:
        return list(plans.items())
    place = {name: i for i, name in enumerate(tables_in_order([p.table for p in plans.values()], source))}
    return sorted(plans.items(), key=lambda numbered: place[numbered[1].table])


def tables_in_order(tables: Sequence[str], source: OpenSource) -> list[str]:
    """The same of names: whoever refers to another comes before it; in circles as they come."""
    refers_to = {i.name: {f.to_table for f in i.references} - {i.name} for i in source.inventory()}
    waiting, out = list(dict.fromkeys(tables)), list[str]()
    while waiting:
        wanted = {t for name in waiting for t in refers_to.get(name, ())}
        free = [name for name in waiting if name not in wanted] or waiting[:1]
        out += free
        waiting = [name for name in waiting if name not in free]
    return out
