"""Age in years, or an age group."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, I, N, Shape, T
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="intl.age",
    cls=FieldClass.AGE,
    reference="GB/T 35273-2020 Annex A",
    hints=listed(
        """年龄, 岁数, 周岁, 实足年龄, 年龄段, age, ages, age group, age range, age band, age str, nianling,
        患者年龄, 就诊年龄, age years, age y, years old, age in years, current age, real age, 实际年龄, 现年龄,
        当前年龄, 年纪, 周岁年龄, sjnl,"""
    ),
    whole_hints=("nl",),
    blockers=listed("账龄, 库龄, max, min, 适用, 限制, cache, 工龄"),
    types=frozenset({T, I, N}),
    refuses_narrow=False,
    shape=Shape(pattern=r"^(?:1[01]\d|\d{1,2})(?:岁|周岁|月|天)?$", points=8),
)
