"""Secrets of the portal: links, the cards they open, receipt codes.

A link carries 128 bits that are a keyed tag (AES-CMAC under the case's `cards` key) of the letter's reference: nobody
can make one up, and inside the case it can be made again. From these bits follow, one way each, under which name the
card is kept and the key that opens it; the control database alone opens nothing.
"""

import base64
import hmac
import json
import re
import secrets
from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bequest.crypto.cipher import hmac_sha256
from bequest.kernel.canonical import Json

SECRET_BYTES = 16
_TOKEN = re.compile(r"[0-9a-f]{32}")
_NONCE_BYTES = 12
_LINKS_BYTES = 4 * (2 * SECRET_BYTES + 1)
"""Room for the links of four letters."""
_CODE_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def token_of(secret: bytes) -> str:
    """The secret as it stands in a link: 32 hexadecimal digits."""
    return secret.hex()


def secret_of(token: str) -> bytes | None:
    """The secret of a link; None where the text cannot be one."""
    text = token.strip().lower()
    if not _TOKEN.fullmatch(text):
        return None
    return bytes.fromhex(text)


def lookup_of(secret: bytes) -> str:
    """The name under which the card is kept; it does not lead back to the secret."""
    return names_of(secret)[0]


def names_of(secret: bytes) -> tuple[str, str]:
    """The name under which the card is kept, and that under which is kept what is asked with the link.

    Two halves of one tag: neither leads to the other or back to the secret.
    """
    tag = hmac_sha256(secret, b"bequest/card-lookup/v1")
    return tag[:16].hex(), tag[16:].hex()


def rating_key(secret: bytes) -> str:
    """Under which somebody's satisfaction is kept: the same for a link each time, and it does not lead back to it."""
    return hmac_sha256(secret, b"bequest/rating/v1")[:16].hex()


def seal_card(secret: bytes, content: bytes, case_id: str) -> bytes:
    """A card that only the link's secret opens, bound to its case."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(_card_key(secret)).encrypt(nonce, content, case_id.encode())


def open_card(secret: bytes, sealed: bytes, case_id: str) -> bytes | None:
    """The content of a card; None where the secret or the case is another, or it was altered."""
    try:
        return AESGCM(_card_key(secret)).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], case_id.encode())
    except (InvalidTag, ValueError):
        return None


def seal_cards(people: Iterable[tuple[bytes, str, str, str]], case_id: str) -> Iterator[tuple[str, bytes]]:
    """Cards of many people, name and content: secret, open part, part behind the second datum, that datum.

    One call of the cipher each, some ten microseconds: there is no cipher over columns with a key per row. Open and
    inner part are JSON texts and stand in the card as they are.
    """
    for secret, outer, inner, datum in people:
        hidden = ""
        if datum:
            sealed = base64.b64encode(seal_card(inner_secret(secret, datum), inner.encode(), case_id)).decode()
            hidden = f', "inner": "{sealed}"'
        yield lookup_of(secret), seal_card(secret, f'{{"open": {outer}{hidden}}}'.encode(), case_id)


def open_inner(key: str, sealed: str, case_id: str) -> Json | None:
    """What lies behind the second datum, with `inner_secret` as hexadecimal text; None where it is another."""
    secret = secret_of(key)
    found = open_card(secret, base64.b64decode(sealed), case_id) if secret else None
    return None if found is None else json.loads(found)


def inner_secret(secret: bytes, datum: str) -> bytes:
    """Link and datum together."""
    return hmac_sha256(secret, b"bequest/card-inner/v1\0" + datum.encode())[:SECRET_BYTES]


def visit_secret() -> bytes:
    """What the browser of somebody who typed an address keeps until the code comes."""
    return secrets.token_bytes(SECRET_BYTES)


def one_time_code() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(10**6):06d}"


def visit_lookup(secret: bytes) -> str:
    """The name under which a visit is kept."""
    return hmac_sha256(secret, b"bequest/visit-lookup/v1")[:16].hex()


def seal_links(secret: bytes, code: str, links: Iterable[str]) -> bytes:
    """Links for a visitor: only cookie and code together open them. Always of one length, whatever is inside."""
    plain = ",".join(links).encode().ljust(_LINKS_BYTES)
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(_visit_key(secret, code)).encrypt(nonce, plain, b"visit")


def open_links(secret: bytes, code: str, sealed: bytes) -> tuple[str, ...]:
    """The links; none where cookie or code are others."""
    try:
        plain = AESGCM(_visit_key(secret, code)).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], b"visit")
    except (InvalidTag, ValueError):
        return ()
    return tuple(x for x in plain.decode().strip().split(",") if x)


def no_links() -> bytes:
    """What stands where nothing was found: nobody can tell it from sealed links."""
    return secrets.token_bytes(_NONCE_BYTES + _LINKS_BYTES + 16)


def _visit_key(secret: bytes, code: str) -> bytes:
    return hmac_sha256(secret, b"bequest/visit-key/v1\0" + code.encode())


def receipt_code() -> str:
    """A code for a receipt: 60 random bits without signs that look alike, in groups."""
    signs = "".join(secrets.choice(_CODE_SIGNS) for _ in range(12))
    return "-".join(signs[i : i + 4] for i in range(0, 12, 4))


def session_token() -> str:
    """A random cookie of 256 bits."""
    return secrets.token_urlsafe(32)


def same(a: str, b: str) -> bool:
    """Whether two texts are the same, in a time that does not tell how alike they are."""
    return hmac.compare_digest(a.encode(), b.encode())


def _card_key(secret: bytes) -> bytes:
    return hmac_sha256(secret, b"bequest/card-key/v1")


def server_key() -> bytes:
    """A random key for one run of the server: its counters and form tokens."""
    return secrets.token_bytes(32)
