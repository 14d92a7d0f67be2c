"""Tokens of programs, and what their writes were answered. A token belongs to an account and goes with it."""

from datetime import datetime
from typing import Any

from bequest.kernel.errors import StateError
from bequest.store import models as rows
from bequest.store.api_records import KeptAnswer, TokenRecord
from bequest.store.unit import Unit, aware, pack, unpack

_NOTE_AFTER_SECONDS = 60


class Tokens:
    """Tokens by their digest; named by an id that opens nothing."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def add(self, token: TokenRecord, digest: str) -> None:
        """Keep a new token.

        Raises:
            StateError: where its person has no account.
        """
        account = (
            self._unit.rows(rows.Account)
            .filter(person__handle=token.person, person__organisation__name=token.organisation)
            .first()
        )
        if account is None:
            raise StateError(f"person {token.person!r} has no account", hint="Make one with `bequest account add`.")
        rows.ApiToken(
            account=account, token_id=token.token_id, digest=digest, label=token.label, cases_json=pack(token.cases),
            roles_json=pack(token.roles), scopes_json=pack(token.scopes), created_at=aware(token.created_at),
            expires_at=aware(token.expires_at),
        ).save(using=self._unit.alias, force_insert=True)  # fmt: skip

    def of_digest(self, digest: str, at: datetime) -> TokenRecord | None:
        """The token of that digest, unless it has run out or was revoked; noted as used."""
        found = self._unit.rows(rows.ApiToken).filter(digest=digest, expires_at__gt=aware(at), revoked_at__isnull=True)
        row = found.select_related("account__person__organisation").first()
        if row is None:
            return None
        if row.used_at is None or (aware(at) - row.used_at).total_seconds() > _NOTE_AFTER_SECONDS:
            self._unit.rows(rows.ApiToken).filter(pk=row.pk).update(used_at=aware(at))
        return _read(row)

    def list(self) -> tuple[TokenRecord, ...]:
        """All tokens, the oldest first."""
        found = self._unit.rows(rows.ApiToken).select_related("account__person__organisation").order_by("pk")
        return tuple(_read(row) for row in found)

    def revoke(self, token_id: str, at: datetime) -> TokenRecord | None:
        """The token opens nothing any more; None where there is none of that id. Twice changes nothing."""
        table = self._unit.rows(rows.ApiToken).filter(token_id=token_id)
        table.filter(revoked_at__isnull=True).update(revoked_at=aware(at))
        row = table.select_related("account__person__organisation").first()
        return None if row is None else _read(row)

    def begin(self, token_id: str, key: str, request: str, at: datetime, since: datetime) -> KeptAnswer | None:
        """Note that a write under this key begins; what is on record of it already, where there is anything.

        What is older than `since` is forgotten.
        """
        table = self._unit.rows(rows.ApiAnswer)
        table.filter(created_at__lt=aware(since)).delete()
        token = self._unit.rows(rows.ApiToken).select_for_update().get(token_id=token_id)
        row = table.filter(token=token, key_digest=key).first()
        if row is not None:
            return KeptAnswer(row.request_digest, row.status, bytes(row.sealed))
        rows.ApiAnswer(
            token=token, key_digest=key, request_digest=request, status=0, sealed=b"", created_at=aware(at)
        ).save(using=self._unit.alias, force_insert=True)
        return None

    def keep(self, token_id: str, key: str, status: int, sealed: bytes) -> None:
        """What the write was answered."""
        found = self._unit.rows(rows.ApiAnswer).filter(token__token_id=token_id, key_digest=key)
        found.update(status=status, sealed=sealed)

    def forget(self, token_id: str, key: str) -> None:
        """The write was refused and changed nothing: the key may be used again."""
        self._unit.rows(rows.ApiAnswer).filter(token__token_id=token_id, key_digest=key).delete()


def _words(text: str) -> tuple[str, ...]:
    found: Any = unpack(text)
    return tuple(str(w) for w in found)


def _read(row: rows.ApiToken) -> TokenRecord:
    person = row.account.person
    return TokenRecord(
        token_id=row.token_id,
        organisation=person.organisation.name,
        person=person.handle,
        name=person.name,
        label=row.label,
        cases=_words(row.cases_json),
        roles=_words(row.roles_json),
        scopes=_words(row.scopes_json),
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )
