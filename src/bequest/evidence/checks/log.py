"""The log: signed head, every hash made anew from the entries, and what the entries must say together."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bequest.evidence.checkpoint import Checkpoint, parse_checkpoint
from bequest.evidence.checks.files import BundleFiles
from bequest.evidence.event import Leaf, parse_leaf
from bequest.evidence.event_types import BEHIND_APPROVAL, ENDING, MOVING, RELEASING, RETURN_TASK, EventType
from bequest.evidence.merkle import HASH_BYTES, Tree, leaf_hash
from bequest.evidence.note import Cosignature
from bequest.evidence.report import Findings
from bequest.evidence.tiles import entries_in, files_of, hash_tile, tiles_of
from bequest.evidence.trust import Trust
from bequest.kernel.clock import rfc3339_of
from bequest.kernel.errors import VerificationError

LOG = "data/log/"
CHECKPOINT = LOG + "checkpoint"


@dataclass(frozen=True, slots=True)
class LogView:
    """A log that verified: its head, tree, and entries as bytes and as read."""

    checkpoint: Checkpoint
    tree: Tree
    entries: tuple[bytes, ...]
    leaves: tuple[Leaf, ...]

    def of_type(self, *types: EventType) -> tuple[Leaf, ...]:
        """The entries of these types, in order."""
        return tuple(leaf for leaf in self.leaves if leaf.type in types)

    def digests(self) -> frozenset[str]:
        """Every digest that some entry refers to."""
        return frozenset(ref.sha256 for leaf in self.leaves for ref in leaf.refs)


def not_in_history(head: Checkpoint, log: LogView) -> tuple[str, str] | None:
    """What is wrong with a signed head that is no part of this log's history; None where it is part of it."""
    if head.size > log.checkpoint.size:
        zh = f"它有 {head.size} 条，此日志只有 {log.checkpoint.size} 条：条目缺失"
        return zh, f"it has {head.size} entries, the log {log.checkpoint.size}: entries are gone"
    if log.tree.root(head.size) != head.root:
        return "它属于另一段历史，不在此日志中", "it is of another history than this log"
    return None


def check_log(files: BundleFiles, trust: Trust, findings: Findings) -> LogView | None:
    """The log, where it verifies; otherwise nothing, and the findings say why."""
    checkpoint = _checkpoint(files, trust, findings)
    if checkpoint is None:
        return None
    view = _tree(files, checkpoint, findings)
    if view is None:
        return None
    _check_order(view, trust, findings)
    _check_intents(view, findings)
    _check_closed(view, findings)
    _check_approved_first(view, findings)
    if trust.moves_nothing:
        _check_nothing_moved(view, trust, findings)
    if trust.entrusts:
        _check_given_back(view, trust, findings)
    if trust.releases_nothing:
        _check_nothing_released(view, trust, findings)
    return None if findings.any_failed else view


def _checkpoint(files: BundleFiles, trust: Trust, findings: Findings) -> Checkpoint | None:
    try:
        checkpoint = parse_checkpoint(files.text(CHECKPOINT), trust.log, trust.witness_keys)
    except VerificationError as error:
        zh, en = "检查点不是该日志所签", "the checkpoint is not one the log signed"
        findings.refused("log.checkpoint", CHECKPOINT, zh, en, error)
        return None
    seen, named = len(checkpoint.cosignatures), len(trust.witnesses)
    alone = ("", "") if seen else ("；自行发布，无见证人", "; self-published, no witness")
    findings.passed(
        "log.checkpoint",
        f"日志头由 {trust.origin} 签名，共 {checkpoint.size} 条{alone[0]}",
        f"the head of the log is signed by {trust.origin}: {checkpoint.size} entries{alone[1]}",
        file=CHECKPOINT,
    )
    if seen < trust.quorum:
        zh = f"见证签名 {seen} 个，要求 {trust.quorum} 个"
        en = f"{seen} witnesses cosigned, the trust file demands {trust.quorum}"
        findings.failed("log.quorum", CHECKPOINT, zh, en)
        return None
    if named:
        who = said(checkpoint.cosignatures)
        zh = f"见证人 {named} 家中 {seen} 家会签日志头，要求 {trust.quorum} 家" + (f"：{who}" if who else "")
        en = f"{seen} of {named} witnesses cosigned the head, {trust.quorum} must" + (f": {who}" if who else "")
        findings.passed("log.quorum", zh, en, file=CHECKPOINT)
    return checkpoint


def said(cosignatures: Sequence[Cosignature]) -> str:
    """Who cosigned and when, as one text."""
    return ", ".join(f"{name} {rfc3339_of(time)}" for name, time in cosignatures)


