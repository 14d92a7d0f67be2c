"""`bequest law`: the law pack, checked and shown."""

from typing import Annotated

import typer

from bequest.cli import render
from bequest.law.check import check_pack
from bequest.law.loader import load_cases, load_pack

commands = typer.Typer(no_args_is_help=True, help="法律包：检查、查看。 The law pack: check, show.")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="law")


@commands.command(name="check", help="Check the pack: citations, cases, lawful pairs. 检查法律包。")
def check(jurisdiction: Annotated[str, typer.Argument()] = "cn") -> None:
    pack = load_pack(jurisdiction)
    findings = check_pack(pack, load_cases(pack))
    for finding in findings:
        render.line(str(finding))
    render.line(
        f"{pack.jurisdiction} {pack.version} {pack.digest[:16]}: {len(pack.rules)} rules, {len(findings)} findings"
    )
    if findings:
        raise typer.Exit(5)


@commands.command(name="show", help="Rules, parameters and their status. 规则、参数及核实情况。")
def show(jurisdiction: Annotated[str, typer.Argument()] = "cn") -> None:
    pack = load_pack(jurisdiction)
    render.table(
        "", ("rule", "since", "articles", "status"),
        [(r.id, r.since, ", ".join(r.reference), r.status) for r in pack.rules],
    )  # fmt: skip
