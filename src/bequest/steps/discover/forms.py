"""Names made of a noun and the form it is kept in: a picture, a description, a flag, a sum, a date, a code of it.

`cert_front_img` holds a certificate, `diagnosis_desc` a diagnosis, `disability_flag` a disability, though each name
ends in a word that by itself says nothing. Where only that last word is known, it is taken off and the rest is
read anew. Each form can hold some classes only: a picture of a telephone is none of the owner's number.
"""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.words import listed

F = FieldClass
_PAPERS = frozenset({F.NATIONAL_ID, F.PASSPORT, F.BIOMETRIC, F.SIGNATURE, F.BANK_CARD, F.HEALTH, F.EDUCATION})
_STATES = frozenset({F.HEALTH, F.RELIGION_ETHNICITY, F.MARITAL, F.MINORS, F.GENDER, F.OTHER_PI})
_CODED = frozenset({F.GENDER, F.MARITAL, F.RELIGION_ETHNICITY, F.EDUCATION, F.EMPLOYMENT, F.REGION, F.HEALTH})
_TOLD = frozenset({F.HEALTH, F.BIOMETRIC, F.RELIGION_ETHNICITY, F.LOCATION_TRACE, F.EMPLOYMENT, F.OTHER_PI})
_SUMS = frozenset({F.INCOME_ASSETS})
_HIDDEN = frozenset(FieldClass) - {F.NOT_PI, F.UNKNOWN, F.FREE_TEXT, F.BEHAVIOUR}
_LIKENESSES = frozenset({F.NATIONAL_ID, F.PASSPORT, F.BIOMETRIC, F.SIGNATURE, F.HEALTH, F.BANK_CARD})

_ENGLISH: tuple[tuple[frozenset[str], frozenset[FieldClass]], ...] = (
    (
        frozenset(
            listed(
                """img, image, pic, picture, photo, file, scan, attach, attachment, front, back, side,
                f, b, fm, zm, fid, fids, oss, copy, photocopy, positive, negative, hand, hold, base, jpg, pdf, imgs,
                photos, pics"""
            )
        ),
        _PAPERS,
    ),
    (
        frozenset(listed("desc, description, descr, text, content, detail, details, info, note, explain, summary, result, record, reason, data")),  # noqa: E501
        _TOLD,
    ),
    (frozenset(listed("flag, status, state, type, level, grade, kind, category, is, mark, code, name, label, desc")), _STATES),  # noqa: E501
    (frozenset(listed("amount, money, total, sum, fee, value, price, num")), _SUMS),
    (frozenset(listed("enc, encrypt, encrypted, cipher, ciphertext, md, sha, hash, hashed, mask, masked, aes, des, sm, rsa, index, search, salt, last, plain, digest")), _HIDDEN),  # noqa: E501
)  # fmt: skip
_HAN: tuple[tuple[tuple[str, ...], frozenset[FieldClass]], ...] = (
    (
        listed(
            """图片, 照片, 影像, 图像, 附件, 扫描件, 复印件, 原件, 正面照片, 反面照片, 正面照, 反面照, 正面图, 反面图,
            正面, 反面, 背面, 人像面, 国徽面, 照, 图, 路径, 链接, 地址, 文件, url, id"""
        ),
        _PAPERS,
    ),
    (listed("描述, 说明, 内容, 详情, 情况, 记录, 结果, 备注, 信息, 数据, 摘要, 名称, 原因"), _TOLD | _STATES),
    (listed("标志, 标识, 状态, 类型, 类别, 等级, 级别, 程度, 代码, 编码, 名称, 字典"), _STATES | _CODED),
    (listed("金额, 总额, 合计, 数额, 额, 总计"), _SUMS),
    (listed("密文, 加密, 脱敏, 掩码, 哈希, hash, md5, sm3, sm4, 摘要, 索引, 后四位, 后4位"), _HIDDEN),
)
HIDING_WORDS = _ENGLISH[-1][0]
"""Said of values that are there all the same, encrypted or hashed."""
FORM_WORDS = frozenset(w for words, _ in _ENGLISH for w in words)
LIKENESSES = _LIKENESSES
"""What a portrait is not: pictures of papers, of faces for recognition, of wounds."""


def without_form(words: tuple[str, ...]) -> tuple[tuple[str, ...], frozenset[FieldClass]]:
    """The words before the form, and the classes that may be kept so; nothing where the name ends in no form."""
    rest, allowed = words, frozenset(FieldClass)
    while len(rest) > 1 and (rest[-1].isdigit() or rest[-1] in FORM_WORDS):
        if not rest[-1].isdigit():
            allowed &= frozenset().union(*(classes for group, classes in _ENGLISH if rest[-1] in group))
        rest = rest[:-1]
    return (rest, allowed) if rest != words and allowed else ((), frozenset())


def without_form_han(text: str) -> tuple[str, frozenset[FieldClass]]:
    """The same of a Chinese noun; the longest form at its end is taken off."""
    best = ""
    allowed: frozenset[FieldClass] = frozenset()
    for words, classes in _HAN:
        for word in words:
            if not text.endswith(word) or len(text) <= len(word) + 1 or len(word) < len(best):
                continue
            allowed = allowed | classes if word == best else classes
            best = word
    return (text.removesuffix(best), allowed) if best else ("", frozenset())
