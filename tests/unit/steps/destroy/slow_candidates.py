"""The search for identifiers written plainly, value by value with regular expressions: what the fast one must find."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from bequest.model.datamap import FieldClass

PHONE, ID, CARD, EMAIL, CODE, TEXT = "phone", "id", "card", "email", "code", "text"


class Candidate(NamedTuple):
    """A possible identifier. `whole`: it is all there is in the cell."""

    kind: str
    normal: str
    whole: bool


class _Shape(dict[int, str]):
    """Translates every letter and digit of any script to `x` and leaves punctuation."""

    def __missing__(self, code: int) -> str:
        self[code] = "x" if chr(code).isalnum() else chr(code)
        return self[code]


_SHAPE: Final = _Shape()


@dataclass(frozen=True, slots=True)
class Profile:
    """What the known values look like, without saying any: only candidates that look alike are worth a token.

    `shapes` are codes with every letter and digit as `x`, `code_lengths` those of nothing but letters and digits;
    `text_lengths` and `wide_lengths` are of whole texts in ASCII and beyond; `mails` are lengths of mailbox and top
    domain, for bytes.
    """

    kinds: frozenset[str] = frozenset()
    shapes: frozenset[str] = frozenset()
    code_lengths: frozenset[int] = frozenset()
    card_lengths: frozenset[int] = frozenset()
    text_lengths: frozenset[int] = frozenset()
    wide_lengths: frozenset[int] = frozenset()
    word_lengths: frozenset[int] = frozenset()
    """Of texts that are one word, such as passwords: these are also looked for inside other text."""
    has_wide_codes: bool = False
    """Whether a code has letters beyond ASCII."""
    mails: frozenset[tuple[int, int]] = frozenset()


_CODES = frozenset(
    {
        FieldClass.USER_ID,
        FieldClass.USERNAME,
        FieldClass.ORDER_NO,
        FieldClass.TRACKING_NUMBER,
        FieldClass.SOCIAL_ID,
        FieldClass.DEVICE_ID,
        FieldClass.PASSPORT,
        FieldClass.LICENSE_PLATE,
        FieldClass.IP,
    }
)
_TEXTS = frozenset({FieldClass.PASSWORD_SECRET, FieldClass.FREE_TEXT, FieldClass.OTHER_PI})
_NUMBERS = frozenset({FieldClass.BANK_CARD, FieldClass.ACCOUNT_NUMBER})
_PHONES = frozenset({FieldClass.PHONE, FieldClass.LANDLINE})
SEARCHABLE: Final = _CODES | _TEXTS | _NUMBERS | _PHONES | {FieldClass.EMAIL, FieldClass.NATIONAL_ID}
"""Classes whose values can be searched one by one; all others (names, addresses, images …) cannot."""

OWN_KINDS: Final[dict[FieldClass, frozenset[str]]] = {
    **dict.fromkeys(_CODES, frozenset({CODE})),
    **dict.fromkeys(_TEXTS, frozenset({PHONE, ID, CARD, EMAIL, CODE, TEXT})),
    **dict.fromkeys(_NUMBERS, frozenset({CARD, CODE})),
    **dict.fromkeys(_PHONES, frozenset({PHONE})),
    FieldClass.EMAIL: frozenset({EMAIL}),
    FieldClass.NATIONAL_ID: frozenset({ID}),
}
PLAIN: Final = frozenset(
    {
        FieldClass.NOT_PI,
        FieldClass.ORDER_NO,
        FieldClass.TRACKING_NUMBER,
        FieldClass.POSTCODE,
        FieldClass.REGION,
        FieldClass.AGE,
        FieldClass.GENDER,
        FieldClass.BIRTHDAY,
        FieldClass.INCOME_ASSETS,
        FieldClass.TAX_ID,
        FieldClass.USCC,
    }
)
"""Classes that identify nobody by phone, card or mail: a whole cell there that equals one is taken for coincidence."""

LONG_TEXT = 8
SHORTEST = 6
_LONGEST_TEXT = 100_000
LONGEST_CODE = 64

_GAP = r"[ \t\n\r\f\v\-.·()_/]"
_SEPARATORS = re.compile(_GAP + "+", re.ASCII)
_MOBILE = re.compile(r"1[3-9]\d{9}")
_FIXED = re.compile(r"0(?:10|2\d)\d{8}|0[3-9]\d{2}\d{7,8}")
_MOBILE_IN = re.compile(rf"(?<!\d)(?:(?:\+|00)?86{_GAP}{{0,2}})?(1[3-9]\d(?:{_GAP}{{0,2}}\d){{8}})(?!\d)", re.ASCII)
_FIXED_IN = re.compile(
    rf"(?<!\d)(?:(?:\+|00)86{_GAP}{{0,2}})?0?((?:10|2\d|[3-9]\d{{2}}){_GAP}{{0,2}}\d{{3,4}}{_GAP}?\d{{4}})(?!\d)",
    re.ASCII,
)
_ID_IN = re.compile(r"(?<!\d)([1-9]\d{5}(?:[\s\-]{0,2}\d){11}[\s\-]{0,2}[\dXx])(?!\d)", re.ASCII)
_OLD_ID_IN = re.compile(r"(?<!\d)([1-9]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3})(?!\d)", re.ASCII)
_RUN = re.compile(r"(?<!\d)\d{8,19}(?!\d)", re.ASCII)
_GROUPED = re.compile(r"(?<!\d)\d{4}(?:[\s\-]\d{4}){2,3}(?:[\s\-]?\d{1,3})?(?!\d)", re.ASCII)
_EMAIL_IN = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,}")
_WORD = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z_\-.:]*[0-9A-Za-z])?", re.ASCII)
_ONE_WORD = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z_\-]*[0-9A-Za-z])?")
_PARTS = re.compile(r"[:.]")
_SPACES = re.compile(r"[\s·]", re.ASCII)
_LONG_RUN = re.compile(r"\d{8}", re.ASCII)
_SEVEN_DIGITS = re.compile(rf"(?:\d{_GAP}{{0,2}}){{7}}", re.ASCII)
_PLATE = re.compile(r"[\u4e00-\u9fff][A-Za-z][·\s]?[0-9A-Za-z]{5,6}(?![0-9A-Za-z])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def known(cls: FieldClass, value: str) -> Candidate | None:
    """The normal form of a value of a column of this class; nothing where it is damaged or too short to be searched."""
    text = _plain(value)
    if cls in _PHONES:
        normal = _phone(text)
        return Candidate(PHONE, normal, True) if normal else None
    if cls is FieldClass.NATIONAL_ID:
        normal = _identity(re.sub(r"[\s\-]", "", text).upper())
        return Candidate(ID, normal, True) if normal else None
    if cls is FieldClass.EMAIL:
        return Candidate(EMAIL, text.lower(), True) if _EMAIL_IN.fullmatch(text) else None
    if cls in _NUMBERS and re.fullmatch(r"\d{8,19}", digits := re.sub(r"[\s\-]", "", text)):
        return Candidate(CARD, digits, True)
    if cls in _CODES | _NUMBERS:
        normal = _code(text)
        return Candidate(CODE, normal, True) if normal else None
    if cls in _TEXTS:
        shortest = SHORTEST if cls is FieldClass.PASSWORD_SECRET else LONG_TEXT
        return Candidate(TEXT, text, True) if shortest <= len(text) <= _LONGEST_TEXT else None
    return None


def profile_of(known_values: Iterable[Candidate]) -> Profile:
    """What these values look like."""
    by: dict[str, set[str]] = {}
    for c in known_values:
        by.setdefault(c.kind, set()).add(c.normal)
    codes, texts, mails = (by.get(kind, set()) for kind in (CODE, TEXT, EMAIL))
    return Profile(
        kinds=frozenset(by),
        shapes=frozenset(c.translate(_SHAPE) for c in codes),
        code_lengths=frozenset(len(c) for c in codes if c.isascii() and c.isalnum()),
        card_lengths=frozenset(map(len, by.get(CARD, ()))),
        text_lengths=frozenset(len(t) for t in texts if t.isascii()),
        wide_lengths=frozenset(len(t) for t in texts if not t.isascii()),
        word_lengths=frozenset(len(t) for t in texts if len(t) <= LONGEST_CODE and _ONE_WORD.fullmatch(t)),
        has_wide_codes=not all(c.isascii() for c in codes),
        mails=frozenset((m.index("@"), len(m) - m.rindex(".") - 1) for m in mails),
    )


def candidates(value: str, profile: Profile) -> set[Candidate]:
    """Every candidate in a cell that looks like a known value."""
    if len(value) < SHORTEST:
        return set()
    text = _plain(value)
    if text.isascii() and text.isalnum():
        return _one_word(text, profile)
    found: set[Candidate] = set()
    if len(text) in (profile.text_lengths if text.isascii() else profile.wide_lengths):
        found.add(Candidate(TEXT, text, True))
    if len(text) <= LONGEST_CODE and (normal := _code(text)) and normal.translate(_SHAPE) in profile.shapes:
        found.add(Candidate(CODE, normal, True))
    if profile.shapes or profile.word_lengths:
        _add_words(text, profile, found)
    if EMAIL in profile.kinds and "@" in text:
        found.update(Candidate(EMAIL, m[0].lower(), m[0] == text) for m in _EMAIL_IN.finditer(text))
    if _SEVEN_DIGITS.search(text):
        _add_numbers(text, profile, found)
    return found


def _one_word(word: str, profile: Profile) -> set[Candidate]:
    """The short way for most cells: only a long run of digits inside the word can be something else than the word."""
    n = len(word)
    found: set[Candidate] = set()
    if n in profile.text_lengths:
        found.add(Candidate(TEXT, word, True))
    if n in profile.code_lengths and (n >= LONG_TEXT or not word.isdigit()):
        found.add(Candidate(CODE, word.lower(), True))
    if PHONE in profile.kinds and _MOBILE.fullmatch(word):
        found.add(Candidate(PHONE, word, True))
        if n in profile.card_lengths:
            found.add(Candidate(CARD, word, True))
    elif n >= LONG_TEXT and _LONG_RUN.search(word):
        _add_numbers(word, profile, found)
    return found


def _plain(value: str) -> str:
    text = value if value.isascii() else unicodedata.normalize("NFKC", value)
    return text.strip()


def _add_numbers(text: str, profile: Profile, found: set[Candidate]) -> None:
    for pattern, kind, make in _NUMBER_FORMS:
        if kind in profile.kinds:
            for m in pattern.finditer(text):
                normal = make(m[m.lastindex or 0])
                if normal and (kind != CARD or len(normal) in profile.card_lengths):
                    found.add(Candidate(kind, normal, len(m[0]) == len(text)))


def _add_words(text: str, profile: Profile, found: set[Candidate]) -> None:
    for m in _WORD.finditer(text):
        word = m[0]
        if len(word) < SHORTEST:
            continue
        parts = {word, *_PARTS.split(word)} if ":" in word or "." in word else (word,)
        for part in parts:
            whole = len(part) == len(text)
            if part.translate(_SHAPE) in profile.shapes and not whole and not part.isalpha():
                found.add(Candidate(CODE, part.lower(), False))
            if len(part) in profile.word_lengths and not _PARTS.search(part):
                found.add(Candidate(TEXT, part, whole))
    if profile.has_wide_codes and not text.isascii():
        found.update(Candidate(CODE, _squeezed(m[0]), m[0] == text) for m in _PLATE.finditer(text))


def _phone(text: str) -> str:
    """Eleven digits, or a landline with its area code and no extension; empty where it is neither."""
    whole = re.sub(r"\.0+$", "", text)
    bare = re.sub(r"^(?:\+|00)?86(?=1[3-9]\d{9}$)", "", _SEPARATORS.sub("", whole))
    if _MOBILE.fullmatch(bare):
        return bare
    body = re.sub(r"(?:\s*(?:转|分机|ext\.?|x|#)\s*|-)\d{1,6}$", "", text, flags=re.IGNORECASE)
    for form in (text, body):
        fixed = re.sub(r"^(?:\+|00)86", "0", _SEPARATORS.sub("", form))
        fixed = re.sub(r"^00", "0", fixed)
        if _FIXED.fullmatch(fixed):
            return fixed
    return ""


def _identity(bare: str) -> str:
    """Eighteen characters, valid or not; fifteen digits are brought to eighteen; what a spreadsheet rounded is none."""
    if re.fullmatch(r"[1-9]\d{16}[\dX]", bare):
        return "" if bare.endswith("000") and not _checks(bare) else bare
    if _OLD_ID_IN.fullmatch(bare):
        body = bare[:6] + "19" + bare[6:]
        return body + _check(body)
    return ""


def _check(body: str) -> str:
    return "10X98765432"[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]


def _checks(number: str) -> bool:
    return _check(number[:17]) == number[17]


def _code(text: str) -> str:
    """A code without spaces in lower case; empty where it is too short or too common to be looked for."""
    bare = _squeezed(text)
    if len(bare) < SHORTEST or len(bare) > LONGEST_CODE or not bare.strip("_-.:"):
        return ""
    return "" if bare.isdigit() and len(bare) < LONG_TEXT else bare


def _squeezed(text: str) -> str:
    return _SPACES.sub("", text).lower()


def _fixed_line(text: str) -> str:
    digits = "0" + re.sub(r"\D", "", text)
    return digits if _FIXED.fullmatch(digits) else ""


_NUMBER_FORMS: Final = (
    (_MOBILE_IN, PHONE, lambda t: re.sub(r"\D", "", t)),
    (_FIXED_IN, PHONE, _fixed_line),
    (_ID_IN, ID, lambda t: _identity(re.sub(r"[\s\-]", "", t).upper())),
    (_OLD_ID_IN, ID, _identity),
    (_RUN, CARD, lambda t: t),
    (_GROUPED, CARD, lambda t: re.sub(r"\D", "", t)),
)

RawFound = tuple[str, str, bool]
"""Kind, normal form, and whether no digit or letter touches it."""

_RAW_RUN: Final = re.compile(rb"\d{8,}[Xx]?")
_BIRTH: Final = re.compile(rb"[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]")
_SPACED: Final = re.compile(rb"(?<!\d)1[3-9]\d([ \-])\d{4}\1\d{4}(?!\d)")
_RAW_EMAIL: Final = re.compile(rb"([A-Za-z0-9._%+\-]+)@([A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.)([A-Za-z]{2,})")


def raw_candidates(block: bytes, profile: Profile) -> Iterator[RawFound]:
    """Every candidate in a block that looks like a known value."""
    for m in _SPACED.finditer(block):
        yield (PHONE, re.sub(r"\D", "", m[0].decode()), True)
    for m in _RAW_RUN.finditer(block):
        yield from _numbers(m[0], profile)
    for m in _RAW_EMAIL.finditer(block):
        yield from _addresses(m, profile)


def _numbers(run: bytes, profile: Profile) -> Iterator[RawFound]:
    """What a run of digits may be as a whole, and which phone and identity numbers may lie inside it."""
    digits = run.rstrip(b"Xx").decode()
    if len(digits) in profile.card_lengths:
        yield (CARD, digits, True)
    cls = FieldClass.NATIONAL_ID if len(digits) == 15 else FieldClass.LANDLINE if digits[0] == "0" else None
    if cls is not None and (found := known(cls, digits)):
        yield (found.kind, found.normal, True)
    for i in range(len(digits) - 10):
        if digits[i] == "1" and digits[i + 1] in "3456789":
            yield (PHONE, digits[i : i + 11], len(digits) == 11)
    for i in range(len(run) - 17):
        if _BIRTH.match(run, i):
            number = run[i : i + 18].decode().upper()
            yield (ID, number, len(run) == 18)


def _addresses(m: re.Match[bytes], profile: Profile) -> Iterator[RawFound]:
    """The address, and what it would be if its ends belonged to the fields beside it."""
    local, domain, top = m[1].decode().lower(), m[2].decode().lower(), m[3].decode().lower()
    for n, end in profile.mails:
        if n <= len(local) and end <= len(top):
            address = f"{local[-n:]}@{domain}{top[:end]}"
            whole = n == len(local) and end == len(top)
            yield (EMAIL, address, whole)
