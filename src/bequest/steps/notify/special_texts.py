"""What a notice says when a company ends without a successor, is bankrupt, or passes a business account on.

As in `texts`: each composer gives one item in Chinese and English, and nothing is said that the case does not do.
"""

from datetime import date

from bequest.model.case import COMPANY_ENDS, Case, Event, PaperKind, SystemKind
from bequest.steps.notify.texts import Composer, NoticeFacts, Text, answer_within

_WHY = {
    Event.E7: ("公司解散，清算后注销登记，没有承继人", "the company dissolves and is struck off, without a successor"),
    Event.E6: (
        "公司解散，您的信息所属的业务没有承继人",
        "the company dissolves, and the business your data belongs to has no successor",
    ),
    Event.E8: (
        "公司被宣告破产，您的信息所属的业务没有买方续营",
        "the company is bankrupt, and nobody carries on the business your data belongs to",
    ),
    Event.E9: ("公司被宣告破产，没有买方继续经营", "the company is bankrupt and nobody carries the business on"),
}
_WHOLE_STORES = {
    SystemKind.LEDGER: ("会计账套", "the ledger"),
    SystemKind.MEDICAL_RECORD: ("病历", "medical records"),
    SystemKind.AML: ("反洗钱资料", "money-laundering records"),
    SystemKind.CREDIT: ("征信资料", "credit records"),
    SystemKind.ARCHIVE: ("档案", "archives"),
}
"""Stores that are kept as they are (decision D10)."""


def _until(case: Case) -> date:
    return case.register_closes_on or case.effective_on


def _service_ends(f: NoticeFacts) -> Text:
    zh, en = _WHY.get(f.case.event, ("", ""))
    if not zh:
        return ("", "")
    day, closes = f.effective_on.isoformat(), _until(f.case).isoformat()
    struck = f.case.register_closes_on is not None
    return (
        f"{zh}；{day} 起停止提供服务，不再收集任何信息" + (f"；{closes} 注销登记" if struck else ""),
        f"{en}; service stops on {day} and nothing is collected any more"
        + (f"; the company is struck off on {closes}" if struck else ""),
    )


def _what_is_deleted(f: NoticeFacts) -> Text:
    day = _until(f.case).isoformat()
    zh, en = "、".join(z for z, _ in f.categories), ", ".join(e for _, e in f.categories)
    return (
        f"没有移交给任何人。除依法须保存的以外，您的信息（{zh}）在 {day} 以前全部删除，口令一律删除",
        f"Nothing passes to anybody. All your data ({en}) is deleted before {day}, save what the law keeps; "
        "passwords are deleted in any case",
    )


def _what_is_kept(f: NoticeFacts) -> Text:
    kinds = list(dict.fromkeys(s.system_kind for s in f.case.sources if s.system_kind in _WHOLE_STORES))
    zh = "、".join(_WHOLE_STORES[k][0] for k in kinds)
    en = ", ".join(_WHOLE_STORES[k][1] for k in kinds)
    return (
        "法律规定须保存的（如发票等涉税资料、网络日志、同意记录）封存到各自期限届满为止，只存储，不作他用，期满销毁"
        + (f"；{zh}整库保存" if zh else ""),
        "What the law requires to be kept, such as invoices and other tax documents, network logs and records of "
        "consent, is sealed until its own period ends, stored and nothing else, and then destroyed"
        + (f"; {en} are kept whole" if en else ""),
    )


def _keeper(f: NoticeFacts) -> Text:
    """Where lots pass on and only the rest ends, the transferor keeps what no keeper is named for."""
    keeper = f.case.custodian or (f.case.transferor if f.case.lots else None)
    if keeper is None or not keeper.contact:
        return ("", "")
    return (
        f"由{keeper.name}保管，联系方式：{keeper.contact}",
        f"kept by {keeper.name_en or keeper.name}, contact: {keeper.contact}",
    )


