"""What a kit is made of: parties, days, grounds and the address of the notice page; nothing about any person."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


class Course(StrEnum):
    """What becomes of the company's customer information, in the large."""

    PASSES_ON = "passes-on"
    STAYS = "stays"
    """The same company goes on under another owner or name."""
    ENDS = "ends"
    """Nobody takes over."""


@dataclass(frozen=True, slots=True)
class PublicParty:
    """A party as everybody may know it."""

    name: str
    name_en: str
    contact: str

    def of(self, lang: str) -> str:
        """The name in a language."""
        return self.name if lang == "zh" else self.name_en


@dataclass(frozen=True, slots=True)
class Share:
    """What passes to one receiver: on which ground, for what, and whether silence is enough."""

    receiver: PublicParty
    route: str
    purposes: tuple[str, ...]
    asks_consent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicFacts:
    """Everything that posters and wordings say."""

    case_id: str
    rehearsal: bool
    course: Course
    transferor: PublicParty
    keeper: PublicParty
    shares: tuple[Share, ...]
    effective_on: date
    objection_days: int
    days_are_ours: bool
    """No law names the days to object in."""
    answer_working_days: int
    copy_days: int
    answer_article: str
    copy_article: str
    complaint_authority: str
    address: str
    """The notice page, which everybody can open."""
    find_address: str
    """Where somebody without a link opens the own page."""
    quiet: bool
    """A sensitive industry: what is sent to people names neither company nor matter."""

    @property
    def articles(self) -> tuple[str, ...]:
        """The grounds, each once."""
        return tuple(dict.fromkeys(["PIPL-17", *(s.route for s in self.shares)]))

    def receivers(self, lang: str) -> str:
        """The receivers' names."""
        return ("、" if lang == "zh" else ", ").join(dict.fromkeys(s.receiver.of(lang) for s in self.shares))

    def day(self, lang: str) -> str:
        """The planned day as people write it."""
        d = self.effective_on
        return f"{d.year} 年 {d.month} 月 {d.day} 日" if lang == "zh" else f"{d.day} {_MONTHS[d.month - 1]} {d.year}"
