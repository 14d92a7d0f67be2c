"""Letters in Chinese and English: the body once per notice, names and references filled in for all people in bulk."""

import polars as pl

from bequest.steps.notify.content import Notice

NAME = "{{name}}"
NAME_EN = "{{name-en}}"
REF = "{{ref}}"
LINK = "{{link}}"
DIVIDER = "\n\n" + "-" * 20 + "\n\n"
"""Stands between the Chinese text of a letter and the English."""
_COLUMNS = {NAME: "name", NAME_EN: "name", REF: "ref", LINK: "link"}
_NOBODY = {NAME: "尊敬的客户", NAME_EN: "customer"}


def body(notice: Notice) -> str:
    """The letter with placeholders for name and reference; both languages, Chinese first."""
    mark_zh = "【演练，内容虚构】\n" if notice.rehearsal else ""
    mark_en = "[Rehearsal, invented content]\n" if notice.rehearsal else ""
    zh = [f"{mark_zh}{notice.title_zh}", f"{NAME}，您好：", f"编号：{REF}"]
    en = [f"{mark_en}{notice.title_en}", f"Dear {NAME_EN},", f"Reference: {REF}"]
    for n, item in enumerate(notice.items, start=1):
        zh.append(f"{n}. {item.label_zh}：{item.zh}。（{item.article}）")
        en.append(f"{n}. {item.label_en}: {item.en.removesuffix('.')}. ({item.article})")
    zh.append(notice.silence_zh)
    en.append(notice.silence_en)
    if notice.lot:
        own = _own_words(notice)
        zh.append(
            f"回复办法：写明编号，以及{own[0]}“同意新用途”“不同意新用途”，监护人写“监护人同意”或者“监护人不同意”。"
        )
        en.append(
            f"To answer, quote the reference and write: {own[1]}, agree to the new purpose, refuse the new purpose; "
            "guardians: guardian agrees or guardian refuses."
        )
    if notice.portal:
        zh.append(f"也可以打开 {LINK} ，查看与您有关的内容并在线答复。链接只供您本人使用，请勿转发；打开不等于答复。")
        en.append(
            f"Or open {LINK} to see what concerns you and to answer online. The link is yours alone: do not share it; "
            "opening it is no answer."
        )
    if "," in notice.lot:
        lots = notice.lot.split(",")
        zh.append(f"只答复其中一个批次的，请写明批次编号（{'、'.join(lots)}）；不写的，视为对全部批次的答复。")
        en.append(
            f"To answer for one lot only, name it ({', '.join(lots)}); without a name the answer is for all of them."
        )
    return DIVIDER.join(["\n".join(zh), "\n".join(en)]) + "\n"


def _own_words(notice: Notice) -> tuple[str, str]:
    """What to write for or against the handover itself."""
    consent = ("“同意移交”“不同意移交”", "agree to the handover, refuse the handover")
    objection = ("“反对”", "object")
    if notice.asks_consent and notice.asks_objection:
        return objection[0] + consent[0], f"{objection[1]}, {consent[1]}"
    return consent if notice.asks_consent else objection


def public_body(notice: Notice, ref: str) -> str:
    """The letter to everybody at once, for the public notice."""
    return body(notice).replace(NAME, "各位客户").replace(NAME_EN, "customers").replace(REF, ref)


def short_text(notice: Notice) -> str:
    """The text-message form: who, what, reference, where to read the whole; never more than needed on a lock screen."""
    if notice.portal and notice.quiet:
        mark = "【演练】" if notice.rehearsal else ""
        return (
            f"{mark}您好，有一份给您的通知，编号 {REF}。请打开 {LINK} 阅读。A notice for you: open the link to read it."
        )
    by_id = {i.id: i for i in notice.items}
    who = by_id["processor_name"].zh.split("，")[0] if "processor_name" in by_id else ""
    receiver = by_id["receiver_name"].zh.split("，")[0] if "receiver_name" in by_id else ""
    if notice.receivers:
        receiver = "、".join(notice.receivers)
    moved = "您的信息没有移交给任何人。"
    if receiver and notice.asks_objection:
        moved = f"您的信息将移交给{receiver}，其中须经您同意的，同意以后才移交。"
    elif receiver:
        moved = f"您的信息{'经您同意才' if notice.asks_consent else '将随业务'}移交给{receiver}。"
    mark = "【演练】" if notice.rehearsal else ""
    where = f"全文及在线答复：{LINK} 。" if notice.portal else "全文及答复办法见公告。"
    if receiver and not notice.receivers and not notice.portal:
        where = f"接收方联系方式：{by_id['receiver_contact'].zh}。{where}"
    return f"{mark}{NAME}，您好，{who}告知：{moved}编号 {REF}。{where}"


def fill(template: str, people: pl.DataFrame) -> pl.Series:
    """The template for every row of `people` (`name`, `ref`; `link` where it names one); no name reads as customer."""
    head, *rest = _split(template)
    parts: list[pl.Expr] = [pl.lit(head)]
    for placeholder, text in rest:
        value = pl.col(_COLUMNS[placeholder])
        value = value.fill_null(_NOBODY[placeholder]) if placeholder in _NOBODY else value
        parts += [value, pl.lit(text)]
    return people.with_columns(pl.concat_str(parts).alias("text"))["text"]


def _split(template: str) -> tuple[str, *tuple[tuple[str, str], ...]]:
    out: list[tuple[str, str]] = []
    head = ""
    rest = template
    while True:
        at = min((i for i in map(rest.find, _COLUMNS) if i >= 0), default=-1)
        if at < 0:
            break
        before, placeholder = rest[:at], next(p for p in _COLUMNS if rest.startswith(p, at))
        if out:
            out[-1] = (out[-1][0], before)
        else:
            head = before
        out.append((placeholder, ""))
        rest = rest[at + len(placeholder) :]
    if not out:
        return (rest,)
    out[-1] = (out[-1][0], rest)
    return (head, *out)
