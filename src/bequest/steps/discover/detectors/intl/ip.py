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
        """ip, ip地址, 登录ip, 登陆ip, 访问ip, 注册ip, 主机地址, 网络地址, 操作ip, 操作地址, 客户端ip, 请求ip, 网络ip,
        操作主机地址, 登录ip地址, ip address, ip addr, ipaddr, ipaddress, client ip, remote addr, remote ip,
        remote host, login ip, host ip, inet, ipv, last ip, reg ip, user host, login addr"""
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
