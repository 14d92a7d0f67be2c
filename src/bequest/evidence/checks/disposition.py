"""The disposition of every person: the lines lead to the root in the log, and nobody is in them twice."""

from collections.abc import Mapping

from bequest.evidence.bag import MAX_FILE_BYTES
from bequest.evidence.checks.files import BundleFiles
from bequest.evidence.checks.log import LogView, not_in_history, said
from bequest.evidence.disposition_tree import root_of_leaves, split_leaves
from bequest.evidence.event_types import EventType
from bequest.evidence.head_proof import check_head
from bequest.evidence.person_proof import parse_person_proof
from bequest.evidence.report import Findings
from bequest.evidence.statement import Statement
from bequest.evidence.trust import Trust
from bequest.kernel.errors import EvidenceError, VerificationError

LEAVES = "data/disposition/disposition.leaves"
_STATEMENT = "DispositionRoot"


def check_disposition(
    files: BundleFiles, log: LogView, statements: Mapping[str, Statement], findings: Findings
) -> None:
    """Where the bundle holds the lines, they must be those whose root the log and the statement hold."""
    if LEAVES not in files.digests:
        return
    try:
        lines = split_leaves(files.read(LEAVES, MAX_FILE_BYTES))
        root = root_of_leaves(lines).hex()
        if root not in _fixed(log):
            raise VerificationError("the log does not hold their root")
        for statement in statements.values():
            if statement.name == _STATEMENT and root not in {subject.sha256 for subject in statement.subjects}:
                raise VerificationError("the statement about them holds another root")
    except EvidenceError as error:
        findings.refused("disposition", LEAVES, "处置行不成立", "the lines do not hold", error)
        return
    zh = f"{len(lines)} 人各有一行处置，根已入日志"
    en = f"{len(lines)} people have one line each, and the log holds their root"
    findings.passed("disposition", zh, en, file=LEAVES)


def check_person(name: str, data: bytes, trust: Trust, findings: Findings, log: LogView | None) -> None:
    """A proof that a person kept leads to the root in the log; what the log recorded for him or her is said.

    With the bundle (`log`) that is the root fixed last; without it the one in the entry that the proof brings along,
    under a head that the log signed.
    """
    try:
        proof = parse_person_proof(data)
        root = proof.root()
        roots, zh_head, en_head = _fixed(log) if log else set(), "", ""
        if proof.head is not None:
            leaf, head = check_head(proof.head, trust)
            own = {ref.sha256 for ref in leaf.refs}
            if leaf.type is not EventType.DISPOSITION_FIXED or root is None or root.hex() not in own:
                raise VerificationError("it does not lead to the root in the entry that it brings along")
            if log is not None and (wrong := not_in_history(head, log)):
                zh = f"本人的证明不成立：所附日志头不在此日志的历史中，{wrong[0]}"
                en = f"the proof of this person does not hold: this log does not contain the head in it, {wrong[1]}"
                findings.failed("person", name, zh, en)
                return
            who = said(head.cosignatures)
            zh_head = f"；日志第 {leaf.seq} 条，日志头 {head.size} 条" + (f"，见证签名：{who}" if who else "")
            en_head = f"; entry {leaf.seq} of the log, head of {head.size} entries"
            en_head += f", cosigned by {who}" if who else ""
            if log is None:
                roots = own
                zh_head += "；此后是否另行定稿，凭证据包才看得出"
                en_head += "; whether it was fixed anew later is seen with the bundle only"
        elif log is None:
            raise VerificationError("it brings no head of the log along: it is checked with the bundle only")
        if root is None or root.hex() not in roots:
            raise VerificationError("it does not lead to the root in the log")
    except EvidenceError as error:
        findings.refused("person", name, "本人的证明不成立", "the proof of this person does not hold", error)
        return
    zh, en = (
        f"日志为此人记录的处置：{proof.disposition}",
        f"what the log recorded for this person: {proof.disposition}",
    )
    findings.passed("person", zh + zh_head, en + en_head, file=name)


def _fixed(log: LogView) -> set[str]:
    """Digests of what was fixed last, after answers and late rows: that is what holds."""
    fixed = [{ref.sha256 for ref in leaf.refs} for leaf in log.of_type(EventType.DISPOSITION_FIXED)]
    return fixed[-1] if fixed else set()
