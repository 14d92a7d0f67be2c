"""A coarse sieve over whole columns: which values can hold a candidate at all. It may let too much through, never less.

It only saves time: the text of a value that passes is taken apart by `candidates`, and a test holds that nothing that
`candidates` would find is held back here.
"""

import re
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from bequest.steps.destroy.verifier.candidates import CARD, EMAIL, ID, LONGEST_CODE, PHONE, Profile

_SPACE = r"[ \t\n\r\f\v]"
_GAP = r"[ \t\n\r\f\v\-.·()_/]{0,2}"
_NUMBERS: Final = {
    PHONE: rf"1[3-9]\d(?:{_GAP}\d){{8}}|(?:10|2\d|[3-9]\d{{2}}){_GAP}\d{{3,4}}{_GAP}\d{{4}}",
    ID: r"[1-9]\d{5}(?:[ \t\n\r\f\v\-]{0,2}\d){9}",
    CARD: r"\d{8}|\d{4}[ \t\n\r\f\v\-]\d{4}[ \t\n\r\f\v\-]\d{4}",
}
_MOST_SHAPES = 300


class Sieve:
    """The sieve for one profile."""

    def __init__(self, profile: Profile) -> None:
        self._has_mail = EMAIL in profile.kinds
        self._lengths = pa.array(sorted(profile.text_lengths), pa.int32())
        self._wide_lengths = pa.array(sorted(profile.wide_lengths), pa.int32())
        self._numbers = "|".join(p for kind, p in _NUMBERS.items() if kind in profile.kinds)
        self._words = "|".join(_word(n) for n in sorted(profile.word_lengths))
        shapes = sorted(s for s in profile.shapes if s.isascii())
        self._shapes = "|".join(map(re.escape, shapes)) if len(shapes) <= _MOST_SHAPES else "x{3}|x.x"
        self._has_wide_codes = profile.has_wide_codes

    def worth_a_look(self, distinct: pa.Array) -> npt.NDArray[np.int64]:
        """Positions of the values that may hold something."""
        plain = pc.utf8_trim_whitespace(pc.utf8_normalize(distinct, form="NFKC"))
        length = pc.utf8_length(plain)
        wide = pc.invert(pc.string_is_ascii(plain))
        passes = pc.if_else(
            wide, pc.is_in(length, value_set=self._wide_lengths), pc.is_in(length, value_set=self._lengths)
        )
        if self._has_mail:
            passes = pc.or_(passes, pc.match_substring(plain, "@"))
        for pattern in filter(None, (self._numbers, self._words)):
            passes = pc.or_(passes, pc.match_substring_regex(plain, pattern))
        if self._shapes:
            shape = pc.replace_substring_regex(plain, "[0-9A-Za-z]", "x")
            bare = pc.replace_substring_regex(shape, rf"{_SPACE}|·", "")
            for text in (shape, bare):
                passes = pc.or_(passes, pc.match_substring_regex(text, self._shapes))
        if self._has_wide_codes:
            passes = pc.or_(passes, pc.and_(wide, pc.less_equal(length, 2 * LONGEST_CODE)))
        return np.flatnonzero(passes.to_numpy(zero_copy_only=False)).astype(np.int64)


def _word(n: int) -> str:
    """A word of n characters, standing alone."""
    edge, inner = r"[^0-9A-Za-z_\-]", r"[0-9A-Za-z_\-]"
    return rf"(?:^|{edge})[_\-]*[0-9A-Za-z]{inner}{{{n - 2}}}[0-9A-Za-z][_\-]*(?:$|{edge})"
