"""IP address, version 4 or 6."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, I, Shape, T
from bequest.steps.discover.words import listed

_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"

DETECTOR = Detector(
    id="intl.ip",
    cls=FieldClass.IP,
    reference="RFC 791; RFC 4291",
    hints=listed(
        """ip, ip地址, 登录ip, 登陆ip, 访问ip, 注册ip, 主机地址, 网络地址, 操作ip, 操作地址, 客户端ip, 请求ip,
        网络ip, 操作主机地址, 登录ip地址, ip address, ip addr, ipaddr, ipaddress, client ip, remote addr,
        remote ip, remote host, login ip, host ip, inet, ipv, last ip, reg ip, user host, login addr, add ip,
        create ip, created ip, update ip, op ip, oper ip, operate ip, operation ip, action ip, request ip,
        req ip, remote address, remote ip addr, remote host ip, peer ip, source ip, src ip, from ip, visitor ip,
        visit ip, access ip, user ip, user ip addr, member ip, customer ip, buyer ip, order ip, pay ip,
        payment ip, trade ip, spbill create ip, terminal ip person, post ip, poster ip, comment ip, reply ip,
        vote ip, sign ip, signin ip, sign in ip, sign up ip, signup ip, current sign in ip, last sign in ip,
        last login ip, last logon ip, last login addr, last visit ip, last access ip, prev ip, login ip addr,
        login ip address, logon ip, reg ip addr, register ip, registered ip, registration ip, client addr,
        client address, client ip addr, client ip address, ipv4, ipv6, ip long, ip int, ip num, ip str, ip adr,
        ipadr, ip adress, ip info, x forwarded for, forwarded for, xff, real ip, x real ip, 用户ip, 用户ip地址,
        会员ip, 会员登录ip, 客户ip, 客户端ip地址, 来源ip, 来访ip, 访客ip, 访问者ip, 操作ip地址, 操作者ip,
        操作人ip, 创建ip, 创建者ip, 提交ip, 添加ip, 下单ip, 支付ip, 交易ip, 注册ip地址, 最后登录ip,
        最后登录ip地址, 上次登录ip, 上次登录ip地址, 最近登录ip, 最近一次登录ip, 本次登录ip, 登录时ip, 评论ip,
        评论者ip, 发布ip, 投票ip, 签到ip, 终端ip地址, 请求ip地址, 远程ip, 远程地址, 真实ip, dlip, dlipdz, zcip,
        zhdlip, scdlip, czip, fwip, ipdz, khdip, dengluip, zhuceip, ipdizhi, fangwenip"""
    ),
    blockers=listed(
        """server, 服务器, node, 节点, whitelist, white, black, 白名单, 黑名单, db, 数据库, gateway, redis, executor,
        machine"""
    ),
    types=frozenset({T, I}),
    shape=Shape(
        pattern=rf"^(?:{_OCTET}\.){{3}}{_OCTET}(?::\d+)?$|(?i)^(?:[0-9a-f]{{0,4}}:){{2,7}}[0-9a-f]{{0,4}}$", points=50
    ),
    in_text=rf"(?:^|[^0-9.])((?:{_OCTET}\.){{3}}{_OCTET})(?:[^0-9.]|$)",
)
