"""Name of a company: ends in a legal form."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, Shape
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="cn.company_name",
    cls=FieldClass.COMPANY_NAME,
    reference="Regulations on the Registration of Enterprise Names (State Council)",
    hints=listed(
        """公司, 公司名称, 企业名称, 单位名称, 公司名, 企业名, 发票抬头, 抬头, 抬头名称, 开票抬头, 供应商名称, 供应商,
        商家名称, 商户名称, 生产厂家, 生产厂商, 厂家, 快递公司, 物流公司, 承运商, 店铺名称, 店铺名, 门店名称,
        机构名称, 医院名称, 开户银行, 开户行, 开户支行, 银行名称, 企业全称, 公司全称, 所属公司, 甲方, 乙方, 甲方名称,
        乙方名称, 制造商, 经销商, company, company name, companyname, corp name, corporation name, enterprise name,
        org name, organization name, organisation name, firm, firm name, supplier name, supplier, vendor name,
        merchant name, shop name, store name, manufacturer, invoice title, invoice header, bill header, bill title,
        tax title, bank name, delivery company, express company, shipping company, hospital name, school name, gongsi,
        gongsimingcheng, qiyemingcheng, danweimingcheng, dwmc, gsmc, kaihuhang, account bank, opening bank,
        logistics company, insurance company"""
    ),
    shape=Shape(
        pattern=r"(?:有限公司|有限责任公司|股份公司|集团|公司|合伙企业|个体工商户|经营部|事务所|合作社|工厂)(?:[\(（].*[\)）])?$"
        r"|(?i)\b(?:inc|ltd|llc|gmbh|corp|co\., ltd|plc|s\.a\.)\.?$",
        points=50,
    ),
)
