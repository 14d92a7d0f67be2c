"""The last gate before the log: text that looks like a person's identifier is refused.

It guards against mistakes in programs, not against people; the rule that no personal value is ever put into an event
stands before it. It looks for mobile numbers, resident identity numbers with a right check character, e-mail addresses
and bank cards with a right Luhn digit, also in full-width digits and with spaces or hyphens
between the usual groups.
"""

import re
import unicodedata

_GAP = r"[ \-]?"
_HEX = re.compile(r"(?<![0-9A-Za-z])(?=[0-9]*[A-Fa-f])[0-9A-Fa-f]{12,}(?![0-9A-Za-z])", re.ASCII)
_MOBILE = re.compile(rf"(?<!\d)(?:\+?86{_GAP})?1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}(?!\d)", re.ASCII)
_RESIDENT = re.compile(r"(?<!\d)[1-9]\d{16}[\dXx](?!\d)", re.ASCII)
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_CARD = re.compile(rf"(?<!\d)(?:\d{{4}}{_GAP}){{3}}\d{{1,4}}(?:{_GAP}\d{{1,3}})?(?!\d)", re.ASCII)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def personal_kinds(text: str) -> tuple[str, ...]:
    """Which kinds of personal identifier the text seems to hold, never the identifiers themselves."""
    # Words of hex digits are digests and ids: now and then one holds eleven digits in a row.
    text = _HEX.sub("#", unicodedata.normalize("NFKC", text))
    kinds = []
    if _MOBILE.search(text):
        kinds.append("mobile number")
    if any(is_resident_id(m[0]) for m in _RESIDENT.finditer(text)):
        kinds.append("resident identity number")
    if _EMAIL.search(text):
        kinds.append("e-mail address")
    if any(is_luhn(re.sub(r"\D", "", m[0])) for m in _CARD.finditer(text)):
        kinds.append("bank card number")
    return tuple(kinds)


def is_resident_id(text: str) -> bool:
    """Whether the last character is the check character of the other 17 digits (GB 11643, ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], _WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == text[17].upper()


def is_luhn(digits: str) -> bool:
    """Whether the last digit is the Luhn check digit of the others (ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
