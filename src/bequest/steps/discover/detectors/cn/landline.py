"""Landline of mainland China: area code 0 and two or three digits, then seven or eight; 400 and 800 numbers too."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, I, Shape, T
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="cn.landline",
    cls=FieldClass.LANDLINE,
    reference="MIIT telephone network numbering plan; area codes by YD/T",
    hints=listed(
        """固定电话, 固话, 座机, 办公电话, 家庭电话, 住宅电话, 单位电话, 公司电话, 传真, 传真号, 传真号码, fax,
        fax number, landline, home phone, office phone, home tel, office tel, work phone, zuoji, gudingdianhua,
        chuanzhen, home telephone, office telephone, work tel, work telephone, company tel, unit tel,
        family tel, family phone, fax no, fax num, chuanzhenhao, bgdh, jtdh, 办公室电话, 内线, 内线电话,
        内线号码, 分机, 分机号, 分机号码, 宅电, 家电, 家庭固话, 单位固话, 办公固话, 座机号, 座机号码, 固定号码,
        extension no, extension number, ext no, phone ext, phone extension, telephone extension, tel ext,
        office extension, home tele, work tele, desk phone, desk no, direct line, direct dial,
        switchboard person, landline no, landline number, land line, fixed phone, fixed line, fixed tel, nxdh,
        zzdh, gddh, bgsdh, dwdh, fenjihao, office tele, fax phone"""
    ),
    weak_hints=listed("""ext, extension"""),
    types=frozenset({T, I}),
    shape=Shape(
        pattern=r"^(?:0086|\+86)?[ -]?\(?0[1-9]\d{1,2}\)?[ -]?[2-8]\d{6,7}(?:(?:-|转|ext\.?)\d{1,6})?$"
        r"|^[48]00-?\d{3}-?\d{4}$",
        points=45,
    ),
    in_text=r"(?:^|[^0-9])(0[1-9]\d{1,2}-[2-8]\d{6,7})(?:[^0-9]|$)",
)
