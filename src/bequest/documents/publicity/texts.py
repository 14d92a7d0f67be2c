"""The wordings of a kit, each as one file: shop, web page, message, hotline, staff, questions and answers."""

from collections.abc import Mapping

from markupsafe import escape

from bequest.documents.citations import cite
from bequest.documents.publicity import words
from bequest.documents.publicity.facts import PublicFacts

LANGUAGES = ("zh", "en")


def texts(f: PublicFacts) -> Mapping[str, str]:
    """File name → text, in both languages."""
    made = {}
    for lang in LANGUAGES:
        made[f"shop.{lang}.txt"] = shop(f, lang)
        made[f"message.{lang}.txt"] = message(f, lang)
        made[f"web.{lang}.html"] = web(f, lang)
        made[f"hotline.{lang}.md"] = hotline(f, lang)
        made[f"staff.{lang}.md"] = staff(f, lang)
        made[f"questions.{lang}.md"] = questions(f, lang)
    return made


def shop(f: PublicFacts, lang: str) -> str:
    """A card for the counter."""
    zh = lang == "zh"
    lines = [_rehearsal(f, lang), words.headline(f, lang) + "。" if zh else words.stopped(words.headline(f, lang)), ""]
    lines += [f"{label}{'：' if zh else ': '}{text}" for label, text in words.points(f, lang)]
    lines += ["", f"{'公告全文' if zh else 'The whole notice'}{'：' if zh else ': '}{f.address}"]
    lines += [f"{'联系' if zh else 'Contact'}{'：' if zh else ': '}{f.transferor.contact}", words.never(lang)]
    return _file(lines)


def message(f: PublicFacts, lang: str) -> str:
    """A short message for apps, public accounts or text messages; a sensitive industry names nothing in it."""
    zh = lang == "zh"
    if f.quiet:
        text = f"您有一份关于个人信息的通知，请看 {f.address}" if zh else (
            f"There is a notice about your personal information: {f.address}")  # fmt: skip
    elif zh:
        text = f"{words.headline(f, lang)}，{f.day(lang)}起。您可以{words.rights(f, lang)}。全文：{f.address}"
    else:
        text = f"{words.headline(f, lang)} from {f.day(lang)}. You can {words.rights(f, lang)}. In full: {f.address}"
    return _file([_rehearsal(f, lang), text])


def web(f: PublicFacts, lang: str) -> str:
    """A piece of HTML for a web page: no script, no style of its own, nothing loaded."""
    zh = lang == "zh"
    items = "\n".join(f"  <dt>{escape(a)}</dt><dd>{escape(b)}</dd>" for a, b in words.points(f, lang))
    note = f"<p><strong>{escape(_rehearsal(f, lang))}</strong></p>\n" if f.rehearsal else ""
    where, law = ("公告全文", "依据") if zh else ("The whole notice", "Grounds")
    return (
        f'<section lang="{"zh-CN" if zh else "en"}">\n{note}<h2>{escape(words.headline(f, lang))}</h2>\n'
        f'<dl>\n{items}\n</dl>\n<p><a href="{escape(f.address)}">{where}</a> · {escape(f.transferor.contact)}</p>\n'
        f"<p>{escape(words.never(lang))}</p>\n<p><small>{law}: {escape(_laws(f, lang))}</small></p>\n</section>\n"
    )


