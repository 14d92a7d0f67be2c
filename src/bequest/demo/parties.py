"""The organisations and the people who act in the demo's case. All are invented."""

from dataclasses import dataclass, replace

from bequest.model.case import ENTRUSTS, MOVES_NOTHING, RELEASES_NOTHING, Event, KeyRelease, Party, Role

TRANSFEROR = Party(
    id="seller",
    name="杭州青梧优选电子商务有限公司",
    name_en="Hangzhou Qingwu Select E-commerce Co., Ltd.",
    uscc="91330106MA2QWY108D",
    contact="privacy@qingwu.example.com",
    address="浙江省杭州市西湖区文三路9001号青梧大厦6层",
)
BUYER = Party(
    id="buyer",
    name="上海蓝桉商业管理有限公司",
    name_en="Shanghai Lan'an Commerce Co., Ltd.",
    uscc="91310115MA1LAN427G",
    contact="privacy@lanan.example.com",
    address="上海市浦东新区科技园路8800号蓝桉中心12层",
    key_release=KeyRelease.DIRECT,
)
SECOND_BUYER = Party(
    id="second-buyer",
    name="宁波澄溪零售有限公司",
    name_en="Ningbo Chengxi Retail Co., Ltd.",
    uscc="91330212MA4CX13L0Q",
    contact="privacy@chengxi.example.com",
    address="浙江省宁波市鄞州区沧海路5500号澄溪大厦9层",
    key_release=KeyRelease.DIRECT,
)
VENDOR = Party(
    id="vendor",
    name="苏州云渡数据服务有限公司",
    name_en="Suzhou Yundu Data Services Co., Ltd.",
    uscc="91320594MA4YD25T6N",
    contact="privacy@yundu.example.com",
    address="江苏省苏州市工业园区星湖街9900号云渡楼6层",
    key_release=KeyRelease.DIRECT,
)
"""Entrusted with a migration: no processor of its own."""
BUYERS = (BUYER, SECOND_BUYER, VENDOR)
KEEPER = Party(
    id="keeper",
    name="浙江守藏档案服务有限公司",
    name_en="Zhejiang Shoucang Archive Services Co., Ltd.",
    uscc="91330110MA3QHC0447",
    contact="archive@shoucang.example.com",
    address="浙江省杭州市余杭区建设大道7700号2幢",
)
ESCROW = Party(
    id="escrow",
    name="北京衡信数据托管有限公司",
    name_en="Beijing Hengxin Data Escrow Co., Ltd.",
    uscc="91110108MA4HEN05X9",
    contact="custody@hengxin.example.com",
    address="北京市海淀区学院路6600号衡信楼3层",
)
CARRIER = Party(
    id="carrier",
    name="示例速运有限公司",
    name_en="Example Express Co., Ltd.",
    contact="accounts@express.example.com",
    address="广东省深圳市南山区新华路3300号",
)
"""Holds the history of waybills and keeps it on a duty of its own."""
COMPLAINT_AUTHORITY = "杭州市网信部门个人信息保护投诉窗口（演练用虚构渠道）privacy-complaints@authority.example.com"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person of the case before he or she has a key."""

    id: str
    name: str
    roles: tuple[Role, ...]
    paper: str
    external: bool = False
    party: str = ""


PEOPLE: tuple[Actor, ...] = (
    Actor("lu-qinghe", "陆青禾", (Role.IT,), "任命书 青梧人〔2026〕11号"),
    Actor("song-yanqiu", "宋砚秋", (Role.LEGAL,), "授权委托书 青梧法〔2026〕7号"),
    Actor("han-shuning", "韩书宁", (Role.HR,), "任命书 青梧人〔2026〕12号"),
    Actor("luo-yiwei", "罗一苇", (Role.MARKETING,), "任命书 青梧人〔2026〕13号"),
    Actor("jiang-tinglan", "江听澜", (Role.SERVICE,), "任命书 青梧人〔2026〕14号"),
    Actor("bai-jingxing", "白景行", (Role.FINANCE,), "任命书 青梧人〔2026〕15号"),
    Actor("gu-mingzhou", "顾明舟", (Role.OFFICER,), "个人信息保护负责人备案回执 2026-031"),
    Actor("shen-xubai", "沈叙白", (Role.VERIFIER,), "独立核验委托合同 2026-HY-04", external=True),
    Actor("he-chuan", "贺川", (Role.OPERATOR,), "岗位说明书 信息部-运维"),
    Actor("zhongli-yue", "钟离岳", (Role.CUTOVER,), "切换指挥任命书 青梧信〔2026〕3号"),
    Actor("su-muyun", "苏慕云", (Role.RECEIVER,), "接收方授权书 蓝桉〔2026〕5号", external=True),
    Actor("qi-liansong", "祁连松", (Role.ESCROW,), "托管协议 2026-TG-19 附件二", external=True),
)
"""One person per role. A share deal needs fewer of them: see `people_for`."""

_IN_A_SHARE_DEAL = frozenset({Role.IT, Role.LEGAL, Role.SERVICE, Role.OFFICER, Role.VERIFIER, Role.OPERATOR})


SECOND_RECEIVER = Actor(
    "fang-zhixia", "方知夏", (Role.RECEIVER,), "接收方授权书 澄溪〔2026〕2号", external=True, party=SECOND_BUYER.id
)


LIQUIDATOR = Actor("cheng-jihe", "程霁禾", (Role.LIQUIDATOR,), "股东会决议 青梧股〔2026〕2号", external=True)
ADMINISTRATOR = Actor("fu-yuanzhi", "傅远志", (Role.ADMINISTRATOR,), "指定管理人决定书（2026）示破1号", external=True)
_STANDS_FOR = {Event.E7: LIQUIDATOR, Event.E8: ADMINISTRATOR, Event.E9: ADMINISTRATOR}
_DEPARTMENTS = frozenset({Role.LEGAL, Role.HR, Role.MARKETING, Role.SERVICE, Role.FINANCE})
_WHERE_NOBODY_RECEIVES = frozenset({Role.RECEIVER, Role.ESCROW})
VENDORS_SIGNER = Actor(
    "meng-xingye", "孟星野", (Role.RECEIVER,), "受托方授权书 云渡〔2026〕1号", external=True, party=VENDOR.id
)
_NOT_WHERE_ENTRUSTED = frozenset({Role.RECEIVER, Role.ESCROW, Role.VERIFIER, Role.OPERATOR})


def people_for(event: Event, lots: int = 1) -> tuple[Actor, ...]:
    """The people a case of this event needs: nobody receives, keeps or cuts over where nothing moves.

    In a winding-up one person stands for the departments, on the paper that appoints him or her.
    """
    if event in MOVES_NOTHING:
        return tuple(p for p in PEOPLE if set(p.roles) <= _IN_A_SHARE_DEAL)
    if event in ENTRUSTS:
        return (*(p for p in PEOPLE if not set(p.roles) & _NOT_WHERE_ENTRUSTED), VENDORS_SIGNER)
    people = PEOPLE
    if event in _STANDS_FOR:
        people = (_STANDS_FOR[event], *(p for p in people if not set(p.roles) & _DEPARTMENTS))
    if event in RELEASES_NOTHING:
        return tuple(p for p in people if not set(p.roles) & _WHERE_NOBODY_RECEIVES)
    if lots == 1 and event is not Event.E8:
        return people
    named = (replace(p, party=BUYER.id) if Role.RECEIVER in p.roles else p for p in people)
    return (*named, SECOND_RECEIVER)
