"""Postal address: a place name with road, number, village, building or room."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, Shape
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="cn.address",
    cls=FieldClass.ADDRESS,
    reference="GB/T 23705-2009; GB/T 35273-2020 Annex B (home address)",
    hints=listed(
        """地址, 详细地址, 收货地址, 家庭地址, 家庭住址, 住址, 居住地址, 现住址, 户籍地址, 户口所在地, 户籍所在地,
        户籍, 通讯地址, 通信地址, 联系地址, 街道地址, 街道, 街道门牌, 门牌号, 门牌, 楼号, 单元号, 门牌信息, 所在地址,
        具体地址, 邮寄地址, 配送地址, 寄件地址, 取件地址, 送货地址, 上车地点, 下车地点, 常住地址, 常住地, 现居地,
        居住地, 现居住地, 通信住址, 租房地址, 服务地址, 上门地址, 完整地址, address, addr, detail address,
        address detail, detailed address, detail addr, full address, home address, street, street address,
        street name, address line, address1, address2, addr1, mailing address, shipping address, billing address,
        delivery address, ship address, residence, residential address, house number, house no, house num,
        door number, door no, apartment, apt, user address, current address, permanent address, domicile,
        address info, dizhi, xiangxidizhi, jiatingzhuzhi, jtzz, jtdz, lxdz, txdz, shouhuodizhi, zhuzhi, live address,
        living address, live addr, living addr, reside address, residence addr, home addr, house address, house addr,
        family address, family addr, hukou address, hukou addr, hukou, register residence, household address,
        household register, census register, sign building, contact address, contact addr, link address,
        receiver addr, receive address, receive addr, consignee address, send address, sender address, from address,
        to address, user addr, street addr, address line 1, addr line, mail addr, post address, postal address,
        street no, house no detail, unit no house, dwelling, visit house, 拜访房屋, 房屋地址, 居住住址, 户口地址,
        身份证地址, 证件地址, 单位地址个人, 现居住地址, 实际地址, 经常居住地, 邮寄住址, 寄送地址, 收件地址, 发件地址,
        送达地址, hkdz, hjdz, xzz, zz, 房屋编号, 房号地址, 房间地址, 房产地址, 楼栋房号, 住宅地址, 宿舍地址, 宿舍房号,
        家庭详细地址, 上门详细地址, 取件详细地址, 被访房号, 被访房屋, 被访地址, 报修地址, 维修地址, 安装地址,
        投递地址, 发货地址个人, 学生家庭地址, 父亲地址, home add, home address line, add line, addln, address ln,
        addr ln, address text, address str, address full, resi address, resi addr, res addr, res address,
        perm address, perm addr, temp address person, curr address, curr addr, cur addr, cur address, visited house,
        visited room, visit room, repair address, install address, service address, bill address, bill addr,
        ship addr, ship adr, dlv addr, deliver address, deliver addr, pickup address, pick address, drop address,
        dropoff address, bxdz, fwdz, fjdz, sjdz, shdz, xxdz, jzdz, sfzdz, dwdz geren, jiatingdizhi, juzhudi,
        xianzhuzhi, hujidizhi, tongxundizhi, baoxiudizhi"""
    ),
    weak_hints=listed("""
        房间号, 房号, detail, details, 详情, 详细, 具体, room no, room, room number, house, fanghao, fh, roomno, 房间,
        房屋, 门牌号码"""),
    whole_hints=("dz",),
    blockers=listed(
        """图片, 链接, 接口, 请求, url, 文件, 网站, 下载, 存储, 服务器, 网络, 图标, 跳转, 回调, 邮箱, 邮件, ip, mac,
        视频, 头像, 官网, 页面, 访问, 仓库, 内存, 合约, 钱包, web, site, http, link, image, img, memory, wallet,
        contract, hash, 封面, 物理, 发布, 外链, 播放, 资源, 上传, 附件, 路由, 组件, 模板"""
    ),
    shape=Shape(
        pattern=r"[省市区县州盟旗].*(?:路|街|道|巷|弄|胡同|号|村|组|镇|乡|幢|栋|楼|室|单元|苑|小区|大厦|广场|公寓|花园).*|(?:路|街|道|巷|弄)\d+[号弄]"
        r"|(?i)^\d{1,6}[A-Z]? .*\b(?:st|street|road|rd|ave|avenue|lane|ln|blvd|drive|dr|way|court|ct)\b",
        points=45,
    ),
)
