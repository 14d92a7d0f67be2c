"""Correct one column of the data map, as `bequest map import` does with a file; the next link and plan go by it."""

import json

from bequest.app.context import Context
from bequest.app.run_discover import take_map
from bequest.steps.discover.changes import Change

FLAGS = {"yes": "true", "no": "false"}
"""How `personal` and `sensitive` are said; anything else leaves them to the class."""


def correct_column(ctx: Context, case_id: str, place: tuple[str, str, str], said: dict[str, str]) -> list[Change]:
    """Take a person's word for a column: `class`, `role`, `need`, `reduced_by`, `personal`, `sensitive`.

    Unchanged, it is confirmed; changed, it is corrected.

    Raises:
        DataMapError: for a name or word that is not known, or words that do not go together.
        StateError: before discovery, or after the cutover.
    """
    source, table, column = place
    parts = [f"{name} = {json.dumps(said[name])}" for name in ("class", "role", "need") if said.get(name)]
    if said.get("need") == "reduced" and said.get("reduced_by"):
        parts.append(f"reduced_by = {json.dumps(said['reduced_by'])}")
    parts += [f"{name} = {FLAGS[said[name]]}" for name in ("personal", "sensitive") if said.get(name) in FLAGS]
    head = f"[[tables]]\nsource = {_q(source)}\ntable = {_q(table)}\n"
    return take_map(ctx, case_id, f"{head}columns = [{{ name = {_q(column)}, {', '.join(parts)} }}]\n")


def _q(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
