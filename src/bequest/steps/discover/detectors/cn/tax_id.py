"""Taxpayer number: 15, 17, 18 or 20 characters; since 2015 it is the unified social credit code."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, Shape
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="cn.tax_id",
    cls=FieldClass.TAX_ID,
    reference="State Taxation Administration, taxpayer identification numbers (GA/SAT notices 2013, 2015)",
    hints=listed(
        """税号, 纳税人识别号, 纳税人号, 纳税号, 税务登记号, 税务登记证号, 识别号, tax id, tax no, tax num,
        tax number, tax code, taxpayer id, taxpayer no, vat number, vat id, vat no, taxvat, tin, ein,
        bill tax no, duty paragraph, shuihao, nsrsbh, gst no, gst number, gstin, gstno, vat registration no,
        vat reg no, vat registration, tax reg no, tax registration no, tax registration number, tax ref,
        tax reference, tax ref no, tax reference number, tax payer no, tax payer id, 纳税识别号, 纳税人识别码,
        纳税登记号, 税务号, 企业税号, 公司税号, 单位税号, 发票税号, 开票税号, 抬头税号, 购方税号, 销方税号,
        税务识别号, nsrsbm, shuiwudengjihao, nashuirenshibiehao"""
    ),
    shape=Shape(pattern=r"(?i)^[0-9A-Z]{15}$|^[0-9A-Z]{17,18}$|^[0-9A-Z]{20}$", compact=True, points=10),
)
