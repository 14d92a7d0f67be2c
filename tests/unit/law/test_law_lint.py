"""`law lint`: out-of-date references, with line and page, what replaces them, since when; bad files are refused."""

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfWriter

from bequest.kernel.errors import InputError
from bequest.law.lint.find import article_number, find_references
from bequest.law.lint.read import Page, read_document
from bequest.law.loader import load_references

REFERENCES = load_references()
ON = date(2026, 11, 21)


def cited(text: str, on: date = ON) -> list[tuple[str, str]]:
    pages = (Page(0, tuple(text.splitlines())),)
    return [(f.cited, f.replaced_by) for f in find_references(pages, REFERENCES, on=on)]


FLAGGED = {
    "the Contract Law": ("依据《合同法》第六十条履行", "合同法", "民法典合同编"),
    "the Contract Law in full": ("《中华人民共和国合同法》", "中华人民共和国合同法", "民法典合同编"),
    "the Tort Law": ("按侵权责任法承担责任", "侵权责任法", "民法典侵权责任编"),
    "CSL 21 in figures": ("《网络安全法》第21条", "网络安全法》第21条", "网络安全法第 23 条"),
    "CSL 21 in characters": ("依照网络安全法第二十一条留存日志", "网络安全法第二十一条", "网络安全法第 23 条"),
    "CSL 42 with a bracket": (
        "《网络安全法》（简称网安法）第四十二条", "网络安全法》（简称网安法）第四十二条", "网络安全法第 44 条",
    ),
    "CSL in English": ("Cybersecurity Law Art. 21", "Cybersecurity Law Art. 21", "Cybersecurity Law Art. 23"),
    "express regulations": ("快递暂行条例第三十四条", "快递暂行条例第三十四条", "快递暂行条例第 35 条"),
    "five years of money laundering": ("反洗钱资料保存五年", "反洗钱资料保存五年", "反洗钱法第 34 条：不少于十年"),
    "old specification": ("GB/T 35273-2017", "GB/T 35273-2017", "GB/T 35273—2020"),
    "shield": ("under the EU-US Privacy Shield", "Privacy Shield", "EU-US Data Privacy Framework"),
    "old CCPA": ("Cal. Civ. Code 1798.140(t)(2)(D)", "1798.140(t)", "1798.140(ad)(2)(C)"),
    "old NIST": ("NIST SP 800-88 Rev. 1", "800-88 Rev. 1", "NIST SP 800-88r2"),
    "old registration rules": ("公司登记管理条例", "公司登记管理条例", "市场主体登记管理条例"),
    "assessment valid two years": ("评估结果有效期为2年", "评估结果有效期为2年", "促进和规范数据跨境流动规定"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "what", "instead"), FLAGGED.values(), ids=FLAGGED)
def test_what_is_out_of_date_is_flagged_with_its_replacement(text: str, what: str, instead: str) -> None:
    [(got, replaced)] = cited(text)
    assert got == what
    assert replaced.startswith(instead)


RIGHT = {
    "the Labour Contract Law": "《劳动合同法》第五十条",
    "the Civil Code": "《民法典》第五百零九条",
    "CSL 23": "《网络安全法》第二十三条",
    "CSL that says it is the amended one": "《网络安全法》（2025年修正）第二十一条",
    "another law's article 21": "《网络安全法》规定的义务；《数据安全法》第二十一条",
    "another sentence's article 21": "违反网络安全法。本协议第二十一条",
    "ten years of money laundering": "反洗钱资料保存十年",
    "the edition in force": "GB/T 35273—2020",
    "PIPL": "个人信息保护法第二十二条",
}


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_what_is_right_is_not_flagged(text: str) -> None:
    assert cited(text) == []


def test_a_list_of_articles_is_followed_to_its_end() -> None:
    assert [r for _, r in cited("《网络安全法》第二十一条、第二十三条和第四十条")] == [
        "网络安全法第 23 条",
        "网络安全法第 42 条",
    ]


