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
        """idpic, idimg, idphoto, idpics, 身份证, 身份证号, 身份证号码, 身份证件号, 身份证件号码, 证件号,
        证件号码, 证件编号, 身份证明,
        公民身份号码, 居民身份证, 身份证照片, 身份证正面, 身份证反面, 身份证正面照, 身份证反面照, 身份证图片,
        手持身份证, 手持身份证照, 身份证地址图片, 户口本, 社保号, 社保卡号, 社会保障号, 社会保险号, id card,
        id card no, id card number, idcard, idno, id no, id num, id number, identity card, identity no,
        identity number, identification no, identification number, identification, identity, cert no, cert num,
        certificate no, certificate number, certno, credential no, national id, national identity, ssn,
        social security number, social security no, sin number, cpf, curp, nric, aadhaar, id card front,
        id card back, id front, id back, card front, idcard front, idcard back, person id card, shenfenzheng,
        shenfenzhenghao, shenfenzhenghaoma, sfzh, sfzhm, sfz, zjhm, zjh, card id, idcard img, idcard pic,
        idcard image, idcard photo, idcard url, idcard path, id card img, id card pic, id card image,
        id card photo, id card url, idcard positive, idcard negative, idcard up, idcard down, idcard hand,
        hand idcard, hold idcard, idcard opposite, idcard reverse, idcard a, identity front, identity back,
        identity img, identity image, identity pic, identity photo, identity card front, identity card back,
        cert front, cert back, card positive, card opposite, card reverse, certificate front, certificate back,
        id photo front, id photo back, legal id no, legal idcard, legal id card, legal person id,
        legal id front, legal id back, legal card no, ident no, ident num, paper no, papers no, paper num,
        papers num, credentials no, credentials num, credentials number, certification no, certification num,
        certificate num, cert code, cert id, cert number, idcode, id code person, personal id number,
        person id number, owner idcard, person card no, id card code, 居民身份证号, 居民身份证号码,
        身份证正面照片, 身份证反面照片, 身份证复印件, 身份证照, 身份证扫描件, 身份证正反面, 身份证人像面,
        身份证国徽面, 法人身份证, 法人身份证号, 法人身份证正面照, 法人身份证反面照, 法人证件号码, 订票身份证,
        证件图片, 证件正面, 证件反面, 证件扫描件, 证件附件, 有效证件号, 证件, 户口簿, sfzjh, sfzjhm, sfzzp,
        sfzzm, sfzfm, gmsfhm, idcardno front, 手持证件, 手持证件照, 手持证件照片, 手持身份证照片, 证件正面照,
        证件反面照, 证件照正面, 证件照反面, 证件人像面, 证件国徽面, 证件照片, 证件影像, 出生证, 出生证号,
        出生证明, 出生证明编号, 出生医学证明, 户口簿号, 户口簿照片, 户口本照片, 社会保障卡号, 社保电脑号,
        身份证明文件, 身份证编号, 身份证后四位, 身份证后六位, 学籍号身份证, 被保险人证件号, 投保人证件号,
        收件人证件号, 住客证件号, 身份号码, 身份识别号, birth cert, birth cert no, birth certificate,
        birth certificate no, birth certificate number, household book, household register no, idcardno,
        id card num, idnumber, idnum, id card hash, identity doc no, identity document, id proof,
        id proof no, proof of identity, national no, national number, national insurance number, ni number,
        nino, nid, nid no, national id no, national id number, id card copy, id scan, id image, id img, id pic,
        id front img, id back img, id front image, id back image, id front photo, id back photo, id hand photo,
        id holding photo, hold cert, hold id, hand held id, handheld id card, cert img, cert image, cert pic,
        cert photo person, cert front img, cert back img, cert front image, cert back image, cert front url,
        cert back url, tin person, tax file number, tfn, emirates id, hkid, hkid no, fin no, ic no, ic number,
        mykad, my kad, sin, sin no, social insurance number, ein person, voter card no, pan number person,
        aadhar, aadhar no, aadhaar no, aadhaar number, personal code, personal number id,
        personal identity code, civil id, citizen id no, citizen card, identity code, residence permit no,
        residence card no, resident card no, shenfenid, shenfenzhenghm, zhengjianhao, zhengjianhaoma,
        zhengjianbianhao, shenfenzhengzhaopian, sfzid, sfzbh, sfzhao, zjbh, zjhao, sfzzmz, sfzfmz, csyxzm, csz,
        nat ins no, national insurance, ss no, ss number, ssnumber, soc sec no, soc sec number, social sec no,
        identity card num, id card nbr, idnbr, id doc, id document, iddoc, doc number, document number, doc no,
        document no, guest card, visitor card no, cert no mask, cert no cipher, cert no enc, cert no hash,
        cert cipher, idno mask, idno cipher, idno enc, idno hash, id no cipher, id no mask, id no enc,
        id card cipher, id card mask, id card enc, holder cert no, holder cert cipher, holder idno,
        holder id no, payee cert no, payee idno, payee id no, payer cert no, payer idno, legal cert no,
        legal cert, legal cert front, legal cert back, legal idno, legal id card no, owner id no, owner cert no,
        drivers licence, drv lic no, drv lic num, id num mask, id scan copy, id card scan, id copy, cert copy,
        cert scan, cert pic front, cert pic back, front pic id, back pic id, person cert no, cert card no,
        cert card num, gov id, government id no, government id number, govt id, govt id no, state id,
        state id no, foreigner id, alien no, alien registration no, residence permit, work permit id,
        hkmo permit, taiwan permit, officer id, officer cert no, tax payer id person, voter card, pan card no,
        证件号密文, 证件号摘要, 证件号掩码, 证件号脱敏, 证件号码密文, 身份证密文, 身份证号密文, 身份证哈希,
        身份证掩码, 身份证号脱敏, 持卡人证件号, 持卡人证件号密文, 收款人证件号, 法人证件号, 实名证件号码,
        实名证件号, 寄件人证件号, 寄件人身份证, 寄件人身份证号, 收件人身份证, 业主身份证, 业主身份证号,
        租客身份证, 租客身份证号, 访客身份证, 访客身份证号, 来访人身份证, 来访人身份证号, 来访人证件号,
        学生身份证, 学生身份证号, 家长身份证, 家长身份证号, 监护人身份证, 监护人身份证号, 司机身份证,
        司机身份证号, 员工身份证, 员工身份证号, 患者身份证, 患者身份证号, 借款人身份证, 借款人身份证号,
        担保人身份证, 担保人身份证号, 联系人身份证, 联系人身份证号, 台湾通行证, 居住证, 永居证号,
        驾驶证档案编号, 驾驶证正页, 驾驶证副页, 驾照照片, 有效证件, 有效证件号码, 身份证件, 身份证正反面照片,
        证件正反面, 证件复印件, 证件扫描, 身份证影像, lfrsfz, lfrsfzh, yzsfz, yzsfzh, zksfz, zksfzh, fksfz,
        fksfzh, xssfzh, jzsfz, jzsfzh, ygsfz, ygsfzh, khsfz, khsfzh, hysfz, hysfzh, jkrsfz, jkrsfzh, dbrsfz,
        sfzhma, shenfzh, sfzno, sfzcode, zjhaoma, jgz, gatxz, tbz, jzzh, jzz, juzhuzhenghao, id doc no,
        id document no, id document number, id doc number, identity doc no,
        mate id, spouse id no, id front url, id back url, hold idcard pic, handheld id, id hold pic,
        gov no, government no, government issued id"""
    ),
    weak_hints=listed("doc no, doc number, docno, document no, document number, card no, card number, 证号, 卡证号"),
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
