"""How many people a case knows, and how far telling them is; numbers only."""

from collections.abc import Mapping
from dataclasses import dataclass

from bequest.app.context import Context, require
from bequest.app.linked_people import person_ids
from bequest.app.telling import register, saved_answers
from bequest.kernel.errors import BequestError


@dataclass(frozen=True, slots=True)
class PeopleCount:
    """`outcomes`: people by what becomes of their records, where there is a plan. None: not known yet."""

    people: int
    owed_notice: int | None
    answered: int | None
    outcomes: Mapping[str, int]


def people_count(ctx: Context, case_id: str) -> PeopleCount:
    """People as linking knows them.

    Raises:
        StateError: before linking.
    """
    require(ctx, case_id, "link")
    workspace = ctx.workspace(case_id)
    with ctx.store.transaction() as tx:
        population = tx.populations.latest(case_id)
    try:
        owed: int | None = register(workspace).height
    except BequestError:
        owed = None
    answers = saved_answers(workspace) if owed is not None else None
    return PeopleCount(
        people=person_ids(workspace).n_unique(),
        owed_notice=owed,
        answered=None if owed is None else (answers["ref"].n_unique() if answers is not None else 0),
        outcomes=dict(population.population.persons_by_outcome) if population else {},
    )
