# ruff: noqa: E501 - tables of words read best in one line each
"""Who is who on a third company, written after the rules of rare names: they were not chosen by looking at it.

An insurer with a group-buying app: policies in SQLite, claims as CSV, accounts with an open id in JSON Lines, repairs
in a Parquet file of codes, orders of the app as CSV. Names are as common as in real life (every fourteenth is a 王, the
favourite given names are everywhere), few records a person, two columns of telephones, mail addresses made of names or
QQ numbers, landlines of offices and villages, wrong and lacking digits, gifts sent to others' telephones, nicknames, a
clerk's own telephone where there is none, children under their parents' telephone, names of minorities, addresses
without house number. The score is before review.
"""

import random
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from bench.people import CASE, PEOPLE, ROLES, linked, score
from bench.town import WEIGHTS
from bequest.engine.kernels import normalise

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严"
FAVOURITE = [
    "伟",
    "芳",
    "娜",
    "秀英",
    "敏",
    "静",
    "丽",
    "强",
    "磊",
    "军",
    "洋",
    "勇",
    "艳",
    "杰",
    "娟",
    "涛",
    "明",
    "超",
    "秀兰",
    "霞",
    "平",
    "刚",
    "桂英",
    "建华",
    "建国",
    "婷婷",
    "浩然",
    "子涵",
    "宇轩",
    "志强",
    "丽娟",
    "海燕",
    "晓东",
    "国庆",
    "玉兰",
    "春梅",
    "鹏",
    "雪",
    "琳",
    "鑫",
]
LETTERS = "安邦博晨承德恩凡飞风福光海涵豪宏虹华辉慧嘉健江杰津景俊凯康兰乐磊莉良林凌龙璐洛梦妮宁培鹏平琪奇倩青清仁荣如瑞森珊生胜诗世舒思松天维文武希仙贤翔向晓新兴雪阳瑶业仪逸英永友宇雨玉元悦云泽展昭哲真正智中洲卓"
DOTTED = ("买买提·阿不都", "古丽·吐尔逊", "阿依努尔·艾力", "扎西·多吉", "卓玛·次仁", "巴特尔·苏和")
PLACES = {
    "370102": "山东省济南市历下区",
    "370203": "山东省青岛市市北区",
    "410105": "河南省郑州市金水区",
    "410322": "河南省洛阳市孟津县",
    "320106": "江苏省南京市鼓楼区",
    "320583": "江苏省苏州市昆山市",
}
STREETS = [
    "经十路",
    "泉城路",
    "花园路",
    "农业路",
    "人民路",
    "解放路",
    "建设路",
    "中州大道",
    "文化路",
    "黄河路",
    "长江南路",
    "前进西路",
    "新华街",
    "同德巷",
]
ESTATES = ["恒大绿洲", "万科城", "银座花园", "书香苑", "和谐家园", "教师新村", "铁路小区"]
CLERK = ("13512345678", "0531-88886666", "0371-65650000")

Cell = str | None
TABLES: dict[str, tuple[float, dict[str, tuple[str, float]]]] = {
    "policies": (0.55, {"holderName": ("name", 0.01), "idCardNo": ("ident", 0.12), "mobilePhone": ("phone", 0.15), "homeTel": ("second", 0.7), "birthDate": ("born", 0.4), "mailAddr": ("home", 0.35)}),
    "claims": (0.5, {"报案人": ("name", 0.03), "报案电话": ("phone", 0.12), "微信openid": ("openid", 0.55), "出生日期": ("born", 0.75), "居住地址": ("home", 0.45)}),
    "accounts": (0.8, {"openid": ("openid", 0.05), "nickName": ("nick", 0.3), "phoneNumber": ("phone", 0.35), "email": ("mail", 0.6)}),
    "repairs": (0.4, {"C01": ("name", 0.05), "C02": ("phone", 0.3), "C03": ("ident", 0.7), "C04": ("mail", 0.8)}),
    "orders": (1.1, {"receiver": ("receiver", 0.03), "receiver_phone": ("phone", 0.1), "receiver_addr": ("home", 0.1)}),
}  # fmt: skip
FILES = {"policies": "sqlite", "claims": "csv", "accounts": "jsonl", "repairs": "parquet", "orders": "csv"}


