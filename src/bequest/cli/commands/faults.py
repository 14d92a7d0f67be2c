"""`bequest faults`: the six usual faults of customer information, its quality, and where it came from."""

from itertools import groupby
from typing import Annotated

import typer

from bequest.app.find_faults import faults_of
from bequest.cli import render
from bequest.cli.state import state_of
from bequest.documents.citations import cite
from bequest.steps.discover.faults import Fault

_KINDS = {
    "over_collection": ("收集范围过广", "over-collection"),
    "insecure_storage": ("存储不安全", "insecure storage"),
    "misuse": ("使用不当", "misuse"),
    "irregular_sharing": ("共享不规范", "irregular sharing"),
    "stale": ("更新不及时", "stale data"),
    "kept_too_long": ("删除不及时", "kept too long"),
    "quality": ("质量", "quality"),
    "provenance": ("来源", "provenance"),
}

_HEADS = (
    *(("位置", "where"), ("条数", "count"), ("发现", "finding"), ("条款", "article")),
    ("怎样处理", "what to do"),
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        name="faults", help="What is wrong with the data, with counts and articles. 信息的六类问题、质量与来源。"
    )(faults)


def faults(
    ctx: typer.Context,
    case: str,
    fault: Annotated[list[str] | None, typer.Option(help=f"only some kinds: {', '.join(_KINDS)}")] = None,
    json: Annotated[bool, typer.Option("--json", help="all findings as JSON")] = False,
) -> None:
    with state_of(ctx).context() as c:
        found = faults_of(c, case, tuple(fault or ()))
    if json:
        render.print_json([{"kind": f.said.kind, **_plain(f)} for f in found])
        return
    heads = tuple(render.say(*h) for h in _HEADS)
    for name, group in groupby(found, key=lambda f: f.said.kind):
        rows = [(_where(f), _count(f), _finding(f), cite(f.said.article, render.language()), _do(f)) for f in group]
        render.table(render.say(*_KINDS[name]), heads, rows, figures=())
    if not found:
        render.line(render.say("没有发现", "nothing found"))


def _plain(f: Fault) -> dict[str, object]:
    return {
        "rule": f.rule, "source": f.source, "table": f.table, "column": f.column, "n": f.n, "of": f.of,
        "whole": f.whole, "about": f.about, "article": f.said.article, "status": f.said.status,
    }  # fmt: skip


def _where(f: Fault) -> str:
    return ".".join(p for p in (f.source, f.table, f.column) if p)


def _count(f: Fault) -> str:
    return f"{f.n:,} / {f.of:,}" + ("" if f.whole else render.say("（抽样）", " (sample)"))


def _finding(f: Fault) -> str:
    said = render.say(f.said.zh, f.said.en)
    return f"{said} [{f.about}]" if f.about else said


def _do(f: Fault) -> str:
    return render.say(f.said.do_zh, f.said.do_en)
