"""What a notice says of provision to another processor (PIPL Art. 23), where it differs from a succession."""

from bequest.model.case import Case, Event, LegalRoute, Lot

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
_PART_SALE = "cn.pipl.part_sale_goes_on"
"""The switch by which counsel may read it otherwise for a part of a business; the law pack says yes."""


def goes_on_without_a_yes(case: Case, lot: Lot) -> bool:
    """Whether the transferor goes on with whoever does not agree: PIPL Art. 23, as the gate `agreed` of the rules."""
    part = case.event is Event.E5 and all(s.value for s in case.switches if s.name == _PART_SALE)
    return (part or case.event in _GOES_ON) and lot.legal_route is LegalRoute.PIPL_23


def silence_where_asked(case: Case, lot: Lot, until_zh: str, until_en: str) -> tuple[str, str]:
    """What happens to somebody who does not answer, where nothing passes without a yes."""
    zh, en = (
        f"如果{until_zh}没有收到您的同意，您的信息不移交",
        f"If we have not heard your consent {until_en}, your data does not pass on",
    )
    if goes_on_without_a_yes(case, lot):
        return f"{zh}，照旧由原公司处理。", f"{en}; all stays as it is with the company you know."
    return (
        f"{zh}，原处的一份删除（依法须留存的除外）。",
        f"{en}; the copy at the source is deleted, save what the law keeps.",
    )


def what_no_costs(case: Case, lot: Lot) -> tuple[str, str]:
    """What a refusal or an objection means for the services somebody has.

    Nothing, where the transferor goes on with whoever does not agree. Else the copy at the source goes, as far as no
    duty keeps it, and with it what cannot be done without; what the law gives a customer does not rest on that copy.
    """
    if goes_on_without_a_yes(case, lot):
        return "不影响任何已有的服务", "costs you no service"
    return (
        "不影响您依法享有的售后等权利，但凡信息不移交又被删除的，靠这些信息提供的服务（如会员权益）随之停止",
        "takes nothing from your rights by law, such as after-sales claims; but where data does not pass on and is "
        "deleted, services that rest on it, such as a membership, end with it",
    )


def kids_refusal(case: Case, lot: Lot | None) -> tuple[str, str]:
    """What a guardian's refusal does.

    Where the transferor goes on with whoever does not agree all stays as it is; else the copy at the source is deleted
    as far as no duty keeps it.
    """
    if lot is None:
        return (
            "这次无须同意，拒绝没有任何后果；可以随时要求删除",
            "no consent is asked for, so nothing follows from refusing; you may ask for deletion at any time",
        )
    if goes_on_without_a_yes(case, lot):
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
