"""Tax documents: Rules for Implementing the Tax Collection Law, Art. 29; Tax Collection Law, Art. 24."""

# ruff: noqa: ARG001 - every rule is given the same four things

from datetime import date

from bequest.law.params import Params
from bequest.law.rule import Answer, FactView, LotView, rule
from bequest.model.case import Event
from bequest.model.disposition import ReasonStatus
from bequest.model.facts import Fact
from bequest.model.plan import FieldKind


@rule(
    "cn.tax.keep_invoice",
    gate="keep",
    reads={Fact.RETENTION},
    events={Event.E5},
    reference=("TAXR-29", "TAX-24", "PIPL-47"),
    status=ReasonStatus.VERIFIED,
    since=date(2021, 11, 1),
    zh="已开发票，涉税资料须保存 {cn.tax.invoice_years} 年：封存，自开票当年年末起算（起算日为我方做法），期间只存储。",
    en="An invoice was issued, and tax documents are kept {cn.tax.invoice_years} years: in custody, counted from the "
    "end of the invoice's year (counting is ours), stored and nothing else.",
)
def keep_invoice(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Art. 29(2) of the rules; PIPL Art. 47(2): while a period runs, storage and security only."""
    if facts.has(Fact.RETENTION, "invoice_10y"):
        return Answer(("retain_until",), until="retention:invoice_10y")
    return None
