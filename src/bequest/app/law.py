"""The law pack of a case."""

from functools import lru_cache

from bequest.law.loader import load_pack
from bequest.law.pack import LawPack
from bequest.model.case import Case


@lru_cache(maxsize=4)
def _pack(jurisdiction: str) -> LawPack:
    return load_pack(jurisdiction)


def pack_of(case: Case) -> LawPack:
    """The law pack the case is decided under."""
    return _pack(case.law_packs[0])
