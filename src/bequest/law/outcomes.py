"""Outcome words and what each says on the two axes: the one table from words to release × residue (decision D4).

Rules answer in words; `combine` turns the words of one decision into a `Disposition`:
- release: the strictest word wins (none < waiting < masked < as is);
- residue: the word that destroys least wins (delete < anonymise < in use < custody < blocked), because what is
  deleted cannot be brought back and a stop stops everything;
- both axes must have been spoken for, and the pair must be lawful.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bequest.kernel.errors import LawError
from bequest.model.disposition import Disposition, Operator, Release, Residue


@dataclass(frozen=True, slots=True)
class Word:
    """An outcome word: its labels, and what it says of release and residue (None: nothing)."""

    zh: str
    en: str
    release: Release | None = None
    residue: Residue | None = None


_NONE, _WAITING, _MASKED, _AS_IS = Release.NONE, Release.WAITING, Release.MASKED, Release.AS_IS
_BLOCKED, _CUSTODY, _IN_USE = Residue.BLOCKED, Residue.CUSTODY, Residue.IN_USE

WORDS: dict[str, Word] = {
    "no_transfer": Word("处理者不变，不移交", "nothing is passed on", _NONE, _IN_USE),
    "transfer_on_notice": Word("告知后移交", "passed on after telling the person", _AS_IS),
    "reduce": Word("只以掩码、令牌或概括后的形式移交", "passed on only masked, tokenised or generalised", _MASKED),
    "separate_consent": Word("须取得单独同意", "needs separate consent", _WAITING),
    "re_consent": Word("须重新取得同意", "needs new consent", _WAITING),
    "guardian_consent": Word("须取得监护人同意", "needs a guardian's consent", _NONE, _BLOCKED),
    "notice_required": Word("须告知", "a notice is owed"),
    "entrusted_processing": Word("委托处理，不是移交", "entrusted processing, not a transfer", _AS_IS, _IN_USE),
    "counterparty_consent": Word("须取得合同相对方同意", "needs the contract partner's consent", _WAITING),
    "exclude": Word("不移交", "left out", _NONE),
    "delete": Word("删除", "deleted", None, Residue.DELETE),
    "anonymise": Word("匿名化", "anonymised", None, Residue.ANONYMISE),
    "retain_until": Word("封存至到期日", "sealed in custody until a date", None, _CUSTODY),
    "storage_only": Word("冻结，只存储", "blocked: stored and secured only", None, _BLOCKED),
    "retain_until_tax_only": Word("仅作为涉税资料封存", "kept only as a tax document", None, _CUSTODY),
    "custodian_handover": Word("交指定保管人", "goes to a named keeper", None, _CUSTODY),
    "stays_in_use": Word("在转出方继续使用", "stays in use at the source", None, _IN_USE),
    "block": Word("不得移交，冻结", "not allowed: blocked", _NONE, _BLOCKED),
    "block_for_counsel": Word("冻结，待律师决定", "blocked until counsel decides", _NONE, _BLOCKED),
    "block_delete": Word("不得删除", "deletion is barred", None, _BLOCKED),
    "refuse_request": Word("拒绝请求", "the request is turned down"),
    "suppress_marketing": Word("附不得营销标记", "carries a no-marketing flag"),
    "freeze_or_flag": Word("有争议，冻结", "disputed: blocked", _NONE, _BLOCKED),
    "correct_or_flag": Word("更正或标记", "corrected or marked"),
    "authority_gate": Word("须先报告主管部门或经其批准", "an authority comes first", _NONE, _BLOCKED),
    "no_authority_gate": Word("无须经主管部门", "no authority step"),
    "exempt": Word("免予出境程序", "no export mechanism needed"),
    "exempt_lost": Word("不再免予出境程序", "the export exemption is lost"),
    "scc_or_certification": Word("订立标准合同或者通过认证", "standard contract or certification"),
    "security_assessment": Word("申报出境安全评估", "security assessment"),
    "pia_required": Word("须事前进行影响评估", "impact assessment beforehand"),
    "file_within": Word("须限期备案", "a filing with a deadline"),
    "no_filing": Word("无须备案", "no filing due"),
    "none": Word("无须采取措施", "nothing due"),
    "notify_immediately": Word("立即告知", "notify at once"),
    "notify_within": Word("限期告知或答复", "notify or answer by a deadline"),
    "notify_within_1h": Word("1 小时内报告", "notify within 1 hour"),
    "notify_within_4h": Word("4 小时内报告", "notify within 4 hours"),
    "notify_within_72h": Word("72 小时内报告", "notify within 72 hours"),
    "notify_authority": Word("只通知主管部门", "notify the authority only"),
    "notify_persons": Word("通知受影响的个人", "notify the persons affected"),
    "notify_controller": Word("受托人通知委托人", "processor notifies controller"),
    "document_only": Word("记录，无须告知", "record, no notice"),
    "honour_opt_out": Word("此前的拒绝对接收方有效", "earlier opt-outs bind the receiver"),
    "out_of_scope": Word("不是个人信息", "not personal information"),
    "in_scope": Word("是个人信息", "personal information"),
    "open": Word("法律问题未决", "an open legal point"),
    "rule_not_in_force": Word("该规则当日未施行", "the rule is not in force on that date"),
    "use_law_in_force_then": Word("适用当时有效的法律", "the law of that date applies"),
    "cite_old_21_new_23": Word("按日期引用旧第 21 条或新第 23 条", "old Art. 21 or new Art. 23, by date"),
    "flag_obsolete_citation": Word("引用已失效", "obsolete citation"),
    "no_flag": Word("引用正确", "citation is right"),
    "consistent_with_policy": Word("与既有规则一致", "consistent with the policy"),
    "consent_valid": Word("同意有效", "consent is valid"),
    "guardian_consent_deemed": Word("视为监护人同意", "guardian consent is deemed given"),
}
"""Every word a decision may use. `reduce` and `stays_in_use` are ours; the others are the agreed vocabulary."""

RELEASE_ORDER = (Release.NONE, Release.WAITING, Release.MASKED, Release.AS_IS)
"""Looseness of the release axis, strictest first."""
RESIDUE_ORDER = (Residue.DELETE, Residue.ANONYMISE, Residue.BLOCKED, Residue.CUSTODY, Residue.IN_USE)
"""Looseness of the residue axis, strictest first."""
OPERATOR_ORDER = (
    Operator.DROP,
    Operator.FIXED,
    Operator.WAYBILL,
    Operator.MASK,
    Operator.REDACT_TEXT,
    Operator.GENERALISE,
    Operator.TOKEN,
    Operator.FF1,
    Operator.CAP,
    Operator.NOISE,
    Operator.NONE,
)
"""How much of a value each operator of a masked release lets through, least first."""
DESTROYS_LEAST = (_BLOCKED, _CUSTODY, _IN_USE, Residue.ANONYMISE, Residue.DELETE)
"""What several words, or several lots, make of one copy at the source: the first of these that is said."""

LAWFUL_PAIRS: frozenset[tuple[Release, Residue]] = frozenset(
    {(Release.NONE, residue) for residue in Residue}
    | {(release, residue) for release in Release for residue in Residue if residue is not Residue.BLOCKED}
)
"""What is blocked is stopped on both axes; every other pair is possible."""
AFTER_RELEASE: frozenset[tuple[Release, Residue]] = frozenset(
    {(Release.AS_IS, Residue.BLOCKED), (Release.MASKED, Residue.BLOCKED)}
)
"""Never what one decision says. A value that was passed on lawfully stays with its receiver where another lot, or an
objection that came later, blocks the copy at the source: the stop is then on what is left to stop."""


def label(word: str, lang: str) -> str:
    """The word as people read it, in `zh` or `en`.

    Raises:
        LawError: for a word outside the vocabulary.
    """
    entry = _word(word)
    return entry.zh if lang == "zh" else entry.en


def _word(word: str) -> Word:
    try:
        return WORDS[word]
    except KeyError:
        raise LawError(
            f"{word!r} is not an outcome word",
            hint="Add it to the table in bequest.law.outcomes, with both labels and what it says on each axis.",
            code="BQ-LAW-6",
        ) from None


def is_lawful(disposition: Disposition) -> bool:
    """Whether the pair is lawful and carries what it needs: an operator where masked, a fallback where waiting.

    Custody always names how its last day is found, and nothing else does (but waiting may name its window).
    """
    d = disposition
    masked = (d.release is Release.MASKED) == (d.operator is not Operator.NONE)
    waiting = (d.release is Release.WAITING) == (d.fallback is not None) and d.fallback is not Release.WAITING
    if d.residue is Residue.CUSTODY:
        dated = d.until.startswith("retention:")
    else:
        dated = d.until == ("window" if d.release is Release.WAITING else "")
    return (d.release, d.residue) in LAWFUL_PAIRS and masked and waiting and dated


@lru_cache(maxsize=1024)
def axes(words: tuple[str, ...]) -> tuple[Release | None, Residue | None]:
    """What the words say together on each axis (None: nothing).

    Raises:
        LawError: for a word outside the vocabulary.
    """
    entries = [_word(w) for w in words]
    releases = [e.release for e in entries if e.release is not None]
    residues = [e.residue for e in entries if e.residue is not None]
    release = min(releases, key=RELEASE_ORDER.index) if releases else None
    residue = min(residues, key=DESTROYS_LEAST.index) if residues else None
    return release, residue


@lru_cache(maxsize=4096)
def combine(
    words: tuple[str, ...],
    *,
    operator: Operator = Operator.NONE,
    fallback: Release | None = None,
    until: str = "",
) -> Disposition:
    """The disposition that the words of one decision make together.

    A waiting release falls back to none and, unless it already names a custody date, runs until the `window` ends.

    Raises:
        LawError: where an axis is left open or the pair is not lawful.
    """
    release, residue = axes(words)
    if release is None or residue is None:
        raise LawError(
            f"the words {', '.join(words)} leave the {'release' if release is None else 'residue'} open",
            hint="Every decision needs a word for what the receiver gets and one for what remains at the source.",
            code="BQ-LAW-6",
        )
    if release is Release.WAITING:
        fallback = fallback or Release.NONE
        until = until or "window"
    made = Disposition(release, residue, operator if release is Release.MASKED else Operator.NONE, fallback, until)
    if not is_lawful(made):
        raise LawError(
            f"the words {', '.join(words)} make an unlawful pair: {release} with {residue}",
            hint="See LAWFUL_PAIRS in bequest.law.outcomes.",
            code="BQ-LAW-6",
        )
    return made


def is_looser(old: Disposition, new: Disposition) -> bool:
    """Whether `new` lets more through or keeps more than `old`: then the approval of `old` does not cover it.

    Looser is: a later step on either axis, an operator or fallback that lets more through, or another custody date.
    """

    def beyond(order: Sequence[object], was: object, now: object) -> bool:
        return order.index(now) > order.index(was)

    if beyond(RELEASE_ORDER, old.release, new.release) or beyond(RESIDUE_ORDER, old.residue, new.residue):
        return True
    if old.release is new.release is Release.MASKED and beyond(OPERATOR_ORDER, old.operator, new.operator):
        return True
    if new.release is Release.WAITING and new.fallback is not None:
        was = old.fallback if old.release is Release.WAITING and old.fallback is not None else old.release
        if beyond(RELEASE_ORDER, was, new.fallback):
            return True
    return old.residue is new.residue is Residue.CUSTODY and old.until != new.until
