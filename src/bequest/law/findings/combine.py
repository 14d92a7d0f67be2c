"""Several jurisdictions in one case: the strictest answer wins, what cannot be reconciled goes to counsel.

Rules of precedence, each by name:
- `strictest`: of what the packs say of passing on, the strictest word stands (`PASSING`, strictest first);
- `all_duties`: duties that do not exclude each other (notices, filings, assessments, clocks) are all owed;
- `earliest`: of periods for the same word the earliest last day is worked to;
- `keep_or_erase`: one law says to erase and another to keep. Each excuses keeping by its own statutes only (PIPL
  Art. 47(2); GDPR Art. 17(3)(b)), so neither yields: blocked, stored only, until counsel decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bequest.law.findings.model import FindingAnswer, Found

PASSING = (
    "block",
    "block_for_counsel",
    "authority_gate",
    "exclude",
    "guardian_consent",
    "re_consent",
    "separate_consent",
    "counterparty_consent",
    "transfer_on_notice",
)
"""What the words say of passing on, strictest first."""
OWED = (
    *("notice_required", "pia_required", "file_within", "scc_or_certification", "security_assessment"),
    *("notify_immediately", "notify_within", "notify_within_1h", "notify_within_4h", "notify_within_72h"),
    *("notify_authority", "notify_persons", "notify_controller", "honour_opt_out", "suppress_marketing"),
)
"""Duties that do not exclude each other."""
ERASES = frozenset({"delete", "anonymise"})
KEEPS = frozenset({"retain_until", "retain_until_tax_only", "storage_only", "block_delete", "custodian_handover"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Precedence:
    """A rule of precedence that was used: what it kept, what gave way (nothing, where all stands), and whose words."""

    rule: str
    kept: str
    gave_way: tuple[str, ...]
    jurisdictions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined:
    """The answer of all packs together."""

    outcomes: tuple[str, ...]
    precedence: tuple[Precedence, ...]
    conflicts: tuple[Precedence, ...]
    """Not reconciled: blocked until counsel decides."""


def combine_answers(answers: Sequence[FindingAnswer]) -> Combined:
    """The outcomes of several packs as one. A single pack's answer stands as it is."""
    said = [(f, w) for a in answers for f in a.found for w in f.outcomes]
    words = tuple(dict.fromkeys(w for _, w in said))
    if len(answers) < 2:
        return Combined(outcomes=words, precedence=(), conflicts=())
    used: list[Precedence] = []
    passing = [w for w in PASSING if w in words]
    gone: set[str] = set()
    if len(passing) > 1 and len(_who(said, passing)) > 1:
        gone = {w for w in passing[1:] if w == "transfer_on_notice"}
        used.append(
            Precedence(
                rule="strictest", kept=passing[0], gave_way=tuple(passing[1:]), jurisdictions=_who(said, passing)
            )
        )
    owed = [w for w in OWED if w in words]
    if len(_who(said, owed)) > 1:
        used.append(
            Precedence(rule="all_duties", kept=", ".join(owed), gave_way=(), jurisdictions=_who(said, owed)),
        )
    used.extend(_earliest([f for a in answers for f in a.found]))
    conflicts = _keep_or_erase(said)
    if conflicts:
        gone |= ERASES
        words = (*words, "block_for_counsel", "storage_only")
    kept = tuple(dict.fromkeys(w for w in words if w not in gone))
    return Combined(outcomes=kept, precedence=tuple(used), conflicts=conflicts)


def _who(said: Sequence[tuple[Found, str]], words: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({f.jurisdiction for f, w in said if w in words}))


def _earliest(found: Sequence[Found]) -> list[Precedence]:
    """Clocks of the same subject in several laws; minimum periods of keeping are no clocks."""
    out = []
    for topic in sorted({f.topic for f in found} - {"retention"}):
        ends = sorted((f.last_day, f.jurisdiction) for f in found if f.topic == topic and f.last_day)
        if len({j for _, j in ends}) > 1:
            out.append(
                Precedence(
                    rule="earliest", kept=ends[0][0], gave_way=tuple(day for day, _ in ends[1:]),
                    jurisdictions=tuple(sorted({j for _, j in ends})),
                )
            )  # fmt: skip
    return out


def _keep_or_erase(said: Sequence[tuple[Found, str]]) -> tuple[Precedence, ...]:
    erasing = {f.jurisdiction for f, w in said if w in ERASES}
    keeping = {f.jurisdiction for f, w in said if w in KEEPS}
    if not (keeping - erasing and erasing - keeping):
        return ()
    gave_way = tuple(sorted({w for _, w in said if w in ERASES}))
    return (
        Precedence(
            rule="keep_or_erase", kept="block_for_counsel", gave_way=gave_way,
            jurisdictions=tuple(sorted(erasing | keeping)),
        ),
    )  # fmt: skip
