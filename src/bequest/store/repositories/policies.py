"""Policies by digest, the populations decided under them, and the approvals people signed."""

import hashlib
from datetime import datetime

from django.db.models import Max, QuerySet

from bequest.kernel.errors import ApprovalError, StateError
from bequest.model.plan import Approval, Policy, Population
from bequest.store import models as rows
from bequest.store.records import PolicyHead, PolicyRecord, PolicyState, PopulationRecord
from bequest.store.register import record_of
from bequest.store.unit import CaseRepository, aware, model_of, pack


class Policies(CaseRepository):
    """Policies of a case. The last one planned waits for approval; at most one is approved and in force."""

    def add(self, case_id: str, policy: Policy, at: datetime) -> PolicyRecord:
        """Keep a policy; one already kept becomes the latest again and keeps its state if it is in force.

        Other policies that were only proposed are superseded.

        Raises:
            StateError: when the policy belongs to another case.
        """
        if policy.case_id != case_id:
            raise StateError(f"the policy belongs to case {policy.case_id!r}, not to {case_id!r}")
        self._locked_case(case_id)
        body = pack(policy)
        mark = hashlib.sha256(body.encode()).hexdigest()
        found = self._in(rows.Policy, case_id)
        ordinal = (found.aggregate(last=Max("ordinal"))["last"] or 0) + 1
        found.filter(state=PolicyState.PROPOSED.value).exclude(digest=mark).update(state=PolicyState.SUPERSEDED.value)
        row = found.filter(digest=mark).first()
        if row is None:
            row = rows.Policy(
                case_id=case_id,
                digest=mark,
                body_json=body,
                state=PolicyState.PROPOSED.value,
                ordinal=ordinal,
                created_at=aware(at),
            )
        else:
            row.ordinal = ordinal
            if row.state == PolicyState.SUPERSEDED.value:
                row.state = PolicyState.PROPOSED.value
        row.save(using=self._unit.alias)
        return PolicyRecord(policy=policy, digest=mark, state=PolicyState(row.state), created_at=row.created_at)

    def get(self, case_id: str, digest: str) -> PolicyRecord:
        """The policy of that digest; a beginning that names one only will do.

        Raises:
            StateError: when there is none, or more than one begins so.
        """
        return _read(self._named(case_id, digest))

    def text(self, case_id: str, digest: str) -> bytes:
        """The policy as it was signed, in canonical JSON: a later version would write what it knows beyond that."""
        return self._named(case_id, digest).body_json.encode()

    def latest(self, case_id: str) -> PolicyRecord | None:
        """The policy planned last, if there is one."""
        row = self._in(rows.Policy, case_id).order_by("-ordinal").first()
        return None if row is None else _read(row)

    def in_force(self, case_id: str) -> PolicyRecord | None:
        """The approved policy, if there is one."""
        row = self._in(rows.Policy, case_id).filter(state=PolicyState.APPROVED.value).first()
        return None if row is None else _read(row)

    def set_approved(self, case_id: str, digest: str) -> PolicyHead:
        """All required people have signed: this policy is in force, an earlier one is superseded."""
        self._locked_case(case_id)
        found = self._in(rows.Policy, case_id)
        row = self._named(case_id, digest)
        found.filter(state=PolicyState.APPROVED.value).exclude(pk=row.pk).update(state=PolicyState.SUPERSEDED.value)
        row.state = PolicyState.APPROVED.value
        row.save(using=self._unit.alias, update_fields=["state"])
        return record_of(PolicyHead, row)

    def list(self, case_id: str) -> tuple[PolicyHead, ...]:
        """Where all policies stand, in the order they were planned last."""
        found = self._in(rows.Policy, case_id).defer("body_json").order_by("ordinal")
        return tuple(record_of(PolicyHead, row) for row in found)

    def _named(self, case_id: str, digest: str) -> rows.Policy:
        found = list(self._in(rows.Policy, case_id).filter(digest__startswith=digest)[:2])
        if not digest or len(found) != 1:
            raise StateError(
                f"case {case_id!r} has {'no policy' if not found or not digest else 'several policies'} {digest!r}",
                hint="See the digests with `bequest plan`.",
            )
        return found[0]


