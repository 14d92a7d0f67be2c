"""What a notice says of the information that passes, and of what does not."""

Text = tuple[str, str]

PASSES_NOTHING: Text = (
    "没有移交任何信息，也没有因此删除任何信息",
    "nothing is handed over and nothing is deleted for this reason",
)


def what_passes(passing: Text, reduced: Text) -> Text:
    """By labels joined in each language: what passes, and what of it only masked or in part; empty for nothing."""
    if not passing[0]:
        return ("", "")
    return (
        f"移交继续服务所需的部分：{passing[0]}"
        + (f"；其中{reduced[0]}先遮盖或者只留一部分" if reduced[0] else "")
        + "。没有列出的（如口令、网络日志、超出目的收集的信息）不移交，除依法须留存的以外一律删除",
        f"What continuing the service needs passes on: {passing[1]}"
        + (f"; of these, {reduced[1]} only masked or in part" if reduced[1] else "")
        + ". What is not listed (such as passwords, network logs and what was collected beyond any purpose) does not "
        "pass on, and is deleted unless a law says to keep it",
    )
