"""Coordinates: latitude and longitude, as two columns or one pair."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, N, Shape, T
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="intl.geo_coordinates",
    cls=FieldClass.GEO_COORDINATES,
    reference="ISO 6709; GB/T 35273-2020 Annex B (precise location)",
    hints=listed(
        """经度, 纬度, 经纬度, 坐标, 定位坐标, 地理坐标, 位置坐标, gps, longitude, latitude, lng, lat, lon, long,
        coordinate, coordinates, coord, geo, geolocation, geo point, geohash, latlng, lat lng, lnglat, lng lat,
        gps location, position lng, position lat, jingdu, weidu, lati, longi, location lng, location lat,
        cur lng, cur lat, current lng, current lat, gps lng, gps lat, gps lon, gps long, gps x, gps y, last lng,
        last lat, user lng, user lat, clock lng, clock lat, sign lng, sign lat, lon lat, latitude longitude,
        jd jingdu, 打卡经度, 打卡纬度, 签到经度, 签到纬度, 定位经度, 定位纬度, 经纬度坐标, 位置经度, 位置纬度,
        zuobiao, jwd, gps fix, fix lng, fix lat, from lng, from lat, to lng, to lat, now lng, now lat, home lng,
        home lat, pickup lng, pickup lat, drop lng, drop lat, 取件经度, 取件纬度, 送达经度, 送达纬度, 收货经度,
        收货纬度, 签收经度, 签收纬度, 当前经度, 当前纬度, 家庭经度, 家庭纬度"""
    ),
    blockers=listed("text, 图, 像素, 画布, page, screen"),
    types=frozenset({T, N}),
    shape=Shape(
        pattern=r"^-?(?:1[0-7]\d|[1-9]?\d|180)\.\d{4,}$|^-?\d{1,3}\.\d{3,},\s?-?\d{1,3}\.\d{3,}$",
        points=18,
    ),
)
