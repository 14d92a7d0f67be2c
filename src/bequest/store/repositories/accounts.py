"""Accounts of the console and who is signed in. An account belongs to a registered person of an organisation."""

from datetime import datetime

from bequest.kernel.errors import StateError
from bequest.store import models as rows
from bequest.store.portal_records import AccountRecord, SignedIn
from bequest.store.repositories.people import People
from bequest.store.unit import Unit, aware


class Accounts:
    """Accounts by the person's id; a home with several organisations names them apart."""

    def __init__(self, unit: Unit, people: People) -> None:
        self._unit = unit
        self._people = people

    def put(self, organisation: str, person_id: str, *, password: str, totp_sealed: bytes, at: datetime) -> None:
        """Make an account or give it a new password and secret; who is signed in with the old ones is out.

        Its tokens, passkeys, recovery codes and outside identity go, too.

        Raises:
            StateError: where the person is not registered.
        """
        person = self._people._row(organisation, person_id)
        row, _ = self._unit.rows(rows.Account).update_or_create(
            person=person,
            defaults={
                "password": password,
                "totp_sealed": totp_sealed,
                "totp_last": 0,
                "failures": 0,
                "locked_until": None,
                "updated_at": aware(at),
            },
            create_defaults={
                "password": password,
                "totp_sealed": totp_sealed,
                "totp_last": 0,
                "failures": 0,
                "created_at": aware(at),
                "updated_at": aware(at),
            },
        )
        for table in (rows.SignIn, rows.Passkey, rows.RecoveryCode, rows.Identity):
            self._unit.rows(table).filter(account=row).delete()
        self._unit.rows(rows.ApiToken).filter(account=row, revoked_at__isnull=True).update(revoked_at=aware(at))

    def get(self, name: str) -> AccountRecord | None:
        """The account of that sign-in name, if there is exactly one: the person's id, or `id@organisation`."""
        person, _, organisation = name.partition("@")
        found = self._unit.rows(rows.Account).filter(person__handle=person).select_related("person__organisation")
        if organisation:
            found = found.filter(person__organisation__name=organisation)
        several = list(found[:2])
        return _read(several[0]) if len(several) == 1 else None

    def list(self) -> tuple[AccountRecord, ...]:
        """All accounts."""
        found = self._unit.rows(rows.Account).select_related("person__organisation").order_by("person__handle")
        return tuple(_read(row) for row in found)

    def note_failure(self, account: AccountRecord, *, lock_at: int, until: datetime) -> None:
        """One more failed attempt; the account is locked when there are too many."""
        row = self._row(account)
        row.failures += 1
        if row.failures >= lock_at:
            row.failures, row.locked_until = 0, aware(until)
        row.save(using=self._unit.alias, update_fields=["failures", "locked_until"])

    def note_recovered(self, account: AccountRecord) -> None:
        """A sign-in without a time-based code: failures are forgotten."""
        row = self._row(account)
        row.failures, row.locked_until = 0, None
        row.save(using=self._unit.alias, update_fields=["failures", "locked_until"])

    def note_success(self, account: AccountRecord, totp_step: int) -> bool:
        """The code of this time step is used up; False where it was used before."""
        row = self._row(account)
        if totp_step <= row.totp_last:
            return False
        row.totp_last, row.failures, row.locked_until = totp_step, 0, None
        row.save(using=self._unit.alias, update_fields=["totp_last", "failures", "locked_until"])
        return True

    def sign_in(self, account: AccountRecord, token_digest: str, *, at: datetime, ends_at: datetime) -> None:
        """A browser is signed in."""
        rows.SignIn(
            account=self._row(account),
            token_digest=token_digest,
            created_at=aware(at),
            seen_at=aware(at),
            ends_at=aware(ends_at),
        ).save(using=self._unit.alias, force_insert=True)

    def signed_in(self, token_digest: str, *, at: datetime, idle_since: datetime) -> SignedIn | None:
        """Who bears that cookie, unless it has run out; noted as seen."""
        table = self._unit.rows(rows.SignIn)
        table.filter(ends_at__lte=aware(at)).delete()
        found = table.filter(token_digest=token_digest, seen_at__gte=aware(idle_since))
        row = found.select_related("account__person__organisation").first()
        if row is None:
            return None
        if (aware(at) - row.seen_at).total_seconds() > _NOTE_AFTER_SECONDS:
            table.filter(pk=row.pk).update(seen_at=aware(at))
        person = row.account.person
        return SignedIn(person.organisation.name, person.handle, person.name, row.created_at, row.seen_at, row.ends_at)

    def sign_out(self, token_digest: str) -> None:
        """The cookie opens nothing any more."""
        self._unit.rows(rows.SignIn).filter(token_digest=token_digest).delete()

    def sign_out_all(self, account: AccountRecord) -> None:
        """Whoever is signed in to this account is out."""
        self._unit.rows(rows.SignIn).filter(account=self._row(account)).delete()

    def _row(self, account: AccountRecord) -> rows.Account:
        found = self._unit.rows(rows.Account).filter(
            person__handle=account.person, person__organisation__name=account.organisation
        )
        row = found.select_for_update().first()
        if row is None:
            raise StateError(f"person {account.person!r} has no account", hint="Make one with `bequest account add`.")
        return row


_NOTE_AFTER_SECONDS = 60


def _read(row: rows.Account) -> AccountRecord:
    return AccountRecord(
        organisation=row.person.organisation.name,
        person=row.person.handle,
        name=row.person.name,
        password=row.password,
        totp_sealed=bytes(row.totp_sealed),
        totp_last=row.totp_last,
        failures=row.failures,
        locked_until=row.locked_until,
    )
