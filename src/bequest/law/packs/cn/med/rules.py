"""Medical records: Administration of Medical Records in Medical Institutions (2013), Art. 29 (second-hand)."""

from datetime import date

from bequest.law.packs.cn.keeping import keeps
from bequest.model.disposition import ReasonStatus

PIPL = date(2021, 11, 1)

keep_outpatient, keep_outpatient_with_keeper = keeps(
    "cn.med.keep_outpatient",
    "outpatient_15y",
    reference=("MED-29", "PIPL-47"),
    status=ReasonStatus.SECONDARY,
    since=PIPL,
    zh="门（急）诊病历自患者最后一次就诊之日起保存不少于 {cn.med.outpatient_years} 年（二手资料，起算点凭记忆）："
    "封存。",
    en="Outpatient records are kept at least {cn.med.outpatient_years} years from the last visit (second-hand; the "
    "starting point is from memory): in custody.",
)
"""For records that lie in a business store; a medical store is kept whole (decision D10)."""

keep_inpatient, keep_inpatient_with_keeper = keeps(
    "cn.med.keep_inpatient",
    "inpatient_30y",
    reference=("MED-29", "PIPL-47"),
    status=ReasonStatus.SECONDARY,
    since=PIPL,
    zh="住院病历自患者最后一次出院之日起保存不少于 {cn.med.inpatient_years} 年（二手资料，起算点凭记忆）：封存。",
    en="Inpatient records are kept at least {cn.med.inpatient_years} years from the last discharge (second-hand; the "
    "starting point is from memory): in custody.",
)
"""As above, from the last discharge."""
