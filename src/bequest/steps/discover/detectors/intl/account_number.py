"""Bank and payment account number, IBAN, BIC of a person's bank, policy and social-security account numbers."""

import polars as pl

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, I, N, Shape, T
from bequest.steps.discover.words import listed


def check(values: pl.Series) -> pl.Series:
    """True where an IBAN has check digits 01 to 98; the MOD 97 sum is left to payment systems."""
    return values.str.contains(r"(?i)^[A-Z]{2}(?:0[2-9]|[1-8]\d|9[0-8])[0-9A-Z]{11,30}$")


DETECTOR = Detector(
    id="intl.account_number",
    cls=FieldClass.ACCOUNT_NUMBER,
    reference="ISO 13616 (IBAN); GB/T 35273-2020 Annex B (bank accounts)",
    hints=listed(
        """银行账号, 银行帐号, 银行账户, 银行帐户, 收款账号, 收款帐号, 付款账号, 打款账号, 提现账号, 提现帐号,
        提现账户, 对公账户, 对公账号, 公积金账号, 公积金号, 保单号, 保险单号, 存折号, 账户号, 开户账号, 开户帐号,
        银行卡账号, 结算账号, 收款账户, bank account, bank account no, bank account number, account number,
        account no, bank no, bank acct, acct no, acct number, iban, swift, swift code, bic, routing number,
        sort code, payee account, payment account, withdraw account, bank account num, policy no, policy number,
        fund account, yinhangzhanghao, yhzh, deposit bank account, cash account, receive account, social no,
        social security account, social card no, social account no, social insurance no,
        social insurance account, fund no, house fund no, pay acct, pay account no, payee account no, payee acct,
        receive account no, receipt account, settle account, settle account no, settle acct no, transfer account,
        transfer account no, account bank no, bank account code, bank account card, cash account no,
        cash bank account, withdraw account no, payout account, refund account, deposit account,
        medical insurance no, insurance no, policy code, 社保账号, 社保账户, 社会保险账号, 医保账号, 医保号,
        医保编号, 养老保险号, 结算账户, 付款账户, 收款银行账号, 退款账号, 打款账户, 还款账号, 还款账户, gjjzh,
        sbh, ybh, khzh, zfzh, pay account, payer account, account of payee, pay account name no,
        direct deposit account, routing no, bank routing, bank account id, savings account, salary account,
        payroll account"""
    ),
    weak_hints=listed("卡号后四位, card last four"),
    types=frozenset({T, I, N}),
    shape=Shape(pattern=r"(?i)^[A-Z]{2}\d{2}[0-9A-Z]{11,30}$", check=check, compact=True, points=45),
)
