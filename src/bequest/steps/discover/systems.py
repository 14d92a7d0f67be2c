"""What kind of system a source is, by its tables: an `amount` is a debt where money is lent, a price in a shop."""

from collections import Counter
from collections.abc import Mapping, Sequence

from bequest.steps.discover.matching import words_of
from bequest.steps.discover.sample import TableSample
from bequest.steps.discover.words import has_han, listed

_KINDS = {
    "lending": listed(
        """loan, borrow, borrower, repay, repayment, overdue, invest, investor, tender, bid, lend, lender, credit,
        collection, dunning, guarantee, mortgage, advance, debt, installment, jiekuan, huankuan, touzi, jkr, hkjh,
        借款, 还款, 贷款, 逾期, 投资, 出借, 授信, 征信, 催收, 标的, 放款, 预支, 分期"""
    ),
    "money": listed(
        """wallet, purse, withdraw, withdrawal, recharge, topup, transfer, card, bankcard, account, acct, balance,
        settle, settlement, payer, payee, remit, 钱包, 提现, 充值, 转账, 账户, 银行卡, 余额, 资金, 清算, 结算"""
    ),
    "shop": listed(
        """goods, sku, spu, cart, coupon, brand, favorite, favourite, shipping, seckill, promotion, voucher, product,
        refund, shangpin, gouwuche, 商品, 购物车, 优惠券, 品牌, 收藏, 秒杀, 促销, 退货, 运费"""
    ),
    "courier": listed(
        """waybill, courier, parcel, express, rider, sign, dispatch, trace, route, vehicle, station, outlet, yundan,
        kuaidi, 运单, 快递, 快件, 骑手, 网点, 派件, 揽收, 司机, 车辆, 中转"""
    ),
    "staff": listed(
        """salary, payroll, payslip, attendance, leave, overtime, employee, recruit, resume, training, contract,
        performance, appraisal, dept, kaoqin, gongzi, 工资, 薪资, 考勤, 请假, 加班, 员工, 招聘, 培训, 绩效, 社保"""
    ),
    "clinic": listed(
        """patient, diagnosis, prescription, drug, medicine, register, doctor, ward, disease, lab, exam, treatment,
        病人, 患者, 处方, 药品, 病历, 诊断, 挂号, 就诊, 医生, 检验, 体检"""
    ),
    "school": listed(
        """student, teacher, dorm, dormitory, class, course, exam, college, score, xuesheng, sushe, banji, 学生, 宿舍,
        班级, 课程, 教师, 成绩, 考试, 学院"""
    ),
    "estate": listed(
        """house, owner, tenant, lease, rent, building, room, parking, repair, visitor, community, meter, yezhu, wuye,
        房屋, 业主, 租客, 楼栋, 车位, 报修, 访客, 小区, 物业, 抄表"""
    ),
    "ledger": listed(
        """ledger, gl, voucher, purchase, po, so, supplier, vendor, warehouse, inventory, stock, invoice, item, bom,
        mrp, workorder, 采购, 库存, 仓库, 供应商, 凭证, 科目, 生产, 物料, 入库, 出库"""
    ),
    "customers": listed(
        """lead, clue, opportunity, contact, followup, campaign, quote, visit, customer, contract, call, kehu, 线索,
        商机, 客户, 跟进, 回访, 拜访, 联系人, 报价"""
    ),
}
_OF = {word: kind for kind, words in _KINDS.items() for word in words}
_HAN = tuple(w for w in _OF if has_han(w))
_LEAST_TABLES, _SHARE = 2, 0.1


def kinds_of(samples: Sequence[TableSample]) -> Mapping[str, tuple[str, ...]]:
    """For each source, what its tables deal with: kinds that several tables and a tenth of all are named after."""
    counts: dict[str, Counter[str]] = {}
    sizes = Counter(s.source for s in samples)
    for sample in samples:
        found = {_OF[w] for w in words_of(sample.table) if w in _OF}
        text = sample.comment if has_han(sample.comment) else ""
        found |= {_OF[w] for w in _HAN if w in text} if text else set()
        counts.setdefault(sample.source, Counter()).update(found)
    return {
        source: tuple(sorted(k for k, n in of.items() if n >= max(_LEAST_TABLES, _SHARE * sizes[source])))
        for source, of in counts.items()
    }
