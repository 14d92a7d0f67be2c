"""People, addresses and companies named in free text, by words, surnames and context: offline, nothing trained here.

A unigram model of words (see `engine/lexicon/NOTICE`) in which a name costs what its surname and given characters cost,
less what stands around it (收件人, 我叫, …女士, 来电), and rules for companies and addresses. How well it does is
measured on `tests/corpus/free_text`. Another model takes its place by `Namer`.
"""

import lzma
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import polars as pl

from bequest.engine.kernels import scan_names, segment
from bequest.engine.kernels.buffers import Ints, TextBuffers, frozen, text_buffers
from bequest.model.datamap import FieldClass

KINDS: dict[FieldClass, int] = {
    FieldClass.PERSON_NAME: scan_names.PERSON,
    FieldClass.ADDRESS: scan_names.ADDRESS,
    FieldClass.COMPANY_NAME: scan_names.COMPANY,
}
"""The classes that can be named in text, with the code the kernel uses."""

CAUTIOUS, EVEN = 250, 550
"""What a name costs beside its characters, in hundredths: cheap where a missed name is worse than a wrong one."""
NEVER_GIVEN = 1800
"""What a character costs in a given name that hardly ever stands in one and often after one (收, 的, 说)."""


@dataclass(frozen=True, slots=True)
class Named:
    """What is named in a text column: byte positions in its buffers, kind code and row of each, in order."""

    starts: Ints
    ends: Ints
    kinds: Ints
    rows: Ints


Namer = Callable[[TextBuffers], Named]
"""A model: the buffers of a column in, spans out that do not overlap, in order; kinds are those of `KINDS`."""


def find(series: pl.Series, *, prior: int = EVEN) -> Named:
    """What is named in a text column."""
    return named(text_buffers(series), prior=prior)


def named(text: TextBuffers, *, prior: int = CAUTIOUS) -> Named:
    """As `find`, on buffers: the model that is used where none is given."""
    words, context, names = _lexicon()
    capacity = max(64, len(text.data) // 16)
    while True:
        out = np.empty((capacity, 4), np.int64)
        n = scan_names.find((text.offsets, text.data), text.valid, words, context, names, prior, out)
        if n >= 0:
            return Named(*(np.ascontiguousarray(out[:n, i]) for i in range(4)))
        capacity *= 4


Table = tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]


@cache
def _lexicon() -> tuple[Table, Table, npt.NDArray[np.int64]]:
    folder = files("bequest.engine.lexicon")
    lines = lzma.decompress(folder.joinpath("words.txt.xz").read_bytes()).decode().splitlines()
    words = {w: (int(c), int(f)) for w, c, f in (line.split(" ") for line in lines)}
    context: dict[str, list[int]] = {}
    names = np.zeros((4, 1 << 16), np.int64)
    kinds = ("surname", "only", "first", "second")
    for line in folder.joinpath("names.txt").read_text("utf-8").splitlines():
        kind, characters, cost = line.split(" ")
        if len(characters) == 1:
            names[kinds.index(kind), ord(characters)] = int(cost)
        else:
            context.setdefault(characters, [0, 0, 0, 0])[3] = int(cost)
    for line in folder.joinpath("context.txt").read_text("utf-8").splitlines():
        kind, word, weight = line.split(" ")
        if kind == "never":
            names[1:, ord(word)] = NEVER_GIVEN
            continue
        words.setdefault(word, (_USUAL_WORD, 0))
        if kind == "word":
            continue
        row = context.setdefault(word, [0, 0, 0, 0])
        if kind in ("before", "after"):
            row[0 if kind == "before" else 1] = int(weight)
        row[2] |= _FLAGS[kind]
    return _table(words), _table(context), frozen(names)


_USUAL_WORD = 1050
_FLAGS = {
    "before": segment.END,
    "after": 0,
    "end": segment.END,
    "place": segment.PLACE,
    "room": segment.ROOM,
    "suffix": scan_names.SUFFIX,
}


def _table(rows: dict[str, tuple[int, int]] | dict[str, list[int]]) -> Table:
    """Words in an open table of twice as many places as there are words, or more."""
    packed = np.array([_packed(word) for word in rows], np.uint64)
    new = np.array(list(rows.values()), np.int64)
    size = 1 << (2 * len(rows)).bit_length()
    keys, values = np.zeros(size, np.uint64), np.zeros((size, new.shape[1]), np.int64)
    segment.fill(frozen(packed), keys, values, frozen(new))
    return frozen(keys), frozen(values)


def _packed(word: str) -> int:
    key = 0
    for c in word:
        key = key << 16 | ord(c)
    return key
