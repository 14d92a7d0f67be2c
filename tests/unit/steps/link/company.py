# ruff: noqa: E501 - tables of words read best in one line each
"""A generated company with the troubles of real ones, and the truth of who is who. Seeded; only invented people."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from bequest.model.datamap import ColumnMap, DataMap, FieldClass, TableMap
from bequest.model.facts import RecordClass, RowRole

C = FieldClass
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚玲桂英华文慧建国红玉兰志飞鹏辉斌波宇浩凯欣雨晨佳琪梓涵子轩浩然思怡诗雅博晓东海燕春梅秀珍雪萍俊峰旭云龙"
TRADITIONAL = str.maketrans(
    "伟丽军艳杰涛红兰飞鹏辉凯欣晓东云龙张刘陈杨黄赵吴马郑梁谢许韩冯邓萧叶苏吕卢钟谭陆范贾邹国华轩诗",
    "偉麗軍艷傑濤紅蘭飛鵬輝凱欣曉東雲龍張劉陳楊黃趙吳馬鄭梁謝許韓馮鄧蕭葉蘇呂盧鍾譚陸範賈鄒國華軒詩",
)
HOMOPHONES = {
    "伟": "玮", "芳": "方", "静": "婧", "丽": "莉", "磊": "蕾", "洋": "阳", "艳": "燕", "杰": "洁", "娟": "涓", "明": "铭",
    "玲": "铃", "英": "瑛", "慧": "惠", "红": "虹", "志": "智", "辉": "晖", "斌": "彬", "宇": "雨", "浩": "昊", "晨": "辰",
    "佳": "嘉", "琪": "淇", "怡": "宜", "晓": "小", "珍": "真", "俊": "骏", "旭": "栩", "云": "芸", "华": "桦", "文": "雯",
}  # fmt: skip
CITIES = {"330106": "浙江省杭州市西湖区", "330203": "浙江省宁波市海曙区", "310104": "上海市徐汇区", "320105": "江苏省南京市建邺区",
          "440305": "广东省深圳市南山区", "510107": "四川省成都市武侯区"}  # fmt: skip
STREETS = [
    "文三路",
    "中山路",
    "人民路",
    "解放街",
    "建设路",
    "和平路",
    "长江路",
    "滨江大道",
    "学院路",
    "花园街",
    "古墩路",
    "延安路",
]
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
JUNK_PHONES = ("13800000000", "13888888888", "12345678901", "13012345678", "无", "0")


@dataclass(frozen=True, slots=True)
class Rates:
    """How often each trouble happens, per record or person (0 to 1)."""

    missing: float = 0.25
    odd_phone: float = 0.3
    homophone: float = 0.04
    traditional: float = 0.06
    title: float = 0.03
    latin: float = 0.02
    bad_id: float = 0.08
    old_id: float = 0.06
    junk: float = 0.04
    changed_phone: float = 0.2
    changed_name: float = 0.02
    moved: float = 0.15
    family_phone: float = 0.12
    switchboard: float = 0.05
    recycled: float = 0.04
    namesake: float = 0.1
    wrong_birthday: float = 0.01

    def times(self, factor: float) -> "Rates":
        """All rates multiplied."""
        return Rates(**{k: min(0.6, getattr(self, k) * factor) for k in self.__slots__})


@dataclass
class Person:
    """An invented person: what is true of them, over time."""

    number: int
    name: str
    female: bool
    born: date
    area: str
    ident: str
    phones: list[str]
    email: str
    addresses: list[str]
    old_name: str = ""


@dataclass(frozen=True, slots=True)
class Company:
    """Tables with their maps, and per table the person of each row."""

    datamap: DataMap
    frames: dict[tuple[str, str], pl.DataFrame]
    truth: dict[tuple[str, str], list[int]]


class _Maker:
    def __init__(self, seed: int, n_people: int, rates: Rates) -> None:
        self.r = random.Random(seed)  # noqa: S311
        self.rates = rates
        self.used: set[str] = set()
        self.boards = [f"0571-8{self.r.randrange(10**6, 10**7)}" for _ in range(3)]
        self.people: list[Person] = []
        while len(self.people) < n_people:
            self._household()
        self._recycle()

    def yes(self, rate: float) -> bool:
        return self.r.random() < rate

    def phone(self) -> str:
        while True:
            made = f"1{self.r.choice('3578')}{self.r.randrange(10):d}{self.r.randrange(10**8):08d}"
            if made not in self.used:
                self.used.add(made)
                return made

    def name(self, surname: str = "") -> str:
        surname = surname or self.r.choices(SURNAMES, weights=[1 / (i + 3) for i in range(len(SURNAMES))])[0]
        n = 1 if self.yes(0.25) else 2
        return surname + "".join(self.r.choices(GIVEN, weights=[1 / (i + 12) for i in range(len(GIVEN))], k=n))

    def address(self, area: str) -> str:
        parts = (
            self.r.choice(STREETS),
            self.r.randrange(1, 400),
            self.r.randrange(1, 20),
            self.r.randrange(1, 4),
            self.r.randrange(101, 2500),
        )
        return CITIES[area] + "{}{}号{}幢{}单元{}室".format(*parts)

    def person(self, name: str, area: str, address: str, born: date, phone: str) -> Person:
        female = self.yes(0.5)
        seq = self.r.randrange(100) * 10 + self.r.choice((0, 2, 4, 6, 8) if female else (1, 3, 5, 7, 9))
        body = f"{area}{born:%Y%m%d}{seq:03d}"
        ident = body + "10X98765432"[sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True)) % 11]
        number = len(self.people)
        mail = (
            f"{self.r.choice('abcdefgh')}{self.r.randrange(10**7)}@{self.r.choice(['example.com', 'mail.example.com'])}"
        )
        p = Person(number, name, female, born, area, ident, [phone], mail, [address])
        if self.yes(self.rates.changed_phone):
            p.phones.append(self.phone())
        if self.yes(self.rates.moved):
            p.addresses.append(self.address(area))
        if self.yes(self.rates.changed_name):
            p.old_name = self.name(name[0])
        self.people.append(p)
        return p

    def _day(self, first: int, last: int) -> date:
        return date(first, 1, 1) + timedelta(days=self.r.randrange((last - first) * 365))

    def _household(self) -> None:
        area = self.r.choice(list(CITIES))
        home, phone = self.address(area), self.phone()
        name = self.name()
        if self.people and self.yes(self.rates.namesake):
            other = self.r.choice(self.people)
            name, area = other.name, other.area
            home = self.address(area)
        p = self.person(name, area, home, self._day(1950, 1985), phone)
        if self.yes(self.rates.family_phone):
            child = self.name(p.name[0])
            if child != p.name:
                self.person(child, area, home, self._day(p.born.year + 22, p.born.year + 35), phone)
        elif self.yes(0.2):
            self.person(self.name(), area, home, self._day(1950, 1985), self.phone())

    def _recycle(self) -> None:
        changed = [p for p in self.people if len(p.phones) > 1]
        for p in changed:
            if self.yes(self.rates.recycled * 4):
                other = self.r.choice(self.people)
                if other is not p:
                    other.phones[-1] = p.phones[0]

    # what a clerk or a form makes of it

    def spelled_phone(self, p: Person) -> str:
        if self.yes(self.rates.junk):
            return self.r.choice(JUNK_PHONES)
        if self.yes(self.rates.switchboard):
            return self.r.choice(self.boards)
        number = self.r.choice(p.phones)
        if not self.yes(self.rates.odd_phone):
            return number
        full = number.translate({ord("0") + i: 0xFF10 + i for i in range(10)})
        return self.r.choice(
            [
                f"+86{number}",
                f"+86 {number}",
                f"{number[:3]}-{number[3:7]}-{number[7:]}",
                full,
                f"{number} ",
                f"86-{number}",
            ]
        )

    def spelled_name(self, p: Person) -> str:
        name = p.old_name if p.old_name and self.yes(0.4) else p.name
        if self.yes(self.rates.title):
            return name[0] + ("女士" if p.female else "先生")
        if self.yes(self.rates.homophone):
            at = [i for i, c in enumerate(name) if i and c in HOMOPHONES]
            if at:
                i = self.r.choice(at)
                return name[:i] + HOMOPHONES[name[i]] + name[i + 1 :]
        if self.yes(self.rates.traditional):
            return name.translate(TRADITIONAL)
        return name[0] + " " + name[1:] if self.yes(0.05) else name

    def spelled_id(self, p: Person) -> str:
        if self.yes(self.rates.bad_id):
            i = self.r.randrange(18)
            return self.r.choice([
                p.ident[:15] + "000", p.ident[:i] + str((int(p.ident[i]) + 1) % 10 if p.ident[i] != "X" else 1) + p.ident[i + 1 :],
                p.ident[:6] + "********" + p.ident[14:], f"{float(p.ident[:17]):.5E}", "111111111111111111", p.ident[:17],
            ])  # fmt: skip
        if p.born.year < 2000 and self.yes(self.rates.old_id):
            return p.ident[:6] + p.ident[8:17]
        return p.ident.lower() if self.yes(0.1) else p.ident

    def spelled_address(self, p: Person) -> str:
        full = self.r.choice(p.addresses)
        forms = [full, full, full.replace("省", "").replace("幢", "栋"), full.replace("幢", "-").replace("单元", "-").replace("室", ""),
                 full.split("区", 1)[1], full.replace("号", "号 "), full.split("幢")[0] + "幢"]  # fmt: skip
        return self.r.choice(forms)

    def birthday(self, p: Person) -> str:
        if self.yes(self.rates.junk):
            return "1990-01-01"
        born = p.born + timedelta(days=self.r.randrange(1, 400)) if self.yes(self.rates.wrong_birthday) else p.born
        return self.r.choice(
            [f"{born:%Y-%m-%d}", f"{born:%Y/%m/%d}", f"{born:%Y%m%d}", f"{born.year}年{born.month}月{born.day}日"]
        )

    def email(self, p: Person) -> str:
        if self.yes(self.rates.junk):
            return self.r.choice(["info@example.com", "无", "123456"])
        return p.email.upper() if self.yes(0.2) else p.email

    def maybe(self, value: str, factor: float = 1.0) -> str | None:
        return None if self.yes(min(0.95, self.rates.missing * factor)) else value


SYSTEMS: dict[tuple[str, str], tuple[RecordClass, RowRole, dict[str, tuple[FieldClass, float]], float]] = {
    ("crm", "customers"): (RecordClass.CUSTOMER_PROFILE, RowRole.CUSTOMER, {
        "name": (C.PERSON_NAME, 0.1), "mobile": (C.PHONE, 0.5), "id_no": (C.NATIONAL_ID, 1.5), "email": (C.EMAIL, 1.5),
        "birthday": (C.BIRTHDAY, 1.0), "address": (C.ADDRESS, 1.0), "sex": (C.GENDER, 1.0)}, 0.8),
    ("shop", "members"): (RecordClass.CUSTOMER_PROFILE, RowRole.CUSTOMER, {
        "nick": (C.PERSON_NAME, 0.6), "phone": (C.PHONE, 0.3), "mail": (C.EMAIL, 1.2), "birth": (C.BIRTHDAY, 2.0)}, 0.7),
    ("erp", "orders"): (RecordClass.ORDER, RowRole.CONSIGNEE, {
        "收货人": (C.PERSON_NAME, 0.05), "电话": (C.PHONE, 0.1), "地址": (C.ADDRESS, 0.2)}, 1.2),
    ("desk", "tickets"): (RecordClass.TICKET, RowRole.CUSTOMER, {
        "contact": (C.PERSON_NAME, 0.8), "tel": (C.PHONE, 0.6), "email": (C.EMAIL, 1.5)}, 0.4),
    ("loan", "contracts"): (RecordClass.OTHER, RowRole.CUSTOMER, {
        "xm": (C.PERSON_NAME, 0.0), "sfzh": (C.NATIONAL_ID, 0.3), "lxdh": (C.PHONE, 0.4), "dz": (C.ADDRESS, 0.6)}, 0.4),
}  # fmt: skip


def generate(seed: int, n_people: int = 1500, rates: Rates | None = None) -> Company:
    """The company of a seed: about three records a person over five systems."""
    m = _Maker(seed, n_people, rates or Rates())
    spell = {C.PERSON_NAME: m.spelled_name, C.PHONE: m.spelled_phone, C.NATIONAL_ID: m.spelled_id, C.EMAIL: m.email,
             C.BIRTHDAY: m.birthday, C.ADDRESS: m.spelled_address, C.GENDER: lambda p: "女" if p.female else "男"}  # fmt: skip
    tables, frames, truth = [], {}, {}
    for (source, name), (record_class, role, columns, share) in SYSTEMS.items():
        rows, who = [], []
        for p in m.people:
            for _ in range(int(share) + m.yes(share - int(share)) + (m.yes(0.08))):
                rows.append((str(len(rows)), *(m.maybe(spell[cls](p), gap) for cls, gap in columns.values())))
                who.append(p.number)
        order = list(range(len(rows)))
        m.r.shuffle(order)
        schema = dict.fromkeys(["__key", *columns], pl.Utf8)
        frames[(source, name)] = pl.DataFrame([rows[i] for i in order], schema=schema, orient="row")
        truth[(source, name)] = [who[i] for i in order]
        maps = tuple(ColumnMap(c, "TEXT", cls, True, False, role, 900, 1000) for c, (cls, _) in columns.items())
        tables.append(TableMap(source, name, record_class, maps, len(rows)))
    return Company(DataMap(tuple(tables)), frames, truth)
