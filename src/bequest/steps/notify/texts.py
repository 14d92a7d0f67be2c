"""What each item of a notice says, made from the case. Nothing is said that the case does not do.

Each composer gives one item in Chinese and English; empty text where the case file does not say enough.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from bequest.model.case import Case, Event, LegalRoute, Lot, Party
from bequest.steps.notify.passing_texts import PASSES_NOTHING, what_passes
from bequest.steps.notify.provision_texts import (
    COPY_STAYS,
    kids_refusal,
    silence_on_provision,
    silence_where_asked,
    what_no_costs,
)


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """What the texts are made of. `categories` are labels (zh, en) of the classes of information the lot holds.

    Without a lot nothing passes on: no text may speak of a receiver or a handover.
    """

    case: Case
    lot: Lot | None
    categories: tuple[tuple[str, str], ...]
    sensitive: tuple[tuple[str, str], ...]
    answer_days: int
    """Days to answer in, counted for each person from the day the letter came (decision D7)."""
    effective_on: date
    objections: tuple[tuple[str, str], ...] = ()
    """What an objection does, by ground, in both languages: shown before anybody objects."""
    passing: tuple[tuple[str, str], ...] = ()
    """Labels of the classes that the lot lets pass."""
    reduced: tuple[tuple[str, str], ...] = ()
    """Those of them that pass masked or in part only."""
    law_names_no_days: bool = False
    """The days to answer in are our own choice, which the letter says."""


Text = tuple[str, str]


def answer_within(f: NoticeFacts) -> Text:
    """Each person's own window: it runs from the day the letter came, or from the public notice."""
    return (
        f"收到本函（公告送达的，公告）之日起 {f.answer_days} 日内",
        f"within {f.answer_days} days of receiving this letter (or of the public notice)",
    )


def _own_period(f: NoticeFacts) -> Text:
    """That no law sets the days, where none does."""
    if not f.law_names_no_days:
        return ("", "")
    return (
        "。期限由我们设定，法律没有规定天数",
        ". The number of days is ours; the law names none",
    )


def _party(p: Party) -> Text:
    zh = "，".join(x for x in (p.name, f"统一社会信用代码 {p.uscc}" if p.uscc else "", p.address) if x)
    en = ", ".join(x for x in (p.name_en or p.name, f"credit code {p.uscc}" if p.uscc else "") if x)
    return zh, en


def _join(pairs: Sequence[tuple[str, str]]) -> Text:
    return "、".join(z for z, _ in pairs), ", ".join(e for _, e in pairs)


def asks_consent(f: NoticeFacts) -> bool:
    """Whether nothing passes on without the person's own yes."""
    return f.lot is not None and f.lot.asks_consent


def _receiver(f: NoticeFacts) -> Party | None:
    return f.case.receiver(f.lot.receiver) if f.lot else None


def _purpose(f: NoticeFacts) -> Text:
    if f.lot is None:
        return ("目的和方式与收集时告知的相同，没有变化", "purposes and methods are as stated at collection, unchanged")
    stated = "；".join(f.lot.purposes)
    if not stated:
        return ("", "")
    return (
        f"与原来相同，没有变化：{stated}。处理方式：{'、'.join(f.lot.methods) or '与原来相同'}",
        f"unchanged: {stated}. Method: {', '.join(f.lot.methods) or 'unchanged'}",
    )


def _new_purpose(f: NoticeFacts) -> Text:
    if f.lot is None or not f.lot.new_purposes:
        return ("接收方的目的和方式没有变化", "the receiver's purposes and methods are unchanged")
    new = "；".join(f.lot.new_purposes)
    return (
        f"接收方另想用于：{new}。这一项须您另行同意，不回复就是不同意，不影响其他服务",
        f"The receiver would also like to use data for: {new}. This needs your separate consent; no answer means no, "
        "and no other service depends on it",
    )


