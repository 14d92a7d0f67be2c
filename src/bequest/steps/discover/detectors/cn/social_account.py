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
        qq账号, 支付宝, 支付宝账号, 支付宝帐号, 支付宝账户, 钉钉, 钉钉号, 钉钉id, 微博, 微博账号, 抖音号, openid,
        unionid, 公众号openid, 小程序openid, 用户openid, 第三方用户id, 第三方id, 第三方账号, 飞书id, 企业微信id,
        用户唯一标识openid, 旺旺, 旺旺号, wechat, we chat, weixin, wx, wechat id, wechat no, wechat number, weixin id,
        open id, wx openid, union id, wechat openid, weixin openid, mini openid, miniapp openid, qq number, oicq,
        alipay, alipay account, alipay id, dingtalk, dingtalk id, ding id, dingding, ding user id, weibo, douyin id,
        skype, skype id, facebook, facebook id, twitter, twitter id, linkedin, telegram, google id, github, github id,
        gitee id, wechat nickname, msn, icq, jabber, feishu id, work wechat id, qywx user id, instagram, tiktok,
        social account, third session, third id, weixinhao, qqhao, wx id, wx user id, wx no, wxid, wx nick, wx name,
        wechat name, wechat account, weixin no, weixin account, weixin name, wechat code, qq no, qq num, qq account,
        ali pay, alipay no, alipay user id, alipay name, zfb, zfb account, buyer logon id, buyer open id,
        payer open id, channel user, platform user id, open uid, open user id, third user id, third party id,
        third uid, social no online, sina, sina id, weibo id, mini open id, app openid, mp openid, wechat open id,
        wechat union id, ding talk, 渠道用户标识, 渠道用户id, 支付宝号, 支付宝姓名, 微信名, 微信名称, 微信唯一标识,
        平台编号唯一id, 平台用户id, wxh, qqh, zfbzh, wxopenid, wxunionid, wx unionid, wx union id, wechat no id, vx,
        vx no, weixin openid id, qq openid, alipay openid, alipay uid, line id, whatsapp no, telegram id, kakao id,
        viber, zalo id, apple id, google uid, facebook uid, linkedin url, twitter handle, wxhm, wxzh, wxnc, qqhm,
        qq code, qq name, qq nick"""
    ),
    blockers=listed(
        """支付, pay, 商户, mch, template, 模板, app, corp, config, 配置, group, 群, 客服, is, channel, 机器人, robot"""
    ),
    types=frozenset({T, I}),
    shape=Shape(
        pattern=r"^o[A-Za-z0-9_-]{27}$|^ou_[0-9a-f]{32}$|^[1-9]\d{4,10}$|^[A-Za-z][-_A-Za-z0-9]{5,19}$", points=8
    ),
)
