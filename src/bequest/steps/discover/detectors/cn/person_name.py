"""Personal name as written in Chinese: surname and one or two characters, compound surnames, names joined by a dot.

Short Chinese words that begin with a surname character are many (高中, 金属, 白色); only those whose other
characters are common in given names count in full.
"""

import polars as pl

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, Shape
from bequest.steps.discover.detectors.cn.surnames import COMPOUND_SURNAMES, GIVEN, SURNAMES
from bequest.steps.discover.lexicon import PEOPLE
from bequest.steps.discover.words import has_han, listed

_SCREEN_NAMED = {
    "operator",
    "handler",
    "auditor",
    "user",
    "member",
    "admin",
    "用户",
    "会员",
    "管理员",
    "用戶",
    "后台用户",
    "系统用户",
}
_ROLES = tuple(w for w in PEOPLE if w not in _SCREEN_NAMED)
_BARE_NOT = frozenset(
    listed(
        """client, host, vip, buyer_staff, cashier, referrer, 邀请人, 家庭成员,
        contact, profile, resume, player,
        agent, admin, administrator, driver, worker, editor, author, owner, reader, monitor, member, student, patient,
        customer, cust, user, buyer, seller, operator, handler, auditor, approver, reviewer, creator, assignee,
        reporter, person, people, human, individual, child, kid, baby, infant, pupil, toddler, subscriber, consumer,
        follower, fan, employee, emp, staff, stu, resident, tenantry, planner, developer, designer, collector, trader,
        guide, tester, keeper, cook, boss, friend, inviter, caller, callee, yonghu, huiyuan, xuesheng, kehu, yuangong,
        guanliyuan, 用户, 会员, 客户, 顾客, 消费者, 病人, 患者, 学生, 学员, 粉丝, 管理员, 员工, 职工, 雇员, 职员,
        后台用户, 系统用户, 操作员, 客服, 坐席, 简历, 个人, 人员, 党员, 老人, 子女, 儿童, 宝宝, 幼儿, 婴儿, 孩子,
        小孩, 未成年人, 本人, 网民, 用戶, 工作人员, 干部, 村民, 居民, 主任, 组长, 社长, 前台, 会计, 出纳, 好友"""
    )
)
"""Roles that, alone, name a number, a screen name or a kind of thing as well."""
_COMPOUND = "|".join(COMPOUND_SURNAMES)
_JOINED = r"[㐀-鿿]{1,}(?:[·•・][㐀-鿿]{1,})+"
_GIVEN_CLASS = "".join(sorted(set(GIVEN)))
_USUAL = rf"^(?:[{SURNAMES}][{_GIVEN_CLASS}]{{1,2}}|(?:{_COMPOUND})[{_GIVEN_CLASS}]{{1,2}}|{_JOINED})$"
_NOT_NAMES = r"(?:员|部|店|省|市|县|司|色|类|表|科|厂|组|班|街|路|村|镇|省份|管理|测试|公司|中心|专业|时间|数量|号)$"


def check(values: pl.Series) -> pl.Series:
    """True where the rest of the name is made of characters usual in given names and it ends like no thing or place."""
    return values.str.contains(_USUAL) & ~values.str.contains(_NOT_NAMES)


