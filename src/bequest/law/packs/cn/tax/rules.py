"""Tax documents: Rules for Implementing the Tax Collection Law, Art. 29; Tax Collection Law, Art. 24."""

from datetime import date

from bequest.law.packs.cn.keeping import keeps
from bequest.model.disposition import ReasonStatus

keep_invoice, keep_invoice_with_keeper = keeps(
    "cn.tax.keep_invoice",
    "invoice_10y",
    reference=("TAXR-29", "TAX-24", "PIPL-47"),
    status=ReasonStatus.VERIFIED,
    since=date(2021, 11, 1),
    zh="已开发票，涉税资料须保存 {cn.tax.invoice_years} 年：封存，自开票当年年末起算（起算日为我方做法），期间只存储。",
    en="An invoice was issued, and tax documents are kept {cn.tax.invoice_years} years: in custody, counted from the "
    "end of the invoice's year (counting is ours), stored and nothing else.",
)
"""Art. 29(2) of the rules; PIPL Art. 47(2): while a period runs, storage and security only."""
