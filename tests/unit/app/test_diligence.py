"""`bequest diligence`: from a description and a file to a table, its statement and the printed choice."""

import json
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from bequest.app.diligence import diligence_table
from bequest.cli.main import main
from bequest.kernel.errors import InputError

SPEC = """
input = "people.csv"
k = 5
l = 2
t = 0.6
suppression = 0.1
[[columns]]
name = "birthday"
levels = ["month", "year", "decade"]
[[columns]]
name = "address"
levels = ["district", "city", "province"]
[[columns]]
name = "gender"
[[columns]]
name = "segment"
role = "sensitive"
"""
CITIES = (
    "浙江省杭州市西湖区文三路{}号",
    "浙江省杭州市上城区中山路{}号",
    "浙江省宁波市海曙区解放路{}号",
    "江苏省南京市玄武区北京路{}号",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    n = 400
    pl.DataFrame(
        {
            "name": [f"客户{i}" for i in range(n)],
            "birthday": [f"{1960 + i % 40}-{1 + i % 12:02}-{1 + i % 28:02}" for i in range(n)],
            "address": [CITIES[i % 4].format(i) for i in range(n)],
            "gender": ["男" if i % 3 else "女" for i in range(n)],
            "segment": [("金", "银", "普通")[i // 7 % 3] for i in range(n)],
        }
    ).write_csv(tmp_path / "people.csv")
    (tmp_path / "spec.toml").write_text(SPEC, encoding="utf-8")
    return tmp_path


def test_the_table_holds_what_its_statement_says(folder: Path) -> None:
    made = diligence_table(folder / "spec.toml", folder / "out")
    table = pl.read_parquet(folder / "out" / "table.parquet")
    said = json.loads((folder / "out" / "statement.json").read_text())
    assert table.equals(pl.read_csv(folder / "out" / "table.csv", infer_schema=False))
    assert table.columns == ["birthday", "address", "gender", "segment"]
    counted = Counter(table.select("birthday", "address", "gender").iter_rows())
    assert min(counted.values()) == said["chosen"]["k"] >= 5
    poorest = table.group_by("birthday", "address", "gender").agg(pl.col("segment").n_unique())["segment"].min()
    assert poorest == said["chosen"]["l"] >= 2
    assert float(said["chosen"]["t"]) <= 0.6
    assert table.height == 400 - said["chosen"]["suppressed"] == said["rows"]
    assert float(said["chosen"]["risks"]["prosecutor_max"]) == pytest.approx(1 / said["chosen"]["k"], abs=1e-6)
    assert made.search.n_nodes == 5 * 5 * 2
    assert len(said["alternatives"]) == 5


def test_the_command_shows_the_choice_and_the_others(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["diligence", str(folder / "spec.toml"), "--out", str(folder / "out")])
    assert stopped.value.code == 0
    said = capsys.readouterr().out
    assert "chosen" in said
    assert said.count("other") == 5 + said.count("others know")
    assert "for counsel to say" in said


SLIPS = {
    "an unknown key": ("k = 5", "kk = 5", "unknown key 'kk'"),
    "a k that is none": ("k = 5", "k = 1", "number from 2"),
    "no such file": ("people.csv", "nobody.csv", "no file that is there"),
    "no such column": ('"gender"', '"sex"', "no column sex"),
    "a column that names people": ('"segment"', '"name"', "would name people"),
    "too much is wanted": ("k = 5", "k = 5000", "no combination"),
    "no such role": ('"sensitive"', '"secret"', "has the role"),
}


@pytest.mark.parametrize(("was", "now", "why"), SLIPS.values(), ids=SLIPS)
def test_what_is_refused(folder: Path, was: str, now: str, why: str) -> None:
    (folder / "spec.toml").write_text(SPEC.replace(was, now, 1), encoding="utf-8")
    with pytest.raises(InputError, match=why):
        diligence_table(folder / "spec.toml", folder / "out")
    assert not (folder / "out").exists()