class Approvals(CaseRepository):
    """Signatures over policy digests."""

    def add(self, case_id: str, approval: Approval, at: datetime) -> Approval:
        """Keep an approval whole; a person's second one in the same role is the first.

        Raises:
            ApprovalError: when the case has no policy of that digest.
        """
        self._locked_case(case_id)
        if not self._in(rows.Policy, case_id).filter(digest=approval.policy_digest).exists():
            raise ApprovalError(
                f"case {case_id!r} has no policy with the digest that was signed",
                hint="Sign the digest shown by `bequest plan`.",
            )
        row = self._valid(case_id, approval.policy_digest).filter(person=approval.person, role=approval.role).first()
        if row is None:
            row = rows.Approval(
                case_id=case_id,
                policy_digest=approval.policy_digest,
                person=approval.person,
                role=approval.role,
                text=approval.text,
                signature=approval.signature,
                fingerprint=approval.fingerprint,
                signed_at=approval.signed_at,
                recorded_at=aware(at),
            )
            row.save(using=self._unit.alias, force_insert=True)
        return _read_approval(row)

    def of(self, case_id: str, digest: str) -> tuple[Approval, ...]:
        """The approvals of a policy that hold, in the order they came in."""
        return tuple(_read_approval(row) for row in self._valid(case_id, digest).order_by("pk"))

    def make_void(self, case_id: str, digest: str, person: str, reason: str, at: datetime) -> int:
        """The person's approvals of a policy no longer hold; how many there were."""
        found = self._valid(case_id, digest).filter(person=person)
        return found.update(void_at=aware(at), void_reason=reason)

    def count_void(self, case_id: str, digest: str, role: str) -> int:
        """How many approvals of a policy in a role hold no longer."""
        return self._in(rows.Approval, case_id).filter(policy_digest=digest, role=role, void_at__isnull=False).count()

    def _valid(self, case_id: str, digest: str) -> QuerySet[rows.Approval]:
        return self._in(rows.Approval, case_id).filter(policy_digest=digest, void_at__isnull=True)


class Populations(CaseRepository):
    """Who was in which situation, each time it was counted."""

    def add(self, case_id: str, population: Population, at: datetime, *, policy_digest: str = "") -> PopulationRecord:
        """Keep a population; one equal to the latest, under the same policy, is that one."""
        self._locked_case(case_id)
        body = pack(population)
        mark = hashlib.sha256(body.encode()).hexdigest()
        row = self._in(rows.PopulationRun, case_id).order_by("-pk").first()
        if row is None or (row.digest, row.policy_digest) != (mark, policy_digest):
            row = rows.PopulationRun(
                case_id=case_id, digest=mark, policy_digest=policy_digest, body_json=body, at=aware(at)
            )
            row.save(using=self._unit.alias, force_insert=True)
        return PopulationRecord(population=population, digest=mark, policy_digest=policy_digest, at=row.at)

    def latest(self, case_id: str) -> PopulationRecord | None:
        """The newest population, if there is one."""
        row = self._in(rows.PopulationRun, case_id).order_by("-pk").first()
        return None if row is None else _read_population(row)

    def get(self, case_id: str, digest: str) -> PopulationRecord:
        """The newest population of that digest.

        Raises:
            StateError: when there is none.
        """
        row = self._in(rows.PopulationRun, case_id).filter(digest=digest).order_by("-pk").first()
        if row is None:
            raise StateError(f"case {case_id!r} has no population {digest!r}")
        return _read_population(row)


def _read(row: rows.Policy) -> PolicyRecord:
    return PolicyRecord(
        policy=model_of(Policy, row.body_json),
        digest=row.digest,
        state=PolicyState(row.state),
        created_at=row.created_at,
    )


def _read_approval(row: rows.Approval) -> Approval:
    return Approval(
        policy_digest=row.policy_digest,
        person=row.person,
        role=row.role,
        signed_at=row.signed_at,
        fingerprint=row.fingerprint,
        signature=row.signature,
        text=row.text,
    )


def _read_population(row: rows.PopulationRun) -> PopulationRecord:
    return PopulationRecord(
        population=model_of(Population, row.body_json),
        digest=row.digest,
        policy_digest=row.policy_digest,
        at=row.at,
    )
