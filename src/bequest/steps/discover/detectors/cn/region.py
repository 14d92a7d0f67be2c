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
        """省份, 城市, 区县, 区域, 地区, 直辖市, 省市, 省市区, 所在省, 所在市, 所在区, 所在地, 所在城市, 所在省份,
        所在地区, 行政区, 行政区划, 国家, 国籍, 乡镇, 街道办, 籍贯, 出生地, 户籍省, 户籍市, 祖籍, native place,
        hometown, jiguan, place of birth, birthplace, birth place, 省编码, 市编码, 区编码, 省代码, 市代码, 区代码,
        省id, 市id, 区id, 省份id, 城市id, 区县id, 县id, 地区id, 区域id, 省份编码, 城市编码, 省份名称, 城市名称,
        区县名称, 区域名称, 省名称, 市名称, 区名称, 登录地点, 登录地址, 登陆地点, 归属地, ip归属地, 操作地点,
        登录位置, 地区编码, 行政区划代码, province, city, district, county, region, prov, town, township, village,
        province id, city id, district id, county id, region id, area id, province code, city code, district code,
        county code, area code, area name, province name, city name, district name, county name, region name,
        region code, nationality, citizenship, country, country code, country name, state province, login location,
        oper location, location name, shengfen, chengshi, quxian, guoji, suozaidi, suozaichengshi, adcode, community,
        native city, native province, live city, live province, prov code, home city, home province, birth city,
        province city, city region, birth country, birth province, area path, area info, pcd, ssq, jg, xzqh,
        guoji code, sheng, shi, quxian code, 户籍地区, 常住省, 常住城市, 生源地, 来源地, 居住城市, 收货省份, 收货城市,
        收货区县, 国家地区, 州省, 收件省, 收件市, 收件区, 寄件省, 寄件市, 寄件区, 收货人省份, 收货人城市, 户籍地,
        户籍省份, 户籍城市, 现居城市, 居住省份, 居住区, bill city, bill state, bill province, bill country, ship city,
        ship state, ship province, ship country, home state, home country, resi city, birth place city, receiver dist,
        dist name, hjd, jgd, csd, syd, ssds, ssqx"""
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
