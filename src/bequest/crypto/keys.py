"""The key table: every purpose, who holds its key, what is lost with it, when it dies; and a provider that keeps keys.

Rules kept: each key is 32 independent random bytes; a destroyed key is never made again under the same purpose (its
tombstone stays); one read of the table tells an auditor what still can be opened.
"""

import os
import re
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from bequest.crypto.atomic import sync_directory, write_file
from bequest.crypto.cipher import KEY_BYTES
from bequest.crypto.sealing import open_bytes, seal_bytes
from bequest.kernel.errors import InputError, StateError


@dataclass(frozen=True, slots=True)
class KeyPurpose:
    """One row of the key table. A purpose that ends in `/` stands for one key per name after it."""

    purpose: str
    holder_zh: str
    holder_en: str
    backup_zh: str
    backup_en: str
    lost_zh: str
    lost_en: str
    dies_zh: str
    dies_en: str


_OPERATOR = ("运营方", "the operator")
_NO_BACKUP = ("不备份", "none")
_SPLIT = ("多人分持备份，与数据库备份分开", "k-of-n split, apart from the database backup")

KEY_PURPOSES: tuple[KeyPurpose, ...] = (
    KeyPurpose(
        "link", *_OPERATOR, *_SPLIT,
        "案内标识的对照：须重新发现与关联", "tokens inside the case: discovery and linking must be run again",
        "结案时", "at close",
    ),
    KeyPurpose(
        "recipient/", *_OPERATOR, *_SPLIT,
        "对该接收方的标识无法再续算", "tokens for that recipient can no longer be continued",
        "该接收方末次交付签收后", "after the last receipt of that recipient",
    ),
    KeyPurpose(
        "replay", *_OPERATOR, *_SPLIT,
        "恢复备份时无法重放删除清单", "the erasure ledger cannot be replayed on a restored copy",
        "最后一份副本到期时", "when the last copy expires",
    ),
    KeyPurpose(
        "verifier", "独立检验人", "the independent verifier", *_NO_BACKUP,
        "检验集合作废：须在删除前重新取样", "the search set is void: samples must be taken again before deletion",
        "末次复扫之后", "after the final rescan",
    ),
    KeyPurpose(
        "anonymise", *_OPERATOR, *_NO_BACKUP,
        "就地匿名化须从未改写的行重新开始", "anonymising in place cannot go on where it was cut off",
        "发出销毁证书时", "when the certificate is issued",
    ),
    KeyPurpose(
        "watermark", *_OPERATOR, *_SPLIT,
        "无法再由泄露数据追到交付", "a leak can no longer be traced to a delivery",
        "案件材料保存期满时", "when the case file's term ends",
    ),
    KeyPurpose(
        "evidence", *_OPERATOR, *_SPLIT,
        "日志中的承诺无法再打开；证明仍可核验", "commitments in the log can no longer be opened; proofs still verify",
        "案件材料保存期满时", "when the case file's term ends",
    ),
    KeyPurpose(
        "cards", *_OPERATOR, *_NO_BACKUP,
        "门户中的个人卡片无法打开", "the personal cards of the portal cannot be opened",
        "反馈期满后（证书载明日期）", "after the feedback term (dated on the certificate)",
    ),
    KeyPurpose(
        "outbox", *_OPERATOR, *_NO_BACKUP,
        "删除后的一次性反馈无法发出", "the one-time feedback after deletion cannot be sent",
        "发出时，至迟证书后三十日", "when sent, at latest 30 days after the certificate",
    ),
    KeyPurpose(
        "bodies", *_OPERATOR, *_SPLIT,
        "同意、争议等原文无法打开", "the texts of consents and disputes cannot be opened",
        "结案时", "at close",
    ),
    KeyPurpose(
        "locator", *_OPERATOR, *_SPLIT,
        "无法由行标识找回源记录", "records at the source can no longer be found from their row tokens",
        "结案时", "at close",
    ),
    KeyPurpose(
        "custody/", "保管人", "the custodian", *_SPLIT,
        "该批留存档案无法打开，即告销毁", "that bucket of the archive cannot be opened: it counts as destroyed",
        "该批到期日", "on the due date of that bucket",
    ),
    KeyPurpose(
        "log-signing", *_OPERATOR, *_SPLIT,
        "日志无法续写；已签部分仍可核验", "the log cannot be continued; what is signed still verifies",
        "日志关闭时", "when the log is closed",
    ),
    KeyPurpose(
        "platform-signing", *_OPERATOR, *_SPLIT,
        "无法再签发陈述与证据包；已签的仍可核验", "no further statement or bundle; what is signed still verifies",
        "结案并交付证据包后", "after close, when the bundle is handed over",
    ),
    KeyPurpose(
        "guomi-signing", *_OPERATOR, *_SPLIT,
        "无法再出具国密签名；已签的仍可核验", "no further SM2 signature; what is signed still verifies",
        "结案并交付证据包后", "after close, when the bundle is handed over",
    ),
    KeyPurpose(
        "home", *_OPERATOR, *_SPLIT,
        "控制台验证码、网络回调密钥与门户会话作废：须重新开户、重新登记",
        "code generators of the console, secrets of web hooks and portal visits are void: made anew",
        "主目录弃用时", "when the home is given up",
    ),
)  # fmt: skip
"""Persons' signing keys are not here: they are the persons' own (`crypto.signing`)."""

