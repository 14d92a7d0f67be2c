"""`bequest assess`: risks from measured facts, the register, what is behind each score."""

from pathlib import Path
from typing import Annotated

import typer

from bequest.app.impact import file_impact, write_impact
from bequest.app.impact_page import whole_page
from bequest.app.run_assess import assessment_of, run_assess
from bequest.app.user_files import new_user_file
from bequest.app.weigh_costs import costs_file, costs_of, take_costs
from bequest.cli import render
from bequest.cli.assessment import print_assessment, print_facts, print_history, print_liability, print_risk
from bequest.cli.costs import print_costs
from bequest.cli.impact import print_impact
from bequest.cli.state import group, state_of
from bequest.documents.assessment.content import AssessmentPage
from bequest.kernel.errors import InputError
from bequest.model.assessment import ImpactKind

commands = group("评估：六个维度的风险、登记册、影响评估报告。 Assessment: risks along six dimensions, the register.")
Json = Annotated[bool, typer.Option("--json")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="assess")


def _page(ctx: typer.Context, case: str) -> AssessmentPage:
    with state_of(ctx).context() as c:
        return whole_page(c, case, assessment_of(c, case))


def _print(page: AssessmentPage, *, json: bool) -> None:
    if json:
        render.print_json(page.assessment)
        return
    print_assessment(page)
    print_impact(page, changes=False)


@commands.command(name="run", help="Measure, score, follow the register; nothing happens to any data. 评估，不动数据。")
def run(
    ctx: typer.Context,
    case: str,
    quasi: Annotated[
        list[str] | None, typer.Option(help="a column to count as quasi-identifier, source.table.column; repeatable")
    ] = None,
    sensitive: Annotated[
        list[str] | None, typer.Option(help="a column in which l and t are measured, source.table.column; repeatable")
    ] = None,
    json: Json = False,
) -> None:
    with state_of(ctx).context() as c:
        page = whole_page(c, case, run_assess(c, case, quasi=quasi or (), sensitive=sensitive or ()).assessment)
    _print(page, json=json)


@commands.command(name="show", help="The last assessment again. 再看上一次评估。")
def show(ctx: typer.Context, case: str, json: Json = False) -> None:
    _print(_page(ctx, case), json=json)


@commands.command(name="facts", help="Every measured fact. 全部实测事实。")
def facts(ctx: typer.Context, case: str, json: Json = False) -> None:
    page = _page(ctx, case)
    if json:
        render.print_json(page.assessment.measures)
        return
    print_facts(page)


@commands.command(name="register", help="The risk register from run to run. 风险登记册的历次状态。")
def history(ctx: typer.Context, case: str, json: Json = False) -> None:
    page = _page(ctx, case)
    if json:
        render.print_json(page.assessment.register)
        return
    print_history(page)


@commands.command(name="liability", help="What each finding leads to in law. 各项发现的法律责任。")
def liability(ctx: typer.Context, case: str, json: Json = False) -> None:
    page = _page(ctx, case)
    if json:
        render.print_json(page.liabilities)
        return
    print_liability(page)


@commands.command(name="explain", help="What made a score. 某项风险的得分由来。")
def explain(
    ctx: typer.Context,
    case: str,
    risk: Annotated[str, typer.Argument(help="an id of the register, such as leak@credential")],
) -> None:
    page = _page(ctx, case)
    line = next((r for r in page.risks if r.id == risk), None)
    if line is None:
        raise InputError(
            f"the register of case {case} has no risk {risk!r}",
            hint=f"`bequest assess register {case}` lists them.",
        )
    print_risk(line)


@commands.command(
    name="pipia", help="Write the impact assessment as Word and PDF, zh and en. 生成个人信息保护影响评估报告。"
)
def pipia(
    ctx: typer.Context,
    case: str,
    out: Annotated[Path | None, typer.Option(help="folder; default: the case's report folder")] = None,
) -> None:
    _write(ctx, case, out, ImpactKind.PIPIA)


@commands.command(name="dpia", help="The same for GDPR Art. 35, where it applies. 按 GDPR 35 的影响评估（如适用）。")
def dpia(
    ctx: typer.Context,
    case: str,
    out: Annotated[Path | None, typer.Option(help="folder; default: the case's report folder")] = None,
) -> None:
    _write(ctx, case, out, ImpactKind.DPIA)


def _write(ctx: typer.Context, case: str, out: Path | None, kind: ImpactKind) -> None:
    with state_of(ctx).context() as c:
        files = write_impact(c, case, out, kind)
    for path in files:
        render.line(str(path))
    render.line(
        render.say(
            f"请在 Word 文件的方框里填写，再交回：bequest assess file {case} 文件 --key 私钥",
            f"Fill in the boxes of the Word file and give it back: bequest assess file {case} FILE --key KEY",
        )
    )


@commands.command(name="file", help="Take the filled-in impact assessment back, signed. 交回填好的影响评估并签名。")
def file(
    ctx: typer.Context,
    case: str,
    form: Annotated[Path, typer.Argument(help="the filled-in Word file")],
    key: Annotated[Path, typer.Option(help="the protection officer's OpenSSH private key")],
) -> None:
    with state_of(ctx).context() as c:
        file_impact(c, case, form, key)
    print_impact(_page(ctx, case), changes=False)


@commands.command(name="status", help="Whether the filed impact assessment still holds. 已归档的影响评估是否仍有效。")
def status(ctx: typer.Context, case: str, json: Json = False) -> None:
    page = _page(ctx, case)
    if json:
        render.print_json(page.impacts)
        return
    print_impact(page, changes=True)


@commands.command(
    name="costs", help="Costs against benefits of each way of handling, per class of data. 各种处理方式的成本与收益。"
)
def costs(
    ctx: typer.Context,
    case: str,
    unit_costs: Annotated[
        Path | None, typer.Option("--unit-costs", help="TOML file with your own numbers, for this case from now on")
    ] = None,
    write: Annotated[Path | None, typer.Option(help="write the numbers in force to this file, to be edited")] = None,
    json: Json = False,
) -> None:
    with state_of(ctx).context() as c:
        if unit_costs is not None:
            take_costs(c, case, unit_costs)
        if write is not None:
            with new_user_file(write) as path:
                path.write_text(costs_file(costs_of(c, case), render.language()), encoding="utf-8")
        page = whole_page(c, case, assessment_of(c, case)).costs
    assert page is not None  # noqa: S101 - a whole page has it
    if json:
        render.print_json(page)
        return
    print_costs(page)
