"""Roles that people want given or taken in a case; nothing changes before a second person agrees."""

from datetime import date, datetime

from bequest.kernel.errors import StateError
from bequest.model.case import Person, Role
from bequest.store import models as rows
from bequest.store.grant_records import ChangeState, RoleChange
from bequest.store.register import record_of
from bequest.store.unit import CaseRepository, aware, pack


class Grants(CaseRepository):
    """Wanted changes by case, in the order they were asked for."""

    def ask(
        self, case_id: str, person: Person, role: Role, *, gives: bool, until_on: date | None, by: str, at: datetime
    ) -> RoleChange:
        """Put a wanted change down.

        Raises:
            StateError: where the same waits already.
        """
        self._locked_case(case_id)
        mine = self._in(rows.RoleChange, case_id)
        waiting = (_read(r) for r in mine.filter(state=ChangeState.WAITING.value, role=role.value, gives=gives))
        if any(w.person.id == person.id for w in waiting):
            raise StateError("the same change waits already", hint="A second person decides on it on this page.")
        row = rows.RoleChange(
            case_id=case_id, change_id=f"role-{mine.count() + 1}", gives=gives, person_json=pack(person),
            role=role.value, until_on=until_on, asked_by=by, asked_at=aware(at), state=ChangeState.WAITING.value,
            state_at=aware(at),
            decided_by="",
        )  # fmt: skip
        row.save(using=self._unit.alias, force_insert=True)
        return _read(row)

    def decide(self, case_id: str, change_id: str, state: ChangeState, by: str, at: datetime) -> RoleChange:
        """The second person has decided.

        Raises:
            StateError: where it does not wait.
        """
        self._locked_case(case_id)
        row = self._in(rows.RoleChange, case_id).filter(change_id=change_id, state=ChangeState.WAITING.value).first()
        if row is None:
            raise StateError("there is no such change that waits", hint="Load the page anew: somebody has decided.")
        row.state, row.state_at, row.decided_by = state.value, aware(at), by
        row.save(using=self._unit.alias)
        return _read(row)

    def list(self, case_id: str) -> tuple[RoleChange, ...]:
        """All wanted changes of the case."""
        return tuple(_read(row) for row in self._in(rows.RoleChange, case_id).order_by("pk"))


def _read(row: rows.RoleChange) -> RoleChange:
    return record_of(RoleChange, row)
