"""How names are written: abbreviations and misspellings read as the words meant, pinyin read as Chinese words.

The vocabulary is data beside the code (`vocabulary/`). Chinese words are looked up by their usual reading, so that
every Chinese hint is also found in pinyin (`lianxidianhua`) and, from three characters on, by its initials (`lxdh`).
"""

from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "vocabulary"
_HEADS = "人号员照"
"""Characters that end a word by themselves (报修人, 宿舍号)."""
_LEAST_INITIALS, _LEAST_KNOWN = 3, 0.5


def _lines(name: str) -> list[str]:
    text = (_FOLDER / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _pairs(*names: str) -> Mapping[str, tuple[str, ...]]:
    """Each short form of these lists with the words it stands for."""
    pairs = (line.split(maxsplit=1) for name in names for line in _lines(name))
    return {short: tuple(words.split()) for short, words in pairs}


MEANT = _pairs("abbreviations.txt", "misspellings.txt")
PARTS = _pairs("parts.txt")
"""Abbreviations that only a run of them tells for what they are: alone they stand for too much."""
TABLES = {short: " ".join(words) for short, words in _pairs("tables.txt").items()}
"""What tables named by initials of pinyin are of."""
_READINGS: dict[str, str] = {}
_WHOLE: dict[str, str] = {}
for _line in _lines("pinyin.txt"):
    if _line.startswith("="):
        _WHOLE[_line.split()[2]] = _line.split()[1]
    else:
        _READINGS |= dict.fromkeys(_line.split()[1], _line.split()[0])
SYLLABLES = frozenset(_READINGS.values()) | {"lv", "nv", "lue", "nue"}
_LONGEST_SYLLABLE = 6


@lru_cache(maxsize=65536)
def reading(word: str) -> tuple[str, ...]:
    """The syllables of a Chinese word, none where a character is not of the usual ones."""
    out: list[str] = []
    rest = word
    while rest:
        known = next((w for w in _WHOLE if rest.startswith(w)), "")
        if known:
            out.extend(syllables(_WHOLE[known]) or ())
            rest = rest[len(known) :]
            continue
        if rest[0] not in _READINGS:
            return ()
        out.append(_READINGS[rest[0]])
        rest = rest[1:]
    return tuple(out)


@lru_cache(maxsize=16384)
def syllables(text: str) -> tuple[str, ...]:
    """The text cut into as few syllables as possible; none where it is no pinyin."""
    best: dict[int, tuple[str, ...]] = {0: ()}
    for end in range(1, len(text) + 1):
        for start in range(max(0, end - _LONGEST_SYLLABLE), end):
            if (
                start in best
                and text[start:end] in SYLLABLES
                and (end not in best or len(best[start]) < len(best[end]))
            ):
                best[end] = (*best[start], text[start:end])
    return best.get(len(text), ())


class Pinyin:
    """Chinese words by how they are spelt in Latin letters. Of words spelt alike the one given first counts."""

    def __init__(self, words: Iterable[str]) -> None:
        """`words`: those to be found; the earlier ones win."""
        self._words = tuple(words)

    @cached_property
    def _spelt(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for word in self._words:
            spelt = "".join(reading(word))
            if len(word) > 1 and spelt:
                found.setdefault(spelt, word)
        return found | {"".join(reading(c)): c for c in _HEADS}

    @cached_property
    def _initials(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for word in self._words:
            if len(word) >= _LEAST_INITIALS and (letters := "".join(s[0] for s in reading(word))):
                found.setdefault(letters, word)
        return found

    def by_initials(self, letters: str) -> str:
        """The word with these initials; empty where none is known."""
        return self._initials.get(letters, "")

    @lru_cache(maxsize=16384)  # noqa: B019 - one index for the life of the process
    def words_in(self, text: str) -> str:
        """A name in pinyin as Chinese words, unknown syllables left as letters; empty where it is none.

        At least half of the letters must belong to known words, the rest be syllables.
        """
        if len(text) < 4 or not syllables(text):
            return ""
        best: dict[int, tuple[int, int, str]] = {0: (0, 0, "")}  # letters known, minus parts, text
        for end in range(1, len(text) + 1):
            for start in range(end):
                if start not in best:
                    continue
                part = text[start:end]
                word = self._spelt.get(part, "")
                if word in _HEADS and (end != len(text) or not start):
                    word = ""
                if not word and (len(part) > _LONGEST_SYLLABLE or part not in SYLLABLES):
                    continue
                known, parts, so_far = best[start]
                option = (known + len(part) * bool(word), parts - 1, so_far + (word or part))
                if end not in best or option[:2] > best[end][:2]:
                    best[end] = option
        known, _, said = best.get(len(text), (0, 0, ""))
        return said if known >= _LEAST_KNOWN * len(text) or said[-1:] in _HEADS else ""
