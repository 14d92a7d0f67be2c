"""Accounts at Chinese platforms: WeChat number, OpenID and UnionID, QQ, Alipay, DingTalk, Weibo; and others."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, I, Shape, T
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="cn.social_account",
    cls=FieldClass.SOCIAL_ID,
    reference="Weixin open platform, OpenID and UnionID; GB/T 35273-2020 Annex A (personal communication)",
    hints=listed(
        """微信, 微信号, 微信id, 微信openid, 微信unionid, 微信昵称, 微信账号, 微信帐号, 微信标识, qq, qq号, qq号码,
        qq账号, 支付宝, 支付宝账号, 支付宝帐号, 支付宝账户, 钉钉, 钉钉号, 钉钉id, 微博, 微博账号, 抖音号,
        openid, unionid, 公众号openid, 小程序openid, 用户openid, 第三方用户id, 第三方id, 第三方账号, 飞书id,
        企业微信id, 用户唯一标识openid, 旺旺, 旺旺号, wechat, we chat, weixin, wx, wechat id, wechat no,
        wechat number, weixin id, open id, wx openid, union id, wechat openid, weixin openid, mini openid,
        miniapp openid, qq number, oicq, alipay, alipay account, alipay id, dingtalk, dingtalk id, ding id,
        dingding, ding user id, weibo, douyin id, skype, skype id, facebook, facebook id, twitter, twitter id,
        linkedin, telegram, google id, github, github id, gitee id, wechat nickname, msn, icq, jabber,
        feishu id, work wechat id, qywx user id, instagram, tiktok, social account, third session, third id,
        weixinhao, qqhao, wx id, wx user id, wx no, wxid, wx nick, wx name, wechat name, wechat account,
        weixin no, weixin account, weixin name, wechat code, qq no, qq num, qq account, ali pay, alipay no,
        alipay user id, alipay name, zfb, zfb account, buyer logon id, buyer open id, payer open id,
        channel user, platform user id, open uid, open user id, third user id, third party id, third uid,
        social no online, sina, sina id, weibo id, mini open id, app openid, mp openid, wechat open id,
        wechat union id, ding talk, 渠道用户标识, 渠道用户id, 支付宝号, 支付宝姓名, 微信名, 微信名称,
        微信唯一标识, 平台编号唯一id, 平台用户id, wxh, qqh, zfbzh, wxopenid, wxunionid, wx unionid, wx union id,
        wechat no id, vx, vx no, weixin openid id, qq openid, alipay openid, alipay uid, line id, whatsapp no,
        telegram id, kakao id, viber, zalo id, apple id, google uid, facebook uid, linkedin url, twitter handle,
        wxhm, wxzh, wxnc, qqhm, qq code, qq name, qq nick, wechat openid mp, openid mp, openid app, openid mini,
        openid wx, wx open id, wx mini openid, wx app openid, wx mp openid, gzh openid, xcx openid, xcxopenid,
        gzhopenid, mpopenid, sub openid, sub open id, sub mch openid, user openid, user open id, member openid,
        fans openid, parent openid, share openid, inviter openid, from openid, to openid, touser,
        to user openid, from user name wx, wx account, wx number, wx code, wx id no, weixin qr, wechat qr,
        wechat qrcode, wx qrcode, wx qr code, wechat img, wechat pic, alipay user, alipay uid no, alipay acct,
        alipay login id, alipay login, ali user id, ali uid, aliuid, buyer alipay, buyer alipay account,
        seller alipay account, taobao id, taobao nick, taobao name, wangwang id, ww id, wangwang, ali wangwang,
        aliww, jd pin, jd account, jdpin, pdd account, douyin openid, dy openid, dy id, kuaishou id, ks id,
        xiaohongshu id, xhs id, bilibili id, weibo id no, weibo url, weibo name, sina uid, sina weibo,
        tencent weibo, renren id, zhihu id, douban id, tieba id, momo id, soul id, dd id, dd user id,
        dingding id, dingding user id, dingtalk user id, ding id no, feishu open id, lark id, wecom id, qywx id,
        qy wechat id, work wx id, corp wechat id, external userid, external user id, skype no, skype name,
        douyin, douyin no, xiaohongshu, xiaohongshu no, kuaishou, kuaishou no, bilibili,
        dingtalk userid, wecom userid, wecom user id, feishu userid, telegram, 小红书号, 小红书,
        快手号, 钉钉号, 企业微信号, 飞书号,
        line account, line uid, kakao, kakao account, vk id, whatsapp id, telegram username, tg id, tg account,
        tg, discord, discord id, snapchat, snapchat id, signal id, wechat open, huawei id, apple user id,
        google open id, fb id, fb, fb uid, twitter name, social media, social handle, im account, im id, im no,
        im number, im qq, im msn, instant messenger, messenger, messenger id, oauth uid, oauth id user, sns id,
        sns uid, sns account, third party uid, third account, third openid, third unionid, third user,
        provider user id, provider uid, auth open id, 微信号码, 微信二维码, 微信二维码图片, 微信收款码,
        个人微信, 微信联系方式, 联系微信, 微信账户, 微信用户标识, 微信用户id, 微信用户openid, 微信小程序openid,
        微信公众号openid, 小程序用户标识, 公众号用户标识, 用户openid标识, 用户微信openid, 用户微信, 用户qq,
        联系qq, 客户qq, 家长微信, 家长qq, 学生qq, 学生微信, 员工微信, 老师微信, 企业微信, 企业微信用户id,
        企业微信账号, 钉钉账号, 钉钉用户id, 钉钉unionid, 飞书账号, 飞书openid, 支付宝用户id, 支付宝openid,
        支付宝用户号, 支付宝uid, 支付宝用户标识, 淘宝账号, 淘宝昵称, 淘宝id, 旺旺昵称, 旺旺id, 京东账号,
        拼多多账号, 抖音, 抖音账号, 抖音id, 抖音openid, 快手号, 快手id, 小红书号, 小红书id, 微博id, 微博昵称,
        新浪微博, 脸书, 推特, 领英, 社交账号, 社交账户, 第三方openid, 第三方登录id, 第三方标识, 第三方用户标识,
        三方账号, 三方openid, 开放平台id, unionid标识, 平台openid, wxzhh, wxhao, wxewm, qqhaoma, zfbzhh, zfbh,
        weixinhaoma, weixinzhanghao, weixinopenid, zhifubao, zhifubaozhanghao, zhifubaohao, qqzhanghao,
        douyinhao, weibozhanghao, yhopenid, im number user, im uid"""
    ),
    blockers=listed(
        """支付, pay, 商户, mch, template, 模板, app, corp, config, 配置, group, 群, 客服, is, channel, 机器人, robot"""
    ),
    types=frozenset({T, I}),
    shape=Shape(
        pattern=r"^o[A-Za-z0-9_-]{27}$|^ou_[0-9a-f]{32}$|^[1-9]\d{4,10}$|^[A-Za-z][-_A-Za-z0-9]{5,19}$", points=8
    ),
)
