"""What names and comments say: the hints of all detectors in one index, weighed by class."""

from dataclasses import dataclass
from functools import lru_cache

from bequest.model.datamap import FieldClass
from bequest.steps.discover import lexicon
from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors import DETECTORS
from bequest.steps.discover.words import HeadIndex, chunks, comment_heads, fold, has_han, is_boolean_name, tokens

BY_ID = {d.id: d for d in DETECTORS}
_PEOPLE_HAN = tuple(w for w in lexicon.PEOPLE if has_han(w))
_PLAIN_WORDS = tuple(
    w
    for group in (
        lexicon.PEOPLE,
        lexicon.ORGANISATIONS,
        lexicon.THINGS,
        lexicon.EVENTS,
        tuple(lexicon.GENERIC_TABLE_WORDS),
    )
    for w in group
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A class named at the head of a name or comment. `weak` hits count only in a table about individual people."""

    cls: FieldClass
    hint: str
    weak: bool
    before: tuple[str, ...]
    """Words before the head: whose it is."""


def _index() -> HeadIndex:
    return HeadIndex(
        ((hint, d.id) for d in DETECTORS for hint in (*d.hints, *d.weak_hints)),
        extra_words=_PLAIN_WORDS,
    )


INDEX = _index()
VOCABULARY = INDEX.vocabulary
_WHOLE = {hint: d for d in DETECTORS for hint in d.whole_hints}


def _blocked(detector: Detector, before: tuple[str, ...]) -> bool:
    joined = "".join(before)
    return any((word in joined) if has_han(word) else (word in before) for word in detector.blockers)


def _qualified(name: str, hint: str) -> bool:
    """Whether a word other than a number follows the hint: too much for a weak one (`usage_num`)."""
    if has_han(name):
        return False
    words = [w for w in words_of(name) if not w.isdigit()]
    return bool(words) and words[-1] != hint.split()[-1]


@lru_cache(maxsize=16384)
def name_hits(name: str) -> tuple[Hit, ...]:
    """The classes a column name may stand for; the longest hint at its head decides, the others are dropped."""
    whole = "".join(chunks(name))
    if whole in _WHOLE:
        return (Hit(_WHOLE[whole].cls, whole, not has_han(whole), ()),)
    if not has_han(name) and is_boolean_name(words_of(name)):
        return (Hit(FieldClass.NOT_PI, "yes or no", False, ()),)
    found = INDEX.find(name)
    if found is None:
        return ()
    hint, keys, before = found
    hits = []
    for key in dict.fromkeys(keys):
        detector = BY_ID[key]
        weak = hint in detector.weak_hints
        if not _blocked(detector, before) and not (weak and _qualified(name, hint)):
            hits.append(Hit(detector.cls, hint, weak, before))
    if not hits and before:
        return (Hit(FieldClass.NOT_PI, hint, False, before),)
    return tuple(hits)


@lru_cache(maxsize=16384)
def comment_hits(comment: str) -> tuple[Hit, ...]:
    """The classes a comment names in its opening noun phrases; a yes-or-no comment names none of a person."""
    if "是否" in comment[:12]:
        return (Hit(FieldClass.NOT_PI, "是否", False, ()),)
    hits: dict[FieldClass, Hit] = {}
    for head in comment_heads(comment):
        for hit in name_hits(head):
            if hit.cls not in hits or hits[hit.cls].weak:
                hits[hit.cls] = hit
    personal = tuple(h for h in hits.values() if h.cls is not FieldClass.NOT_PI)
    return personal or tuple(hits.values())


def says_something(comment: str) -> bool:
    """Whether a comment opens with a phrase at all: then its silence about a class is evidence too."""
    return bool(comment_heads(comment))


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in lower case, run-together words cut; Chinese in one piece."""
    return tokens(fold(name), VOCABULARY)


def mentions(name: str, group: tuple[str, ...]) -> bool:
    """Whether a word of the group occurs in the name: an English token, or Chinese anywhere."""
    words = set(words_of(name))
    return any((w in name) if has_han(w) else (w in words) for w in group)


def last_word_of(text: str, groups: dict[str, tuple[str, ...]]) -> tuple[str, str]:
    """Which group the text ends in, and the word (the longest Chinese one); two empty texts for none."""
    best, answer = "", ""
    for label, group in groups.items():
        for word in group:
            if has_han(word) and text.endswith(word) and len(word) > len(best):
                best, answer = word, label
    return answer, best
