"""Accounting archives: Accounting Law, Art. 23; Measures on Accounting Archives, Arts. 14, 15 (second-hand)."""

from datetime import date

from bequest.law.packs.cn.keeping import keeps
from bequest.model.disposition import ReasonStatus

keep_voucher, keep_voucher_with_keeper = keeps(
    "cn.acct.keep_voucher",
    "voucher_30y",
    reference=("ACCT-23", "ACCTA-14", "CRIM-162.1"),
    status=ReasonStatus.SECONDARY,
    since=date(2021, 11, 1),
    zh="会计凭证、账簿须保存 {cn.acct.voucher_years} 年（年限为二手资料）：封存，自会计年度终了后起算；"
    "擅自销毁可能构成犯罪。",
    en="Accounting vouchers and ledgers are kept {cn.acct.voucher_years} years (the number is second-hand): in custody "
    "from the end of the fiscal year; destroying them can be a crime.",
)
"""For vouchers that lie as rows in a business store; a ledger is a whole store (decision D10)."""