DETECTOR = Detector(
    id="cn.person_name",
    cls=FieldClass.PERSON_NAME,
    reference="Ministry of Public Security, name reports; surnames of GB/T 2260 age lists as public knowledge",
    hints=(
        *(who for who in PEOPLE if who not in _BARE_NOT),
        *(f"{who} name" for who in _ROLES if not has_han(who)),
        *(f"{who} {part} name" for who in PEOPLE if not has_han(who) for part in ("real", "first", "last", "full")),
        *(f"{who}{what}" for who in PEOPLE if has_han(who) for what in ("姓名", "名字", "真实姓名")),
        *(f"{who}名称" for who in _ROLES if has_han(who)),
        *listed(
            """姓名, 真实姓名, 实名, 姓氏, 名字全称, 中文姓名, 英文姓名, 用户姓名, 曾用名, 别名姓名, 真名, 户主,
            签收人, 开户人, 户名, 开户名, 账户名, 银行户名, 持卡人, 持卡人姓名, 开户姓名, 法人, 法人代表,
            法定代表人, 联系人, 紧急联系人, 收货人, 收件人, 收货联系人, 寄件人, 发件人, 发货人, 监护人, 负责人,
            邮寄人, 提货人, 取货人, 领取人, 收款人, 付款人, 汇款人, 买受人, 承租人, 借款人, 担保人, 申请人,
            被保险人, 投保人, 受益人, 受理人, 访客, 委托人, 代理人, 证人, 配偶, 父亲, 母亲, 家长, 主讲人, 讲师,
            教师, 老师, 医生, 医师, 主治医生, 主治医师, 班主任, 导师, 司机, 驾驶员, 配送员, 快递员, 骑手,
            业务员, 销售员, 收银员, 采购员, 店长, 经理, 主管, 领导, 部门领导, 客户经理, 项目经理, 项目负责人,
            投诉人, 预约人, 报名人, 咨询人, 登记人姓名, 推荐人, 介绍人, 会员名字, 客户名字, 学生名字, 名字,
            当事人, 原告, 被告, 律师, 法官, 公证员, judge, magistrate, barrister,
            solicitor, bailiff, notary, arbitrator, heir, heirs, real name, realname, true name, truename,
            full name, fullname, first name,
            firstname, last name, lastname, middle name, given name, family name, surname, forename, fname,
            lname, mname, maiden name, contact person, contacts, contact, linkman, link man, contacter,
            consignee, receiver, recipient, addressee, legal person, legal representative, legal man, principal,
            in charge, person in charge, payee, card holder, cardholder, account holder, holder name,
            account name, bank account name, emergency contact, guardian, spouse, father, mother, fathers name,
            mothers name, legal name, billing name, ship name, ship to name, display full name, salesman,
            salesperson, xingming, zhenshixingming, mingzi, lianxiren, shouhuoren, fuzeren, xsxm, jsxm, khxm,
            yhxm, name pinyin, doctor, teacher, applicant, applyer, visitor, passenger, beneficiary, proposer,
            insured, buyer, customer contact, 主持人, 记录人, sender, shipper, sales rep name, pay acct name,
            pay account name, acct name, receipt name, payee user, bank account user name, 主讲, 参会人员,
            参会人, 随行人员, 缴费人, 报修人, 抄表员, 楼管员, 保安, 面试官, 证明人, 签约人, 报销人, 出差人,
            值班保安, 联络人, 管理人, 车主, 户主姓名, 房主, 租户姓名, 紧急联络人, 授权人, 签名人, 承办人,
            责任人, 培训师, 英文名, 中文名, 姓, 拼音姓名, 客户姓名, 成员姓名, 亲属姓名, en name, cn name,
            chinese name, english name, zh name, person name, names of person, attn to, attention to, care of,
            ship to, bill to name, witness, signer, signatory, signatures name, interviewer, recorder, keeper,
            payer, collector, claimant, complainant, attendee, attendees, participant, lecturer, trainer,
            speaker, recommender, introducer, referrer name, card user, card owner, account user, bank user,
            bank account user, card user name, bank real name, holder, policy holder, lessee, lessor, renter,
            house owner, car owner, urgent man, urgent person, urgent name, urgent contact, emergency name,
            emergency person, emergency contact name, direct name, other name person, family name member,
            legal name person, artificial person, corporation person, juridical person, inspector, guard,
            security guard, cleaner, mechanic, repairman, repair man, repair person, maintainer, servicer,
            installer, porter, receive name, deliver man, delivery man, dispatcher, scan man, pick man,
            apply man, apply name, apply person, handle name, contacts name, contact man, linkname,
            link name person, link person, follow man, follower name, responsible, responsible person,
            charge person, charge man, person charge, duty person, duty man, leader name, director name,
            manager, leader, director, teacher name, tutor, mentor, coach, monitor name, tenant name, landlord,
            landlord name, householder, resident name, relative name, kin name, parent name, patriarch,
            signer name, sign name person, sign man, sign person, pay name person, drawee, drawer name,
            remitter, remitter name, inv payee, lxr, jjlxr, fqxm, mqxm, bfr, dlr, czr name, jbr, fzr, shr name,
            sqr, djr, shouhuorenxingming, boss, boss name, cashier name, guest, guest name, given names,
            user fullname, cust full name, 姓名拼音, 拼音名, 店主, 老板, 经办人姓名, 保管人, 使用人, 领用人,
            借用人, 借阅人, 归还人, 负责老师, 宿管, 辅导员, 楼长, 寝室长, 报名者, 参赛者, 获奖者, 捐赠人,
            出租人, 房东, 房主姓名, 住户, 住户姓名, 居民姓名, 村民姓名, 户主名, 死者, 亡者, 逝者, 领养人,
            救助人, 工作人员姓名, 接待员, 质检员, 检验员, 巡检员, 维修员, 维修工, 保管员, 仓管员, 库管员,
            采购人, 采购人员, 销售人员, 销售人, 跟单员, 客户联系人, 公司联系人, 仓库联系人, 招聘者, 招聘人,
            招聘联系人, 主办人, 承办人姓名, 填表人, 填写人, 制表人, 复核人, 复核员, 核销人, 验收人, 收发人,
            发货员, 收货员, tester, assessor, evaluator, examiner, marker, grader, rater, appraiser, respondent,
            interviewee, enrollee, registrant, winner, donor, borrower, lender, investor, claimant name, bidder,
            shareholder, partner name, beneficial owner, ultimate beneficiary, adopter, villager, pensioner,
            clerk, broker, broker name, agent name person, surveyor, loss adjuster, finder, claimer, volunteer,
            volunteer name, companion, fellow, roommate, colleague, endorser, mandator, trustee, heir, testator,
            executor name, notary, arbitrator, mediator, plaintiff, defendant, litigant, counsel,
            host name person, compere, moderator name, ben name, inheritor, preferred name, dependent name,
            occupant name, occupant, warden, warden name, booker, requester name, requestor, 直系亲属姓名,
            直系亲属, 亲属, 来电人, 诉求人, 接单员, 派单员, 当前处理人姓名, huanzhexingming, bingrenxingming,
            yezhuxingming, xueshengxm, kehuxingming, hzxm, brxm, yzxm, fkxm, zhxm, zkxm, jzxm, hyxm, ygxm, ysxm,
            yhxmh, bxr, fkr, jjr, sjr, fjr, shr, kddr, skr, kfy, jhr, jhrxm, lxrxm, jjlxrxm, 同住人, 同住人员,
            同行人, 同行人员, 陪同人, 陪护人, 接送人, 接送人姓名, 来访者, 被访人, 被访者, 访客名, 投诉者,
            举报者, 对方户名, 对方姓名, 对方名称, 收款户名, 付款户名, 结算户名, 持证人, 房屋所有人, 产权人,
            紧急联系人姓名, 小名, 乳名, 维修师傅, 师傅, 开单医生, 开方医生, 接诊医生, 主管医生, 责任护士,
            收费人, 维修人, 处理师傅, pet name child, opp name, opposite name, counterparty name, payee nm,
            picker, picker name, pick up person, pickup person, complainer, complainant name, visited person,
            visitee, co resident, cohabitant, roommates, escort, companion name, middle initial, mi, mid init,
            mname initial, vcontact, contact nm, emg name, emg contact, emer contact, emer name,
            emergency person name, black name, blk name, dependant name, spouse nm, kin, next kin name,
            ship attn, bill attn, attn name, sold to name, ship to person, sales rep full name, counselor,
            counsellor, caregiver, carer, nanny name, signee, received person, legal first, legal last,
            legal middle, name first, name last, name middle, first nm, last nm, preferred first, known as,
            also known as, aka, birth name, name at birth, former name, former names, previous name, prior name,
            nickname real, deliver to, delivered to, ship to contact, send to, mail to, attn person,
            salespeople name, owner real name, party name person, guest full name, lead guest, lead passenger,
            pax name, pax, traveler, traveller, travelers, travellers, companions, passengers, co borrower,
            co applicant, joint holder, co owner, nominee, nominee name, guarantor name, referee name,
            reference name, referral name, referred by name, sibling name, brother name, sister name, wife name,
            husband name, wife, husband, son name, daughter name, grandparent name, orderer, ordered by name,
            requester full name, requisitioner, receiver contact, receiving person, sign name, signed name,
            signatory name, sign by name, sign for, sign for name, recipient name, consignor, consignor name,
            returner, returnee, sender contact, send name, sender name, rcv man, take man, taker name, lead man,
            master name, technician name, tech name, engineer name, worker name, foreman name,
            operator full name, nurse name, physician name, attending physician, surgeon, anesthetist,
            pharmacist name, therapist name, stylist name, barber name, tutor name, instructor, instructor name,
            prof name, professor, professor name, advisor name, adviser name, counselor name, invigilator,
            proctor, head teacher, class teacher, headmaster, librarian, borrower name, reader name, report man,
            report name, reporter name person, reporting person, informant, informer, victim, victim name,
            suspect name, offender, offender name, insured name, applicant full name, policyholder name,
            proposer name, life assured, 昵称姓名, 来访人, 来访人姓名, 来访人员, 来客, 来客姓名, 被访者姓名,
            受访人, 受访者, 拜访人, 拜访对象, 催收对象, 催收对象姓名, 联系对象, 联系人1, 联系人2, 第一联系人,
            第二联系人, 联系人一, 联系人二, 紧急联系人1, 紧急联系人2, 应急联系人, 应急联系人姓名, 亲属联系人,
            同事联系人, 朋友姓名, 同事姓名, 配偶姓名, 父亲姓名, 母亲姓名, 家长姓名, 监护人姓名, 子女姓名,
            孩子姓名, 宝宝姓名, 学员姓名, 教练姓名, 客人姓名, 住客姓名, 入住人, 入住人姓名, 入住客人, 预订人,
            预订人姓名, 预约人姓名, 订票人, 乘客姓名, 乘车人, 乘机人, 乘机人姓名, 出行人, 出行人姓名, 游客姓名,
            导游姓名, 领队姓名, 司机姓名, 押运员, 押运人, 揽收员, 揽件员, 派件员, 派送员, 投递员, 签收人姓名,
            代收人, 代收人姓名, 取件人, 取件人姓名, 寄件人姓名, 寄送人, 收货联系人姓名, 发货联系人,
            发货联系人姓名, 提货人姓名, 自提人, 自提人姓名, 售后联系人, 退货联系人, 开票人, 收票人, 收票人姓名,
            收款人姓名, 付款人姓名, 打款人, 转账人, 汇款人姓名, 存款人, 取款人, 持卡人名称, 开户人姓名,
            户主姓名拼音, 借款人姓名, 共同借款人, 担保人姓名, 保证人, 保证人姓名, 出借人姓名, 投资人姓名,
            推荐人姓名, 介绍人姓名, 邀请人姓名, 团长, 团长姓名, 分销员姓名, 代理人姓名, 委托人姓名, 受托人,
            受托人姓名, 经办人员姓名, 拟稿人, 拟办人, 拟稿人姓名, 起草人, 起草人姓名, 批示领导, 批示人, 签发人,
            签发人姓名, 会签人, 缺席人员, 出席人员, 列席人员, 与会人员, 参加人员, 参加人, 参与人, 参与人员,
            同行人姓名, 值班人员, 值班员, 值班领导, 值班人姓名, 交班人, 接班人, 维护人员, 维修师傅姓名,
            安装人员, 安装师傅, 上门师傅, 服务人员, 护工, 护工姓名, 主刀医生, 手术医生, 麻醉师, 责任护士姓名,
            送检医生, 检验医生, 报告医生, 审核医生, 监考老师, 监考人, 任课老师, 任课教师, 授课教师, 授课老师,
            班长姓名, 室长, 寝室长姓名, 宿舍长, 宿管姓名, 宿管员, 门卫, 保洁员, 电工, 物业管家, 管家, 管家姓名,
            网格员, 网格员姓名, 楼栋长, 申报人, 申报人姓名, 申诉人, 申诉人姓名, 当事人姓名, 嫌疑人, 受害人,
            证明人姓名, 见证人, 公证人, 被继承人, 继承人, 死者姓名, 救助对象, 帮扶对象, 帮扶人, 帮扶责任人,
            贫困户, 户主名字, laifangren, beifangren, lingyongren, jieyongren, fuzerenxingming,
            lianxirenxingming, jingbanrenxingming, weixiuren, weixiurenyuan, qianshouren, shoujianren,
            jijianren, fahuoren, yudingren, yuyueren, baomingren, shenqingrenxingming, tousuren, jubaoren,
            chengyunren, siji, sijixingming, daoyou, jiaolian, jiaolianxingming, call who, who called,
            co tenant, co tenants, joint tenant, name py, name pinyin code, py name, name spell, name initials,
            name en, name cn, name zh, given name cn, surname cn, to name, drafter, drafter name, name on card,
            name on account, first name on card, last name on card, name in full, ask for name, mate name, mate,
            kin1, friend name, workmate, workmate name, classmate, classmate name, neighbor name,
            neighbour name, old owner, new owner, former owner, previous owner, 姓名拼音码, 姓名首字母,
            姓名简拼, 姓名全拼, 姓名英文, 拼音码姓名, 原业主, 新业主, 原业主姓名, 新业主姓名, 原户主, 合租人,
            合租人姓名, 同事姓名1, 同学姓名, client name, client full name, spoke with, spoken with,
            talked with, talked to, key with, against name, head name, chief name, cs name, csr name, guide nm,
            host nm, reference person, referee, referees, witnesses, real surname, real given, given nm,
            surname nm, full nm, recorder nm, opponent name, other party name, third name, third person,
            third party name person, cook name, driver nm, guard nm, rider name, 代办人姓名, 对接人姓名,
            咨询人姓名, 推荐老师, 对方当事人,
        beautician, substitute, emergency man, 代班人, masseur, nutritionist, coborrower, joint
        borrower, loan officer, dun target"""
        ),
    ),
    weak_hints=listed(
        """name, 名称, 名, cname, ename, nickname name, names, xm, author, 作者, 昵称姓名, owner, link name,
        person, who, rep name, pic name, pic person, host name"""
    ),
    whole_hints=("xm",),
    blockers=listed(
        """product, goods, shop, store, role, menu, file, table, column, class, company, dept, department, category,
        brand, type, item, group, org, bank, school, hospital, event, display, domain, host, server, service, project,
        商品, 产品, 公司, 店铺, 角色, 菜单, 文件, 部门, 类, 分组, 课程, 活动, 银行"""
    ),
    shape=Shape(
        pattern=rf"^(?:[{SURNAMES}][㐀-鿿]{{1,2}}|(?:{_COMPOUND})[㐀-鿿]{{1,2}}|{_JOINED})$",
        check=check,
        unchecked=400,
        points=38,
    ),
)
