"""Vehicle licence plate: province, letter, five signs, or six for new-energy vehicles (GA 36-2018)."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, Shape
from bequest.steps.discover.words import listed

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"

DETECTOR = Detector(
    id="cn.license_plate",
    cls=FieldClass.LICENSE_PLATE,
    reference="GA 36-2018",
    hints=listed(
        """车牌, 车牌号, 车牌号码, 牌照, 牌照号, 车号, 行驶证号, license plate, licence plate, plate, plate no,
        plate number, car no, car number, car num, car plate, vehicle no, chepai, chepaihao, vin, 车架号, 发动机号,
        plate code, plate num, car plate no, car plate number, car license, car licence, license car, vehicle plate,
        vehicle number, vehicle license, licence number car, carno, cardno vehicle, truck no, 车牌照, 车辆号牌,
        号牌号码, 车辆牌照, 访客车牌, 车牌信息, cph, cphm, engine no, engine number, frame no, vin code"""
    ),
    blockers=("工作", "boiler"),
    shape=Shape(
        pattern=rf"^[{_PROVINCES}][A-HJ-NP-Z](?:[A-HJ-NP-Z0-9]{{5}}|[A-HJ-NP-Z0-9]{{4}}[挂学警港澳]|[A-HJ-NP-Z0-9]{{6}})$",
        compact=True,
        points=60,
    ),
    in_text=rf"([{_PROVINCES}][A-HJ-NP-Z][A-HJ-NP-Z0-9]{{5,6}})",
)
