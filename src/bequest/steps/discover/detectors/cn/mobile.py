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
        tel号码, 注册手机, 预留手机, 来电号码, 主叫号码, 被叫号码, 短信号码, phone, phones, telephone, tel, mobile,
        mobile phone, cell, cellphone, cell phone, phone number, telphone, mobi, msisdn, whatsapp, shouji, shoujihao,
        shoujihaoma, dianhua, dianhuahaoma, lianxidianhua, lianxifangshi, sjhm, lxdh, lxfs, contact number,
        contact way, link phone, caller, callee, called number, calling number, called no, link tel, link mobile,
        linktel, linkphone, link phone no, contact tel, contact mobile, contact phone, urgent tel, urgent phone,
        urgent mobile, emergency phone, emergency tel, emergency mobile, short phone, short number, reserve phone,
        reserved phone, bind phone, bind mobile, safe phone, phone mobile, tel phone, tel mobile, cellphone number,
        mobile number, mobile no, phone no, tel no, handphone, hand phone, hp no, phones number, 短号, 虚拟号, 小号,
        绑定手机, 绑定手机号, 预留手机号, 预留电话, 紧急联系电话, 紧急电话, 家长电话, 联络电话, 联系人电话,
        联系人手机, 主叫, 被叫, 来电, 来电电话, 被叫号, 主叫号, 接收手机号, 报修电话, 直系亲属电话, 亲属电话,
        移动号码, 移动电话号码, bound phone, bound mobile, contact no, mobile phone number, 备用电话, 备用手机,
        备用联系电话, 备用号码, 联系手机号, 手机号一, 父亲电话, 母亲电话, 父亲手机, 母亲手机, 监护人电话, 监护人手机,
        本机号码, 来访电话, spare tel, spare phone, spare mobile, backup phone, alternate phone, alt phone,
        alt mobile, other phone, second phone, phone1, phone2, mob no, mobno, mobile num, cell no, cell num,
        cell number, contact num, ctct no, contact mob, emg phone, bxdh, fkdh, yzdh, jjlxdh, jjdh, jzdh, fqdh, mqdh,
        shdh, sjrdh, fjrdh, beiyongdianhua, jinjidianhua, jiazhangdianhua, yezhudianhua, pickphone, pick phone,
        picker phone, notify phone, notice phone, notice mobile, notify mobile, receive sms phone, peer no,
        peer number, peer phone, opposite number, opposite phone, other number, 对方号码, 对端号码, 对方电话,
        对方手机, 通话号码"""
    ),
    whole_hints=("sjh", "dh", "sj"),
    blockers=listed("""
        验证, 校验, 品牌, 型号, 客服, 热线, 服务, service, hotline, factory, vendor, 厂家, 厂商"""),
    types=frozenset({T, I, N}),
    shape=Shape(pattern=r"^1[3-9]\d{9}$", compact=True, points=60),
    in_text=r"(?:^|[^0-9])(1[3-9]\d(?:[ -]?\d{4}){2})(?:[^0-9]|$)",
)
