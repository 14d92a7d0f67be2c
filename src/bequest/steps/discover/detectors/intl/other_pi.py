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
        与户主关系, 与患者关系, 紧急联系人关系, 与学生关系, 户口类型, 户口性质, 户籍类型, 户籍性质, 星座, 生肖,
        属相, 用户资料, 个人信息, 个人资料, 档案号, 档案编号, 毕业去向, 犯罪记录, 违法记录, 证件类型, 证件类别,
        兵役状况, 参军时间, 外貌特征, 家庭情况, 家庭背景, 关系人, 尺码偏好, 证件有效期, 身份证有效期, 发证机关,
        签发机关, 身份证签发机关, 紧急联系人信息, political status, politics status, political,
        political affiliation, party member, family members, family relation, relationship, kinship,
        constellation, zodiac, horoscope, profile json, user profile, personal info, personal information,
        user info json, id type, cert type, certificate type, document type id, card type id, criminal record,
        military status, household type, next of kin, emergency relation, zhengzhimianmao, zzmm, id card expire,
        id valid date, passport expire, language preference person, relation to patient, extra profile,
        sexual orientation, dependents, family info"""
    ),
    weak_hints=listed(
        """关系, relation, profile, zhengjianleixing, title prefix, suffix, salutation, 称呼, 称谓, honorific,
        prefix name"""
    ),
    types=frozenset({T, I, D, J}),
    refuses_narrow=False,
)
