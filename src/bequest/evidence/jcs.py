"""Canonical JSON on both sides: written in one form (RFC 8785), and read only in that form."""

import json
from typing import NoReturn

from bequest.kernel.canonical import Json, canonical
from bequest.kernel.errors import VerificationError


def encode(value: Json) -> bytes:
    """The RFC 8785 encoding. Fractions are refused: two programs may print them differently.

    Raises:
        TypeError: for a fraction, or an integer beyond 2**53 - 1.
    """
    try:
        return canonical(value)
    except UnicodeEncodeError as error:
        raise TypeError("this value has no canonical JSON form") from error


def decode(data: bytes, what: str) -> Json:
    """The value behind canonical JSON, refused in any other spelling: spaces, key order, double keys, escapes.

    Raises:
        VerificationError: naming `what`.
    """
    try:
        value: Json = json.loads(data.decode("utf-8"), parse_float=_refuse, parse_constant=_refuse)
        again = encode(value)
    except (ValueError, TypeError, RecursionError) as error:
        raise VerificationError(f"{what} is not JSON of the kind used here") from error
    if again != data:
        raise VerificationError(f"{what} is JSON, but not in its canonical form (RFC 8785)")
    return value


def decode_object(data: bytes, what: str) -> dict[str, Json]:
    """As `decode`, for a JSON object.

    Raises:
        VerificationError: naming `what`.
    """
    value = decode(data, what)
    if not isinstance(value, dict):
        raise VerificationError(f"{what} is not a JSON object")
    return value


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text[:20]} has no place in canonical JSON here")
