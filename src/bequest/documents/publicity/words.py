"""Sentences that posters and wordings share: what happens, what one can do, what silence does; Chinese and English."""

from bequest.documents.citations import cite
from bequest.documents.publicity.facts import Course, PublicFacts, Share


def headline(f: PublicFacts, lang: str) -> str:
    """What happens, in one sentence."""
    us, them = f.transferor.of(lang), f.receivers(lang)
    return {
        Course.PASSES_ON: (f"{us}的客户信息将随业务移交给{them}", f"Customer information of {us} passes on to {them}"),
        Course.STAYS: (f"{us}继续处理您的信息，信息不移交", f"{us} keeps your information; nothing is handed over"),
        Course.ENDS: (
            f"{us}将终止，客户信息依法封存或者销毁，不交给任何人",
            f"{us} ends; customer information is sealed or destroyed as the law says, and goes to nobody",
        ),
    }[f.course][lang != "zh"]


def points(f: PublicFacts, lang: str) -> list[tuple[str, str]]:
    """The main points: label and text."""
    zh = lang == "zh"
    return [
        ("从什么时候" if zh else "From when", f.day(lang)),
        *([(_who(zh), "；".join(_share(s, lang) for s in f.shares) if zh else "; ".join(
            _share(s, lang) for s in f.shares))] if f.shares else []),
        ("您可以" if zh else "You can", rights(f, lang)),
        ("您什么都不做" if zh else "If you do nothing", silence(f, lang)),
        ("多久答复" if zh else "When we answer", clocks(f, lang)),
    ]  # fmt: skip


def _who(zh: bool) -> str:
    return "谁得到" if zh else "Who gets it"


def _share(share: Share, lang: str) -> str:
    ground = cite(share.route, lang)
    if lang == "zh":
        return f"{share.receiver.name}（{ground}，{share.receiver.contact}）"
    return f"{share.receiver.name_en} ({ground}, {share.receiver.contact})"


def rights(f: PublicFacts, lang: str) -> str:
    """What somebody can do, and until when."""
    if f.course is Course.PASSES_ON:
        ours = f.days_are_ours
        if lang == "zh":
            note = "（期限由我们设定，法律没有规定天数）" if ours else ""
            return f"收到通知或者公告之日起 {f.objection_days} 日内反对移交{note}；随时查阅、复制、更正、删除、撤回同意"
        note = " (the number of days is ours; the law names none)" if ours else ""
        return (
            f"object to the handover within {f.objection_days} days of the letter or the public notice{note}; at any"
            " time see, copy, correct or delete your data, and withdraw consent"
        )
    if lang == "zh":
        return "查阅、复制、更正、删除您的信息，撤回同意"
    return "see, copy, correct or delete your data, and withdraw consent"


def silence(f: PublicFacts, lang: str) -> str:
    """What no answer does."""
    zh = lang == "zh"
    if f.course is Course.STAYS:
        return "一切照旧" if zh else "everything stays as it is"
    if f.course is Course.ENDS:
        return "依法须留存的封存到期再销毁，其余销毁" if zh else (
            "what the law keeps is sealed until its period ends, the rest is destroyed"
        )  # fmt: skip
    waits = [s.receiver.of(lang) for s in f.shares if s.asks_consent]
    goes = [s.receiver.of(lang) for s in f.shares if not s.asks_consent]
    if zh:
        said = [f"期满照方案移交给{'、'.join(goes)}"] if goes else []
        return "；".join([*said, *([f"不移交给{'、'.join(waits)}"] if waits else [])])
    said = [f"after the period it passes on to {', '.join(goes)} as planned"] if goes else []
    return "; ".join([*said, *([f"it does not pass on to {', '.join(waits)}"] if waits else [])])


def clocks(f: PublicFacts, lang: str) -> str:
    """By when requests are answered."""
    answer, copy = cite(f.answer_article, lang), cite(f.copy_article, lang)
    if lang == "zh":
        return (
            f"更正、删除和投诉 {f.answer_working_days} 个工作日内（{answer}），查阅、复制 {f.copy_days} 日内（{copy}）"
        )
    return (
        f"corrections, deletions and complaints within {f.answer_working_days} working days ({answer}), access and"
        f" copies within {f.copy_days} days ({copy})"
    )


