"""A switch of the law pack as counsel set it in the case file: which way an open question of law is read here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """One choice: `name` as the pack has it (`cn.pipl.…`), `by` the id of a person of the case, `reason` in words."""

    name: str
    value: bool
    by: str
    reason: str
