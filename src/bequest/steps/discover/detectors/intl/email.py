"""E-mail address (RFC 5321 mailbox, without the rare quoted forms)."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, Shape
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="intl.email",
    cls=FieldClass.EMAIL,
    reference="RFC 5321 §4.1.2",
    hints=listed(
        """cc addr, bcc addr, reply to addr, reply to, cc list, bcc list, mail from,
        mailfrom, mailto, 收件邮箱, 发件邮箱, 抄送邮箱, 抄送, 密送,
        邮箱, 电子邮箱, 邮箱地址, 电子邮件, 电子邮件地址, 邮件地址, 邮箱账号, 邮箱号, 联系邮箱, 电邮, email,
        e mail, mail, email address, email addr, mail address, mailbox, emailaddress, email account, youxiang,
        dzyx, dzyj, eml, 电子信箱, 信箱, dzxx, mail box, mails, e mail address, work email, personal email,
        user mail, company email, recv email, mail addr, mail address email, e mail addr, mailbox no, smtpadr,
        smtp address person, login mail, login email, reg email, reg mail, register email, bind email,
        bound email, contact mail, contacts email, contact e mail, work e mail, work mail, office email,
        office mail, company email person, corp email person, personal mail, private email, private mail,
        home email, home mail, other email, other mail, alt email, alternate email, alternative email,
        secondary email, second email, backup email, backup mail, recovery email, recovery mail, safe email,
        security email, mailto, email to, to email, from email, from mail, to mail, cc email, cc mail,
        bcc email, reply email, reply mail, reply to email, recipient email, recipient mail, receiver email,
        receiver mail, sender email, sender mail, invoice email, invoice mail, bill email, bill mail,
        billing email, shipping email, buyer email, buyer mail, payer email, payer mail, payee email,
        user e mail, member email, member mail, customer email, customer mail, cust email, cust mail,
        client email, guest email, guest mail, student email, stu email, stu mail, parent email, parent mail,
        guardian email, teacher email, emp email, emp mail, employee email, employee mail, staff email,
        staff mail, applicant email, candidate email, author email, commenter email, subscriber email,
        subscribe email, paypal email, paypal account, apple email, google email, gmail, hotmail, qq mail,
        qq email, qqmail, qqemail, foxmail, 邮箱帐号, 邮箱地址1, 邮箱1, 邮箱2, 备用邮箱, 备用邮箱地址, 安全邮箱,
        密保邮箱, 找回邮箱, 绑定邮箱, 注册邮箱, 登录邮箱, 认证邮箱, 接收邮箱, 收件邮箱, 收件人邮箱, 发件邮箱,
        发件人邮箱, 抄送邮箱, 联系人邮箱, 联系人邮箱地址, 常用邮箱, 个人邮箱, 私人邮箱, 工作邮箱地址,
        单位邮箱个人, 公司邮箱个人, 企业邮箱个人, 办公邮箱, qq邮箱, 收票邮箱, 收票人邮箱, 发票邮箱,
        发票接收邮箱, 电子发票邮箱, 客户邮箱, 会员邮箱, 用户邮箱, 员工邮箱, 学生邮箱, 教师邮箱, 家长邮箱,
        业主邮箱, 申请人邮箱, 应聘者邮箱, 作者邮箱, 投诉人邮箱, yxdz, yxzh, dzyjdz, dzyxdz, lxyx, lxrxy, lxryx,
        gryx, gzyx, grdzyx, youxiangdizhi, dianziyouxiang, dianziyoujian, lianxiyouxiang, gerenyouxiang"""
    ),
    blockers=listed("template, 模板, host, smtp, 系统, server, is"),
    shape=Shape(pattern=r"(?i)^[a-z0-9._%+'-]+@[a-z0-9](?:[a-z0-9-]*\.)+[a-z]{2,24}$", points=60),
    in_text=r"(?i)([a-z0-9._%+-]+@[a-z0-9](?:[a-z0-9-]*\.)+[a-z]{2,24})",
)