def never(lang: str) -> str:
    """What nobody of the house ever asks: notices of this kind are copied by cheats."""
    if lang == "zh":
        return "我们不会为这件事索要密码、验证码、银行卡号或者付款"
    return "We never ask for passwords, codes, card numbers or payment in this matter"


def complaint(f: PublicFacts, lang: str) -> str:
    """Where else to turn; empty where the case names nobody."""
    if not f.complaint_authority:
        return ""
    return (
        f"也可以向{f.complaint_authority}投诉" if lang == "zh" else f"You may also complain to {f.complaint_authority}"
    )


def questions(f: PublicFacts, lang: str) -> list[tuple[str, str]]:
    """Concerns that people have, and the answers of this case."""
    found = _asked_zh(f) if lang == "zh" else _asked_en(f)
    return [(q, a) for q, a in found if a]


def _asked_zh(f: PublicFacts) -> list[tuple[str, str]]:
    us, contact, more = f.transferor.name, f.transferor.contact, complaint(f, "zh")
    how = (
        f"打开通知里的链接，或者扫描通知上的二维码。没有链接的，用手机号或者邮箱打开：{f.find_address}。"
        f"也可以联系 {contact}，说明通知上的编号。"
    )
    effect = (
        "您的信息不移交。原处的一份怎么办，看它依据什么取得，通知和页面上逐项写明；您依法享有的售后等权利不受影响。"
        if f.course is Course.PASSES_ON
        else ""
    )
    return [
        ("这是怎么回事？", f"{headline(f, 'zh')}。日期：{f.day('zh')}。"),
        ("我要做什么？", f"可以什么都不做：{silence(f, 'zh')}。要作选择：{rights(f, 'zh')}。"),
        ("怎么办？", how),
        ("反对以后会怎样？", effect),
        ("要多久？", f"{clocks(f, 'zh')}。"),
        ("办完以后呢？", "页面上写明办了什么。销毁以后出具证书，谁都可以核对真伪。"),
        ("会不会是骗子？", f"{never('zh')}。公告页在 {f.address}，请自己输入地址或者扫码打开。"),
        ("对答复不满意？", f"先联系{us}：{contact}。{more}。" if more else ""),
    ]


def _asked_en(f: PublicFacts) -> list[tuple[str, str]]:
    us, contact, more = f.transferor.name_en, f.transferor.contact, complaint(f, "en")
    how = (
        "Open the link of your letter, or scan its code. Without a link, open your page by mobile number or email:"
        f" {f.find_address}. Or contact {contact} and quote the letter's reference."
    )
    effect = (
        "Your data does not pass on. What becomes of the copy here depends on the ground it is held on; letter and"
        " page say so item by item. Your rights by law, such as after-sales claims, stay as they are."
        if f.course is Course.PASSES_ON
        else ""
    )
    after = (
        "Your page says what was done. A certificate is issued after a destruction, and anybody can check that it is"
        " genuine."
    )
    return [
        ("What is this about?", f"{stopped(headline(f, 'en'))} The day: {f.day('en')}."),
        ("What must I do?", f"Nothing, if you like: {silence(f, 'en')}. If you want to choose: {rights(f, 'en')}."),
        ("How?", how),
        ("What does an objection do?", effect),
        ("How long does it take?", _sentence(clocks(f, "en"))),
        ("And afterwards?", after),
        ("Is it a fraud?", f"{never('en')}. The notice is at {f.address}; type the address or scan the code."),
        ("Not satisfied?", f"Write to {us} first: {contact}. {more}." if more else ""),
    ]


def stopped(text: str) -> str:
    """The text with one full stop, also where it ends with that of a company's name."""
    return text if text.endswith(".") else f"{text}."


def _sentence(text: str) -> str:
    return stopped(f"{text[:1].upper()}{text[1:]}")
