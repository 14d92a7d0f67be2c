"""Passport and travel papers: E, G, D, S or P and eight signs; permits for Hong Kong, Macao and Taiwan."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, Shape
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="cn.passport",
    cls=FieldClass.PASSPORT,
    reference="GB/T 18386-2001; Passport Law of the PRC; National Immigration Administration number forms",
    hints=listed(
        """护照, 护照号, 护照号码, 护照编号, 港澳通行证, 通行证, 通行证号, 回乡证, 台胞证, 军官证, 军官证号, 驾驶证,
        驾驶证号, 驾照, 驾照号, passport, passport no, passport number, visa no, visa number, travel document,
        driver license, drivers license, driving license, driving licence, huzhao, huzhaohao, passport img,
        passport image, passport photo, passport pic, passport url, passport file, passport id, passport code,
        passport num, hk macao permit, travel permit, permit no person, officer no, officer card no, soldier card,
        护照首页, 护照照片, 港澳居民来往内地通行证, 台湾居民来往大陆通行证, 外国人永久居留证, 永居证, 居留许可,
        港澳台居民居住证, 居住证号, 驾照编号, 驾驶证编号, 行驶证, 护照号码编号, 通行证号码, 驾照号码, 驾驶证号码,
        驾照图片, 驾驶证照片, 驾驶证正面, 驾驶证正面照, 驾照正面, 台胞证号, 回乡证号, 港澳通行证号, 居留证号, 居留证,
        外国人居留证, 士兵证, 士兵证号, 警官证, 警官证号, 学生证号, 海员证, 海员证号, passport copy, passport scan,
        passport number image, passport page, ppt no, pp no, visa, visa copy, driver license no,
        driver license number, driver licence, driver licence no, driving license no, driving licence no,
        driving license number, drivers license no, dl no, dl number, license number driver, driver license img,
        driver license image, driver license pic, driver license photo, drv license no, travel doc no,
        travel document no, travel document number, military id, military id no, soldier id, seaman book no,
        permanent resident card, green card no, alien number, alien registration number, hmt permit no, jiazhao,
        jiazhaohao, jiashizheng, jiashizhenghao, junguanzheng, tongxingzheng, hzhm, jszh, jszhm, jgzh, txzh"""
    ),
    shape=Shape(
        pattern=r"(?i)^(?:[EGDSP]\d{8}|E[A-HJ-NP-Z]\d{7}|1[45]\d{7}|[CHMW]\d{8}|[HM]\d{10})$", compact=True, points=25
    ),
)
