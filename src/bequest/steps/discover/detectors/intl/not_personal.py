"""Words that head a column about nobody: states, kinds, counts, prices, times, references to things.

They compete with all other hints, so that the longer one wins: `phone model` beats `phone`, `图片地址` beats `地址`.
"""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import B, D, Detector, F, I, J, N, T
from bequest.steps.discover.words import listed

_ANY = frozenset({T, I, N, D, F, J, B})

DETECTOR = Detector(
    id="intl.not_personal",
    cls=FieldClass.NOT_PI,
    reference="GB/T 35273-2020 3.1 (what does not identify or concern a natural person)",
    hints=listed(
        """校验码, 校验值, 校验位, checksum, check value,
        发票内容, 开票内容, 优惠信息, 促销信息, 活动信息, 付数, 剂数, 退药数量, 退货数量,
        promotion info, coupon info, invoice content, bill content, pair num, refund num,
        人数, 注册资本, 注册资金, 实缴资本, registered capital, reg capital, registered fund,
        paid in capital, 商户号, 商户编号, 商户id, 代理商号, 代理商编号, 渠道商户号, 渠道商户id, 供应商编号, 厂商编号,
        经销商编号, 服务商号, 机构号, 机构编号, 订单失效时间, 顺序, 显示顺序, 提示消息, 提示信息, 日志信息,
        参数, 状态, 类型, 类别, 分类, 等级, 级别, 数量, 总数, 次数, 排序, 排序号, 序号, 时间, 日期, 创建时间,
        更新时间, 修改时间, 价格, 单价, 金额, 总价, 总额, 折扣, 库存, 图标, 链接, 图片地址, 链接地址, 图片,
        封面, 版本, 版本号, 标志, 标识, 标题, 名称, 主键, 编码, 编号, 代码, 商品编号, 商品编码, 商品名称,
        商品图片, 产品名称, 规格, 单位, 重量, 品牌, 型号, 手机型号, 手机品牌, 尺寸, 颜色, 权重, 开关, 权限标识,
        路径, 路由地址, 组件路径, 请求方式, 菜单名称, 角色名称, 部门名称, 字典类型, 字典标签, 字典键值,
        参数键名, 参数名称, 文件名, 文件名称, 文件路径, 文件大小, 父id, 上级id, 分类id, 商品id, 产品id, 订单id,
        店铺id, 门店id, 部门id, 角色id, 菜单id, 岗位id, 租户id, 租户编号, 评分, 星级, 积分, 成长值, 占比, 比例,
        百分比, 税率, 费用, 运费, 手续费, 开始时间, 结束时间, 有效期, 支付方式, 支付类型, 支付时间, 支付状态,
        支付金额, 应付金额, 实付金额, 订单状态, 订单类型, 来源, 渠道, 平台, 年份, 年月, 月份, 天数, 小时, 版权,
        语言, 币种, 条码, 条形码, 二维码, 批次号, 批号, 货号, 仓库地址, 场地地址, 服务器地址, 接口地址,
        短信模板, 邮件主题, 物流状态, 登录状态, 验证码, 手机验证码, 邮箱验证码, 部门, 帐号状态, 账号状态,
        用户类型, 用户状态, 会员等级, 客户等级, 客户来源, 客户类型, 用户等级, 会员类型, 优惠码, 券码, 父级id,
        班次, 层级, 数据范围, 房型, 目录, 请求url, 请求参数, 返回参数, 错误消息, 方法名称, 模块标题, 删除标志,
        逻辑删除, 乐观锁, 配置, 规则, 关键字, 关键词, 店铺电话, 客服电话, 服务热线, 会员价, 会员价格, 头像框,
        地址类型, 地址标签, 地址id, 收货地址id, 性别限制, 密码策略, 密码错误次数, 密码更新时间,
        密码最后更新时间, status, state code, type, kind, category, class, level, grade level, count, cnt,
        total, sum, qty, quantity, sort, sort order, order num sort, rank order, seq, sequence, index, time,
        date, at, on, datetime, timestamp, created, updated, modified, deleted, price, amount, fee, cost,
        discount, stock, icon url, link, url, uri, image url, img url, pic url, cover, version, flag, mark flag,
        title text, key, value, item value, code, sku, sku code, sku no, sku id, spu id, barcode, bar code,
        qr code, qrcode, product id, product name, product no, product sn, product code, goods id, goods name,
        goods sn, goods no, goods code, item id, item name, item code, item no, spec, unit, weight, brand,
        model, phone model, mobile model, device status, size, color, colour, width, length, path, route,
        component, method, file name, filename, file path, file size, file url, file type, parent id, pid,
        category id, type id, shop id, store id, dept id, role id, menu id, post id, tenant id, org id,
        company id, warehouse id, supplier id, brand id, order id, coupon id, address id, id, ids, uuid, guid,
        score rating, star, rating, point, points, growth, integral, integration, ratio, percent, percentage,
        tax rate, freight, start time, end time, start date, end date, create time, created at, update time,
        updated at, create date, update date, add time, expire, expires, expiry, expire time, valid, verified,
        enabled, enable, disabled, active, visible, locked, default, config, rule, keyword, keywords, source,
        channel, platform, year, month, day, days, hour, hours, week, minute, second, duration, language, lang,
        locale, currency, batch no, lot no, lang code, pay type, pay way, pay method, pay time, pay status,
        payment method, payment type, payment date, payment time, order status, order type, address type,
        address status, email status, email verified, phone verified, mobile verified, email template,
        template id, login status, login type id, user type, user status, user level, member level, member type,
        customer type, cust type, customer level, customer source, password error count, password update time,
        pwd update date, password expired, name status, gender limit, age limit, ip count, ip whitelist,
        phone type, phone brand, phone code, phone country code, headphone, earphone, microphone, smartphone,
        iphone, dial code, calling code, sms code, verify code, captcha, prefix, expression, cron,
        class name java, method name, bean name, table name, column name, package name, function name,
        module name, business name gen, field name, dict type, dict code, dict label, permission, perms, icon,
        logo, banner, background, theme, layout, style, format, order by, sort no, lock version, revision,
        operation, action, event, event type, result code, error msg, error message, error, stack trace,
        exception, data, json result, params, param, request param, request method, response, size limit, limit,
        max, min, avg, average, rate, threshold, step, group, group id, group name, role name, role key,
        menu name, dept name org, tag id, tag name, tag, label, topic, subject, category name, type name,
        status name, brand name, class code, session id, zhuangtai, leixing, bianhao, jiage, shuliang, riqi,
        shijian, addtime, fenlei, biaoti, tupian wenjian, birthday gift, coupon name, package, page, storage,
        usage count, coverage, message type, message id, image type, stage, percentage value, address name,
        store address, login log id, card type, bank code, account type, account status, account id,
        member count, user count, customer count, staff count, email count, phone count, age range limit,
        id list, job name, business name, agent no, agent code, agency no, agency code, parent agent no,
        reader type, card kind, doc type"""
    ),
    types=_ANY,
    refuses_narrow=False,
)
