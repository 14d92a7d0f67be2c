"""`bequest destroy`: erase, look, certify; `bequest destroy replay`: hold what came back against the erasure ledger."""

from pathlib import Path
from typing import Annotated

import typer

from bequest.app.replay import Replayed, replay
from bequest.app.run_destroy import run_destroy
from bequest.cli import render
from bequest.cli.commands.hold import tell_holds
from bequest.cli.state import group, state_of
from bequest.documents.words import word
from bequest.model.case import Role
from bequest.steps.destroy.replay import IMPORTED, KEY_ANEW, OLDER, SAME, SHARED

commands = group("销毁；恢复后重放。 Destroy; replay on what was restored.")
_KINDS = {
    SAME: ("原样恢复", "back as it was"),
    OLDER: ("恢复为更早状态", "back in an older state"),
    IMPORTED: ("另行导入", "imported anew"),
    KEY_ANEW: ("主键被另用", "key given anew"),
    SHARED: ("标识与他人共用", "identifier shared"),
}


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="destroy")


@commands.command(name="run", help="Erase at the source, have it verified, certify. 销毁、检验、出证。")
def destroy(
    ctx: typer.Context,
    case: str,
    operator_key: Annotated[Path, typer.Option(help="OpenSSH private key of the person who performs it")],
    verifier_key: Annotated[Path, typer.Option(help="… of the independent verifier")],
    officer_key: Annotated[Path, typer.Option(help="… of the protection officer who accepts the result")],
) -> None:
    keys = {Role.OPERATOR: operator_key, Role.VERIFIER: verifier_key, Role.OFFICER: officer_key}
    with state_of(ctx).context() as c:
        done = run_destroy(c, case, keys=keys)
    lang = render.language()
    rows = [
        (r.source, getattr(word(r.finding), lang), r.candidates, f"{r.control_found}/{r.control_expected}",
         r.hits_residue, r.hits_planned, r.hits_coincidence)
        for r in done.certificate.searches
    ]  # fmt: skip
    heads = ("source", "finding", "searched", "control", "residue", "planned", "coincidence")
    render.table("", heads, rows, figures=(2, 4, 5, 6))
    tell_holds(c, case)
    render.line(f"certificate: {getattr(word(done.certificate.state), lang)} {done.pdf}")


@commands.command(name="replay", help="Who of the erased is back after a restore or an import. 恢复后谁又回来了。")
def replay_(
    ctx: typer.Context,
    case: str,
    source: Annotated[str, typer.Option(help="the source as the case file names it")],
    file: Annotated[Path | None, typer.Option(help="a restored or imported file of the same kind")] = None,
    operator_key: Annotated[Path | None, typer.Option(help="erase them again, signed; without: only look")] = None,
    imports: Annotated[bool, typer.Option("--imports", help="also rows that were imported anew")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    with state_of(ctx).context() as c:
        done = replay(c, case, source, at=file, imports=imports, operator_key=operator_key)
    if json:
        tables = {f.table.name: {w: f.count(w) for w in _KINDS} | {"looked_at": f.n_looked_at} for f in done.found}
        render.print_json({"found": tables, "rows": done.erased_rows, "cells": done.emptied_cells})
        return
    _print(done)


def _print(done: Replayed) -> None:
    heads = [render.say(*names) for names in _KINDS.values()]
    rows = [(f.table.name, f.n_looked_at, *(f.count(w) for w in _KINDS)) for f in done.found]
    columns = (render.say("表", "table"), render.say("查看行数", "looked at"), *heads)
    render.table("", columns, rows, figures=range(1, len(columns)))
    if done.statement is not None:
        rows_, cells = done.erased_rows, done.emptied_cells
        render.line(
            render.say(f"再次删除 {rows_:,} 行、清空 {cells:,} 格", f"erased again: {rows_:,} rows, {cells:,} cells")
        )
        render.line(str(done.statement))
    elif done.count(SAME) + done.count(OLDER) + done.count(IMPORTED):
        render.line(
            render.say(
                "未改动任何数据；加 --operator-key 再次删除", "nothing was touched; --operator-key erases them again"
            )
        )
