"""What each choice does, said before the click: from the law pack where the law decides, else from what the flow does.

Nothing is promised that the flow does not do; a deadline of our own making is called that.
"""

from collections.abc import Sequence
from functools import lru_cache

from bequest.app.phases import Phase
from bequest.app.portal.ask import due_on
from bequest.app.portal.choices import Ask
from bequest.app.portal.open_card import Situation
from bequest.app.portal.page import PageLot
from bequest.documents.citations import cite
from bequest.web.pages import day

Lines = tuple[str, ...]


@lru_cache(maxsize=2000)
def effect_of(what: Ask, at: Situation, lang: str) -> Lines:
    """The effect in lines of one language."""
    lines = _EFFECTS[what](at)
    return tuple(zh if lang == "zh" else en for zh, en in lines)


Said = list[tuple[str, str]]


def _undo(at: Situation) -> tuple[str, str]:
    return (
        "以后可以在本页撤回，步骤一样多。撤回对还没有办的部分有效。",
        "You can take it back on this page, in as many steps; that counts for what is not done yet.",
    )


def _object(at: Situation) -> Said:
    lines: Said = []
    for lot in at.page.lots:
        if lot.id in at.lots and not lot.asks_consent:
            for e in lot.objection:
                read = ("", "") if e.is_read else ("（我们据条文推得）", " (our reading of the articles)")
                laws = "、".join(cite(a, "zh") for a in e.articles), ", ".join(cite(a, "en") for a in e.articles)
                lines.append((f"{e.zh}（{laws[0]}）{read[0]}。", f"{e.en[:1].upper()}{e.en[1:]} ({laws[1]}){read[1]}."))
    if at.moved:
        lines.append(
            ("切换已经完成。还没有交出的不再交出；已经交出的，请同时向接收方提出。",
             "The handover has begun. What is not passed on yet stays; for what is, please ask the receiver as well.")
        )  # fmt: skip
    if at.phase is Phase.BEGUN:
        lines.append(
            ("删除正在进行：还没有删除的就此冻结，已经删除的无法恢复。",
             "The deletion is under way: what is not deleted yet is blocked; what is deleted cannot be brought back.")
        )  # fmt: skip
    return [*lines, *_cost([lot for lot in at.page.lots if lot.id in at.lots and not lot.asks_consent]), _undo(at)]


def _cost(lots: Sequence[PageLot]) -> Said:
    """What a no means for the services somebody has: nothing, where the company goes on; else the letter says it."""
    if not lots:
        return []
    if all(lot.copy_stays for lot in lots):
        return [("不影响任何已有的服务。", "It costs you no service you have.")]
    return [
        (
            "靠这些信息提供的服务怎么办，见通知；您依法享有的售后等权利不受影响。",
            "What becomes of services that rest on this data stands in the letter; your rights by law, such as "
            "after-sales claims, stay as they are.",
        )
    ]


def _withdraw_objection(at: Situation) -> Said:
    return [
        ("您的信息照“哪些信息，各去哪里”所列办理，如同没有反对过。",
         "Your data goes as listed under “Which data goes where”, as if you had not objected."),
        ("以后仍可再次反对。", "You can object again later."),
    ]  # fmt: skip


def _transfer(at: Situation, *, yes: bool) -> Said:
    if yes:
        return [
            ("标“移交”和“等您答复”的信息交给接收方，由它继续为您服务。",
             "Data marked as passed on or waiting goes to the receiver, who continues to serve you."),
            ("移交以前可以在本页改变主意，步骤一样多。", "Until then you can change your mind here, in as many steps."),
        ]  # fmt: skip
    asked = [lot for lot in at.page.lots if lot.id in at.lots and lot.asks_consent]
    if asked and all(lot.copy_stays for lot in asked):
        copy = (
            "您的信息不移交，照旧由原公司处理。",
            "Your data is not passed on; all stays as it is with the company you know.",
        )
    else:
        copy = (
            "您的信息不移交。原处的一份怎么办，见通知。",
            "Your data is not passed on. What becomes of the copy here stands in the letter.",
        )
    return [
        copy,
        *_cost(asked),
        ("不答复，同样不移交。", "No answer means the same."),
        ("以后可以在本页改为同意，步骤一样多。", "You can agree later on this page, in as many steps."),
    ]


