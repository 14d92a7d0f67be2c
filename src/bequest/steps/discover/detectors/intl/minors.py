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
        number of children, child count, children count, guardian consent, guardian consent time,
        parental consent,
        留守儿童, 是否留守儿童, 留守, sflset, 流动儿童, 孤儿, 是否孤儿, orphan, only child"""
    ),
    types=frozenset({T, I, D}),
    refuses_narrow=False,
)
