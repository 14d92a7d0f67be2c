"""Income and assets of a person: pay, balances, credit."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, I, N, T
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="intl.income_assets",
    cls=FieldClass.INCOME_ASSETS,
    reference="PIPL Art. 28 (financial accounts); GB/T 35273-2020 Annex B (personal property)",
    hints=listed(
        """工资, 薪资, 薪水, 薪酬, 月薪, 年薪, 基本工资, 基础工资, 底薪, 岗位工资, 绩效工资, 绩效, 实发工资,
        应发工资, 薪资待遇, 奖金, 年终奖, 收入, 月收入, 年收入, 家庭收入, 个人收入, 余额, 账户余额, 可用余额,
        钱包余额, 用户余额, 佣金, 累计佣金, 可提现金额, 可提现佣金, 冻结金额, 冻结余额, 授信额度, 信用额度,
        信用分, 信用评分, 个人资产, 房产, 资产, 存款, 负债, 征信, 公积金, 社保基数, 公积金基数, 养老金, 个税,
        个人所得税, 期望薪资, 加班费, 应发金额, 实发金额, 累计消费, 消费金额, 累计消费金额, 消费总额, 总资产,
        全勤奖, 提成, 补贴, 交通补助, 午餐补助, 五险一金, 累计充值, 预存款, 房产情况, 车产情况, 欠款, 贷款金额,
        借款金额, 经济状况, 家庭经济情况, salary, wage, wages, basic salary, base salary, pay salary, gross pay,
        net pay, payroll, bonus, allowance, income, annual income, monthly income, yearly income,
        household income, balance, account balance, wallet balance, available balance, user balance, now money,
        brokerage price, commission, user commission, credit limit, creditlimit, credit score, credit rating,
        net worth, assets, deposit balance, pension, expected salary, frozen balance, frozen money,
        freeze balance, consume amount, total consume, total spend, total spent, consume total,
        pay total amount user, hourly rate, pay rate, gongzi, xinzi, jiangjin, jibengongzi, shouru, yue,
        user money, frozen amount, brokerage, brokerage amount, user wallet, property info, loan amount,
        salary amount"""
    ),
    weak_hints=listed("""money, 金额, 积分余额, 零钱, advance, loan, debt, 保证金, pension perc, accumulation fund"""),
    blockers=listed(
        """商品, 优惠, 库存, stock, goods, product, warehouse, 预算, 商户, 店铺, 平台, 公司, shop, mch, 比例, rate"""
    ),
    types=frozenset({N, I, T}),
)
