"""What is seen of a column, as plain words: the traits that the learned second opinion weighs.

Every trait is a short text (`word:sal`, `beside:phone`, `flag:staff decimal`). They come from the name, the comment,
the declared type, the table, the columns beside it and the verdict of the rules; never from values.
"""

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from bequest.model.datamap import ColumnMap
from bequest.steps.discover.context import TableContext
from bequest.steps.discover.detector import type_family
from bequest.steps.discover.detectors import DETECTORS
from bequest.steps.discover.matching import VOCABULARY, comment_hits, name_hits, words_of
from bequest.steps.discover.sample import ColumnInfo, TableSample
from bequest.steps.discover.words import comment_heads, has_han

_FLAGS = (
    *("individual", "people", "persons", "customers", "staff", "children", "medical", "log", "communication"),
    *("orders", "finance", "pay", "schooling", "work_history", "attendance", "machinery", "described", "papers"),
    *("pupils", "taxed", "in_initials", "banked", "of_accounts", "relatives", "firms", "identified", "tallied"),
)
_CLEAR = 0.3
"""The share of hints with a word from which the word points to a class."""
_LEAST_HINTS = 2


def table_traits(
    sample: TableSample, context: TableContext, columns: tuple[ColumnMap, ...], kinds: Sequence[str] = ()
) -> list[list[str]]:
    """The traits of each column of a table that the rules have judged, in the order of the columns.

    `kinds`: what the system that the table stands in deals with (`systems.kinds_of`).
    """
    found = sorted({c.cls.value for c in columns if c.personal})
    personal = sum(c.personal for c in columns)
    whose = "persons" if context.persons else "people" if context.people else "nobody"
    flags = [f for f in _FLAGS if getattr(context, f)]
    shared = [
        f"topic:{context.topic.value}",
        f"share:{5 * personal // max(len(columns), 1)}",
        *(f"flag:{f}" for f in flags),
        *(f"system:{k}" for k in kinds),
        *(f"in_table:{c}" for c in found),
    ]
    answer = []
    for i, (info, column) in enumerate(zip(sample.columns, columns, strict=True)):
        family = type_family(info.declared_type).value
        own = [*_of_name(info.said, whose), *_of_comment(info.comment), *_of_verdict(info, column, whose, family)]
        own += [f"type:{family}", f"type:{family} {context.topic.value}", *(f"flag:{f} {family}" for f in flags)]
        own += [f"system:{k} {family} {whose}" for k in kinds]
        own += ["key"] if info.is_key else []
        for where, j in (("before", i - 1), ("after", i + 1)):
            if 0 <= j < len(columns):
                own += [f"{where}:{columns[j].cls.value} {columns[j].personal}", f"{where}:{columns[j].personal}"]
                own += [f"near:{w}" for w in words_of(sample.columns[j].said)[-1:]]
        answer.append(list(dict.fromkeys((*own, *shared))))
    return answer


def _of_name(name: str, whose: str) -> list[str]:
    words = words_of(name)
    traits = [f"word:{w}" for w in words] + [f"word:{w} {whose}" for w in words]
    traits += [f"pair:{a} {b}" for a, b in pairwise(words)]
    if words:
        traits += [f"last:{words[-1]}", f"first:{words[0]}", "known" if words[-1] in _profiles() else "unknown"]
        traits += [f"end_like:{c}" for c in _profiles().get(words[-1], ())]
    traits += [t for w in words if w not in VOCABULARY and w.isascii() and w.isalpha() for t in _of_letters(w)]
    traits += [f"like:{c}" for c in {c for w in words for c in _profiles().get(w, ())}]
    return traits


def _of_letters(word: str) -> list[str]:
    """Runs of three letters of a word that nobody knows: `telno` is a telephone all the same."""
    bound = f"^{word}$"
    return [f"letters:{bound[i : i + 3]}" for i in range(len(bound) - 2)]


def _of_comment(comment: str) -> list[str]:
    heads = comment_heads(comment)
    if not heads:
        return ["silent"]
    said = heads[0].lower()
    if not has_han(said):
        return ["commented", *(f"said:{w}" for w in words_of(said))]
    pairs = {said[i : i + 2] for i in range(len(said) - 1)}
    traits = [f"said:{said[i : i + n]}" for n in (1, 2, 3) for i in range(len(said) - n + 1)]
    traits += [f"said_like:{c}" for c in {c for p in pairs for c in _profiles().get(p, ())}]
    return ["commented", *traits, f"said_last:{said[-2:]}", f"said_first:{said[:2]}"]


def _of_verdict(info: ColumnInfo, column: ColumnMap, whose: str, family: str) -> list[str]:
    hits = (*name_hits(info.said), *comment_hits(info.comment))
    plain = any(h.cls.value == "not_pi" for h in hits)
    told = "plain" if plain else "told" if hits else "nothing"
    return [
        f"verdict:{column.cls.value} {column.personal}",
        f"hits:{told}",
        f"hits:{told} {whose} {family}",
        *(["hits:whole"] if any(h.cls.value == "not_pi" and not h.before for h in hits) else ()),
        *(f"hit:{h.cls.value}{' weak' if h.weak else ''}" for h in hits),
    ]


@cache
def _profiles() -> dict[str, tuple[str, ...]]:
    """The classes that a word of the vocabulary, or a pair of Chinese characters, points to: those of its hints."""
    counts: dict[str, dict[str, int]] = {}
    for detector in DETECTORS:
        for hint in detector.all_hints:
            parts = (
                {hint[i : i + 2] for i in range(len(hint) - 1)} if has_han(hint) else set(re.findall(r"[a-z]+", hint))
            )
            for part in parts:
                of_part = counts.setdefault(part, {})
                of_part[detector.cls.value] = of_part.get(detector.cls.value, 0) + 1
    return {
        part: tuple(sorted(c for c, n in of_part.items() if n >= _CLEAR * sum(of_part.values())))
        for part, of_part in counts.items()
        if sum(of_part.values()) >= _LEAST_HINTS
    }