def _receiver_contact(f: NoticeFacts) -> Text:
    receiver = _receiver(f)
    return (receiver.contact, receiver.contact) if receiver else ("", "")


def _receiver_name(f: NoticeFacts) -> Text:
    receiver = _receiver(f)
    return _party(receiver) if receiver else ("", "")


def _retention(f: NoticeFacts) -> Text:
    if f.lot is None:
        return (
            "保存期限与收集时告知的相同，没有变化，届满即删除",
            "kept for the period stated at collection, unchanged, and deleted when it ends",
        )
    if f.case.event is Event.E13:
        return COPY_STAYS
    keeper = f.case.custodian or f.case.transferor
    return (
        "移交以后，原处的一份在接收方签收后删除；依法须留存的（如发票）封存到期限届满，再行销毁，"
        f"由{keeper.name}保管。接收方的保存期限与原来相同，届满即删除",
        "After the handover the copy at the source is deleted once the receiver has signed for it; what the law "
        f"requires to be kept (such as invoices) is sealed until the period ends and is then destroyed, kept by "
        f"{(keeper.name_en or keeper.name).rstrip('.')}. The receiver keeps the data no longer than before and deletes "
        "it then",
    )


def _both_sides(f: NoticeFacts) -> tuple[Party, ...]:
    """Everybody who must be reachable; nobody, where one of them has no contact."""
    both = tuple(p for p in (f.case.transferor, _receiver(f)) if p)
    return both if all(p.contact for p in both) else ()


def _rights(f: NoticeFacts) -> Text:
    both = _both_sides(f)
    if not both:
        return ("", "")
    zh = "；".join(f"{p.name}：{p.contact}" for p in both)
    en = "; ".join(f"{p.name_en or p.name}: {p.contact}" for p in both)
    last = ("注销账户", "or close your account")
    if f.lot is not None:
        last = ("注销账户，或者反对这次移交", "close your account, or object to this handover")
    return (
        f"您可以查阅、复制、更正、补充、删除您的信息，撤回同意，{last[0]}。联系：{zh}。请注明信上的编号",
        f"You may access, copy, correct, complete or delete your data, withdraw consent, {last[1]}. Contact: {en}. "
        "Please quote the reference on this letter",
    )


def _sensitive_need(f: NoticeFacts) -> Text:
    zh, en = _join(f.sensitive)
    if not f.sensitive:
        return ("这次不涉及敏感个人信息", "no sensitive personal information is involved")
    if f.lot is None:
        return (
            f"涉及敏感个人信息：{zh}。处理的必要性与收集时告知的相同，没有变化",
            f"Sensitive personal information held: {en}. Why it is needed is as stated at collection, unchanged",
        )
    return (
        f"涉及敏感个人信息：{zh}。只在继续原有服务确有必要时移交，能遮盖的一律遮盖",
        f"Sensitive personal information involved: {en}. It passes on only where continuing the service needs it, and "
        "masked wherever possible",
    )


def _sensitive_impact(f: NoticeFacts) -> Text:
    if not f.sensitive:
        return ("无", "none")
    if f.lot is None:
        return (
            "一旦泄露，可能影响您的人身或者财产安全；保护措施没有变化",
            "A leak could affect your safety or property; the safeguards are unchanged",
        )
    return (
        "一旦泄露，可能影响您的人身或者财产安全；传送全程加密，只有接收方能打开",
        "A leak could affect your safety or property; it travels encrypted and only the receiver can open it",
    )


def _event(f: NoticeFacts) -> Text:
    return (
        f"{f.case.title}，生效日期 {f.effective_on.isoformat()}",
        f"{f.case.title}, effective {f.effective_on.isoformat()}",
    )


def _complaint(f: NoticeFacts) -> Text:
    authority = f.case.complaint_authority or "所在地履行个人信息保护职责的部门"
    return (f"您也可以向{authority}投诉", f"You may also complain to the authority in charge ({authority})")


