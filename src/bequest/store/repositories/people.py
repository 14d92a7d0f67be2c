"""Organisations, the natural persons in them, and the roles these hold in a case."""

from datetime import datetime

from bequest.kernel.errors import StateError
from bequest.model.case import Case, Role
from bequest.model.case import Person as CasePerson
from bequest.store import models as rows
from bequest.store.records import Membership, PersonRecord
from bequest.store.unit import CaseRepository, Unit, aware


class People:
    """Natural persons by organisation. A person's key changes only on purpose, never by importing a case."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def _organisation(self, name: str, at: datetime) -> rows.Organisation:
        """The organisation of that name, registered when it is new."""
        found, _ = self._unit.rows(rows.Organisation).get_or_create(name=name, defaults={"created_at": aware(at)})
        return found

    def organisations(self) -> tuple[str, ...]:
        """Names of the organisations known here."""
        return tuple(self._unit.rows(rows.Organisation).order_by("name").values_list("name", flat=True))

    def put(self, organisation: str, person: CasePerson, at: datetime) -> PersonRecord:
        """Register a person. A first key and a corrected name are taken over.

        Raises:
            StateError: when the person is registered with another key.
        """
        row = self._found(organisation, person.id)
        if row is None:
            row = rows.Person(
                organisation=self._organisation(organisation, at),
                handle=person.id,
                name=person.name,
                external=person.external,
                public_key=person.public_key,
                created_at=aware(at),
                updated_at=aware(at),
            )
            row.save(using=self._unit.alias, force_insert=True)
            return _read(row)
        if row.public_key and person.public_key and row.public_key != person.public_key:
            raise StateError(
                f"person {person.id!r} of this organisation is registered with another key",
                hint="Use another id for another person; a new key of the same person is enrolled, not imported.",
            )
        wanted = (person.name, person.external, person.public_key or row.public_key)
        if (row.name, row.external, row.public_key) != wanted:
            row.name, row.external, row.public_key = wanted
            row.updated_at = aware(at)
            row.save(using=self._unit.alias)
        return _read(row)

    def set_key(self, organisation: str, person_id: str, public_key: str, at: datetime) -> PersonRecord:
        """Enrol another key for a person; the caller logs who allowed it.

        Raises:
            StateError: when the person is not registered.
        """
        row = self._row(organisation, person_id)
        row.public_key = public_key
        row.updated_at = aware(at)
        row.save(using=self._unit.alias)
        return _read(row)

    def get(self, organisation: str, person_id: str) -> PersonRecord:
        """The person.

        Raises:
            StateError: when the person is not registered.
        """
        return _read(self._row(organisation, person_id))

    def list(self, organisation: str) -> tuple[PersonRecord, ...]:
        """All persons of an organisation, by id."""
        found = self._unit.rows(rows.Person).filter(organisation__name=organisation).order_by("handle")
        return tuple(_read(row) for row in found.select_related("organisation"))

    def _row(self, organisation: str, person_id: str) -> rows.Person:
        """The person's row, for the other repositories of people."""
        row = self._found(organisation, person_id)
        if row is None:
            raise StateError(
                f"person {person_id!r} is not registered", hint="Name the person in the case file under [[people]]."
            )
        return row

    def _found(self, organisation: str, person_id: str) -> rows.Person | None:
        found = self._unit.rows(rows.Person).filter(organisation__name=organisation, handle=person_id)
        return found.select_related("organisation").first()


class Memberships(CaseRepository):
    """Who holds which role in a case, from when until when. Nothing is removed: a role ends."""

    def __init__(self, unit: Unit, people: People) -> None:
        super().__init__(unit)
        self._people = people

    def of(self, case_id: str, at: datetime | None = None) -> tuple[Membership, ...]:
        """All memberships of the case, or those in force at an instant."""
        found = self._in(rows.CaseMembership, case_id).select_related("person").order_by("pk")
        all_of_them = tuple(_read_membership(row) for row in found)
        if at is None:
            return all_of_them
        return tuple(m for m in all_of_them if m.from_at <= at and (m.until_at is None or at < m.until_at))

    def grant(self, case_id: str, person_id: str, role: Role, paper: str, at: datetime) -> Membership:
        """Give a registered person a role from now on; the role the person already holds changes nothing.

        Raises:
            StateError: when the person is not registered.
        """
        row = self._current(case_id, person_id, role)
        if row is None:
            row = rows.CaseMembership(
                case_id=case_id,
                person=self._people._row(self._organisation(case_id), person_id),
                role=role.value,
                paper=paper,
                from_at=aware(at),
            )
            row.save(using=self._unit.alias, force_insert=True)
        return _read_membership(row)

    def end(self, case_id: str, person_id: str, role: Role, at: datetime) -> Membership:
        """The person no longer holds the role.

        Raises:
            StateError: when the person does not hold it.
        """
        row = self._current(case_id, person_id, role)
        if row is None:
            raise StateError(f"person {person_id!r} does not hold the role {role.value!r} in case {case_id!r}")
        row.until_at = aware(at)
        row.save(using=self._unit.alias, update_fields=["until_at"])
        return _read_membership(row)

    def limit(self, case_id: str, person_id: str, role: Role, until: datetime) -> Membership:
        """The role that the person holds ends at an instant to come.

        Raises:
            StateError: when the person does not hold it.
        """
        return self.end(case_id, person_id, role, until)

    def follow(self, case: Case, before: Case | None, organisation: str, at: datetime) -> None:
        """Make people and roles follow a change of the case.

        Roles that the case names now and did not before begin, those it no longer names end; a role granted
        otherwise stays.
        """
        for person in case.people:
            self._people.put(organisation, person, at)
        held = {} if before is None else _roles(before)
        wanted = _roles(case)
        for (person_id, role), paper in held.items():
            if wanted.get((person_id, role)) != paper and self._current(case.id, person_id, role) is not None:
                self.end(case.id, person_id, role, at)
        for (person_id, role), paper in wanted.items():
            if held.get((person_id, role)) != paper:
                self.grant(case.id, person_id, role, paper, at)

    def _organisation(self, case_id: str) -> str:
        self._unit.require_case(case_id)
        return self._unit.rows(rows.Case).select_related("organisation").get(pk=case_id).organisation.name

    def _current(self, case_id: str, person_id: str, role: Role) -> rows.CaseMembership | None:
        found = self._in(rows.CaseMembership, case_id).filter(
            person__handle=person_id, role=role.value, until_at__isnull=True
        )
        return found.select_related("person").first()


def _roles(case: Case) -> dict[tuple[str, Role], str]:
    return {(person.id, role): person.paper for person in case.people for role in person.roles}


def _read(row: rows.Person) -> PersonRecord:
    return PersonRecord(
        organisation=row.organisation.name,
        id=row.handle,
        name=row.name,
        external=row.external,
        public_key=row.public_key,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _read_membership(row: rows.CaseMembership) -> Membership:
    return Membership(
        person=row.person.handle, role=Role(row.role), paper=row.paper, from_at=row.from_at, until_at=row.until_at
    )
