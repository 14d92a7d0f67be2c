"""Marital and family status."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import D, Detector, F, I, Shape, T
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="intl.marital",
    cls=FieldClass.MARITAL,
    reference="GB/T 2261.2; GB/T 35273-2020 Annex A",
    hints=listed(
        """wed before, married before, divorce papers, divorce certificate,
        婚姻状况, 婚姻状态, 婚姻, 婚否, 婚姻情况, 婚况, 结婚状况, 婚育状况, 婚育情况, 结婚日期, 结婚纪念日,
        marital, marital status, marriage, marriage status, married, marry, marital state, wedlock, hyzk,
        hunyinzhuangkuang, hunfou, marital code, civil status, wedding date, married state, marry status,
        marry state, is married, ismarried, marriage state, marital stat, marriage code, marriage condition,
        是否已婚, 是否结婚, 婚育, hyzt, hf code, wed date, wedded, married on, married at, date married,
        marriage date, marriage time, divorce date, divorced on, divorce status, marital status date,
        current marital status, marital status code, marital status key, marital cd, marital sts, marital flag,
        mar status, mar stat, mar sts, famst, family status, partner status, partnership status,
        wedding anniversary, anniversary wedding, spouse flag, has spouse, 结婚时间, 离婚时间, 离婚日期, 婚史,
        婚姻史, 有无配偶, 是否离异, 是否离婚, 婚姻类型, 婚姻代码, 婚姻登记日期, 婚姻登记号, 结婚证号, 离婚证号,
        婚姻状况代码, hyzkdm, hyqk, hunyin, hunyinzhuangtai, hunyinqingkuang, jiehunriqi, jiehunshijian,
        shifouyihun, sfyh, sfjh, """
    ),
    types=frozenset({T, I, F, D}),
    refuses_narrow=False,
    shape=Shape(
        pattern=r"(?i)^(?:未婚|已婚|离异|离婚|丧偶|初婚|再婚|复婚|保密|single|married|divorced|widowed|separated)$",
        points=45,
    ),
)
