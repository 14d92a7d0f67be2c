"""Words, numbers and dates of one page in one language."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final
from zoneinfo import ZoneInfo

from bequest.documents import citations, codes
from bequest.documents.report.content import DutyState, KeyState, ReceiptState, StepName, StepState, StoreState
from bequest.documents.words import Shape, Word, word
from bequest.kernel.clock import parse_rfc3339
from bequest.model.case import Case, Party, Role

STEP_WORDS: dict[StepName, Word] = {
    StepName.SOURCES: Word("接入", "sources"),
    StepName.DISCOVER: Word("发现", "discover"),
    StepName.LINK: Word("识人", "link"),
    StepName.ASSESS: Word("评估", "assess"),
    StepName.PLAN: Word("方案", "plan"),
    StepName.NOTIFY: Word("告知", "notify"),
    StepName.CUTOVER: Word("切换", "cutover"),
    StepName.DELIVER: Word("交付", "deliver"),
    StepName.DESTROY: Word("销毁", "destroy"),
    StepName.CLOSE: Word("结案", "close"),
}
_STATES: Final = (
    (StepState.DONE, Word("已完成", "done"), Shape("same", "ok")),
    (StepState.RUNNING, Word("进行中", "running"), Shape("same", "run")),
    (StepState.TODO, Word("未开始", "not started"), Shape("none", "todo")),
    (StepState.BLOCKED, Word("受阻", "blocked"), Shape("till", "warn")),
    (StepState.REFUSED, Word("拒绝", "refused"), Shape("gone", "no")),
    (StepState.NOT_DUE, Word("本案无此步", "not part of this case"), Shape("none", "nogo")),
    (ReceiptState.NONE, Word("未签收", "no receipt"), Shape("none", "todo")),
    (ReceiptState.CIPHERTEXT, Word("已签收密文", "sealed package received"), Shape("till", "warn")),
    (ReceiptState.DECRYPTED, Word("已开封签收", "opened and receipted"), Shape("same", "ok")),
    (ReceiptState.REFUSED, Word("拒收", "refused"), Shape("gone", "no")),
    (StoreState.OPEN, Word("未封", "open"), Shape("till", "warn")),
    (StoreState.SEALED, Word("已封存", "sealed"), Shape("till", "keep")),
    (StoreState.PURGED, Word("已清除", "purged"), Shape("gone", "del")),
    (KeyState.LIVE, Word("在用", "live"), Shape("till", "wait")),
    (KeyState.DESTROYED, Word("已销毁", "destroyed"), Shape("gone", "del")),
    (KeyState.HELD_ELSEWHERE, Word("他人保管", "held elsewhere"), Shape("same", "info")),
    (DutyState.OPEN, Word("待办", "open"), Shape("till", "wait")),
    (DutyState.DONE, Word("已办", "done"), Shape("same", "ok")),
)
STATE_WORDS: Final[dict[type[Enum], dict[Enum, tuple[Word, Shape]]]] = {}
"""By enumeration first, for the same reason as `words.WORDS`."""

for _member, _word, _shape in _STATES:
    STATE_WORDS.setdefault(type(_member), {})[_member] = (_word, _shape)


def state_shape(value: Enum) -> Shape:
    """How a state of a step, receipt, store, key or duty is drawn."""
    return STATE_WORDS[type(value)][value][1]


@dataclass(frozen=True, slots=True)
class Wording:
    """All wording of one page."""

    lang: str
    case: Case

    @property
    def zh(self) -> bool:
        """Whether the page is Chinese."""
        return self.lang == "zh"

    def pick(self, zh: str, en: str) -> str:
        """The text of this page's language; where one is missing, the other."""
        return (zh or en) if self.zh else (en or zh)

    def w(self, value: Enum) -> str:
        """The word for a value of an enumeration of the model or of the report."""
        if isinstance(value, StepName):
            return STEP_WORDS[value].of(self.lang)
        states = STATE_WORDS.get(type(value))
        return (states[value][0] if states else word(value)).of(self.lang)

    def code(self, table: str, value: str) -> str:
        """The word for a text code of one of the tables in `documents.codes`."""
        return codes.code_word(getattr(codes, table), value).of(self.lang)

    def outcomes(self, words: str | tuple[str, ...]) -> str:
        """Outcome words of the law in this language; a text holds several with `+` or `,` between."""
        parts = tuple(p for p in re.split(r"[+,|\s]+", words) if p) if isinstance(words, str) else words
        return self.join(self.code("OUTCOMES", p) for p in parts)

    def key(self, purpose: str) -> str:
        """The words for a key purpose."""
        return codes.key_word(purpose).of(self.lang)

    def cite(self, article: str) -> str:
        """An article as it is cited in this language."""
        return citations.cite(article, self.lang)

    def join(self, parts: Iterable[object]) -> str:
        """An enumeration of texts, with this language's comma."""
        return ("、" if self.zh else ", ").join(str(p) for p in parts)

    def party(self, party: Party) -> str:
        """A party's name; English pages use the English one where there is one."""
        return self.pick(party.name, party.name_en or party.name)

    def person(self, person_id: str) -> str:
        """A person's name, or the id where the case does not name the person."""
        try:
            return self.case.person(person_id).name
        except KeyError:
            return person_id

    def role(self, role: str) -> str:
        """The word for a role that is kept as text."""
        return self.w(Role(role))

    def system(self, name: str) -> str:
        """A source's label in Chinese, its id in English."""
        try:
            return self.pick(self.case.source(name).label or name, name)
        except KeyError:
            return name

    def when(self, text: str) -> str:
        """An RFC 3339 instant in the case's zone, to the minute, with its offset."""
        try:
            at = parse_rfc3339(text).astimezone(ZoneInfo(self.case.timezone))
        except (ValueError, KeyError):
            return text
        offset = at.strftime("%z")
        return f"{at:%Y-%m-%d %H:%M} {offset[:3]}:{offset[3:]}"

    def day(self, value: date | None) -> str:
        """A date, or a dash where it is not known."""
        return value.isoformat() if value else "—"


def number(value: int | None) -> str:
    """With thousands; zero is a middle dot, unknown a dash."""
    if value is None:
        return "—"
    return f"{value:,}" if value else "·"


def plural(n: int, noun: str) -> str:
    """An English count with its noun: 1 column, 2 columns."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def percent(part: int, whole: int) -> str:
    """One decimal; a part that rounds to nothing is said to be under 0.1 %, one that rounds to all over 99.9 %."""
    if not whole:
        return "—"
    share = 100 * part / whole
    if part and share < 0.05:
        return "<0.1%"
    if part < whole and share >= 99.95:
        return ">99.9%"
    return f"{share:.1f}%"


def seconds(milliseconds: int | None) -> str:
    """Seconds with one decimal, or a dash."""
    return "—" if milliseconds is None else f"{milliseconds / 1000:,.1f} s"


def size(octets: int) -> str:
    """Bytes, exactly, with thousands."""
    return f"{octets:,} B"


def digest_groups(hexdigest: str, groups: int = 16) -> str:
    """A digest in groups of four; `groups` of them, with an ellipsis where it is longer."""
    parts = [hexdigest[i : i + 4] for i in range(0, len(hexdigest), 4)]
    return " ".join(parts[:groups]) + (" …" if len(parts) > groups else "")
