"""Securities Law, Art. 137: client records of securities companies."""

from datetime import date

from bequest.law.packs.cn.keeping import keeps
from bequest.model.disposition import ReasonStatus

keep_client_record, keep_client_record_with_keeper = keeps(
    "cn.sec.keep_client_record",
    "securities_20y",
    reference=("SEC-137", "PIPL-47"),
    status=ReasonStatus.VERIFIED,
    since=date(2021, 11, 1),
    zh="证券公司的客户开户、委托和交易资料保存不少于 {cn.sec.client_record_years} 年：封存（起算日为我方做法）。",
    en="A securities company keeps clients' opening data, orders and trades at least {cn.sec.client_record_years} "
    "years: "
    "in custody (counting is ours).",
)
"""Art. 137."""