def test_a_reference_broken_over_two_lines_is_found_once_on_the_first() -> None:
    pages = (Page(2, ("依照《网络安", "全法》第二十一条", "办理")),)
    [found] = find_references(pages, REFERENCES, on=ON)
    assert (found.page, found.line) == (2, 1)
    pages = (Page(2, ("依照《网络安全法》", "第二十一条办理")),)
    [found] = find_references(pages, REFERENCES, on=ON)
    assert (found.page, found.line) == (2, 1)


def test_before_the_change_the_old_reference_was_right() -> None:
    assert cited("《网络安全法》第二十一条", date(2025, 12, 31)) == []
    assert len(cited("《网络安全法》第二十一条", date(2026, 1, 1))) == 1
    assert cited("合同法", date(2020, 12, 31)) == []


NUMBERS = {"21": "21", "二十一": "21", "十": "10", "一百零五": "105", "四十": "40", "五百": "500", "甲": ""}


@pytest.mark.parametrize(("text", "number"), NUMBERS.items(), ids=NUMBERS)
def test_numbers_of_articles(text: str, number: str) -> None:
    assert article_number(text) == number


def docx(path: Path, *paragraphs: str, prologue: str = "") -> Path:
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "".join(f"<w:p><w:r><w:t>{p[:3]}</w:t></w:r><w:r><w:t>{p[3:]}</w:t></w:r></w:p>" for p in paragraphs)
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("word/document.xml", f'{prologue}<w:document xmlns:w="{w}"><w:body>{body}</w:body></w:document>')
    return path


def test_a_word_file_is_read_by_paragraph_whatever_its_runs(tmp_path: Path) -> None:
    pages = read_document(docx(tmp_path / "a.docx", "第一条 甲方……", "依据《合同法》"))
    [found] = find_references(pages, REFERENCES, on=ON)
    assert (found.page, found.line, found.cited) == (0, 2, "合同法")


def test_a_pdf_is_read_by_page(tmp_path: Path) -> None:
    text = "BT /F1 12 Tf 72 720 Td (See Cybersecurity Law Art. 21) Tj ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for n, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{n} 0 obj\n{body}\nendobj\n".encode()
    start = len(out)
    table = "".join(f"{o:010} 00000 n \n" for o in offsets)
    out += (
        f"xref\n0 5\n0000000000 65535 f \n{table}trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF".encode()
    )
    (tmp_path / "a.pdf").write_bytes(out)
    [found] = find_references(read_document(tmp_path / "a.pdf"), REFERENCES, on=ON)
    assert (found.page, found.line, found.replaced_by) == (1, 1, "Cybersecurity Law Art. 23")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_plain_text_is_read_in_the_encodings_people_have(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.txt").write_bytes("依据《合同法》".encode(encoding))
    assert read_document(tmp_path / "a.txt")[0].lines == ("依据《合同法》",)


def protected() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


BAD = {
    "another kind": ("a.odt", b"x", "is none of"),
    "no Word": ("a.docx", b"not a zip", "cannot be read as Word"),
    "no PDF": ("a.pdf", b"not a pdf", "cannot be read as PDF"),
    "a protected PDF": ("a.pdf", protected(), "is protected"),
    "no text": ("a.txt", b"  \n", "holds no text"),
    "no characters": ("a.txt", b"\xff\x00\x80\xff\xff", "no readable text"),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "data", "problem"), BAD.values(), ids=BAD)
def test_a_file_that_cannot_be_read_is_refused_in_words(tmp_path: Path, name: str, data: bytes, problem: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=problem) as wrong:
        read_document(tmp_path / name)
    assert wrong.value.hint


def test_a_file_that_is_not_there_and_a_word_file_with_entities_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no file"):
        read_document(tmp_path / "none.txt")
    bomb = '<!DOCTYPE x [<!ENTITY a "b">]>'
    with pytest.raises(InputError, match="cannot be read as Word"):
        read_document(docx(tmp_path / "b.docx", "text", prologue=bomb))
