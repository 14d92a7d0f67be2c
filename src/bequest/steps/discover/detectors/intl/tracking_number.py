"""Waybill number of a parcel."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, I, Shape, T
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="intl.tracking_number",
    cls=FieldClass.TRACKING_NUMBER,
    reference="GB/T 28582; YZ/T 0131 (express waybill codes)",
    hints=listed(
        """快递单号, 快递编号, 物流单号, 物流编号, 运单号, 运单号码, 运单编号, 发货单号, 快递号, 配送单号,
        物流运单号, 包裹号, 退货物流单号, tracking no, tracking number, tracking code, tracking id, waybill,
        waybill no, waybill number, express no, express number, express sn, express code number, delivery sn,
        delivery no, delivery number, ship sn, ship no, shipping sn, shipping no, shipping code no,
        logistics no, logistic no, logistics number, logistics sn, logistic code, parcel no, mail no,
        dvy flow id, ship number, wuliudanhao, kuaididanhao, wb no, wbno, waybill code, waybill id, waybill num,
        awb, awb no, awb number, trk no, trk num, track no, track number, tracking num, parcel number,
        parcel id, parcel code, package no, consignment no, consignment number, express id, courier bill no,
        delivery bill no, 面单号, 电子面单号, 母单号, 子单号运单, 运单, 承运单号, 配送单编号, yundanhao, ydh,
        kddh, wldh, mdh, waybill nbr, waybillno, way bill no, way bill, way bill number, waybill sn,
        express bill no, express bill, express bill code, express order no, express waybill no, express no list,
        kd no, kuaidi no, kuaidi num, delivery tracking no, delivery tracking number, delivery waybill,
        delivery waybill no, ship tracking no, ship tracking number, shipment tracking no, shipment no,
        shipment number, shipping tracking, shipping tracking no, shipping code, logistics code,
        logistics waybill no, logistics tracking no, logistics bill no, logistics order no, logistic number,
        logistic sn, post track no, mail tracking no, return tracking no, return tracking number,
        return express no, return logistics no, return waybill no, refund express no, refund logistics no,
        exchange express no, bol no, bol number, bill of lading, bill of lading no, pro number, tracking url,
        tracking numbers, trackno, trackingno, trackcode, consign no, consign code, carrier tracking no,
        carrier waybill, sf no, sf waybill no, ems no, ems number, mailno, mail number, 快递运单号, 快递面单号,
        快递单编号, 快递物流单号, 快件单号, 快件号, 快件编号, 邮件号, 邮件编号快递, 物流跟踪号, 物流跟踪单号,
        跟踪号, 跟踪单号, 追踪号, 退货快递单号, 退货运单号, 退货物流编号, 退款物流单号, 换货快递单号, 回寄单号,
        寄回单号, 寄件单号, 发货快递单号, 发货物流单号, 发货运单号, 邮寄单号, 包裹单号, 包裹编号, 物流面单号,
        货运单号, 托运单号, 提单号, 顺丰单号, kddhh, kdbh, kdydh, wldhh, wlbh, ydbh, yjdh, kuaidibianhao,
        wuliubianhao, kuaididan, yundanbianhao, baoguohao"""
    ),
    types=frozenset({T, I}),
    shape=Shape(pattern=r"^(?:SF|JD|YT|ZTO|STO|EMS|YD|JT|DB)?[A-Z]{0,3}\d{9,18}(?:CN)?$", compact=True, points=6),
)
