"""Put the evidence bundle together, and the trust file beside it; verify it at once."""

from dataclasses import dataclass
from pathlib import Path

from bequest.app.answer_lines import lines_by_entry
from bequest.app.approve_policy import approval_state
from bequest.app.context import Context
from bequest.app.evidence import event_id, guomi_signer, log_origin, open_log, platform_signer
from bequest.app.user_files import new_user_file
from bequest.app.witnesses import witness_keys
from bequest.evidence.bundle import BundleParts, Content, build_bundle
from bequest.evidence.checks.answers import render_lines
from bequest.evidence.event_types import EventType
from bequest.evidence.log import Log
from bequest.evidence.report import VerifyReport
from bequest.evidence.trust import Trust, TrustedPerson, render_trust
from bequest.evidence.verify import verify_bundle
from bequest.kernel.clock import local_date
from bequest.kernel.errors import StateError
from bequest.model.case import Case


@dataclass(frozen=True, slots=True)
class Bundle:
    """Where the bundle and its trust file lie, and what verifying them said."""

    folder: Path
    trust: Path
    report: VerifyReport


def make_trust(ctx: Context, case: Case, *, policy_digest: str, required: tuple[str, ...]) -> Trust:
    """What a verifier of this case trusts; give it to the parties by another way than the bundle."""
    with open_log(ctx, case.id) as log:
        vkey = log.key.vkey
    return Trust(
        case=case.id,
        event=case.event.value,
        origin=log_origin(ctx, case.id),
        rehearsal=case.rehearsal,
        log_vkey=vkey,
        platform_key=platform_signer(ctx, case.id).public.line,
        persons=tuple(TrustedPerson(p.id, tuple(r.value for r in p.roles), p.public_key) for p in case.people),
        required_roles=required,
        quorum=case.evidence.quorum,
        intent_quorum=case.evidence.intent_quorum,
        witnesses=tuple(w.vkey for w in case.evidence.witnesses),
        tsa_roots=case.evidence.tsa_roots,
        policy_digest=policy_digest,
        guomi_key=second.public.text if (second := guomi_signer(ctx, case)) else "",
    )


def write_trust(ctx: Context, case_id: str, path: Path) -> None:
    """Write the trust file before the bundle is there: whoever is to check holds it before anything is handed over.

    Raises:
        StateError: where no policy is in force yet, which it names.
        InputError: where the file cannot be written.
    """
    text = trust_text(ctx, case_id)
    with new_user_file(path) as beside:
        beside.write_bytes(text)


def trust_text(ctx: Context, case_id: str) -> bytes:
    """The trust file of a case.

    Raises:
        StateError: where no policy is in force yet, which it names.
    """
    state = approval_state(ctx, case_id)
    with ctx.store.transaction() as tx:
        in_force = tx.policies.in_force(case_id)
    if in_force is None:
        raise StateError("no policy is in force", hint="The trust file names the policy: approve it first.")
    required = tuple(r.value for r in state.required)
    return render_trust(make_trust(ctx, ctx.case(case_id).case, policy_digest=in_force.digest, required=required))


def make_bundle(ctx: Context, case_id: str) -> Bundle:
    """Build and verify the bundle of a closed case.

    Raises:
        StateError: where the log is not closed yet.
        VerificationError: where the bundle does not verify (a defect of ours: it is not handed out).
    """
    case = ctx.case(case_id).case
    workspace = ctx.workspace(case_id)
    state = approval_state(ctx, case_id)
    with ctx.store.transaction() as tx:
        in_force = tx.policies.in_force(case_id)
        approvals = tx.approvals.of(case_id, in_force.digest) if in_force else ()
        approved = tx.policies.text(case_id, in_force.digest) if in_force else b""
    if in_force is None:
        raise StateError("no policy is in force", hint="A bundle needs an approved policy.")
    trust = make_trust(ctx, case, policy_digest=in_force.digest, required=tuple(r.value for r in state.required))
    with open_log(ctx, case_id) as log:
        if not log.is_closed:
            raise StateError(f"case {case_id} is not closed", hint=f"Run `bequest close {case_id}` first.")
        proofs = _proofs(log, event_id(EventType.CERTIFICATE_ISSUED, "1"))
        shown = shown_heads(log, case)
        entries = {leaf.id: leaf.seq for leaf in log.entries()}
    lines = dict(lines_by_entry(ctx, case_id, entries))
    parts = BundleParts(
        trust=trust,
        log=workspace.dir("log"),
        platform=platform_signer(ctx, case_id),
        guomi=guomi_signer(ctx, case),
        bagged_on=local_date(ctx.now(case_id), case.timezone),
        approvals=tuple(approvals),
        policy=approved,
        statements=_files(workspace.dir("statements"), "*.dsse.json"),
        proofs=proofs,
        certificates=_files(workspace.dir("certificates"), "*"),
        receipts=_files(workspace.dir("receipts"), "*.dsse.json"),
        notices=_files(workspace.dir("notices"), "*"),
        disposition=_files(workspace.dir("work"), "disposition.leaves"),
        answers={"answers.leaves": render_lines(lines)} if lines else {},
        attachments=_files(workspace.dir("attachments"), "*"),
        heads=shown,
    )
    folder = build_bundle(workspace.dir("bundle"), parts)
    trust_file = workspace.dir("bundle") / "trust.json"
    report = verify_bundle(folder, trust_file, rehearsal=case.rehearsal)
    return Bundle(folder, trust_file, report)


def shown_heads(log: Log, case: Case) -> dict[str, Content]:
    """The files of every head that somebody cosigned or stamped."""
    files = [(head, log.heads.files(head.size)) for head in log.heads.all(witness_keys(case))]
    return {name: path for head, found in files if head.cosignatures or len(found) > 1 for name, path in found.items()}


def _proofs(log: Log, this: str) -> dict[str, Content]:
    """The proof of the certificate's entry; it bears the name of the statement it refers to."""
    index = log.index_of(this)
    return {} if index is None else {"certificate.tlog-proof": log.prove(index).render().encode()}


def _files(folder: Path, pattern: str) -> dict[str, Content]:
    return {p.name: p for p in sorted(folder.glob(pattern)) if p.is_file()}
