"""Whereabouts: tracks, places visited, check-ins, trips, lodging."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import D, Detector, J, T
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="intl.location_trace",
    cls=FieldClass.LOCATION_TRACE,
    reference="PIPL Art. 28 (whereabouts); GB/T 35273-2020 Annex B",
    hints=listed(
        """行踪, 轨迹, 行踪轨迹, 运动轨迹, 定位, 定位信息, 定位地址, 打卡地点, 打卡地址, 打卡位置, 签到地点,
        签到地址, 签到位置, 行程, 行程轨迹, 出行轨迹, 住宿信息, 出发地, 目的地, 当前位置, 实时位置,
        location trace, track points, trajectory, gps track, check in location, checkin address, checkin place,
        clock address, punch address, sign address, sign location, itinerary, whereabouts, last location,
        current location, from place, to place, travel history, stay history, clock in location, on addr,
        off addr, clock in address, clock out address, clock in place, clock in addr, punch place, attend addr,
        attend address, attend place, check in addr, check in address, check in place, sign in address,
        sign in addr, sign in place, sign place, depart city, departure city, arrive city, arrival city,
        destination city, destination, departure place, departure, trip city, travel city, start place,
        end place, start address, end address, last position, current position, position info, gps info,
        gps address, location info, location address, route trace, route line user, flight no, train no,
        hotel room, 上班打卡地点, 下班打卡地点, 打卡经纬度, 出差城市, 出差地点, 出差目的地, 出差地, 到达城市,
        出发城市, 起点, 终点, 起始地, 到达地, 外出地点, 去向, 出行方式, 航班号, 车次, 上车站, 下车站, 当前定位,
        活动轨迹, 足迹, 途径地, gps addr, gps location address, accident place, accident address,
        accident location, lbs, lbs address, lbs location, 事发地点, 出险地点, 案发地点"""
    ),
    blockers=listed("商品, 物流, product, job, 广告, 类型"),
    types=frozenset({T, D, J}),
)
