"""Cases: opened once, changed by revision, never made into or out of a rehearsal."""

import hashlib
from datetime import datetime

from bequest.kernel.errors import GuardError, StateError
from bequest.model.case import Case
from bequest.store import models as rows
from bequest.store.records import CaseRecord, CaseStatus
from bequest.store.repositories.people import Memberships, People
from bequest.store.unit import CaseRepository, Unit, aware, model_of, pack

SCHEMA_VERSION = 1
"""Version of the model's JSON that this version writes; a case pins the one it was opened with."""

ONWARD: dict[CaseStatus, frozenset[CaseStatus]] = {
    CaseStatus.OPEN: frozenset({CaseStatus.CUT_OVER, CaseStatus.CLOSED, CaseStatus.ABANDONED}),
    CaseStatus.CUT_OVER: frozenset({CaseStatus.CLOSED, CaseStatus.ABANDONED}),
    CaseStatus.CLOSED: frozenset(),
    CaseStatus.ABANDONED: frozenset(),
}


class Cases(CaseRepository):
    """The cases of this home."""

    def __init__(self, unit: Unit, people: People, memberships: Memberships) -> None:
        super().__init__(unit)
        self._people = people
        self._memberships = memberships

    def add(self, case: Case, *, organisation: str, at: datetime) -> CaseRecord:
        """Open a case at revision 1; its organisation and people are registered and hold their roles from now on.

        Raises:
            StateError: when there is a case of that id, or a person is registered with another key.
        """
        if self._unit.rows(rows.Case).filter(pk=case.id).exists():
            raise StateError(
                f"there is a case {case.id!r} already", hint="Change it with `bequest case update`, or use another id."
            )
        home = self._people._organisation(organisation, at)
        row = rows.Case(
            id=case.id,
            organisation=home,
            body_json=pack(case),
            revision=1,
            rehearsal=case.rehearsal,
            status=CaseStatus.OPEN.value,
            latest_at=aware(at),
            schema_version=SCHEMA_VERSION,
            created_at=aware(at),
            updated_at=aware(at),
        )
        with self._unit.whole():
            row.save(using=self._unit.alias, force_insert=True)
            self._keep_revision(row, at)
            self._memberships.follow(case, None, organisation, at)
        return _read(row)

    def get(self, case_id: str) -> CaseRecord:
        """The case as it stands.

        Raises:
            StateError: when there is none of that id.
        """
        return _read(self._row(case_id))

    def list(self) -> tuple[CaseRecord, ...]:
        """All cases of this home, by id."""
        found = self._unit.rows(rows.Case).select_related("organisation").order_by("id")
        return tuple(_read(row) for row in found)

    def update(self, case: Case, base_revision: int, at: datetime) -> CaseRecord:
        """Replace the case by a changed one that was made from `base_revision`; no change makes no revision.

        Raises:
            StateError: when somebody else has changed it since, or it has ended.
            GuardError: when the rehearsal flag differs.
        """
        row = self._row(case.id)
        if row.revision != base_revision:
            raise StateError(
                f"case {case.id!r} is at revision {row.revision}; this change was made from revision {base_revision}",
                hint="Export the case as it stands now, make the change again there, and import that.",
            )
        if case.rehearsal != row.rehearsal:
            raise GuardError(
                f"case {case.id!r} {'is' if row.rehearsal else 'is not'} a rehearsal and stays so",
                hint="Open another case for the other purpose.",
            )
        body = pack(case)
        if body == row.body_json:
            return _read(row)
        if not ONWARD[CaseStatus(row.status)]:
            raise StateError(f"case {case.id!r} is {row.status} and cannot be changed")
        before = model_of(Case, row.body_json)
        row.body_json = body
        row.revision += 1
        row.updated_at = aware(at)
        with self._unit.whole():
            row.save(using=self._unit.alias, update_fields=["body_json", "revision", "updated_at"])
            self._keep_revision(row, at)
            self._memberships.follow(case, before, row.organisation.name, at)
        return _read(row)

    def revision(self, case_id: str, revision: int) -> Case:
        """The case as it was at a revision.

        Raises:
            StateError: when there is no such revision.
        """
        found = self._in(rows.CaseRevision, case_id).filter(revision=revision).first()
        if found is None:
            raise StateError(f"case {case_id!r} has no revision {revision}")
        return model_of(Case, found.body_json)

    def set_status(self, case_id: str, status: CaseStatus, at: datetime) -> CaseRecord:
        """Move the case on; the status it already has changes nothing.

        Raises:
            StateError: when the case cannot go from where it is to there.
        """
        row = self._row(case_id)
        was = CaseStatus(row.status)
        if status is was:
            return _read(row)
        if status not in ONWARD[was]:
            raise StateError(f"case {case_id!r} is {was.value} and cannot become {status.value}")
        row.status = status.value
        row.updated_at = aware(at)
        row.save(using=self._unit.alias, update_fields=["status", "updated_at"])
        return _read(row)

    def set_clock(self, case_id: str, at: datetime) -> CaseRecord:
        """Move the clock of a rehearsal forward.

        Raises:
            GuardError: for a real case, whose clock is the world's.
            StateError: for a move backwards.
        """
        row = self._row(case_id)
        if not row.rehearsal:
            raise GuardError(
                f"case {case_id!r} is real: its clock cannot be set", hint="Only a rehearsal's clock moves."
            )
        if row.clock_at is not None and aware(at) < row.clock_at:
            raise StateError(f"the clock of case {case_id!r} is never moved backwards")
        row.clock_at = aware(at)
        row.latest_at = max(row.latest_at, aware(at))
        row.save(using=self._unit.alias, update_fields=["clock_at", "latest_at"])
        return _read(row)

    def observe_time(self, case_id: str, at: datetime) -> datetime:
        """The later of `at` and the latest instant seen before: with a clock set back, no window re-opens."""
        row = self._row(case_id)
        if aware(at) > row.latest_at:
            row.latest_at = aware(at)
            row.save(using=self._unit.alias, update_fields=["latest_at"])
        return row.latest_at

    def pin_law(self, case_id: str, law_pack: str, law_pack_digest: str, *, replaces: str = "") -> CaseRecord:
        """Pin the law pack of the case; an upgrade names the digest it replaces.

        Raises:
            StateError: when another pack is pinned than the one that is to be replaced.
        """
        row = self._row(case_id)
        if (row.law_pack, row.law_pack_digest) == (law_pack, law_pack_digest):
            return _read(row)
        if row.law_pack_digest != replaces:
            raise StateError(
                f"case {case_id!r} is pinned to law pack {row.law_pack!r} with another digest",
                hint="See what would change with `bequest case upgrade`.",
            )
        row.law_pack, row.law_pack_digest = law_pack, law_pack_digest
        row.save(using=self._unit.alias, update_fields=["law_pack", "law_pack_digest"])
        return _read(row)

    def _row(self, case_id: str) -> rows.Case:
        return self._locked_case(case_id)

    def _keep_revision(self, row: rows.Case, at: datetime) -> None:
        rows.CaseRevision(
            case=row,
            revision=row.revision,
            body_json=row.body_json,
            digest=hashlib.sha256(row.body_json.encode()).hexdigest(),
            changed_at=aware(at),
        ).save(using=self._unit.alias, force_insert=True)


def _read(row: rows.Case) -> CaseRecord:
    return CaseRecord(
        case=model_of(Case, row.body_json),
        organisation=row.organisation.name,
        revision=row.revision,
        status=CaseStatus(row.status),
        rehearsal=row.rehearsal,
        clock_at=row.clock_at,
        latest_at=row.latest_at,
        law_pack=row.law_pack,
        law_pack_digest=row.law_pack_digest,
        schema_version=row.schema_version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
