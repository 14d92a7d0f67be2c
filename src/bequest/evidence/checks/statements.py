"""Statements and proofs: who signed, what they speak of, and that the log has them."""

from collections.abc import Mapping

from bequest.crypto.verify import PublicKey
from bequest.evidence.checks.files import BundleFiles
from bequest.evidence.checks.log import LogView
from bequest.evidence.proof import parse_proof, verify_proof
from bequest.evidence.report import Findings
from bequest.evidence.statement import DEMANDS, Demand, Statement, verify_statement
from bequest.evidence.trust import Trust
from bequest.kernel.errors import VerificationError

_STATEMENT = ".dsse.json"
_PROOF = ".tlog-proof"
_CASE = ("caseRef", "case", "case_id")
"""Under which of these a statement names its case."""


def check_statements(files: BundleFiles, trust: Trust, log: LogView, findings: Findings) -> dict[str, Statement]:
    """Path → statement of those that verify."""
    holders = trust.signing_keys()
    keys = [trust.platform, *(person.key for person in trust.persons if person.key)]
    logged = log.digests()
    statements: dict[str, Statement] = {}
    for path in files.below("data/"):
        if not path.endswith(_STATEMENT):
            continue
        try:
            verified = verify_statement(files.read(path), keys)
            check_case(verified.statement, trust)
            check_demand(verified.statement, verified.signers, holders)
            _check_subjects(verified.statement, files)
            if files.digests[path] not in logged:
                raise VerificationError("no entry of the log refers to it")
        except VerificationError as error:
            findings.refused("statement", path, "陈述不能核实", "the statement does not verify", error)
            continue
        statements[path] = verified.statement
        names = ", ".join(holders[key.fingerprint][0] for key in verified.signers)
        zh = f"{verified.statement.name}：签名人 {names}，已入日志"
        en = f"{verified.statement.name}: signed by {names}, and in the log"
        findings.passed("statement", zh, en, file=path)
    return statements


def check_proofs(files: BundleFiles, trust: Trust, log: LogView, findings: Findings) -> None:
    """Each proof leads from its entry to a head the log signed, and that head is part of this log."""
    for path in files.below("data/"):
        if not path.endswith(_PROOF):
            continue
        try:
            index = _check_proof(path, files, trust, log)
        except VerificationError as error:
            findings.refused("proof", path, "证明不成立", "the proof does not hold", error)
        else:
            zh, en = f"第 {index} 条在日志中", f"entry {index} is in the log"
            findings.passed("proof", zh, en, file=path)


def _check_proof(path: str, files: BundleFiles, trust: Trust, log: LogView) -> int:
    proof = parse_proof(files.text(path))
    if proof.index >= len(log.entries):
        raise VerificationError("it is about an entry that the log does not have")
    head = verify_proof(proof, log.entries[proof.index], trust.log, trust.witness_keys)
    if head.size > log.checkpoint.size or log.tree.root(head.size) != head.root:
        raise VerificationError("its checkpoint is not of this log's history")
    name = path.rsplit("/", 1)[1].removesuffix(_PROOF) + _STATEMENT
    for statement in (p for p in files.digests if p.rsplit("/", 1)[1] == name):
        if files.digests[statement] not in {ref.sha256 for ref in log.leaves[proof.index].refs}:
            raise VerificationError("its entry does not refer to the statement of the same name")
    return proof.index


def check_case(statement: Statement, trust: Trust) -> None:
    """What was signed for another case of the same people is no statement here."""
    named = {statement.predicate[key] for key in _CASE if key in statement.predicate}
    if named != {trust.case}:
        raise VerificationError("it is of another case, or names none")


def check_demand(
    statement: Statement, signers: tuple[PublicKey, ...], holders: Mapping[str, tuple[str, tuple[str, ...]]]
) -> None:
    """Enough people signed it, and those whose role it takes.

    Raises:
        VerificationError: where they did not.
    """
    demand = DEMANDS.get(statement.name, Demand())
    if len(signers) < demand.signers:
        raise VerificationError(f"it has {len(signers)} signers, {statement.name} needs {demand.signers}")
    roles = {role for key in signers for role in holders[key.fingerprint][1]}
    missing = [role for role in demand.roles if role not in roles]
    if missing:
        raise VerificationError(f"nobody in the role {missing[0]} signed it")


def _check_subjects(statement: Statement, files: BundleFiles) -> None:
    for subject in statement.subjects:
        if not subject.name.startswith("urn:") and files.digests.get(subject.name) != subject.sha256:
            raise VerificationError(f"the bundle has not the {subject.name} it speaks of")
