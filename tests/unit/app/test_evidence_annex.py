"""The annex on electronic evidence says what the case is, in both languages, in every format."""

import re
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader
from tests.unit.app.app_cases import CASE, add_case, with_people

from bequest.app.context import Context
from bequest.app.evidence import platform_signer
from bequest.app.evidence_annex import annex_facts, write_annex
from bequest.documents.evidence_annex import AnnexFacts, annex_text, compose_annex

FACTS = AnnexFacts(
    case_id="acme-2026", parties=(("移交方", "transferor", "示例甲公司", "Example A"),), origin="log.example/acme-2026",
    keys=(), quorum=1, n_witnesses=2, intent_quorum=1, tsa="https://tsa.example.com/", is_stamped=True, escrowed=True,
    policy_digest="ab" * 32, trust_sha256="cd" * 32, rehearsal=False, made_at="2026-12-01T00:00:00Z",
)  # fmt: skip


def test_it_names_the_parties_their_keys_and_the_log(ctx: Context, tmp_path: Path) -> None:
    case, _ = with_people(
        replace(CASE, id="annexed-2026", transferor=replace(CASE.transferor, name="附件示例公司")), tmp_path
    )
    add_case(ctx, case)
    files = write_annex(ctx, case.id, tmp_path / "annex")
    assert [f.name for f in files] == [f"evidence-annex.{x}.{e}" for x in ("zh", "en") for e in ("docx", "pdf", "txt")]
    line = platform_signer(ctx, case.id).public.line
    for file in files:
        data = file.read_bytes()
        if file.suffix == ".docx":
            text = re.sub(r"<[^>]+>", "", zipfile.ZipFile(BytesIO(data)).read("word/document.xml").decode())
        elif file.suffix == ".pdf":
            text = "".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages)
        else:
            text = data.decode()
        bare = re.sub(r"\s", "", text)
        assert re.sub(r"\s", "", line) in bare, file.name
        assert re.sub(r"\s", "", annex_facts(ctx, case.id).origin) in bare
        for p in (p for p in case.people if p.public_key):
            assert re.sub(r"\s", "", p.public_key) in bare


def test_it_says_what_is_agreed_and_what_is_not() -> None:
    zh, en = (annex_text(compose_annex(FACTS, lang)) for lang in ("zh", "en"))
    for text, words in (
        (
            zh,
            (
                "第九十四条第一款第五项",
                "须有其中 1 家会签",
                "https://tsa.example.com/",
                "托管机构核对后放行",
                "不是法律意见",
            ),
        ),
        (en, ("Art. 94(1)(5)", "1 of them must have cosigned", "the escrow then releases", "no legal advice")),
    ):
        for word in (*words, "ab" * 32, "cd" * 32, "log.example/acme-2026"):
            assert word in text


def test_without_witness_stamp_or_escrow_it_says_so() -> None:
    bare = AnnexFacts(**{
        **{n: getattr(FACTS, n) for n in FACTS.__slots__}, "n_witnesses": 0, "is_stamped": False, "escrowed": False,
        "policy_digest": "", "trust_sha256": "", "rehearsal": True,
    })  # fmt: skip
    text = annex_text(compose_annex(bare, "zh"))
    for words in ("单凭日志不能排除另有一份历史", "本案不约定可信时间戳", "演练，不具效力", "方案批准后写出"):
        assert words in text
    assert "托管机构核对后放行" not in text


def test_both_languages_say_the_same_things_in_the_same_order() -> None:
    zh, en = (compose_annex(FACTS, lang) for lang in ("zh", "en"))
    assert [type(b) for b in zh.blocks] == [type(b) for b in en.blocks]
    assert [f.id for f in zh.fields] == [f.id for f in en.fields]
