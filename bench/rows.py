"""Seeded rows for the benchmarks: invented people only."""

import random

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
