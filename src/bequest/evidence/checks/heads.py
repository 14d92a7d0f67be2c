"""Heads that others saw: each is part of this log's history, and what they say of the time agrees with the entries.

A head that somebody else kept cannot be changed any more. That it leads to this log shows that nothing before it was
changed, taken out or put in later; entries never go back in time, so nothing after it is dated before it either.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bequest.crypto.timestamps import check_timestamp
from bequest.evidence.anchors import is_anchor_file
from bequest.evidence.checkpoint import Checkpoint, parse_checkpoint
from bequest.evidence.checks.anchors import check_anchors
from bequest.evidence.checks.files import BundleFiles
from bequest.evidence.checks.log import LogView, not_in_history, said
from bequest.evidence.event_types import NEEDS_APPROVAL
from bequest.evidence.heads import COSIGNED, NOTE, STAMPED
from bequest.evidence.report import Findings
from bequest.evidence.trust import Trust
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import VerificationError

HEADS = "data/heads/"
CLOCK_SKEW = timedelta(minutes=5)
"""How far two clocks may differ before an entry counts as dated after somebody saw it."""


def check_heads(files: BundleFiles, trust: Trust, log: LogView, findings: Findings) -> None:
    """Every head in the bundle; and where the trust file demands it, that witnesses saw each intent before its act."""
    heads = [head for path in files.below(HEADS) if (head := _head(path, files, trust, log, findings))]
    check_anchors(files, HEADS, findings)
    _check_intents(trust, log, [*heads, log.checkpoint], findings)
    stamped = [head.size for head in heads if _check_stamp(head, files, trust, log, findings)]
    if trust.tsa_roots and log.checkpoint.size not in stamped:
        zh, en = (
            "最后的日志头没有时间戳，信任文件要求有",
            "the last head has no time stamp, which the trust file demands",
        )
        findings.failed("log.time", HEADS, zh, en)


def check_earlier(notes: Sequence[tuple[str, str]], trust: Trust, log: LogView, findings: Findings) -> None:
    """Heads that the reader kept from earlier (name, note): the log must contain them."""
    for name, note in notes:
        try:
            head = parse_checkpoint(note, trust.log, trust.witness_keys)
            _check_history(head, log)
        except VerificationError as error:
            zh, en = "先前的日志头不在此日志的历史中", "the log does not contain the head that was kept from earlier"
            findings.refused("log.earlier", name, zh, en, error)
        else:
            zh = f"先前留存的 {head.size} 条的日志头在此日志的历史中"
            en = f"the log contains the head of {head.size} entries that was kept from earlier"
            findings.passed("log.earlier", zh, en, file=name)


def _head(path: str, files: BundleFiles, trust: Trust, log: LogView, findings: Findings) -> Checkpoint | None:
    if is_anchor_file(path.removeprefix(HEADS)):
        return None  # read by `check_anchors`
    if any(path.endswith(e) and path.removesuffix(e) + NOTE in files.digests for e in (COSIGNED, STAMPED)):
        return None  # read with its head
    try:
        if not path.endswith(NOTE):
            raise VerificationError("it belongs to no head")
        lines = path.removesuffix(NOTE) + COSIGNED
        more = files.text(lines) if lines in files.digests else ""
        head = parse_checkpoint(files.text(path) + more, trust.log, trust.witness_keys)
        if path != f"{HEADS}{head.size}{NOTE}":
            raise VerificationError("its name is not the number of its entries")
        _check_history(head, log)
        if not trust.rehearsal:  # whose clock is moved, while that of a witness is not
            _check_time(head, log)
    except VerificationError as error:
        zh, en = "日志头与日志不符", "the head and the log do not agree"
        findings.refused("log.heads", path, zh, en, error)
        return None
    who = said(head.cosignatures)
    zh = f"{head.size} 条时的日志头在此日志的历史中" + (f"；见证签名：{who}" if who else "")
    en = f"the head of {head.size} entries is part of this log" + (f"; cosigned by {who}" if who else "")
    findings.passed("log.heads", zh, en, file=path)
    return head


def _check_history(head: Checkpoint, log: LogView) -> None:
    if wrong := not_in_history(head, log):
        raise VerificationError(wrong[1])


def _check_time(head: Checkpoint, log: LogView) -> None:
    """No entry is dated after a witness saw it."""
    for name, time in head.cosignatures:
        _check_seen(head, log, name, datetime.fromtimestamp(time, UTC))


def _check_seen(head: Checkpoint, log: LogView, name: str, at: datetime) -> None:
    if head.size and log.leaves[head.size - 1].at > at + CLOCK_SKEW:
        raise VerificationError(f"entry {head.size - 1} is dated after {name} had seen it")


def _check_stamp(head: Checkpoint, files: BundleFiles, trust: Trust, log: LogView, findings: Findings) -> bool:
    """Whether the head has a time stamp that verifies. Where the trust file names no authority, none is looked at."""
    path = f"{HEADS}{head.size}{STAMPED}"
    if path not in files.digests or not trust.tsa_roots:
        return False
    try:
        stamp = check_timestamp(files.read(path), files.read(f"{HEADS}{head.size}{NOTE}"), trust.tsa_roots)
        if not trust.rehearsal:
            _check_seen(head, log, stamp.authority, stamp.at)
    except VerificationError as error:
        zh, en = "时间戳不成立", "the time stamp does not hold"
        findings.refused("log.time", path, zh, en, error)
        return False
    zh = f"{head.size} 条时的日志头有时间戳：{stamp.authority}，{rfc3339(stamp.at)}"
    en = f"the head of {head.size} entries is stamped: {stamp.authority} {rfc3339(stamp.at)}"
    findings.passed("log.time", zh, en, file=path)
    return True


def _check_intents(trust: Trust, log: LogView, heads: Sequence[Checkpoint], findings: Findings) -> None:
    if not trust.intent_quorum:
        return
    outcomes = {leaf.prev_intent: leaf.seq for leaf in log.leaves if leaf.prev_intent is not None}
    intents = log.of_type(*NEEDS_APPROVAL)
    for intent in intents:
        end = outcomes.get(intent.seq, log.checkpoint.size)
        seen = max((len(h.cosignatures) for h in heads if intent.seq < h.size <= end), default=0)
        if seen < trust.intent_quorum:
            zh = f"第 {intent.seq} 条 {intent.type.value}：行动前有 {seen} 个见证签名，要求 {trust.intent_quorum} 个"
            en = (
                f"entry {intent.seq}, {intent.type.value}: {seen} witnesses had seen it before its outcome, the trust"
                f" file demands {trust.intent_quorum}"
            )
            findings.failed("log.intents_seen", HEADS, zh, en)
            return
    zh, en = f"{len(intents)} 个意图均在行动前经见证", f"witnesses had seen each of {len(intents)} intents beforehand"
    findings.passed("log.intents_seen", zh, en, file=HEADS)
