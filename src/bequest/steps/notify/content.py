"""The notice: every item that the legal route requires, in Chinese and English (PIPL Art. 17, 22, 23, 30, 31).

The required items come from the law pack, their texts from the case (`texts`). An item without text stops the notice: a
letter that lacks one of them is no notice at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bequest.kernel.canonical import digest
from bequest.kernel.errors import CaseFileError
from bequest.model.case import MOVES_NOTHING, Event
from bequest.steps.notify.special_texts import SPECIAL_COMPOSERS, ends, silence_at_the_end
from bequest.steps.notify.texts import COMPOSERS, NoticeFacts, asks_consent, silence

_COMPOSERS = COMPOSERS | SPECIAL_COMPOSERS


@dataclass(frozen=True, slots=True)
class RequiredItem:
    """An item of the checklist: id, label in both languages, article."""

    id: str
    zh: str
    en: str
    article: str


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """One item with its text."""

    id: str
    article: str
    label_zh: str
    label_en: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Notice:
    """The wording that is sent, without anybody's name: its digest is the version people were shown.

    `asks_consent`: silence means that nothing passes on.
    """

    case_id: str
    lot: str
    route: str
    title_zh: str
    title_en: str
    items: tuple[NoticeItem, ...]
    silence_zh: str
    silence_en: str
    asks_consent: bool
    rehearsal: bool
    receivers: tuple[str, ...] = ()
    """Names of the receivers, where the letter tells of several lots; `lot` then has all of them, with commas."""
    asks_objection: bool = False
    """Several lots: in one of them silence is enough."""
    portal: str = ""
    """Where the portal is reached, if there is one: each letter then bears a link of its own."""
    quiet: bool = False
    """What arrives first names neither company nor matter: a sensitive industry (portal only)."""

    @property
    def version(self) -> str:
        """SHA-256 over the canonical JSON of the wording."""
        return digest(self)


def compose(facts: NoticeFacts, required: Sequence[RequiredItem], *, route: str) -> Notice:
    """The notice with every required item.

    Raises:
        CaseFileError: naming the items for which the case file gives no text.
    """
    if facts.case.event in MOVES_NOTHING:
        facts = replace(facts, lot=None)
    items: list[NoticeItem] = []
    missing: list[str] = []
    for item in required:
        composer = _COMPOSERS.get(item.id)
        zh, en = composer(facts) if composer else ("", "")
        if not zh.strip() or not en.strip():
            missing.append(item.id)
        elif not any((i.zh, i.en) == (zh, en) for i in items):
            items.append(NoticeItem(item.id, item.article, item.zh, item.en, zh, en))
    if missing:
        raise CaseFileError(
            f"the notice lacks {', '.join(missing)}",
            hint="Complete the contact, address and purposes of the parties and lots in the case file.",
        )
    silence_zh, silence_en = silence_at_the_end(facts) if ends(facts) else silence(facts)
    title_zh, title_en = _title(facts)
    return Notice(
        case_id=facts.case.id,
        lot=facts.lot.id if facts.lot else "",
        route=route,
        title_zh=title_zh,
        title_en=title_en,
        items=tuple(sorted(items, key=_place)),
        silence_zh=silence_zh,
        silence_en=silence_en,
        asks_consent=asks_consent(facts),
        rehearsal=facts.case.rehearsal,
    )


_FIRST = ("event_type_and_date", "receiver_name", "receiver_contact", "what_is_passed_on", "how_to_object")


def _place(item: NoticeItem) -> int:
    """Read first: what happens, who receives, what one may do. What only guardians need comes last."""
    if item.id in _FIRST:
        return _FIRST.index(item.id)
    return len(_FIRST) + item.id.startswith(("kids_", "guardian_"))


def _title(facts: NoticeFacts) -> tuple[str, str]:
    if ends(facts):
        return "关于停止服务和删除您的个人信息的告知", "Notice: service stops and your data is deleted"
    if facts.lot is None:
        return "关于您的个人信息的告知", "Notice about your personal information"
    if facts.case.event in {Event.E10, Event.E13} and not asks_consent(facts):
        return (
            "关于向其他公司提供您的个人信息的告知",
            "Notice: your data is provided to another company",
        )
    if facts.case.event in {Event.E10, Event.E13}:
        return (
            "关于是否移交您的个人信息、征求您同意的告知",
            "Notice: may your data be passed on? Your consent is asked for",
        )
    if facts.case.event is Event.E11:
        return "关于业务账户变更和您的个人信息的告知", "Notice: a business account changes hands"
    return "关于您的个人信息随业务移交的告知", "Notice: your data passes on with the business"


def compose_several(parts: Sequence[tuple[NoticeFacts, Sequence[RequiredItem]]]) -> Notice:
    """One letter for a person with data in several lots: what differs is said for each lot, what is alike once.

    Raises:
        CaseFileError: as `compose`.
    """
    notices = [compose(f, required, route=str(f.lot.legal_route) if f.lot else "") for f, required in parts]
    labels = [_lot_label(f) for f, _ in parts]
    ids = list(dict.fromkeys(i.id for n in notices for i in n.items))
    first = notices[0]
    silences = [(n.silence_zh, n.silence_en) for n in notices]
    silence_zh, silence_en = _joined(labels, silences)
    return replace(
        first,
        lot=",".join(n.lot for n in notices),
        route=",".join(dict.fromkeys(n.route for n in notices)),
        items=tuple(_merged(i, labels, notices) for i in ids),
        silence_zh=silence_zh,
        silence_en=silence_en,
        asks_consent=any(n.asks_consent for n in notices),
        asks_objection=not all(n.asks_consent for n in notices),
        receivers=tuple(dict.fromkeys(f.case.receiver(f.lot.receiver).name for f, _ in parts if f.lot)),
    )


def _lot_label(f: NoticeFacts) -> tuple[str, str]:
    assert f.lot is not None  # noqa: S101 - several lots: each has one
    receiver = f.case.receiver(f.lot.receiver)
    return (
        f"批次 {f.lot.id}（移交给{receiver.name}）",
        f"lot {f.lot.id} (to {(receiver.name_en or receiver.name).rstrip('.')})",
    )


def _merged(item_id: str, labels: Sequence[tuple[str, str]], notices: Sequence[Notice]) -> NoticeItem:
    """The item of every lot that has it; said once where all say the same."""
    found = [(label, i) for label, n in zip(labels, notices, strict=True) for i in n.items if i.id == item_id]
    first = found[0][1]
    zh, en = _joined([label for label, _ in found], [(i.zh, i.en) for _, i in found], all_of=len(notices))
    articles = dict.fromkeys(a.strip() for _, i in found for a in i.article.split(","))
    return replace(first, zh=zh, en=en, article=", ".join(articles))


def _joined(labels: Sequence[tuple[str, str]], texts: Sequence[tuple[str, str]], *, all_of: int = 0) -> tuple[str, str]:
    if len(set(texts)) == 1 and len(texts) >= all_of:
        return texts[0]
    zh = "；".join(f"{label[0]}：{t[0].removesuffix('。')}" for label, t in zip(labels, texts, strict=True))
    en = "; ".join(f"{label[1]}: {t[1].removesuffix('.')}" for label, t in zip(labels, texts, strict=True))
    return zh, en
