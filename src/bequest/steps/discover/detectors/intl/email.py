"""E-mail address (RFC 5321 mailbox, without the rare quoted forms)."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, Shape
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="intl.email",
    cls=FieldClass.EMAIL,
    reference="RFC 5321 §4.1.2",
    hints=listed(
        """邮箱, 电子邮箱, 邮箱地址, 电子邮件, 电子邮件地址, 邮件地址, 邮箱账号, 邮箱号, 联系邮箱, 电邮, email,
        e mail, mail, email address, email addr, mail address, mailbox, emailaddress, email account, youxiang, dzyx,
        dzyj, eml, 电子信箱, 信箱, dzxx, mail box, mails, e mail address, work email, personal email, user mail,
        company email, recv email"""
    ),
    blockers=listed("template, 模板, host, smtp, 系统, server, is"),
    shape=Shape(pattern=r"(?i)^[a-z0-9._%+'-]+@[a-z0-9](?:[a-z0-9-]*\.)+[a-z]{2,24}$", points=60),
    in_text=r"(?i)([a-z0-9._%+-]+@[a-z0-9](?:[a-z0-9-]*\.)+[a-z]{2,24})",
)
