"""What the people who run a server decide about its scrub: in a window, or left until a day. Pure.

Deleting takes rows from tables; their bytes stay in pages, logs and old files of the server until these are written
anew. That reaches beyond the case, so it is decided apart from the policy, by the role `it`, store by store. A store
that is not scrubbed, and what a scrub leaves, is a dated residual on the certificate.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bequest.kernel.canonical import Json, digest
from bequest.kernel.clock import parse_rfc3339
from bequest.model.destruction import Residual
from bequest.sources.scrub import ScrubPlan


class Choice(StrEnum):
    """What is done with the bytes that deleting leaves behind."""

    RUN = "run"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScrubDecision:
    """One store's decision. `plan_digest`: of what was shown. `until`: the day from which what is left is gone too."""

    source: str
    choice: Choice
    plan_digest: str
    person: str
    fingerprint: str
    decided_at: str
    begins_at: str = ""
    ends_at: str = ""
    until: str = ""
    reason: str = ""


class When(StrEnum):
    """Where an instant lies, seen from a window."""

    BEFORE = "before"
    INSIDE = "inside"
    AFTER = "after"


def place_in_window(decision: ScrubDecision, at: datetime) -> When:
    """Whether the window is yet to begin, open, or over."""
    if at < parse_rfc3339(decision.begins_at):
        return When.BEFORE
    return When.INSIDE if at < parse_rfc3339(decision.ends_at) else When.AFTER


def plan_digest(source: str, plan: ScrubPlan) -> str:
    """Digest of what people decide on: the recipe, its reach and what it leaves; not of sizes, which move."""
    shown: dict[str, Json] = {
        "source": source,
        "level": plan.level.value,
        "steps": list(plan.steps),
        "commands": list(plan.commands),
        "locked": list(plan.locked),
        "server_wide": plan.is_server_wide,
        "remains": list(plan.remains),
    }
    return digest(shown)


REMAINS: dict[str, tuple[str, str]] = {
    "pages": ("数据文件中的已删页", "pages of deleted rows in data files"),
    "wal": ("预写日志", "the write-ahead log"),
    "redo_log": ("重做日志", "the redo log"),
    "binary_log": ("二进制日志", "the binary log"),
    "aria_log": ("Aria 日志", "the log of Aria"),
    "undo": ("回滚段", "undo segments"),
    "server_log": ("服务器日志", "the server's log"),
    "temporary_files": ("临时文件", "temporary files"),
    "replicas": ("副本", "replicas"),
    "backups": ("备份与归档", "backups and archives"),
    "statistics": ("统计信息", "statistics"),
    "locked_versions": ("受对象锁保护的旧版本", "older versions under an object lock"),
    "older_versions": ("对象的旧版本", "older versions of objects"),
    "persistence_files": ("持久化文件（RDB、AOF）", "persistence files (RDB, AOF)"),
    "memory": ("服务器已释放的内存", "freed memory of the server"),
    "freed_blocks": ("磁盘上已释放的块", "freed blocks on disk"),
}
"""What may hold deleted bytes, by code."""


def residuals_of(source: str, decision: ScrubDecision, remains: tuple[str, ...]) -> tuple[Residual, ...]:
    """What of a store the certificate names: everything where it was left, else what the scrub does not reach."""
    codes = ("pages", "wal") if decision.choice is Choice.LEAVE and not remains else remains
    if not codes:
        return ()
    words = [REMAINS.get(c, (c, c)) for c in codes]
    left = decision.choice is Choice.LEAVE
    return (
        Residual(
            where_zh=f"{source} 服务器：{'、'.join(zh for zh, _ in words)}",
            where_en=f"server of {source}: {', '.join(en for _, en in words)}",
            why_zh="按决定不清理" if left else "在线清理无法触及",
            why_en="not scrubbed, as decided" if left else "out of reach of a scrub while the server runs",
            control_zh="行已删除；字节由服务器逐步覆盖",
            control_en="the rows are deleted; the server overwrites their bytes in time",
            due_on=decision.until or "—",
        ),
    )