def _guardian_action(f: NoticeFacts) -> Text:
    if f.lot is None:
        return (
            "这次没有移交任何信息，监护人不需要答复；可以随时撤回此前的同意",
            "nothing is handed to anybody, so guardians need not answer; they may withdraw an earlier consent at any "
            "time",
        )
    return (
        "不满十四周岁的未成年人，信息在监护人同意以前不移交。监护人请回复“监护人同意”或者“监护人不同意”",
        "For children under 14 nothing passes on before a guardian agrees. Guardians, please answer: guardian agrees, "
        "or guardian refuses",
    )


def _kids_scope(f: NoticeFacts) -> Text:
    zh, en = _purpose(f)
    return (
        f"与成年客户相同，{zh}；范围以继续服务所必需为限",
        f"as for adults, {en}; only what continuing the service needs",
    )


def _kids_storage(_: NoticeFacts) -> Text:
    return (
        "存储在中国境内，期限与原来相同，届满即删除",
        "stored in mainland China, no longer than before, deleted at the end",
    )


def _safeguards(f: NoticeFacts) -> Text:
    if f.lot is None:
        return (
            "保护措施没有变化；接触者专人专岗，每次都有记录",
            "the safeguards are unchanged; few named people have access, and each access is logged",
        )
    return (
        "加密传送，只有接收方能打开；接触者专人专岗，每次都有记录",
        "sent encrypted so that only the receiver can open it; few named people have access, and each access is logged",
    )


def _kids_other(f: NoticeFacts) -> Text:
    company = f.case.transferor
    return (
        f"儿童的信息另有专门规则，可向{company.name}索取",
        f"dedicated rules for children's information are to be had from {company.name_en or company.name}",
    )


def _document(f: NoticeFacts) -> Text:
    reason = f.lot.route_reason if f.lot else ""
    return (
        f"{f.case.title}{'，' + reason if reason else ''}",
        f"{f.case.title}{'; ' + reason if reason else ''}",
    )


def _passed_on(f: NoticeFacts) -> Text:
    return PASSES_NOTHING if f.lot is None else what_passes(f.case, f.lot, _join(f.passing), _join(f.reduced))


def _objecting(f: NoticeFacts) -> Text:
    until = answer_within(f)
    if f.lot is None:
        return ("您可以随时撤回同意或者注销账户", "you may withdraw consent or close your account at any time")
    cost = what_no_costs(f.case, f.lot)
    if asks_consent(f):
        return (
            f"移交须您同意：请在{until[0]}回复“同意移交”或者“不同意移交”，不回复就是不同意；"
            f"也可以随时撤回同意、注销账户。不同意{cost[0]}",
            f"Passing on needs your consent: answer agree to the handover, or refuse the handover, {until[1]}; no "
            f"answer means no. You may also withdraw consent or close your account at any time. A refusal {cost[1]}",
        )
    own = _own_period(f)
    if f.objections:
        effects = "；".join(zh for zh, _ in f.objections), "; ".join(en for _, en in f.objections)
        return (
            f"您可以在{until[0]}回复“反对”。反对以后：{effects[0]}。也可以随时撤回同意、注销账户。"
            f"反对{cost[0]}{own[0]}",
            f"You may answer object {until[1]}. What an objection does: {effects[1]}. You may also withdraw consent or "
            f"close your account at any time. An objection {cost[1]}{own[1]}",
        )
    return (
        f"请在{until[0]}回复“反对”，我们就不移交您的信息；也可以随时撤回同意、注销账户。反对{cost[0]}{own[0]}",
        f"Answer object {until[1]} and your data does not pass on; you may also withdraw consent or close your account "
        f"at any time. An objection {cost[1]}{own[1]}",
    )


def _both_contacts(f: NoticeFacts) -> Text:
    both = _both_sides(f)
    return (
        "；".join(f"{p.name} {p.contact}" for p in both),
        "; ".join(f"{p.name_en or p.name} {p.contact}" for p in both),
    )


