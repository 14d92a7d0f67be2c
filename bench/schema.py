"""Discovery of a whole schema: seconds for a thousand tables, twice the time for twice the tables, not for more rows.

Nine of ten tables are empty, as most of real systems are; the others hold a sample of rows.
"""

from collections.abc import Iterator

import polars as pl

from bench import timing
from bequest.steps.discover import ColumnInfo, TableSample, discover

ROWS = 500
OF_PEOPLE = ("id", "real_name", "mobile", "email", "id_card", "birthday", "home_address", "remark", "create_by")
OF_THINGS = ("id", "goods_name", "price", "stock", "category_id", "status", "shop_phone", "sort", "create_time")
OF_DEEDS = ("id", "member_id", "order_sn", "amount", "receiver_name", "receiver_phone", "pay_time", "ip", "note")
KINDS = (("member", OF_PEOPLE), ("goods", OF_THINGS), ("order", OF_DEEDS))


def tables(n: int, rows: int = ROWS) -> list[TableSample]:
    """A schema of `n` tables in three kinds, every tenth with `rows` rows."""
    return [_table(i, rows if i % 10 == 0 else 0) for i in range(n)]


def _table(i: int, rows: int) -> TableSample:
    kind, names = KINDS[i % len(KINDS)]
    columns = tuple(ColumnInfo(f"{c}", "varchar(64)", is_key=c == "id") for c in names)
    numbers = pl.int_range(rows, eager=True)
    values = {"mobile": numbers + 13_800_000_000, "receiver_phone": numbers + 13_900_000_000}
    frame = pl.DataFrame({c: values.get(c, numbers).cast(pl.Utf8) for c in names})
    return TableSample("s", f"t_{kind}_{i}", "", columns, rows, frame)


def run(n: int) -> Iterator[dict[str, object]]:
    whole, half, more = tables(n), tables(n // 2), tables(n, ROWS * 10)
    taken = timing.seconds(
        {"all": lambda: discover(whole), "half": lambda: discover(half), "rows": lambda: discover(more)}
    )
    yield timing.result("twice the tables", n, "all", "half", taken, at_most=2.6)
    yield timing.result("ten times the rows", n, "rows", "all", taken, at_most=4.0)