def hotline(f: PublicFacts, lang: str) -> str:
    """What people at the telephone say, and what they never do."""
    zh = lang == "zh"
    rules = (
        [
            "先听完，再答。只说下面写的；不知道的，记下联系方式和通知编号，转个人信息保护负责人。",
            "不问身份证号、密码、验证码、银行卡号。不在电话里念出、也不确认任何人的信息，家人来问也一样。",
            "要反对、同意、查阅、更正、删除的：请对方打开自己的页面；打不开的，登记通知编号和要求，当天录入。",
            "说是监护人或者继承人的：不在电话里办，请其从页面或者书面提出，并附证明。",
            "对方说有争议、要打官司的：立即转个人信息保护负责人，请其冻结。",
        ]
        if zh
        else [
            "Listen first, then answer. Say only what stands below; else note a contact and the letter's reference, and"
            " pass it to the protection officer.",
            "Never ask for identity numbers, passwords, codes or card numbers. Read out nobody's data and confirm"
            " none, not to family either.",
            "To object, agree, see, correct or delete: ask the caller to open the own page; if that fails, note the"
            " reference and what is wanted, and enter it the same day.",
            "Guardians and heirs are not served by telephone: they ask through the page or in writing, with proof.",
            "Where there is a dispute or a lawsuit: pass it to the protection officer at once, who has it blocked.",
        ]
    )
    head = "# 客服口径" if zh else "# Hotline script"
    greeting = (
        f"您好，这里是{f.transferor.name}，请问是关于客户信息公告的事吗？"
        if zh
        else f"Hello, {f.transferor.name_en}. Are you calling about the notice on customer information?"
    )
    said = [f"**{q}**\n{a}\n" for q, a in words.questions(f, lang)]
    titles = ("## 开头", "## 规矩", "## 问答") if zh else ("## Greeting", "## Rules", "## Questions and answers")
    return _file(
        [head, _rehearsal(f, lang), "", titles[0], "", greeting, "", titles[1], "", *(f"- {r}" for r in rules), "",
         titles[2], "", *said]
    )  # fmt: skip


def staff(f: PublicFacts, lang: str) -> str:
    """The notice to the company's own people."""
    zh = lang == "zh"
    if zh:
        lines = [
            "# 内部通知", _rehearsal(f, lang), "", f"各位同事：{words.headline(f, lang)}，计划日期 {f.day(lang)}。", "",
            "- 从现在起，客户信息只按批准的方案使用。不导出、不复制、不外发，不用个人设备和个人账号保存。",
            "- 手上有客户名单、截图、聊天记录、纸面登记的，告诉 IT 和个人信息保护负责人，不要自行删除。",
            "- 客户来问，按《客服口径》答；不代客户作选择，不劝说，也不议论某位客户选了什么。",
            "- 停止写入以后不再录入；由谁在什么时候停，以负责人的通知为准。",
            f"- 海报、告示用发下来的这一套，不自行改写；公告页是 {f.address}。", "",
            "## 建议", "",
            f"怎样做得更好、哪里可能漏了客户，请写给个人信息保护负责人：{f.transferor.contact}。"
            "建议中不要写客户的姓名和号码。采纳与否都会答复。",
        ]  # fmt: skip
    else:
        lines = [
            "# To our staff", _rehearsal(f, lang), "", f"{words.headline(f, lang)}, planned for {f.day(lang)}.", "",
            "- From now on customer information is used under the approved plan alone. Nothing is exported, copied or"
            " sent out, nor kept on devices or accounts of your own.",
            "- Whoever holds lists, screenshots, chats or paper with customers tells IT and the protection officer, and"
            " deletes nothing alone.",
            "- Customers are answered by the hotline script. Do not choose for them, persuade them, or talk about what"
            " somebody chose.",
            "- After writes stop nothing is entered any more; who stops them when, the officer says.",
            f"- Use the posters and texts of this kit as they are; the notice is at {f.address}.", "",
            "## Suggestions", "",
            f"How could it be done better, where might customers be missed? Write to the protection officer:"
            f" {f.transferor.contact}. Name no customer in it. Each suggestion is answered.",
        ]  # fmt: skip
    return _file(lines)


def questions(f: PublicFacts, lang: str) -> str:
    """Answers to the public's concerns."""
    head = "# 问与答" if lang == "zh" else "# Questions and answers"
    said = [f"## {q}\n\n{a}\n" for q, a in words.questions(f, lang)]
    return _file([head, _rehearsal(f, lang), "", *said, _laws(f, lang)])


def _laws(f: PublicFacts, lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(cite(a, lang) for a in (*f.articles, f.answer_article, f.copy_article))


def _rehearsal(f: PublicFacts, lang: str) -> str:
    if not f.rehearsal:
        return ""
    return (
        "演练：公司、人员与内容均为虚构" if lang == "zh" else "Rehearsal: companies, people and contents are invented"
    )


def _file(lines: list[str]) -> str:
    text = "\n".join(lines)
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip() + "\n"
