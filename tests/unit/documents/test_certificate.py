import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from tests.unit.documents.sample_report import hexdigest, sample_certificate

from bequest.documents import qr
from bequest.documents.certificate import render_certificate
from bequest.documents.certificate.content import certificate_data
from bequest.documents.limits import LIMITS
from bequest.kernel.errors import InputError
from bequest.model.destruction import Certificate, CertificateState

DSSE = b'{"payload":"eyJ9","payloadType":"application/vnd.in-toto+json","signatures":[]}'
PROOF = b"c2sp.org/tlog-proof@v1\nindex 510\n\nbequest.example/demo-e5\n512\n"


def rendered(cert: Certificate, **changed: object) -> bytes:
    claim = qr.QrClaim(qr.short_id(cert.certificate_id), bytes.fromhex(hexdigest("certificate")), 510, 512)
    arguments = {
        "payload_sha256": hexdigest("certificate"),
        "log_index": 510,
        "log_size": 512,
        "cosigned": 0,
        "named": 0,
        "dsse_json": DSSE,
        "proof": PROOF,
        "qr_text": qr.qr_text(claim, bytes(64)),
    }
    return render_certificate(cert, **{**arguments, **changed})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return rendered(sample_certificate())


def text_of(data: bytes) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages)
    return re.sub(r"\s+", "", text)


def test_the_same_certificate_gives_the_same_bytes(pdf: bytes) -> None:
    assert rendered(sample_certificate()) == pdf


def test_the_page_carries_the_figures_of_the_certificate_in_both_languages(pdf: bytes) -> None:
    text = text_of(pdf)
    cert = sample_certificate()
    for figure in (
        f"{sum(t.before for t in cert.tables):,}",
        f"{sum(t.deleted for t in cert.tables):,}",
        f"{sum(t.sealed for t in cert.tables):,}",
        *(f"{k.values:,}" for k in cert.kept),
        *(r.due_on for r in cert.residuals),
    ):
        assert figure in text
    for words in (
        "客户信息销毁证书",
        "CertificateofDestructionofCustomerInformation",
        "示例商贸有限公司",
        "SampleRetailCo.,Ltd.",
        "阶段性Interim",
        "五项之和与源头，差0",
        "第511条，树大小512，没有见证人，自行发布",
        hexdigest("certificate")[:4],
    ):
        assert words in text


def test_the_six_limits_are_printed_whole_in_both_languages(pdf: bytes) -> None:
    text = text_of(pdf)
    for limit in LIMITS:
        assert re.sub(r"\s+", "", limit.zh) in text
        assert re.sub(r"\s+", "", limit.en) in text


def test_a_rehearsal_is_called_a_specimen_on_every_page_and_a_real_one_is_not(pdf: bytes) -> None:
    for page in PdfReader(BytesIO(pdf)).pages:
        assert "SPECIMEN" in page.extract_text().replace(" ", "")
    assert "SPECIMEN" not in text_of(rendered(replace(sample_certificate(), rehearsal=False)))


def test_the_signed_original_and_its_proof_are_attached_unchanged(pdf: bytes) -> None:
    attached = {name: bytes(data[0]) for name, data in PdfReader(BytesIO(pdf)).attachments.items()}
    assert attached == {"certificate.dsse.json": DSSE, "certificate.tlog-proof": PROOF}


def test_the_metadata_name_nobody(pdf: bytes) -> None:
    reader = PdfReader(BytesIO(pdf))
    said = f"{dict(reader.metadata or {})}"
    xmp = reader.xmp_metadata
    assert xmp is not None
    said += xmp.stream.get_data().decode()
    for name in ("李四", "吴十", "郑一", "示例", "Example Trading", "样例零售"):
        assert name not in said
    assert "DC-2027-000123" in said
    assert "pdfaid" in said


def test_the_only_date_in_the_file_is_the_day_of_issue(pdf: bytes) -> None:
    metadata = PdfReader(BytesIO(pdf)).metadata
    assert metadata is not None
    assert metadata["/CreationDate"].startswith("D:20270128023200")


def test_rare_characters_of_names_are_set(pdf: bytes) -> None:
    cert = replace(sample_certificate(), transferor_zh="𠮷㛃䶮商行")
    assert "𠮷㛃䶮商行" in text_of(rendered(cert))


