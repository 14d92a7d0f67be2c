"""People, addresses and companies in free text, measured on a corpus of our own."""

import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bequest.engine.kernels import names, redaction
from bequest.engine.kernels.buffers import TextBuffers, text_buffers
from bequest.model.datamap import FieldClass

CORPUS = Path(__file__).parents[3] / "corpus" / "free_text"
CLASSES = {"P": FieldClass.PERSON_NAME, "A": FieldClass.ADDRESS, "C": FieldClass.COMPANY_NAME}
Span = tuple[int, int, int, int]


def marked(part: str) -> tuple[list[str], set[Span]]:
    """Texts and spans (row, first and last byte, kind) of one half of the corpus."""
    texts, spans = [], set()
    for row, line in enumerate((CORPUS / f"{part}.txt").read_text(encoding="utf-8").splitlines()):
        text, at = "", 0
        for m in re.finditer(r"\[([PAC]):([^\]]*)\]", line):
            text += line[at : m.start()]
            start = len(text.encode())
            text += m[2]
            spans.add((row, start, len(text.encode()), names.KINDS[CLASSES[m[1]]]))
            at = m.end()
        texts.append(text + line[at:])
    return texts, spans


def found(texts: list[str], prior: int = names.EVEN) -> set[Span]:
    column = pl.Series(texts)
    base = text_buffers(column).offsets
    n = names.find(column, prior=prior)
    quadruples = zip(n.starts, n.ends, n.kinds, n.rows, strict=True)
    return {(int(r), int(a - base[r]), int(b - base[r]), int(k)) for a, b, k, r in quadruples}


def f1(expected: set[Span], got: set[Span], cls: FieldClass) -> float:
    a, b = ({s for s in spans if s[3] == names.KINDS[cls]} for spans in (expected, got))
    return 2 * len(a & b) / (len(a) + len(b))


FLOORS = {
    ("dev", FieldClass.PERSON_NAME): 0.92,
    ("dev", FieldClass.ADDRESS): 0.95,
    ("dev", FieldClass.COMPANY_NAME): 0.95,
    ("test", FieldClass.PERSON_NAME): 0.90,
    ("test", FieldClass.ADDRESS): 0.75,
    ("test", FieldClass.COMPANY_NAME): 0.95,
}


@pytest.mark.parametrize(("part", "cls"), FLOORS, ids=str)
def test_exact_spans_on_the_corpus(part: str, cls: FieldClass) -> None:
    texts, expected = marked(part)
    assert f1(expected, found(texts), cls) >= FLOORS[part, cls]


def test_redaction_leaves_few_names_and_addresses_standing() -> None:
    texts, expected = marked("test")
    redacted = redaction.redact(pl.Series(texts)).to_list()
    for cls, most in ((FieldClass.PERSON_NAME, 0.10), (FieldClass.ADDRESS, 0.10)):
        pieces = [(r, texts[r].encode()[a:b].decode()) for r, a, b, k in expected if k == names.KINDS[cls]]
        assert sum(piece in redacted[row] for row, piece in pieces) <= most * len(pieces)


REDACTED = {
    "name and phone": ("收件人：李秀英，电话13800138000", "收件人：李**，电话138****8000"),
    "address keeps its district": ("寄到浙江省杭州市余杭区文一西路969号3幢502室。", "寄到浙江省杭州市余杭区****。"),
    "company keeps its form": ("公司名称：杭州云帆网络科技有限公司，请开专票", "公司名称：****有限公司，请开专票"),
    "Latin name": ("客户Alice Wang来电", "客户A****来电"),
    "name of two parts": ("联系人：阿迪力·买买提", "联系人：阿***"),
    "phone glued to an address": (
        "地址：南京市鼓楼区中山北路88号1203室13800138000",
        "地址：南京市鼓楼区****138****8000",
    ),
    "words that begin like names": ("高兴地收到货，金额无误，方便时再来。", "高兴地收到货，金额无误，方便时再来。"),
    "a date is no address": ("杭州8号发货，南京9号到。", "杭州8号发货，南京9号到。"),
    "title only": ("王先生已签收", "王先生已签收"),
    "empty": ("", ""),
}


@pytest.mark.parametrize(("text", "expected"), REDACTED.values(), ids=REDACTED)
def test_redacted(text: str, expected: str) -> None:
    assert redaction.redact(pl.Series("t", [None, text, "无"])).to_list() == [None, expected, "无"]


def test_redacting_twice_is_redacting_once() -> None:
    once = redaction.redact(pl.Series(marked("dev")[0] + marked("test")[0]))
    assert redaction.redact(once).to_list() == once.to_list()


def test_a_slice_and_odd_characters_are_read_at_their_own_place() -> None:
    column = pl.Series(["王建国来电", None, "🙂é联系人：赵敏", "\ud7ff李秀英来电"]).slice(1)
    got = names.find(column)
    pieces = [bytes(text_buffers(column).data[a:b]).decode() for a, b in zip(got.starts, got.ends, strict=True)]
    assert list(zip(got.rows.tolist(), pieces, strict=True)) == [(1, "赵敏"), (2, "李秀英")]


def test_another_model_takes_the_place_of_ours() -> None:
    def every_first_byte(text: TextBuffers) -> names.Named:
        full = np.flatnonzero(np.diff(text.offsets) > 0)
        starts = text.offsets[full]
        return names.Named(
            starts, text.offsets[full + 1], np.full(len(full), names.KINDS[FieldClass.PERSON_NAME]), full
        )

    assert redaction.redact(pl.Series(["abc", "", "一二三"]), every_first_byte).to_list() == ["a****", "", "一**"]
