"""Work: job, employer, post, date of joining, of a person."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import D, Detector, I, T
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="intl.employment",
    cls=FieldClass.EMPLOYMENT,
    reference="GB/T 35273-2020 Annex A (education and work)",
    hints=listed(
        """职业, 职务, 职称, 工作单位, 就职单位, 任职单位, 就业单位, 从业单位, 现工作单位, 工作经历, 工作经验,
        工作年限, 从业年限, 工龄, 入职时间, 入职日期, 离职时间, 离职日期, 转正时间, 转正日期, 离职原因, 在职状态,
        工作性质, 行业职业, 工作履历, 求职意向, 期望职位, 项目经验, 合同起始日期, 员工状态, 员工类型, 聘用形式,
        参加工作时间, 工作状态, 单位职务, 岗位名称, 职位名称, 医生职称, 从业资格证号, 资格证号, 执业证号, 技能特长,
        工作简历, 个人履历, 单位及职务, job, job title, jobtitle, occupation, profession, employer, employment,
        work unit, workplace, work place, work company, work experience, work history, work years, working years,
        hire date, hired on, hired at, hiredate, entry date, join date, joined on, onboard date, date joined company,
        leave date, leaving date, resign date, termination date, employment date, employment status, employment type,
        career, industry job, seniority, zhiye, zhiwu, zhicheng, gongzuodanwei, gzdw, ruzhishijian, gangwei, zhiwei,
        work age, begin contract, work state, engage form, probation, conversion time, experience, job name person,
        job code, job grade, job rank, job level name, post title, post name person, post level, work status,
        employee state, employee position, staff position, position name, position title, position level,
        professional title, technical title, duty name, duty title, regular date, regular time, regular at,
        formal date, formal time, entry time, entry at, entry day, induction date, induction time, onboarding date,
        start work date, work start date, work date, join time, join work time, join work date, joined date,
        quit date, quit time, dimission date, dimission time, dismiss date, resignation date, retire date,
        separation date, term date, termination time, contract begin, contract start, contract end,
        contract begin date, contract start date, contract end date, contract expire, contract term, contract period,
        probation period, probation end, probation end date, work nature, work type, work seniority, company age,
        work city job, resume file, resume, resume url, resume path, cv, cv file, expect post, expect position,
        apply post, apply position, work resume, work unit name, unit name of work, work name company,
        profession name, occupation name, career name, employ type, employ status, hire time, hired date,
        合同开始日期, 合同结束日期, 合同到期日, 合同到期日期, 合同期限, 合同起始时间, 合同终止日期, 试用期, 试用期限,
        用工类型, 用工形式, 员工性质, 人员类别, 人员类型, 人员状态, 岗位级别, 岗位等级, 职级, 职等, 职务级别,
        技术职称, 专业技术职务, 退休时间, 退休日期, 应聘岗位, 应聘职位, 工作职位, 工作单位名称, 工作单位及职务,
        从事职业, 从事行业, 参加工作日期, 公司工龄, 入司时间, 入司日期, 到岗日期, 离岗日期, 辞职日期, 辞职原因,
        简历附件, 个人简历, 工种, 班组, 在岗状态, gzjl, zhiji, rzsj, rzrq, lzsj, lzrq, gz dw, employer name,
        employer phone, employer address, work phone company, 从业状况, 就业状况, 就业状态, 工作情况, 职业状况,
        职业类型, 职业名称, 职业类别, 行业类型, 就业情况, 就业去向, 工作地点, 工作城市, 单位性质, 单位类型, 所在岗位,
        现任职务, 任职时间, 上岗时间, 聘用日期, 聘期, 劳动合同, 劳动合同编号, 劳动关系, employment state, hire status,
        work location, work city, 离职说明, 离职类型, 入职途径, 用工状态, 在职情况, 是否在职, 考核结果, 考核得分,
        考核等级, 绩效得分, 绩效等级, 绩效评分, 绩效结果, 年度考核, 职业资格, 职业技能, 技能等级, 执业证书号,
        执业证书编号, 执业编号, 执业资格证号, 医师执业证号, 学员单位, 父亲职业, 母亲职业, 父亲单位, 母亲单位,
        父亲工作单位, 母亲工作单位, 家长职业, 家长单位, 配偶单位, 配偶工作单位, term reason, termination reason,
        leaving reason, resign reason, resignation reason, dismissal reason, dismiss reason, quit reason, hire type,
        performance score, performance rating, performance grade, performance level, performance result,
        appraisal score, appraisal result, appraisal rating, kpi score, review score, review rating, review result,
        father job, mother job, father occupation, mother occupation, father company, mother company,
        father work unit, mother work unit, father unit, mother unit, spouse company, spouse employer, parent job,
        parent occupation, practice license no, practising certificate no, practicing license,
        professional license no, professional certificate no, qualification no, qualification cert no,
        qualification certificate no, work permit no, work permit, zyzsbh, zgzsbh, zgzh, zyzgzh, fqdw, mqdw, fqzy,
        mqzy, gzqk, rzsj date, zhiyezige"""
    ),
    weak_hints=listed(
        """职位, 岗位, 部门名称, 单位, 所属部门, 部门, title, position, post, dept, dept name, department,
        department name, designation, duty, 头衔, 科室, 科室名称, job level, company, 公司, 任职, rank, staff type,
        employee type, industry, 行业, employee status, office, unit, zw, zc, workunit, score, rating, 考核, 得分,
        评分, ks, grade"""
    ),
    blockers=listed("schedule, quartz, cron, task, 任务, 定时, product, page, 广告, 页面"),
    types=frozenset({T, I, D}),
)
