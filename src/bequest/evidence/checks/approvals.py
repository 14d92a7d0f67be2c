"""Approvals: each is a person's own signature over the policy digest, and together they are enough.

For a person to whom the trust file gives no key, the platform's attestation counts, and is called that.
"""

from collections.abc import Mapping

from bequest.crypto.verify import PASSKEY
from bequest.evidence.approval import (
    approval_name,
    check_approval,
    check_attested,
    is_attested,
    parse_approval,
    quorum_gap,
)
from bequest.evidence.checks.files import BundleFiles
from bequest.evidence.checks.log import LogView
from bequest.evidence.event_types import BEHIND_APPROVAL, EventType
from bequest.evidence.jcs import decode_object
from bequest.evidence.report import Findings
from bequest.evidence.trust import Trust
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import VerificationError
from bequest.model.plan import Approval

APPROVALS = "data/approvals/"
POLICY = APPROVALS + "policy.json"
_POLICY_ROLE = "policy"


def check_approvals(files: BundleFiles, trust: Trust, log: LogView, findings: Findings) -> frozenset[str]:
    """The digests of the policies that were approved as they must be."""
    by_policy: dict[str, list[Approval]] = {}
    for path in files.below(APPROVALS):
        if not path.endswith(".json") or path == POLICY:
            continue
        try:
            approval = _approval(path, files, trust)
        except VerificationError as error:
            findings.refused("approval", path, "批准不能核实", "the approval does not verify", error)
            continue
        by_policy.setdefault(approval.policy_digest, []).append(approval)
        zh = f"{approval.person} 以 {approval.role} 批准 {approval.policy_digest[:16]}…"
        en = f"{approval.person} approved {approval.policy_digest[:16]}… as {approval.role}"
        if is_attested(approval):
            zh += "：平台见证（密码和验证码），不是本人签名"
            en += ": attested by the platform (password and code), not the person's own signature"
        elif _is_by_passkey(approval, trust):
            zh += "：本人通行密钥签名，设备已验证本人"
            en += ": signed with the person's passkey, which verified its user"
        findings.passed("approval", zh, en, file=path)
    _check_strays(files, findings)
    approved = _approved_in_log(log)
    acted_on = _acted_on(approved, log)
    for digest in acted_on:
        _check_enough(digest, by_policy.get(digest, []), trust, findings)
    _check_in_time(approved, by_policy, trust, log, findings)
    _check_objections(log, findings)
    _check_policy(files, trust, approved, findings)
    return frozenset(acted_on)


def _approval(path: str, files: BundleFiles, trust: Trust) -> Approval:
    approval = parse_approval(files.read(path))
    person = trust.person(approval.person)
    if person is None:
        raise VerificationError("the trust file names no such person")
    if approval.role not in person.roles:
        raise VerificationError(f"{approval.person} does not hold the role {approval.role}")
    if person.key is not None:
        check_approval(approval, trust.case, person.key)
    else:
        check_attested(approval, trust.case, trust.platform)
    stem = APPROVALS + approval_name(approval)
    if path != stem + ".json":
        raise VerificationError("the file has another name than its content")
    if files.text(stem + ".txt") != approval.text or files.text(stem + ".txt.sig") != approval.signature:
        raise VerificationError("text and signature beside it are not those of the approval")
    return approval


def _is_by_passkey(approval: Approval, trust: Trust) -> bool:
    person = trust.person(approval.person)
    return person is not None and person.key is not None and person.key.algorithm == PASSKEY


def _check_strays(files: BundleFiles, findings: Findings) -> None:
    """A text or signature without its record would look like an approval and be none."""
    for path in files.below(APPROVALS):
        record = path.removesuffix(".sig").removesuffix(".txt")
        if not path.endswith(".json") and record + ".json" not in files.digests:
            findings.failed("approval", path, "没有对应的批准记录", "there is no approval to this file")


def _approved_in_log(log: LogView) -> tuple[str, ...]:
    """The policies that entries of type plan.approved name, in the order of their last approvals."""
    approved = log.of_type(EventType.PLAN_APPROVED)
    named = [ref.sha256 for leaf in approved for ref in leaf.refs if ref.role == _POLICY_ROLE]
    return tuple(dict.fromkeys(reversed(named)))[::-1]