@dataclass
class Customer:
    """An invented customer."""

    name: str
    female: bool
    born: date
    ident: str
    phones: list[str]
    home: str
    mail: str
    openid: str
    homes: list[str] = field(default_factory=list)


class Market:
    """The customers, and how they are written down; seeded."""

    def __init__(self, seed: int, n: int) -> None:
        """About `n` customers in households."""
        self.r = random.Random(seed)
        self.people: list[Customer] = []
        while len(self.people) < n:
            self._household()
        for p in self.people:  # numbers given up come to others
            if len(p.phones) > 1 and self.yes(0.25):
                self.r.choice(self.people).phones.insert(0, p.phones[0])

    def yes(self, rate: float) -> bool:
        """True so often."""
        return self.r.random() < rate

    def _number(self) -> str:
        return f"1{self.r.choice(('36', '37', '38', '39', '50', '51', '58', '59', '86', '87', '77', '99'))}{self.r.randrange(10**8):08d}"

    def _called(self, surname: str = "") -> str:
        if not surname and self.yes(0.015):
            return self.r.choice(DOTTED)
        surname = surname or self.r.choices(SURNAMES, [1 / (i + 6) for i in range(len(SURNAMES))])[0]
        if self.yes(0.35):
            return surname + self.r.choices(FAVOURITE, [1 / (i + 8) for i in range(len(FAVOURITE))])[0]
        return surname + "".join(self.r.choices(LETTERS, k=2))

    def _address(self, area: str) -> str:
        r = self.r
        if self.yes(0.2):
            return f"{PLACES[area]}{r.choice('东西南北')}{r.choice('王李赵张')}{r.choice(('庄', '村'))}{r.randrange(1, 300)}号"
        if self.yes(0.5):
            return f"{PLACES[area]}{r.choice(STREETS)}{r.randrange(1, 300)}号{r.choice(ESTATES)}{r.randrange(1, 40)}号楼{r.randrange(1, 6)}单元{r.randrange(101, 2800)}室"
        return f"{PLACES[area]}{r.choice(ESTATES)}{r.randrange(1, 40)}号楼{r.randrange(101, 2800)}"

    def _household(self) -> None:
        r, area = self.r, self.r.choice(list(PLACES))
        home, surname, shared = self._address(area), "", self._number()
        for i in range(r.choices((1, 2, 3), (6, 3, 1))[0]):
            female, child = self.yes(0.5), i == 2
            born = date(2008 if child else 1948, 1, 1) + timedelta(days=r.randrange(4000 if child else 19_000))
            name = self._called(surname if child else "")
            surname = surname or name[0]
            body = f"{area}{born:%Y%m%d}{r.randrange(100) * 10 + 2 * r.randrange(5) + (not female):03d}"
            ident = body + "10X98765432"[sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True)) % 11]
            phones = [shared if i and (child or self.yes(0.25)) else (self._number() if i else shared)]
            if self.yes(0.22):
                phones.append(self._number())
            mail = r.choice(
                (
                    f"{r.randrange(10**8, 10**10)}@qq.example.com",
                    f"user{len(self.people)}_{r.randrange(99)}@example.com",
                    f"{r.choice('abcdefgh')}{born:%y%m%d}{r.randrange(99)}@mail.example.org",
                )
            )
            p = Customer(name, female, born, ident, phones, home, mail, f"o{r.getrandbits(100):025x}")
            p.homes = [home, self._address(area)] if self.yes(0.2) else [home]
            self.people.append(p)

    def name(self, p: Customer) -> str:
        """The name as written on paper."""
        r = self.r
        if "·" in p.name:
            return r.choice([p.name, p.name, p.name.replace("·", "."), p.name.replace("·", "")])
        if self.yes(0.02):
            return p.name[:-1] + r.choice(LETTERS)  # another character altogether: misread
        if self.yes(0.03):
            return f"{p.name}{r.choice(('(本人)', '（车主）', ' 女士' if p.female else ' 先生'))}"
        return f"{p.name[0]}{'女士' if p.female else '先生'}" if self.yes(0.03) else p.name

    def receiver(self, p: Customer) -> str:
        """The name as somebody wants a parcel addressed."""
        r = self.r
        if self.yes(0.12):
            return r.choice(
                [
                    f"{p.name[0]}{'小姐' if p.female else '先生'}",
                    f"小{p.name[-1]}",
                    f"{p.name[-1] * 2}",
                    "本人",
                    "快递放门口",
                ]
            )
        return self.name(p)

    def nick(self, p: Customer) -> str:
        """A name in an app: mostly none."""
        return (
            p.name
            if self.yes(0.35)
            else self.r.choice(
                [
                    "风雨同舟",
                    "开心每一天",
                    f"A{p.name[-1]}姐",
                    "用户" + p.openid[-6:],
                    "阳光",
                    "🌸" + p.name[-1],
                    "Lucky",
                ]
            )
        )

    def phone(self, p: Customer) -> str:
        """A telephone as it was typed, not always one's own."""
        r = self.r
        if self.yes(0.03):
            return r.choice(CLERK)
        if self.yes(0.02):
            return r.choice(("13800000000", "11111111111", "无", "123456", "15000000000"))
        n = (
            r.choice(self.people).phones[-1]
            if self.yes(0.01)
            else p.phones[-1]
            if self.yes(0.75)
            else r.choice(p.phones)
        )
        if self.yes(0.02):
            at = r.randrange(3, 10)
            return r.choice(
                (
                    n[:at] + n[at + 1 :],
                    n[:at] + n[at + 1] + n[at] + n[at + 2 :],
                    n[:at] + str(r.randrange(10)) + n[at + 1 :],
                )
            )
        return (
            n
            if self.yes(0.8)
            else r.choice((f"+86{n}", f"{n[:3]}-{n[3:7]}-{n[7:]}", f"86 {n}", f"'{n}", f"{n}/", f"tel:{n}"))
        )

    def second(self, p: Customer) -> str:
        """A landline, or the older number."""
        return (
            p.phones[0]
            if self.yes(0.5)
            else f"0{self.r.choice(('531', '371', '512'))}-{self.r.randrange(2_000_000, 2_000_400)}"
        )

    def ident(self, p: Customer) -> str:
        """An identity number as copied."""
        r = self.r
        if self.yes(0.04):
            return r.choice(
                (
                    "无",
                    "123456",
                    p.ident[:14],
                    p.ident[:-1] + "*",
                    p.ident[:3] + "*" * 11 + p.ident[-4:],
                    "999999999999999999",
                )
            )
        if self.yes(0.02):
            at = r.randrange(17)
            return p.ident[:at] + str((int(p.ident[at]) + 3) % 10) + p.ident[at + 1 :]
        return p.ident[:6] + p.ident[8:17] if p.born.year < 2000 and self.yes(0.1) else p.ident

    def born(self, p: Customer) -> str:
        """A date of birth, sometimes the first of January."""
        if self.yes(0.05):
            return "1990-01-01"
        day = p.born + timedelta(days=30) if self.yes(0.01) else p.born
        return self.r.choice((f"{day:%Y-%m-%d}", f"{day:%Y%m%d}", f"{day:%Y/%m/%d}"))

    def home(self, p: Customer) -> str:
        """An address, shortened as people do."""
        r, full = self.r, self.r.choice(p.homes)
        if self.yes(0.04):
            return r.choice(("同上", full[:9], "自提"))
        return r.choice(
            (
                full,
                full,
                full[3:],
                full[6:],
                full.replace("号楼", "栋").replace("单元", "-").replace("室", ""),
                full.replace("省", " ").replace("市", " ", 1),
            )
        )

    def mail(self, p: Customer) -> str:
        """A mail address."""
        return self.r.choice(("test@test.com", "无", "kefu@example.com")) if self.yes(0.03) else p.mail

    def openid(self, p: Customer) -> str:
        """The app's own name for somebody."""
        return p.openid


