"""That somebody is or has a child. A child's own name or birthday keeps its class and is sensitive."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import D, Detector, F, I, T
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="intl.minors",
    cls=FieldClass.MINORS,
    reference="PIPL Art. 28, 31; Regulations on the Protection of Minors Online",
    hints=listed(
        """未成年人信息, 未成年标识, 子女信息, 子女情况, 孩子信息, 宝宝信息, 儿童信息, 子女数, 子女数量, 孩子数量,
        监护人同意时间, 监护同意书, children info, child info, baby info, kids info, children, kids, minor flag,
        number of children, child count, children count, guardian consent, guardian consent time,
        parental consent, 留守儿童, 是否留守儿童, 留守, sflset, 流动儿童, 孤儿, 是否孤儿, orphan, only child,
        监护人关系, 监护关系, 监护人同意书, 未成年, 是否未成年, 青少年模式, 家长同意, 子女年龄, 子女年级,
        子女学校, 子女就读学校, 孩子年龄, 孩子年级, 孩子性别, 宝宝性别, 宝宝年龄, 二胎, 几个孩子, is minor,
        minor, minors, child age, child ages, kids age, kid age, child school, child grade, child gender,
        baby gender, baby age, guardian relation, guardian relationship, guardian consent file, teen mode,
        youth mode, has child, has children, has kid, has kids, zinv, haizi, zinvqingkuang, znqk, jhrgx,
        child info json, child relation, child num info, num of kids, kid count, kid info, kids count,
        kids number, kids num, baby status, baby count, baby num, has baby, have baby, have child,
        have children, have kids, newborn, infant info, guardian agree, guardian agreement, guardian sign,
        guardian signature, guardian authorization, parent consent, parent agree, parents consent, under age,
        underage, under 14, under 18, underage flag, is underage, is child, child flag, children flag, juvenile,
        juvenile flag, teenager, teenager flag, teen flag, adolescent, 是否儿童, 是否学生未成年, 是否婴儿,
        儿童标志, 少年儿童, 青少年, 困境儿童, 是否困境儿童, 事实无人抚养, 孩子姓名年龄, 孩子情况, 孩子学校,
        孩子班级, 孩子就读学校, 宝宝年龄段, 宝宝状态, 宝宝情况, 宝宝数量, 怀孕状态宝宝, 家长知情同意, 家长授权,
        监护人授权, 监护人签字, 监护人确认, 未成年人模式, 未成年模式, 是否成年, sfwcn, sfcn, wcnbs, lset,
        sflsetong, kjet, sfge, sfgu guer, etxx, znrs, zngs, znsl, haiziqingkuang, baobaoxinxi, ertongxinxi,
        kids birthday info, baby information, 小孩情况, 小孩信息, 小孩数量, 小孩年龄"""
    ),
    types=frozenset({T, I, D, F}),
    refuses_narrow=False,
)