_NEXT = ".next"
_PURPOSE = re.compile(r"[a-z][a-z-]*(/[a-z0-9][a-z0-9._-]{0,62})?")


class KeyState(StrEnum):
    """Where a key is in its life."""

    MISSING = "missing"
    LIVE = "live"
    DESTROYED = "destroyed"


def purpose_row(purpose: str) -> KeyPurpose:
    """The row of the key table that `purpose` belongs to.

    Raises:
        InputError: where the table has no such purpose.
    """
    head, slash, name = purpose.partition("/")
    for row in KEY_PURPOSES:
        if row.purpose == head + slash and bool(slash) == bool(name) and _PURPOSE.fullmatch(purpose):
            return row
    known = ", ".join(row.purpose + ("<id>" if row.purpose.endswith("/") else "") for row in KEY_PURPOSES)
    raise InputError(f"there is no key purpose {purpose!r}", hint=f"Known purposes: {known}.")


class KeyProvider(Protocol):
    """Keeps the keys of a case. The one there is keeps a folder of files sealed under the master key of the home."""

    def get(self, purpose: str) -> bytes:
        """The 32 bytes of a live key."""

    def create(self, purpose: str) -> bytes:
        """The live key of this purpose, made now where there is none. Never re-makes a destroyed one."""

    def destroy(self, purpose: str) -> None:
        """End the key for good."""

    def state(self, purpose: str) -> KeyState:
        """Where the key is in its life."""

    def purposes(self) -> tuple[str, ...]:
        """Every purpose that has or had a key, sorted."""