def _sensitive(at: Situation, *, yes: bool) -> Said:
    lots = [lot for lot in at.page.lots if lot.id in at.lots and lot.asks_sensitive]
    zh = "、".join(dict.fromkeys(lot.receiver.name for lot in lots))
    en = ", ".join(dict.fromkeys(lot.receiver.name_en for lot in lots))
    why = next((i for i in at.notice.items if i.id == "necessity_of_sensitive"), None)
    if yes:
        said = [
            (
                f"您的敏感个人信息也移交给{zh}（个保法 29）。",
                f"Your sensitive data passes to {en} as well (PIPL Art. 29).",
            )
        ]
        said += [(f"{why.zh}。", f"{why.en[:1].upper()}{why.en[1:]}.")] if why else []
        return [
            *said,
            ("移交以前可以在本页改变主意，步骤一样多。", "Until then you can change your mind here, in as many steps."),
        ]
    return [
        ("您的敏感个人信息不移交；其余信息照“哪些信息，各去哪里”所列。",
         "Your sensitive data is not passed on; all else goes as listed under “Which data goes where”."),
        *_cost(lots),
        ("不答复，算不同意。", "No answer means no."),
        ("要让其余信息也不移交，请另选“反对”。", "To keep all else from being passed on, choose “object”."),
    ]  # fmt: skip


def _new_purpose(at: Situation, *, yes: bool) -> Said:
    new = [p for lot in at.page.lots if lot.id in at.lots for p in lot.new_purposes]
    zh = "；".join(new)
    if yes:
        return [
            (f"接收方可以把您的信息另外用于：{zh}。", f"The receiver may also use your data for: {zh}."),
            ("以后可以在本页撤回，步骤一样多。", "You can withdraw this on this page, in as many steps."),
        ]
    return [
        (f"接收方不得把您的信息用于：{zh}。", f"The receiver may not use your data for: {zh}."),
        ("不影响订单、售后和其他服务。", "Orders, after-sales and other services do not depend on it."),
        ("不答复，算不同意；不会再问。", "No answer means no; you will not be asked again."),
    ]


def _guardian(at: Situation, *, yes: bool) -> Said:
    if yes:
        return [
            ("孩子的信息与成年客户一样办理，以继续服务所必需为限。",
             "The child's data goes as an adult's does, as far as continuing the service needs it."),
            ("在移交以前可以改变主意。", "You can change your mind until the handover."),
        ]  # fmt: skip
    item = next((i for i in at.notice.items if i.id == "kids_refusal_consequence"), None)
    said = (
        (f"{item.zh}。", f"{item.en[:1].upper()}{item.en[1:]}.")
        if item
        else ("孩子的信息不移交。", "The child's data is not passed on.")
    )
    return [said, ("不答复，同样不移交。", "No answer means that nothing passes on, too.")]


def _dispute(at: Situation) -> Said:
    return [
        ("点下去就冻结：从办理中的下一批起，您的信息不移交、不删除、不作任何使用，直到事情了结（个保法 44、46）。",
         "Your data is blocked by the click, from the next batch of what is under way on: not passed on, not deleted, "
         "not used, until the matter is settled (PIPL Arts. 44, 46)."),
        ("处理的人会看到有争议，请同时按下面的联系方式说明是什么事。",
         "Those who handle it see that there is a dispute; please also tell them what it is, at the contact below."),
        ("了结以后可以在本页解除。", "When it is settled you can lift this on this page."),
    ]  # fmt: skip


def _settled(at: Situation) -> Said:
    return [
        ("冻结解除，您的信息照方案办理。", "The block is lifted and your data is handled as planned."),
        ("有新的争议可以再次提出。", "You can raise a new dispute."),
    ]


def _by(what: Ask, at: Situation) -> tuple[str, str]:
    due = due_on(at, what)
    laws = at.page.request_articles
    article = laws[1] if what is Ask.COPY else laws[0]
    return (
        f"我们最晚在 {day(due, 'zh')} 答复（{cite(article, 'zh')}；法律只说及时，天数取自该文件）。",
        f"We answer by {day(due, 'en')} ({cite(article, 'en')}; the law says promptly, the days are that document's).",
    )


