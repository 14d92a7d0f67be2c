"""Gender or sex, in words or codes (GB/T 2261.1)."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, F, I, Shape, T
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="intl.gender",
    cls=FieldClass.GENDER,
    reference="GB/T 2261.1-2003; ISO/IEC 5218",
    hints=listed(
        """性别, 男女, gender, sex, xingbie, 用户性别, gender code, sex code, sex name, gender name, 性別, sex cd,
        sex type, gender cd, gender key, gender type, gender id, sexual, sex flag, sex id, geschlecht,
        male female, male or female, m f, mr or ms, gender identity, 性別代码, 性别代码, 性别编码, 性别码,
        性别名称, 男女性别, 会员性别, 客户性别, 员工性别, 学生性别, 患者性别, xbdm, xbmc,
        xbm, hzxb, brxb, xsxb, ygxb, khxb, yhxb, hyxb, jsxb, yzxb, lfrxb, fkxb, xingbiedaima, sexe"""
    ),
    whole_hints=("xb",),
    blockers=listed("适用, 限制, 商品, product, target, limit"),
    types=frozenset({T, I, F}),
    refuses_narrow=False,
    shape=Shape(
        pattern=r"(?i)^(?:男|女|男性|女性|男士|女士|先生|未知|保密|其他|不详|male|female|man|woman|m|f|boy|girl|unknown|[0129])$",
        points=8,
    ),
)
