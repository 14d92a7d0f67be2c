"""`bequest bundle`, `bequest verify`, `bequest report`."""

from pathlib import Path
from typing import Annotated

import typer

from bequest.app.make_bundle import make_bundle
from bequest.app.make_report import make_report
from bequest.cli import render
from bequest.cli.state import state_of
from bequest.evidence import verify_cli


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(name="bundle", help="Build the evidence bundle of a closed case, and its trust file. 证据包。")(bundle)
    app.command(name="verify", help="Check a bundle from the bundle and a trust file alone. 查验证据包。")(verify)
    app.command(name="report", help="Write the report as one HTML file. 案件报告。")(report)


def bundle(ctx: typer.Context, case: str) -> None:
    with state_of(ctx).context() as c:
        made = make_bundle(c, case)
    render.line(f"bundle: {made.folder}")
    render.line(f"trust:  {made.trust}")
    if not made.report.ok:
        raise typer.Exit(8)


def verify(
    bundle: Path,
    trust: Annotated[Path, typer.Option(help="trust file, which reached you by another way than the bundle")],
    rehearsal: Annotated[bool, typer.Option(help="accept the evidence of a rehearsal")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    arguments = [str(bundle), "--trust", str(trust), "--lang", render.language()]
    arguments += ["--rehearsal"] * rehearsal + ["--json"] * json
    raise typer.Exit(verify_cli.main(arguments))


def report(
    ctx: typer.Context,
    case: str,
    lang: Annotated[str, typer.Option(help="zh or en: which of the two that are written is named")] = "",
    view: Annotated[str, typer.Option(help="full; court: for courts, without personal data 法院视图")] = "full",
) -> None:
    with state_of(ctx).context() as c:
        paths = {language: make_report(c, case, language, view=view) for language in ("zh", "en")}
    render.line(f"report: {paths.get(lang, paths[render.language()])}")
