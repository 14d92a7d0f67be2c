"""Bank card number: issuer prefix and Luhn check."""

import polars as pl

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, I, N, Shape, T, luhn
from bequest.steps.discover.words import listed

_ISSUERS = r"^(?:62|60|81|4|5[1-5]|2[2-7]|3[47]|35|9[0-9])"


def check(values: pl.Series) -> pl.Series:
    """True where an issuer prefix (UnionPay, Visa, Mastercard, Amex, JCB, old Chinese) stands first and Luhn holds."""
    return luhn(values) & values.str.contains(_ISSUERS)


DETECTOR = Detector(
    id="intl.bank_card",
    cls=FieldClass.BANK_CARD,
    reference="ISO/IEC 7812-1; JR/T 0008 (issuer numbers of UnionPay)",
    hints=listed(
        """银行卡, 银行卡号, 银行卡号码, 信用卡, 信用卡号, 信用卡号码, 储蓄卡号, 借记卡号, 工资卡号, 工资卡,
        提现卡号, 收款卡号, 银行账号卡号, bank card, bank card no, bank card number, bankcard, bankcard no,
        bank card num, credit card, credit card no, credit card number, creditcard, debit card, debit card no,
        card number, cc number, pan, card pan, yinhangka, yinhangkahao, yhkh, yhk, bank card account,
        card bank no, salary card, salary card no, pay card no, bank card code, bank no card, withdraw card no,
        cash card no, cash card, collection card no, bind card no, bankcard number, unionpay card, unionpay no,
        结算卡号, 工资银行卡, 工资银行卡号, 绑定银行卡, 绑卡卡号, 还款卡号, 代扣卡号, 付款卡号, 账户卡号,
        银联卡号, gzkh, yhk no, repay card no, repay card, repayment card, repayment card no, loan card no,
        deduct card no, payment card no, payroll card, card exp, card expire, card expiry, card expire date,
        card expiry date, card valid date, card valid, 卡有效期, 信用卡有效期, 卡片有效期, 卡号后四位,
        card last four, card tail no, card no last, 卡尾号, 银行卡尾号, 银行卡后四位, cc no, ccnum, cc num,
        blk card, card holder no, card no cipher, card no hash, card no enc, card no encrypt, card no mask,
        card tail, card suffix, card last 4, card last digits, pan hash, pan cipher, pan enc, pan mask,
        masked pan, card mask, card token, card digest, valid thru, valid thru date, card valid thru,
        expiry date card, exp month, exp year, expiration month, expiration year, exp mm, exp yy,
        card expiration, card expiration date, cc exp, cc expiry, cc expire, cc last, cc type number, cc token,
        debit card number, savings card no, bank card hash, bank card cipher, bank card enc, bank card mask,
        bank card tail, settle card, settle card no, payee card, payee card no, payer card, payer card no,
        receive card, receive card no, withdraw card, out card no, in card no, from card, to card, from card no,
        to card no, payout card, payout card no, atm card, atm card number, salary card number, 卡号密文,
        卡号摘要, 卡号哈希, 卡号掩码, 卡号脱敏, 有效期密文, 卡有效期密文, 银行卡号密文, 银行卡有效期,
        银行卡后4位, 卡号后4位, 付款银行卡, 收款银行卡, 收款银行卡号, 提现银行卡, 提现银行卡号, 打款卡号,
        结算卡, 结算银行卡, 结算银行卡号, 主卡卡号, 副卡卡号, 转入卡号, 转出卡号, 签约卡号, 绑定卡号, 储蓄卡,
        借记卡, 贷记卡号, yhkhm, yhkkh, jskh, txkh, skkh, fkkh, cxkh, xykh, xinyongka, xinyongkahao, chuxukahao,
        gongzikahao,
        track two, trk2, trk 2, expiry ym card"""
    ),
    weak_hints=listed("卡号, card no, card num, cardno"),
    blockers=listed(
        """会员, 积分, 就诊, 图书, 一卡通, 校园, 优惠, 礼品, 储值, 门禁, member, vip, gift, loyalty, medical, access,
        sim, ic, patient"""
    ),
    types=frozenset({T, I, N}),
    shape=Shape(pattern=r"^\d{14,19}$", check=check, unchecked=0, compact=True, points=50),
    in_text=r"(?:^|[^0-9])((?:62\d{14,17}|[45]\d{15}))(?:[^0-9]|$)",
)
