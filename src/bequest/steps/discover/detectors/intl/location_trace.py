"""Whereabouts: tracks, places visited, check-ins, trips, lodging."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import D, Detector, J, T
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="intl.location_trace",
    cls=FieldClass.LOCATION_TRACE,
    reference="PIPL Art. 28 (whereabouts); GB/T 35273-2020 Annex B",
    hints=listed(
        """行踪, 轨迹, 行踪轨迹, 运动轨迹, 定位, 定位信息, 定位地址, 打卡地点, 打卡地址, 打卡位置, 签到地点, 签到地址,
        签到位置, 行程, 行程轨迹, 出行轨迹, 住宿信息, 出发地, 目的地, 当前位置, 实时位置, location trace,
        track points, trajectory, gps track, check in location, checkin address, checkin place, clock address,
        punch address, sign address, sign location, itinerary, whereabouts, last location, current location,
        from place, to place, travel history, stay history, clock in location, on addr, off addr, clock in address,
        clock out address, clock in place, clock in addr, punch place, attend addr, attend address, attend place,
        check in addr, check in address, check in place, sign in address, sign in addr, sign in place, sign place,
        depart city, departure city, arrive city, arrival city, destination city, destination, departure place,
        departure, trip city, travel city, start place, end place, start address, end address, last position,
        current position, position info, gps info, gps address, location info, location address, route trace,
        route line user, flight no, train no, hotel room, 上班打卡地点, 下班打卡地点, 打卡经纬度, 出差城市, 出差地点,
        出差目的地, 出差地, 到达城市, 出发城市, 起点, 终点, 起始地, 到达地, 外出地点, 去向, 出行方式, 航班号, 车次,
        上车站, 下车站, 当前定位, 活动轨迹, 足迹, 途径地, gps addr, gps location address, accident place,
        accident address, accident location, lbs, lbs address, lbs location, 事发地点, 出险地点, 案发地点, gps轨迹,
        轨迹点, 途经地点, 途经城市, 停留地点, 停留点, 到访地, 到访地点, 到过地区, 活动范围, 常去地点, 基站, 基站编号,
        基站信息, 附近wifi, 打卡定位, 签到定位, 考勤地点, 考勤地址, 外勤地点, 外勤地址, 出行记录, 出行信息, 乘车记录,
        乘车地点, 上车地址, 下车地址, 上车站点, 下车站点, 上车点, 下车点, 乘车站点, 座位号乘客, 入住酒店, 酒店房号,
        入住房间, 住宿酒店, 住宿地点, 行程信息, 行程安排, 行程码, 近期行程, 旅居史, 接触史, 出入记录, 进出时间人员,
        位置轨迹, 实时定位, 最后位置, 最后定位, 最近位置, gps信息, track, tracks, gps data, gps path, gps point,
        gps position, gps coordinate list, trail, visited place, visited places, visited city, places visited,
        stay point, stay place, stay city, route taken, trip route, trip detail, trip destination, trip dest,
        trip from, trip to, travel route, travel destination, travel dest, travel place, travel from, travel to,
        travel record, board stop, boarding stop, boarding point, board station, alight stop, alight station,
        get on stop, get off stop, get on place, get off place, pick up point, pick up place, pickup location,
        dropoff location, drop off place, pickup point, dropoff point, base station, cell tower, cell tower id,
        wifi ssid, wifi bssid, last loc, last lng lat, last lat lng, realtime location, real time location,
        live location, location track, location history, location log, location record, position record,
        position track, hotel name stay, hotel stay, lodging, lodging place, outdoor location, field location,
        clock location, punch location, sign in location, sign in position, check in position, check in loc,
        attendance location, attendance place, attendance address, xingzong, guiji, xingcheng, xingchengguiji,
        qiandaodidian, dakadidian, dakaweizhi, chufadi, mudidi, qddd, dkdd, dkwz, wzxx, call loc, call location,
        call place, call address, 通话地点, 通话位置, 通话地, visit place, visit location, visited location, 拜访地点,
        走访地点, 拜访位置, 家访地点, 到店位置, 出差路线"""
    ),
    blockers=listed("商品, 物流, product, job, 广告, 类型"),
    types=frozenset({T, D, J}),
)
