"""That somebody is or has a child. A child's own name or birthday keeps its class and is sensitive."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import D, Detector, I, T
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="intl.minors",
    cls=FieldClass.MINORS,
    reference="PIPL Art. 28, 31; Regulations on the Protection of Minors Online",
    hints=listed(
        """未成年人信息, 未成年标识, 子女信息, 子女情况, 孩子信息, 宝宝信息, 儿童信息, 子女数, 子女数量, 孩子数量,
        监护人同意时间, 监护同意书, children info, child info, baby info, kids info, children, kids, minor flag,
        number of children, child count, children count, guardian consent, guardian consent time, parental consent,
        留守儿童, 是否留守儿童, 留守, sflset, 流动儿童, 孤儿, 是否孤儿, orphan, only child, 监护人关系, 监护关系,
        监护人同意书, 未成年, 是否未成年, 青少年模式, 家长同意, 子女年龄, 子女年级, 子女学校, 子女就读学校, 孩子年龄,
        孩子年级, 孩子性别, 宝宝性别, 宝宝年龄, 二胎, 几个孩子, is minor, minor, minors, child age, child ages,
        kids age, kid age, child school, child grade, child gender, baby gender, baby age, guardian relation,
        guardian relationship, guardian consent file, teen mode, youth mode, has child, has children, has kid,
        has kids, zinv, haizi, zinvqingkuang, znqk, jhrgx"""
    ),
    types=frozenset({T, I, D}),
    refuses_narrow=False,
)
