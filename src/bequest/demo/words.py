"""The words the demo is made of: names, places, streets, goods, phrases. Nobody real is meant."""

_SURNAMES = """
    王 wang 72; 李 li 71; 张 zhang 67; 刘 liu 53; 陈 chen 45; 杨 yang 30; 赵 zhao 22; 黄 huang 22;
    周 zhou 20; 吴 wu 20; 徐 xu 15; 孙 sun 15; 胡 hu 13; 朱 zhu 12; 高 gao 12; 林 lin 11;
    何 he 11; 郭 guo 11; 马 ma 10; 罗 luo 9; 梁 liang 9; 宋 song 8; 郑 zheng 8; 谢 xie 7;
    韩 han 7; 唐 tang 6; 冯 feng 6; 于 yu 6; 董 dong 6; 萧 xiao 6; 程 cheng 6; 曹 cao 5;
    袁 yuan 5; 邓 deng 5; 许 xu 5; 傅 fu 5; 沈 shen 5; 曾 zeng 5; 彭 peng 5; 吕 lv 5;
    苏 su 5; 卢 lu 4; 蒋 jiang 4; 蔡 cai 4; 贾 jia 4; 丁 ding 4; 魏 wei 4; 薛 xue 4;
    叶 ye 4; 阎 yan 3; 余 yu 3; 潘 pan 3; 杜 du 3; 戴 dai 3; 夏 xia 3; 钟 zhong 3;
    汪 wang 3; 田 tian 3; 任 ren 3; 姜 jiang 3; 欧阳 ouyang 3; 司马 sima 1; 上官 shangguan 1; 诸葛 zhuge 1;
    慕容 murong 1; 尉迟 yuchi 1; 令狐 linghu 1; 龚 gong 2; 乜 nie 1; 逄 pang 1;
"""
SURNAMES: tuple[tuple[str, str, int], ...] = tuple(
    (surname, latin, int(weight))
    for surname, latin, weight in (entry.split() for entry in _SURNAMES.split(";") if entry.strip())
)
"""Surname, its spelling in Latin letters, weight per mille or so; compound and rare ones among them."""

GIVEN_MALE = "伟强磊军勇涛超明杰辉刚健俊峰浩宇博文轩昊然子豪泽睿晨阳航鹏飞斌毅志远嘉诚建国平波凯鑫旭东海龙翔"
GIVEN_FEMALE = "芳娜敏静丽艳娟霞秀英婷雪琳慧莹玲颖洁欣怡雨梦涵萱诗琪瑶佳悦思彤晓燕梅兰倩蕾薇璐菲冰心月珊"
GIVEN_BOTH = "安宁华清文书一言初可乐未然知行乔墨禾林木之以景和"
RARE = ("𠮷", "㛃", "䶮", "堃", "喆", "𬭎", "𫖯", "犇", "昶", "彧")
"""Characters outside everyday fonts, three of them outside the Basic Multilingual Plane."""
MINORITY_FIRST = ("阿依古丽", "迪丽努尔", "买合木提", "古丽娜尔", "扎西", "卓玛", "巴特尔", "艾力", "热依罕", "达瓦")
MINORITY_LAST = ("买买提江", "艾合买提", "吐尔逊", "多吉次仁", "斯琴高娃", "玉素甫", "阿不都热依木", "尼玛")

SYLLABLES = (
    "wei", "qiang", "lei", "jun", "yong", "tao", "chao", "ming", "jie", "hui", "gang", "fang",
    "na", "min", "jing", "li", "yan", "juan", "xia", "xiu", "ting", "xue", "lin", "ying",
    "ling", "xin", "yi", "yu", "meng", "han", "qi", "yao",
)  # fmt: skip

_REGIONS = """
    110101 北京市 北京市 东城区; 110105 北京市 北京市 朝阳区; 110108 北京市 北京市 海淀区;
    120101 天津市 天津市 和平区; 130102 河北省 石家庄市 长安区; 140105 山西省 太原市 小店区;
    150102 内蒙古自治区 呼和浩特市 新城区; 210102 辽宁省 沈阳市 和平区; 210202 辽宁省 大连市 中山区;
    220102 吉林省 长春市 南关区; 230102 黑龙江省 哈尔滨市 道里区; 310101 上海市 上海市 黄浦区;
    310104 上海市 上海市 徐汇区; 310115 上海市 上海市 浦东新区; 320102 江苏省 南京市 玄武区;
    320106 江苏省 南京市 鼓楼区; 320213 江苏省 无锡市 梁溪区; 320508 江苏省 苏州市 姑苏区;
    330102 浙江省 杭州市 上城区; 330106 浙江省 杭州市 西湖区; 330110 浙江省 杭州市 余杭区;
    330203 浙江省 宁波市 海曙区; 330302 浙江省 温州市 鹿城区; 340102 安徽省 合肥市 瑶海区;
    350102 福建省 福州市 鼓楼区; 350203 福建省 厦门市 思明区; 360102 江西省 南昌市 东湖区;
    370102 山东省 济南市 历下区; 370202 山东省 青岛市 市南区; 410102 河南省 郑州市 中原区;
    420102 湖北省 武汉市 江岸区; 420106 湖北省 武汉市 武昌区; 430102 湖南省 长沙市 芙蓉区;
    440103 广东省 广州市 荔湾区; 440106 广东省 广州市 天河区; 440303 广东省 深圳市 罗湖区;
    440305 广东省 深圳市 南山区; 440604 广东省 佛山市 禅城区; 450102 广西壮族自治区 南宁市 兴宁区;
    460105 海南省 海口市 秀英区; 500103 重庆市 重庆市 渝中区; 500105 重庆市 重庆市 江北区;
    510104 四川省 成都市 锦江区; 510107 四川省 成都市 武侯区; 520102 贵州省 贵阳市 南明区;
    530102 云南省 昆明市 五华区; 540102 西藏自治区 拉萨市 城关区; 610103 陕西省 西安市 碑林区;
    620102 甘肃省 兰州市 城关区; 630102 青海省 西宁市 城东区; 640104 宁夏回族自治区 银川市 兴庆区;
    650102 新疆维吾尔自治区 乌鲁木齐市 天山区; 110103 北京市 北京市 崇文区; 310103 上海市 上海市 卢湾区;
    330103 浙江省 杭州市 下城区;
"""
REGIONS: tuple[tuple[str, str, str, str], ...] = tuple(
    (code, province, city, district)
    for code, province, city, district in (entry.split() for entry in _REGIONS.split(";") if entry.strip())
)
"""Region code, province, city, district. The last three exist no longer; old identity numbers still carry them."""