def _last_day(f: NoticeFacts) -> Text:
    day = f.effective_on.isoformat()
    return (
        f"要查阅、复制您的信息，请在 {day} 以前提出；此后只有保管人处的部分还能查到",
        f"To access or copy your data, ask by {day}; afterwards only what the keeper holds can still be found",
    )


def _children(_: NoticeFacts) -> Text:
    return (
        "不满十四周岁的儿童：已停止收集，其信息最先删除，特此告知监护人；只有依法须保存的部分封存",
        "Children under 14: nothing more is collected and their data is deleted first, of which guardians are hereby "
        "told; only what the law keeps is sealed",
    )


def _who_acts(f: NoticeFacts) -> Text:
    kinds = {Event.E7: PaperKind.LIQUIDATION_GROUP}
    wanted = kinds.get(f.case.event, PaperKind.ADMINISTRATOR_APPOINTMENT)
    paper = next((p for p in f.case.papers if p.kind is wanted), None)
    if paper is None:
        return ("", "")
    who = (
        ("清算组", "the liquidation group")
        if wanted is PaperKind.LIQUIDATION_GROUP
        else ("管理人", "the administrator")
    )
    day = paper.issued_on.isoformat()
    return (
        f"由{who[0]}负责，依据{paper.issued_by} {day} 的《{paper.title}》；联系方式：{f.case.transferor.contact}",
        f"{who[1]} acts, on “{paper.title}” by {paper.issued_by} of {day}; contact: {f.case.transferor.contact}",
    )


def _account(f: NoticeFacts) -> Text:
    receiver = f.case.receiver(f.lot.receiver) if f.lot else None
    if receiver is None:
        return ("", "")
    old, new = f.case.transferor, receiver
    return (
        f"{old.name}的业务账户（{f.case.title}）改由{new.name}持有；承运人不变，由新持有人重新实名并另签协议",
        f"The business account of {old.name_en or old.name} ({f.case.title}) passes to {new.name_en or new.name}; the "
        "carrier stays the same, and the new holder registers anew and signs its own agreement",
    )


def _waybills(_: NoticeFacts) -> Text:
    return (
        "以往的运单记录留在承运人处，由其依法保存和销毁，不交给新的账户持有人",
        "Past waybills stay with the carrier, which keeps and destroys them as the law says; they do not go to the new "
        "holder of the account",
    )


def _address_book(f: NoticeFacts) -> Text:
    if f.lot is None:
        return ("", "")
    zh, en = answer_within(f)
    if f.lot.legal_route.value == "PIPL-22":
        return (
            f"地址簿随业务一并移交；请在{zh}回复“反对”，您的条目就不移交",
            f"The address book passes with the business; answer object {en} and your entry does not",
        )
    return (
        f"地址簿中您的条目只有您同意才移交；请在{zh}回复“同意移交”或者“不同意移交”，不回复就是不同意，一切照旧",
        f"Your entry in the address book passes only if you agree: answer agree to the handover, or refuse the "
        f"handover, {en}; no answer means no, and everything stays as it is",
    )


SPECIAL_COMPOSERS: dict[str, Composer] = {
    "service_ends": _service_ends,
    "what_is_deleted": _what_is_deleted,
    "what_is_kept": _what_is_kept,
    "keeper": _keeper,
    "last_day_for_requests": _last_day,
    "children_are_deleted": _children,
    "who_acts": _who_acts,
    "account_moves": _account,
    "waybill_history_stays": _waybills,
    "address_book_choice": _address_book,
}


def ends(f: NoticeFacts) -> bool:
    """Whether the notice tells people whose data end with the company: nobody takes them over."""
    return f.case.event in COMPANY_ENDS and f.lot is None


def silence_at_the_end(f: NoticeFacts) -> Text:
    """What happens to somebody who does not answer: the same as to everybody."""
    day = _until(f.case).isoformat()
    return (
        f"这封信只是告知，您不需要做什么：没有移交任何信息，除依法须保存的以外，{day} 以前全部删除。",
        f"This letter informs you only; you need not do anything: nothing passes to anybody, and save what the law "
        f"keeps everything is deleted before {day}.",
    )
