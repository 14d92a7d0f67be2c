"""Reference to a person: numbers of users, customers, patients, pupils and staff, and audit columns."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, I, N, T
from bequest.steps.discover.lexicon import PEOPLE
from bequest.steps.discover.words import has_han, listed

_EN = tuple(w for w in PEOPLE if not has_han(w) and w not in {"contact", "resume", "profile", "host", "vip", "client"})
_ZH = tuple(w for w in PEOPLE if has_han(w))

DETECTOR = Detector(
    id="intl.user_id",
    cls=FieldClass.USER_ID,
    reference="GB/T 35273-2020 3.1 (identifies a person together with other information)",
    hints=(
        *(f"{who} {what}" for who in _EN for what in ("id", "no", "code", "sn", "number", "uuid", "uid", "key", "ids")),
        *(f"{who}{what}" for who in _ZH for what in ("id", "编号", "编码", "号", "代码", "标识", "uid", "主键", "ids")),
        *listed(
            """学号, 工号, badge no, badge id, 客户经理工号, 客户号, 工牌号, 员工工号, booked by, processed by,
            signed by, paid by, received by, sent by, requested by, submitted by, verified by, checked by,
            reviewed by, assigned by, closed by, uploaded by, published by, posted by, approved by, approve by,
            audited by, trader id, 接单人id, 派单人id, student num, stu num, emp num, employee num, staff num,
            patient num, job num, job number, work num, work number, work no, 员工号, 职工号, 教工号, 学籍编号,
            病历号, 患者号, 门诊号码, 会员卡号, 会员号, 准考证号, 考号, 编制人, 警号, 用户, 创建人, 创建者, 创建用户,
            创建人id, 创建者id, 创建人员, 建立人, 新增人, 添加人, 更新人, 更新者, 更新人员, 更新用户, 修改人, 修改者,
            修改人员, 修改用户, 最后修改人, 最后更新人, 删除人, 录入人, 录入员, 登记人, 填报人, 上级用户, 上级id用户,
            所属用户, 所有者, 归属人, 创建人账号, 会员, 邀请人, 推荐人id, 上级领导id, 处理人id, 操作人id, 审核人id,
            审批人id, 发起人, 发起人id, 指派人, 受理人id, 负责人id, 用户id列表, 申请人id, 粉丝id, 被关注人, 关注人,
            关注者id, 管理员, 客户, 学生, 员工, 患者, 病人, 职工, 顾客, admin, customer, cust, employee, staff,
            student, patient, user, uid, userid, user uuid, create by, created by, create user, create user id,
            creator, creator id, create userid, create man, created user, create person, create staff id, update by,
            updated by, update user, update user id, updater, updater id, modifier, modify by, modified by,
            modify user, modifier id, delete by, deleted by, last modified by, last updated by, last update by,
            add user, add user id, add by, edit user, edit by, owner user id, owner user, owner id, operator id,
            oper id, operator no, operate user id, submit user id, approver id, assignee, assignee id, assigned to,
            assign to, reports to, reported by, inserted by, entered by, from user, to user, from uid, to uid,
            from user id, to user id, parent user id, invite uid, spread uid, invite user id, p uid, gmt creator,
            record by, member, leader user id, manager id, head id person, chuangjianren, xuehao, gonghao,
            card holder id, membership no, membership id, loyalty no, member card no, vip no, vip card no,
            customer account no, sender uid, receiver uid, opposite uid, uploader id, poster id, post author,
            comment author id, author id, lister, follow user id, friend id, user ids, cust id, customer number,
            customernumber, employee number, sales rep employee number, leader ids, handler id, audit user id,
            purchaser id, buyer id, seller id, created by id, updated by id, entry user, inputer, pat id, pat no,
            rvwr cd, approver code, posted user, approved user, entered user, opercode, operator code, sales rep,
            sales rep id, slsrep, sls rep, rep id, rep code, jdr, kfys, ysgh, ysbh, hzid, hzbh, brid, brbh, xsbh,
            xsid, khbh, khid, yhid, yhbh, hyid, hybh, ygbh, ygid, jsbh, jsgh, czy, lrr, xgr, cjr, shr shenhe,
            开单医生工号, 开方医生工号, 医生工号, 护士工号, 学生学号, 员工编码, 职员编号, 人员编号, 人员id"""
        ),
    ),
    weak_hints=listed("card no, card number, card code, card id, 卡号, 会员卡"),
    whole_hints=listed("xh, gh, mid"),
    blockers=listed(
        """oauth, group, 分组, type, app, agent, product, goods, company, 企业, role, level, tag, 标签, service,
        member card number"""
    ),
    types=frozenset({T, I, N}),
)
