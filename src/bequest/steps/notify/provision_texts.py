"""What a notice says of provision to another processor (PIPL Art. 23), where it differs from a succession."""

COPY_STAYS = (
    "提供以后，原处的一份照旧由原公司处理和保存；接收方的保存期限与原来相同，届满即删除",
    "the copy at the source stays with the company you know, as before; the receiver keeps the data no longer than "
    "before and deletes it then",
)
"""Sharing inside a group (E13): what is provided is a copy."""


def silence_on_provision(until_zh: str, until_en: str) -> tuple[str, str]:
    """What happens to somebody who does not answer, where the basis is another than consent."""
    return (
        f"如果{until_zh}没有收到您的反对，您的信息按上面所说提供，但敏感个人信息没有您的单独同意不提供。",
        f"If we hear no objection {until_en}, your data is provided as described above, but nothing sensitive without "
        "your separate consent.",
    )
