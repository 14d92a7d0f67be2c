"""Bare words that mean one thing or another by what stands beside them: 地址 of a link, `account` of a bank."""

from dataclasses import replace

from bequest.model.datamap import FieldClass
from bequest.steps.discover.context import TableContext
from bequest.steps.discover.matching import Hit

_ADDRESSED = frozenset({FieldClass.IP, FieldClass.EMAIL, FieldClass.DEVICE_ID, FieldClass.AVATAR_PHOTO})
_ACCOUNTS = frozenset({"account", "账号", "帐号", "账户", "zhanghao", "zh", "account name login"})


def of_banks(hits: tuple[Hit, ...], context: TableContext) -> tuple[Hit, ...]:
    """A bare account where a bank or the name of the account stands beside it is the bank's, not one to log in with."""
    if not context.banked:
        return hits
    return tuple(
        replace(h, cls=FieldClass.ACCOUNT_NUMBER)
        if h.cls is FieldClass.USERNAME and (h.hint in _ACCOUNTS or h.hint.endswith(" account"))
        else h
        for h in hits
    )


def without_bare_words(names: tuple[Hit, ...], comments: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """A bare 地址 beside a name that says IP, mail, link or picture is the address of that; so is 账号 of a bank's."""
    if any(h.cls is FieldClass.ACCOUNT_NUMBER for h in names):
        return tuple(h for h in comments if h.hint not in {"账号", "帐号", "账户"})
    if any(h.cls in _ADDRESSED or h.hint in {"url", "uri", "link"} for h in names):
        return tuple(h for h in comments if h.hint not in {"地址", "address"})
    return comments
