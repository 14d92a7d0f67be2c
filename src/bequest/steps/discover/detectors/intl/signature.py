"""Handwritten or electronic signature of a person (not a signature line of a profile, which is free text)."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import B, Detector, T
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="intl.signature",
    cls=FieldClass.SIGNATURE,
    reference="Electronic Signature Law of the PRC Art. 2",
    hints=listed(
        """autograph,
        签名图片, 手写签名, 电子签名, 签字, 签名照, 签章, 客户签名, 签字图片, 签名文件, 用户签名图, 签收签名,
        signature image, signature img, esignature, e signature, signature url, signature pic, sign image,
        sign img, sign pic, handwritten signature, signature file, qianming, signature path, sign url,
        sign picture, sign photo, sign image url, signature photo, signed image, sign pic url,
        receipt signature, 签收图片, 签收照片, 签名图, 签名附件, sign img fid, hand sign, handsign,
        hand signature, handwriting sign, sign data, sign svg, sign canvas, sign file, sign path,
        sign picture url, esign, e sign, esign img, esign url, seal img person, name seal, 手写签批, 手签,
        手签图片, 签批图片, 签名数据, 签名base64, 签名路径, 签字照片, 电子签名图片, 电子签章图片, 家长签名,
        家长签字, 患者签名, 患者签字, 本人签名, 本人签字, 领取人签名, 收货人签名, 寄件人签名, 收件人签名,
        司机签名, 签收人签名, 客户签字, qmtp, qmtupian, dzqm, qianmingtupian, dianziqianming, renter sign,
        tenant sign, customer sign, patient sign, parent sign, guardian sign img, owner sign, receiver sign,
        sender sign, applicant sign, jzqz, hzqz, jzqm, hzqm, khqm, brqm, yzqm, qmurl, qmlj"""
    ),
    weak_hints=listed("signature, 签名"),
    blockers=listed("api, 接口, sms, 短信, 个性, request, jwt, 参数, app, 消息"),
    types=frozenset({T, B}),
)
