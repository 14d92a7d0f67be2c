"""Words for people, organisations, things and events: what a table is about, and whose a column is.

English words are single lower-case tokens in the singular; pinyin counts as English. Chinese words are matched as they
stand. A word belongs to one list only, except that staff and suppliers are also people or organisations.
"""

from bequest.steps.discover.words import listed

STAFF = listed(
    """boss, guide, tester, trainer, receptionist, janitor, warehouseman, storekeeper, keeper, foreman, engineer,
    consultant, designer, developer, accountant, buyer_staff, merchandiser, stylist, barber, therapist, planner,
    secretary, chef, cook, housekeeper, nanny, counselor, housemaster, dormkeeper, 老板, 店主, 前台, 出纳, 会计,
    厨师, 保洁, 工程师, 顾问, 设计师, 秘书, 班长, 队长, 院长, 校长, 园长, 主任, 社长, 组长, 美容师, 发型师,
    摄影师, 导游, 领队, 库管, 仓管员, 保管员, 跟单员, 采购员, 质检员, 检验员, 巡检员, 安装工, 维修工, 维修员,
    维修人员, admin, administrator, employee, emp, staff, worker, manager, doctor, nurse, cashier, salesman,
    salesperson, pharmacist, clerk, operator, technician, physician, waiter, yuangong, guanliyuan, yisheng,
    管理员, 员工, 职工, 雇员, 职员, 医生, 医师, 护士, 收银员, 销售员, 业务员, 客服, 店员, 导购, 工作人员,
    后台用户, 系统用户, 操作员, 教职工, 技师, 经理, 主管, 坐席, salespeople, labor, labour, employe, personnel,
    crew, surgeon, instructor, professor, invigilator, librarian, captain, pilot, stewardess, steward, sailor,
    seafarer, mariner, miner, farmer, fisherman, 职业经理人, 驾驶员, 船员, 机组, 教授, 监考老师, 图书管理员,
    护工, 月嫂, 保姆, 家政员, 管家, 网格员, 安全员, 安保, 电工, 焊工, 钳工, 司炉工, 押运员, 揽收员, 派送员,
    投递员, 揽件员, 派件员, 代驾, 骑手, 师傅, 维修师傅, 物业管家"""
)
CHILDREN = listed("""child, kid, baby, infant, pupil, toddler, 儿童, 宝宝, 幼儿, 婴儿, 孩子, 小孩, 未成年人, 子女""")
CUSTOMERS = listed(
    """investor, lender, lessee, user, member, customer, cust, client, patient, student, stu, buyer, guest,
    visitor, passenger, subscriber, consumer, vip, policyholder, borrower, resident, tenantry, reader, yonghu,
    huiyuan, xuesheng, kehu, 用户, 会员, 客户, 顾客, 消费者, 病人, 患者, 学生, 学员, 买家, 访客, 游客, 乘客,
    旅客, 居民, 业主, 住户, 租客, 投保人, 借款人, 读者, 粉丝, 网民, 家长, 考生, 用戶, debtor, payer, payor,
    cardholder, purchaser, shopper, enduser, webuser, wwwuser, appuser, tourist, traveler, traveller, lodger,
    inmate, patron, donor, enrollee, learner, trainee, apprentice, graduate, alumni, alumnus, athlete,
    contestant, player, fans, follower, householder, homeowner, houseowner, proprietor, villager, citizen,
    elder, elderly, senior, pensioner, retiree, 出借人, 投资人, 持卡人, 付款人, 购房人, 住客, 客人, 毕业生,
    校友, 运动员, 选手, 老人, 长者, 退休人员, 参保人, 贫困户, 救助对象, 村民, 公民, 求职者, 承租人, 团员, 车主,
    寄件人, 收件人, yezhu, zuke, zuhu, fangke, jiazhang, kaosheng, duzhe, laoren, touziren, jiekuanren, chengke,
    lvke, youke, renter, cohabitant, prospect, enquirer, inquirer, asker"""
)
OTHER_PEOPLE = listed(
    """person, people, human, individual, teacher, tutor, coach, driver, courier, rider, applicant, candidate,
    author, guardian, father, mother, spouse, friend, follower, fan, inviter, referrer, passenger, contact,
    consignee, receiver, recipient, sender, shipper, payer, payee, holder, beneficiary, insured, guarantor,
    leader, principal, director, assignee, handler, auditor, approver, reviewer, reporter, creator, editor,
    owner, linkman, participant, attendee, voter, donor, volunteer, lawyer, agent, host, speaker, actor, artist,
    seller, lessor, warden, occupant, dependant, booker, broker, surveyor, requester, tenderer, claimant,
    complainant, supervisor, representative, rep, guard, keeper, dispatcher, interviewer, caller, callee,
    trader, collector, inspector, mechanic, repairman, householder, landlord, lecturer, trainer, mentor,
    witness, relative, resume, profile, player, referee, suspect, debtor, creditor, liaison, jiaoshi, lianxiren,
    laoshi, 人员, 教师, 老师, 讲师, 教练, 司机, 骑手, 快递员, 配送员, 申请人, 候选人, 求职者, 应聘者, 作者,
    监护人, 父亲, 母亲, 配偶, 好友, 邀请人, 推荐人, 联系人, 收货人, 收件人, 寄件人, 发件人, 收款人, 付款人,
    持卡人, 受益人, 被保险人, 担保人, 负责人, 法人, 法定代表人, 店长, 领导, 主播, 嘉宾, 志愿者, 律师, 代理人,
    演员, 简历, 个人, 党员, 导师, 班主任, 专家, 车主, 干部, 客人, 住客, 参与者, 报名者, 承租人, 出租人, 投资人,
    出借人, 报修人, 缴费人, 面试官, 证明人, 保安, 学员, 旅客, 户主, 房主, 宿管, 辅导员, 本人, 家属, 亲属,
    家庭成员, 卖家, 招聘者, 村民, 老人, 师傅, surety, cohabitant, steward, fitter, informer, proxy, asker,
    answerer, chief, roommate, housemate, flatmate, petitioner, plaintiff, defendant, mediator,
    cleaner, babysitter, caretaker, chauffeur, kin, sibling, grandparent, son, daughter, wife, husband, fiance,
    widow, policeman, invitee, nominee, deputy, commissioner, mayor, councillor, bidder, lessee, mortgagor,
    mortgagee, pledger, cosigner, cosignatory, signatory, signer, undersigned, addressee, correspondent,
    interviewee, respondent, examinee, entrant, enrolee, boarder, prefect, renter, occupier, squatter,
    houseguest, 代办人, 咨询人, 答复人, 对接人, 见证人, 中介, 调解人, 同住人, 室友, 邻居, 保证人, 共借人, 亲友,
    朋友, 同事, 同学, 校长, 园长, 村长, 站长, 船长, 机长, 列车长, 队员, 会员代表, 股东, 董事, 监事, 高管,
    合伙人, 继承人, 受托人, 委托人"""
)
PEOPLE = STAFF + CHILDREN + CUSTOMERS + OTHER_PEOPLE