STREETS = (
    "文三路", "中山北路", "解放东路", "人民南路", "建设大道", "长江路", "黄河路", "学院路", "环城西路", "和平里大街",
    "新华路", "青年路", "滨江大道", "湖滨路", "科技园路", "银杏街", "梧桐巷", "朝晖路", "丰收路", "紫荆花路",
)  # fmt: skip
ESTATES = (
    "翠苑小区",
    "锦绣花园",
    "阳光家园",
    "金地国际",
    "万福里",
    "丽景湾",
    "桂花城",
    "书香苑",
    "碧水豪庭",
    "和谐家园",
)

BRANDS = (
    "云岭",
    "星河",
    "百川",
    "鼎和",
    "瑞丰",
    "启明",
    "蓝湾",
    "春晓",
    "恒昌",
    "天泽",
    "金穗",
    "远景",
    "华笙",
    "正元",
)
TRADES = ("贸易", "科技", "餐饮管理", "文化传媒", "建筑工程", "物流", "医疗器械", "教育咨询", "食品", "酒店管理")

RELIGIONS = ("佛教", "道教", "伊斯兰教", "天主教", "基督教", "无")
MARITAL = ("已婚", "未婚", "离异", "丧偶")
TAGS = ("高客单价", "母婴", "复购", "价格敏感", "数码", "户外", "美妆", "夜间下单", "礼品采购", "流失预警")
HOBBIES = ("阅读", "跑步", "烘焙", "摄影", "钓鱼", "露营", "养猫", "园艺", "羽毛球", "手工")
RELATIONS = ("配偶", "父亲", "母亲", "同事", "朋友", "姐姐")
LEVELS = ("普通", "银卡", "金卡", "钻石")
CHANNELS = ("phone", "wechat", "web", "email")
PURPOSES = ("订单履行", "会员服务", "营销推送", "客户调研")
NOTICE_VERSIONS = (("2000-01-01", "v1.0"), ("2017-06-01", "v2.0"), ("2021-11-01", "v2.3"), ("2024-01-15", "v3.1"))
"""From which day, version of the privacy notice in force at registration."""

STAFF = (
    ("郦安然", "客服部"),
    ("水明远", "客服部"),
    ("仇书怡", "客服部"),
    ("盛以恒", "客服部"),
    ("柯念慈", "运营部"),
    ("闻人杰", "运营部"),
    ("解云舒", "仓储部"),
    ("查思齐", "仓储部"),
    ("单立新", "财务部"),
    ("车晓晴", "市场部"),
    ("幸知微", "市场部"),
    ("卜长庚", "信息部"),
)
SUPPLIER_CONTACTS = ("敖立群", "都梅香", "漆为民", "宦嘉木", "桑小雨", "贲守信")

REMARKS = (
    "老客户，熟悉产品，送货前先打电话",
    "送货前请联系{m_name}，电话{m_phone}",
    "身份证{own_id}已核验，可开通大额支付",
    "爱人{m_name}代收，手机{m_phone}，白天家里没人",
    "发票统一寄到{own_address}",
    "客户投诉过包装，{own_name}要求专人跟进",
    "2023年曾换绑手机，原号{m_phone}",
)
BUYER_NOTES = (
    "请尽快发货，谢谢",
    "不要打{own_phone}，打{m_phone}找{m_name}",
    "放门卫即可，收件人{m_name}",
    "生日礼物，请附贺卡，落款{own_name}",
    "周末送货，到了打{own_phone}",
    "发票抬头请按上次的开",
)
SUBJECTS = ("退货咨询", "物流延误", "发票问题", "账户登录异常", "积分查询", "商品质量", "修改收货地址", "其他")
CONTENTS = (
    "客户来电咨询订单进度，留的手机是{own_phone}，请尽快回复。",
    "您好，我是{own_name}，身份证号{own_id}，要求修改绑定手机。",
    "客户{own_name}反映包裹由邻居{m_name}（{m_phone}）误签收，请核实。",
    "要求把地址改成{own_address}，改好后短信通知。",
    "商品有破损，已拍照，请安排退换。",
    "积分没有到账，会员卡在{own_phone}名下。",
    "我爱人{m_name}的电话是{m_phone}，白天可以打给她。",
)
DISPUTE_SUMMARIES = ("商品与描述不符，要求退一赔三", "称未收到货，物流显示已签收", "退款金额有争议", "对自动续费有异议")
PATHS = ("/", "/item/{n}", "/cart", "/search?q={n}", "/order/list", "/user/profile", "/activity/1111", "/help/{n}")
AGENTS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15",
)
