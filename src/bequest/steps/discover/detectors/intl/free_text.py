"""Running text in which people write about themselves or others."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, J, T
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="intl.free_text",
    cls=FieldClass.FREE_TEXT,
    reference="GB/T 35273-2020 Annex A and B (records and content of communication)",
    hints=listed(
        """备注, 备注信息, 买家备注, 卖家备注, 客户备注, 订单备注, 用户备注, 留言, 买家留言, 留言内容, 评论,
        评论内容, 评价, 评价内容, 回复内容, 回复, 反馈, 反馈内容, 意见, 建议, 投诉内容, 举报内容, 消息内容,
        聊天内容, 短信内容, 私信内容, 邮件内容, 沟通内容, 跟进内容, 跟进记录, 咨询内容, 问题描述, 详细描述,
        个性签名, 个人简介, 自我介绍, 个人介绍, 自我评价, 个人说明, 简介, 申请理由, 申请原因, 请假原因, 请假事由,
        退款原因, 退款说明, 退货原因, 审批意见, 审核意见, 处理意见, 处理结果, 拒绝原因, 通话记录, 谈话内容, 附言,
        描述信息, 正文, 处理备注, 反馈意见, 发帖内容, 动态内容, remark, remarks, note, notes, memo, comment,
        comments, comment content, message content, msg, msg content, feedback, feedback content, reply,
        reply content, chat content, user note, buyer message, buyer memo, seller memo, customer note,
        order note, opinion, suggestion, suggest, complaint, complaint content, bio, biography, about me,
        self introduction, introduction, self intro, intro, personalized signature, user remark, signature text,
        question, answer, answer content, transcript, refund reason, apply reason, reject reason, user intro,
        handle note, post content, operate note, beizhu, neirong, pinglunneirong, liuyan, liuyanneirong,
        huifuneirong, miaoshu, gerenjianjie, sms content, mail content, consult content, resume content"""
    ),
    weak_hints=listed(
        """描述, 内容, 说明, 原因, 理由, 事由, 摘要, content, description, desc, reason, message, msg text, summary,
        details, detail, body, text, mark, 详情, 具体内容, 正文内容"""
    ),
    blockers=listed("商品, product, goods, 错误, error, 状态, 角色, role, 菜单, 字典, 参数, 权限"),
    types=frozenset({T, J}),
)
