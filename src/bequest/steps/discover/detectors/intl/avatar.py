"""Portrait of a person."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import B, Detector, Shape, T
from bequest.steps.discover.lexicon import CUSTOMERS, STAFF
from bequest.steps.discover.words import has_han, listed

_WHO = tuple(w for w in CUSTOMERS + STAFF if not has_han(w))

DETECTOR = Detector(
    id="intl.avatar",
    cls=FieldClass.AVATAR_PHOTO,
    reference="GB/T 35273-2020 Annex A",
    hints=(
        *listed(
            """头像, 用户头像, 头像图片, 头像地址, 头像url, 头像链接, 头像路径, 用户图像, 个人照片, 个人照, 照片,
            本人照片, 形象照, 自拍照, 寸照, 一寸照, 相片, avatar, avatar url, avatar path, avatar img,
            avatar image, portrait, headimg, head img, headimgurl, head img url, head image, head pic,
            head portrait, head url, headpic, photo url, user img, user image, user icon, profile photo,
            profile image, profile picture, selfie, head photo, headshot, avatarurl, touxiang, zhaopian,
            id photo, icon user, user photo, person photo, user pic, user logo, wx avatar, avatars, avatar big,
            avatar small, headimage, headimg path, headurl, head image url, head icon, head portrait url,
            face icon, photo img, photos person, personal photo, life photo, half body photo, inch photo,
            cert photo, profile pic, picture url person, 半身照, 生活照, 免冠照, 免冠照片, 登记照, 人员照,
            学生照片, 员工照片, 用户照片, zp, grzp, 抓拍照, 抓拍照片, 抓拍图片, 现场照片人员, 访客照片,
            接送人照片, 申请人照片, 客户照片, picker photo, visitor photo, person pic, capture photo,
            snapshot person, applicant photo, candidate photo, guest photo, contact photo, parent photo,
            teacher photo, doctor photo, driver photo, courier photo, owner photo, resident photo, tenant photo,
            img blob person, photo blob, photo data, photo bin, photo binary, picture data, picture blob,
            portrait url, portrait path, portrait id, portrait img, portrait pic, portrait photo, head img path,
            head photo url, head path, head icon url, head picture, headshot url, profile img,
            profile image url, profile photo url, profile picture url, avatar id, avatar file, avatar file id,
            avatar thumb, avatar large, avatar medium, avatar origin, avatar key, avatar blob, avatar data,
            avatar attach, gravatar, user face, user head, user head img, user head url, member head,
            member avatar, member photo, member pic, member img, stu photo, stu pic, student pic, student photo,
            teacher pic, emp photo, emp pic, employee photo, employee pic, employee image, staff photo,
            staff pic, worker photo, patient photo, baby photo, child photo, kid photo, self photo, selfie url,
            selfie img, selfie path, live photo person, standard photo, badge photo, license photo person,
            two inch photo, one inch photo, photo one inch, photo two inch, wx head img, wx headimg,
            wx head url, wx headimgurl, wechat avatar, wechat head, wechat headimg, wx icon, wx avatar url,
            third avatar, oauth avatar, nick avatar, nick head, comment avatar, author avatar, poster avatar,
            from avatar, to avatar, sender avatar, receiver avatar, friend avatar, fans avatar, 用户头像地址,
            用户头像url, 用户头像路径, 会员头像, 会员头像地址, 客户头像, 员工头像, 员工照片路径, 学生头像,
            学生照片路径, 教师头像, 教师照片, 老师头像, 老师照片, 医生头像, 医生照片, 患者照片, 患者头像,
            司机头像, 司机照片, 骑手头像, 骑手照片, 快递员头像, 快递员照片, 教练头像, 教练照片, 导游照片,
            主播头像, 管理员头像, 客服头像, 家长头像, 宝宝头像, 宝宝照片, 孩子照片, 孩子头像, 业主照片,
            业主头像, 租客照片, 住户照片, 人员照片路径, 人员头像, 个人头像, 个人图片, 个人形象照, 本人照,
            本人头像, 本人近照, 近照, 近期照片, 二寸照, 两寸照, 标准照, 工作照, 工牌照片, 学籍照片, 报名照片,
            考生照片, 会员照片, 客户相片, 微信头像, 微信头像地址, 微信头像url, 第三方头像, 头像文件, 头像文件id,
            头像缩略图, 头像图片地址, 头像图片路径, 头像存储路径, 评论人头像, 作者头像, 好友头像, 粉丝头像,
            touxiangdizhi, touxiangurl, yonghutouxiang, huiyuantouxiang, gerenzhaopian, yuangongzhaopian,
            xueshengzhaopian, jiaoshizhaopian, zplj, zpdz, zpurl, zppath, ryzp, ygzp, xszp, jszp, khzp, hyzp,
            yhzp, txlj, txurl, 照片路径, 照片地址, 照片url, 照片链接, 照片文件, 照片名称人员, 相片路径,
            图像路径, 个人照片路径, 照片编号, 照片id, photo id, photo no, pht, photograph, photo number"""
        ),
        *(f"{who} {what}" for who in _WHO for what in ("icon", "photo", "img", "image", "pic", "avatar", "head")),
    ),
    weak_hints=listed("photo, icon, 图像, picture, img, image, pic, photo path, 图片, tupian, 人员照片"),
    whole_hints=listed("zp, tx"),
    blockers=listed("""
        商品, 物品, 货物, thing, cargo, proof, scene, product,
        goods, 店铺, shop, store, 群, group, 现场, 凭证, 房屋, 环境, 菜品, 车辆, 病变, 驾驶证,
        行驶证, 健康证, 营业执照,
        license, licence, 回单, receipt, 面单, 报修, 病历, cert"""),
    types=frozenset({T, B}),
    shape=Shape(pattern=r"(?i)^(?:https?://|/)\S+$|\.(?:jpe?g|png|gif|webp)$", points=5),
)
