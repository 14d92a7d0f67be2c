"""Resident identity number of mainland China: 17 digits and a check character, or 15 digits of the first generation.

Grades: a number that passes the check counts in full; one that has a province, a real month and day but a wrong check
character (typing errors, invented and test data) counts as damaged. Area codes below the province are not checked:
they change and old ones stay on people's cards. A number that a spreadsheet has rounded (ends in 000) is damaged too.
"""

import polars as pl

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, I, N, Shape, T, digit_value
from bequest.steps.discover.words import listed

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_PROVINCE = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|7[1-2]|8[1-3]|91)"
_MONTH_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_YEAR = r"(?:18|19|20)\d\d"
_ANY_PROVINCE = r"[1-9]\d"


def check(values: pl.Series) -> pl.Series:
    """True where the last character is the ISO 7064 MOD 11-2 check of the other 17; 15 digits have no check."""
    weighted = [digit_value(i) * w for i, w in enumerate(_WEIGHTS)]
    remainder = pl.sum_horizontal(weighted) % 11
    expected = remainder.replace_strict(dict(enumerate(_CHECK_CHARACTERS)), default=None, return_dtype=pl.Utf8)
    passes = pl.col("v").str.slice(17, 1).str.to_uppercase() == expected
    first_generation = pl.col("v").str.len_chars() == 15
    frame = values.alias("v").to_frame()
    return frame.select((first_generation | passes).fill_null(False)).to_series()


DETECTOR = Detector(
    id="cn.resident_id",
    cls=FieldClass.NATIONAL_ID,
    reference="GB 11643-1999; ISO 7064 MOD 11-2",
    hints=listed(
        """身份证, 身份证号, 身份证号码, 身份证件号, 身份证件号码, 证件号, 证件号码, 证件编号, 身份证明, 公民身份号码,
        居民身份证, 身份证照片, 身份证正面, 身份证反面, 身份证正面照, 身份证反面照, 身份证图片, 手持身份证,
        手持身份证照, 身份证地址图片, 户口本, 社保号, 社保卡号, 社会保障号, 社会保险号, id card, id card no,
        id card number, idcard, idno, id no, id num, id number, identity card, identity no, identity number,
        identification no, identification number, identification, identity, cert no, cert num, certificate no,
        certificate number, certno, credential no, national id, national identity, citizen id, ssn,
        social security number, social security no, sin number, cpf, curp, nric, aadhaar, id card front, id card back,
        id front, id back, card front, idcard front, idcard back, person id card, shenfenzheng, shenfenzhenghao,
        shenfenzhenghaoma, sfzh, sfzhm, sfz, zjhm, zjh, card id, idcard img, idcard pic, idcard image, idcard photo,
        idcard url, idcard path, id card img, id card pic, id card image, id card photo, id card url, idcard positive,
        idcard negative, idcard up, idcard down, idcard hand, hand idcard, hold idcard, idcard opposite,
        idcard reverse, idcard a, identity front, identity back, identity img, identity image, identity pic,
        identity photo, identity card front, identity card back, cert front, cert back, card positive, card opposite,
        card reverse, certificate front, certificate back, id photo front, id photo back, legal id no, legal idcard,
        legal id card, legal person id, legal id front, legal id back, legal card no, ident no, ident num, paper no,
        papers no, paper num, papers num, credentials no, credentials num, credentials number, certification no,
        certification num, certificate num, cert code, cert id, cert number, idcode, id code person,
        personal id number, person id number, citizen no, owner idcard, person card no, id card code, 居民身份证号,
        居民身份证号码, 身份证正面照片, 身份证反面照片, 身份证复印件, 身份证照, 身份证扫描件, 身份证正反面,
        身份证人像面, 身份证国徽面, 法人身份证, 法人身份证号, 法人身份证正面照, 法人身份证反面照, 法人证件号码,
        订票身份证, 证件图片, 证件正面, 证件反面, 证件扫描件, 证件附件, 有效证件号, 证件, 户口簿, sfzjh, sfzjhm,
        sfzzp, sfzzm, sfzfm, gmsfhm, idcardno front, 手持证件, 手持证件照, 手持证件照片, 手持身份证照片, 证件正面照,
        证件反面照, 证件照正面, 证件照反面, 证件人像面, 证件国徽面, 证件照片, 证件影像, 出生证, 出生证号, 出生证明,
        出生证明编号, 出生医学证明, 户口簿号, 户口簿照片, 户口本照片, 社会保障卡号, 社保电脑号, 身份证明文件,
        身份证编号, 身份证后四位, 身份证后六位, 学籍号身份证, 被保险人证件号, 投保人证件号, 收件人证件号, 住客证件号,
        身份号码, 身份识别号, birth cert, birth cert no, birth certificate, birth certificate no,
        birth certificate number, household book, household register no, idcardno, id card num, idnumber, idnum,
        id card hash, id doc no, id document no, id document number, id doc number, identity doc no,
        identity document, id proof, id proof no, proof of identity, national no, national number,
        national insurance number, ni number, nino, nid, nid no, national id no, national id number, id card copy,
        id scan, id image, id img, id pic, id front img, id back img, id front image, id back image, id front photo,
        id back photo, id hand photo, id holding photo, hold cert, hold id, hand held id, handheld id card, cert img,
        cert image, cert pic, cert photo person, cert front img, cert back img, cert front image, cert back image,
        cert front url, cert back url, tin person, tax file number, tfn, emirates id, hkid, hkid no, fin no, ic no,
        ic number, mykad, my kad, sin, sin no, social insurance number, ein person, voter card no, pan number person,
        aadhar, aadhar no, aadhaar no, aadhaar number, personal code, personal number id, personal identity code,
        civil id, citizen id no, citizen card, identity code, residence permit no, residence card no,
        resident card no, shenfenid, shenfenzhenghm, zhengjianhao, zhengjianhaoma, zhengjianbianhao,
        shenfenzhengzhaopian, sfzid, sfzbh, sfzhao, zjbh, zjhao, sfzzmz, sfzfmz, csyxzm, csz"""
    ),
    blockers=listed("类型, 学位, 毕业, 营业, 资格, role, product, goods, file, ssl, course"),
    types=frozenset({T, I, N}),
    shape=Shape(
        pattern=rf"^(?:{_ANY_PROVINCE}\d{{4}}{_YEAR}{_MONTH_DAY}\d{{3}}[\dXx]|{_PROVINCE}\d{{4}}\d\d{_MONTH_DAY}\d{{3}})$",
        check=check,
        unchecked=750,
        compact=True,
        points=65,
    ),
    in_text=rf"(?:^|[^0-9])({_PROVINCE}\d{{4}}{_YEAR}{_MONTH_DAY}\d{{3}}[\dXx])(?:[^0-9]|$)",
)
