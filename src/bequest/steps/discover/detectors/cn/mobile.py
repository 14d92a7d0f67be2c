"""Mobile number of mainland China: 1, then 3 to 9, then nine digits (MIIT numbering plan)."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, I, N, Shape, T
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="cn.mobile",
    cls=FieldClass.PHONE,
    reference="MIIT telephone network numbering plan; ITU-T E.164, country code 86",
    hints=listed(
        """手机, 手机号, 手机号码, 移动电话, 联系电话, 联系手机, 电话, 电话号码, 联系方式, 联系号码, 手机电话,
        tel号码, 注册手机, 预留手机, 来电号码, 主叫号码, 被叫号码, 短信号码, phone, phones, telephone, tel,
        mobile, mobile phone, cell, cellphone, cell phone, phone number, telphone, mobi, msisdn, whatsapp,
        shouji, shoujihao, shoujihaoma, dianhua, dianhuahaoma, lianxidianhua, lianxifangshi, sjhm, lxdh, lxfs,
        contact number, contact way, link phone"""
    ),
    whole_hints=("sjh", "dh", "sj"),
    blockers=listed("验证, 校验, 品牌, 型号, 客服, 热线"),
    types=frozenset({T, I, N}),
    shape=Shape(pattern=r"^1[3-9]\d{9}$", compact=True, points=60),
    in_text=r"(?:^|[^0-9])(1[3-9]\d(?:[ -]?\d{4}){2})(?:[^0-9]|$)",
)
