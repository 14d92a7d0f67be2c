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
        提现账户, 对公账户, 对公账号, 公积金账号, 公积金号, 保单号, 保险单号, 存折号, 账户号, 开户账号,
        开户帐号, 银行卡账号, 结算账号, 收款账户, bank account, bank account no, bank account number,
        account number, account no, bank no, bank acct, acct no, acct number, iban, swift, swift code, bic,
        routing number, sort code, payee account, payment account, withdraw account, bank account num,
        policy no, policy number, fund account, yinhangzhanghao, yhzh, deposit bank account, cash account,
        receive account, social no, social security account, social card no, social account no,
        social insurance no, social insurance account, fund no, house fund no, pay acct, pay account no,
        payee account no, payee acct, receive account no, receipt account, settle account, settle account no,
        settle acct no, transfer account, transfer account no, account bank no, bank account code,
        bank account card, cash account no, cash bank account, withdraw account no, payout account,
        refund account, deposit account, medical insurance no, insurance no, policy code, 社保账号, 社保账户,
        社会保险账号, 医保账号, 医保号, 医保编号, 养老保险号, 结算账户, 付款账户, 收款银行账号, 退款账号,
        打款账户, 还款账号, 还款账户, gjjzh, sbh, ybh, khzh, zfzh, pay account, account of payee,
        pay account name no, direct deposit account, routing no, bank routing, bank account id, savings account,
        salary account, payroll account, 对方账号, 对方帐号, 对方账户, 对手账号, 交易对手账号, 转入账号,
        转出账号, 转入账户, 转出账户, 汇款账号, 入账账号, 扣款账号, 代发账号, 工资账号, 报销账号, 收款人账号,
        收款方账号, 付款方账号, 公积金账户, 社保编号, 个人社保号, 医保个人编号, 医保卡, 社保卡, 社保卡编号,
        市民卡号, 证券账号, 证券账户, 股东账号, 资金账号, 资金账户, 基金账号, 期货账号, 信托账号,
        保险合同号, 保单编号, 支付账号, 支付账户, 钱包地址, 钱包账号, 数字钱包, 电子账户, 电子账号, 虚拟账号,
        子账号银行, 开户账户, 缴费账号, 户号, 卡折号, opposite account, opposite account no, opp acct,
        opp account, opp acct no, counterparty account, counterparty account no, counter account,
        counter account no, counter acct, from account, to account, from account no, to account no, from acct,
        to acct, in account no, out account no, debit account, credit account no, remit account,
        remittance account, beneficiary account, beneficiary account no, benef acct no, benef account,
        payee bank account, payee bank acct, payer acct, payer bank account, payer account no,
        payer account number, payee account number, reimbursement account, salary acct, salary account no,
        pf account no, pf no, epf no, esic no, provident fund no, pension account, pension no,
        securities account, stock account, stock account no, share account, shareholder code, brokerage account,
        trading account no, fund acct no, fund account no, wallet address, wallet no, wallet id no, e account,
        e account no, virtual account, virtual account no, bank account last, bank ac no, bank ac, bank acc no,
        ac no, bank routing no, bank routing number, routing, aba, aba no, bsb, ifsc, ifsc code, iban no,
        iban code, medical card no, medical insurance card, medical insurance account, health insurance no,
        insurance policy no, insurance number, nhi no, medicare no, medicaid no, social security card no,
        yibaokahao, yibaohao, shebaohao, shebaokahao, ybkh, ybkhao, sbkh, sbzh, ybzh, zqzh, zjzh, skzh, fkzh,
        dfzh, khzhh, yinhangzh, account num, acct num, routing num, transit no, transit number, bank transit,
        claim account, refund acct, refund account no, cust acct no, cust account no, custody account,
        custody account no, deposit acct no, escrow account, escrow account no, trust account, trust account no,
        atm no, atm number, atm card no, atm account, payroll account no, bankact, bank act, bank a c,
        bank a c no, a c no, a c number, ac number, ac num, ach account, direct deposit, settle acct,
        settle bank account, settlement account, settlement account no, collection account,
        collection account no, payee acc, payer acc, paying account, receiving account, receive acct,
        receive acct no, payout acct, withdraw acct, withdraw acct no, bank card account no, bank account hash,
        bank account cipher, bank account mask, card account, card account no, insurance policy, insurance id,
        policy id insurance, pension number, pension id, provident fund, provident no, epf, socso no, hdmf no,
        hdmf number, pagibig no, philhealth no, sss no, sss number, medicare number, medical insurance number,
        health insurance number, health card no, health card number, health plan no, member id insurance,
        subscriber id insurance, superannuation no, super fund no, 存管账号, 存管账户, 存管帐号, 托管账号,
        托管账户, 存管账户号, 存管子账户, 电子账户号, 签约账号, 签约卡号账号, 绑定账号银行, 打款银行账号,
        收款银行账户, 付款银行账号, 付款银行账户, 结算银行账号, 结算银行账户, 银行账户号, 银行账号密文,
        开户银行账号, 代发账户, 工资账户, 理赔账号, 赔付账号, 退款账户, 退款银行账号, 退费账号, 缴费账户,
        社保个人编号, 社保个人账号, 医保账户, 医疗保险号, 医疗保险账号, 养老保险账号, 养老账号, 个人养老金账号,
        公积金个人账号, 公积金编号, 个人公积金账号, 个人账号, 账户编号银行, 股票账户, 股东账户, 交易账户,
        交易账号, 资金账户号, 基金账户, 保险单编号, 水费户号, 电费户号, 燃气户号, 用电户号, 用水户号, 缴费户号,
        yhzhh, khhzh, gjjh, gjjzhh, gjjzhanghao, sbgrbh, ybgrbh, ybzhh, ylbxh, skzhh, fkzhh, tkzh, dkzh,
        yinhangkazhanghao, gongjijinzhanghao, shebaozhanghao, yibaozhanghao, cheque number, cheque no, chq no,
        chq number, check no bank, bank sort, sort code bank, payout iban, payout bank account"""
    ),
    weak_hints=listed("卡号后四位, card last four"),
    types=frozenset({T, I, N}),
    shape=Shape(pattern=r"(?i)^[A-Z]{2}\d{2}[0-9A-Z]{11,30}$", check=check, compact=True, points=45),
)
