"""Marital and family status."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, F, I, Shape, T
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="intl.marital",
    cls=FieldClass.MARITAL,
    reference="GB/T 2261.2; GB/T 35273-2020 Annex A",
    hints=listed(
        """婚姻状况, 婚姻状态, 婚姻, 婚否, 婚姻情况, 婚况, 结婚状况, 婚育状况, 婚育情况, 结婚日期, 结婚纪念日,
        marital, marital status, marriage, marriage status, married, marry, marital state, wedlock, hyzk,
        hunyinzhuangkuang, hunfou, marital code, civil status, wedding date, married state, marry status, marry state,
        is married, ismarried, marriage state, marital stat, marriage code, marriage condition, 是否已婚, 是否结婚,
        婚育, hyzt, hf code"""
    ),
    types=frozenset({T, I, F}),
    refuses_narrow=False,
    shape=Shape(
        pattern=r"(?i)^(?:未婚|已婚|离异|离婚|丧偶|初婚|再婚|复婚|保密|single|married|divorced|widowed|separated)$",
        points=45,
    ),
)
