"""What the names of a table's columns say once the prefix they share is left out (`f_name`, `u_mobile`, `FMobile`)."""

import re
from collections import Counter
from dataclasses import replace

from bequest.steps.discover.matching import VOCABULARY
from bequest.steps.discover.sample import TableSample

_PREFIX = re.compile(r"^([A-Za-z]{1,4})_(?=.)|^([FCfc])(?=[A-Z][a-z])")
_LEAST_COLUMNS, _SHARE = 4, 0.75


def with_readings(sample: TableSample) -> TableSample:
    """The sample with each column's name as it is to be read."""
    starts = [_prefix(c.name) for c in sample.columns]
    prefix, times = Counter(s for s in starts if s).most_common(1)[0] if any(starts) else ("", 0)
    if times < max(_LEAST_COLUMNS, _SHARE * len(starts)) or not _says_nothing(prefix):
        return sample
    columns = tuple(
        replace(c, reading=c.name[len(prefix) :].lstrip("_")) if start == prefix else c
        for c, start in zip(sample.columns, starts, strict=True)
    )
    return replace(sample, columns=columns)


def _prefix(name: str) -> str:
    found = _PREFIX.match(name)
    return (found[1] or found[2]).lower() if found else ""


def _says_nothing(prefix: str) -> bool:
    """Whether the prefix is a letter or an abbreviation, not a word that says whose the column is (`emp_`, `user_`)."""
    return len(prefix) == 1 or prefix not in VOCABULARY
