"""The annex on electronic evidence for the parties' agreement, filled with the facts of a case."""

import hashlib
from pathlib import Path

from bequest.app.approve_policy import approval_state
from bequest.app.context import Context
from bequest.app.evidence import guomi_signer, log_origin, open_log, platform_signer
from bequest.app.make_bundle import make_trust
from bequest.crypto.atomic import write_file
from bequest.documents.evidence_annex import AnnexFacts, AnnexKey, annex_text, compose_annex
from bequest.documents.form.docx import write_docx
from bequest.documents.form.pdf import write_pdf
from bequest.documents.words import word
from bequest.evidence.trust import render_trust
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import InputError
from bequest.model.case import Case, KeyRelease

LANGUAGES = ("zh", "en")


def write_annex(ctx: Context, case_id: str, folder: Path) -> tuple[Path, ...]:
    """Write the annex as Word, PDF and text, in Chinese and English; the files.

    Raises:
        InputError: where the folder cannot be used, or a name has a character that the font of the PDF lacks.
    """
    facts = annex_facts(ctx, case_id)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder.name} is no folder", hint="Name a folder for the files.") from error
    files = []
    for lang in LANGUAGES:
        form = compose_annex(facts, lang)
        for ending, data in (
            ("docx", write_docx(form)), ("pdf", write_pdf(form)), ("txt", annex_text(form).encode()),
        ):  # fmt: skip
            files.append(folder / f"evidence-annex.{lang}.{ending}")
            write_file(files[-1], data)
    return tuple(files)


def annex_facts(ctx: Context, case_id: str) -> AnnexFacts:
    """What the annex says of a case as it stands; digests of policy and trust file once a policy is in force."""
    case = ctx.case(case_id).case
    rules = case.evidence
    with ctx.store.transaction() as tx:
        in_force = tx.policies.in_force(case_id)
    trust_sha256 = ""
    if in_force is not None:
        required = tuple(r.value for r in approval_state(ctx, case_id).required)
        trust = make_trust(ctx, case, policy_digest=in_force.digest, required=required)
        trust_sha256 = hashlib.sha256(render_trust(trust)).hexdigest()
    return AnnexFacts(
        case_id=case_id,
        parties=_parties(case),
        origin=log_origin(ctx, case_id),
        keys=_keys(ctx, case),
        quorum=rules.quorum,
        n_witnesses=len(rules.witnesses),
        intent_quorum=rules.intent_quorum,
        tsa=rules.tsa,
        is_stamped=bool(rules.tsa_roots),
        escrowed=any(r.key_release is KeyRelease.ESCROWED for r in case.receivers),
        policy_digest=in_force.digest if in_force else "",
        trust_sha256=trust_sha256,
        rehearsal=case.rehearsal,
        made_at=rfc3339(ctx.now(case_id)),
    )


def _parties(case: Case) -> tuple[tuple[str, str, str, str], ...]:
    named = [("移交方", "transferor", case.transferor)]
    named += [("接收方", "receiver", r) for r in case.receivers]
    named += [("托管机构", "escrow", case.escrow)] if case.escrow else []
    named += [("保管人", "keeper", case.custodian)] if case.custodian else []
    return tuple((zh, en, p.name, p.name_en or p.name) for zh, en, p in named)


def _keys(ctx: Context, case: Case) -> tuple[AnnexKey, ...]:
    with open_log(ctx, case.id) as log:
        vkey = log.key.vkey
    transferor = case.transferor.name
    found = [
        AnnexKey(transferor, "日志", "the log", vkey),
        AnnexKey(transferor, "陈述和证据包", "statements and bundle", platform_signer(ctx, case.id).public.line),
    ]
    if (second := guomi_signer(ctx, case)) is not None:
        found.append(AnnexKey(transferor, "国密（SM2）签名", "second signatures, SM2", second.public.text))
    for p in (p for p in case.people if p.public_key):
        words = [word(r) for r in p.roles]
        found.append(AnnexKey(p.name, "、".join(w.zh for w in words), ", ".join(w.en for w in words), p.public_key))
    return (*found, *(AnnexKey(w.name, "见证人", "witness", w.vkey) for w in case.evidence.witnesses))
