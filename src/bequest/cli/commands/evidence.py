"""`bequest bundle`, `bequest verify`, `bequest report`; `bequest evidence`: heads of the log and their witnesses."""

from pathlib import Path
from typing import Annotated

import typer

from bequest.app.anchors import read_receipt, take_anchor, write_head
from bequest.app.evidence_annex import write_annex
from bequest.app.make_bundle import make_bundle, write_trust
from bequest.app.make_report import make_report
from bequest.app.timestamps import ask_for_timestamp, read_answer, take_timestamp, write_query
from bequest.app.witnesses import ask_witnesses, heads, read_cosignatures, take_cosignatures, write_requests
from bequest.cli import render
from bequest.cli.state import group, state_of
from bequest.cli.times import instant
from bequest.evidence import verify_cli
from bequest.evidence.checks.log import said
from bequest.kernel.clock import rfc3339

commands = group("日志头与见证人。 The heads of the log, and its witnesses.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(name="bundle", help="Build the evidence bundle of a closed case, and its trust file. 证据包。")(bundle)
    app.command(name="verify", help="Check a bundle from the bundle and a trust file alone. 查验证据包。")(verify)
    app.command(name="report", help="Write the report as one HTML file. 案件报告。")(report)
    app.add_typer(commands, name="evidence")


def bundle(ctx: typer.Context, case: str) -> None:
    with state_of(ctx).context() as c:
        made = make_bundle(c, case)
    render.line(f"bundle: {made.folder}")
    render.line(f"trust:  {made.trust}")
    for check in made.report.failed:
        render.line(f"{check.code} {check.file}: {render.say(check.zh, check.en)}")
    if any(check.code == "log.quorum" for check in made.report.failed):
        render.line(
            render.say(
                "证据包尚缺见证签名：bequest evidence checkpoint 写出交见证人的文件，bequest evidence cosigned 录入，"
                "然后再次运行本命令。",
                "Cosignatures are missing: `bequest evidence checkpoint` writes the files for the witnesses,"
                " `bequest evidence cosigned` takes their answers in; then run this command again.",
            )
        )
    if not made.report.ok:
        raise typer.Exit(8)


def verify(
    trust: Annotated[Path, typer.Option(help="trust file, which reached you by another way than the bundle")],
    bundle: Annotated[Path | None, typer.Argument(help="the bundle; not needed for --proof alone")] = None,
    earlier: Annotated[
        list[Path] | None, typer.Option(help="a checkpoint kept from earlier, which the log must contain; repeatable")
    ] = None,
    later: Annotated[
        list[Path] | None,
        typer.Option(help="a statement made after the close: custody destroyed, certificate revoked; repeatable"),
    ] = None,
    proof: Annotated[
        list[Path] | None, typer.Option(help="a proof or a receipt of an answer that a customer kept; repeatable")
    ] = None,
    rehearsal: Annotated[bool, typer.Option(help="accept the evidence of a rehearsal")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    arguments = [*([str(bundle)] if bundle else []), "--trust", str(trust), "--lang", render.language()]
    arguments += [word for path in earlier or [] for word in ("--earlier", str(path))]
    arguments += [word for path in later or [] for word in ("--later", str(path))]
    arguments += [word for path in proof or [] for word in ("--proof", str(path))]
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


@commands.command(help="Write the newest head and its proof for each witness. 写出交见证人会签的日志头。")
def checkpoint(
    ctx: typer.Context,
    case: str,
    out: Annotated[Path, typer.Option(help="folder for the files")] = Path(),
    witness: Annotated[str, typer.Option(help="for this witness alone: its name")] = "",
    start: Annotated[int | None, typer.Option("--since", help="the size of the head the witness cosigned last")] = None,
) -> None:
    with state_of(ctx).context() as c:
        paths = write_requests(c, case, out, only=witness, start=start)
    for path in paths:
        render.line(f"request: {path}")


@commands.command(help="Annex on electronic evidence for the agreement: Word, PDF, text. 电子证据约定附件。")
def annex(
    ctx: typer.Context,
    case: str,
    out: Annotated[Path, typer.Option(help="folder for the files")] = Path(),
) -> None:
    with state_of(ctx).context() as c:
        paths = write_annex(c, case, out)
    for path in paths:
        render.line(f"annex: {path}")


@commands.command(help="Take in what a witness wrote. 录入见证签名。")
def cosigned(ctx: typer.Context, case: str, file: Path) -> None:
    with state_of(ctx).context() as c:
        changed = take_cosignatures(c, case, read_cosignatures(file))
    for head in changed:
        render.line(f"{head.size}: {said(head.cosignatures)}")
    if not changed:
        render.line(render.say("已录入过", "taken in before"))


@commands.command(help="Ask the witnesses that have an address to cosign the newest head. 向有地址的见证人请求会签。")
def ask(ctx: typer.Context, case: str) -> None:
    with state_of(ctx).context() as c:
        asked = ask_witnesses(c, case)
    for found in asked:
        if found.error is None:
            render.line(f"{found.name}: {render.say('已会签', 'cosigned')}")
        else:
            render.error(found.error)
    if not asked:
        render.line(render.say("没有写明地址的见证人", "no witness of the case has an address"))
    if any(found.error for found in asked):
        raise typer.Exit(7)


@commands.command(help="Have the newest head stamped with a trusted time (RFC 3161). 请求可信时间戳。")
def stamp(
    ctx: typer.Context,
    case: str,
    request: Annotated[Path | None, typer.Option(help="write the request to this file instead of asking")] = None,
) -> None:
    with state_of(ctx).context() as c:
        if request is not None:
            head = write_query(c, case, request)
            render.line(f"{head.size}: {request}")
            return
        head, found = ask_for_timestamp(c, case)
    render.line(f"{head.size}: {found.authority} {rfc3339(found.at)}")


@commands.command(help="Take in what the time-stamping authority answered. 录入时间戳。")
def stamped(ctx: typer.Context, case: str, file: Path) -> None:
    with state_of(ctx).context() as c:
        head, found = take_timestamp(c, case, read_answer(file))
    render.line(f"{head.size}: {found.authority} {rfc3339(found.at)}")


@commands.command(help="Write the newest head, to be registered with a platform for evidence. 供存证平台登记的日志头。")
def anchor(
    ctx: typer.Context,
    case: str,
    out: Annotated[Path, typer.Option(help="where the head goes: the file whose digest is registered")],
) -> None:
    with state_of(ctx).context() as c:
        head, sha256, sm3 = write_head(c, case, out)
    render.line(f"{head.size}: {out}")
    render.line(f"SHA-256 {sha256}")
    render.line(f"SM3     {sm3}")


@commands.command(help="Take in the receipt of such a platform. 录入存证回执。")
def anchored(
    ctx: typer.Context,
    case: str,
    file: Path,
    platform: Annotated[str, typer.Option(help="name of the platform or office 存证平台")],
    reference: Annotated[str, typer.Option(help="its number of the registration 存证编号")],
    at: Annotated[str, typer.Option(help="when it was registered, from the receipt (RFC 3339)")],
    look_up: Annotated[str, typer.Option(help="address at which anybody can check it 查验网址")] = "",
) -> None:
    with state_of(ctx).context() as c:
        size, found = take_anchor(
            c, case, file.name, read_receipt(file), platform=platform, reference=reference, at=instant(at),
            look_up=look_up,
        )  # fmt: skip
    render.line(f"{size}: {found.platform} {found.reference} {found.registered_at}")


@commands.command(name="heads", help="List the heads handed out, and who cosigned each. 交出的日志头与见证签名。")
def heads_(ctx: typer.Context, case: str) -> None:
    with state_of(ctx).context() as c:
        found, rules = heads(c, case), c.case(case).case.evidence
    render.table(
        "", (render.say("条数", "entries"), render.say("见证签名", "cosigned")),
        [(head.size, said(head.cosignatures) or "—") for head in found], figures=(0,),
    )  # fmt: skip
    names = ", ".join(w.name for w in rules.witnesses)
    render.line(
        render.say(
            f"见证人：{names or '没有'}；要求 {rules.quorum} 家", f"witnesses: {names or 'none'}; {rules.quorum} must"
        )
    )


@commands.command(help="Write the trust file, once the plan is approved, to be given away early. 信任文件。")
def trust(
    ctx: typer.Context, case: str, out: Annotated[Path, typer.Option(help="where it goes")] = Path("trust.json")
) -> None:
    with state_of(ctx).context() as c:
        write_trust(c, case, out)
    render.line(f"trust: {out}")
