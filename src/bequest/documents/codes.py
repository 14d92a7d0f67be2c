"""Words for values that travel as text codes (outcome words of the law, channels, states, key purposes).

A code without words is printed as it stands: a new outcome word of a law pack must not stop a report.
"""

from collections.abc import Mapping
from typing import Final

from bequest.documents.words import Word
from bequest.law import outcomes as law_outcomes

OUTCOMES: Final[Mapping[str, Word]] = {
    **{code: Word(said.zh, said.en) for code, said in law_outcomes.WORDS.items()},
    "passed_on": Word("已移交，原处删除", "passed on, deleted here"),
    "passed_on_kept": Word("已移交，依法留存", "passed on, kept as the law requires"),
    "passed_on_shared": Word("已移交，其他业务仍在用", "passed on, still used by another business"),
    "deleted": Word("未移交，已删除", "not passed on, deleted"),
    "kept": Word("未移交，依法留存", "not passed on, kept as the law requires"),
    "blocked": Word("未移交，冻结", "not passed on, blocked"),
    "unchanged": Word("原处不动", "unchanged"),
    "follows_record": Word("随他人的记录处置", "follows another person’s record"),
}
"""The law's own words, and those in which people are told at the end what became of their data."""

CHANNELS: Final[Mapping[str, Word]] = {
    "email": Word("电子邮件", "email"),
    "sms": Word("短信", "text message"),
    "post": Word("信函", "letter"),
    "mail_merge": Word("信函（合并文件）", "letter (mail merge)"),
    "phone": Word("电话", "telephone"),
    "portal": Word("客户门户", "portal"),
    "public": Word("公告", "public notice"),
    "public_notice": Word("公告", "public notice"),
    "none": Word("无渠道", "no channel"),
}
NOTICE_STATES: Final[Mapping[str, Word]] = {
    "planned": Word("待发", "planned"),
    "queued": Word("排队中", "queued"),
    "accepted": Word("对方服务器已收", "accepted by the server"),
    "sent": Word("已发出", "sent"),
    "delivered": Word("已送达", "delivered"),
    "read": Word("已读", "read"),
    "bounced": Word("退信", "bounced"),
    "returned": Word("退回", "returned"),
    "failed": Word("发送失败", "failed"),
    "exported": Word("已交寄送", "handed to the post"),
    "possibly_sent": Word("可能已发出", "possibly sent"),
    "published": Word("已公告", "published"),
    "not_told": Word("未告知", "not told"),
}
ANSWERS: Final[Mapping[str, Word]] = {
    "consent_new_purpose": Word("同意新用途", "agreed to the new purpose"),
    "refuse_new_purpose": Word("不同意新用途", "refused the new purpose"),
    "consent_sensitive": Word("同意移交敏感个人信息", "agreed to the transfer of sensitive information"),
    "refuse_sensitive": Word("不同意移交敏感个人信息", "refused the transfer of sensitive information"),
    "consent_transfer": Word("同意移交", "agreed to the transfer"),
    "refuse_transfer": Word("不同意移交", "refused the transfer"),
    "object": Word("反对移交", "objected"),
    "objection": Word("反对移交", "objected"),
    "withdraw_objection": Word("撤回反对", "withdrew the objection"),
    "withdrawn": Word("撤回同意", "withdrew consent"),
    "access": Word("索取副本", "asked for a copy"),
    "deletion": Word("要求删除", "asked for deletion"),
    "correction": Word("更正", "asked for a correction"),
    "dispute": Word("争议与投诉", "dispute or complaint"),
    "guardian_consent": Word("监护人同意", "guardian agreed"),
    "guardian_refuse": Word("监护人不同意", "guardian refused"),
    "silent": Word("没有答复", "no answer"),
}
KEY_PURPOSES: Final[Mapping[str, Word]] = {
    "link": Word("识人代号", "tokens inside the case"),
    "recipient": Word("交付代号", "tokens in a delivery"),
    "replay": Word("删除清单重放", "replay of the erasure ledger"),
    "watermark": Word("水印", "watermarks"),
    "verifier": Word("检验人代号", "the verifier’s tokens"),
    "evidence": Word("证据承诺", "evidence commitments"),
    "cards": Word("客户卡", "customer cards"),
    "outbox": Word("回告信箱", "feedback outbox"),
    "bodies": Word("答复正文", "bodies of answers"),
    "locator": Word("主键对照表", "row locator"),
    "custody": Word("封存桶", "custody bucket"),
    "log-signing": Word("日志签名", "log signing"),
    "platform-signing": Word("平台签名", "platform signing"),
    "guomi-signing": Word("国密签名", "SM2 signing"),
    "home": Word("主目录密钥", "key of the home"),
}
CERTIFICATE_WHY: Final[Mapping[str, Word]] = {
    "residual": Word("还有到期才消失的残留", "dated residuals remain"),
    "not_searched": Word("有来源未能检索", "a source could not be searched"),
    "residue": Word("发现方案外的残留", "residue outside the plan was found"),
    "unbalanced": Word("去向合计与源头不平", "the sums do not balance"),
    "unknown_column": Word("还有未识别的列", "a column is still unknown"),
    "late_rows": Word("切换后又有新记录", "rows appeared after cutover"),
    "not_anonymous": Word("匿名化未能证明", "anonymised rows could not be shown to be anonymous"),
}
VERDICTS: Final[Mapping[str, Word]] = {
    "organic": Word("偶合", "by chance"),
    "allowed": Word("允许留存", "may stay"),
    "residue": Word("真残留", "real residue"),
}
"""What people say of a hit of the verifier."""
HIT_WHY: Final[Mapping[str, Word]] = {
    "outside": Word("在方案不许留存的地方", "stands where the plan lets none stay"),
    "many": Word("同列相同的号码多得不像偶合", "more equal numbers in the column than chance explains"),
    "bytes": Word("在文件的字节里，不在任何单元格", "in the bytes of a file and in no cell"),
    "chance": Word("整格的号码，该列不指向人", "a whole cell of a column that identifies nobody"),
    "piece": Word("字节里一段更长号码的一部分", "a piece of a longer number among bytes"),
}
HIT_KINDS: Final[Mapping[str, Word]] = {
    "phone": Word("电话号码", "phone number"),
    "id": Word("身份证号", "identity number"),
    "card": Word("卡号或账号", "card or account number"),
    "email": Word("邮箱", "e-mail address"),
    "code": Word("用户号、订单号一类", "code: user, order, device"),
    "text": Word("整段文字或口令", "whole text or password"),
}
HIT_ANSWERS: Final[Mapping[str, Word]] = {
    "open": Word("等第二人", "waits for the second person"),
    "agreed": Word("两人同意", "agreed by two"),
    "alone": Word("一人即生效", "counts by one word"),
    "declined": Word("第二人不同意", "declined by the second"),
    "gone": Word("再查时已不在", "gone when looked for again"),
}
SIGNER_PARTS: Final[Mapping[str, Word]] = {
    "performed": Word("执行人", "performed by"),
    "verified": Word("检验人", "verified by"),
    "accepted": Word("认可人", "accepted by"),
}


def code_word(table: Mapping[str, Word], code: str) -> Word:
    """The words for a code, or the code itself in both languages."""
    return table.get(code) or Word(code, code)


def key_word(purpose: str) -> Word:
    """The words for a key purpose such as `link`, `recipient/buyer` or `custody/2036-12`."""
    head, _, rest = purpose.partition("/")
    found = code_word(KEY_PURPOSES, head)
    return Word(f"{found.zh} {rest}", f"{found.en}, {rest}") if rest else found
