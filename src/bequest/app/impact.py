"""The impact assessment as a document: written, taken back from people, held against the facts of today."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bequest.app.context import Context, require_open
from bequest.app.evidence import platform_signer, publish, record
from bequest.app.impact_input import impact_input
from bequest.app.run_assess import assessment_of, kept_assessment
from bequest.app.signing_people import holder
from bequest.app.user_files import read_user_bytes
from bequest.app.workspace import Workspace
from bequest.crypto.atomic import write_file
from bequest.crypto.signing import Signer, load_person_key
from bequest.documents.assessment.wording import CONCLUSIONS
from bequest.documents.form.content import Form
from bequest.documents.form.docx import read_docx, write_docx
from bequest.documents.form.kept import form_json, form_of
from bequest.documents.form.pdf import write_pdf
from bequest.documents.form.values import values_of
from bequest.documents.pipia.compose import compose
from bequest.documents.pipia.fields import judges
from bequest.evidence.event_types import EventType
from bequest.evidence.statement import Statement, Subject, sign_statement
from bequest.kernel.canonical import Json, short, to_json
from bequest.kernel.clock import rfc3339
from bequest.kernel.codec import decode
from bequest.kernel.errors import InputError, StateError
from bequest.model.assessment import ImpactKind
from bequest.model.case import Role
from bequest.steps.assess.drift import Drift, drift

LANGUAGES = ("zh", "en")
FILED = "impact_filed:"
"""And the kind."""
OPINIONS = ("officer_", "opinion_")
_DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class FiledImpact:
    """An impact assessment that people have filled in and the protection officer has signed."""

    kind: ImpactKind
    run: int
    form: str
    """Digest of the form without what was filled in."""
    docx: str
    """SHA-256 of the document as it came back."""
    lang: str
    conclusion: str
    person: str
    at: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ImpactState:
    """The filed assessment, if there is one, and what has changed since. `latest` is the number of the last run."""

    filed: FiledImpact | None
    drift: Drift | None
    latest: int


def write_impact(
    ctx: Context, case_id: str, out: Path | None = None, kind: ImpactKind = ImpactKind.PIPIA
) -> tuple[Path, ...]:
    """Write the form of the last run as Word and PDF, in Chinese and English; returns the files.

    Descriptions that people gave for an earlier run are taken over; judgements of the facts are asked for again.

    Raises:
        StateError: where the case was not assessed, or not since it was planned (PIPL Art. 56(3): measures are judged).
        InputError: where a text has a character that the font of the PDF lacks.
    """
    workspace = ctx.workspace(case_id)
    assessment = assessment_of(ctx, case_id)
    if not assessment.basis.policy:
        raise StateError(
            f"case {case_id} was assessed without a plan: its measures cannot be judged yet",
            hint=f"Run `bequest plan {case_id}`, then `bequest assess {case_id}` again.",
        )
    given = impact_input(ctx, case_id, assessment)
    folder = out if out is not None else workspace.dir("report")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = filed_impact(ctx, case_id, kind)
    files = []
    for lang in LANGUAGES:
        values = {k: v for k, v in kept.values if not judges(k)} if kept and kept.lang == lang else {}
        form = compose(given, lang, values, kind)
        keep_form(workspace, form)
        for ending, data in (("docx", write_docx(form)), ("pdf", write_pdf(form))):
            path = folder / f"{kind.value}-{lang}.{ending}"
            write_file(path, data)
            files.append(path)
    return tuple(files)


def file_impact(ctx: Context, case_id: str, path: Path, key_file: Path) -> FiledImpact:
    """Take a filled-in form back: what was measured must stand in it unchanged, and every required field be filled.

    The protection officer (or who fills the role) signs; the document, a PDF of it and the answers are kept, their
    digests and the conclusion go into the log.

    Raises:
        InputError: where it is no form of this case, was changed, or a required field is empty.
        ApprovalError: where the key is not that of a protection officer of the case.
        StateError: past the cutover; it is due before (PIPL Art. 55).
    """
    require_open(ctx, case_id, "filing an impact assessment")
    record_ = ctx.case(case_id)
    signer = load_person_key(key_file)
    officer = holder(record_.case, Role.OFFICER, signer)
    data = read_user_bytes(path, "form", hint="Give the docx of `bequest assess pipia`.")
    returned = read_docx(data, path.name)
    workspace = ctx.workspace(case_id)
    form = _form_of(workspace, case_id, path.name, returned.properties)
    values = values_of(form, returned.paragraphs, path.name)
    conclusion = next(f for f in form.fields if f.id == "conclusion")
    found = FiledImpact(
        kind=ImpactKind(dict(form.properties)["bequest-kind"]),
        run=int(dict(form.properties)["bequest-run"]),
        form=form.digest,
        docx=hashlib.sha256(data).hexdigest(),
        lang=form.lang,
        conclusion=list(CONCLUSIONS)[conclusion.choices.index(values["conclusion"])],
        person=officer.id,
        at=rfc3339(ctx.clock(record_).now()),
        values=tuple(sorted(values.items())),
    )
    _keep_filed(ctx, case_id, found, data, write_pdf(form.filled(values)), signer)
    return found


def filed_impact(ctx: Context, case_id: str, kind: ImpactKind = ImpactKind.PIPIA) -> FiledImpact | None:
    """The last one of that kind that was filed."""
    with ctx.store.transaction() as tx:
        kept = tx.settings.get(FILED + kind.value, None, case_id=case_id)
    return decode(FiledImpact, kept) if kept is not None else None


def impact_state(ctx: Context, case_id: str, kind: ImpactKind = ImpactKind.PIPIA) -> ImpactState:
    """Whether what was filed holds for the facts of the last run."""
    case = ctx.case(case_id).case
    now = assessment_of(ctx, case_id)
    filed = filed_impact(ctx, case_id, kind)
    if filed is None:
        return ImpactState(None, None, now.run)
    then = kept_assessment(ctx.workspace(case_id), filed.run)
    return ImpactState(filed, drift(then, now, tolerance_percent=case.tolerance_percent), now.run)


def keep_form(workspace: Workspace, form: Form) -> None:
    """Keep a form as it was written: what comes back is held against it."""
    workspace.write_json(workspace.dir("assessments", "forms") / f"{form.digest}.json", form_json(form))


def _form_of(workspace: Workspace, case_id: str, shown: str, properties: Mapping[str, str]) -> Form:
    """The form as it was written, found by the digest the document names."""
    if properties.get("bequest-case") != case_id:
        raise InputError(
            f"{shown} is no form of case {case_id}", hint=f"Write one with `bequest assess pipia {case_id}`."
        )
    named = properties.get("bequest-form", "")
    kept = workspace.dir("assessments", "forms") / f"{named}.json"
    if not _DIGEST.fullmatch(named) or not kept.is_file():
        raise InputError(
            f"{shown} names a form that was not written here",
            hint=f"Write it anew with `bequest assess pipia {case_id}` and fill that one in.",
        )
    try:
        form = form_of(json.loads(kept.read_text(encoding="utf-8")))
    except (OSError, ValueError, InputError):
        form = None
    if form is None or form.digest != named:
        raise StateError(
            f"the kept form {kept.name} is damaged", hint="Put it back from a backup, or write the form anew."
        )
    return form


def _keep_filed(ctx: Context, case_id: str, found: FiledImpact, docx: bytes, pdf: bytes, signer: Signer) -> None:
    """Sign, say it in the log, then keep the files: the documents with names and opinions stay out of the bundle."""
    subject = Subject(f"urn:bequest:{found.kind.value}:{found.run}", found.docx)
    then = kept_assessment(ctx.workspace(case_id), found.run)
    opinions: list[Json] = [k for k, _ in found.values if k.startswith(OPINIONS)]
    said: Mapping[str, Json] = {
        "case": case_id,
        "kind": found.kind.value,
        "run": found.run,
        "form": found.form,
        "facts": then.facts_digest,
        "assessment": then.digest,
        "conclusion": found.conclusion,
        "opinions": opinions,
        "at": found.at,
    }
    statement = Statement("Assessment", (subject,), said)
    envelope = sign_statement(statement, [platform_signer(ctx, case_id), signer])
    at = ctx.now(case_id)
    name = f"{found.kind.value}-{found.run:04}-{short(found.docx)}"
    with ctx.store.transaction() as tx:
        record(
            ctx, tx, case_id, EventType.IMPACT_FILED, name, at=at, actor=signer.public.key_id,
            refs={
                "document": found.docx,
                "assessment": then.digest,
                "statement": hashlib.sha256(envelope).hexdigest(),
                "pdf": hashlib.sha256(pdf).hexdigest(),
            },
        )  # fmt: skip
        tx.settings.set(FILED + found.kind.value, to_json(found), at, case_id=case_id)
    workspace = ctx.workspace(case_id)
    folder = workspace.dir("assessments", "filed")
    write_file(folder / f"{name}.docx", docx)
    write_file(folder / f"{name}.pdf", pdf)
    write_file(workspace.dir("statements") / f"{name}.dsse.json", envelope)
    publish(ctx, case_id)
