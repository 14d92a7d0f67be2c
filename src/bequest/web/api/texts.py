"""Texts and figures that several answers have in common."""

from datetime import date

from ninja import Schema

from bequest.app.queries.desk import Item
from bequest.app.queries.warnings import Early
from bequest.model.disposition import Release, Residue


class Text(Schema):
    """A text in both languages."""

    zh: str
    en: str


class Waiting(Schema):
    """Something that waits: what, until when, for whom."""

    case: str
    what: Text
    more: Text
    due_on: date | None
    people: list[str]
    roles: list[str]
    seen_at: str
    """Screen of the console where it is seen."""
    command: str


class Warned(Schema):
    """What will stand in the way soon; `now`: it does already."""

    what: Text
    seen_at: str
    now: bool


class Sums(Schema):
    """Values by what a receiver gets and by what remains; both add up to `values`."""

    values: int
    release: dict[str, int]
    residue: dict[str, int]


def waiting(case_id: str, item: Item) -> Waiting:
    """An item of the desk."""
    return Waiting(
        case=case_id, what=Text(zh=item.zh, en=item.en), more=Text(zh=item.more_zh, en=item.more_en), due_on=item.due,
        people=list(item.people), roles=sorted(r.value for r in item.roles), seen_at=item.screen, command=item.command,
    )  # fmt: skip


def warned(early: Early) -> Warned:
    """An early warning."""
    return Warned(what=Text(zh=early.zh, en=early.en), seen_at=early.screen, now=early.css == "gone")


def sums(total: int, release: dict[Release, int], residue: dict[Residue, int]) -> Sums:
    """Figures of the plan."""
    return Sums(
        values=total, release={k.value: n for k, n in release.items()}, residue={k.value: n for k, n in residue.items()}
    )
