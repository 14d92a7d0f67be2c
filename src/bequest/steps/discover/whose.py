"""Whose a column is by the words before its head: an organisation's, a thing's, or somebody's."""

from functools import cache, lru_cache

from bequest.steps.discover import lexicon
from bequest.steps.discover.matching import PINYIN
from bequest.steps.discover.words import has_han

_ORGANISATION_WORDS = frozenset(lexicon.ORGANISATIONS) | {
    "firm",
    "product",
    "goods",
    "device",
    "system",
    "pet",
    "animal",
    "livestock",
    "宠物",
    "官方",
    "平台",
    "商品",
    "开票",
    "发票",
    "经营",
    "对方单位",
}


_HAN_ORGANISATIONS = tuple(w for w in _ORGANISATION_WORDS if has_han(w))


@lru_cache(maxsize=16384)
def belongs_to_organisation(before: tuple[str, ...]) -> bool:
    """Whether the words before the head name an organisation or thing: `shop` before `phone`, 公司 before 地址."""
    text = "".join(before)
    return any(w in _ORGANISATION_WORDS for w in before) or text.endswith(_HAN_ORGANISATIONS)


def names_a_person(before: tuple[str, ...], hint: str) -> bool:
    """Whether the words around the head name a human role: 负责人 before 电话, `contact` before `phone`."""
    return names_one_of(before, hint, lexicon.PEOPLE)


_ALSO_PEOPLE = frozenset({"legal", "reserve", "reserved"})
"""Before a telephone or number: the legal representative's, the one left with the bank."""


@lru_cache(maxsize=16384)
def names_one_of(before: tuple[str, ...], hint: str, group: tuple[str, ...]) -> bool:
    """Whether a word of the group stands before the head or in it."""
    words = {*before, *hint.split()}
    text = "".join(before) + hint
    if not has_han(text) and (said := PINYIN.words_in("".join(before))):
        text, before = said + hint, (said,)
    if group is lexicon.PEOPLE and (words & _ALSO_PEOPLE or hint.startswith("预留")):
        return True
    if group is lexicon.PEOPLE and "".join(before).endswith(("人", "人员", "者")):
        return True
    in_chinese, plain = _in_two(group)
    return not words.isdisjoint(plain) or any(w in text for w in in_chinese)


@cache
def _in_two(group: tuple[str, ...]) -> tuple[tuple[str, ...], frozenset[str]]:
    """The Chinese words of a group, which may stand within others, and the rest."""
    return tuple(w for w in group if has_han(w)), frozenset(w for w in group if not has_han(w))
