"""Assessment: heat map, register, liability, costs; one risk opened to its facts; the impact assessment filled in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.http import HttpRequest, HttpResponse

from bequest.app.console.access import Act, Screen, Seat
from bequest.app.console.impact_draft import LONGEST, DraftForm, draft_file, draft_form, part_mark, save_draft
from bequest.documents.form.content import Block, Cell, Field, Form, Heading, Paragraph, Table
from bequest.kernel.errors import BequestError
from bequest.web.console.frame import Told, act, address_of, page, page_of, report_of, screen, see_other, told
from bequest.web.site import site

KINDS = {Heading: "heading", Paragraph: "paragraph", Table: "table", Field: "field", Cell: "cell"}


@dataclass(frozen=True, slots=True)
class Group:
    """Boxes, or measured text, that stand together: kind and block. `rows` of tables say how long it is."""

    blocks: tuple[tuple[str, Block], ...]
    is_box: bool
    rows: int


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the form under one heading. `mark` changes with what stands in its fields."""

    number: int
    title: str
    groups: tuple["Group", ...]
    fields: tuple[Field, ...]
    mark: str


@screen(Screen.ASSESS)
def assess(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The last assessment; one risk of the register opened."""
    report = report_of(seat)
    risks = report.assessment.risks if report.assessment else ()
    at = next((r for r in risks if r.id == request.GET.get("risk")), None)
    return page_of(request, seat, Screen.ASSESS, report, at=at, form=None)


@screen(Screen.ASSESS)
def impact(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The impact assessment: measured text as it is, boxes for people."""
    return show(request, seat, None)


def show(request: HttpRequest, seat: Seat, error: Told | None) -> HttpResponse:
    """The form, with what could not be done."""
    lang: str = request.lang  # type: ignore[attr-defined]
    found: DraftForm | None = None
    try:
        found = draft_form(site().inside, seat.case_id, lang)
    except BequestError as trouble:
        error = error or told(request, trouble)
    typed = {k: v for k, v in request.POST.items() if k not in {"mark", "part"}} if error else {}
    return page(
        request, seat, Screen.ASSESS, error=error, at=None, form=found, longest=LONGEST, typed=typed,
        parts=tuple(_parts(found.form)) if found else (),
    )  # fmt: skip


def _parts(form: Form) -> Iterator[Part]:
    """The form in parts, each under a heading of the first level."""
    begins = [n for n, b in enumerate(form.blocks) if isinstance(b, Heading) and b.level == 1]
    for number, (start, end) in enumerate(zip([0, *begins], [*begins, len(form.blocks)], strict=True)):
        blocks = form.blocks[start:end]
        if not blocks:
            continue
        title = blocks[0].text if isinstance(blocks[0], Heading) else form.title
        inside = blocks[1:] if isinstance(blocks[0], Heading) else blocks
        fields = tuple(b for b in inside if isinstance(b, Field))
        yield Part(
            number, title, tuple(_groups(inside)), fields, part_mark(form, [f.id for f in fields])
        )  # fmt: skip


def _groups(blocks: Sequence[Block]) -> Iterator[Group]:
    for is_box, found in groupby(blocks, lambda b: isinstance(b, Field)):
        inside = tuple(found)
        rows = sum(len(b.rows) for b in inside if isinstance(b, Table))
        yield Group(tuple((KINDS[type(b)], b) for b in inside), is_box, rows)


@act(Act.FILL, show)
def save(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Keep what was written in the boxes of one part."""
    lang: str = request.lang  # type: ignore[attr-defined]
    given = {k: str(v).replace("\r\n", "\n") for k, v in request.POST.items()}
    mark, part = given.pop("mark", ""), given.pop("part", "0")
    given.pop("csrfmiddlewaretoken", None)
    save_draft(site().inside, seat.case_id, given, lang=lang, by=seat.who.person, mark=mark)
    where = part if part.isdigit() else "0"
    return see_other(f"{address_of(seat.case_id, Screen.ASSESS, 'impact')}?lang={lang}#part-{where}")


@screen(Screen.ASSESS)
def form_file(request: HttpRequest, seat: Seat, ending: str) -> HttpResponse:
    """The filled-in form as a file."""
    lang: str = request.lang  # type: ignore[attr-defined]
    try:
        name, data = draft_file(site().inside, seat.case_id, ending, lang=lang)
    except BequestError as error:
        return show(request, seat, told(request, error))
    response = HttpResponse(data, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
