"""The disposition of every person: the lines lead to the root in the log, and nobody is in them twice."""

from collections.abc import Mapping, Sequence

from bequest.evidence.bag import MAX_FILE_BYTES
from bequest.evidence.checks.files import BundleFiles
from bequest.evidence.checks.log import LogView
from bequest.evidence.disposition_tree import root_of_leaves, split_leaves
from bequest.evidence.event_types import EventType
from bequest.evidence.person_proof import parse_person_proof
from bequest.evidence.report import Findings
from bequest.evidence.statement import Statement
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


def check_persons(persons: Sequence[tuple[str, bytes]], log: LogView, findings: Findings) -> None:
    """Each proof that a person kept must lead to the root in the log; what the log recorded for him or her is said."""
    for name, data in persons:
        try:
            proof = parse_person_proof(data)
            root = proof.root()
            if root is None or root.hex() not in _fixed(log):
                raise VerificationError("it does not lead to the root in the log")
        except EvidenceError as error:
            findings.refused("person", name, "本人的证明不成立", "the proof of this person does not hold", error)
            continue
        zh, en = (
            f"日志为此人记录的处置：{proof.disposition}",
            f"what the log recorded for this person: {proof.disposition}",
        )
        findings.passed("person", zh, en, file=name)


def _fixed(log: LogView) -> set[str]:
    """Digests of what was fixed last, after answers and late rows: that is what holds."""
    fixed = [{ref.sha256 for ref in leaf.refs} for leaf in log.of_type(EventType.DISPOSITION_FIXED)]
    return fixed[-1] if fixed else set()