def _tree(files: BundleFiles, checkpoint: Checkpoint, findings: Findings) -> LogView | None:
    """Entries → leaf hashes → root and every tile, compared byte for byte."""
    expected = {LOG + tile.path for tile in tiles_of(checkpoint.size)}
    present = set(files.below(LOG)) - {CHECKPOINT}
    for path in sorted(expected ^ present):
        zh, en = "日志文件多出或缺少", "this file of the log is missing or does not belong to it"
        findings.failed("log.tiles", path, zh, en)
    if expected != present:
        return None
    contents = {path.removeprefix(LOG): files.read(path) for path in sorted(present)}
    try:
        entries = tuple(entries_in(contents, checkpoint.size))
    except VerificationError as error:
        findings.refused("log.entries", LOG, "日志条目不完整", "the entries of the log are not whole", error)
        return None
    tree = Tree(leaf_hash(entry) for entry in entries)
    if tree.root() != checkpoint.root:
        zh, en = "条目算不出所签的根", "the entries do not lead to the root that was signed"
        for path in _guilty(contents, tree, checkpoint):
            findings.failed("log.root", path, zh, en)
        return None
    for path, data in files_of(tree, entries):
        if contents[path] != data:
            zh, en = "与条目算出的不同", "it is not what the entries make it"
            findings.failed("log.tiles", LOG + path, zh, en)
    leaves = _leaves(entries, findings)
    if leaves is None or findings.any_failed:
        return None
    zh, en = "由条目重算出全部散列与根", "every hash and the root were made anew from the entries"
    findings.passed("log.root", zh, en, file=CHECKPOINT)
    return LogView(checkpoint, tree, entries, leaves)


def _guilty(contents: Mapping[str, bytes], tree: Tree, checkpoint: Checkpoint) -> list[str]:
    """The entry bundles that differ from leaf hashes which do lead to the root; the checkpoint where none do."""
    tiles = [tile for tile in tiles_of(checkpoint.size) if tile.level == 0]
    hashes = b"".join(contents[tile.path] for tile in tiles)
    leaves = [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]
    if len(hashes) != checkpoint.size * HASH_BYTES or Tree(leaves).root() != checkpoint.root:
        return [CHECKPOINT]
    changed = (tile for tile in tiles if hash_tile(tree, tile) != contents[tile.path])
    return [LOG + replace(tile, level=None).path for tile in changed]


def _leaves(entries: tuple[bytes, ...], findings: Findings) -> tuple[Leaf, ...] | None:
    leaves = []
    for index, entry in enumerate(entries):
        try:
            leaves.append(parse_leaf(entry))
        except VerificationError as error:
            zh, en = f"第 {index} 条不合格式", f"entry {index} is malformed"
            findings.refused("log.entries", _bundle_of(index, len(entries)), zh, en, error)
            return None
    return tuple(leaves)


def _check_order(view: LogView, trust: Trust, findings: Findings) -> None:
    seen: set[str] = set()
    before: Leaf | None = None
    for index, leaf in enumerate(view.leaves):
        problem = ""
        if leaf.seq != index:
            problem = "has another number"
        elif leaf.case != trust.case:
            problem = "is of another case"
        elif leaf.id in seen:
            problem = "has an id that came before"
        elif before is not None and leaf.at < before.at:
            problem = "is dated before the one before it"
        if problem:
            zh, en = f"第 {index} 条的序号、案件、编号或时间不对", f"entry {index} {problem}"
            findings.failed("log.order", _bundle_of(index, len(view.leaves)), zh, en)
            return
        seen.add(leaf.id)
        before = leaf
    zh, en = "条目序号连续，时间不倒退", "entries are numbered without a gap and never go back in time"
    findings.passed("log.order", zh, en, file=LOG)


def _check_intents(view: LogView, findings: Findings) -> None:
    open_intents: dict[int, Leaf] = {}
    answered = 0
    for leaf in view.leaves:
        if leaf.type.is_intent:
            open_intents[leaf.seq] = leaf
        elif leaf.prev_intent is not None:
            intent = open_intents.pop(leaf.prev_intent, None)
            if intent is None or intent.type.outcome is not leaf.type:
                zh, en = f"第 {leaf.seq} 条结果没有对应的意图", f"entry {leaf.seq} is an outcome without its intent"
                findings.failed("log.intents", _bundle_of(leaf.seq, len(view.leaves)), zh, en)
                return
            answered += 1
    for leaf in open_intents.values():
        zh = f"第 {leaf.seq} 条 {leaf.type.value} 没有结果"
        en = f"entry {leaf.seq}, {leaf.type.value}, has no outcome"
        findings.failed("log.intents", _bundle_of(leaf.seq, len(view.leaves)), zh, en)
    if not open_intents:
        zh, en = f"{answered} 个意图各有其结果", f"each of {answered} intents has its outcome"
        findings.passed("log.intents", zh, en, file=LOG)


