"""Answers of customers: the lines of every batch lead to the root in its entry; and what one receipt shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bequest.evidence.answer_proof import ROLE, AnswerProof, parse_answer_receipt
from bequest.evidence.bag import MAX_FILE_BYTES
from bequest.evidence.checks.files import BundleFiles
from bequest.evidence.checks.log import LogView
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
    """Of each batch the number of its entry, and its lines."""

    batches: Mapping[int, Sequence[bytes]]

    def comes_after(self, tag: bytes, entry: int) -> int | None:
        """The first later entry that has a line under this tag."""
        return next(
            (n for n, lines in sorted(self.batches.items()) if n > entry and any(x[:TAG_BYTES] == tag for x in lines)),
            None,
        )


def check_answers(files: BundleFiles, log: LogView, findings: Findings) -> AnswerLines:
    """Every entry that commits to its answers one by one has its lines here, and there are no others.

    Bundles of earlier versions commit to answers by batch: there is nothing to look at then.
    """
    roots = {leaf.seq: root for leaf in log.of_type(EventType.ANSWERS_RECEIVED) if (root := root_in(leaf))}
    if not roots and LEAVES not in files.digests:
        return AnswerLines({})
    try:
        batches = _batches(files.read(LEAVES, MAX_FILE_BYTES))
        if strange := sorted(batches.keys() ^ roots.keys()):
            raise VerificationError(f"lines and log differ on whether entry {strange[0]} commits to answers")
        for entry, lines in batches.items():
            if root_of_leaves(lines).hex() != roots[entry]:
                raise VerificationError(f"the lines of entry {entry} do not lead to the root in it")
    except EvidenceError as error:
        findings.refused("answers", LEAVES, "答复的行不成立", "the lines of the answers do not hold", error)
        return AnswerLines({})
    zh = f"{len(batches)} 批答复逐条入了日志，各批的根均相符"
    en = f"{len(batches)} batches of answers are committed to one by one, and the log holds their roots"
    findings.passed("answers", zh, en, file=LEAVES)
    return AnswerLines(batches)


def root_in(leaf: Leaf) -> str:
    """The root of the answers that an entry commits to; empty where it does not."""
    return next((ref.sha256 for ref in leaf.refs if ref.role == ROLE), "")


def check_receipt_of_answer(
    name: str, data: bytes, trust: Trust, findings: Findings, held: tuple[LogView, AnswerLines] | None
) -> None:
    """What one receipt shows: by itself what was recorded, with the bundle also whether it is the last word."""
    try:
        proof = parse_answer_receipt(data)
        if proof.said["case"] != trust.case:
            raise VerificationError("it is of another case than the trust file")
        leaf, head = check_head(proof.head, trust)
        root = proof.root()
        if leaf.type is not EventType.ANSWERS_RECEIVED or root is None or root.hex() != root_in(leaf):
            raise VerificationError("it does not lead to the root in its entry of the log")
        if held is not None:
            _check_in_history(proof, leaf, held[0])
            _check_last_word(proof, leaf.seq, held[1])
    except EvidenceError as error:
        findings.refused("answer", name, "答复的回执不成立", "the receipt of this answer does not hold", error)
        return
    zh, en = _told(proof)
    who = cosigned_by(head.cosignatures)
    zh += f"；日志第 {leaf.seq} 条，日志头 {head.size} 条" + (f"，见证签名：{who}" if who else "")
    en += f"; entry {leaf.seq} of the log, head of {head.size} entries" + (f", cosigned by {who}" if who else "")
    if held is None:
        zh += "；此后有无较晚的答复，凭证据包才看得出"
        en += "; whether a later answer took its place is seen with the bundle only"
    elif parts := _parts_answered_later(proof, leaf.seq, held[1]):
        zh += f"；其中 {parts} 个部分此后另有答复"
        en += f"; {parts} parts of it were answered again later"
    findings.passed("answer", zh, en, file=name)


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
    return out


def _check_in_history(proof: AnswerProof, leaf: Leaf, log: LogView) -> None:
    if leaf.seq >= len(log.entries) or log.entries[leaf.seq] != proof.head.entry:
        raise VerificationError("the log of this bundle has another entry there")


def _check_last_word(proof: AnswerProof, entry: int, lines: AnswerLines) -> None:
    for tag in (proof.tag, bytes.fromhex(str(proof.said["all"]))):
        if tag and (later := lines.comes_after(tag, entry)) is not None:
            raise VerificationError(
                f"it was recorded, but entry {later} holds a later answer to the same question, so it is not what holds"
            )


def _parts_answered_later(proof: AnswerProof, entry: int, lines: AnswerLines) -> int:
    parts = proof.said["parts"]
    assert isinstance(parts, list)  # noqa: S101 - the parser has seen to it
    return sum(lines.comes_after(bytes.fromhex(str(tag)), entry) is not None for tag in parts)


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
