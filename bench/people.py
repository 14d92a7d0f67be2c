# ruff: noqa: E501 - tables of words read best in one line each
"""Who is who from end to end: a generated company as files, through `bequest discover` and `bequest link CASE --out`.

The company is invented and has the troubles of real ones: homophones, traditional characters, titles, 15-digit and
damaged identity numbers, changed and recycled phones, family phones, switchboards, junk, spellings of addresses, no
declared references, a serial number in every table. The same company is written with Chinese, pinyin, English and
mixed names of columns; nothing is corrected by hand. Prints pairwise precision and recall before review, the pairs
joined wrongly, and how many people were made of two valid identity numbers (which must be none).
"""

import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl

import bequest

STYLES: dict[str, dict[tuple[str, str], tuple[str, list[str]]]] = {
    "mixed": {},
    "chinese": {
        ("crm", "customers"): ("客户档案", ["姓名", "手机号", "身份证号", "邮箱", "出生日期", "联系地址", "性别"]),
        ("shop", "members"): ("会员", ["真实姓名", "注册手机", "电子邮箱", "生日"]),
        ("erp", "orders"): ("销售订单", ["收货人", "电话", "地址"]),
        ("desk", "tickets"): ("客服工单", ["联系人", "联系电话", "邮箱"]),
        ("loan", "contracts"): ("分期合同", ["借款人", "证件号码", "手机", "住址"]),
    },
    "pinyin": {
        ("crm", "customers"): ("kehu", ["xingming", "shouji", "shenfenzhenghao", "youxiang", "shengri", "dizhi", "xingbie"]),
        ("shop", "members"): ("huiyuan", ["zhenshixingming", "shoujihao", "youxiang", "shengri"]),
        ("erp", "orders"): ("dingdan", ["shouhuoren", "lianxidianhua", "shouhuodizhi"]),
        ("desk", "tickets"): ("gongdan", ["lianxiren", "dianhua", "youxiang"]),
        ("loan", "contracts"): ("hetong", ["xm", "sfzh", "lxdh", "jtzz"]),
    },
    "english": {
        ("crm", "customers"): ("cust_mst", ["cust_nm", "mob_no", "id_card_no", "email_addr", "birth_dt", "home_addr", "sex"]),
        ("shop", "members"): ("member", ["realName", "mobile", "email", "birthday"]),
        ("erp", "orders"): ("so_header", ["ship_to_name", "ship_to_phone", "ship_to_address"]),
        ("desk", "tickets"): ("service_case", ["callerName", "callerPhone", "callerEmail"]),
        ("loan", "contracts"): ("loan_contract", ["borrower", "borrower_id_no", "borrower_tel", "borrower_address"]),
    },
}  # fmt: skip
NOISE = {
    "chinese": ["序号", "状态", "金额", "创建时间", "备注"],
    "pinyin": ["id", "zhuangtai", "jine", "chuangjianshijian", "beizhu"],
}
PLAIN = ["id", "status", "amount", "created_at", "remark"]
SOURCE_CODE = str(Path(bequest.__file__).parents[1])
CASE = """
[case]
id = "who"
title = "who is who"
scenario = "company-transfer"
event = "E5"
industry = "e-commerce"
jurisdictions = ["cn"]
effective_on = {day}
rehearsal = true
[transferor]
id = "transferor"
name = "甲公司"
contact = "office@example.com"
[[receivers]]
id = "receiver"
name = "乙公司"
contact = "office@example.org"
[[lots]]
id = "lot-1"
receiver = "receiver"
legal_route = "PIPL-22"
route_reason = "merger"
purposes = ["履行订单"]
scope = [{{ source = "crm", table = "{table}", column = "{column}", in = ["0", "1", "2", "3"] }}]
{sources}
"""
SOURCE = """
[[sources]]
name = "{name}"
kind = "csv"
path = "{path}"
"""
ROLES = ("it", "legal", "hr", "marketing", "service", "finance", "officer", "operator", "verifier")
PEOPLE = """
[[people]]
id = "{who}"
name = "{who}"
roles = ["{role}"]
"""