DOERS = frozenset(
    listed(
        """operator, handler, auditor, approver, reviewer, creator, editor, manager, admin, administrator, clerk,
        cashier, salesman, salesperson, agent, author, assignee, leader, principal, director, supervisor,
        reporter, keeper, owner, host, dispatcher, collector, inspector, merchandiser, storekeeper,
        warehouseman, secretary, assessor, creater, boss, representative, rep, speaker, maintainer, contact,
        shipper, receiver, sender, 操作员, 管理员, 负责人, 客服, 经理, 业务员, 主管, 领导, 后台用户, 系统用户,
        保管员, 仓管员, 库管, 采购员, 跟单员, 收银员, 质检员, 检验员, 巡检员, 店长, 老板, 专家, 作者, 坐席,
        班主任, 秘书, 会计, 出纳"""
    )
)
"""Those who keep a row, sign it off or answer for it: that they are named does not make it a row about them."""
SUPPLIERS = listed("""supplier, vendor, provider, manufacturer, gongyingshang, 供应商, 供货商, 厂商, 供应方, 承运商""")
ORGANISATIONS = SUPPLIERS + listed(
    """insurer, location, place, company, enterprise, community, estate, property_company, 物业, 开发商, 办事处,
    营业部, 分公司, 厂家, 开户网点, corp, corporation, organization, organisation, org, shop, store, storage,
    merchant, mch, mall, branch, warehouse, depot, bank, hospital, clinic, school, college, university,
    institution, institute, agency, factory, plant, hotel, restaurant, office, department, dept, depart,
    station, outlet, brand, partner, carrier, platform, tenant, server, host, site, website, venue, club,
    dealer, distributor, team, scenic, attraction, resort, spot, gym, cinema, studio, library, supermarket,
    chain, bumen, gongsi, shangjia, shangpu, xuexiao, yiyuan, canting, jiudian, 公司, 企业, 机构, 组织, 店铺,
    门店, 商店, 商户, 商家, 仓库, 库房, 银行, 网点, 医院, 诊所, 学校, 学院, 高校, 院校, 工厂, 酒店, 宾馆, 餐厅,
    饭店, 部门, 科室, 站点, 品牌, 合作伙伴, 承运, 平台, 租户, 服务器, 网站, 场馆, 俱乐部, 经销商, 分销商, 单位,
    自提点, 服务商, 驿站, 小区, 楼宇, 影院, 景区, 药店, 快递公司, 物流公司, 停车场, 团队, 开户行, 分店, 代理商,
    岗位, 职位, locker, kiosk, booth, 快递柜, 智能柜, 自提柜, 柜机, 售货机, 担保机构, 合作机构, 保险公司,
    court, tribunal, prison, church, museum, courthouse, hall, 法院, 监狱,
    供电所, 居委会, 街道办, 派出所, 社区, 物业公司, 施工单位, 监理单位, 渠道商, 加盟商, 批发商, 零售商, 子公司,
    营业厅, 中转站, 分拨中心, 仓, wangdian, yizhan, shequ, wuye"""
)
THINGS = listed(
    """goods_type, dormitory, dorm, building, floor, bed, meter, carport, 宿舍, 楼宇, 楼栋, 床位, 车位, 仪表, 公寓,
    product, goods, good, sku, spu, item, category, cat, catalog, catalogue, classify, type, kind, brand,
    attribute, attr, spec, unit, dict, dictionary, dic, code, enum, role, menu, permission, privilege, authority,
    right, resource, func, function, config, configuration, setting, param, parameter, option, property,
    template, model, scheme, rule, region, area, province, city, district, county, country, level, rank, grade,
    label, coupon, promotion, activity, campaign, advert, advertisement, advertise, ad, banner, carousel, slide,
    article, news, topic, subject, notice, announcement, bulletin, help, faq, page, column, navigation, nav, job,
    task, schedule, trigger, cron, version, migration, file, attachment, image, picture, photo, video, music,
    song, movie, film, book, course, chapter, lesson, question, exam, paper, answer, disease, dise, drug,
    medicine, dosage, room, seat, house, car, vehicle, device, equipment, machine, material, stock, inventory,
    price, freight, express, feight, shipping, logistic, plan, strategy, index, theme, icon, link, sequence, seq,
    lock, token, session, cache, table, field, gen, flow, process, node, form, widget, dataset, chart, report,
    dashboard, api, interface, app, client_app, oauth, plugin, module, relation, rel, mapping, map,
    express_company, language, lang, currency, timezone, holiday, calendar, tax, keyword, sensitive, word,
    position, post, statistic, stat, count, gift, award, prize, game, team, album, ingredient, dish, food, fund,
    stock_item, contract_type, role_menu, test, rate, genre, publisher, format, media, reason, shangpin, fenlei,
    leixing, zidian, xinwen, 商品, 产品, 货品, 货物, 物品, 品类, 分类, 类别, 类型, 类目, 属性, 规格, 字典, 枚举,
    角色, 菜单, 权限, 资源, 功能, 配置, 设置, 参数, 选项, 模板, 模版, 方案, 规则, 地区, 区域, 省份, 城市, 等级,
    级别, 标签, 优惠券, 促销, 活动, 广告, 轮播, 轮播图, 文章, 新闻, 话题, 专题, 公告, 通知公告, 帮助, 页面, 栏目,
    导航, 任务, 调度, 版本, 文件, 附件, 图片, 视频, 音乐, 歌曲, 电影, 图书, 书籍, 课程, 章节, 题目, 试题, 试卷,
    景点, 门票, 景区门票, 线路, 疾病, 诊断类型, 药品, 剂型, 房间, 座位, 房屋, 车辆, 设备, 机器, 物料, 库存, 价格,
    运费, 策略, 主题, 链接, 序列, 令牌, 缓存, 流程, 节点, 表单, 报表, 接口, 应用, 插件, 模块, 关系, 关联, 语言,
    币种, 节假日, 税率, 关键字, 敏感词, 礼品, 奖品, 游戏, 相册, 菜品, 食品, 合同类型, 班级, 专业, 科目, 套餐,
    车型, 项目, 目录, 原因, 常用诊断, 收费项目, 挂号级别, 排班规则, 结算类别, 计量单位, 首页, 画册, 统计,
    定时任务, 代码生成, 数据源, 字段, 表结构, 词库"""
)
EVENTS = listed(
    """打卡, 上报, 填报, 申报, 排查, 通行, 出入, 进出, 巡检, 投递, 揽收, 派送, 快件, 短信发送, 通话, 留宿, 外宿,
    请销假, 离校, 返校, 点名, 课堂签到, 就餐, 消费, 加油, 保养, 试驾, 看房, 带看, 签约, 交房, 验房, 收房, 接送,
    parking, 停车, so, po, sales, quotation, quote, trace, track, waybill, feedback, repair, assign, allot,
    allocation, inspection, patrol, invest, investment, tender, transfer, borrow_record, attendance_record,
    violation, punishment, recruit, interview, trip, travel, expense, reimburse, reimbursement, diary, 体检,
    报修, 维修, 违规, 违纪, 分配, 缴费, 巡更, 抄表, 来访, 登记, 借出, 归还, 出差, 报销, 调岗, 调动, 转正, 离职,
    入职, 培训记录, 奖惩, 晚归, 运单, 投资, 投标, 催收, 转账, 回访, 拜访, 跟进, 入住, 退宿, 换宿, 评教, 选课,
    order, trade, transaction, payment, pay, refund, return, deal, purchase, sale, log, history, record,
    comment, evaluate, evaluation, review, rating, message, msg, chat, mail, sms, complaint, ticket, consult,
    consultation, inquiry, apply, application, approval, register, registration, signup, appointment,
    reservation, booking, reserve, attendance, leave, loan, repayment, repay, withdraw, withdrawal, recharge,
    deposit, bill, invoice, account, wallet, balance, card, cart, favorite, favourite, collect, collection,
    follow, footprint, browse, visit, search, click, login, logon, logininfor, operate, operation, audit,
    address, prescription, case, diagnosis, treatment, examination, exam_result, score, grade_record, lottery,
    share, invitation, invite, claim, policy, insurance, contract, lease, rent, rental, borrow, delivery,
    shipment, express_order, consent, objection, dispute, survey, questionnaire, vote, donation,
    schedule_record, checkin, reply, replay, answer_record, exchange, points, point, integral, integration,
    growth, bind, auth, authentication, certification, visitrecord, weblog, accesslog, cust_order, subscription,
    response, pingjia, shoucang, dingdan, liuyan, yuyue, 订单, 交易, 支付, 付款, 退款, 退货, 采购, 销售, 日志,
    历史, 记录, 评论, 评价, 消息, 聊天, 私信, 邮件, 短信, 反馈, 投诉, 工单, 咨询, 申请, 审批, 注册, 预约, 预订,
    考勤, 请假, 贷款, 还款, 提现, 充值, 账单, 发票, 账户, 账号, 钱包, 购物车, 收藏, 关注, 足迹, 浏览, 访问,
    搜索, 点击, 登录, 操作, 审核, 地址, 处方, 病历, 病例, 诊断, 治疗, 检查, 检验, 就诊, 挂号, 住院, 成绩, 抽奖,
    分享, 邀请, 理赔, 保单, 合同, 租赁, 借阅, 配送, 发货, 同意, 异议, 反对, 争议, 纠纷, 问卷, 投票, 捐赠, 签到,
    回复, 留言, 积分, 绑定, 认证, 实名, 报名, 简历投递, 面试, 通知, 薪资, 工资, 社保, 举报, 领取, 兑换"""
)
GENERIC_TABLE_WORDS = frozenset(
    listed(
        """t, tb, tbl, tab, sys, system, info, information, header, line, data, detail, list, base, basic, main,
        master, tmp, temp, bak, backup, new, old, ext, extend, extra, the, a, of, app, web, my, all, view, v, x,
        表, 信息, 基本信息, 基础信息, 明细, 详情, 列表, 资料, 数据, 扩展, 基本, 基础, 主, 档案, 管理, 清单, 汇总,
        总"""
    )
)
"""Words of a table name that say nothing about its rows."""

