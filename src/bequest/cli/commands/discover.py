"""`bequest discover`, `bequest map`: where personal data lies, and a person's corrections."""

from pathlib import Path
from typing import Annotated

import typer

from bequest.app.export_map import export_fides, export_record
from bequest.app.run_discover import data_map, run_discover, run_import_map
from bequest.app.user_files import new_user_file
from bequest.app.whole import count_whole
from bequest.cli import render
from bequest.cli.left_open import print_left_open
from bequest.cli.state import state_of
from bequest.model.case import WholeFate
from bequest.model.datamap import TableState
from bequest.steps.discover.found import found
from bequest.steps.discover.mapfile import export_map

maps = typer.Typer(no_args_is_help=True, help="数据地图：导出、订正。 The data map: export, correct, import.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(name="discover", help="Find where personal data lies. 查明个人信息在哪里。")(discover)
    app.add_typer(maps, name="map")


def discover(
    ctx: typer.Context,
    case: str,
    json: Annotated[bool, typer.Option("--json", help="columns and what was not scanned, as JSON")] = False,
) -> None:
    with state_of(ctx).context() as c:
        result = run_discover(c, case)
        stores = count_whole(c, c.case(case).case)
    if json:
        render.print_json(found(result))
        return
    rows = [
        (t.source, t.name, t.record_class, t.n_rows, len(t.columns), sum(x.personal for x in t.columns),
         sum(x.sensitive for x in t.columns), "not scanned" if t.state is TableState.NOT_SCANNED else "")
        for t in result.tables
    ]  # fmt: skip
    render.table(
        "",
        ("source", "table", "record class", "rows", "columns", "personal", "sensitive", ""),
        rows,
        figures=(3, 4, 5, 6),
    )
    for t in result.tables:
        if t.notes:
            render.line(f"{t.source}.{t.name}: {', '.join(t.notes)}")
    for s in stores:
        goes = s.fate.value if s.fate is WholeFate.KEPT else f"{s.fate.value} → {s.keeper}"
        render.line(
            render.say(
                f"整体处置，不逐行处理：{s.source}：{s.tables} 张表，{s.rows:,} 条记录，{goes}",
                f"whole, no row work: {s.source}: {s.tables} tables, {s.rows:,} records, {goes}",
            )
        )
    print_left_open(case, result)


@maps.command(name="export", help="Write the data map as TOML, for correcting by hand. 导出数据地图。")
def export(ctx: typer.Context, case: str, file: Annotated[Path | None, typer.Argument()] = None) -> None:
    with state_of(ctx).context() as c:
        text = export_map(data_map(c, case))
    if file is None:
        render.line(text)
    else:
        with new_user_file(file) as beside:
            beside.write_text(text, encoding="utf-8")


@maps.command(name="import", help="Take over corrections; they survive every later run. 导入订正。")
def import_(ctx: typer.Context, case: str, file: Path) -> None:
    with state_of(ctx).context() as c:
        changes = run_import_map(c, case, file)
        after = data_map(c, case)
    for change in changes:
        place = ".".join(x for x in (change.source, change.table, change.column) if x)
        render.line(f"{place}: {change.what} {change.before or '—'} → {change.after or '—'}")
    print_left_open(case, after)


@maps.command(name="fides", help="Write the data map as Fides datasets (YAML). 写成 Fides 数据集。")
def fides(ctx: typer.Context, case: str, file: Path) -> None:
    with state_of(ctx).context() as c:
        export_fides(c, case, file)


@maps.command(name="record", help="Write the record of processing (XLSX). 写出个人信息处理活动记录。")
def record(ctx: typer.Context, case: str, file: Path) -> None:
    with state_of(ctx).context() as c:
        export_record(c, case, file)
