"""Device identifier: IMEI with Luhn check, MAC address, IDFA and other UUIDs, and what describes somebody's device."""

import polars as pl

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, I, J, N, Shape, T, luhn
from bequest.steps.discover.words import listed


def check(values: pl.Series) -> pl.Series:
    """True for MAC addresses and UUIDs, and for 15 digits that pass Luhn (3GPP TS 23.003, IMEI)."""
    digits = values.str.contains(r"^\d{15}$")
    return ~digits | luhn(values)


DETECTOR = Detector(
    id="intl.device_id",
    cls=FieldClass.DEVICE_ID,
    reference="3GPP TS 23.003 (IMEI); IEEE 802 (MAC); RFC 9562 (UUID); GB/T 35273-2020 Annex A (device information)",
    hints=listed(
        """设备id, 设备号, 设备编号, 设备标识, 设备码, 设备唯一标识, 设备识别码, 手机串号, 终端号, 设备信息,
        机器码, 设备指纹, 设备token, 推送token, 用户代理, 浏览器标识, 浏览器类型, 浏览器信息, 客户端信息,
        设备类型名称, mac地址, imei号, 登录设备, 极光id, 推送id, imei, imsi, meid, idfa, idfv, oaid, gaid, aaid,
        android id, device id, device no, device uuid, device token, device code, device number,
        device fingerprint, deviceid, device, udid, uuid device, mac, mac addr, mac address, user agent,
        useragent, ua, advertising id, ad id google, push token, registration id push, client id device,
        fingerprint browser, jpush id, device info, cookie id, browser fingerprint, push id,
        jpush registration id, shebeihao, device imei, phone imei, imei no, imei code, client id push,
        equipment no user, terminal no user, device serial user, clientid push, cid push, regist id push,
        open device id, browser type, browser name, browser version, user browser, client type info, 手机设备号,
        手机标识, 手机唯一标识, 浏览器, 设备mac, 手机mac, 手机imei, 手机型号标识, 登录设备号, 登录设备id,
        终端标识, 终端编号手机, dev imei, dev id, dev no, dev mac, dev token, device fp, device sn user,
        device mac, phone mac, phone id, phone uuid, handset id, imei1, imei2, iccid, sim no, sim serial,
        sim iccid, meid no, serial no phone, apns token, fcm token, gcm token, umeng token, getui cid,
        client fingerprint, browser id, login device, login dev, term id user, device print, dev fp,
        dev fingerprint, device finger, device hash, device key, device tag, device serial, device serial no,
        device serial number, phone serial, phone sn, phone device id, mobile device id, mobile id device,
        mobile imei, mobile mac, mobile uuid, client uuid, client uid device, client device, client device id,
        client device no, client mac, client browser, browser ua, browser agent, browser id cookie,
        login browser, login os, login device id, login device name, login terminal, login client, reg device,
        reg device id, register device, register device id, reg imei, device brand, device name user, term imei,
        android imei, ios idfa, ios uuid, ios token, ios device token, device push token, pushtoken,
        push client id, push device, push device token, push channel id, push user id device, jpush,
        jpush alias, umeng id, umeng device token, getui client id, xinge token, huawei push token, mi push id,
        hms token, wifi mac, bluetooth mac, bt mac, mac id, mac no, mac code, cookie, cookies, visitor cookie,
        cookie value, cookie uid, tracking id user, tracker id, ga id, ga client id, analytics id,
        session fingerprint, canvas fingerprint, fingerprint id browser, ua string, ua info, http user agent,
        request agent, agent string, user agent string, watch id, band id, wearable id, bracelet id,
        bracelet mac, bracelet sn, bracelet no, bracelet id, wristband sn, 手环编号, 手环号, wristband no,
        sim card, sim card no, sim number, card iccid, esim id,
        device model id user, terminal id user, terminal mac, terminal imei, 浏览器指纹, 浏览器ua, 客户端标识,
        客户端设备, 客户端设备号, 客户端id设备, 登录浏览器, 登录终端标识, 登录设备标识, 登录设备名称,
        登录设备信息, 登录系统, 注册设备, 注册设备号, 注册设备id, 常用设备, 绑定设备, 绑定设备号, 绑定设备id,
        设备序列号用户, 设备识别号, 设备唯一码, 设备唯一id, 设备mac地址, 手机设备id, 手机设备标识, 手机唯一码,
        手机序列号, 手机识别码, 手机imei号, 手机mac地址, 终端imei, 终端mac, 终端设备号, 终端唯一标识, 推送标识,
        推送设备号, 推送clientid, 极光推送id, 友盟token, 个推id, cookie标识, 访客cookie, 手环编号, 手环id,
        手环mac, 手表编号, sim卡号, sim卡, 手机卡号, 物联网卡号, iccid号, idfa标识, oaid标识, 广告标识, 广告id,
        target token, push target, push to token, reg device no"""
    ),
    weak_hints=listed(
        """browser, 浏览器, os, 操作系统, device model, 设备型号, device name, 设备名称, device type,
        operating system, client, 登录终端"""
    ),
    types=frozenset({T, I, N, J}),
    shape=Shape(
        pattern=r"(?i)^\d{15}$|^(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}$|^[0-9A-F]{8}-(?:[0-9A-F]{4}-){3}[0-9A-F]{12}$|^Mozilla/\d",
        check=check,
        points=12,
    ),
)
