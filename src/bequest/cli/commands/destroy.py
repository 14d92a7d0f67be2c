"""`bequest destroy`: erase, look, certify."""

from pathlib import Path
from typing import Annotated

import typer

from bequest.app.run_destroy import run_destroy
from bequest.cli import render
from bequest.cli.state import state_of
from bequest.documents.words import word
from bequest.model.case import Role


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="destroy", help="Erase at the source, have it verified, certify. 销毁、检验、出证。")(destroy)


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
    render.line(f"certificate: {getattr(word(done.certificate.state), lang)} {done.pdf}")
