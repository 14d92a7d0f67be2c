"""Typed identifiers. All are short ASCII text, safe in file names and URNs, and never derived from personal data."""

import re
from typing import NewType

from bequest.kernel.errors import InputError

CaseId = NewType("CaseId", str)
SourceName = NewType("SourceName", str)
PersonId = NewType("PersonId", str)
PartyId = NewType("PartyId", str)
LotId = NewType("LotId", str)
EventId = NewType("EventId", str)

_IDENTIFIER = re.compile(r"^[a-z0-9][a-z0-9._-]{0,62}$")


def parse_identifier(text: str, what: str) -> str:
    """`text` itself, where it is a lower-case identifier of at most 63 characters.

    Raises:
        InputError: naming `what` and the form expected.
    """
    if not _IDENTIFIER.match(text):
        raise InputError(
            f"{what} {text!r} is not an identifier",
            hint="Use lower-case letters, digits, '.', '_' and '-', at most 63 characters.",
        )
    return text
