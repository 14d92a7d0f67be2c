"""What the repository of passkeys, recovery codes and outside identities returns."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PasskeyRecord:
    """A passkey of an account. `credential_id` is base64url, `key_line` an OpenSSH public key line."""

    organisation: str
    person: str
    credential_id: str
    key_line: str
    label: str
    sign_count: int
    added_at: datetime
    used_at: datetime | None = None
    suspended_at: datetime | None = None
    """Since when its counter went back; None while it is good."""


@dataclass(frozen=True, slots=True)
class IdentityRecord:
    """Whom an identity provider knows a person as, and who said so."""

    organisation: str
    person: str
    issuer: str
    subject: str
    linked_by: str
    linked_at: datetime
