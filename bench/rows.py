"""Seeded rows for the benchmarks: invented people only."""

import random

import polars as pl

SENTENCES = (
    "客户反馈商品与描述不符，要求尽快处理",
    "已安排退款，三个工作日内到账",
    "多次致电无人接听，改约明天上午",
    "询问会员积分如何兑换",
)


def phones(n: int) -> list[str]:
    """Mobile numbers, no two alike."""
    return [str(13_000_000_000 + i * 7) for i in range(n)]


def remarks(n: int, seed: int = 1) -> list[str]:
    """Free text: 20 % with a phone number, 5 % with an identity number, 5 % with a card number and e-mail address."""
    draw = random.Random(seed)
    texts = []
    for i in range(n):
        text = draw.choice(SENTENCES) + "，" + draw.choice(SENTENCES)
        kind = draw.random()
        if kind < 0.20:
            text += f"，电话{13_000_000_000 + i}"
        elif kind < 0.25:
            text += "，证件11010519491231002X"
        elif kind < 0.30:
            text += f"，卡号6222021234567890128，邮箱user{i}@example.com"
        texts.append(text + "。")
    return texts


def people(n: int) -> pl.DataFrame:
    """Seven text columns: name, phone, identity number, card, e-mail address, postal address, remark."""
    draw = random.Random(2)
    surnames, given = "王李张刘陈杨赵黄周吴", "伟芳娜敏静磊洋艳勇杰"
    roads = ("人民路", "解放大道", "长江东路", "文化巷")
    return pl.DataFrame(
        {
            "name": [draw.choice(surnames) + "".join(draw.choices(given, k=draw.choice((1, 2, 2)))) for _ in range(n)],
            "phone": phones(n),
            "id_card": [identity_number(i) for i in range(n)],
            "card": [card_number(i) for i in range(n)],
            "email": [f"customer{i}@example.com" for i in range(n)],
            "address": [f"江苏省南京市鼓楼区{draw.choice(roads)}{i % 900}号{i % 30}幢{i % 2000}室" for i in range(n)],
            "remark": remarks(n),
        }
    )


def identity_number(i: int) -> str:
    """A number with a right check character that nobody bears: its area code is not in use."""
    body = f"110199{1950 + i % 50}{1 + i % 12:02}{1 + i % 28:02}{i % 1000:03}"
    return body + "10X98765432"[sum(int(c) * (2 ** (17 - k) % 11) for k, c in enumerate(body)) % 11]


def card_number(i: int) -> str:
    """A card number with a right Luhn digit."""
    body = f"622202{i:012}"
    doubled = sum(sum(divmod(int(c) * (2 - k % 2), 10)) for k, c in enumerate(body[::-1]))
    return body + str(-doubled % 10)
