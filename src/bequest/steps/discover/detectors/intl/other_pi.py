"""Other personal information: family relations, political status, identifiers of papers and memberships, profiles."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import D, Detector, I, J, T
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="intl.other_pi",
    cls=FieldClass.OTHER_PI,
    reference="GB/T 35273-2020 Annex A",
    hints=listed(
        """政治面貌, 政治身份, 入党时间, 入党日期, 党派, 家庭成员, 家庭关系, 亲属关系, 与本人关系, 与申请人关系,
        与户主关系, 与患者关系, 紧急联系人关系, 与学生关系, 户口类型, 户口性质, 户籍类型, 户籍性质, 星座, 生肖, 属相,
        用户资料, 个人信息, 个人资料, 档案号, 档案编号, 毕业去向, 犯罪记录, 违法记录, 证件类型, 证件类别, 兵役状况,
        参军时间, 外貌特征, 家庭情况, 家庭背景, 关系人, 尺码偏好, 证件有效期, 身份证有效期, 发证机关, 签发机关,
        身份证签发机关, 紧急联系人信息, political status, politics status, political, political affiliation,
        party member, family members, family relation, relationship, kinship, constellation, zodiac, horoscope,
        profile json, user profile, personal info, personal information, user info json, id type, cert type,
        certificate type, document type id, card type id, criminal record, military status, household type,
        next of kin, emergency relation, zhengzhimianmao, zzmm, id card expire, id valid date, passport expire,
        language preference person, relation to patient, extra profile, sexual orientation, dependents, family info,
        politics, politic, political state, political outlook, political face, political appearance, politics face,
        join party date, join party time, join party, party join date, visa status, visa type, visa expire date,
        passport expire date, passport issue date, passport exp date, passport expire time, hukou type, hukou nature,
        household nature, register type, relation with owner, relation with contact, urgent rel, urgent relation,
        emergency relationship, contact relation, direct relation, kin relation, family relationship,
        family owner relation, host relation, dependants, dependents num, cert valid date, id card valid,
        id card expire date, id card start date, id card authority, issuing authority, sign organ, blood relation,
        zodiac sign, star sign, chinese zodiac, height weight, clothing size, shoe size, loan purpose, borrow purpose,
        punishment, reward punishment, punish record, discipline, invite code user, 入党年月, 入团时间, 党员,
        是否党员, 户籍性质类型, 与业主关系, 与联系人关系, 与户主的关系, 家属关系, 与员工关系, 与本人的关系, 签证类型,
        签证状态, 奖惩情况, 奖惩记录, 处分, 处罚结果, 处分结果, 宿舍关系, 借款用途, 贷款用途, 衣服尺码, 鞋码,
        民事行为能力, 证件起始日期, 证件截止日期, 属相生肖, zzmm name, hkxz, 港澳台侨外, 独生子女, 是否独生子女, 独生,
        sfds, gx, issue place, issue date cert, cert issue date, passport issue place, passport place,
        privacy setting, 户籍所在, 社会关系, 居住状况, 居住情况, 住房情况, 住房性质, 服役情况, 特殊技能,
        military service, immigration status, work permit status, military, armed service, residence status,
        living condition, living status, id issue date, other id, alternate id, government id, 国籍状态, 家庭人口,
        家庭人口数, 供养人数, 供养人口, family size, household size, dependents count, 社保状态, 参保状态, 兴趣特长,
        特长, 语言能力, 个人荣誉, 获奖情况, 荣誉, 自我描述, 税收居民身份, 税收居民, 纳税人身份, 家庭人数, 家庭成员数,
        是否单亲, 单亲, 犯罪情况, 前科, 有无前科, 违法犯罪记录, 失信情况, 黑名单原因, 职业资格证书编号, 资格证书号,
        资格证书编号, 教师资格证号, 车辆识别号, 车辆识别代码, 行驶证照片, 退役时间, 服役时间, 宠物, 门禁卡号,
        一卡通号, 校园卡号, tax resident, tax residency, tax residence, single parent, family num, family number,
        family count, family member count, pet name, nick of child, criminal rec, criminal history, criminal,
        conviction, convictions, background check, background check result, drug test, vin no,
        vehicle identification number, driving license img, driving licence img, veteran, veteran status,
        military rank, service record, political affiliations, party membership, trade union, union member,
        union membership, sexual preference, sexuality, disciplinary record, disciplinary action,
        complaint record person, door card, door card no, access card no, access card, campus card no, fanzuijilu,
        qianke, chejiahao, fadongjihao, weifajilu, jiatingchengyuan, zhengzhi, dangyuan, zzmm code, polit status,
        relship, yhzgx, ybrgx, id valid to, id valid end, id valid from, id expire, id expiry, id expiry date,
        cert valid to, cert valid end, cert expire, cert expire date, cert exp date, cert expiry, cert expiry date,
        relationship type, kinship type, relation code"""
    ),
    weak_hints=listed(
        """关系, relation, profile, zhengjianleixing, title prefix, suffix, salutation, 称呼, 称谓, honorific,
        prefix name"""
    ),
    types=frozenset({T, I, D, J}),
    refuses_narrow=False,
)
