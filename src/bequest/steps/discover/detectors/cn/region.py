"""Part of an address above the street: country, province, city, district, and their codes (GB/T 2260)."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, I, Shape, T
from bequest.steps.discover.words import listed

_PROVINCES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海"
    "|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)

DETECTOR = Detector(
    id="cn.region",
    cls=FieldClass.REGION,
    reference="GB/T 2260; GB/T 35273-2020 Annex A",
    hints=listed(
        """lives in, living in,
        省份, 城市, 区县, 区域, 地区, 直辖市, 省市, 省市区, 所在省, 所在市, 所在区, 所在地, 所在城市, 所在省份,
        所在地区, 行政区, 行政区划, 国家, 国籍, 乡镇, 街道办, 籍贯, 出生地, 户籍省, 户籍市, 祖籍, native place,
        hometown, jiguan, place of birth, birthplace, birth place, 省编码, 市编码, 区编码, 省代码, 市代码,
        区代码, 省id, 市id, 区id, 省份id, 城市id, 区县id, 县id, 地区id, 区域id, 省份编码, 城市编码, 省份名称,
        城市名称, 区县名称, 区域名称, 省名称, 市名称, 区名称, 登录地点, 登录地址, 登陆地点, 归属地, ip归属地,
        操作地点, 登录位置, 地区编码, 行政区划代码, province, city, district, county, region, prov, town,
        township, village, province id, city id, district id, county id, region id, area id, province code,
        city code, district code, county code, area code, area name, province name, city name, district name,
        county name, region name, region code, nationality, citizenship, country, country code, country name,
        state province, login location, oper location, location name, shengfen, chengshi, quxian, guoji,
        suozaidi, suozaichengshi, adcode, community, native city, native province, live city, live province,
        prov code, home city, home province, birth city, province city, city region, birth country,
        birth province, area path, area info, pcd, ssq, jg, xzqh, guoji code, sheng, shi, quxian code, 户籍地区,
        常住省, 常住城市, 生源地, 来源地, 居住城市, 收货省份, 收货城市, 收货区县, 国家地区, 州省, 收件省,
        收件市, 收件区, 寄件省, 寄件市, 寄件区, 收货人省份, 收货人城市, 户籍地, 户籍省份, 户籍城市, 现居城市,
        居住省份, 居住区, bill city, bill state, bill province, bill country, ship city, ship state,
        ship province, ship country, home state, home country, resi city, birth place city, receiver dist,
        dist name, hjd, jgd, csd, syd, ssds, ssqx, bank province, bank city, ip city, ip province, ip region,
        ip country, ip location, ip area, ip addr location, country iso, country iso code, iso country,
        country key, country cd, ctry, ctry cd, issuing country, issue country, issued country,
        passport country, doc country, country of issue, country of birth, country of origin,
        country of residence, residence country, residency, second citizenship, dual citizenship,
        citizenship code, citizenship cd, nationality code, nationality cd, nation code person, natio,
        birth town, town of birth, birth village, birth state, birth county, town city, city town,
        city name person, delivery city, del city, delcity, del state, del country, delivery state,
        delivery province, delivery country, delivery county, deliver province, deliver city, contact city,
        contact state, contact province, contact country, mailing city, mailing state, mailing country,
        postal city, current city, current province, current country, work province, work country,
        permanent city, permanent state, permanent province, native state, native country, county state,
        state county, state cd, state name, state id person, province state, prov name, prov cd, city cd,
        county cd, district cd, district code person, subdistrict, sub district, sub district code, ward no,
        ward name, precinct, barangay, taluk, tehsil, mandal, panchayat, commune, municipality, canton,
        governorate, prefecture, borough, parish, hamlet, suburb, locality name, neighborhood, neighbourhood,
        zone person, region text, region name person, province city district, province city county,
        prov city area, pca, pca code, area full name, region full name, area names, region path, city path,
        hukou province, hukou city, live district, live area, live region, home district, home county,
        home town, hometown province, hometown city, reg province, reg city, register province, register city,
        registered province, mobile province, mobile city, mobile area, phone province, phone city,
        phone location, phone attribution, phone area person, mobile location, mobile attribution, attribution,
        户籍省份城市, 户口省份, 户口城市, 户口所在省, 户口所在市, 户籍所在省, 户籍所在市, 户籍所在区, 户籍区县,
        户籍地址省, 户籍地址市, 现住省, 现住市, 现住区, 现居省份, 居住省, 居住市, 居住区县, 所在省市, 所在区县,
        所在区域, 所在国家, 省市县, 省市区县, 省市区街道, 省区市, 地市, 地级市, 州市, 县区, 县市, 乡镇街道,
        镇街, 街镇, 村居, 行政村, 自然村, 社区村, 所属乡镇, 所属村, 所属省份, 所属城市, 所属区县, 收货省市区,
        收件省市区, 寄件省市区, 发货省市区, 发货省, 发货市, 发货区, 发件省份, 发件城市, 收件省份, 收件城市,
        收件区县, 寄件省份, 寄件城市, 寄件区县, 开户省份, 开户城市, 开户行省份, 开户行城市, 开户省市, 开户地区,
        开户行所在地, 开户行所在省, 开户行所在市, 手机归属地, 手机号归属地, 号码归属地, 电话归属地, 归属省份,
        归属城市, ip地址所在地, ip所在地, ip城市, ip省份, ip地区, 登录城市, 登录省份, 登录地区, 登录地, 操作地,
        注册地区, 注册城市, 注册省份, 籍贯省, 籍贯市, 籍贯省份, 籍贯城市, 祖籍地, 出生省份, 出生城市, 出生国家,
        出生地点, 国家代码, 国籍代码, 国别, 国籍地区, 国籍名称, 户口所在, 生源地省, 生源省份, 生源地区,
        生源所在地, jgdm, gjdm, gjmc, gjdq, csdd, csdmc, hkszs, hksz, szss, szs, szd, szdq, szqx, shengshiqu,
        shengshi, shengfenchengshi, jiguanshengfen, suozaishengfen, suozaidiqu, suozaiquyu, chushengdi,
        chushengdidian, guojidiqu, minzujiguan, xiangzhen, cunzu, shengyuandi, hukoushengfen, hujishengfen, gsd,
        sjgsd, ship to state, ship to city, ship to country, ship to province, ship to region, bill to state,
        bill to city, bill to country, bill to province, sold to state, sold to city, sold to country,
        ship area, ship region, send area, receive area, recv area, loc city, loc province, loc country,
        loc region, country geo, state geo, state province geo, geo country, geo state, geo city"""
    ),
    whole_hints=listed("省, 市, 区, 县, 镇, 乡, 村, 所在省, 区县, 收货省, 收货市, 收货区"),
    weak_hints=listed("""
        state, area, location, 地点, 位置, country id, dist"""),
    blockers=listed(
        """仓库, 目标, 运费, 配送, 发布, 销售, order, bucket, dept, org, s3, storage, oss, cloud, sort, is"""
    ),
    types=frozenset({T, I}),
    shape=Shape(
        pattern=rf"^(?:中国)?(?:{_PROVINCES})(?:省|市|自治区|壮族自治区|回族自治区|维吾尔自治区|特别行政区)?$|^[㐀-鿿]{{2,8}}(?:市|区|县|州|盟|自治州|地区)$"
        r"|^(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])\d{4}(?:\d{6})?$",
        points=25,
    ),
    refuses_narrow=False,
)