def _check_closed(view: LogView, findings: Findings) -> None:
    closed = view.of_type(EventType.LOG_CLOSED)
    if len(closed) != 1 or view.leaves[-1].type is not EventType.LOG_CLOSED:
        zh, en = "日志没有以关闭条目结束", "the log does not end with its closing entry"
        findings.failed("log.closed", CHECKPOINT, zh, en)
        return
    counts = Counter(leaf.type.value for leaf in view.leaves[:-1])
    if dict(closed[0].counts) != dict(counts):
        zh, en = "关闭条目的分类计数与条目不符", "the counts in the closing entry are not those of the entries"
        findings.failed("log.closed", _bundle_of(closed[0].seq, len(view.leaves)), zh, en)
        return
    findings.passed(
        "log.closed", "日志已关闭，分类计数相符", "the log is closed, and its counts by type agree", file=LOG
    )


def _check_approved_first(view: LogView, findings: Findings) -> None:
    approved = False
    for leaf in view.leaves:
        approved = approved or leaf.type is EventType.PLAN_APPROVED
        if leaf.type in BEHIND_APPROVAL and not approved:
            zh = f"第 {leaf.seq} 条 {leaf.type.value} 在方案批准之前"
            en = f"entry {leaf.seq}, {leaf.type.value}, comes before any approved plan"
            findings.failed("log.approved", _bundle_of(leaf.seq, len(view.leaves)), zh, en)
            return
    zh, en = "方案批准之前没有不可逆的动作", "nothing irreversible comes before the approved plan"
    findings.passed("log.approved", zh, en, file=LOG)


def _check_nothing_moved(view: LogView, trust: Trust, findings: Findings) -> None:
    moved = view.of_type(*MOVING)
    if moved:
        zh = f"事由 {trust.event} 不移动数据，日志却有 {moved[0].type.value}"
        en = f"event {trust.event} moves no data, yet the log has {moved[0].type.value}"
        findings.failed("claims.nothing_moved", _bundle_of(moved[0].seq, len(view.leaves)), zh, en)
        return
    zh = "已关闭的日志中没有交付或销毁的意图，别无其他主张"
    en = "the closed log has no intent to deliver or to destroy; more than that is not claimed"
    findings.passed("claims.nothing_moved", zh, en, file=LOG)


def _check_given_back(view: LogView, trust: Trust, findings: Findings) -> None:
    """What was entrusted was returned or deleted, as somebody of the case attests; nothing ended at the source."""
    opened = {leaf.id.removeprefix(f"{EventType.TASK_OPENED.value}:") for leaf in view.of_type(EventType.TASK_OPENED)}
    done = {leaf.id.removeprefix(f"{EventType.TASK_DONE.value}:") for leaf in view.of_type(EventType.TASK_DONE)}
    due = {task for task in opened if task.startswith(RETURN_TASK)}
    ended, sent = view.of_type(*ENDING), view.of_type(EventType.DELIVERY_SENT)
    if ended:
        zh = f"事由 {trust.event} 不销毁数据，日志却有 {ended[0].type.value}"
        en = f"event {trust.event} destroys no data, yet the log has {ended[0].type.value}"
        findings.failed("claims.given_back", _bundle_of(ended[0].seq, len(view.leaves)), zh, en)
        return
    if due - done or (sent and not due):
        zh, en = "委托出去的数据没有返还或者删除的记录", "what was entrusted has no record of its return or deletion"
        findings.failed("claims.given_back", LOG, zh, en)
        return
    zh = f"委托出去的 {len(due)} 批数据，案内人员具结已返还或者删除；受托方处未经核查"
    en = f"of {len(due)} lots entrusted somebody of the case attests return or deletion; the processor was not searched"
    findings.passed("claims.given_back", zh, en, file=LOG)


def _check_nothing_released(view: LogView, trust: Trust, findings: Findings) -> None:
    released = view.of_type(*RELEASING)
    if released:
        zh = f"事由 {trust.event} 不向任何人移交，日志却有 {released[0].type.value}"
        en = f"event {trust.event} releases nothing to anybody, yet the log has {released[0].type.value}"
        findings.failed("claims.nothing_released", _bundle_of(released[0].seq, len(view.leaves)), zh, en)
        return
    zh = "已关闭的日志中没有导出或交付"
    en = "the closed log has no export and no delivery"
    findings.passed("claims.nothing_released", zh, en, file=LOG)


def _bundle_of(index: int, size: int) -> str:
    """The entry bundle that holds an entry: the file to name."""
    tiles = (tile for tile in tiles_of(size) if tile.level is None and tile.index == index // 256)
    return LOG + next(tiles).path
