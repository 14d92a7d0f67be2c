"""A form as Word and PDF: only its boxes can be filled in, and it is read back whichever way it was saved."""

import io
import json
import re
import zipfile
from collections.abc import Callable

import pytest
from tests.unit.documents.docx_edit import edited

from bequest.documents.form.content import Cell, Field, Form, Heading, Paragraph, Table
from bequest.documents.form.docx import read_docx, write_docx
from bequest.documents.form.kept import form_json, form_of
from bequest.documents.form.pdf import write_pdf
from bequest.documents.form.values import values_of
from bequest.kernel.errors import InputError

OPINION = Field("opinion", "法务的意见", "意见、姓名、日期")
VERDICT = Field("verdict", "结论", "选择一项", choices=("可以进行", "不得进行"))
REMARK = Field("remark", "Remarks", "if any", required=False)
FORM = Form(
    lang="zh", title="评估 <报告>", subtitle="案件 & 副题", number="F-1", mark="样例", made_at="2026-11-02T01:00:00Z",
    properties=(("bequest-case", "c-1"),),
    blocks=(
        Heading("一、数据"),
        Table(("类别", "值"), ((Cell("基本资料"), Cell("1,204", 3)), (Cell(""), Cell("第一行\n第二行"))), (2, 1),
              frozenset({1})),
        Paragraph("合计 1,204 个值。"),
        OPINION,
        REMARK,
        Heading("二、结论"),
        VERDICT,
    ),
)  # fmt: skip
FILLED = {"opinion": "同意。\n请补合同 <第 3 条>", "verdict": "可以进行"}


def taken(data: bytes) -> dict[str, str]:
    return values_of(FORM, read_docx(data, "f.docx").paragraphs, "f.docx")


def test_what_is_filled_in_comes_back_and_nothing_else_matters() -> None:
    data = write_docx(FORM.filled(FILLED))
    assert taken(data) == FILLED
    assert read_docx(data, "f").properties == {"bequest-case": "c-1", "bequest-form": FORM.digest}
    assert FORM.filled(FILLED).digest == FORM.digest


def test_only_the_boxes_can_be_edited_and_none_removed() -> None:
    with zipfile.ZipFile(io.BytesIO(write_docx(FORM))) as book:
        settings, body = (book.read(f"word/{name}.xml").decode() for name in ("settings", "document"))
    assert '<w:documentProtection w:edit="forms" w:enforcement="1"/>' in settings
    assert body.count("<w:sdt>") == body.count('<w:lock w:val="sdtLocked"/>') == len(list(FORM.fields))


def test_word_processors_may_split_runs_and_paragraphs_and_drop_the_controls() -> None:
    data = write_docx(FORM.filled(FILLED))
    controls = re.compile(r"<w:sdtPr>.*?</w:sdtPr>|</?w:sdt(Content)?>")
    without = edited(data, lambda t: controls.sub("", t))
    split = edited(without, lambda t: t.replace("合计 1,204", '合计 </w:t></w:r><w:r><w:t xml:space="preserve"> 1,204'))
    broken = edited(split, lambda t: t.replace("同意。</w:t><w:br/>", "同意。</w:t></w:r></w:p><w:p><w:r>"))
    assert taken(broken) == FILLED


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.replace("合计 1,204 个值", "合计 204 个值"),
        lambda t: t.replace("1,204</w:t></w:r></w:p></w:tc>", "0</w:t></w:r></w:p></w:tc>"),
        lambda t: t.replace("<w:body>", "<w:body><w:p><w:r><w:t>本报告已获批准。</w:t></w:r></w:p>"),
        lambda t: t.replace("二、结论", "二、建议"),
    ],
)
def test_a_changed_figure_a_new_sentence_a_changed_heading_are_refused(change: Callable[[str], str]) -> None:
    with pytest.raises(InputError, match="does not say any more what was measured"):
        taken(edited(write_docx(FORM.filled(FILLED)), change))


def test_empty_boxes_and_standing_hints_are_not_filled_in() -> None:
    with pytest.raises(InputError, match="2 required boxes are empty") as caught:
        taken(write_docx(FORM))
    assert caught.value.hint == "Empty: 法务的意见; 结论."
    with pytest.raises(InputError, match="1 required boxes"):
        taken(write_docx(FORM.filled(FILLED | {"verdict": "选择一项"})))


def test_a_choice_is_one_of_those_given() -> None:
    with pytest.raises(InputError, match="none of its choices"):
        taken(write_docx(FORM.filled(FILLED | {"verdict": "随便"})))


def test_text_added_after_a_choice_is_no_choice() -> None:
    data = edited(
        write_docx(FORM.filled(FILLED)),
        lambda t: t.replace("<w:sectPr>", "<w:p><w:r><w:t>+</w:t></w:r></w:p><w:sectPr>"),
    )
    with pytest.raises(InputError, match="none of its choices"):
        taken(data)


@pytest.mark.parametrize(
    "data",
    [
        b"not a document",
        edited(write_docx(FORM), lambda t: t[:-9]),
        edited(write_docx(FORM), lambda t: t.replace("?>\n", "?>\n<!DOCTYPE d [<!ENTITY a 'b'>]>", 1)),
        edited(write_docx(FORM), lambda t: "x" * (65 << 20)),
    ],
)
def test_what_is_no_form_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="is no form that was written here"):
        read_docx(data, "f.docx")


def test_the_same_form_gives_the_same_bytes() -> None:
    assert write_docx(FORM) == write_docx(FORM)
    assert write_pdf(FORM) == write_pdf(FORM)


def test_it_is_kept_and_read_back() -> None:
    kept = json.loads(json.dumps(form_json(FORM.filled(FILLED))))
    assert form_of(kept) == FORM
    for damaged in (kept | {"blocks": None}, kept | {"blocks": [{"picture": {}}]}):
        with pytest.raises(InputError):
            form_of(damaged)
