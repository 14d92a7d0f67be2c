"""E-Commerce Law, Art. 31: the records of platform operators."""

from datetime import date

from bequest.law.packs.cn.keeping import keeps
from bequest.model.disposition import ReasonStatus

keep_platform_record, keep_platform_record_with_keeper = keeps(
    "cn.ecl.keep_platform_record",
    "platform_3y",
    reference=("ECL-31", "PIPL-47"),
    status=ReasonStatus.VERIFIED,
    since=date(2021, 11, 1),
    zh="电子商务平台经营者：商品、服务和交易信息自交易完成之日起保存不少于 {cn.ecl.platform_transaction_years} 年，"
    "封存。",
    en="An e-commerce platform operator keeps goods, service and transaction information at least "
    "{cn.ecl.platform_transaction_years} years from completion: in custody.",
)
"""Binds platform operators only: the data map binds this band in their systems, never in a merchant's own shop."""
