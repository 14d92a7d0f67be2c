"""Answers of customers: the lines of every batch lead to the root in its entry; and what one receipt shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bequest.evidence.answer_proof import ROLE, AnswerProof, parse_answer_receipt
from bequest.evidence.bag import MAX_FILE_BYTES
from bequest.evidence.checks.files import BundleFiles
from bequest.evidence.checks.log import LogView, not_in_history
from bequest.evidence.checks.log import said as cosigned_by
from bequest.evidence.disposition_tree import LEAF_BYTES, TAG_BYTES, root_of_leaves
from bequest.evidence.event import Leaf
from bequest.evidence.event_types import EventType
from bequest.evidence.head_proof import check_head
from bequest.evidence.report import Findings
from bequest.evidence.trust import Trust
from bequest.kernel.errors import EvidenceError, VerificationError

LEAVES = "data/answers/answers.leaves"
"""A line of text each: the number of the entry, a space, the line in hexadecimal digits."""

_ANSWERS = {
    ("objection", "objected"): ("反对移交", "objects to the handover"),
    ("objection", "none"): ("撤回反对", "withdraws the objection"),
    ("consent_transfer", "given"): ("同意提供", "consents to the transfer"),
    ("consent_transfer", "refused"): ("不同意提供", "refuses the transfer"),
    ("consent_transfer", "silent"): ("不同意提供敏感信息", "refuses the transfer of sensitive fields"),
    ("consent_new_purpose", "given"): ("同意新目的", "consents to the new purpose"),
    ("consent_new_purpose", "refused"): ("不同意新目的", "refuses the new purpose"),
    ("guardian_consent", "given"): ("监护人同意", "the guardian consents"),
    ("guardian_consent", "refused"): ("监护人不同意", "the guardian refuses"),
    ("dispute", "open"): ("对记录有争议", "disputes a record"),
    ("dispute", "none"): ("争议已了结", "the dispute is settled"),
}
_NOT_COUNTED = {
    "late": ("来得太迟，没有计入", "it came too late and did not count"),
    "superseded": ("录入时已有较晚的答复，没有计入", "a later answer was there already, so it did not count"),
}


@dataclass(frozen=True, slots=True)
class AnswerLines:
    """Of each batch the number of its entry, and its lines; and the entries that commit to none."""

    batches: Mapping[int, Sequence[bytes]]
    without: Sequence[int] = ()

    def comes_after(self, tag: bytes, entry: int) -> int | None:
        """The first later entry that has a line under this tag."""
        return next(
            (n for n, lines in sorted(self.batches.items()) if n > entry and any(x[:TAG_BYTES] == tag for x in lines)),
            None,
        )


def check_answers(files: BundleFiles, log: LogView, findings: Findings) -> AnswerLines | None:
    """Every entry that commits to its answers one by one has its lines here, and there are no others; else None.

    Bundles of earlier versions commit to answers by batch: there is nothing to look at then.
    """
    received = log.of_type(EventType.ANSWERS_RECEIVED)
    roots = {leaf.seq: root for leaf in received if (root := root_in(leaf))}
    without = [leaf.seq for leaf in received if leaf.seq not in roots]
    if not roots and LEAVES not in files.digests:
        return AnswerLines({}, without)
    try:
        batches = _batches(files.read(LEAVES, MAX_FILE_BYTES))
        if strange := sorted(batches.keys() ^ roots.keys()):
            raise VerificationError(f"lines and log differ on whether entry {strange[0]} commits to answers")
        for entry, lines in batches.items():
            if root_of_leaves(lines).hex() != roots[entry]:
                raise VerificationError(f"the lines of entry {entry} do not lead to the root in it")
    except EvidenceError as error:
        findings.refused("answers", LEAVES, "答复的行不成立", "the lines of the answers do not hold", error)
        return None
    zh = f"{len(batches)} 批答复逐条入了日志，各批的根均相符"
    many = "1 batch of answers is" if len(batches) == 1 else f"{len(batches)} batches of answers are"
    en = f"{many} committed to one by one, and the log holds each root"
    findings.passed("answers", zh, en, file=LEAVES)
    return AnswerLines(batches, without)


def root_in(leaf: Leaf) -> str:
    """The root of the answers that an entry commits to; empty where it does not."""
    return next((ref.sha256 for ref in leaf.refs if ref.role == ROLE), "")


def check_receipt_of_answer(
    name: str,
    data: bytes,
    trust: Trust,
    findings: Findings,
    log: LogView | None = None,
    lines: AnswerLines | None = None,
) -> None:
    """What one receipt shows: by itself what was recorded, with the bundle also whether it is the last word.

    With the bundle (`log`), the head in the receipt must be part of its log's history: otherwise the log has shown
    different people different things. `lines`: where those of the bundle hold.
    """
    try:
        proof = parse_answer_receipt(data)
        if proof.said["case"] != trust.case:
            raise VerificationError("it is of another case than the trust file")
        leaf, head = check_head(proof.head, trust)
        root = proof.root()
        if leaf.type is not EventType.ANSWERS_RECEIVED or root is None or root.hex() != root_in(leaf):
            raise VerificationError("it does not lead to the root in its entry of the log")
        if log is not None and (wrong := not_in_history(head, log)):
            zh = f"答复的回执不成立：所附日志头不在此日志的历史中，{wrong[0]}"
            en = f"the receipt of this answer does not hold: this log does not contain the head in it, {wrong[1]}"
            findings.failed("answer", name, zh, en)
            return
        if lines is not None:
            _check_last_word(proof, leaf.seq, lines)
    except EvidenceError as error:
        findings.refused("answer", name, "答复的回执不成立", "the receipt of this answer does not hold", error)
        return
    zh, en = _told(proof)
    who = cosigned_by(head.cosignatures)
    zh += f"；日志第 {leaf.seq} 条，日志头 {head.size} 条" + (f"，见证签名：{who}" if who else "")
    en += f"; entry {leaf.seq} of the log, head of {head.size} entries" + (f", cosigned by {who}" if who else "")
    zh_later, en_later = _told_later(proof, leaf.seq, log, lines)
    findings.passed("answer", zh + zh_later, en + en_later, file=name)


def _told_later(proof: AnswerProof, entry: int, log: LogView | None, lines: AnswerLines | None) -> tuple[str, str]:
    """What came after it, or why that is not seen."""
    if log is None:
        return (
            "；此后有无较晚的答复，凭证据包才看得出",
            "; whether a later answer took its place is seen with the bundle only",
        )
    if lines is None:
        return (
            "；答复的行不成立，此后有无较晚的答复看不出",
            "; the lines of the answers do not hold, so whether a later answer took its place is not seen",
        )
    zh = en = ""
    again = [lot for lot, tag, _ in proof.parts() if lot and lines.comes_after(tag, entry) is not None]
    if again:
        zh += f"；{'、'.join(again)} 此后另有答复"
        en += f"; answered again later for {', '.join(again)}"
    if unseen := [n for n in lines.without if n > entry]:
        zh += f"；第 {unseen[0]} 条起有 {len(unseen)} 批答复没有逐条入日志，其中有无较晚的答复看不出"
        en += f"; whether a later answer is in {len(unseen)} batches not committed to one by one (from entry"
        en += f" {unseen[0]} on) is not seen"
    return zh, en


def _told(proof: AnswerProof) -> tuple[str, str]:
    said = {k: str(v) for k, v in proof.said.items()}
    zh, en = _ANSWERS.get((said["fact"], said["value"]), (said["fact"], f"{said['fact']} {said['value']}"))
    lot = said["lot"]
    out = (
        f"{said['ref']} 于 {said['at']} 答复：{zh}" + (f"（{lot}）" if lot else ""),
        f"{said['ref']} answered at {said['at']}: {en}" + (f" ({lot})" if lot else ""),
    )
    if said["state"] in _NOT_COUNTED:
        why = _NOT_COUNTED[said["state"]]
        return f"{out[0]}；{why[0]}", f"{out[1]}; {why[1]}"
    but = proof.said["but"]
    assert isinstance(but, list)  # noqa: S101 - the parser has seen to it
    if but:
        lots = [str(x) for x in but]
        return (
            f"{out[0]}；{'、'.join(lots)} 录入时已有较晚的答复，不以此为准",
            f"{out[1]}; not for {', '.join(lots)}, where a later answer was there already",
        )
    return out


def _check_last_word(proof: AnswerProof, entry: int, lines: AnswerLines) -> None:
    here = frozenset(lines.batches.get(entry, ()))
    if any(line not in here for _, _, line in proof.parts()):
        raise VerificationError("it names a lot for which its entry holds no line of it")
    if (later := lines.comes_after(proof.tag, entry)) is not None:
        raise VerificationError(
            f"it was recorded, but entry {later} holds a later answer to the same question, so it is not what holds"
        )


def _batches(data: bytes) -> dict[int, list[bytes]]:
    out: dict[int, list[bytes]] = {}
    try:
        for line in data.decode("ascii").splitlines():
            entry, _, text = line.partition(" ")
            leaf = bytes.fromhex(text)
            if len(leaf) != LEAF_BYTES or line != f"{int(entry)} {leaf.hex()}":
                raise ValueError
            out.setdefault(int(entry), []).append(leaf)
    except ValueError as error:
        raise VerificationError("a line is not a number and a leaf in hexadecimal digits") from error
    return out


def render_lines(batches: Mapping[int, Sequence[bytes]]) -> bytes:
    """The file of lines in a bundle."""
    return "".join(f"{n} {leaf.hex()}\n" for n, lines in sorted(batches.items()) for leaf in lines).encode()
