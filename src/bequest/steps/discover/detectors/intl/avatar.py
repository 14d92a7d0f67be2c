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
            """头像, 用户头像, 头像图片, 头像地址, 头像url, 头像链接, 头像路径, 用户图像, 个人照片, 个人照,
            照片, 本人照片, 形象照, 自拍照, 寸照, 一寸照, 相片, avatar, avatar url, avatar path, avatar img,
            avatar image, portrait, headimg, head img, headimgurl, head img url, head image, head pic, head portrait,
            head url, headpic, photo url, user img, user image, user icon, profile photo, profile image,
            profile picture, selfie, head photo, headshot, avatarurl, touxiang, zhaopian, id photo, icon user,
            user photo, person photo, user pic, user logo, wx avatar, face url, avatars, avatar big, avatar small,
            headimage, headimg path, headurl, head image url, head icon, head portrait url, face icon, photo img,
            photos person, personal photo, life photo, half body photo, inch photo, cert photo, profile pic,
            picture url person, 半身照, 生活照, 免冠照, 免冠照片, 登记照, 人员照, 学生照片, 员工照片, 用户照片, zp,
            grzp, tx url, 抓拍照, 抓拍照片, 抓拍图片, 现场照片人员, 访客照片, 接送人照片, 申请人照片, 客户照片,
            picker photo, visitor photo, person pic, capture photo, snapshot person, applicant photo, candidate photo,
            guest photo, contact photo, parent photo, teacher photo, doctor photo, driver photo, courier photo,
            owner photo, resident photo, tenant photo"""
        ),
        *(f"{who} {what}" for who in _WHO for what in ("icon", "photo", "img", "image", "pic", "avatar", "head")),
    ),
    weak_hints=listed("photo, icon, 图像, picture, img, image, pic, photo path, 图片, tupian, 人员照片"),
    blockers=listed("""
        商品, product, goods, 店铺, shop, store, 群, group, 现场, 凭证, 房屋, 环境, 菜品, 车辆, 病变, 驾驶证,
        行驶证, 健康证, 营业执照,
        license, licence, 回单, receipt, 面单, 报修, 病历, cert"""),
    types=frozenset({T, B}),
    shape=Shape(pattern=r"(?i)^(?:https?://|/)\S+$|\.(?:jpe?g|png|gif|webp)$", points=5),
)