class FileKeyProvider:
    """Each key sealed under a master key in a file of its own (0600); a destroyed one leaves a tombstone.

    While the master key is being changed a key has two files: `.key` under the one, `.next` under the other. Either
    master key opens what is its own, so that a change cut off anywhere leaves every key readable.
    """

    def __init__(
        self, directory: Path, master: bytes, *, steady: Callable[[], AbstractContextManager[None]] = nullcontext
    ) -> None:
        """`steady` is held while a file is made or removed: no change of the master key may run meanwhile."""
        if len(master) != KEY_BYTES:
            raise InputError("a master key has 32 bytes", hint="Use the one of the home.")
        self._directory = directory
        self._master = master
        self._steady = steady
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def get(self, purpose: str) -> bytes:
        """The 32 bytes of a live key.

        Raises:
            StateError: where there is none, or it was destroyed.
            InputError: where the file was sealed under another master key or altered.
        """
        state = self.state(purpose)
        if state is KeyState.DESTROYED:
            raise StateError(
                f"the key {purpose!r} was destroyed", hint="What it opened is gone; this cannot be undone."
            )
        if state is KeyState.MISSING:
            raise StateError(f"there is no key {purpose!r} yet", hint="It is created when its step runs.")
        with suppress(InputError, FileNotFoundError):
            return open_bytes(self._file(purpose).read_bytes(), self._master, _aad(purpose))
        following = self._next(purpose)
        sealed = (following if following.exists() else self._file(purpose)).read_bytes()
        return open_bytes(sealed, self._master, _aad(purpose))

    def create(self, purpose: str) -> bytes:
        """The live key of this purpose, made now where there is none.

        Raises:
            StateError: where it was destroyed: a purpose that ended does not begin again.
        """
        if self.state(purpose) is KeyState.MISSING:
            with self._steady():
                sealed = seal_bytes(secrets.token_bytes(KEY_BYTES), self._master, _aad(purpose))
                write_file(self._file(purpose), sealed)
        return self.get(purpose)

    def destroy(self, purpose: str) -> None:
        """Leave a tombstone, then overwrite and unlink the file. May be repeated, also after a crash half-way.

        On flash, copy-on-write and journalled file systems the old bytes can survive; they are sealed under the master
        key, so destroying that ends them too.
        """
        with self._steady():
            write_file(self._tombstone(purpose), f"destroyed {purpose}\n".encode())
            for path in (self._next(purpose), self._file(purpose)):
                if path.exists():
                    overwrite(path)
                    path.unlink()
                    sync_directory(self._directory)

    def state(self, purpose: str) -> KeyState:
        """Where the key is in its life.

        Raises:
            InputError: where the key table has no such purpose.
        """
        if self._tombstone(purpose).exists():
            return KeyState.DESTROYED
        return KeyState.LIVE if self._file(purpose).exists() else KeyState.MISSING

    def purposes(self) -> tuple[str, ...]:
        """Every purpose that has or had a key, sorted."""
        names = (p.stem for p in self._directory.iterdir() if p.suffix in (".key", ".destroyed"))
        return tuple(sorted({name.replace("+", "/") for name in names}))

    def live(self) -> tuple[str, ...]:
        """Every purpose whose key is there, sorted."""
        return tuple(p for p in self.purposes() if self.state(p) is KeyState.LIVE)

    def prepare(self, new: bytes) -> int:
        """Seal every live key under another master key as well, beside the file that counts; how many.

        Each is opened again before this returns. Nothing that is there changes.
        """
        live = self.live()
        for purpose in live:
            key = self.get(purpose)
            write_file(self._next(purpose), seal_bytes(key, new, _aad(purpose)))
            if open_bytes(self._next(purpose).read_bytes(), new, _aad(purpose)) != key:
                raise StateError("a key was not written as it is", hint="Check the disk, then run the command again.")
        return len(live)

    def settle(self) -> int:
        """Put in place what `prepare` sealed under the master key that counts now, drop what it sealed under another.

        May be repeated, also after a crash half-way; how many files were put in place.
        """
        placed = 0
        for path in sorted(self._directory.glob(f"*{_NEXT}")):
            purpose = path.stem.replace("+", "/")
            try:
                open_bytes(path.read_bytes(), self._master, _aad(purpose))
            except InputError:
                path.unlink()  # of a change that was given up
                continue
            path.replace(self._file(purpose))
            placed += 1
        sync_directory(self._directory)
        return placed

    def _next(self, purpose: str) -> Path:
        return self._file(purpose).with_suffix(_NEXT)

    def _file(self, purpose: str) -> Path:
        purpose_row(purpose)
        # `+` occurs in no identifier, so that two purposes never share a file name.
        return self._directory / (purpose.replace("/", "+") + ".key")

    def _tombstone(self, purpose: str) -> Path:
        purpose_row(purpose)
        return self._directory / (purpose.replace("/", "+") + ".destroyed")


def overwrite(path: Path) -> None:
    """Put random bytes over a file's content. On flash and copy-on-write file systems the old bytes can survive."""
    with path.open("r+b") as file:
        file.write(os.urandom(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())


def _aad(purpose: str) -> bytes:
    return b"bequest/key/v1\0" + purpose.encode()
