"""What a notice says of provision to another processor (PIPL Art. 23), where it differs from a succession."""

from bequest.model.case import Event, LegalRoute, Lot

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


_GOES_ON = frozenset({Event.E10, Event.E11, Event.E13})


def kids_refusal(event: Event, lot: Lot | None) -> tuple[str, str]:
    """What a guardian's refusal does.

    Where something single is provided (PIPL Art. 23) the transferor goes on with whoever does not agree, as the gate
    `agreed` of the rules has it; else the copy at the source is deleted as far as no duty keeps it.
    """
    if lot is None:
        return (
            "这次无须同意，拒绝没有任何后果；可以随时要求删除",
            "no consent is asked for, so nothing follows from refusing; you may ask for deletion at any time",
        )
    if event in _GOES_ON and lot.legal_route is LegalRoute.PIPL_23:
        return (
            "不同意的，不移交；原处的一份照旧由原公司处理和保存，不因此删除，可以另行要求删除；不影响任何已有的服务",
            "after a refusal nothing passes on; the copy at the source stays with the company you know as before and "
            "is not deleted for that, which you may ask for apart from it; no service you have depends on it",
        )
    return (
        "不同意的，不移交，原处的一份删除（依法须留存的除外），不影响已购商品的售后",
        "after a refusal nothing passes on and the copy at the source is deleted, save what the law keeps; goods "
        "already bought keep their after-sales service",
    )
