"""Passkeys, recovery codes and outside identities of accounts, and challenges that were answered."""

from collections.abc import Iterable
from datetime import datetime

from bequest.kernel.errors import StateError
from bequest.store import models as rows
from bequest.store.factor_records import IdentityRecord, PasskeyRecord
from bequest.store.unit import Unit, aware


class Factors:
    """What an account has beside its password and code; all of it goes when the account is made anew."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def add_passkey(self, passkey: PasskeyRecord) -> None:
        """Keep a new passkey.

        Raises:
            StateError: where it is known already.
        """
        table = self._unit.rows(rows.Passkey)
        if table.filter(credential_id=passkey.credential_id).exists():
            raise StateError("this passkey is known already", hint="Use another one, or the one you have.")
        rows.Passkey(
            account=self._account(passkey.organisation, passkey.person), credential_id=passkey.credential_id,
            key_line=passkey.key_line, label=passkey.label, sign_count=passkey.sign_count,
            added_at=aware(passkey.added_at),
        ).save(using=self._unit.alias, force_insert=True)  # fmt: skip

    def passkey(self, credential_id: str) -> PasskeyRecord | None:
        """The passkey of that id, kept from others until the transaction ends."""
        found = self._unit.rows(rows.Passkey).filter(credential_id=credential_id).select_for_update(of=("self",))
        row = found.select_related("account__person__organisation").first()
        return None if row is None else _read(row)

    def passkeys_of(self, organisation: str, person: str) -> tuple[PasskeyRecord, ...]:
        """The passkeys of a person, the oldest first."""
        found = self._unit.rows(rows.Passkey).filter(
            account__person__handle=person, account__person__organisation__name=organisation
        )
        return tuple(_read(row) for row in found.select_related("account__person__organisation").order_by("pk"))

    def note_use(self, credential_id: str, sign_count: int, at: datetime) -> None:
        """The passkey was used, and how far its counter is."""
        table = self._unit.rows(rows.Passkey).filter(credential_id=credential_id)
        table.update(sign_count=sign_count, used_at=aware(at))

    def suspend(self, credential_id: str, at: datetime) -> None:
        """The passkey opens nothing from now on."""
        self._unit.rows(rows.Passkey).filter(credential_id=credential_id).update(suspended_at=aware(at))

    def remove_passkey(self, organisation: str, person: str, credential_id: str) -> bool:
        """Forget a passkey of a person; False where there is none."""
        found = self._unit.rows(rows.Passkey).filter(
            credential_id=credential_id, account=self._account(organisation, person)
        )
        return found.delete()[0] > 0

    def set_codes(self, organisation: str, person: str, digests: Iterable[str]) -> None:
        """New recovery codes in place of all others."""
        account = self._account(organisation, person)
        self._unit.rows(rows.RecoveryCode).filter(account=account).delete()
        self._unit.rows(rows.RecoveryCode).bulk_create(
            [rows.RecoveryCode(account=account, digest=digest) for digest in digests]
        )

    def codes_left(self, organisation: str, person: str) -> int:
        """How many recovery codes are good."""
        account = self._account(organisation, person)
        return self._unit.rows(rows.RecoveryCode).filter(account=account, used_at__isnull=True).count()

    def use_code(self, organisation: str, person: str, digest: str, at: datetime) -> bool:
        """Use up a recovery code; False where it is none that is good."""
        account = self._account(organisation, person)
        found = self._unit.rows(rows.RecoveryCode).filter(account=account, digest=digest, used_at__isnull=True)
        return found.update(used_at=aware(at)) > 0

    def link(self, identity: IdentityRecord) -> None:
        """Say whom a provider knows a person as, in place of what was said before.

        Raises:
            StateError: where the identity is another account's.
        """
        account = self._account(identity.organisation, identity.person)
        table = self._unit.rows(rows.Identity)
        if table.filter(issuer=identity.issuer, subject=identity.subject).exclude(account=account).exists():
            raise StateError(
                "this identity belongs to another account", hint="Unlink it there first, or look at the subject again."
            )
        table.filter(account=account).delete()
        rows.Identity(
            account=account, issuer=identity.issuer, subject=identity.subject, linked_by=identity.linked_by,
            linked_at=aware(identity.linked_at),
        ).save(using=self._unit.alias, force_insert=True)  # fmt: skip

    def unlink(self, organisation: str, person: str) -> bool:
        """Nobody comes in as this person from a provider any more; False where nobody did."""
        account = self._account(organisation, person)
        return self._unit.rows(rows.Identity).filter(account=account).delete()[0] > 0

    def identity(self, issuer: str, subject: str) -> IdentityRecord | None:
        """Who is known under this identity."""
        found = self._unit.rows(rows.Identity).filter(issuer=issuer, subject=subject)
        row = found.select_related("account__person__organisation").first()
        return None if row is None else _read_identity(row)

    def identity_of(self, organisation: str, person: str) -> IdentityRecord | None:
        """Whom a provider knows this person as."""
        found = self._unit.rows(rows.Identity).filter(
            account__person__handle=person, account__person__organisation__name=organisation
        )
        row = found.select_related("account__person__organisation").first()
        return None if row is None else _read_identity(row)

    def spend(self, digest: str, *, at: datetime, until: datetime) -> bool:
        """Note that a challenge was answered; False where it was before."""
        table = self._unit.rows(rows.SpentChallenge)
        table.filter(until__lt=aware(at)).delete()
        _, is_new = table.get_or_create(digest=digest, defaults={"until": aware(until)})
        return is_new

    def _account(self, organisation: str, person: str) -> rows.Account:
        found = self._unit.rows(rows.Account).filter(
            person__handle=person, person__organisation__name=organisation
        )  # fmt: skip
        row = found.select_for_update().first()
        if row is None:
            raise StateError(f"person {person!r} has no account", hint="Make one with `bequest account add`.")
        return row


def _read(row: rows.Passkey) -> PasskeyRecord:
    person = row.account.person
    return PasskeyRecord(
        person.organisation.name, person.handle, row.credential_id, row.key_line, row.label, row.sign_count,
        row.added_at, row.used_at, row.suspended_at,
    )  # fmt: skip


def _read_identity(row: rows.Identity) -> IdentityRecord:
    person = row.account.person
    return IdentityRecord(
        person.organisation.name, person.handle, row.issuer, row.subject, row.linked_by, row.linked_at
    )  # fmt: skip
