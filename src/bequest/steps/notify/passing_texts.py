"""What a notice says of the information that passes, and of what does not."""

from bequest.model.case import Case, Event, Lot
from bequest.steps.notify.provision_texts import goes_on_without_a_yes

Text = tuple[str, str]

PASSES_NOTHING: Text = (
    "没有移交任何信息，也没有因此删除任何信息",
    "nothing is handed over and nothing is deleted for this reason",
)


def what_passes(case: Case, lot: Lot, passing: Text, reduced: Text) -> Text:
    """By labels joined in each language: what passes, what of it only masked or in part, and what becomes of the rest.

    Empty for nothing.
    """
    if not passing[0]:
        return ("", "")
    unlisted = _unlisted(case, lot)
    return (
        f"移交继续服务所需的部分：{passing[0]}"
        + (f"；其中{reduced[0]}先遮盖或者只留一部分" if reduced[0] else "")
        + f"。没有列出的（如口令、网络日志、超出目的收集的信息）不移交，{unlisted[0]}",
        f"What continuing the service needs passes on: {passing[1]}"
        + (f"; of these, {reduced[1]} only masked or in part" if reduced[1] else "")
        + ". What is not listed (such as passwords, network logs and what was collected beyond any purpose) does not "
        f"pass on{unlisted[1]}",
    )


def _unlisted(case: Case, lot: Lot) -> Text:
    """What the rules do with what is not listed: deleted, or kept by the company that goes on."""
    if case.event is Event.E13:
        return (
            "也不因此删除，照旧由原公司处理和保存；只有超出目的收集的，在您的信息移交时由原公司删除",
            " and is not deleted for that: it stays with the company you know as before; only what was collected "
            "beyond any purpose is deleted there when your data passes on",
        )
    if goes_on_without_a_yes(case, lot):
        return (
            "您的信息移交以后，除依法须留存的以外一律删除；您的信息不移交的，一切照旧由原公司处理和保存，不因此删除",
            ". Once your data has passed on it is deleted unless a law says to keep it; if your data does not pass on, "
            "all stays as it is with the company you know and nothing is deleted for that",
        )
    return ("除依法须留存的以外一律删除", ", and is deleted unless a law says to keep it")
