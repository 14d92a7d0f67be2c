"""Letters in Chinese and English: the body once per notice, names and references filled in for all people in bulk."""

import polars as pl

from bequest.steps.notify.content import Notice

NAME = "{{name}}"
REF = "{{ref}}"


def body(notice: Notice) -> str:
    """The letter with placeholders for name and reference; both languages, Chinese first."""
    mark_zh = "【演练，内容虚构】\n" if notice.rehearsal else ""
    mark_en = "[Rehearsal, invented content]\n" if notice.rehearsal else ""
    zh = [f"{mark_zh}{notice.title_zh}", f"{NAME}，您好：", f"编号：{REF}"]
    en = [f"{mark_en}{notice.title_en}", f"Dear {NAME},", f"Reference: {REF}"]
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
    if "," in notice.lot:
        lots = notice.lot.split(",")
        zh.append(f"只答复其中一个批次的，请写明批次编号（{'、'.join(lots)}）；不写的，视为对全部批次的答复。")
        en.append(
            f"To answer for one lot only, name it ({', '.join(lots)}); without a name the answer is for all of them."
        )
    return "\n\n".join(["\n".join(zh), "-" * 20, "\n".join(en)]) + "\n"


def _own_words(notice: Notice) -> tuple[str, str]:
    """What to write for or against the handover itself."""
    consent = ("“同意移交”“不同意移交”", "agree to the handover, refuse the handover")
    objection = ("“反对”", "object")
    if notice.asks_consent and notice.asks_objection:
        return objection[0] + consent[0], f"{objection[1]}, {consent[1]}"
    return consent if notice.asks_consent else objection


def short_text(notice: Notice) -> str:
    """The text-message form: who, what, reference, where to read the whole; never more than needed on a lock screen."""
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
    return f"{mark}{NAME}，您好，{who}告知：{moved}编号 {REF}。全文及答复办法见公告和邮件。"


def fill(template: str, people: pl.DataFrame) -> pl.Series:
    """The template for every row of `people` (columns `name`, `ref`), set-based; no name reads as customer."""
    head, *rest = _split(template)
    parts: list[pl.Expr] = [pl.lit(head)]
    for placeholder, text in rest:
        value = pl.col("name").fill_null("客户 / customer") if placeholder == NAME else pl.col("ref")
        parts += [value, pl.lit(text)]
    return people.with_columns(pl.concat_str(parts).alias("text"))["text"]


def _split(template: str) -> tuple[str, *tuple[tuple[str, str], ...]]:
    out: list[tuple[str, str]] = []
    head = ""
    rest = template
    while True:
        at = min((i for i in (rest.find(NAME), rest.find(REF)) if i >= 0), default=-1)
        if at < 0:
            break
        before, placeholder = rest[:at], NAME if rest.startswith(NAME, at) else REF
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
