"""A demo case in which four tables stay without their people, one of each kind of file that can be rewritten."""

import re
from pathlib import Path

ANONYMISED = {
    "customers": {
        "province": "generalise:province",
        "birthday": "drop",
        "reg_at": "drop",
        "cust_no": "token",
        "is_deleted": "fixed:0",
    },
    "loyalty": {"card_no": "token", "points": "generalise:10000", "birthday": "drop", "shop_id": "keep:measure"},
    "orders": {"金额": "keep:measure", "下单时间": "generalise:year", "付款时间": "drop", "完成时间": "drop"},
    "tickets": {"opened_at": "generalise:year", "tags": "drop", "channel": "keep"},
}
DROPPED = {
    "customers": ("cust_type", "city", "notice_version", "status", "bounced_at", "shop_id"),
}
K = {"customers": 3, "loyalty": 2, "orders": 3, "tickets": 2}
REASON = "统计留存 statistics"


def write_map(path: Path) -> None:
    """The demo's data map, with the wish to anonymise."""
    head, *tables = re.split(r"(?=\[\[tables\]\]\n)", path.read_text(encoding="utf-8"))
    path.write_text(head + "".join(map(_table, tables)), encoding="utf-8")


def _table(text: str) -> str:
    [name] = re.findall(r'^table = "(.+)"', text, re.MULTILINE)
    if name not in ANONYMISED:
        return text
    wish = f'anonymise = {{ k = {K[name]}, reason = "{REASON}" }}\n'
    text = text.replace(f'table = "{name}"\n', f'table = "{name}"\n{wish}', 1)
    if name in {"loyalty", "orders"}:  # their numbers are known outside: rows are then known by their place
        text = re.sub(r"^key = .*$", "key = []", text, count=1, flags=re.MULTILINE)
    ways = ANONYMISED[name] | dict.fromkeys(DROPPED.get(name, ()), "drop")
    for column, way in ways.items():
        at = f'name = "{column}"\n'
        assert at in text, (name, column)
        text = text.replace(at, f'{at}anonymised_by = "{way}"\n', 1)
    return text
