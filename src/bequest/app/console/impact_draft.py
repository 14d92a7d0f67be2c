"""The impact assessment filled in at the console: what was measured cannot be changed, the free fields can.

The draft is kept with the case. It is filed as before: the filled-in Word file, with the protection officer's own key.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bequest.app.context import Context, require_open
from bequest.app.impact import filed_impact, keep_form
from bequest.app.impact_input import impact_input
from bequest.app.run_assess import assessment_of
from bequest.documents.form.content import Field, Form
from bequest.documents.form.docx import write_docx
from bequest.documents.form.pdf import write_pdf
from bequest.documents.pipia.compose import compose
from bequest.documents.pipia.fields import judges
from bequest.kernel.canonical import digest, to_json
from bequest.kernel.clock import rfc3339
from bequest.kernel.codec import decode
from bequest.kernel.errors import InputError, StateError
from bequest.model.assessment import ImpactKind

DRAFT = "impact_draft:"
"""And kind and language."""
LONGEST = 4000
"""Characters of one field."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What was filled in so far, on which run of the assessment, by whom last."""

    run: int
    values: tuple[tuple[str, str], ...]
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class DraftForm:
    """The form of the last run with the draft in it. `dropped`: judgements of an earlier run, asked for again."""

    form: Form
    draft: Draft | None
    run: int
    dropped: tuple[str, ...]

    @property
    def missing(self) -> tuple[Field, ...]:
        """Required fields that are empty."""
        return tuple(f for f in self.form.fields if f.required and not f.value)


def draft_form(ctx: Context, case_id: str, lang: str, kind: ImpactKind = ImpactKind.PIPIA) -> DraftForm:
    """The form as it stands, in one language.

    Raises:
        StateError: where the case was not assessed, or not since it was planned.
    """
    assessment = assessment_of(ctx, case_id)
    if not assessment.basis.policy:
        raise StateError(
            f"case {case_id} was assessed without a plan: its measures cannot be judged yet",
            hint=f"Run `bequest plan {case_id}`, then `bequest assess {case_id}` again.",
        )
    kept, filed = _kept(ctx, case_id, lang, kind), filed_impact(ctx, case_id, kind)
    values = dict(kept.values) if kept else {}
    run = kept.run if kept else 0
    if kept is None and filed is not None and filed.lang == lang:
        values, run = dict(filed.values), filed.run
    outdated = tuple(sorted(k for k in values if judges(k))) if run != assessment.run else ()
    values = {k: v for k, v in values.items() if k not in outdated}
    form = compose(impact_input(ctx, case_id, assessment), lang, values, kind)
    return DraftForm(form, kept, assessment.run, outdated)


def part_mark(form: Form, ids: list[str]) -> str:
    """Changes when any of these fields does: a form that was open too long does not overwrite what others wrote."""
    return digest([[f.id, f.value] for f in form.fields if f.id in ids])


def save_draft(
    ctx: Context, case_id: str, given: Mapping[str, str], *, lang: str, by: str, mark: str,
    kind: ImpactKind = ImpactKind.PIPIA,
) -> None:  # fmt: skip
    """Keep what a person wrote in some fields; the others stay as they are.

    Raises:
        InputError: for a field the form does not have, a choice that is none, a text that is too long, or where
            somebody else wrote in the same fields meanwhile.
        StateError: past the cutover: the assessment is due before (PIPL Art. 55).
    """
    require_open(ctx, case_id, "filling in the impact assessment")
    now = draft_form(ctx, case_id, lang, kind)
    fields = {f.id: f for f in now.form.fields}
    if not given or set(given) - set(fields):
        raise InputError(
            "the form has no field of that name: what was measured cannot be changed here",
            hint="Load the page anew and write in its boxes.",
        )
    if part_mark(now.form, list(given)) != mark:
        raise InputError(
            "somebody else has written in these boxes meanwhile: nothing was overwritten",
            hint="Copy what you wrote, load the page anew, and write it in again.",
        )
    for name, text in given.items():
        if fields[name].choices and text and text not in fields[name].choices:
            raise InputError("what stands in a box is none of its choices", hint="Choose one that is listed.")
        if len(text) > LONGEST:
            raise InputError(f"a box holds at most {LONGEST} characters", hint="Shorten it, or refer to a paper.")
    values = {f.id: f.value for f in now.form.fields if f.value} | {k: v.strip() for k, v in given.items()}
    at = ctx.now(case_id)
    draft = Draft(now.run, tuple(sorted((k, v) for k, v in values.items() if v)), by, rfc3339(at))
    with ctx.store.transaction() as tx:
        tx.settings.set(f"{DRAFT}{kind.value}:{lang}", to_json(draft), at, case_id=case_id)


def draft_file(
    ctx: Context, case_id: str, ending: str, *, lang: str, kind: ImpactKind = ImpactKind.PIPIA
) -> tuple[str, bytes]:
    """Name and content of the filled-in form: `docx`, which is filed, or `pdf`.

    Raises:
        StateError: as `draft_form`.
        InputError: where a text has a character that the font of the PDF lacks.
    """
    form = draft_form(ctx, case_id, lang, kind).form
    keep_form(ctx.workspace(case_id), form)
    return f"{kind.value}-{case_id}-{lang}.{ending}", {"docx": write_docx, "pdf": write_pdf}[ending](form)


def _kept(ctx: Context, case_id: str, lang: str, kind: ImpactKind) -> Draft | None:
    with ctx.store.transaction() as tx:
        kept = tx.settings.get(f"{DRAFT}{kind.value}:{lang}", None, case_id=case_id)
    return decode(Draft, kept) if kept is not None else None
