"""What the names of a table's columns say once the prefix they share is left out (`f_name`, `u_mobile`, `FMobile`)."""

import re
from collections import Counter
from dataclasses import replace

from bequest.steps.discover.lexicon import GENERIC_TABLE_WORDS
from bequest.steps.discover.matching import VOCABULARY, words_of
from bequest.steps.discover.sample import ColumnInfo, TableSample
from bequest.steps.discover.segments import WHOLE_WORDS, by_abbreviations
from bequest.steps.discover.spelling import MEANT
from bequest.steps.discover.words import chunks

_PREFIX = re.compile(r"^([A-Za-z]{1,4})_(?=.)|^([FCfc])(?=[A-Z][a-z])")
_SHORT = re.compile(r"^([A-Z]?[a-z]+|[A-Z]+)((?<![A-Z])[A-Z].*|_.+)$")
_LEAST_SHORT, _LONGEST_SHORT = 2, 4
_LEAST_COLUMNS, _SHARE = 4, 0.75
_LEAST_LETTERED, _LEAST_REST = 2, 3
_LETTERS = (3, 2, 1)
_SHARE_OF_LETTERS = {3: 0.9, 2: 0.9, 1: 0.75}
"""How many of a table's names the same letters must open, by how many letters they are."""
_ENGLISH_ENDINGS = ("nbr", "nm", "cd", "dt", "typ", "amt", "sts", "flg", "adr", "addr", "bal", "tel", "desc", "qty")
_SHARE_OF_ENDINGS = 0.25


_HUNGARIAN = re.compile(
    r"^(str|txt|vc|nvc|vch|nvch|s|sz|n|i|int|lng|l|b|bln|bit|dt|dtm|dat|d|mny|cur|m|dec|dbl|flt|img|bin|mem|ole|obj|ch|c)"
    r"([A-Z][A-Za-z0-9]*)$"
)
_DATES, _SUMS, _PICTURES = frozenset({"dt", "dtm", "dat"}), frozenset({"mny", "cur"}), frozenset({"img"})
_LEAST_PREFIXES = 2


def _without_types(sample: TableSample) -> TableSample:
    """`strMobile`, `dtEntry`, `mnyBonus`: the type before each name left out, or put behind it where it says more."""
    found = [_HUNGARIAN.match(c.name) for c in sample.columns]
    known = [m for m in found if m]
    if len(known) < max(_LEAST_COLUMNS, _SHARE * len(found)) or len({m[1] for m in known}) < _LEAST_PREFIXES:
        return sample
    return replace(
        sample,
        columns=tuple(
            replace(c, reading=_typed(m[1], m[2])) if m else c for c, m in zip(sample.columns, found, strict=True)
        ),
    )


def _typed(kind: str, rest: str) -> str:
    words = words_of(rest)
    if kind in _DATES and not {"date", "time", "birth", "birthday"} & set(words):
        return f"{rest}Date"
    if kind in _SUMS and not {"amount", "salary", "money", "pay", "fee", "price"} & set(words):
        return f"{rest}Amount"
    return f"{rest}Image" if kind in _PICTURES and not {"photo", "image", "picture", "pic"} & set(words) else rest


def with_readings(sample: TableSample) -> TableSample:
    """The sample with each column's name as it is to be read."""
    if (typed := _without_types(sample)) is not sample:
        return typed
    sample = _in_full(_without_letters(_without_own_short(_without_own_letter(sample))))
    starts = [_prefix(c.name) for c in sample.columns]
    prefix, times = Counter(s for s in starts if s).most_common(1)[0] if any(starts) else ("", 0)
    if times < max(_LEAST_COLUMNS, _SHARE * len(starts)) or not _says_nothing(prefix):
        return sample
    columns = tuple(
        replace(c, reading=c.name[len(prefix) :].lstrip("_")) if start == prefix else c
        for c, start in zip(sample.columns, starts, strict=True)
    )
    return replace(sample, columns=columns)


def _without_own_letter(sample: TableSample) -> TableSample:
    """`tname` and `tphone` of a table `teacher`: the first letter of the table before a known word."""
    firsts = {w[0] for w in words_of(sample.table) if w.isascii() and w not in GENERIC_TABLE_WORDS}
    told = {c.name: _behind_letter(c.name, firsts) for c in sample.columns}
    if sum(bool(rest) for rest in told.values()) < _LEAST_LETTERED:
        return sample
    return replace(sample, columns=tuple(replace(c, reading=told[c.name]) for c in sample.columns))


