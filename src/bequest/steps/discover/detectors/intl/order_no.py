"""Number of an order, payment or bill of a person."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, I, N, T
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="intl.order_no",
    cls=FieldClass.ORDER_NO,
    reference="GB/T 35273-2020 Annex A (transaction records)",
    hints=listed(
        """订单号, 订单编号, 订单号码, 订单流水号, 交易号, 交易流水号, 交易单号, 交易编号, 支付单号, 支付流水号,
        支付订单号, 商户订单号, 退款单号, 退单号, 退款编号, 退货单号, 流水号, 业务单号, 预订号, 预约号, 挂号单号,
        票号, 发票号, 发票号码, 发票编号, 工单号, 工单编号, 微信支付单号, 充值单号, 提现单号, 第三方支付单号,
        合同编号, 合同号, 提货码, 核销码, 取件码, 外部订单号, 订单sn, 第三方订单号, 三方订单号, order no, order sn,
        order number, order num, order code, orderno, ordersn, trade no, trade number, transaction no,
        transaction number, transaction id, out trade no, pay no, pay sn, pay order no, payment no, payment number,
        refund no, refund sn, refund number, refund trade no, bill no, bill number, invoice no, invoice number,
        check number, ticket no, ticket number, booking no, booking number, booking code, reservation no, contract no,
        contract number, out refund no, prepay id, dingdanhao, dingdanbianhao, ddh, receipt no, receipt number,
        order sn list, biz order no, sub order no, trade sn, recharge sn, after sale no, aftersale sn,
        refund id wechat, case no, case number, verify code order, confirmation number, so no, sono, sales order no,
        sales order number, so number, ord no, ordno, ord num, ord id no, 销售单号, 销售订单号, 缴费单号, 收据号,
        收据编号, 报修单号, 报修编号, 受理单号, 受理编号, 申请单号, 案件编号, 案件号, 保修单号, 赔付单号, flow no,
        serial no order, trans no, trans flow no, application no, claim no, claim number, job ticket no,
        work order no, repair no, appointment no"""
    ),
    blockers=listed("采购, 入库, 出库, 调拨, 生产, purchase, stock, sort, 排序, warehouse"),
    types=frozenset({T, I, N}),
)
