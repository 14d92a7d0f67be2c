"""What the same shop comes to in each event: what is sold to whom on which route, which papers there are, who acts."""

from dataclasses import dataclass

from bequest.demo.parties import BUYER, SECOND_BUYER, VENDOR
from bequest.demo.people import IN_DEAL, OUTSIDE
from bequest.model.case import Event, PaperKind, Scenario

LOT, SECOND_LOT, WHOLE_LOT = "shop-12", "shop-13", "whole-company"
ACCOUNT_LOT = "account"
SOLD_ACCOUNT, KEPT_ACCOUNT = 7551200301, 7551200302
"""Account that passes, account that stays."""


SHOWN = """\
# 给有意收购方看的匿名表 · What a prospective buyer may see; see docs/diligence.md
table = "crm.customers"
k = 10
t = 0.5
suppression = 0.1
[[columns]]
name = "birthday"
levels = ["decade"]
[[columns]]
name = "cust_type"
[[columns]]
name = "status"
role = "sensitive"
"""


@dataclass(frozen=True, slots=True)
class SoldLot:
    """A lot of the demo: its shops, who takes it, on which route."""

    id: str
    receiver: str
    shops: tuple[int, ...]
    route: str
    reason: str
    is_open: bool = False

    @property
    def asks(self) -> bool:
        """Whether only a yes passes."""
        return self.route == "PIPL-23"

    @property
    def agrees(self) -> bool:
        """Whether its recipient is no successor, so that there is an agreement with it."""
        return self.route != "PIPL-22"


@dataclass(frozen=True, slots=True)
class Variant:
    """How the demo plays one event. `ends`: the company is gone afterwards and nobody takes over."""

    title: str
    scenario: Scenario = Scenario.COMPANY_TRANSFER
    lots: tuple[SoldLot, ...] = ()
    papers: tuple[tuple[PaperKind, str, str], ...] = ()
    """Kind, title, who issued it."""
    ends: bool = False
    shown: str = ""
    """Due diligence: the description of the table that the prospective buyer may see."""


_AS_A_BUSINESS = SoldLot(
    LOT, BUYER.id, (IN_DEAL,), "PIPL-22",
    "12号店为独立经营的整条业务线，连同人员、合同一并转让，处理目的、方式不变（律师意见 2026-09）", is_open=True,
)  # fmt: skip
_AS_A_LIST = SoldLot(
    LOT, BUYER.id, (IN_DEAL,), "PIPL-23",
    "只出售12号店的会员名单，业务不随之转移，须逐一取得单独同意（律师意见 2026-09）",
)  # fmt: skip
_SECOND_BY_CONSENT = SoldLot(
    SECOND_LOT, SECOND_BUYER.id, (OUTSIDE,), "PIPL-23",
    "13号店只转让客户资料，业务不随之转移，须逐一取得单独同意（律师意见 2026-09）",
)  # fmt: skip
_WHOLE = SoldLot(
    WHOLE_LOT, BUYER.id, (IN_DEAL, OUTSIDE), "PIPL-22", "吸收合并，全部权利义务由合并后的公司承继（合并协议第九条）"
)
_FROM_THE_ESTATE = (
    SoldLot(LOT, BUYER.id, (IN_DEAL,), "PIPL-22", "变价方案：12号店连同门店整体续营（债权人会议第二次会议决议）"),
    SoldLot(
        SECOND_LOT,
        SECOND_BUYER.id,
        (OUTSIDE,),
        "PIPL-22",
        "变价方案：13号店连同门店整体续营（债权人会议第二次会议决议）",
    ),
)
_APPOINTED = (PaperKind.ADMINISTRATOR_APPOINTMENT, "指定管理人决定书（2026）示破1号", "示例市中级人民法院")

VARIANTS: dict[Event, Variant] = {
    Event.E2: Variant("青梧优选股权转让"),
    Event.E3: Variant(
        "青梧优选吸收合并",
        lots=(_WHOLE,),
        papers=((PaperKind.SUCCESSION_RESOLUTION, "吸收合并协议", "双方股东会"),),
    ),
    Event.E5: Variant("青梧优选12号店整体转让", lots=(_AS_A_BUSINESS,)),
    Event.E7: Variant(
        "青梧优选解散注销",
        scenario=Scenario.DEREGISTRATION,
        papers=((PaperKind.LIQUIDATION_GROUP, "解散决议及清算组备案", "青梧优选股东会"),),
        ends=True,
    ),
    Event.E8: Variant(
        "青梧优选破产，两店由买方续营",
        scenario=Scenario.BANKRUPT_SHOP,
        lots=_FROM_THE_ESTATE,
        papers=(
            _APPOINTED,
            (PaperKind.ESTATE_PLAN_APPROVAL, "破产财产变价方案及表决结果", "债权人会议"),
        ),
    ),
    Event.E9: Variant("青梧优选破产，无人承接", scenario=Scenario.BANKRUPT_SHOP, papers=(_APPOINTED,), ends=True),
    Event.E10: Variant("青梧优选12号店会员名单出售", lots=(_AS_A_LIST,)),
    Event.E11: Variant(
        "青梧优选月结账户变更持有人",
        scenario=Scenario.LOGISTICS_ACCOUNT,
        lots=(
            SoldLot(
                ACCOUNT_LOT,
                BUYER.id,
                (SOLD_ACCOUNT,),
                "PIPL-23",
                "只变更月结账户持有人，没有业务承继；地址簿逐一取得单独同意，运单历史留在承运人处（律师意见 2026-10）",
            ),
        ),
        papers=(
            (PaperKind.CARRIER_CONSENT, "同意变更月结账户持有人的复函", "示例速运"),
            (PaperKind.REAL_NAME_REGISTRATION, "新账户持有人实名登记回执", "示例速运"),
            (PaperKind.SAFETY_AGREEMENT, "寄递安全协议", "示例速运与上海蓝桉"),
        ),
    ),
    Event.E12: Variant(
        "青梧优选客服系统委托迁移",
        lots=(
            SoldLot(
                LOT,
                VENDOR.id,
                (IN_DEAL,),
                "PIPL-21",
                "受托方只按约定迁移12号店的客服数据，不自行决定目的和方式，结束后返还或者删除（律师意见 2026-10）",
            ),
        ),
    ),
    Event.E14: Variant("青梧优选签约前尽职调查", shown=SHOWN),
}
TWO_LOTS = Variant("青梧优选12号店整体转让、13号店客户资料转让", lots=(_AS_A_BUSINESS, _SECOND_BY_CONSENT))
"""E5 with `--lots 2`."""


def variant_of(event: Event, lots: int = 1) -> Variant:
    """How an event is played."""
    return TWO_LOTS if event is Event.E5 and lots > 1 else VARIANTS[event]