def _without_own_short(sample: TableSample) -> TableSample:
    """`dep_name` of `dependant`, `ec_phone` of `emergency_contact`: a prefix short for the table's own words.

    A prefix that is itself a word of people (`emp_`, `stu_`) says whose the column is and stays.
    """
    words = [w for w in words_of(sample.table) if w.isascii() and w.isalpha() and w not in GENERIC_TABLE_WORDS]
    shorts = {"".join(w[0] for w in words[i:]) for i in range(len(words) - 1)}
    shorts |= {w[:n] for w in words for n in range(_LEAST_SHORT, min(len(w), _LONGEST_SHORT + 1))}
    shorts = {s for s in shorts if s not in VOCABULARY and (s not in MEANT or MEANT[s] not in {(w,) for w in words})}
    told = {c.name: _behind_short(c, shorts) for c in sample.columns}
    if sum(bool(rest) for rest in told.values()) < _LEAST_LETTERED:
        return sample
    return replace(sample, columns=tuple(replace(c, reading=told[c.name] or c.reading) for c in sample.columns))


def _behind_short(column: ColumnInfo, shorts: set[str]) -> str:
    found = _SHORT.match(column.name)
    return found[2].lstrip("_") if found and found[1].lower() in shorts else ""


def _behind_letter(name: str, firsts: set[str]) -> str:
    """The rest of a name after a letter that means the table; empty where the name is a word or the rest is none."""
    rest = name[1:]
    lettered = name[:1].lower() in firsts and len(rest) >= _LEAST_REST and rest[0] != "_"
    if not lettered or words_of(name) != (name.lower(),) or name.lower() in VOCABULARY or name.lower() in WHOLE_WORDS:
        return ""
    parts = words_of(rest)
    return rest if all(p in VOCABULARY for p in parts) else ""


def _without_letters(sample: TableSample) -> TableSample:
    """`emsurn`, `emsal`: letters that open nearly every name of the table, left out where the rest says more."""
    bare = [c for c in sample.columns if not c.reading and _is_bare(c.name)]
    if len(bare) < max(_LEAST_COLUMNS, _SHARE * len(sample.columns)):
        return sample
    for n in _LETTERS:
        starts = Counter(c.name[:n].lower() for c in bare if len(c.name) > n)
        letters = starts.most_common(1)[0][0] if starts else ""
        opened = [c for c in bare if c.name[:n].lower() == letters and len(c.name) > n]
        if len(opened) < max(_LEAST_COLUMNS, _SHARE_OF_LETTERS[n] * len(bare)) or not letters.isalpha():
            continue
        if len({c.name[n].lower() for c in opened}) < 2 or (n == max(_LETTERS) and not _says_nothing(letters)):
            return sample
        told = {c.name: c.name[n:] for c in opened}
        if sum(_is_known(rest) for rest in told.values()) <= sum(_is_known(name) for name in told):
            return sample
        return replace(sample, columns=tuple(replace(c, reading=told.get(c.name, c.reading)) for c in sample.columns))
    return sample


def _is_bare(name: str) -> bool:
    """Whether a name is letters and digits of one case, nothing between them."""
    return name.isascii() and name.isalnum() and (name.islower() or name.isupper())


def _is_known(name: str) -> bool:
    """Whether every word of a name is one we know."""
    return all(w in VOCABULARY or w in WHOLE_WORDS for w in words_of(name))


def _in_full(sample: TableSample) -> TableSample:
    """`CRDNBR`, `HLDMBL`: names made of abbreviations alone, where some of them end as only English ones do."""
    names = [c.said.lower() for c in sample.columns]
    if sum(n.endswith(_ENGLISH_ENDINGS) for n in names) < max(2, _SHARE_OF_ENDINGS * len(names)):
        return sample
    told = {c.name: "_".join(_spelt_out(c.said)) for c in sample.columns if not _is_known(c.said)}
    return replace(sample, columns=tuple(replace(c, reading=told.get(c.name) or c.reading) for c in sample.columns))


def _spelt_out(name: str) -> tuple[str, ...]:
    words = chunks(name)
    read = [by_abbreviations(w, VOCABULARY) if not _is_known(w) else words_of(w) for w in words]
    return tuple(w for part in read for w in part) if all(read) else ()


def _prefix(name: str) -> str:
    found = _PREFIX.match(name)
    return (found[1] or found[2]).lower() if found else ""


def _says_nothing(prefix: str) -> bool:
    """Whether the prefix is a letter or an abbreviation, not a word that says whose the column is (`emp_`, `user_`)."""
    return len(prefix) == 1 or prefix not in VOCABULARY
