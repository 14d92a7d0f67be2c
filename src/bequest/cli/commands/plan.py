"""`bequest plan`, `bequest plan diff`, `bequest explain`, `bequest approve`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from bequest.app.approve_policy import ApprovalState, approval_state, approve_policy
from bequest.app.export_notes import export_facts
from bequest.app.exporting import export_state
from bequest.app.fairness import load_fairness
from bequest.app.impact_owed import owed_impact
from bequest.app.law import switches_shown, unverified
from bequest.app.obstacles import Obstacle, obstacles
from bequest.app.reading import open_sources
from bequest.app.run_discover import data_map
from bequest.app.run_plan import ColumnExplanation, crime_meters, explain_field, explain_row, plan_diff, run_plan
from bequest.app.tasks import planned_tasks
from bequest.app.what_if import what_if as ask_what_if
from bequest.cli import render
from bequest.cli.commands.hold import tell_holds
from bequest.cli.commands.show_tables import print_showings
from bequest.cli.exporting import warn_export
from bequest.cli.fairness import print_fairness, print_rates
from bequest.cli.impact_owed import warn_impact
from bequest.cli.left_open import print_left_open
from bequest.cli.state import group, state_of, warn_register
from bequest.cli.switches import print_switches
from bequest.cli.what_if import print_what_if
from bequest.documents.words import word
from bequest.kernel.errors import InputError, StateError
from bequest.law.crime import Meter
from bequest.law.status import Standing
from bequest.model.disposition import Operator, Release, Residue
from bequest.model.plan import Policy, Population
from bequest.steps.transform.operators import OPERATORS

commands = group("处置方案：预览、比较。 The policy: preview, compare.")
SMALL = 10


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(commands, name="plan")
    app.command(name="explain", help="Why a row or a field ends as it does. 某行、某字段为何如此处置。")(explain)
    app.command(name="approve", help="Approve the latest policy with your own key. 用本人密钥批准。")(approve)


@commands.command(name="run", help="Decide and preview; nothing happens to any data. 决定并预览，不动数据。")
def run(
    ctx: typer.Context,
    case: str,
    what_if: Annotated[
        list[str] | None,
        typer.Option("--what-if", help="only show what would differ: receivers.buyer.country=sg; may be repeated"),
    ] = None,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    if what_if:
        _what_if(ctx, case, what_if, json=json)
        return
    with state_of(ctx).context() as c:
        decided = run_plan(c, case)
        if not json:
            warn_register(c, case)
            warn_impact(c, case)
            warn_export(c, case)
        meters = crime_meters(c.case(case).case, decided.population)
        tasks = planned_tasks(c.case(case).case, decided.stays_whole)
        fair = load_fairness(c.workspace(case))
        found = obstacles(c.case(case).case, open_sources(c.case(case).case, c.secrets), decided.plans)
        weak = unverified(c.case(case).case, decided.policy)
        switches = switches_shown(c.case(case).case, decided.policy)
        owed, exports = owed_impact(c, case), export_facts(export_state(c, case))
        showings = c.case(case).case.showings
        known = data_map(c, case)
    if json:
        render.print_json(
            {
                "policy_digest": decided.policy.digest,
                "population": decided.population,
                "crime_meters": meters,
                "fairness": fair,
                "obstacles": found,
                "unverified": weak,
                "switches": switches,
                "impact_assessment_owed": owed,
                "showings": showings,
                "export": exports,
            }
        )
        return
    print_preview(decided.policy, decided.population)
    print_showings(showings)
    tell_holds(c, case)
    title = render.say("法律包的开关（→ 为所采的理解）：", "switches of the law (→ is the reading followed):")
    print_switches(switches, title)
    _print_unverified(weak)
    if fair is not None:
        print_fairness(fair)
    print_left_open(case, known, decided.plans)
    print_obstacles(found)
    _print_meters(meters)
    for w in decided.stays_whole:
        zh = f"{w.source}：无法按行删除，整个文件留下；{w.rows} 行本应删除"
        en = f"{w.source}: no row can be cut out of it, so the file stays whole; {w.rows} rows of it should go"
        render.line(render.say(zh, en))
    for p in tasks:
        render.line(f"{p.task_id} ({p.task.owner}, {p.task.due_on}): {render.say(p.task.what_zh, p.task.what_en)}")


def _print_meters(meters: Sequence[Meter]) -> None:
    """What would be a crime without consent or another lawful ground."""
    for m in filter(lambda m: m.is_serious, meters):
        render.line(
            render.say(
                f"提示：拟按第 23 条提供 {m.group} 类 {m.items:,} 条，达到 {m.serious_from:,} 条；"
                f"缺少同意或者其他合法依据即可能构成犯罪（{'、'.join(m.articles)}），请逐人核对同意",
                f"finding: {m.items:,} items of group {m.group} would be provided by Art. 23, at or over "
                f"{m.serious_from:,}: without consent or another lawful ground this can be a crime "
                f"({', '.join(m.articles)}); check each consent",
            )
        )


def _what_if(ctx: typer.Context, case: str, wishes: list[str], *, json: bool) -> None:
    with state_of(ctx).context() as c:
        found = ask_what_if(c, case, wishes)
    if json:
        render.print_json(found)
    else:
        print_what_if(found)


def print_obstacles(found: Sequence[Obstacle]) -> None:
    """What the servers would refuse later: a warning, the plan stands."""
    if not found:
        return
    title = render.say("提示：服务器届时会拒绝或影响执行的事项", "note: what servers would refuse later")
    columns = (
        render.say("系统", "system"), render.say("表", "table"), render.say("事项", "what"), "",
        render.say("办法", "way out"),
    )  # fmt: skip
    rows = [
        (o.source, o.table or "—", render.say(o.what_zh, o.what_en), o.facts, render.say(o.way_out_zh, o.way_out_en))
        for o in found
    ]
    render.table(title, columns, rows)


def _print_unverified(weak: Sequence[Standing]) -> None:
    """What the plan rests on that was not read in the law itself."""
    if not weak:
        return
    render.line(
        render.say(
            f"本方案依据的规则和数值中有 {len(weak)} 项未从法律原文核实（`bequest law status --unverified`）：",
            f"{len(weak)} rules and values behind this plan were not read in the law itself "
            "(`bequest law status --unverified`):",
        )
    )
    for s in weak:
        render.line(f"  {s.id} [{', '.join(s.articles)}]: {getattr(word(s.status), render.language())}")


def print_preview(policy: Policy, population: Population) -> None:
    """Both axes per table, with totals that tie to the source counts."""
    sources: dict[str, int] = {}
    for total in population.totals:
        key = f"{total.source}.{total.table}"
        sources[key] = sources.get(key, 0) + total.values
    for axis, values, title in (
        (
            "release",
            list(Release),
            render.say("交付轴：交给受让方的（非空值）", "release: what the receiver gets (values)"),
        ),
        (
            "residue",
            list(Residue),
            render.say("残留轴：留在原处的（非空值）", "residue: what remains at the source (values)"),
        ),
    ):
        _print_axis(population, axis, values, title, sources)
    for what, n in population.persons_by_outcome:
        render.line(f"  {what}: {n if n >= SMALL else f'<{SMALL}'}")
    wrong = population.conserved()
    render.line(
        render.say("两轴各自与源头相平", "both axes tie to the source counts") if not wrong else f"OFF: {wrong[:3]}"
    )
    render.line(
        f"situations {population.n_situations:,} (lines approved: {len(policy.rows):,}), "
        f"one person only: {population.n_singletons:,}"
    )
    render.line(f"policy {policy.digest}")


def _print_axis(
    population: Population, axis: str, values: Sequence[Release | Residue], title: str, sources: dict[str, int]
) -> None:
    sums: dict[tuple[str, str], int] = {}
    for count in population.counts:
        key = (f"{count.source}.{count.table}", getattr(count, axis).value)
        sums[key] = sums.get(key, 0) + count.values
    heads = [getattr(word(v), render.language()) for v in values]
    rows: list[tuple[object, ...]] = [
        (t, n, *(sums.get((t, v.value), 0) or "·" for v in values)) for t, n in sources.items()
    ]
    totals = [sum(n for (_, x), n in sums.items() if x == v.value) for v in values]
    rows.append((render.say("合计", "total"), sum(sources.values()), *totals))
    columns = (render.say("表", "table"), render.say("源头", "source"), *heads)
    render.table(title, columns, rows, figures=range(1, 2 + len(heads)))


@commands.command(name="diff", help="What changed since the approved policy. 与已批准方案的差别。")
def diff(ctx: typer.Context, case: str, json: Annotated[bool, typer.Option("--json")] = False) -> None:
    with state_of(ctx).context() as c:
        old, new, changes = plan_diff(c, case)
    if json:
        render.print_json({"old": old.digest if old else None, "new": new.digest, "changes": changes})
        return
    if not changes:
        render.line(render.say("没有差别", "no difference"))
        return
    rows = [
        (x.kind, x.what, x.before, x.after, " ".join(f"{f}={v}" for f, v in x.situation.facts) if x.situation else "")
        for x in changes
    ]
    render.table("", ("kind", "what", "before", "after", "situation"), rows)


@commands.command(name="fairness", help="Outcomes compared across kinds of people. 各类人的结果是否一致。")
def fairness(ctx: typer.Context, case: str, json: Annotated[bool, typer.Option("--json")] = False) -> None:
    with state_of(ctx).context() as c:
        c.case(case)
        found = load_fairness(c.workspace(case))
    if found is None:
        raise StateError("outcomes are not compared yet", hint=f"Run `bequest plan run {case}` first.")
    if json:
        render.print_json(found)
        return
    print_rates(found)


def explain(
    ctx: typer.Context,
    case: str,
    person: Annotated[str, typer.Option(help="a row of the person: source.table:key")] = "",
    field: Annotated[str, typer.Option(help="a column: source.table.column")] = "",
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    if bool(person) == bool(field):
        raise InputError("say what to explain", hint="--person source.table:key or --field source.table.column")
    with state_of(ctx).context() as c:
        if person:
            place, _, key = person.partition(":")
            source, _, table = place.partition(".")
            lines = explain_row(c, case, source, table, key)
        else:
            source, table, column = (*field.split(".", 2), "", "")[:3]
            lines = explain_field(c, case, source, table, column)
    if json:
        render.print_json(lines)
        return
    for x in lines:
        _print_explanation(x)


def _print_explanation(x: ColumnExplanation) -> None:
    lang = render.language()
    facts = " ".join(f"{f}={v}" for f, v in x.situation.facts) or "—"
    release, residue = (getattr(word(v), lang) for v in (x.after.release, x.after.residue))
    rows = "" if x.rows == 1 else f"  ({x.rows if x.rows >= SMALL else f'<{SMALL}'} rows)"
    if x.after.operator is not Operator.NONE:
        release += f" ({how(x.after.operator, x.reduced_by)})"
    render.line(f"{x.column}: {release} × {residue}{rows}   [{facts}]")
    for n, reason in enumerate(x.said.reasons, start=1):
        text = reason.zh if lang == "zh" else reason.en
        render.line(f"   {n}. {text} ({', '.join(reason.articles)}; {reason.status})")
    if x.after != x.said.disposition:
        render.line(
            "   " + render.say("该行其他列须留，此列随行", "another column keeps the row here; this one stays with it")
        )
    for point in x.said.open_points:
        render.line("   " + render.say("未决：", "open: ") + point)


def how(operator: Operator, reduced_by: str) -> str:
    """The operator as people read it, with the setting of the data map."""
    spec, setting = OPERATORS[operator], reduced_by.partition(":")[2]
    return render.say(spec.zh, spec.en) + (f" [{setting}]" if setting else "")


def approve(
    ctx: typer.Context,
    case: str,
    person: Annotated[str, typer.Option("--as", help="your id in the case file")] = "",
    key: Annotated[Path | None, typer.Option(help="your OpenSSH private key (ed25519 or ECDSA P-256)")] = None,
    role: Annotated[str, typer.Option(help="which of your roles")] = "",
) -> None:
    if bool(person) != (key is not None):
        raise InputError("an approval needs a person and a key", hint="Give --as PERSON and --key FILE, or neither.")
    with state_of(ctx).context() as c:
        if key is None:
            state = approval_state(c, case)
        else:
            seen = load_fairness(c.workspace(case))
            state = approve_policy(c, case, person, key, role=role, seen=seen, show=print_fairness)
        warn_impact(c, case)
        warn_export(c, case)
        _print_state(state)


def _print_state(state: ApprovalState) -> None:
    render.line(f"policy {state.digest}")
    by_role = {a.role: a for a in state.approvals}
    rows = [
        (
            r,
            by_role[r.value].person if r.value in by_role else "—",
            by_role[r.value].fingerprint if r.value in by_role else "",
        )
        for r in state.required
    ]
    render.table("", ("role", "person", "key"), rows)
    if state.changed:
        what = ", ".join(state.changed)
        render.line(render.say(f"已失效：案件文件此后有改动（{what}）", f"void: the case file changed since in {what}"))
        return
    render.line(state.gap or render.say("已生效", "in force"))
