"""Account name, nickname and screen name."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, Shape
from bequest.steps.discover.lexicon import CUSTOMERS, STAFF
from bequest.steps.discover.words import has_han, listed

_ACTS = "operate, oper, handle, audit, check, verify, approve, review, examine, deal, refund, receive, send"

DETECTOR = Detector(
    id="intl.username",
    cls=FieldClass.USERNAME,
    reference="GB/T 35273-2020 Annex A (network identity information)",
    hints=(
        *listed(
            """用户名, 用户名称, 登录名, 登陆名, 登录账号, 登录帐号, 登陆账号, 账号, 帐号, 账号名, 账户名称,
            登录用户名, 登录用户, 用户账号, 用户帐号, 用户账户, 昵称, 用户昵称, 网名, 别名昵称, 会员名, 会员名称,
            会员账号, 会员昵称, 管理员名称, 管理员账号, 登录账户, 举报人昵称, 操作人, 操作人员, 操作员, 操作者,
            操作用户, 处理人, 处理人员, 处理者, 审核人, 审核人员, 审核员, 审批人, 审核者, 经手人, 经办人, 制单人,
            制单员, 发布人, 发布者, 评论人, 评论者, 回复人, 回复者, 发送人, 发送者, 接收人, 接收者, 举报人, 值班人,
            提交人, 上传人, 用户姓名昵称, 登录人, 录单人, 受让人账号, 粉丝昵称, 作者昵称, 执行人, username, user name,
            login name, loginname, login, login id, login account, user login, account, user account, nickname,
            nick name, nick, screen name, display name, alias name, account name login, user nicename, member name,
            admin name, handler name, uname, user nick, login user, member username, yonghuming, zhanghao, nicheng,
            dengluming, yhm, operator, operator name, oper name, oper user, operate user, operate name, operator user,
            auditor, auditor name, handler, handle user, audit user, audit name, reviewer, approver, reporter,
            publisher name, poster, comment author, verifier, checker, executor, agent, served by, handled by, csr,
            客服, 客服人员, 坐席, 接待人, 跟进人, 所属客服, 接单人, 派单人, wx nickname, nickname wechat, check user,
            submitter, uploader, user alias, login user name, login code, login user account, user login name,
            userid name, user alias name, u name, publisher, alias, issuer name, release user, release name,
            publish user, author name login, check name, audit man name, handle man name, interviewer account,
            referrer, refer user, invite user, invite name, recommend user, modify name, edit name, create name,
            created name, create user name, update user name, update name, updater name, creater name,
            last update name, opt name, opt user, 创建人名称, 创建人姓名, 更新人姓名, 更新人名称, 修改人姓名,
            创建者名称, 创建者姓名, 操作人姓名, 操作人名称, 审核人姓名, 审批人姓名, 收费员, 录入人姓名, 登录工号,
            登陆用户名, 登录代码, yhzh name, dlzh, dlm, yhm name, cashier, admin user, payment admin, admin account,
            admin login, seller account, sys user, sysuser, op user, chain user, usr id, login no, login cd, logon id,
            logon name, log in name, post by, posted by name, prepared by, checker name, 登录号, 登陆号, 用户代号,
            登录id, 乳名小名, jingbanren, caozuoren, caozuoyuan, shenheren"""
        ),
        *(f"{act.strip()} man" for act in _ACTS.split(",")),
        *(f"{act.strip()} person" for act in _ACTS.split(",")),
        *(f"{r} nick name" for r in CUSTOMERS + STAFF if not has_han(r)),
        *(f"{r} account" for r in CUSTOMERS + STAFF if not has_han(r)),
        *(f"{r}昵称" for r in CUSTOMERS + STAFF if has_han(r)),
        *(f"{r}账号" for r in CUSTOMERS + STAFF if has_han(r)),
        *(f"{r}帐号" for r in CUSTOMERS + STAFF if has_han(r)),
    ),
    blockers=listed(
        """bank, 银行, smtp, 邮件, 短信, sms, db, 数据库, 支付, pay, 收款, 提现, mail, alipay, 微信, 支付宝, 公众号,
        server, datasource, jdbc, 结算, 资金, finance, 财务"""
    ),
    shape=Shape(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{2,30}$", points=6),
)
