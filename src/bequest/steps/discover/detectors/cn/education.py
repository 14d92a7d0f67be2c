"""Schooling: degree, school, major, grades."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import D, Detector, I, N, Shape, T
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="cn.education",
    cls=FieldClass.EDUCATION,
    reference="GB/T 4658; GB/T 35273-2020 Annex A (education and work)",
    hints=listed(
        """学历, 学位, 最高学历, 文化程度, 受教育程度, 教育程度, 毕业院校, 毕业学校, 毕业时间, 毕业年份, 所学专业,
        专业名称, 教育经历, 教育背景, 就读学校, 入学时间, 入学年份, 学籍号, 学籍, 考试成绩, 外语水平, 英语水平,
        学业情况, 学习经历, 毕业证, 毕业证书, 学位证书, 院系, 高考成绩, 绩点, 学分绩点, 培训经历, education,
        education level, educational background, degree, academic degree, diploma, graduate school, graduated from,
        graduation date, graduation school, graduate date, alma mater, schooling, highest education, edu,
        edu background, edu level, gpa, enrollment date, enrolment date, education history, education experience,
        qualification, qualifications, xueli, xuewei, whcd, byyx, byxx, biyeyuanxiao, biyexuexiao, graduate from,
        graduated school, graduate college, graduate university, graduate time, graduate year, graduation year,
        graduation time, top edu, top education, last education, edu degree, edu type, edu type name,
        edu major, edu school, student class, student grade, school name of person, school year, entrance year,
        entrance date, enroll year, enroll date, enrollment year, enroll time, admission year, student status,
        degree type, degree name, academic, academic record, speciality, specialty, academic qualification,
        educational, major name, college name, clazz, 专业班级, 班级名称, 学院名称, 院系名称, 学校名称, 院校名称,
        年级班级, 所在班级, 所在学院, 所在学校, 所在年级, 所属班级, 所属学院, 毕业年度, 入学年月, 入学年度, 学制,
        教育类型, 学习形式, 培养方式, 学校专业, 学业, yxmc, zymc, bjmc, xymc, yxdm, rxny, rxsj, rxnf, bysj, bynf,
        xlmc, xwmc, ssbj, szbj, szxy, xz, zymc name, 入学日期, 入学方式, 学生类别, 学历层次, 学位类型, 成绩单, rxrq,
        xslb, 学生来源, class no student, class grade, exam result, exam grade, course score, exam mark, usual score,
        final score, total score, ordinary score, 毕业日期, 学校, 班级排名, 年级排名, 普通话等级,
        普通话水平, 外语等级, 英语等级, 计算机等级, 在读学校, 就读班级, 学习成绩, 各科成绩, 语文成绩, 数学成绩,
        英语成绩, school name person, schl name, grad date, grad year, grad school, class rank, grade rank,
        rank in class, mandarin level, english level, language level, cet level, ielts, toefl, dep school,
        child school name, degree level, degree code, major code, transcript file, diploma no, diploma img,
        diploma number, zhuanye, xlxw, byrq, byzh, xlzs, degree edu"""
    ),
    weak_hints=listed(
        """专业, 学校, 院校, 班级, 年级, 成绩, 分数, 学院, 系别, 得分, 学分, 总分, 评分等级, major, school, college,
        university, grade, score, class name, class id, exam score, zhuanye, banji, nianji, chengji, xueyuan, xuexiao,
        xl, zy, 成绩等级, 课程成绩, fs, cj, 平时成绩, 期末成绩, 总成绩, 考试分数, math, chinese, english, physics,
        chemistry, biology, history score, geography score, politics score, 语文, 数学, 英语, 物理, 化学, 生物, 历史,
        地理, 政治, 体育, shuxue, yuwen, yingyu, total score, degree"""
    ),
    types=frozenset({T, I, N, D}),
    refuses_narrow=False,
    shape=Shape(
        pattern=r"^(?:小学|初中|高中|中专|职高|技校|大专|专科|本科|大学|大学本科|研究生|硕士|硕士研究生|博士|博士研究生|博士后|学士|其他)$"
        r"|(?i)^(?:bachelor|master|doctor|phd|high school|college|associate)s?(?: degree)?$",
        points=45,
    ),
)
