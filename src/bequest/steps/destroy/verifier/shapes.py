"""What stands around a hit, every letter and digit hidden: enough to tell an order number from a phone, no value."""

import re
from typing import Final

from bequest.steps.destroy.verifier.candidates import CARD, CODE, EMAIL, ID, PHONE

WIDTH: Final = 60
"""Characters shown of a longer cell."""
_CUES: Final = re.compile(
    "手机|电话|座机|传真|联系|身份证|证件|邮箱|邮件|卡号|账号|帐号|订单|单号|流水|编号|运单|合同|发票|会员"
    r"|(?i:\b(?:tel|phone|mobile|mail|id|no|order|card|account|ref|sn)(?=\s*[:：#=]))"
)
"""Words that say what a number is. They stay: they are nobody's, and without them a shape says little."""
_NUMBERS: Final = frozenset({PHONE, ID, CARD, CODE})
_PUNCTUATION: Final = frozenset("：，。；、（）《》“”·—¥￥")
"""That stays beside the ASCII ones."""
_RUN: Final = re.compile(r"[0-9０-９][0-9０-９ \-]{5,}")


def shape_of(text: str, kind: str) -> str:
    """A cell as it looks: digits `#`, Han characters `口`, all other letters `x`; punctuation stays.

    Of a long one the part around what may be the hit. Words that say what a number is stay where the hit is one.
    """
    begin = max(0, _at(text, kind) - WIDTH // 3) if len(text) > WIDTH else 0
    part = text[begin : begin + WIDTH]
    hidden = list(map(_hidden, part))
    for cue in _CUES.finditer(part) if kind in _NUMBERS else ():
        hidden[cue.start() : cue.end()] = part[cue.start() : cue.end()]
    return "…" * (begin > 0) + "".join(hidden) + "…" * (begin + WIDTH < len(text))


def _at(text: str, kind: str) -> int:
    """Where the hit may stand: at the mail sign, else at the longest run of digits."""
    if kind == EMAIL:
        return max(text.find("@"), 0)
    runs = max(_RUN.finditer(text), key=lambda m: m.end() - m.start(), default=None)
    return runs.start() if runs else 0


def _hidden(character: str) -> str:
    if character.isdigit() or character.isdecimal() or (character.isnumeric() and not character.isalpha()):
        return "#"
    if "\u4e00" <= character <= "\u9fff" or "\u3400" <= character <= "\u4dbf":
        return "口"
    if character.isalnum():
        return "x"
    stays = character in _PUNCTUATION or (character.isprintable() and character.isascii())
    return character if stays else " "
