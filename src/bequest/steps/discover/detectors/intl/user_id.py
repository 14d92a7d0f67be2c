"""Reference to a person: numbers of users, customers, patients, pupils and staff, and audit columns."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, I, N, T
from bequest.steps.discover.lexicon import PEOPLE
from bequest.steps.discover.words import has_han, listed

_EN = tuple(
    w for w in PEOPLE if not has_han(w) and w not in {"contact", "resume", "profile", "host", "vip", "client", "agent"}
)
_ZH = tuple(w for w in PEOPLE if has_han(w))

DETECTOR = Detector(
    id="intl.user_id",
    cls=FieldClass.USER_ID,
    reference="GB/T 35273-2020 3.1 (identifies a person together with other information)",
    hints=(
        *(
            f"{who} {what}"
            for who in _EN
            for what in ("id", "no", "code", "sn", "number", "uuid", "uid", "key", "ids", "pk", "oid", "guid")
        ),
        *(f"{who}{what}" for who in _ZH for what in ("id", "编号", "编码", "号", "代码", "标识", "uid", "主键", "ids")),
        *listed(
            """学号, 工号, badge no, badge id, 客户经理工号, 客户号, 工牌号, 员工工号, booked by, processed by,
            signed by, paid by, received by, sent by, requested by, submitted by, verified by, checked by,
            reviewed by, assigned by, closed by, uploaded by, published by, posted by, approved by, approve by,
            audited by, trader id, 接单人id, 派单人id, student num, stu num, emp num, employee num, staff num,
            patient num, job num, job number, work num, work number, work no, 员工号, 职工号, 教工号, 学籍编号,
            病历号, 患者号, 门诊号码, 会员卡号, 会员号, 准考证号, 考号, 编制人, 警号, 用户, 创建人, 创建者,
            创建用户, 创建人id, 创建者id, 创建人员, 建立人, 新增人, 添加人, 更新人, 更新者, 更新人员, 更新用户,
            修改人, 修改者, 修改人员, 修改用户, 最后修改人, 最后更新人, 删除人, 录入人, 录入员, 登记人, 填报人,
            上级用户, 上级id用户, 所属用户, 所有者, 归属人, 创建人账号, 会员, 邀请人, 推荐人id, 上级领导id,
            处理人id, 操作人id, 审核人id, 审批人id, 发起人, 发起人id, 指派人, 受理人id, 负责人id, 用户id列表,
            申请人id, 粉丝id, 被关注人, 关注人, 关注者id, 管理员, 客户, 学生, 员工, 患者, 病人, 职工, 顾客,
            admin, customer, cust, employee, staff, student, patient, user, uid, userid, user uuid, create by,
            created by, create user, create user id, creator, creator id, create userid, create man,
            created user, create person, create staff id, update by, updated by, update user, update user id,
            updater, updater id, modifier, modify by, modified by, modify user, modifier id, delete by,
            deleted by, last modified by, last updated by, last update by, add user, add user id, add by,
            edit user, edit by, owner user id, owner user, owner id, operator id, oper id, operator no,
            operate user id, submit user id, approver id, assignee, assignee id, assigned to, assign to,
            reports to, reported by, inserted by, entered by, from user, to user, from uid, to uid,
            from user id, to user id, parent user id, invite uid, spread uid, invite user id, p uid,
            gmt creator, record by, member, leader user id, manager id, head id person, chuangjianren, xuehao,
            gonghao, card holder id, membership no, membership id, loyalty no, member card no, vip no,
            vip card no, customer account no, sender uid, receiver uid, opposite uid, uploader id, poster id,
            post author, comment author id, author id, lister, follow user id, friend id, user ids, cust id,
            customer number, customernumber, employee number, sales rep employee number, leader ids, handler id,
            audit user id, purchaser id, buyer id, seller id, created by id, updated by id, entry user, inputer,
            pat id, pat no, rvwr cd, approver code, posted user, approved user, entered user, opercode,
            operator code, sales rep, sales rep id, slsrep, sls rep, rep id, rep code, jdr, kfys, ysgh, ysbh,
            hzid, hzbh, brid, brbh, xsbh, xsid, khbh, khid, yhid, yhbh, hyid, hybh, ygbh, ygid, jsbh, jsgh, czy,
            lrr, xgr, cjr, shr shenhe, 开单医生工号, 开方医生工号, 医生工号, 护士工号, 学生学号, 员工编码,
            职员编号, 人员编号, 人员id, badge number, badge num, badge, pernr, personnel no, personnel number,
            personnel id, person no, person number, person id, worker no, worker number, staff id card,
            clock no, clock number, employee card no, payer no, payee no, payer id, payee id, holder no,
            party id person, individual id, investor id, lender id, borrower no, guest no, guest id,
            reader card no, library card no, library card, reader no, card holder number, pupil no, exam no,
            examinee no, admission ticket no, admission no, roll no, roll number, enrollment no, enrolment no,
            registration no student, student card no, student card, civil servant no, police no, police number,
            soldier no, doctor no, doctor code, nurse no, physician id, physician code, provider id person,
            therapist id, driver no, driver code, courier code, courier no, rider id, dispatcher code,
            taker code, salesman code, salesman no, salesperson code, sales person code, salesman id, sales id,
            salesperson id, sales person id, account manager id, account manager, relationship manager, rm code,
            cm id, customer manager, customer manager id, parent user, parent uid, superior id, superior,
            upline id, upline, direct superior, leader no, leader uid, reporting to, reports to id,
            line manager, line manager id, boss id, mentor id, tutor id, class teacher id, head teacher id,
            counselor id, advisor id, owner by, keyed by, typed by, drafted by, issued by, printed by,
            scanned by, counted by, packed by, picked by, shipped by, delivered by, done by, cancelled by,
            canceled by, confirmed by, rejected by, accepted by, returned by, sold by, invited by,
            invited by id, recommended by, referred by, referred by id, introduced by, followed by,
            followed by id, locked by, unlocked by, completed by, executed by, registered by, recorded by,
            written by, made by, raised by, opened by, handled by id, deal by, dealt by, operated by,
            served by id, taken by, borrowed by, used by, claimed by, held by, authorised by, authorized by,
            acknowledged by, last changed by, last edited by, changed by, edited by, last update user,
            last modify user, last modifier, last updater, create emp, create employee, create operator,
            create oper, create account id, created acct, created by acct, crt user, crt by, crt usr, upd user,
            upd by, upd usr, mod user, mod by, mod usr, ins user, ins by, rec user, opr id, opr no, oprid,
            opr cd, oper cd, oper code, teller, teller no, teller id, teller code, tlr, tlr no, tlr id, tlr cd,
            auth teller, check teller, auth tlr, chk tlr, 被访人id, 借款人id, 投资人id, 出借人id, 付款用户号,
            付款用户, 用户号, 客户经理id, 客户经理编号, 经办柜员, 柜员, 柜员号, 授权柜员, 复核柜员,
            上级编号用户, 直属上级, 上级领导, 直接上级, 汇报对象, 所属员工, 所属客户经理, 所属销售, 归属销售,
            归属员工, 归属业务员, 业务员编号, 业务员id, 业务员工号, 销售员编号, 销售员id, 销售工号, 导购员编号,
            收银员编号, 收银员id, 收银员工号, 揽收员工号, 派件员工号, 快递员工号, 司机编号, 司机工号, 教练编号,
            医生编号, 医生编码, 护士编号, 读者证号, 借书证号, 读者编号, 借阅证号, 考生号, 考生编号, 会员编号,
            会员编码, 卡主, 持卡人编号, 人员编码, 人员代码, 人员号, 参保人编号, 个人编号, 个人客户号, 主办人id,
            经办人id, 制单人id, 录入人id, 登记人id, 填报人id, 提交人id, 发布人id, 上传人id, 修改人id, 更新人id,
            删除人id, 审批人编号, 审核人编号, 操作人编号, 操作员编号, 操作员id, 操作员工号, 创建人工号,
            创建者工号, 更新人工号, 申请人工号, 申请人编号, 处理人工号, 处理人编号, 报修人id, 投诉人id,
            邀请人编号, 推荐人编号, 介绍人id, 团长id, 分销员id, 推广员id, 主播id, 教师编号, 教师id, 教师工号,
            老师id, 老师编号, 学员编号, 学员id, 家长id, 业主编号, 业主id, 租户人id, 住户编号, 住户id, 访客id,
            访客编号, jgh, ryid, rybh, rydm, grbh, yzbh, yzid, zkid, zhbh, jkrid, tzrid, hyh, xyid, xybh, jzid,
            lsid, lsbh, sjid siji, yxid, cjrid, xgrid, lrrid, sprid, shrid, sqrid, czrid, czyid, czybh, fzrid,
            jbrid, djrid, tjrid, clrid, zgh, zgbh, jobno, gonghaoid, yonghuid, huiyuanid, kehuid, xueshengid,
            jiaoshiid, yuangongid, yezhuid, kehubianhao, yuangongbianhao, huiyuanbianhao, yonghubianhao,
            xueshengbianhao, jiaoshibianhao, jiaoshigonghao, yishenggonghao, zhigonghao, superior pk,
            starter pk, who pk, organizer pk, from pk, to pk, owner pk, seat no, seat id, agent seat, seat code,
            handover to, hand over to, deliver guide, initiator, initiator id, starter id, organizer id,
            organiser id, creator pk, who id, from party id, to party id, party id to, party id from, vip card,
            vip card number, member card, member card id, vip number, vip code, vip id, 归属坐席, 坐席工号,
            坐席编号, 坐席号, 发起人编号, 组织者id, client no, client number, client code,
            client key, lender no, punch no, outer no person, 学工号, 打卡号, 人员主键, 员工主键, invite from,
            invited from, referred from, who invited, head key, chief id"""
        ),
    ),
    weak_hints=listed("""card no, card number, card code, card id, 卡号, 会员卡, officer"""),
    whole_hints=listed("xh, gh, mid"),
    blockers=listed(
        """oauth, group, 分组, type, app, agent, product, goods, company, 企业, role, level, tag, 标签, service,
        member card number"""
    ),
    types=frozenset({T, I, N}),
)
