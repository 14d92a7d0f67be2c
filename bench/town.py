# ruff: noqa: E501 - tables of words read best in one line each
"""The invented people of `bench.judge`: families, dormitories, offices, and how clerks, forms and apps write them down."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

SURNAMES = "陈林黄张李王吴刘蔡杨许郑谢洪郭邱曾廖赖徐周叶苏庄吕江何萧罗高潘简朱钟游詹胡施沈余卢梁赵颜柯孙翁魏戴范宋方邓杜侯曹薛丁石唐温蓝连康马董田姚涂白汤尤庞"
COMPOUND = ("欧阳", "司徒", "上官", "诸葛", "皇甫")
GIVEN = "子怡梓睿诗欣雨桐浩宇博文俊豪嘉琪思远佳慧若曦雅婷志明淑芬美玲秀英建国国强春生金花玉珍福贵德胜小红大伟永康天佑家豪冠廷承恩宥心语彤品妍柏翰宗翰彦廷立群正义和平援朝跃进卫东爱军红梅腊月秋菊冬梅根生水生土木"
SOUNDS = {"怡": "宜", "欣": "鑫", "浩": "皓", "俊": "峻", "嘉": "佳", "琪": "祺", "志": "智", "玲": "琳", "英": "瑛", "伟": "炜", "红": "宏", "梅": "玫", "慧": "蕙", "婷": "亭", "芬": "芳", "珍": "贞", "彤": "桐", "睿": "瑞"}  # fmt: skip
OLD_WRITING = str.maketrans("陈张刘杨许郑谢庄吕萧罗钟卢赵颜孙戴范邓连马汤庞伟国红东华军爱恩语义贵胜丽兰凤龙", "陳張劉楊許鄭謝莊呂蕭羅鍾盧趙顏孫戴範鄧連馬湯龐偉國紅東華軍愛恩語義貴勝麗蘭鳳龍")  # fmt: skip
FIRST = ["James", "Mary", "Robert", "Patricia", "John", "Jennifer", "Michael", "Linda", "David", "Elizabeth", "William", "Barbara", "Richard", "Susan", "Joseph", "Jessica", "Thomas", "Sarah", "Charles", "Karen", "Daniel", "Nancy", "Anna", "Oleg", "Yuki", "Priya", "Ahmed", "Fatima", "Carlos", "Ingrid"]  # fmt: skip
LAST = ["Smith", "Johnson", "Williams", "Brown", "Jones", "Garcia", "Miller", "Davis", "Rodriguez", "Martinez", "Hernandez", "Lopez", "Wilson", "Anderson", "Taylor", "Moore", "Jackson", "Martin", "Lee", "Perez", "Thompson", "White", "Ivanov", "Tanaka", "Patel", "Hassan", "Khan", "Silva", "Larsen", "Novak"]  # fmt: skip
AREAS = {"350203": "福建省厦门市思明区", "350582": "福建省泉州市晋江市", "441900": "广东省东莞市", "420111": "湖北省武汉市洪山区", "610113": "陕西省西安市雁塔区", "230103": "黑龙江省哈尔滨市南岗区"}  # fmt: skip
ROADS = ["湖滨南路", "厦禾路", "莲前西路", "思明南路", "南昌路", "石泉路", "东大街", "珞喻路", "中南路", "长安南路", "红旗大街", "果戈里大街", "世纪大道", "科技二路"]  # fmt: skip
ESTATES = ["金桥花园", "水岸名筑", "禾祥新景", "锦绣江南", "阳光城", "碧桂园", "学府苑", "翡翠湾"]  # fmt: skip
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
JUNK_PHONE = ("13000000000", "18888888888", "00000000000", "10086", "-", "暂无", "13333333333", "19999999999")
JUNK_ID = ("", "无", "000000000000000000", "123456789012345678", "身份证丢失")


@dataclass
class Somebody:
    """An invented person."""

    name: str
    female: bool
    born: date
    ident: str
    phones: list[str]
    mail: str
    wechat: str
    homes: list[str]
    other_names: list[str] = field(default_factory=list)
    foreign: bool = False


class Town:
    """People, households, offices; seeded."""

    def __init__(self, seed: int, n: int) -> None:
        """About `n` people."""
        self.r = random.Random(seed)
        self.used: set[str] = set()
        self.people: list[Somebody] = []
        self.offices = [(f"0592-{self.r.randrange(2_000_000, 8_999_999)}", self.home(self.area())) for _ in range(4)]
        makers: tuple[Callable[[], None], ...] = (
            self._alone, self._alone, self._alone, self._couple, self._generations, self._twins, self._dormitory,
            self._foreigner, self._namesakes,
        )  # fmt: skip
        while len(self.people) < n:
            self.r.choice(makers)()
        for p in self.people:  # numbers and flats are handed on
            if len(p.phones) > 1 and self.yes(0.3):
                self.r.choice(self.people).phones.append(p.phones[0])
            if len(p.homes) > 1 and self.yes(0.3):
                self.r.choice(self.people).homes.append(p.homes[0])

    def yes(self, rate: float) -> bool:
        """True so often."""
        return self.r.random() < rate

    def area(self) -> str:
        """An area code."""
        return self.r.choice(list(AREAS))

    def home(self, area: str) -> str:
        """An address of one of two kinds."""
        r = self.r
        if self.yes(0.5):
            return f"{AREAS[area]}{r.choice(ROADS)}{r.randrange(1, 900)}号{r.choice(ESTATES)}{r.randrange(1, 30)}栋{r.randrange(101, 3300)}室"
        return f"{AREAS[area]}{r.choice(ROADS)}{r.randrange(1, 900)}号{r.randrange(1, 12)}号楼{r.randrange(1, 5)}单元{r.randrange(101, 3300)}"

    def phone(self) -> str:
        """A number nobody has yet."""
        while (made := f"1{self.r.choice('3456789')}{self.r.randrange(10**9):09d}") in self.used:
            pass
        self.used.add(made)
        return made

    def name(self, surname: str = "") -> str:
        """A Chinese name."""
        first = surname or (
            self.r.choice(COMPOUND) if self.yes(0.02) else self.r.choice(SURNAMES[: self.r.choice((12, 30, 80))])
        )
        return first + "".join(self.r.choices(GIVEN, k=1 if self.yes(0.2) else 2))

    def one(self, name: str, area: str, home: str, born: date, phone: str, female: bool | None = None) -> Somebody:
        """A person with all they have."""
        r = self.r
        female = self.yes(0.5) if female is None else female
        body = (
            f"{area}{born:%Y%m%d}{r.randrange(100) * 10 + r.choice((0, 2, 4, 6, 8) if female else (1, 3, 5, 7, 9)):03d}"
        )
        ident = body + "10X98765432"[sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True)) % 11]
        mail = f"{r.choice(['q', 'lucky', 'hi', 'mm'])}{r.randrange(10**6)}{r.choice('abcxyz')}@{r.choice(['example.net', 'mail.example.org', 'example.com'])}"
        p = Somebody(name, female, born, ident, [phone], mail, f"wx_{r.randrange(10**9):x}", [home])
        if self.yes(0.18):
            p.phones.append(self.phone())
        if self.yes(0.15):
            p.homes.append(self.home(area))
        if self.yes(0.03):
            p.other_names.append(self.name())
        self.people.append(p)
        return p

    def day(self, first: int, last: int) -> date:
        """A date of birth."""
        return date(first, 1, 1) + timedelta(days=self.r.randrange((last - first + 1) * 365))

    def _alone(self) -> None:
        area = self.area()
        self.one(self.name(), area, self.home(area), self.day(1955, 2004), self.phone())

    def _couple(self) -> None:
        area, phone = self.area(), self.phone()
        home = self.home(area)
        a = self.one(self.name(), area, home, self.day(1960, 1998), phone, female=False)
        b = self.one(
            self.name(), area, home, self.day(1960, 1998), phone if self.yes(0.4) else self.phone(), female=True
        )
        if self.yes(0.3):
            b.mail = a.mail

    def _generations(self) -> None:
        area, phone = self.area(), self.phone()
        home, surname = self.home(area), self.r.choice(SURNAMES)
        for first, last in ((1945, 1960), (1972, 1985), (1999, 2012)):
            self.one(self.name(surname), area, home, self.day(first, last), phone if self.yes(0.5) else self.phone())

    def _twins(self) -> None:
        area, born, surname = self.area(), self.day(1985, 2010), self.r.choice(SURNAMES)
        home, phone = self.home(area), self.phone()
        a, b = self.name(surname), self.name(surname)
        if a != b:
            self.one(a, area, home, born, phone)
            self.one(b, area, home, born, phone if self.yes(0.5) else self.phone())

    def _dormitory(self) -> None:
        area = self.area()
        home = self.home(area)
        for _ in range(4):
            self.one(self.name(), area, home, self.day(2001, 2006), self.phone())

    def _foreigner(self) -> None:
        area = self.area()
        p = self.one(
            f"{self.r.choice(FIRST)} {self.r.choice(LAST)}", area, self.home(area), self.day(1960, 2000), self.phone()
        )
        p.foreign, p.ident = True, ""

    def _namesakes(self) -> None:
        area, name = self.area(), self.name()
        for _ in range(2):
            self.one(name, area, self.home(area), self.day(1960, 2000), self.phone())

    # as it is written down

    def called(self, p: Somebody) -> str:
        """A name as a clerk, a form or an app has it."""
        r = self.r
        name = r.choice(p.other_names) if p.other_names and self.yes(0.3) else p.name
        if " " in name:
            first, last = name.split()
            return r.choice([name, name, name.upper(), f"{last}, {first}", name.lower(), f"{first}  {last}"])
        if self.yes(0.04):
            return r.choice(
                [name[0] + ("小姐" if p.female else "先生"), name[0] + ("女士" if p.female else "总"), "小" + name[-1]]
            )
        if self.yes(0.05):
            return r.choice([f"{name}（家属）", f"{name}{'女士' if p.female else '先生'}", f"{name}收"])
        at = [i for i, c in enumerate(name) if i and c in SOUNDS]
        if at and self.yes(0.05):
            return name[: at[0]] + SOUNDS[name[at[0]]] + name[at[0] + 1 :]
        if self.yes(0.08):
            return name.translate(OLD_WRITING)
        return " ".join(name) if self.yes(0.03) else name

    def number(self, p: Somebody) -> str:
        """A telephone as it was typed."""
        r = self.r
        if self.yes(0.04):
            return r.choice(JUNK_PHONE)
        if self.yes(0.06):
            return r.choice(self.offices)[0]
        n = r.choice(p.phones[-2:] if self.yes(0.7) else p.phones)
        if self.yes(0.7):
            return n
        return r.choice(
            [
                f"0086{n}",
                f"(+86){n}",
                f"{n[:3]} {n[3:7]} {n[7:]}",
                f"{n[:3]}.{n[3:7]}.{n[7:]}",
                f"　{n}",
                f"{n}.0",
                n.translate({48 + i: 0xFF10 + i for i in range(10)}),
            ]
        )

    def identity(self, p: Somebody) -> str:
        """An identity number as it was copied."""
        r = self.r
        if not p.ident or self.yes(0.06):
            return r.choice(JUNK_ID)
        if self.yes(0.05):
            return r.choice(
                [
                    p.ident[:6] + "*" * 8 + p.ident[-4:],
                    p.ident[:17],
                    p.ident[:10] + p.ident[11] + p.ident[10] + p.ident[12:],
                ]
            )
        if p.born.year < 2000 and self.yes(0.08):
            return p.ident[:6] + p.ident[8:17]
        return r.choice(
            [p.ident, p.ident, p.ident.lower(), f" {p.ident}", f"{p.ident[:6]} {p.ident[6:14]} {p.ident[14:]}"]
        )

    def place(self, p: Somebody) -> str:
        """An address in the words of a buyer."""
        r = self.r
        if self.yes(0.05):
            return r.choice(self.offices)[1]
        full = r.choice(p.homes)
        short = (
            full.replace("福建省", "")
            .replace("广东省", "")
            .replace("湖北省", "")
            .replace("陕西省", "")
            .replace("黑龙江省", "")
        )
        return r.choice(
            [
                full,
                full,
                short,
                full.replace("栋", "幢"),
                full.replace("号楼", "#").replace("单元", "-"),
                "  ".join((full[:6], full[6:])),
                f"中国{full}",
                full.translate(OLD_WRITING),
            ]
        )

    def birthday(self, p: Somebody) -> str:
        """A date of birth, defaults among them."""
        if self.yes(0.06):
            return self.r.choice(["1970-01-01", "1900-01-01"])
        return self.r.choice([f"{p.born:%Y-%m-%d}", f"{p.born:%Y-%m-%d} 00:00:00", f"{p.born:%Y/%m/%d}"])

    def post(self, p: Somebody) -> str:
        """A mail address."""
        if self.yes(0.03):
            return self.r.choice(["service@example.com", "no@no.com", "a@a.com"])
        return p.mail.capitalize() if self.yes(0.15) else p.mail
