"""Correct the data map where it stands, as `bequest map import` does with a file; the next link and plan go by it."""

from collections.abc import Callable, Mapping, Sequence

from bequest.app.context import Context
from bequest.app.run_discover import take_document
from bequest.kernel.canonical import digest, short, to_json
from bequest.kernel.errors import DataMapError
from bequest.model.datamap import DataMap, FactBinding, RetentionBinding, TableMap
from bequest.steps.discover.changes import Change

FLAGS = {"yes": True, "no": False}
"""How `personal` and `sensitive` are said; anything else leaves them to the class."""
_HEAD = ("record_class", "key", "freshness_column")
Place = tuple[str, str]


def correct_column(ctx: Context, case_id: str, place: tuple[str, str, str], said: dict[str, str]) -> list[Change]:
    """Take a person's word for a column: `class`, `role`, `need`, `reduced_by`, `personal`, `sensitive`.

    Unchanged, it is confirmed; changed, it is corrected.

    Raises:
        DataMapError: for a name or word that is not known, or words that do not go together.
        StateError: before discovery, or after the cutover.
    """
    column: dict[str, object] = {n: said[n] for n in ("class", "role", "need") if said.get(n)}
    if said.get("need") == "reduced" and said.get("reduced_by"):
        column["reduced_by"] = said["reduced_by"]
    column |= {n: FLAGS[said[n]] for n in ("personal", "sensitive") if said.get(n) in FLAGS}
    return _say(ctx, case_id, place[:2], lambda _: {"columns": [{"name": place[2], **column}]})


def correct_table(ctx: Context, case_id: str, place: Place, said: Mapping[str, object]) -> list[Change]:
    """Take a person's word for a table: `record_class`, `key` (a list of columns), `freshness_column`.

    Raises:
        DataMapError: as above; nothing said at all.
        StateError: as above.
    """
    found = {n: said[n] for n in _HEAD if n in said}
    if not found:
        raise DataMapError("it is not said what is true of the table", hint="Fill in the form of the table.")
    return _say(ctx, case_id, place, lambda _: found)


def correct_reference(
    ctx: Context, case_id: str, place: Place, *, column: str, to: str, standing: str, role: str = ""
) -> list[Change]:
    """Confirm or reject a reference of a table, open it again, or add one (confirmed); `to` is `source.table.column`.

    Raises:
        DataMapError: as above.
        StateError: as above.
    """
    said = {"column": column, "to": to, "standing": standing, **({"role": role} if role else {})}
    return _say(ctx, case_id, place, lambda _: {"references": [said]})


def add_fact(ctx: Context, case_id: str, place: Place, fact: Mapping[str, object]) -> list[Change]:
    """Say from which column a fact is read: `fact`, `column`, `how`, `values`, `default`, `role`.

    Raises:
        DataMapError: as above, or where it is there already.
        StateError: as above.
    """
    return _say(ctx, case_id, place, lambda table: {"facts": _more(table.facts, fact)})


def add_duty(ctx: Context, case_id: str, place: Place, duty: Mapping[str, object]) -> list[Change]:
    """Say which duty to keep the records bear: `band`, `start_column`, `if_column`.

    Raises:
        DataMapError: as above, or where it is there already.
        StateError: as above.
    """
    return _say(ctx, case_id, place, lambda table: {"retention": _more(table.retention, duty)})


def drop(ctx: Context, case_id: str, place: Place, mark: str) -> list[Change]:
    """Take back a fact or a duty, by its mark (`mark_of`): only as it was seen.

    Raises:
        DataMapError: where there is none of that mark any more.
        StateError: as above.
    """
    return _say(ctx, case_id, place, lambda table: _without(table, mark))


def _without(table: TableMap, mark: str) -> dict[str, object]:
    facts = [f for f in table.facts if mark_of(f) != mark]
    duties = [r for r in table.retention if mark_of(r) != mark]
    if len(facts) < len(table.facts):
        return {"facts": [to_json(f) for f in facts]}
    if len(duties) < len(table.retention):
        return {"retention": [to_json(r) for r in duties]}
    raise DataMapError("there is no such fact or duty in the data map", hint="Load the page anew: it was changed.")


def mark_of(bound: FactBinding | RetentionBinding) -> str:
    """By what a fact or a duty is named, so that nobody takes back another one than was seen."""
    return short(digest(bound))


def _more(held: Sequence[FactBinding | RetentionBinding], added: Mapping[str, object]) -> list[object]:
    said = [to_json(h) for h in held]
    if dict(added) in said:
        raise DataMapError("the data map says so already", hint="Nothing was added.")
    return [*said, added]


def _table(current: DataMap, place: Place) -> TableMap:
    found = next((t for t in current.tables if (t.source, t.name) == place), None)
    if found is None:
        raise DataMapError(f"the data map has no table {'.'.join(place)}", hint="Open a table of the data map.")
    return found


def _say(ctx: Context, case_id: str, place: Place, said: Callable[[TableMap], Mapping[str, object]]) -> list[Change]:
    """Take over what is said of a table as it stands."""
    head = {"source": place[0], "table": place[1]}
    return take_document(ctx, case_id, lambda current: {"tables": [{**head, **said(_table(current, place))}]})
