"""Run-together words cut into known ones (`recivermobile`, `CNTCTNM`), words a letter off read as what is meant.

The cheapest cut wins, so a word known as a whole is never cut. Abbreviations of two letters stand at the end only; a
word is corrected by one letter lost, doubled, swapped with its neighbour, or a vowel for another, never the first one,
and only where a single known word is that near. Plain English words of no meaning to us (`vocabulary/whole.txt`) and
what is pinyin throughout are left alone.
"""

from functools import lru_cache
from pathlib import Path

from bequest.steps.discover.spelling import MEANT, PARTS, syllables

_FOLDER = Path(__file__).parent / "vocabulary"
_SHORT_ENDINGS = frozenset({"id", "no", "ip", "sn", "qq", "by", "ids"})
_SHORT_MEANT = frozenset({"nm", "dt", "cd", "tm", "ph", "em"})
_LEAST_WORD, _LEAST_TO_CUT, _LEAST_MISTYPED, _LEAST_CORRECTED = 3, 5, 5, 6
_KNOWN, _MISTYPED, _SHORT, _CORRECTED = 10, 11, 12, 17
"""What a word of a cut costs by how it was read, in tenths."""


def _whole_words() -> frozenset[str]:
    lines = (_FOLDER / "whole.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(w for line in lines if not line.startswith("#") for w in line.split())


WHOLE_WORDS = _whole_words()


def singular(word: str, vocabulary: frozenset[str]) -> str:
    """The known singular of a plural, else the word as it stands."""
    if word in vocabulary or len(word) < 4 or not word.endswith("s"):
        return word
    for candidate in (word[:-1], word[:-2], word[:-3] + "y"):
        if candidate in vocabulary:
            return candidate
    return word


def segment(word: str, vocabulary: frozenset[str]) -> tuple[str, ...]:
    """A run-together or mistyped word of Latin letters as known words, or the word itself."""
    if word in vocabulary or len(word) < _LEAST_TO_CUT or not word.isascii():
        return (singular(word, vocabulary),)
    if (one := singular(word, vocabulary)) in vocabulary:
        return (one,)
    if word in WHOLE_WORDS or one in WHOLE_WORDS:
        return (word,)
    plain = bool(syllables(word))
    best: dict[int, tuple[int, tuple[str, ...]]] = {0: (0, ())}
    for end in range(2, len(word) + 1):
        for start in sorted(best):
            if start == end:
                continue
            reading = _read(word[start:end], vocabulary, start > 0 and end == len(word), plain)
            if reading is None:
                continue
            cost = best[start][0] + reading[0]
            if end not in best or cost < best[end][0]:
                best[end] = (cost, (*best[start][1], *reading[1]))
    return best[len(word)][1] if len(word) in best else (word,)


_CORE = frozenset(
    [
        "mobile",
        "login",
        "card",
        "phone",
        "name",
        "date",
        "time",
        "address",
        "number",
        "user",
        "customer",
        "password",
        "account",
        "birth",
        "certificate",
        "employee",
        "department",
        "company",
        "contact",
        "receive",
        "send",
        "amount",
        "balance",
        "status",
        "type",
        "code",
        "bank",
        "member",
        "reserve",
        "wallet",
        "person",
        "remark",
        "city",
        "province",
        "district",
        "county",
        "country",
        "nation",
        "region",
        "gender",
        "marriage",
        "education",
        "relation",
        "language",
        "title",
        "level",
        "create",
        "update",
        "modify",
        "operate",
        "operator",
        "handle",
        "audit",
        "check",
        "verify",
        "approve",
        "order",
        "payment",
        "transfer",
        "transaction",
        "detail",
        "service",
        "product",
        "goods",
        "market",
        "merchant",
        "branch",
        "telephone",
        "email",
        "street",
        "postcode",
        "passport",
        "identity",
        "license",
        "vehicle",
        "driver",
        "student",
        "teacher",
        "patient",
        "doctor",
        "register",
        "insurance",
        "salary",
        "income",
        "expense",
        "deposit",
        "credit",
        "debit",
    ]
)
"""Words meant before others that lose their vowels to the same letters."""
_SKELETON_LENGTHS = range(3, 7)


def skeleton(word: str) -> str:
    """A word as hurried people write it: the first letter and the consonants, doubled ones once (`mbl`, `crd`)."""
    kept = [word[0], *(c for c in word[1:] if c not in "aeiou")]
    return "".join(c for i, c in enumerate(kept) if not i or c != kept[i - 1])


@lru_cache(maxsize=4)
def _skeletons(vocabulary: frozenset[str]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for word in vocabulary:
        if word.isascii() and word.isalpha() and len(word) > _LEAST_WORD and (word in _CORE or not syllables(word)):
            found.setdefault(skeleton(word), set()).add(word)
    preferred = {s: (words & _CORE or words) for s, words in found.items()}
    return {s: next(iter(words)) for s, words in preferred.items() if len(words) == 1}


def from_skeleton(part: str, vocabulary: frozenset[str]) -> str:
    """The one known word that the letters are the consonants of; empty where there is none or more than one."""
    if len(part) not in _SKELETON_LENGTHS or set(part[1:]) & set("aeiou") or not part.isalpha() or part in WHOLE_WORDS:
        return ""
    return _skeletons(vocabulary).get(part, "")


@lru_cache(maxsize=16384)
def by_abbreviations(word: str, vocabulary: frozenset[str]) -> tuple[str, ...]:
    """A run of abbreviations (`crdnbr`, `hldmbl`) as the words meant; nothing where some letters mean none.

    For tables known to be written so: elsewhere such runs are rather initials in pinyin.
    """
    best: dict[int, tuple[int, tuple[str, ...]]] = {0: (0, ())}
    for end in range(2, len(word) + 1):
        for start in [s for s in best if s < end - 1]:
            part = word[start:end]
            meant: tuple[str, ...]
            if part in vocabulary and len(part) >= _LEAST_WORD:
                cost, meant = _KNOWN, (part,)
            elif part in MEANT or part in PARTS:
                cost, meant = (_MISTYPED if len(part) >= _LEAST_WORD else _SHORT + 2), MEANT.get(part) or PARTS[part]
            elif one := from_skeleton(part, vocabulary):
                cost, meant = _CORRECTED, (one,)
            elif part in _SHORT_ENDINGS and end == len(word):
                cost, meant = _KNOWN, (part,)
            else:
                continue
            option = (best[start][0] + cost, (*best[start][1], *meant))
            if end not in best or option < best[end]:
                best[end] = option
    return best.get(len(word), (0, ()))[1]


def _read(part: str, vocabulary: frozenset[str], last: bool, plain: bool) -> tuple[int, tuple[str, ...]] | None:
    """What a part of a word means, and what reading it so costs."""
    if len(part) < _LEAST_WORD:
        if not last:
            return None
        if part in _SHORT_ENDINGS:
            return _KNOWN, (part,)
        return (_SHORT, MEANT[part]) if part in _SHORT_MEANT and part in MEANT and not plain else None
    if (one := singular(part, vocabulary)) in vocabulary:
        return _KNOWN, (one,)
    if part in WHOLE_WORDS:
        return _KNOWN, (part,)
    if part in MEANT and (len(part) >= _LEAST_MISTYPED or not plain):
        return (_MISTYPED if len(part) >= _LEAST_MISTYPED else _SHORT), MEANT[part]
    if plain or len(part) < _LEAST_CORRECTED:
        return None
    meant = corrected(part, vocabulary)
    return (_CORRECTED, (meant,)) if meant else None


@lru_cache(maxsize=4)
def _one_letter_short(vocabulary: frozenset[str]) -> dict[str, set[str]]:
    """Known words by what is left of them with one letter lost."""
    found: dict[str, set[str]] = {}
    for word in vocabulary:
        if len(word) > _LEAST_CORRECTED and word.isascii() and word.isalpha():
            for i in range(1, len(word)):
                found.setdefault(word[:i] + word[i + 1 :], set()).add(word)
    return found


@lru_cache(maxsize=65536)
def corrected(word: str, vocabulary: frozenset[str]) -> str:
    """The one known word that this is a slip of, empty where there is none or more than one."""
    if not word.isalpha() or word in WHOLE_WORDS:
        return ""
    near = set(_one_letter_short(vocabulary).get(word, ()))
    for i in range(1, len(word)):
        doubled = word[:i] + word[i + 1 :]
        if word[i] == word[i - 1] and doubled in vocabulary:
            near.add(doubled)
        if i + 1 < len(word):
            near.add(word[:i] + word[i + 1] + word[i] + word[i + 2 :])
        if word[i] in "aeiou" and len(word) > _LEAST_CORRECTED:
            near |= {word[:i] + vowel + word[i + 1 :] for vowel in "aeiou"}
    near = {w for w in near if w in vocabulary and len(w) >= _LEAST_CORRECTED and w != word}
    return near.pop() if len(near) == 1 else ""