def _correct(at: Situation) -> Said:
    return [
        ("请写明哪一项、应改成什么。写的内容加密保存，只有处理的人能看。",
         "Say which item and what it should be. What you write is encrypted; only those who handle it can read it."),
        _by(Ask.CORRECT, at),
        ("要在改好以前停住移交，请另选“有争议”。", "To stop the handover until then, choose “dispute” as well."),
    ]  # fmt: skip


def _copy(at: Situation) -> Said:
    return [
        ("我们给您一份您的信息的副本。不影响其他选择。", "You get a copy of your data. It affects no other choice."),
        _by(Ask.COPY, at),
    ]


def _delete(at: Situation) -> Said:
    return [
        ("由人处理：依法须保存的部分不能删除，封存到期（个保法 47）。",
         "People handle this. What the law requires to be kept cannot be deleted and is sealed (PIPL Art. 47)."),
        ("账户里的余额、积分等可能随之失去，处理的人会先与您核对。",
         "Balances or points of your account may be lost; those who handle it check with you first."),
        _by(Ask.DELETE, at),
        ("要现在就停住移交，请另选“反对”。", "To stop the handover now, choose “object” as well."),
    ]  # fmt: skip


def _complain(at: Situation) -> Said:
    authority = at.page.complaint_authority or "所在地履行个人信息保护职责的部门"
    english = at.page.complaint_authority or "the authority in charge where you are"
    return [
        ("投诉由个人信息保护负责人处理。写的内容加密保存，只有处理的人能看。",
         "The protection officer handles it. What you write is encrypted; only those who handle it can read it."),
        _by(Ask.COMPLAIN, at),
        (f"也可以直接向{authority}投诉。", f"You may also complain directly to {english}."),
    ]  # fmt: skip


def _relative(at: Situation) -> Said:
    return [
        ("自然人死亡的，近亲属为了自身的合法、正当利益，可以查阅、复制、更正、删除逝者的信息；"
         "逝者生前另有安排的除外（个保法 49）。",
         "Where somebody has died, close relatives may look at, copy, correct and delete that person's data for lawful "
         "interests of their own, unless the person arranged otherwise (PIPL Art. 49)."),
        ("请写明您是谁的什么亲属、要办什么、怎样联系您。处理的人会请您出示死亡和亲属关系的证明；核对以前什么都不给看，也不改变。",
         "Say whose relative you are and how, what you want, and how to reach you. You will be asked for papers on the "
         "death and the kinship; until they have been looked at nothing is shown and nothing changes."),
        ("写的内容加密保存，只有处理的人能看。", "What you write is encrypted; only those who handle it can read it."),
        _by(Ask.RELATIVE, at),
    ]  # fmt: skip


_EFFECTS = {
    Ask.OBJECT: _object,
    Ask.WITHDRAW_OBJECTION: _withdraw_objection,
    Ask.CONSENT_TRANSFER: lambda at: _transfer(at, yes=True),
    Ask.REFUSE_TRANSFER: lambda at: _transfer(at, yes=False),
    Ask.CONSENT_SENSITIVE: lambda o: _sensitive(o, yes=True),
    Ask.REFUSE_SENSITIVE: lambda o: _sensitive(o, yes=False),
    Ask.CONSENT_NEW_PURPOSE: lambda o: _new_purpose(o, yes=True),
    Ask.REFUSE_NEW_PURPOSE: lambda o: _new_purpose(o, yes=False),
    Ask.GUARDIAN_CONSENT: lambda o: _guardian(o, yes=True),
    Ask.GUARDIAN_REFUSE: lambda o: _guardian(o, yes=False),
    Ask.DISPUTE: _dispute,
    Ask.DISPUTE_SETTLED: _settled,
    Ask.CORRECT: _correct,
    Ask.COPY: _copy,
    Ask.DELETE: _delete,
    Ask.COMPLAIN: _complain,
    Ask.RELATIVE: _relative,
}
