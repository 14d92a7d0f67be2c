"""What an electronic signature on a document is worth in law, in the wording that is printed on it.

电子签名法 (2019): Art. 13 (what makes a signature reliable, or what the parties agreed), Art. 14 (a reliable one
equals a handwritten signature or a seal), Arts. 16 to 18 (certification services, and their licence).
"""

from dataclasses import dataclass

_UNSIGNED = (
    "本文件没有电子签章。",
    "This file bears no electronic signature.",
    "电子签章没有；以附件中的签名原件为准。",
    "None; the signed original attached counts.",
)
_SELF_MADE = (
    "自制证书能显示签章后文件是否被改动，不能单凭它认定签章人的身份：它不是依法设立的电子认证服务提供者颁发的（电子签名法第十六条）。"
    "是否属于可靠的电子签名，看是否符合第十三条所列条件或者当事人的约定；谁签了什么，以附件中三人签名的原件和日志为准。",
    "A self-made certificate shows whether the file was changed after it was signed; by itself it does not "
    "establish who signed, for no licensed certification service issued it (E-Signature Law Art. 16). Whether it is a "
    "reliable electronic signature depends on the conditions of Art. 13 or on what the parties agreed. Who signed what "
    "stands in the attached original with its three signatures, and in the log.",
)
_ISSUED = (
    "证书由签发机构颁发。可靠的电子签名与手写签名或者盖章具有同等的法律效力（电子签名法第十四条）；"
    "签发机构是否取得电子认证许可（第十八条）、证书是否已被吊销，本系统未核验，请向签发机构查询。",
    "The certificate was issued by the authority named. A reliable electronic signature has the effect of a "
    "handwritten one or a seal (E-Signature Law Art. 14). Whether the authority is licensed (Art. 18) and whether the "
    "certificate was revoked was not checked here: ask the authority.",
)


@dataclass(frozen=True, slots=True)
class SealFacts:
    """With what a document is signed. `fingerprint` is the SHA-256 of the certificate, hexadecimal."""

    subject: str
    issuer: str
    fingerprint: str
    self_made: bool


def seal_texts(seal: SealFacts | None) -> dict[str, str]:
    """Who signed (`seal_zh`, `seal_en`, `seal_print`) and what it is worth (`standing_zh`, `standing_en`)."""
    if seal is None:
        zh, en, worth_zh, worth_en = _UNSIGNED
        return {"seal_zh": zh, "seal_en": en, "seal_print": "", "standing_zh": worth_zh, "standing_en": worth_en}
    grouped = " ".join(seal.fingerprint[i : i + 4] for i in range(0, len(seal.fingerprint), 4))
    if seal.self_made:
        zh, en, worth = f"PAdES，自制证书：{seal.subject}", "PAdES, with a self-made certificate", _SELF_MADE
    else:
        zh, en = f"PAdES，证书：{seal.subject}，签发：{seal.issuer}", "PAdES, with a certificate of an authority"
        worth = _ISSUED
    return {"seal_zh": zh, "seal_en": en, "seal_print": grouped, "standing_zh": worth[0], "standing_en": worth[1]}
