"""Ethnic group, religion and political status: the 56 names of GB/T 3304 and the usual words."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, I, Shape, T
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="cn.ethnicity",
    cls=FieldClass.RELIGION_ETHNICITY,
    reference="GB/T 3304-1991; PIPL Art. 28 (religious belief)",
    hints=listed(
        """民族, 种族, 族别, 宗教, 宗教信仰, 信仰, 籍贯民族, ethnicity, ethnic, ethnic group, ethnic origin,
        nation, race, religion, religious belief, faith, caste, minzu, zongjiao, mz code, ethnic code,
        nation name, nation code, nationality ethnic, ethnic name, minority, 民族名称, 民族代码, 少数民族, zjxy,
        mzmc, mzdm, race ethnic, race ethnicity, ethnic race, ethnic race code, race code, race cd,
        ethnicity code, ethnicity cd, ethnic cd, ethnos, tribe, caste code, denomination,
        religious denomination, religion code, religion cd, religion key, religion name, religious affiliation,
        religious preference, church, church tax, church membership, baptism date, baptised, belief, beliefs,
        creed, spiritual, 民族编码, 民族类别, 民族成分, 名族, 宗教类型, 宗教名称, 宗教代码, 所属宗教, 教派,
        信教情况, 是否信教, 有无宗教信仰, 信仰宗教, 皈依, mzmcc, mzdaima, minzudaima, minzumingcheng,
        zongjiaoxinyang, zjxyang, sfxj, halal, is halal, halal flag, 清真, 是否清真, 清真饮食, kosher"""
    ),
    whole_hints=("mz", "mzm", "mzdm"),
    blockers=("horse", "game", "combi", "arms"),
    types=frozenset({T, I}),
    refuses_narrow=False,
    shape=Shape(
        pattern=r"^(?:汉|满|回|藏|苗|彝|壮|侗|瑶|白|傣|黎|蒙古|维吾尔|布依|朝鲜|土家|哈尼|哈萨克|傈僳|佤|畲|高山|拉祜|水|东乡|纳西|景颇"
        r"|羌|土|达斡尔|锡伯)族?$|^(?:佛教|道教|基督教|天主教|伊斯兰教|无宗教信仰|汉族)$",
        points=45,
    ),
)