def written(folder: Path, seed: int, people: int, style: str) -> pl.DataFrame:
    """Write the company as files and its case file; answer `source`, `row`, `person`, `ident` of every row."""
    from tests.unit.steps.link.company import generate

    from bequest.engine.kernels import normalise

    company, draw, truth = generate(seed, people), random.Random(seed), []
    blocks: list[str] = []
    for (source, table), frame in company.frames.items():
        name, headers = STYLES[style].get((source, table), (table, frame.columns[1:]))
        serial, status, amount, made, remark = NOISE.get(style, PLAIN)
        n = frame.height
        data = frame.drop("__key").rename(dict(zip(frame.columns[1:], headers, strict=True)))
        out = pl.DataFrame({
            serial: [str(i + 1) for i in range(n)], **data.to_dict(),
            status: [draw.choice("0123") for _ in range(n)],
            amount: [f"{draw.randrange(100, 99999) / 100:.2f}" for _ in range(n)],
            made: [f"2025-{draw.randrange(1, 13):02d}-{draw.randrange(1, 29):02d} 10:00:00" for _ in range(n)],
            remark: [draw.choice([None, None, None, "尽快发货", "周末送", "已回访"]) for _ in range(n)],
        })  # fmt: skip
        (folder / f"{name}.csv").write_bytes(out.write_csv().encode())
        blocks.append(SOURCE.format(name=source, path=f"{name}.csv"))
        ids = [c for t in company.datamap.tables if t.source == source for c in t.columns if c.cls == "national_id"]
        ident = frame.select(normalise.national_id(pl.col(ids[0].name)).alias("i"))["i"] if ids else [None] * n
        truth.append(
            pl.DataFrame({"source": [source] * n, "row": range(n), "person": company.truth[source, table], "ident": ident},
                         schema={"source": pl.Utf8, "row": pl.Int64, "person": pl.Int64, "ident": pl.Utf8})
        )  # fmt: skip
    (folder / ".bequest-rehearsal").write_text('{"case_id": "who"}', encoding="utf-8")
    (folder / "case.toml").write_text(
        CASE.format(day="2027-06-30", sources="".join(blocks), table="crm", column=status)
        + "".join(PEOPLE.format(who=f"{role}-1", role=role) for role in ROLES),
        encoding="utf-8",
    )
    return pl.concat(truth)


def linked(folder: Path) -> pl.DataFrame:
    """Discover and link by the command line; answer what it wrote."""
    for words in (["case", "new", "case.toml"], ["discover", "who"], ["link", "who", "--out", "links.parquet"]):
        command = [sys.executable, "-c", "from bequest.cli.main import main; main()", *words]
        done = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "BEQUEST_LANG": "en", "PYTHONPATH": SOURCE_CODE},
        )
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return pl.read_parquet(folder / "links.parquet")


def score(truth: pl.DataFrame, found: pl.DataFrame) -> dict[str, object]:
    """Pairs of rows joined rightly, over all joined and over all that belong together."""
    rows = found.with_columns(row_number()).unique(["source", "row", "cluster_id"])
    t = truth.join(rows.select("source", "row", "cluster_id"), on=["source", "row"], how="left")
    t = t.with_row_index("n").with_columns(
        pl.coalesce("cluster_id", -1 - pl.col("n").cast(pl.Int64)).alias("cluster_id")
    )

    def pairs(by: list[str]) -> int:
        n = t.group_by(by).len()["len"].cast(pl.Int64)
        return int((n * (n - 1) // 2).sum())

    both, joined, belong = pairs(["person", "cluster_id"]), pairs(["cluster_id"]), pairs(["person"])
    twice = t.drop_nulls("ident").group_by("cluster_id").agg(pl.col("ident").n_unique().alias("k"))
    return {
        "precision": round(both / max(joined, 1), 4),
        "recall": round(both / belong, 4),
        "wrong_pairs": joined - both,
        "rows_in_two_clusters": t.height - truth.height,
        "two_identity_numbers": twice.filter(pl.col("k") > 1).height,
    }


def row_number() -> pl.Expr:
    """Which row of its file a key means."""
    return pl.col("row_key").str.extract(r"(\d+)\D*$").cast(pl.Int64).alias("row")


def run(n: int) -> Iterator[dict[str, object]]:
    for seed, style in enumerate(STYLES, 201):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            truth = written(folder, seed, n, style)
            yield {"bench": f"people, {style} names", "people": n, **score(truth, linked(folder))}