def _form(_: NoticeFacts) -> Text:
    return (
        "本函另行发送，不与其他内容捆绑；全文并见公告",
        "this letter comes by itself, bundled with nothing else; the full text is also in the public notice",
    )


def _new_consent(f: NoticeFacts) -> Text:
    if f.lot is None or not f.lot.new_purposes:
        return ("目的和方式没有变化，无须重新同意", "purpose and method do not change; no new consent is needed")
    return (
        "同意新用途请回复“同意新用途”，不同意请回复“不同意新用途”；不回复就是不同意",
        "Answer agree to the new purpose, or refuse the new purpose; no answer means no",
    )


def _overseas_rights(f: NoticeFacts) -> Text:
    receiver = _receiver(f)
    if receiver is None or not receiver.contact:
        return ("", "")
    where, here = receiver.country.upper(), f.case.transferor
    return (
        f"接收方在境外（{where}）。您可以按上面的联系方式直接向它查阅、复制、更正、删除您的信息或者撤回同意；"
        f"也可以找{here.name}（{here.contact}）转达",
        f"The receiver is abroad ({where}). At the contact above you may ask it directly to show, copy, correct or "
        f"delete your data, or withdraw consent; {here.name_en or here.name} ({here.contact}) passes requests on",
    )


Composer = Callable[[NoticeFacts], Text]
COMPOSERS: dict[str, Composer] = {
    "processor_name": lambda f: _party(f.case.transferor),
    "processor_contact": lambda f: (f.case.transferor.contact, f.case.transferor.contact),
    "purpose": _purpose,
    "method": _purpose,
    "pi_categories": lambda f: _join(f.categories),
    "retention_period": _retention,
    "retention_at_expiry": _retention,
    "rights_ways_and_procedure": _rights,
    "receiver_name": _receiver_name,
    "receiver_contact": _receiver_contact,
    "overseas_rights_procedure": _overseas_rights,
    "receiver_purpose": _new_purpose,
    "receiver_method": _new_purpose,
    "necessity_of_sensitive": _sensitive_need,
    "impact_on_rights": _sensitive_impact,
    "guardian_consent_action": _guardian_action,
    "kids_purpose_method_scope": _kids_scope,
    "kids_storage": _kids_storage,
    "kids_safeguards": _safeguards,
    "kids_refusal_consequence": lambda f: kids_refusal(f.case, f.lot),
    "kids_complaint": _complaint,
    "kids_correct_delete": _rights,
    "kids_other": _kids_other,
    "kids_rules": _kids_other,
    "new_consent_action": _new_consent,
    "separate_consent_action": _objecting,
    "form": _form,
    "event_type_and_date": _event,
    "legal_document": _document,
    "effective_on": lambda f: (f.effective_on.isoformat(), f.effective_on.isoformat()),
    "what_is_passed_on": _passed_on,
    "unchanged_purpose": _purpose,
    "how_to_object": _objecting,
    "contact_of_both_sides": _both_contacts,
    "complaint_authority": _complaint,
}


def silence(f: NoticeFacts) -> Text:
    """What happens to somebody who does not answer (decision D7)."""
    until = answer_within(f)
    if f.lot is None:
        return (
            "这封信只是告知，您不需要做什么：信息仍由原公司处理，没有移交给任何人。",
            "This letter informs you only; you need not do anything. The same company goes on handling your data and "
            "nothing is handed to anybody.",
        )
    if f.lot.asks_consent:
        return silence_where_asked(f.case, f.lot, *until)
    if f.lot.legal_route is LegalRoute.PIPL_23:
        return silence_on_provision(*until)
    return (
        f"如果{until[0]}没有收到您的反对，您的信息按上面所说移交。",
        f"If we hear no objection {until[1]}, your data passes on as described above.",
    )
