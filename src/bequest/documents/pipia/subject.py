"""What is processed and why: why the assessment is due, the processing, the data, lawfulness."""

from collections.abc import Iterator

from bequest.documents.assessment.content import FactLine
from bequest.documents.form.content import Block, Heading, Paragraph
from bequest.documents.pipia import fields
from bequest.documents.pipia.content import PipiaInput
from bequest.documents.pipia.wording import Speech, figure, figures, lines, meaning, party, table
from bequest.documents.words import word
from bequest.model.case import MOVES_NOTHING, LegalRoute, Lot, Party
from bequest.model.disposition import Release, Residue


def due(s: Speech, g: PipiaInput) -> Iterator[Block]:
    """Why it is due: each case of PIPL Art. 55 held against what was measured."""
    routes = [lot.legal_route for lot in g.case.lots]
    abroad = [r for r in g.case.receivers if r.country.lower() != "cn"]
    yield table(
        (s("个保法 55 的情形", "Case of PIPL Art. 55"), s("是否", "Holds"), s("依据", "From")),
        (
            (s("处理敏感个人信息", "sensitive information"), s.yes(_some(g, "sensitive_persons")),
             fact_said(s, g, "sensitive_persons")),
            (s("自动化决策", "automated decisions"), "—", s("没有测量，见下", "not measured, see below")),
            (s("委托、提供、公开", "entrusting, providing, publishing"),
             s.yes(bool({LegalRoute.PIPL_21, LegalRoute.PIPL_23}.intersection(routes))),
             s.join(dict.fromkeys(s.of(word(r)) for r in routes)) or s("没有批次", "no lot")),
            (s("向境外提供", "providing abroad"), s.yes(bool(abroad)),
             s.join(party(s, r) for r in abroad) or s("接收方都在境内", "all receivers are in the mainland")),
            (s("其他有重大影响的", "other processing of major impact"), s("有", "yes"),
             s(f"{s.of(word(g.case.event))}，涉及 ", f"{s.of(word(g.case.event))}, ") + fact_said(s, g, "persons")),
        ),
        (3, 1, 5),
    )  # fmt: skip
    succession = LegalRoute.PIPL_22 in routes
    yield Paragraph(
        s(
            ("第 22 条的转移没有列入第 55 条；" if succession else "") + "有重大影响一项为推导，非法条明文：一律评估。",
            ("Art. 55 does not name succession under Art. 22; " if succession else "")
            + "that the impact is a major one is derived, not in the words of the law: it is assessed in any case.",
        ),
        note=True,
    )
    yield fields.automated(s, g)
    yield fields.team(s)


def processing(s: Speech, g: PipiaInput) -> Iterator[Block]:
    """What is done: lots, receivers, purposes, methods."""
    if g.case.event in MOVES_NOTHING:
        yield Paragraph(
            s(
                "处理者不变：信息不移交，也不销毁。",
                "The processor stays the same: nothing passes, nothing is destroyed.",
            )
        )
    elif not g.case.lots:
        yield Paragraph(
            s(
                "没有接收方：信息删除，依法须保存的交保管人。",
                "Nobody receives: data is deleted, what the law keeps goes to the keeper.",
            )
        )
    for lot in g.case.lots:
        receiver = g.case.receiver(lot.receiver)
        yield Heading(s(f"批次 {lot.id}", f"Lot {lot.id}"), 2)
        yield lines(_lot(s, lot, receiver))
    window = g.case.window
    yield lines(
        (
            (s("告知与期限", "Notice and windows"),
             s(f"提前 {window.notice_lead_days} 天告知，{window.objection_days} 天内可以反对，自每人首次送达起并行计算",
               f"told {window.notice_lead_days} days before, {window.objection_days} days to object, in parallel from"
               " each person's first delivery")),
            (s("计划切换日", "Planned cutover"), str(g.case.effective_on)),
            (s("保管人", "Keeper"), party(s, g.case.custodian) if g.case.custodian else s("未指定", "none named")),
        )
    )  # fmt: skip


def _lot(s: Speech, lot: Lot, receiver: Party) -> Iterator[tuple[str, str]]:
    nothing = s("无", "none")
    yield s("接收方及联系方式", "Receiver and contact"), f"{party(s, receiver)}, {receiver.contact}"
    open_point = s("（未决，由律师选定）", " (open, counsel chose)") if lot.route_open else ""
    yield s("法律路径", "Legal route"), s.of(word(lot.legal_route)) + open_point
    yield s("选定理由", "Reason"), lot.route_reason or nothing
    yield s("原有目的", "Continuing purposes"), s.join(lot.purposes) or nothing
    yield s("变更的目的", "Changed purposes"), s.join(lot.new_purposes) or nothing
    yield s("处理方式", "Methods"), s.join(lot.methods) or nothing


