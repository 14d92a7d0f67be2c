"""What a receiver undertakes: said by the package, signed for in the receipt, and a condition of importing anything."""

from collections.abc import Iterable, Mapping, Sequence

from bequest.kernel.canonical import Json
from bequest.kernel.errors import DeliveryError
from bequest.model.case import LegalRoute

MEANINGS: dict[str, tuple[str, str]] = {
    "PIPL-22-continue-duties": ("继续履行个人信息处理者的义务", "continues the duties of the handler"),
    "PIPL-22-new-consent-on-change": (
        "变更原先的处理目的、处理方式的，重新取得个人同意",
        "asks each person's consent again before purpose or method change",
    ),
    "PIPL-23-within-consent": (
        "在个人同意的处理目的、处理方式和个人信息的种类范围内处理",
        "stays within the purposes, methods and kinds to which each person agreed",
    ),
    "PIPL-21-as-agreed": (
        "只按约定的目的、期限、方式和种类处理，不得超出",
        "processes for the purpose and term, by the method and of the kinds agreed, and no further",
    ),
    "PIPL-21-no-sub-entrusting": (
        "未经同意不转委托他人处理",
        "entrusts nobody else with it without consent",
    ),
    "PIPL-21-return-or-delete": (
        "委托结束即返还或者删除，不保留，并出具证明",
        "returns or deletes it when the engagement ends, keeps nothing, and gives proof",
    ),
    "PIPL-51-protect": (
        "采取管理和技术措施，防止未经授权的访问以及泄露、篡改、丢失",
        "guards it against access without right, leaks, changes and loss",
    ),
    "agreement-scope-and-conditions": (
        "只在协议约定的范围内、按约定的条件处理",
        "stays within the scope and the conditions of the agreement",
    ),
    "agreement-confidentiality": (
        "按协议保密，未经同意不转交他人",
        "keeps it confidential as agreed, and passes it on to nobody without consent",
    ),
    "agreement-end": (
        "协议期满返还或者删除",
        "returns or deletes it when the term of the agreement ends",
    ),
    "agreement-supervision": ("接受移交方按约定的监督检查", "lets the transferor see that it keeps to the agreement"),
    "propagate-withdrawal": (
        "收到撤回、更正的通知即照办，并交回签名的执行回执",
        "carries out withdrawals and corrections that it is told of, and signs for having done so",
    ),
}
"""Each undertaking in both languages; the articles are of the Personal Information Protection Law."""

DEFAULT = ("PIPL-22-continue-duties", "PIPL-22-new-consent-on-change", "PIPL-51-protect", "propagate-withdrawal")
"""What packages without a list of their own ask for."""

_BY_ROUTE: dict[LegalRoute, tuple[str, ...]] = {
    LegalRoute.PIPL_21: ("PIPL-21-as-agreed", "PIPL-21-no-sub-entrusting", "PIPL-21-return-or-delete"),
    LegalRoute.PIPL_22: DEFAULT[:2],
    LegalRoute.PIPL_23: ("PIPL-23-within-consent", "PIPL-22-new-consent-on-change"),
}
_ALWAYS = DEFAULT[2:]
_AGREED = tuple(u for u in MEANINGS if u.startswith("agreement-"))
ALL = "all"


def undertakings_of(route: LegalRoute, *, is_agreed: bool = False) -> tuple[str, ...]:
    """What the receiver of a lot on this legal route must undertake (PIPL Arts. 22, 23, 51).

    `is_agreed`: there is an agreement with it (网络数据安全管理条例 art. 12).
    """
    return (*_BY_ROUTE.get(route, DEFAULT[:2]), *(_AGREED if is_agreed else ()), *_ALWAYS)


def required(predicate: Mapping[str, Json]) -> tuple[str, ...]:
    """What the signed statement of a delivery asks the receiver to undertake."""
    said = predicate.get("undertakings")
    return tuple(map(str, said)) if isinstance(said, list) else DEFAULT


def check_undertaken(asked: Sequence[str], given: Iterable[str]) -> None:
    """Nothing, where all is undertaken that the package asks for.

    Raises:
        DeliveryError: naming what is missing.
    """
    undertaken = set(given)
    missing = [] if ALL in undertaken else [u for u in asked if u not in undertaken]
    if missing:
        raise DeliveryError(
            f"nothing is imported: the receiver has not undertaken {', '.join(missing)}",
            hint="Read what each means (printed above, and in the README of the package), then give --undertake with"
            " each, or --undertake all. Your signed receipt repeats them.",
            code="BQ-DELIVERY-6",
        )