def written(folder: Path, seed: int, n: int) -> pl.DataFrame:
    """Write the files and the case; answer `source`, `row`, `person`, `ident` of every row."""
    market = Market(seed, n)
    r, truth, blocks = market.r, [], []
    for table, (share, columns) in TABLES.items():
        who = [i for i in range(len(market.people)) for _ in range(int(share) + market.yes(share % 1))]
        if table == "accounts":  # an account is one person's; a few have two
            who = sorted(set(who)) + [i for i in range(len(market.people)) if market.yes(0.04)]
        r.shuffle(who)
        rows = [
            {
                c: None if market.yes(gap) else str(getattr(market, how)(market.people[i]))
                for c, (how, gap) in columns.items()
            }
            for i in who
        ]
        frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.Utf8)).with_columns(
            day=pl.Series([f"2025-{r.randrange(1, 13):02d}-{r.randrange(1, 29):02d}" for _ in who]), kind=pl.Series([r.choice("0123") for _ in who])
        )  # fmt: skip
        path = f"{table}.{'db' if FILES[table] == 'sqlite' else FILES[table]}"
        _write(folder / path, frame, FILES[table], table)
        blocks.append(f'[[sources]]\nname = "{table}"\nkind = "{FILES[table]}"\npath = "{path}"\n')
        ids = next((c for c, (how, _) in columns.items() if how == "ident"), None)
        known = frame.select(
            normalise.national_id(pl.col(ids)) if ids else pl.lit(None, pl.Utf8).alias("i")
        ).to_series()
        truth.append(pl.DataFrame({"source": [table] * len(who), "row": range(len(who)), "person": who, "ident": known if ids else [None] * len(who)}, schema={"source": pl.Utf8, "row": pl.Int64, "person": pl.Int64, "ident": pl.Utf8}))  # fmt: skip
    case = CASE.format(day="2027-06-30", sources="".join(blocks), table="policies", column="kind").replace(
        'source = "crm"', 'source = "policies"'
    )
    (folder / "case.toml").write_text(
        case + "".join(PEOPLE.format(who=f"{x}-1", role=x) for x in ROLES), encoding="utf-8"
    )
    (folder / ".bequest-rehearsal").write_text('{"case_id": "who"}', encoding="utf-8")
    return pl.concat(truth)


def _write(path: Path, frame: pl.DataFrame, kind: str, table: str) -> None:
    if kind == "sqlite":
        with sqlite3.connect(path) as db:
            db.execute(
                f"create table {table} (id integer primary key, {', '.join(c + ' text' for c in frame.columns)})"
            )
            db.executemany(
                f"insert into {table} values ({','.join('?' * (frame.width + 1))})",  # noqa: S608
                [(i, *row) for i, row in enumerate(frame.rows())],
            )
            db.execute("create table bequest_rehearsal (case_id text)")
            db.execute("insert into bequest_rehearsal values ('who')")
        db.close()
    else:
        {"csv": frame.write_csv, "jsonl": frame.write_ndjson, "parquet": frame.write_parquet}[kind](path)


def run(n: int) -> Iterator[dict[str, object]]:
    for seed in (501, 502):
        with tempfile.TemporaryDirectory() as name:
            truth = written(Path(name), seed, n)
            yield {"bench": f"market, seed {seed}", "people": n, **score(truth, linked(Path(name)))}
