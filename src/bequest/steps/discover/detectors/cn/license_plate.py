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
        plate number, car no, car number, car num, car plate, vehicle no, chepai, chepaihao, vin, 车架号,
        发动机号, plate code, plate num, car plate no, car plate number, car license, car licence, license car,
        vehicle plate, vehicle number, vehicle license, licence number car, carno, cardno vehicle, truck no,
        车牌照, 车辆号牌, 号牌号码, 车辆牌照, 访客车牌, 车牌信息, cph, cphm, engine no, engine number, frame no,
        vin code, plate license, license plates, lic plate, lic plate no, licence plate no,
        licence plate number, license plate no, license plate number, license plate num, lic no car, car plates,
        car plate num, car number plate, vehicle plate no, vehicle plate number, vehicle no plate,
        vehicle reg no, vehicle registration, vehicle registration no, vehicle registration number, veh no,
        veh reg no, car reg, vhc no, vhc plate, car reg no, car registration, vehicle reg, plate seen,
        registration plate, reg plate, reg no vehicle, number plate, plate1, plate no1, plate card,
        plate str, truck plate, truck number, truck num, tractor plate, trailer plate, bus plate, moto plate,
        motorcycle plate, driver plate, driver car no, driver car number, driver truck no, visitor car no,
        visitor car, visitor plate, visit car no, owner car no, owner plate, member car no, bind plate,
        bind car no, park car no, parking plate, in plate, out plate, enter plate, exit plate, my car no,
        cust car no, car card no, car card, car licence no, car licence number, car license no,
        car license number, carnos, car nos, car code person, car sn, car vin, car frame no, car engine no,
        vehicle frame no, vehicle engine no, chassis no, chassis number, 车辆牌号, 车辆车牌, 车辆车牌号,
        车辆号码, 车辆牌照号, 车牌号牌, 车牌编号, 车牌照号, 车牌1, 车牌2, 车牌号1, 车牌号2, 绑定车牌,
        绑定车牌号, 来访车牌, 来访车牌号, 访客车牌号, 业主车牌, 业主车牌号, 司机车牌, 司机车牌号, 入场车牌,
        出场车牌, 进场车牌, 停车车牌, 客户车牌, 客户车牌号, 会员车牌, 会员车牌号, 学员车牌, 私家车牌号,
        私车牌号, 机动车号牌, 机动车牌号, 电动车牌号, 电动车号牌, 非机动车牌, 货车车牌, 货车车牌号, 挂车车牌,
        挂车车牌号, 运输车牌号, 送货车牌号, 牌号, 车号牌, cphao, cphm1, cphmm, clhp, clph, clhm, jdccp, fkcp,
        fkcph, lfcp, lfcph, yzcp, yzcph, sjcp, sjcph, chepaihaoma, cheliangpaihao, cheliangchepai, fangkechepai,
        yezhuchepai, vehicle register, vehicle reg, veh reg, bike plate, ebike plate, 电动车牌照, 电动车车牌,
        电动自行车号牌"""
    ),
    blockers=("工作", "boiler"),
    shape=Shape(
        pattern=rf"^[{_PROVINCES}][A-HJ-NP-Z](?:[A-HJ-NP-Z0-9]{{5}}|[A-HJ-NP-Z0-9]{{4}}[挂学警港澳]|[A-HJ-NP-Z0-9]{{6}})$",
        compact=True,
        points=60,
    ),
    in_text=rf"([{_PROVINCES}][A-HJ-NP-Z][A-HJ-NP-Z0-9]{{5,6}})",
)