TEMPLATE_WORDS = (
    "gl",
    "ledger",
    "会计科目",
    "总账",
    "template",
    "model",
    "dictionary",
    "dict",
    "模板",
    "模版",
    "tpl",
    "tmpl",
    "moban",
    "muban",
    "字典",
    "配置",
    "设置",
    "setting",
    "config",
)
"""Anywhere in a table name these make it a table of things, whatever else is named beside them."""

ORDER_WORDS = listed(
    """order, trade, transaction, payment, pay, refund, return, deal, sale, bill, invoice, booking, reservation,
    registration, cart, purchase, 订单, 交易, 支付, 付款, 退款, 退货, 销售, 账单, 发票, 预订, 挂号, 购物车,
    dingdan"""
)
BUYING_WORDS = ("purchase", "procurement", "stock", "inventory", "warehouse", "depot", "采购", "入库", "出库", "库存")
LOG_WORDS = listed(
    """weblog, accesslog, access, login, logon, logininfor, visit, browse, click, search, footprint, session, track,
    pageview, log, 登录, 访问, 浏览, 点击, 搜索, 足迹, 轨迹, 日志"""
)
COMMUNICATION_WORDS = listed(
    """comment, reply, replay, message, msg, chat, feedback, complaint, ticket, review, evaluate, evaluation,
    consult, inquiry, leave, guestbook, post, 评论, 评价, 回复, 留言, 消息, 聊天, 私信, 反馈, 投诉, 工单, 咨询,
    请假, 举报, 沟通, 跟进, dispute, 争议, 纠纷"""
)
FINANCE_WORDS = listed(
    """advance, advances, 预支,
    due, dues, arrears, dunning, lending, lender, debtor, capital, purse, topup, subsidy, credit_bureau, bureau,
    owe, owed, dun,
    savings, mortgage, installment, instalment, penalty, collateral, 应还, 应收, 催收, 担保, 抵押, 分期, 出借,
    零钱, 红包, 余额宝, bank, bankcard, 银行卡, 征信, account, acc, acct, wallet, fund, funds, asset, loan,
    borrow, borrower, lend, invest, investment, investor, repay, repayment, refund_plan, recharge, withdraw,
    withdrawal, cash, transfer, debt, credit, finance, balance, income, commission, brokerage, profit, overdue,
    principal, interest, tender, bid, deposit, 账户, 资金, 钱包, 资产, 借款, 贷款, 投资, 还款, 充值, 提现, 转账,
    债权, 授信, 余额, 收益, 佣金, 分润, 逾期, 投标, 理财"""
)
PAY_WORDS = listed(
    """income, incomes, earning, earnings, commission, brokerage, bonus, subsidy, allowance, paysheet,
    remuneration, 收入, 佣金, 提成, 分润, 补助, 补贴, 奖金, salary, salaries, payroll, wage, wages, payslip,
    paycheck, compensation, 薪资, 工资, 薪酬, 薪水, 工资条"""
)
SCHOOLING_WORDS = listed(
    """qualification, qualifications, transcript, diploma, education, edu, degree, schooling, academic, graduation,
    教育经历, 教育背景, 学历, 学习经历, 受教育"""
)
WORK_HISTORY_WORDS = listed(
    """job, career, employment, experience, work, 工作经历, 工作经验, 工作履历, 职业信息, 单位信息, 工作信息, 从业"""
)
ATTENDANCE_WORDS = listed(
    """attendance, attend, checkin, clock, punch, signin, timesheet, worktime, 考勤, 打卡, 签到, 出勤, 缺勤, 晚归,
    kq, kaoqin,
    gate, inout, passage, patrol, visitor, visiter, 门禁, 通行, 进出, 出入, 巡更, 巡逻, 来访, 访客, wangui, fangke"""
)
MACHINERY_WORDS = listed(
    """server, datasource, database, db, oauth, client, gateway, host, node, cluster, queue, cron, scheduler, schedule,
    sched, quartz, qrtz, trigger, job, registry, executor, monitor, channel, interface, api, app, smtp, config,
    configuration, setting, settings, storage, oss, ftp, flyway, liquibase, databasechangelog, gen, route,
    router, plugin, microservice, 服务器, 数据源, 数据库, 终端, 渠道, 通道, 接口, 应用, 定时任务, 调度, 监控,
    网关, 配置, 代码生成, 节点, 摄像头, 摄像机, 道闸, 闸机, 发件邮箱,
    camera, nvr"""
)
BACKSTAGE_WORDS = listed(
    """wf, workflow, bpm, bpmn, flowable, activiti, procdef, procinst, definition, gen, codegen, dict, dic, cron,
    quartz, qrtz, sched, tpl, tmpl, template, menu, perm, permission, privilege, mq, outbox, flyway, nav, linkage"""
)
"""Tables of a system's own doings, where unknown words are about nobody."""
RELATED_WORDS = listed(
    """family, relative, kin, contact, contacts, linkman, visitor, dependent, child, guardian, emergency, 家庭, 家属,
    亲属, 联系人, 访客, 子女, 家庭成员, 社会关系, 来访,
    visiter, cohabitant, fangke, laifang, jiashu"""
)
PAPER_WORDS = listed("""passport, visa, immigration, idcard, identity, 护照, 签证, 证件""")
PUPIL_WORDS = listed(
    """student, stu, pupil, exam, course, xuesheng, xuehao, banji, xsid, xsbh, xsxh, 学生, 学号, 学员, 考生,
        成绩, 考试, 班级, xsxm"""
)
OWING_WORDS = listed("repay, repayment, installment, instalment, overdue, dunning, 还款, 催收, 逾期, 回款, 分期")
"""Whoever owes stands behind such rows, though only the loan is named in them."""
TERMS_WORDS = listed(
    "type, method, way, config, rule, product, dict, remind, 方式, 产品, 规则, 配置, 类型, 供应商, 模板"
)
OWN_THINGS = listed(
    """bank, card, bankcard, job, house, car, vehicle, education, family, face, photo, certificate, cert, asset,
    contact, contacts, address, work, career, experience, credit, auth, score, exam, session, token, resume,
    银行卡, 车辆, 房屋, 房产, 家庭, 人脸, 证书, 证件, 资产, 成绩, 简历, 工作, 教育, 收款方式"""
)
"""Things that, held under a person's number, are that person's own."""
TALLY_WORDS = listed(
    """stat, stats, statistic, statistics, statistical, summary, report, rpt, daily, monthly, day, settle, settlement,
    target, workload, output, performance, quota, tally, total, count, rank, ranking, close, handover, 统计, 汇总, 日报,
    月报, 报表, 日结, 结算, 对账, 工作量, 业绩, 目标, 排行, 交班, 班次, tongji, rijie, jiesuan, gongzuoliang"""
)
"""Rows that add up what was done or taken: the sums in them are the firm's, whoever took them."""
ANIMAL_WORDS = listed("pet, pets, dog, animal, livestock, cattle, 宠物, 犬只, 犬类, 养犬, 牲畜, 畜禽, 动物")
TRACE_WORDS = listed("location, position, gps, lbs, track, trace, trail, 定位, 位置, 轨迹, 行踪")
LOYALTY_WORDS = listed("loyalty, member, membership, vip, points, 会员, 积分, 贵宾")
MEDICAL_WORDS = listed(
    """optometry, vision, punch_health, health_punch, 验光, 视力, 健康打卡, injury, injuries, injure, hurt,
        physical, checkup, elder_care, eldercare, nursing, rehab, rehabilitation,
    dental, maternity, pregnancy, 工伤, 伤情, 病休, 护理, 康复, 养老照护, 孕, 产检, sick, psych, psychology,
    counseling, vaccine, vaccination, 病假, 体检, 心理, 晨检, 疫苗, 防疫, tijian, menzhen, bingli, zhenduan,
    patient, prescription, diagnosis, disease, dise, drug, medicine, medical, clinic, hospital, registration,
    case, symptom, herbal, treatment, nurse, doctor, inpatient, surgery, health, 病人, 患者, 处方, 诊断, 疾病,
    药, 病历, 病例, 医, 挂号, 就诊, 住院, 手术, 检验, 健康, 体检"""
)
