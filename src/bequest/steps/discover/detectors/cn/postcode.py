"""Postcode: six digits in China; names decide, since any six digits look so."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, I, Shape, T
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="cn.postcode",
    cls=FieldClass.POSTCODE,
    reference="GB/T 28034; Universal Postal Union",
    hints=listed(
        """邮编, 邮政编码, 邮编号码, postcode, post code, postal code, postal, zip, zip code, zipcode, postalcode,
        youbian, youzhengbianma, yzbm, 邮政代码, receiver zip, recv zip, zip no, zipcd, pincode,
        pin code postal, plz, bill zip, ship zip, home zip, yb code, youzhengbm, del postcode,
        delivery postcode, delivery zip, delpostcode, zip postal, postal zip, zip number, zip cd, zip5, zip4,
        zip plus, zipcode1, post no, post number, post cd, pin code address, pincode person, eircode, pstlz,
        postleitzahl, cp postal, home postcode, work zip, mailing zip, mailing postcode, contact zip,
        contact postcode, billing zip, billing postcode, shipping zip, shipping postcode, family zip,
        receiver postcode, sender zip, sender postcode, 邮政编号, 收件邮编, 寄件邮编, 收货邮编, 家庭邮编,
        户籍邮编, 通讯邮编, 联系邮编, 地址邮编, 居住地邮编, 单位邮编, yzbmm, jtyb, txyb, sjyb"""
    ),
    whole_hints=("yb",),
    types=frozenset({T, I}),
    shape=Shape(pattern=r"^\d{6}$|^\d{5}(?:-\d{4})?$|(?i)^[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}$", points=10),
)
