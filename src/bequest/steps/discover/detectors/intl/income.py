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
        salary amount,
        base pay, pay grade, salary grade, wage grade, basic pay, post pay, merit pay, overtime pay, ot pay, performance pay, performance salary, meal subsidy, traffic subsidy, subsidy, subsidies, meal allowance, housing allowance, travel allowance, deduct late, late deduction, deduction, deductions, withhold, withholding, should pay, should salary, real pay, real salary, actual pay, actual salary, take home pay, payable salary, post salary, post wage, level salary, attendance bonus, annual salary, month salary, month income, monthly salary, year income, yearly salary, family income, income level, income range, salary level, salary range,
        social person, fund person, person tax, personal tax, income tax, individual tax, tax personal, fed tax, federal tax, state tax, insurance fee person, social insurance, social base, social insurance base, fund base, pension fee, medical fee person, housing fund, accumulation fund base, house fund,
        usable amount, usable money, usable sum, usable balance, available amount, available money, avail balance, unbalance, freeze amount, freeze money, freeze sum, frozen sum, frozen fund, total asset, total assets, asset amount, wait principal, wait interest, due in principal, due in interest, due principal, due interest, unpaid principal, unpaid interest, repay principal, repay interest, repay amount, repay money, repayment amount, overdue fee, overdue amount, overdue interest, overdue days, overdue money, penalty interest, invest amount, invest money, invest sum, tender amount, tender money, borrow amount, borrow money, borrow sum, loan money, loan sum, lend amount, recharge amount, recharge money, withdraw amount, withdraw money, withdrawal amount, cash amount, cash money, handle sum, user amount, security money, deposit money, deposit amount, earnest money, margin amount, total income, today income, total profit, total recharge, total withdraw, total invest, total borrow, total repay, credit line, credit amount, credit level, credit grade, credit points, sesame score, zhima score, stored money, stored value, store value balance, remain money, remain amount, left money, surplus money, account money, account amount, account sum, wallet money, cash balance, fund balance, red balance, loan balance, debt amount, total debt, liabilities, house property, car property, house info, car info, house status person, monthly payment, month payment, mortgage, has house, has car, house loan, car loan,
        岗位津贴, 餐补, 餐费补贴, 交通补贴, 住房补贴, 通讯补贴, 话费补贴, 高温补贴, 补助, 津贴, 工龄工资, 加班工资, 计件工资, 岗位津贴金额, 应发合计, 实发合计, 应发, 实发, 实领工资, 应扣, 应扣合计, 扣款, 扣款合计, 迟到扣款, 缺勤扣款, 请假扣款, 社保扣款, 代扣, 代扣社保, 个人社保, 社保个人, 个人公积金, 公积金个人, 养老保险, 医疗保险, 失业保险, 住房公积金, 社保费, 工资总额, 薪资总额, 税前工资, 税后工资, 扣税, 薪级, 薪档, 可用金额, 总资产金额, 账户总额, 资产总额, 待收本金, 待收利息, 待还本金, 待还利息, 已还本金, 已还利息, 应还本金, 应还利息, 应还金额, 实还金额, 还款金额, 本金, 逾期金额, 逾期天数, 逾期费用, 罚息, 投资金额, 出借金额, 充值金额, 提现金额, 到账金额, 储值余额, 储值金额, 卡内余额, 剩余金额, 信用等级, 信用积分, 芝麻分, 信用额度金额, 个人收入情况, 年收入金额, 月收入金额, 有无房产, 有无车产, 是否有房, 是否有车, 房产信息, 车产信息, 债务, 贷款余额, 房贷, 车贷, gzje, jbgz, gwgz, sfgz, yfgz, zhye, ye"""
    ),
    weak_hints=listed("""money, 金额, 积分余额, 零钱, advance, loan, debt, 保证金, pension perc, accumulation fund,
        amount, sum, principal, interest, profit, earnings, capital, total money, total amount, total sum, real amount, actual amount, apply amount, pay money, change amount, change money, trade amount, trans amount, before balance, after balance, total, fee overdue, 利息, 收益, 收支, 收支金额, 变动金额, 发生额, 发生金额, 总金额, 申请金额, 实际金额, 交易金额"""),
    blockers=listed(
        """商品, 优惠, 库存, stock, goods, product, warehouse, 预算, 商户, 店铺, 平台, 公司, shop, mch, 比例, rate"""
    ),
    types=frozenset({N, I, T}),
    refuses_narrow=False,
)
