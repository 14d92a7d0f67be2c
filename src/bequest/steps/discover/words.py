"""Names and comments as words: the head of a name is its last word, and only the head says what a column holds.

`user_email` is an e-mail address, `email_verified` is not; `客户手机号` is a phone number, `手机型号` is not. Words are
whole tokens of snake_case, camelCase, pinyin or Chinese, never substrings in the middle.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from bequest.steps.discover.segments import from_skeleton, segment
from bequest.steps.discover.spelling import MEANT


def listed(text: str) -> tuple[str, ...]:
    """Hints written with commas and line breaks between them; words of one hint have spaces."""
    return tuple(" ".join(part.split()) for part in text.split(",") if part.strip())


QUALIFIERS = frozenset(
    listed(
        """no, num, number, nbr, str, txt, text, value, val, enc, encrypted, encrypt, cipher, ciphertext, md, sha,
        hash, hashed, mask, masked, plain, raw, orig, original, new, old, bak, backup, home, work, office,
        personal, private, main, primary, secondary, alt, alternative, other, cn, en, zh, eng, full, default,
        current, last, first, second, another, one, two, three, a, b, varchar, list, info, detail, details,
        scan, copy"""
    )
)
"""Trailing words that leave the head what it is: `phone_no`, `mobile2`, `email_enc`."""

_NUMBERS = frozenset({"nbr", "numb"})
"""Other words for `no`."""
_BOOLEAN_STARTS = frozenset(
    listed("""is, has, can, need, enable, enabled, allow, show, support, if, was, should, must""")
)
_CHUNK = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[㐀-鿿·]+")
_COMMENT_END = re.compile(r"[:：,，;；。!！?？(（\[【{《<=\n\t|]| - |--|->|\.\s")
_FIXED_PHRASE = re.compile(
    r"(?i)\b(date|place|country|number|mode|state|city|year|month)s? of "
    r"(birth|children|residence|origin|death|travel|hire|entry|leaving|joining|marriage|issue|expiry|graduation)\b"
)
"""Turned at once, so that what follows (`date of birth of the partner`) still belongs to the whole."""
_EITHER = re.compile(r"(?i)\s*[/&]\s*|\s+(?:and|or)\s+")
_ARTICLES = frozenset({"the", "a", "an", "their", "his", "her", "its", "this"})
_AFTER_THE_NOUN = frozenset(
    listed(
        """for, in, on, at, by, from, with, when, where, which, who, that, used, as, to, is, was, if, whether, per,
        after, before, during, between"""
    )
)
_HAN = re.compile(r"[㐀-鿿]")
_ENUMERATED = re.compile(r"\d{1,2}\s*[㐀-鿿A-Za-z]{1,8}[\s,，/、;；]+\d{1,2}\s*[㐀-鿿A-Za-z]")
"""A comment of nothing but codes and what they mean: 1出借人 2借款人."""
_HAN_DIGITS = re.compile(r"(?<=[㐀-鿿])\s*\d.*$")
_TRAILING_HAN_QUALIFIER = re.compile(r"(?:\d+|信息|密文|加密|脱敏|备份|原文|一|二|三)$")


def has_han(text: str) -> bool:
    """Whether the text holds a Chinese character."""
    return _HAN.search(text) is not None


def fold(text: str) -> str:
    """Full-width forms made plain (NFKC), white space trimmed."""
    return unicodedata.normalize("NFKC", text).strip()


def chunks(name: str) -> tuple[str, ...]:
    """The parts of a name in lower case: snake, camel, dots, digits and runs of Chinese apart."""
    return tuple(part.lower() for part in _CHUNK.findall(fold(name)))


def tokens(name: str, vocabulary: frozenset[str]) -> tuple[str, ...]:
    """The words of a name, run-together words cut, abbreviations and misspellings read as what is meant."""
    parts = chunks(name)
    return tuple(part for chunk in parts for part in _meant(chunk, vocabulary, alone=len(parts) == 1))


def _meant(chunk: str, vocabulary: frozenset[str], *, alone: bool) -> tuple[str, ...]:
    if chunk in vocabulary:
        return (chunk,)
    if chunk in MEANT:
        return MEANT[chunk]
    read = segment(chunk, vocabulary)
    if alone or read != (chunk,):  # letters that stand alone are rather initials in pinyin
        return read
    meant = from_skeleton(chunk, vocabulary)
    return (meant,) if meant else read


def is_boolean_name(words: tuple[str, ...]) -> bool:
    """Whether a name asks a yes-or-no question: `is_phone`, `has_email`."""
    return len(words) > 1 and words[0] in _BOOLEAN_STARTS


@lru_cache(maxsize=8192)
def comment_heads(comment: str) -> tuple[str, ...]:
    """The noun phrases a comment opens with: `手机/电话，用于登录` gives 手机 and 电话.

    What follows a colon, comma, bracket or an enumeration of codes explains the noun and is left out. An English
    `X of the Y` is turned into `Y X`, so that the head is last there too. A yes-or-no comment has no head.
    """
    text = fold(comment)
    head = _COMMENT_END.split(text.lstrip("*#-. 　"), maxsplit=1)[0].strip()
    if head.startswith(("如果", "若", "当", "表示", "用于")) or _ENUMERATED.match(head):
        return ()
    if has_han(head):
        head = _HAN_DIGITS.sub("", head).replace(" ", "").replace("的", "")
        if head.startswith("能否"):
            return ()
        return tuple(part for part in re.split(r"[/、]|或者?", head) if part)
    return tuple(phrase for part in _EITHER.split(head) if (phrase := _english_phrase(part)))


def _english_phrase(text: str) -> str:
    """An English noun phrase with its head last: what follows a preposition is left out, `X of the Y` turned round."""
    text = _FIXED_PHRASE.sub(r"\2 \1", text)
    words = [w.removesuffix("'s") for w in re.split(r"[^A-Za-z0-9_'-]+", text) if w]
    words = [w for w in words if w.lower() not in _ARTICLES]
    lowered = [w.lower() for w in words]
    cut = next((i for i, w in enumerate(lowered) if i and w in _AFTER_THE_NOUN), len(words))
    words, lowered = words[:cut], lowered[:cut]
    if "of" in lowered[1:-1]:
        at = lowered.index("of", 1)
        words = words[at + 1 :] + words[:at]
    return "_".join(words)


class HeadIndex:
    """Hints by their words: finds the longest hint at the end of a name."""

    def __init__(self, hints: Iterable[tuple[str, str]], extra_words: Iterable[str] = ()) -> None:
        """`hints` are pairs of hint and the key it stands for; English hints are words with spaces between."""
        self._english: dict[tuple[str, ...], list[str]] = {}
        self._han: dict[str, list[str]] = {}
        words = {w for w in extra_words if not has_han(w) and w not in MEANT}
        for hint, key in hints:
            if has_han(hint):
                self._han.setdefault(hint.replace(" ", ""), []).append(key)
            else:
                parts = tuple(word for part in hint.split() for word in MEANT.get(part, (part,)))
                self._english.setdefault(parts, []).append(key)
                words.update(parts)
        self.vocabulary = frozenset(words) | QUALIFIERS
        self._longest = max((len(k) for k in self._english), default=1)
        self._longest_han = max((len(k) for k in self._han), default=1)

    def find(self, name: str) -> tuple[str, tuple[str, ...], tuple[str, ...]] | None:
        """The longest hint at the head of the name: (hint, keys, words before it); None where there is none."""
        if has_han(name):
            return self._find_han(fold(name).lower())
        words = tokens(name, self.vocabulary)
        found = self._find_english(words)
        if is_boolean_name(words) and (found is None or found[2]):
            return None
        return found

    def _find_english(self, words: tuple[str, ...]) -> tuple[str, tuple[str, ...], tuple[str, ...]] | None:
        ends = [len(words)]
        while ends[-1] > 1 and (words[ends[-1] - 1] in QUALIFIERS or words[ends[-1] - 1].isdigit()):
            ends.append(ends[-1] - 1)
        for length in range(min(self._longest, len(words)), 0, -1):
            for end in ends:
                phrase = words[end - length : end] if end >= length else ()
                if phrase not in self._english and phrase[-1:] and phrase[-1] in _NUMBERS:
                    phrase = (*phrase[:-1], "no")
                if phrase in self._english:
                    return " ".join(phrase), tuple(self._english[phrase]), words[: end - length]
        return None

    def _find_han(self, name: str) -> tuple[str, tuple[str, ...], tuple[str, ...]] | None:
        text = re.sub(r"[\s_\-./()（）]+", "", name)
        if "是否" in text:
            return (text, tuple(self._han[text]), ()) if text in self._han else None
        candidates = [text]
        while (shorter := _TRAILING_HAN_QUALIFIER.sub("", candidates[-1])) != candidates[-1] and shorter:
            candidates.append(shorter)
        for length in range(min(self._longest_han, len(text)), 0, -1):
            for candidate in candidates:
                tail = candidate[-length:]
                if len(tail) == length and tail in self._han:
                    before = candidate[:-length]
                    return tail, tuple(self._han[tail]), (before,) if before else ()
        return None