def _acted_on(approved: tuple[str, ...], log: LogView) -> tuple[str, ...]:
    """The policies under which something was begun that needs approval, and the last one.

    An earlier one that was planned anew before anything was begun, with all its approvals or some, bound nobody.
    """
    at: dict[int, str] = {
        leaf.seq: ref.sha256
        for leaf in log.of_type(EventType.PLAN_APPROVED)
        for ref in leaf.refs
        if ref.role == _POLICY_ROLE
    }
    acts = [leaf.seq for leaf in log.of_type(*BEHIND_APPROVAL)]
    binding = {at[max(seq for seq in at if seq < act)] for act in acts if any(seq < act for seq in at)}
    return tuple(digest for digest in approved if digest in binding or digest == approved[-1])


def _check_enough(digest: str, approvals: list[Approval], trust: Trust, findings: Findings) -> None:
    gap = quorum_gap(approvals, trust.required_roles)
    if gap:
        zh, en = (
            f"方案 {digest[:16]}… 的批准不足（{gap}）",
            f"policy {digest[:16]}… is not approved as it must be: {gap}",
        )
        findings.failed("approval.roles", APPROVALS, zh, en)
        return
    attested = sum(is_attested(a) for a in approvals)
    zh = f"方案 {digest[:16]}… 的每个必需角色各由一人批准，共 {len(approvals)} 人次"
    en = f"policy {digest[:16]}… has an approval for every required role, {len(approvals)} in all"
    if attested:
        zh += f"，其中 {attested} 人次由平台见证"
        en += f", {attested} of them attested by the platform"
    findings.passed("approval.roles", zh, en, file=APPROVALS)


def _check_in_time(
    approved: tuple[str, ...], by_policy: Mapping[str, list[Approval]], trust: Trust, log: LogView, findings: Findings
) -> None:
    """Before anything irreversible began, some policy had all its approvals, by the signers' own dates."""
    acts = log.of_type(*BEHIND_APPROVAL)
    for leaf in acts:
        begun = rfc3339(leaf.at)
        signed = ([a for a in by_policy.get(digest, []) if a.signed_at <= begun] for digest in approved)
        if all(quorum_gap(approvals, trust.required_roles) for approvals in signed):
            zh = f"第 {leaf.seq} 条 {leaf.type.value} 时批准尚未齐备"
            en = f"when entry {leaf.seq}, {leaf.type.value}, was made, no policy had all its approvals"
            findings.failed("approval.in_time", APPROVALS, zh, en)
            return
    if acts:
        zh, en = "每个不可逆动作之前批准均已齐备", "every approval was there before anything irreversible began"
        findings.passed("approval.in_time", zh, en, file=APPROVALS)


def _check_objections(log: LogView, findings: Findings) -> None:
    """Nothing irreversible began under a policy that somebody had refused, or with a condition not yet met."""
    waiting: dict[str, str] = {}
    policy = ""
    for leaf in log.leaves:
        named = {ref.role: ref.sha256 for ref in leaf.refs}
        if leaf.type is EventType.PLAN_APPROVED:
            policy = named.get(_POLICY_ROLE, policy)
        elif leaf.type in (EventType.PLAN_REFUSED, EventType.PLAN_CONDITIONED):
            waiting[named.get("remark", "")] = named.get(_POLICY_ROLE, "")
        elif leaf.type is EventType.PLAN_SETTLED:
            waiting.pop(named.get("remark", ""), None)
        elif leaf.type in BEHIND_APPROVAL and policy in waiting.values():
            zh = f"第 {leaf.seq} 条 {leaf.type.value} 时，方案还有拒绝或者未满足的条件"
            en = f"when entry {leaf.seq}, {leaf.type.value}, was made, a refusal or a condition of the policy was open"
            findings.failed("approval.objections", APPROVALS, zh, en)
            return


def _check_policy(files: BundleFiles, trust: Trust, approved: tuple[str, ...], findings: Findings) -> None:
    """The last approved policy is the one that was carried out."""
    if not approved:
        if trust.required_roles:
            zh, en = "日志没有载明批准了哪个方案", "no plan.approved entry of the log names a policy"
            findings.failed("approval.policy", APPROVALS, zh, en)
        return
    if trust.policy_digest and trust.policy_digest != approved[-1]:
        zh, en = "批准的不是信任文件所载方案", "the policy approved is not the one the trust file names"
        findings.failed("approval.policy", APPROVALS, zh, en)
        return
    if POLICY not in files.digests:
        return
    try:
        decode_object(files.read(POLICY), "the policy")
        if files.digests[POLICY] != approved[-1]:
            raise VerificationError("its SHA-256 is not the digest that was approved")
    except VerificationError as error:
        findings.refused("approval.policy", POLICY, "方案文件不符", "the policy is not the approved one", error)
    else:
        zh, en = "方案全文与批准的摘要相符", "the policy in full has the digest that was approved"
        findings.passed("approval.policy", zh, en, file=POLICY)