@pytest.mark.skipif(
    not Path("/usr/share/fonts/truetype/babelstone").is_dir(), reason="fonts-babelstone-han is not here"
)
def test_characters_that_the_packaged_font_lacks_come_from_the_fonts_of_rare_ones() -> None:
    """GB 18030-2022 level 3: extensions B to G, which no single font in a package covers."""
    rare = "𠀀𪛖𪚥𫝀𫠠𬺰𮯠𰀀𱍐鿿𢘗𩜏𥑾"
    cert = replace(sample_certificate(), transferor_zh=f"{rare}商行")
    assert f"{rare}商行" in text_of(rendered(cert))


def test_a_character_without_a_glyph_stops_the_certificate_and_names_the_field_not_the_value() -> None:
    cert = sample_certificate()
    first, *rest = cert.signers
    strange = replace(cert, signers=(replace(first, name="张\U000f1234"), *rest))
    with pytest.raises(InputError) as failure:
        rendered(strange)
    assert "signers[1].name" in failure.value.message
    assert "张" not in failure.value.message + failure.value.hint
    assert "\U000f1234" not in failure.value.message
    assert failure.value.__cause__ is None


def test_markup_in_a_name_is_printed_and_never_run() -> None:
    hostile = '#panic("x") *b* $x$ @ref <l> \\u{41} ${a} "quoted"'
    text = text_of(rendered(replace(sample_certificate(), transferor_zh=hostile)))
    assert re.sub(r"\s+", "", hostile) in text


@pytest.mark.parametrize(
    ("state", "heading", "says"),
    [
        (CertificateState.FINAL, "客户信息销毁证书", "没有。None."),
        (CertificateState.INTERIM, "客户信息销毁证书", "除下列3项有到期日的残留"),
        (CertificateState.REFUSED, "客户信息销毁：拒发证书", "方案外残留3处"),
    ],
)
def test_each_verdict_says_what_it_is(state: CertificateState, heading: str, says: str) -> None:
    text = text_of(rendered(sample_certificate(state)))
    assert heading in text
    assert says in text


def test_exactly_one_verdict_holds() -> None:
    for state in CertificateState:
        data = certificate_data(
            sample_certificate(state), payload_sha256=hexdigest("x"), log_index=0, log_size=1, cosigned=0, named=0
        )
        assert [v["holds"] for v in data["verdicts"]] == [s is state for s in CertificateState]


@pytest.mark.parametrize(
    ("cosigned", "named", "zh", "en"),
    [
        (0, 0, "没有见证人，自行发布", "no witness, self-published"),
        (0, 1, "见证人 1 家，会签见证据包", "1 witness named, cosignatures in the bundle"),
        (1, 2, "见证人 2 家中 1 家已会签", "cosigned by 1 of 2 witnesses"),
    ],
)
def test_it_says_who_had_seen_the_log(cosigned: int, named: int, zh: str, en: str) -> None:
    data = certificate_data(
        sample_certificate(CertificateState.FINAL), payload_sha256=hexdigest("x"), log_index=0, log_size=1,
        cosigned=cosigned, named=named,
    )  # fmt: skip
    assert data["log_zh"].endswith(zh)
    assert data["log_en"].endswith(en)


def test_a_refusal_for_other_reasons_does_not_speak_of_residue() -> None:
    cert = replace(sample_certificate(CertificateState.REFUSED), why=("unbalanced",))
    data = certificate_data(cert, payload_sha256=hexdigest("x"), log_index=0, log_size=1, cosigned=0, named=0)
    assert data["verdicts"][2]["says_zh"] == "有未能证明之处，不发证书。"


def test_tables_that_do_not_balance_are_counted_even_where_their_differences_cancel() -> None:
    cert = sample_certificate()
    first, second, *rest = cert.tables
    moved = replace(
        cert,
        tables=(replace(first, deleted=first.deleted + 3), replace(second, deleted=second.deleted - 3), *rest),
    )
    data = certificate_data(moved, payload_sha256=hexdigest("x"), log_index=0, log_size=1, cosigned=0, named=0)
    assert data["tie_zh"] == "五项之和与源头，差 0"
    assert (data["ties"], data["tie_word_zh"]) == (False, "2 张表不平")


def test_a_source_nobody_searched_is_never_called_clean() -> None:
    cert = replace(sample_certificate(), searches=())
    data = certificate_data(cert, payload_sha256=hexdigest("x"), log_index=0, log_size=1, cosigned=0, named=0)
    assert {row["finding_zh"] for row in data["scope"]} == {"未检索"}
    assert {row["control"] for row in data["scope"]} == {"—"}
