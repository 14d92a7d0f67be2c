"""One large Parquet file discovered and linked through the command line: seconds, and the most memory of each step.

The file is of invented people: about one row in ten is of somebody who has one already, under the same phone. Target:
10 million rows within 2 GB.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from bench.people import CASE, PEOPLE, ROLES, SOURCE_CODE

ROWS_OF_TARGET = 10_000_000
MOST_BYTES = 2 << 30
_BATCH = 250_000
_SURNAMES = pl.Series(list("王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余"))
_GIVEN = pl.Series(list("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚玲桂英华文慧建国红玉兰志飞鹏辉斌波宇浩凯欣雨晨佳琪"))
_STREETS = pl.Series(
    ["文三路", "中山路", "人民路", "解放街", "建设路", "和平路", "长江路", "学院路", "花园街", "延安路"]
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
SOURCE = """
[[sources]]
name = "crm"
kind = "parquet"
path = "customers.parquet"
"""


def rows(first: int, n: int) -> pl.DataFrame:
    """`n` rows from row `first` on; the same for the same place."""
    draw = np.random.default_rng(first)
    at = np.arange(first, first + n)
    person = np.where(draw.random(n) < 0.1, draw.integers(0, np.maximum(at, 1)), at)  # one of those before

    def of(salt: int, below: int) -> np.ndarray:
        mixed = (person.astype(np.uint64) + np.uint64(salt << 40)) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(31))) * np.uint64(0xBF58476D1CE4E5B9)
        return ((mixed ^ (mixed >> np.uint64(30))) % np.uint64(below)).astype(np.int64)

    def pick(words: pl.Series, salt: int) -> pl.Series:
        return words.gather(pl.Series(of(salt, len(words))))

    def number(salt: int, below: int, width: int = 0) -> pl.Series:
        return pl.Series(of(salt, below)).cast(pl.Utf8).str.zfill(width)

    day = pl.Series(np.datetime64("1950-01-01") + of(1, 18_000)).dt.strftime("%Y%m%d")
    body = "33" + number(2, 10_000, 4) + day + number(3, 1_000, 3)
    digits = np.frombuffer("".join(body).encode(), np.uint8).reshape(n, 17) - 48
    check = pl.Series(list("10X98765432")).gather(pl.Series((digits * np.array(_WEIGHTS)).sum(axis=1) % 11))
    home = "浙江省杭州市西湖区" + pick(_STREETS, 4) + number(5, 400) + "号2幢1单元" + number(6, 2_500) + "室"
    out = pl.DataFrame({
        "id": pl.Series(at), "name": pick(_SURNAMES, 7) + pick(_GIVEN, 8) + pick(_GIVEN, 9),
        "mobile": pl.Series(13_000_000_000 + person * 7 % 6_999_999_999).cast(pl.Utf8),
        "email": "u" + pl.Series(person).cast(pl.Utf8) + "@example.com", "id_no": body + check,
        "birthday": day, "address": home, "status": pl.Series(at % 4).cast(pl.Utf8),
        "amount": pl.Series(at % 99_999) / 100,
    })  # fmt: skip
    gone = {"id_no": 0.4, "email": 0.5, "address": 0.3, "birthday": 0.3}
    return out.with_columns(pl.when(pl.Series(draw.random(n) >= p)).then(pl.col(c)).alias(c) for c, p in gone.items())


def write(folder: Path, n: int) -> None:
    """The file and its case."""
    writer = None
    for first in range(0, n, _BATCH):
        table = rows(first, min(_BATCH, n - first)).to_arrow()
        writer = writer or pq.ParquetWriter(folder / "customers.parquet", table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()
    (folder / ".bequest-rehearsal").write_text('{"case_id": "who"}', encoding="utf-8")
    case = CASE.format(day="2027-06-30", sources=SOURCE, table="crm", column="status")
    people = "".join(PEOPLE.format(who=f"{role}-1", role=role) for role in ROLES)
    (folder / "case.toml").write_text(case + people, encoding="utf-8")


def measured(folder: Path, *words: str) -> tuple[float, int]:
    """Seconds and the most bytes that one command had in memory."""
    code = "from bequest.cli.main import main; main()"
    start = time.perf_counter()
    with (folder / "out.txt").open("w", encoding="utf-8") as out:
        env = {**os.environ, "BEQUEST_LANG": "en", "PYTHONPATH": SOURCE_CODE}
        command = [sys.executable, "-c", code, *words]
        running = subprocess.Popen(command, cwd=folder, stdout=out, stderr=out, env=env)
        _, status, usage = os.wait4(running.pid, 0)
    assert status == 0, f"{words}: {(folder / 'out.txt').read_text(encoding='utf-8')}"
    return time.perf_counter() - start, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def run(n: int) -> Iterator[dict[str, object]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, n)
        measured(folder, "case", "new", "case.toml")
        for step in ("discover", "link"):
            taken, most = measured(folder, step, "who")
            line = {"bench": f"memory, {step}", "rows": n, "ours_seconds": round(taken, 1), "peak_mb": most >> 20}
            judged = {"target": f"at most {MOST_BYTES >> 20} MB", "passes": most <= MOST_BYTES}
            yield line | (judged if n >= ROWS_OF_TARGET else {})
