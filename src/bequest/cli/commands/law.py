"""`bequest law`: the law pack, checked and shown."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from bequest.app.law import switches_of
from bequest.app.law_changes import OutcomeChange, case_changes
from bequest.cli import render
from bequest.cli.crosswalk import print_crosswalk
from bequest.cli.law_answer import print_answer
from bequest.cli.state import state_of
from bequest.cli.switches import print_switches
from bequest.documents.words import word
from bequest.kernel.clock import SystemClock
from bequest.kernel.errors import InputError
from bequest.law.check import check_pack
from bequest.law.crosswalk import crosswalk_of
from bequest.law.differ import law_diff
from bequest.law.events import EventOverview, Said, event_overview
from bequest.law.findings.examples import differences_of
from bequest.law.findings.load import load_examples, load_facts, load_findings
from bequest.law.findings.sheet import answer_sheet, parse_sheet
from bequest.law.lint.find import find_references
from bequest.law.lint.read import read_document
from bequest.law.loader import load_cases, load_crosswalks, load_pack, load_references, load_tables
from bequest.law.status import law_status
from bequest.law.switches import switch_states
from bequest.model.case import Event
from bequest.model.disposition import ReasonStatus

commands = typer.Typer(no_args_is_help=True, help="法律包：检查、查看。 The law pack: check, show.")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(commands, name="law")


@commands.command(name="check", help="Check the pack: citations, cases, lawful pairs. 检查法律包。")
def check(jurisdiction: Annotated[str, typer.Argument()] = "cn") -> None:
    pack = load_pack(jurisdiction)
    cases, examples = load_cases(pack), load_examples(jurisdiction)
    findings = check_pack(pack, cases)
    wrong = sum(1 for e in examples if differences_of(load_findings(jurisdiction), e))
    if wrong:
        findings = (*findings, f"{wrong} worked examples of facts get another answer")
    for finding in findings:
        render.line(str(finding))
    render.line(
        f"{pack.jurisdiction} {pack.version} {pack.digest[:16]}: {len(pack.rules)} rules,"
        f" {len(cases)} law cases, {len(load_tables(jurisdiction))} rows, {len(examples)} worked examples,"
        f" {len(findings)} findings"
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


@commands.command(name="status", help="Each value and rule: article, dates, status, source. 各条规则和数值的核实情况。")
def status(
    jurisdiction: Annotated[str, typer.Argument()] = "cn",
    unverified: Annotated[bool, typer.Option("--unverified", help="only what nobody read in the law itself")] = False,
    on: Annotated[str, typer.Option(help="only what is in force on a date, 2026-12-31")] = "",
    kind: Annotated[str, typer.Option(help="parameter, rule, band, duty, event, paper, store, notice …")] = "",
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    pack = load_pack(jurisdiction)
    day = _day(on, pack.as_of) if on else None
    every = law_status(pack)
    kinds = tuple(dict.fromkeys(s.kind for s in every))
    if kind and kind not in kinds:
        raise InputError(f"the pack {jurisdiction} has no {kind!r}", hint=f"Use one of {', '.join(kinds)}.")
    found = [
        s
        for s in every
        if (day is None or s.is_in_force(day))
        and kind in {"", s.kind}
        and not (unverified and s.status is ReasonStatus.VERIFIED)
    ]
    if json:
        render.print_json({"pack": pack.jurisdiction, "version": pack.version, "digest": pack.digest, "entries": found})
        return
    lang = render.language()
    rows = [
        (s.kind, s.id, s.value, ", ".join(s.articles), f"{s.since or '—'} – {s.until or ''}",
         getattr(word(s.status), lang), s.source)
        for s in found
    ]  # fmt: skip
    columns = ("类", "名称", "值", "条文", "施行", "核实", "来源") if lang == "zh" else (
        "kind", "name", "value", "articles", "in force", "status", "source")  # fmt: skip
    render.table("", columns, rows)
    weak = sum(s.status is not ReasonStatus.VERIFIED for s in found)
    render.line(render.say(f"{len(found)} 项，其中 {weak} 项未从法律原文核实",
                           f"{len(found)} entries, {weak} of them not read in the law itself"))  # fmt: skip


@commands.command(
    name="switches", help="Open questions counsel may read otherwise: both readings. 可由律师切换的未决问题：两种理解。"
)
def switches(
    ctx: typer.Context,
    case: Annotated[str, typer.Option(help="as this case sets them, and who decided")] = "",
    jurisdiction: Annotated[str, typer.Option(help="which law pack")] = "cn",
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    if case:
        with state_of(ctx).context() as c:
            found = switches_of(c.case(case).case)
    else:
        pack = load_pack(jurisdiction)
        found = switch_states(pack, (), on=pack.as_of)
    if json:
        render.print_json(found)
        return
    print_switches(found)


@commands.command(
    name="crosswalk", help="Clauses of ISO/IEC and GB/T standards and what answers them. 与标准条款的对照。"
)
def crosswalk(
    standard: Annotated[
        str, typer.Argument(help="iso-27001, iso-27701, iso-27555 or gbt-35273; all, if left out")
    ] = "",
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    every = load_crosswalks()
    found = (crosswalk_of(every, standard),) if standard else every
    if json:
        render.print_json(found)
        return
    for x in found:
        print_crosswalk(x)


@commands.command(name="diff", help="What differs between the law of two days. 两个日期之间的法律差别。")
def diff(
    ctx: typer.Context,
    before: Annotated[str, typer.Argument(help="the earlier day; with --case it may be left out")] = "",
    after: Annotated[str, typer.Argument(help="the later day; the pack's own, where none is named")] = "",
    case: Annotated[str, typer.Option(help="also the lines of its plan that are decided otherwise")] = "",
    jurisdiction: Annotated[str, typer.Option(help="which law pack")] = "cn",
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    lines: tuple[OutcomeChange, ...] = ()
    if case:
        with state_of(ctx).context() as c:
            held = c.case(case).case
            jurisdiction, law_date = held.law_packs[0], held.effective_on
            later = _day(after, law_date)
            lines = case_changes(c, case, on=later)
    else:
        if not before:
            raise InputError("no day is named", hint="Write bequest law diff 2025-12-31 2026-01-01.")
        law_date, later = date.min, _day(after, load_pack(jurisdiction).as_of)
    pack = load_pack(jurisdiction)
    earlier = _day(before, law_date)
    changes = law_diff(pack, earlier, later, cases=load_cases(pack))
    if json:
        render.print_json({"before": earlier, "after": later, "changes": changes, "case": case, "lines": lines})
        return
    rows = [(c.kind, c.id, c.before or "—", c.after or "—", ", ".join(c.articles)) for c in changes]
    render.table(f"{earlier} → {later}", ("what", "which", "before", "after", "articles"), rows)
    cells = sum(x.cells for x in lines)
    if case:
        why = [(x.cells, x.before, x.after or "—", f"{x.why} {', '.join(x.articles)}") for x in lines]
        render.table(case, ("cells", "before", "after", "why"), why)
    render.line(render.say(f"{len(changes)} 处差别", f"{len(changes)} differences"))
    if case:
        render.line(render.say(f"本案方案中 {cells:,} 格结果不同", f"{cells:,} cells of the case's plan end otherwise"))


@commands.command(name="lint", help="Out-of-date references in txt, docx, pdf. 查出文件中已失效的法律引用。")
def lint(
    files: Annotated[list[Path], typer.Argument()],
    on: Annotated[str, typer.Option(help="as of which day; today, where none is named")] = "",
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    day = _day(on, load_pack("cn").calendar.day_of(SystemClock().now()))
    references = load_references()
    found = [(path, f) for path in files for f in find_references(read_document(path), references, on=day)]
    if json:
        render.print_json([{"file": str(path), "finding": f} for path, f in found])
    for path, f in [] if json else found:
        place = f"{path}:" + (f"{render.say('页', 'page ')}{f.page}:" if f.page else "") + str(f.line)
        instead = f"→ {f.replaced_by}" if f.replaced_by else ""
        status = getattr(word(f.status), render.language())
        since = render.say(f"自 {f.since} 起", f"since {f.since}")
        render.line(f"{place}: {f.cited} {instead} ({render.say(f.zh, f.en)}, {since}; {status}: {f.source})")
    if not json:
        render.line(render.say(f"{len(files)} 个文件，{len(found)} 处失效引用（基准日 {day}）",
                               f"{len(files)} files, {len(found)} out-of-date references as of {day}"))  # fmt: skip
    if found:
        raise typer.Exit(5)


@commands.command(name="decide", help="What the law says to a fact sheet. 法律对一份事实表的回答。")
def decide(
    facts: Annotated[Path, typer.Argument(help="a fact sheet in YAML; docs/law-decide.md")],
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    try:
        text = facts.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{facts} cannot be read as text", hint="Name a YAML file in UTF-8.") from None
    got = answer_sheet(parse_sheet(text, facts.name))
    if json:
        render.print_json(got)
        return
    print_answer(got)


@commands.command(name="facts", help="The facts a fact sheet may hold. 事实表可写的事实。")
def facts_known(json: Annotated[bool, typer.Option("--json")] = False) -> None:
    register = tuple(load_facts().values())
    if json:
        render.print_json(register)
        return
    render.table("", ("fact", "topics", "kind", "values", "asks"),
                 [(f.id, ", ".join(f.topics), f.kind, ", ".join(f.values), render.say(f.zh, f.en))
                  for f in register])  # fmt: skip


@commands.command(
    name="events", help="Each event: path, papers, roles, notices, defaults. 各类事件的路径、文件、批准人。"
)
def events(
    event: Annotated[Event | None, typer.Argument(help="one event; all, where none is named")] = None,
    on: Annotated[str, typer.Option(help="law date, 2026-12-31; the pack's own, where none is named")] = "",
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    pack = load_pack("cn")
    day = _day(on, pack.as_of)
    chosen = [event] if event else sorted(pack.events, key=lambda e: int(e.value[1:]))
    overviews = [event_overview(pack, e, on=day) for e in chosen]
    if json:
        render.print_json(overviews)
        return
    for overview in overviews:
        _print_event(overview)


def _day(text: str, default: date) -> date:
    try:
        return date.fromisoformat(text) if text else default
    except ValueError:
        raise InputError(f"{text!r} is no date", hint="Write --on 2026-12-31.") from None


def _print_event(o: EventOverview) -> None:
    t = o.text
    render.line(f"{t.event} {word(t.event).zh} · {word(t.event).en}")
    render.line(f"  {render.say(t.zh, t.en)} [{', '.join(o.articles)}; {t.status}]")
    render.line(f"  path {t.path}; routes {', '.join(t.routes) or '—'}; dates {', '.join(t.dates) or '—'}")
    render.line(f"  {render.say(o.roles.zh, o.roles.en)} [{', '.join(o.roles.roles)}; ours]")
    rows = [
        *(("gate", g.id, render.say(g.zh, g.en), ", ".join(g.articles), ", ".join(g.statuses)) for g in o.gates),
        *(("paper", f"{p.kind} ({p.by})", render.say(p.zh, p.en), ", ".join(p.articles), p.status) for p in o.papers),
        *(
            ("notice", f"{route} {i.id}", render.say(i.zh, i.en), i.article, i.status)
            for route, items in o.checklists.items()
            for i in items
            if i.mandatory
        ),
        *(_said_row("silence", s) for s in o.silence),
        *(_said_row("objection", s) for s in o.objections),
        *(("store", s.system_kind.value, render.say(s.zh, s.en), ", ".join(s.articles), s.status) for s in o.stores),
        *(("duty", name, f"{phase}; {owner}; {within or '—'}", "", "") for phase, name, owner, within in o.duties),
    ]
    render.table("", ("what", "which", "says", "articles", "status"), rows)


def _said_row(what: str, s: Said) -> tuple[str, str, str, str, str]:
    last = s.decision.reasons[0]
    outcome = f"{s.decision.disposition.release} {s.decision.disposition.residue}: {', '.join(s.decision.outcomes)}"
    return what, f"{s.route} {s.what}", outcome, ", ".join(last.articles), last.status.value
