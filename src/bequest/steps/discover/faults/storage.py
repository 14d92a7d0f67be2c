"""Insecure storage 存储不安全 (PIPL Art. 51)."""

from collections.abc import Iterator, Sequence

import polars as pl

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detectors.cn import resident_id
from bequest.steps.discover.detectors.intl import account_number, bank_card
from bequest.steps.discover.faults.fault import Fault
from bequest.steps.discover.faults.table import Table
from bequest.steps.discover.matching import words_of
from bequest.steps.discover.words import has_han

SLOW_HASH = (
    r"^\$2[aby]?\$\d\d\$|^\$argon2|^\$[156y7]\$|^\{(?:bcrypt|SSHA|SSHA256|SSHA512|pbkdf2)\}|^pbkdf2[_:$]|^scrypt[:$]"
)
FAST_HASH = (
    r"(?i)^\{?(?:MD5\})?[0-9a-f]{32}$|^[0-9a-f]{40}$|^\*[0-9A-F]{40}$|^[0-9a-f]{56}$|^[0-9a-f]{64}$"
    r"|^[0-9a-f]{96}$|^[0-9a-f]{128}$"
)
_ENCRYPTED = r"^[A-Za-z0-9+/_-]{43,}={0,2}$|^(?:ENC|enc|v\d|vault|AQ)[(:]"
_KEYS_NOT_PASSWORDS = frozenset({"salt", "token", "secret", "key", "session", "question", "answer", "hint", "code"})
_CARD_SECRETS = frozenset(
    {"cvv", "cvc", "cvn", "cvv2", "cvc2", "track", "track2", "pin", "pinblk", "pinblock", "magstripe"}
)
_CARD_SECRETS_HAN = ("安全码", "磁道", "cvv", "CVV", "CVN", "交易密码", "取款密码", "银行卡密码")
_READABLE = {
    FieldClass.NATIONAL_ID: resident_id.DETECTOR,
    FieldClass.BANK_CARD: bank_card.DETECTOR,
    FieldClass.ACCOUNT_NUMBER: account_number.DETECTOR,
}
_PLAIN_NUMBER = r"^[0-9A-Z][0-9A-Z -]{7,33}$"
_NAMED = (FieldClass.PERSON_NAME, FieldClass.NATIONAL_ID, FieldClass.PHONE)


def find(tables: Sequence[Table]) -> Iterator[Fault]:
    """Passwords in clear or hashed too fast, card secrets, readable numbers, biometrics beside names, text."""
    for table in tables:
        for c in table.map.columns:
            if c.cls is FieldClass.PASSWORD_SECRET and c.personal:
                yield from _passwords(table, c.name)
            if c.personal and _is_card_secret(table, c.name):
                yield table.fault("storage.card_secret", c.name, len(table.values(c.name)) or 1, about=c.cls.value)
        for c in table.of_class(*_READABLE, FieldClass.PASSPORT):
            readable = _readable(table.values(c.name))
            yield table.fault("storage.readable", c.name, readable, about=c.cls.value)
        for c in table.of_class(FieldClass.BIOMETRIC):
            beside = [x.name for x in table.of_class(*_NAMED)]
            if beside:
                yield table.fault("storage.biometric", c.name, len(table.values(c.name)) or 1, about=", ".join(beside))
        for c in table.map.columns:
            if c.in_text:
                yield table.fault("storage.in_text", c.name, len(table.values(c.name)), about=_words(c.in_text))


def _passwords(table: Table, name: str) -> Iterator[Fault]:
    if set(words_of(table.info(name).said)) & _KEYS_NOT_PASSWORDS:
        return
    values = table.values(name)
    if values.is_empty():
        return
    slow, fast, sealed = (values.str.contains(p) for p in (SLOW_HASH, FAST_HASH, _ENCRYPTED))
    yield table.fault("storage.plain_password", name, int((~(slow | fast | sealed)).sum()), len(values))
    yield table.fault("storage.weak_password", name, int((fast & ~slow).sum()), len(values))


def _is_card_secret(table: Table, name: str) -> bool:
    info = table.info(name)
    words = set(words_of(info.said)) | {info.said.lower()}
    told = f"{info.said}{info.comment}" if has_han(f"{info.said}{info.comment}") else ""
    return bool(words & _CARD_SECRETS) or any(w in told for w in _CARD_SECRETS_HAN)


def _readable(values: pl.Series) -> int:
    """How many can be read as they stand: neither masked nor sealed."""
    if values.is_empty():
        return 0
    masked = values.str.contains(r"[*＊●xX]{3,}")
    return int((values.str.to_uppercase().str.contains(_PLAIN_NUMBER) & ~masked).sum())


def _words(classes: Sequence[FieldClass]) -> str:
    return ", ".join(c.value for c in classes)
