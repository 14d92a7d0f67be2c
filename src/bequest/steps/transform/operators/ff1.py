"""FF1: encrypted in its own format (NIST SP 800-38G): length and alphabet stay, check characters stay right.

The cipher's key is made from the recipient's (CMAC as in NIST SP 800-108) and used for nothing else; the tweak is the
class, so that a phone number is the same in every table of one receiver, and another with the next. What has no such
form, or fewer than a million values, is hidden whole.
"""

from collections.abc import Callable
from typing import Final

import polars as pl

from bequest.crypto.cipher import aes_ecb, sm4_ecb
from bequest.engine.kernels import preserve
from bequest.engine.kernels.cmac import Ecb, tag
from bequest.model.datamap import FieldClass
from bequest.model.disposition import Operator
from bequest.steps.transform.operator import ColumnContext, OperatorSpec

_BY_CLASS: Final = {
    FieldClass.PHONE: preserve.PHONE,
    FieldClass.LANDLINE: preserve.PHONE,
    FieldClass.NATIONAL_ID: preserve.NATIONAL_ID,
    FieldClass.BANK_CARD: preserve.BANK_CARD,
    FieldClass.POSTCODE: preserve.NUMBER,
    FieldClass.ACCOUNT_NUMBER: preserve.CODE,
    FieldClass.ORDER_NO: preserve.CODE,
    FieldClass.TRACKING_NUMBER: preserve.CODE,
    FieldClass.PASSPORT: preserve.CODE,
}
_CIPHERS: Final[dict[str, Callable[[bytes], Ecb]]] = {"aes": aes_ecb, "sm4": sm4_ecb}


def apply(series: pl.Series, ctx: ColumnContext) -> pl.Series:
    """The encrypted value of the column's class; a class without a format is hidden whole."""
    form = _BY_CLASS.get(ctx.column.cls)
    cls = FieldClass.PHONE if ctx.column.cls is FieldClass.LANDLINE else ctx.column.cls
    if form is None:
        return preserve.hide(series)
    return preserve.encrypt(series, form, cipher_of(ctx.ecb, ctx.setting or "aes"), tweak_of(cls))


def cipher_of(recipient: Ecb, name: str) -> Ecb:
    """The cipher of FF1 under a recipient's key: 128 bits of `aes` or `sm4`."""
    return _CIPHERS[name](tag(b"bequest/ff1/v1\0" + name.encode(), recipient))


def tweak_of(cls: FieldClass) -> bytes:
    """The tweak: the class."""
    return cls.value.encode()


OPERATOR = OperatorSpec(
    Operator.FF1,
    "保留格式加密：位数和校验码仍对，表间可关联，密钥方可还原",
    "ff1: encrypted in its own format; joins hold, the holder of the key can turn it back",
    apply,
)
