"""Health: complaints, history, findings, diagnoses, treatment, and measures of the body."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import D, Detector, I, J, N, T
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="intl.health",
    cls=FieldClass.HEALTH,
    reference="PIPL Art. 28; GB/T 35273-2020 Annex B (health and physiological information)",
    hints=listed(
        """病情, 病情描述, 症状, 主诉, 现病史, 既往史, 既往病史, 病史, 家族史, 家族病史, 遗传病史, 过敏史, 药物过敏,
        过敏, 过敏药物, 过敏信息, 诊断结果, 诊断, 初步诊断, 确诊结果, 确诊, 诊断意见, 诊疗意见, 治疗方案,
        治疗情况, 治疗意见, 治疗结果, 医嘱, 处方内容, 检查结果, 检验结果, 检查所见, 化验结果, 体检结果, 体检报告,
        检查报告, 身高, 血型, 血压, 血糖, 心率, 体温, 视力, 健康状况, 健康状态, 身体状况, 病症, 患病, 疾病史,
        手术史, 用药史, 用药情况, 用药记录, 残疾类型, 残疾等级, 残疾证号, 接种情况, 疫苗接种, 核酸结果, 健康码,
        病历, 病例, 就诊记录, 体检时间, 月经史, 生育史, 婚育史, 个人史, 怀孕, 病名, 舒张压, 收缩压, 血氧, 脉搏,
        bmi, 体重指数, 症状描述, 病因, 医疗史, 就诊时间, 就诊日期, 入院诊断, 出院诊断, 入院时间, 出院时间,
        住院号, 门诊号, 病案号, 病历编号, 就诊卡号, 医保卡号, chief complaint, complaint chief, present illness,
        history of present illness, illness, medical history, past history, past medical history, family history,
        history of treatment, allergy, allergies, allergic history, allergen, symptom, symptoms, diagnosis,
        diagnosis result, clinical diagnosis, clinical impression, clinical finding, medical advice,
        doctor advice, prescription, treatment, treatment plan, medical record, medical record no,
        medical record number, medical no, mrn, blood type, blood pressure, blood sugar, blood group, heart rate,
        pulse, body temperature, health status, health condition, health, health checkup, disability,
        disease name, disease history, vaccination, vaccine, immunization, pregnancy, medication, medications,
        surgery, operation history, systolic, diastolic, bmi value, inpatient no, outpatient no, admission date,
        discharge date, attendance date, case history, zhenduan, bingqing, zhengzhuang, guominshi, xueyajilu,
        shengao, xuexing, bingshi, jiuzhenshijian, insurance card no, health state, health info,
        physical condition, physical status, blood, blood code, body height, body weight, disability type,
        disability level, disability no, injury, injuries, hospital record, hospital name of patient,
        mental state, psychological, psychology, genetic history, smoking, drinking history, 血压值, 残疾情况,
        残疾证, 伤情, 受伤部位, 心理状况, 精神状况, 生理状况, 健康信息, 健康证, 既往病史情况, 体质, 视力情况,
        健康情况, sg, xx, jkzk, xuexing name, waist, waistline, hip, hipline, bust, chest circumference,
        body fat, fat rate, bmr, muscle, muscle mass, eyesight, vision, left vision, right vision, hearing,
        lung capacity, blood oxygen, spo, blood glucose, cholesterol, uric acid, heart rate value, sleep time,
        steps, step count, calorie, calories, sickness, sick, epidemic, covid, nucleic acid, body condition,
        body status, medical insurance type, drug allergy, past medical, operation history name, present history,
        腰围, 臀围, 胸围, 体脂, 体脂率, 肌肉量, 肺活量, 左眼视力, 右眼视力, 听力, 睡眠, 步数, 病情说明, 疾病情况,
        医生建议, 用药, 药物, 病种, 伤残等级, 心理测评, 感染情况, 疫苗, yishengjianyi, shili, xueya, xuetang,
        xinlv, tiwen, hospitalized, hospitalization, smoker, smoker flag, drinker, smoke, drink, is smoke,
        treatment result, treat hospital, visit hospital, disease name patient, 住院, 吸烟, 是否吸烟, 饮酒,
        是否饮酒, 就诊医院, 科室就诊, 医院诊断, jiankangzhuangkuang"""
    ),
    weak_hints=listed(
        """检查, 检验, 化验, 体重, 用量, 用法, 疗效, 药品名称, 药品, 疾病, 疾病名称, 病床, 床位号, 血检, height,
        weight, height cm, weight kg, check result, test result, examination result, result, check part, therapy,
        therapy details, usage, drug, drug name, disease, advice, findings, impression, vital, temperature,
        dosage, tizhong, disease id, examine result, conclusion"""
    ),
    blockers=listed("设备, 系统, 商品, product, goods, page, img, model, server, 磁盘"),
    types=frozenset({T, I, N, D, J}),
    refuses_narrow=False,
)
