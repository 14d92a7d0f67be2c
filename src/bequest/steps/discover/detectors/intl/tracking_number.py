"""Waybill number of a parcel."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, I, Shape, T
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="intl.tracking_number",
    cls=FieldClass.TRACKING_NUMBER,
    reference="GB/T 28582; YZ/T 0131 (express waybill codes)",
    hints=listed(
        """快递单号, 快递编号, 物流单号, 物流编号, 运单号, 运单号码, 运单编号, 发货单号, 快递号, 配送单号, 物流运单号,
        包裹号, 退货物流单号, tracking no, tracking number, tracking code, tracking id, waybill, waybill no,
        waybill number, express no, express number, express sn, express code number, delivery sn, delivery no,
        delivery number, ship sn, ship no, shipping sn, shipping no, shipping code no, logistics no, logistic no,
        logistics number, logistics sn, logistic code, parcel no, mail no, dvy flow id, ship number, wuliudanhao,
        kuaididanhao, wb no, wbno, waybill code, waybill id, waybill num, awb, awb no, awb number, trk no, trk num,
        track no, track number, tracking num, parcel number, parcel id, parcel code, package no, consignment no,
        consignment number, express id, courier bill no, delivery bill no, 面单号, 电子面单号, 母单号, 子单号运单,
        运单, 承运单号, 配送单编号, yundanhao, ydh, kddh, wldh, mdh"""
    ),
    types=frozenset({T, I}),
    shape=Shape(pattern=r"^(?:SF|JD|YT|ZTO|STO|EMS|YD|JT|DB)?[A-Z]{0,3}\d{9,18}(?:CN)?$", compact=True, points=6),
)
