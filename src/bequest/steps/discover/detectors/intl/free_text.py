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
        个性签名, 个人简介, 自我介绍, 个人介绍, 自我评价, 个人说明, 简介, 申请理由, 申请原因, 请假原因,
        请假事由, 退款原因, 退款说明, 退货原因, 审批意见, 审核意见, 处理意见, 处理结果, 拒绝原因, 通话记录,
        谈话内容, 附言, 描述信息, 正文, 处理备注, 反馈意见, 发帖内容, 动态内容, remark, remarks, note, notes,
        memo, comment, comments, comment content, message content, msg, msg content, feedback, feedback content,
        reply, reply content, chat content, user note, buyer message, buyer memo, seller memo, customer note,
        order note, opinion, suggestion, suggest, complaint, complaint content, bio, biography, about me,
        self introduction, introduction, self intro, intro, personalized signature, user remark, signature text,
        question, answer, answer content, transcript, refund reason, apply reason, reject reason, user intro,
        handle note, post content, operate note, beizhu, neirong, pinglunneirong, liuyan, liuyanneirong,
        huifuneirong, miaoshu, gerenjianjie, sms content, mail content, consult content, resume content,
        leave message, leave msg, leave word, postscript, buyer words, user message, customer message, to buyer,
        pay note, admin note, user notes, audit opinion, audit remark, audit comment, approve opinion,
        approve remark, approve comment, approval opinion, check opinion, check remark, handle opinion,
        handle result text, refund desc, refund explain, return reason, apply desc, apply content, leave reason,
        complain content, complaint desc, complain reason, repair content, repair desc, fault desc,
        problem desc, question desc, visit reason, follow content, follow record, talk content, call content,
        sms text, send content, diary, journal content, work log content, work summary, meeting summary,
        evaluation content, evaluate content, eval content, interview evaluation, interview comment,
        borrow desc, loan desc, col result, collection result, self evaluation, self desc, personal desc,
        personal intro, personal profile, user desc, user introduce, user sign, person sign, sign text, motto,
        declaration text, 来访事由, 用车事由, 报修内容, 故障说明, 维修内容, 面试评价, 会议纪要, 工作总结,
        日志内容, 日报内容, 周报内容, 客户反馈, 催收结果, 催收内容, 催收记录, 借款描述, 借款说明, 转账备注信息,
        转账备注, 支付备注, 退款描述, 违规内容, 违纪内容, 违规原因, 违纪原因, 座右铭, 签名档, 心情, 说说,
        客户留言, 咨询问题, 回访内容, 回访结果, 回访记录, 服务评价, 评语, 教师评语, 诉求内容, 诉求描述,
        反映内容, 反映问题, 投诉描述, 投诉详情, 报修描述, 报修说明, 工单内容, 工单描述, 沟通记录, 谈话记录,
        走访记录, 家访记录, 家访内容, 面谈记录, 老师评语, 评价描述, 服务反馈, compl text, complain text,
        complaint text, complaint detail, complaint details, issue desc, issue detail, review comment,
        review cmt, review comments, reviewer comment, teacher comment, teacher remark, manager comment,
        hr comment, hr remark, interview note, interview notes, call note, call notes, talk note, meeting note,
        visit note, visit notes, follow note, follow up note, followup note, follow up content, sales note,
        cust note, customer remark, cust remark, client note, order remark, order memo, buyer note, seller note,
        delivery note text, appeal content, appeal reason, objection content, opinion text, msg body,
        message body, chat body, mail body, sms body, asr text, asr content, asr result, speech text,
        voice text, transcription, dialogue, dialog content, conversation, conversation content,
        general feedback, user feedback, feedback text, comment text, comment body, comment words, review words,
        review text, reply words, visit words, interview words, buyer words text, quit why text, cause text,
        录音转写, 通话文本, 语音转文字, 对话内容, 会话内容, 聊天文本, user words, words, story, promise,
        impression, narrative text, 捎话, 客户原话"""
    ),
    weak_hints=listed(
        """描述, 内容, 说明, 原因, 理由, 事由, 摘要, content, description, desc, reason, message, msg text, summary,
        details, detail, body, text, mark, 详情, 具体内容, 正文内容"""
    ),
    blockers=listed("商品, product, goods, 错误, error, 状态, 角色, role, 菜单, 字典, 参数, 权限"),
    types=frozenset({T, J}),
)