def data(s: Speech, g: PipiaInput) -> Iterator[Block]:
    """The data map in figures, and what becomes of each class."""
    yield table(
        (s("系统", "System"), s("种类", "Kind"), s("表", "Tables"), s("行", "Rows"),
         s("个人信息列", "Personal columns"), s("敏感列", "Sensitive")),
        ((s.of(x.name), s.of(x.kind), x.tables, x.rows, x.personal, x.sensitive) for x in g.systems),
        (4, 3, 1, 2, 2, 2), range(2, 6),
    )  # fmt: skip
    yield Heading(s("各类信息：范围内的值与涉及的人", "Classes of data: values and persons in scope"), 2)
    facts = {f.key: f for f in g.page.facts}
    rows = [r for r in g.page.company if r.id]
    yield table(
        (s("数据类别", "Class of data"), s("值", "Values"), s("人", "Persons"), s("敏感", "Sensitive"),
         s("无移交依据", "No ground to pass"), s("不需要", "Not needed"), s("保存过久", "Kept too long")),
        (
            (
                s.of(r.said),
                *(
                    figure(facts.get(f"{name}@{r.id}"))
                    for name in ("values", "persons_of", "sensitive", "no_ground", "unneeded", "outlived")
                ),
            )
            for r in rows
        ),
        (8, 4, 4, 8, 9, 8, 8), range(1, 7),
    )  # fmt: skip
    if not g.outcomes:
        return
    yield Heading(s("方案：各类信息的去向（值）", "The plan: what becomes of each class (values)"), 2)
    yield table(
        (s("数据类别", "Class of data"), *(s.of(word(r)) for r in Release), *(s.of(word(r)) for r in Residue)),
        (
            (s.of(x.said), *(x.release.get(r, 0) for r in Release), *(x.residue.get(r, 0) for r in Residue))
            for x in g.outcomes
        ),
        (4, *(2,) * (len(Release) + len(Residue))), range(1, 1 + len(Release) + len(Residue)),
    )  # fmt: skip
    yield Paragraph(
        s(
            "前四列为交付轴，后五列为残留轴，各自合计等于范围内的值。",
            "Four columns for what is given, five for what remains at the source; each adds up to the values in scope.",
        ),
        note=True,
    )  # fmt: skip


def lawful(s: Speech, g: PipiaInput) -> Iterator[Block]:
    """Lawful, proper, necessary (PIPL Art. 56(1))."""
    yield lawful_facts(s, g)
    if g.open_points:
        yield Heading(s("方案所依据的未决法律问题", "Open legal points the plan rests on"), 2)
        for p in g.open_points:
            yield Paragraph("· " + s.of(p))
    if g.unverified:
        yield Paragraph(
            s(
                f"方案依据的规则和数值中有 {g.unverified} 项未从法律原文核实，请律师核对"
                "（`bequest law status --unverified`）。",
                f"{g.unverified} rules and values behind the plan were not read in the law itself; have counsel check"
                " them (`bequest law status --unverified`).",
            ),
            note=True,
        )
    yield fields.lawfulness(s)


def lawful_facts(s: Speech, g: PipiaInput) -> Block:
    """What was measured of people's will, of children, of notices."""
    names = ("objected", "children", "children_without_guardian", "not_told", "unreachable", "customers_lost", "unfair")
    return table(
        (s("实测事实", "Measured fact"), s("发现时", "As found"), s("方案之后", "After the plan")),
        (_fact_row(s, f) for f in g.page.facts if f.key in names),
        (6, 2, 2), (1, 2),
    )  # fmt: skip


def _some(g: PipiaInput, key: str) -> bool:
    return any(f.key == key and f.before is not None and f.before.n for f in g.page.facts)


def fact_said(s: Speech, g: PipiaInput, key: str) -> str:
    """A fact of the case as found, in a few words."""
    found = next((f for f in g.page.facts if f.key == key), None)
    return s("没有测量", "not measured") if found is None else f"{s.of(found.said)} {figures(found)[0]}"


def _fact_row(s: Speech, f: FactLine) -> tuple[str, str, str]:
    return meaning(s, f), *figures(f)
