"""Costs against benefits of a case: the company's own numbers kept, the plan's work counted, the page put together."""

import tomllib
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from bequest.app.assessment_page import place_word
from bequest.app.context import Context
from bequest.app.outcomes import Outcome, outcomes_by_class
from bequest.app.user_files import read_user_text
from bequest.documents.assessment.costs import CostPage, CostRow, CostValue, HoursLine
from bequest.documents.words import Word
from bequest.kernel.canonical import Json, digest
from bequest.kernel.errors import InputError
from bequest.model.assessment import Assessment
from bequest.model.case import MOVES_NOTHING, RELEASES_NOTHING, Case
from bequest.model.disposition import Release, Residue
from bequest.steps.assess.catalogue import Catalogue, catalogue
from bequest.steps.assess.catalogue.costs import KINDS, PLAN, Costs, costs
from bequest.steps.assess.costs import CostLine, Work, weigh

OWN = "assess_costs"


def costs_of(ctx: Context, case_id: str) -> Costs:
    """The numbers by which this case is reckoned: ours, and the company's own where it gave some."""
    with ctx.store.transaction() as tx:
        own = tx.settings.get(OWN, None, case_id=case_id)
    return costs().with_own(own) if isinstance(own, dict) else costs()


def take_costs(ctx: Context, case_id: str, path: Path) -> Costs:
    """Take a company's own numbers from a TOML file, for this case from now on; what it does not name is ours again.

    Raises:
        InputError: where it is no TOML, or names what there is not or no possible number.
    """
    ctx.case(case_id)
    text = read_user_text(path, "file of unit costs", hint="`bequest assess costs CASE --write FILE` writes one.")
    try:
        own = tomllib.loads(text, parse_float=str)
    except tomllib.TOMLDecodeError as slip:
        raise InputError(f"{path.name} is no TOML: {slip}", hint="Lines are like: notice = 0.09") from None
    made, at = costs().with_own(own), ctx.now(case_id)
    with ctx.store.transaction() as tx:
        tx.settings.set(OWN, _plain(own), at, case_id=case_id)
    return made


def _plain(said: Any) -> Json:
    """Numbers as text: what was written is kept as it was written."""
    return {k: _plain(v) for k, v in said.items()} if isinstance(said, dict) else str(said)


def costs_file(found: Costs, lang: str) -> str:
    """The numbers as a TOML file to put one's own into."""
    lines = []
    for v in found.values.values():
        said, source = (v.zh, v.source_zh) if lang == "zh" else (v.en, v.source)
        lines += [f"# {said} [{v.unit}]", f"# {source}", f"{v.id} = {v.number}", ""]
    for o in found.options[:-1]:
        lines += [f"[hours.{o.id}]  # {o.zh if lang == 'zh' else o.en}"]
        lines += [*(f"{kind} = {o.hours[kind]}" for kind in KINDS), ""]
    return "\n".join(lines)


def cost_page(ctx: Context, case: Case, assessment: Assessment) -> CostPage:
    """Costs and benefits of a run of the assessment, as shown."""
    rules, found = catalogue(), costs_of(ctx, case.id)
    with ctx.store.transaction() as tx:
        datamap, population = tx.datamaps.latest(case.id), tx.populations.latest(case.id)
    planned = bool(assessment.basis.policy) and datamap is not None and population is not None
    outcomes: Mapping[str, Outcome] = {}
    if planned and datamap is not None and population is not None:
        outcomes = outcomes_by_class(rules, case, datamap, population.population)
    lines = weigh(
        rules, found, assessment.measures,
        {g: _plan_work(case, o) for g, o in outcomes.items()} if planned else None,
        receiver=case.event not in MOVES_NOTHING | RELEASES_NOTHING,
        goes_on=case.event not in RELEASES_NOTHING,
    )  # fmt: skip
    return _page(rules, found, lines)


def _plan_work(case: Case, o: Outcome) -> Work:
    def part(*counts: int) -> Decimal:
        return Decimal(sum(counts)) / max(o.values, 1)

    uses = {
        "as_is": o.release.get(Release.AS_IS, 0) or o.residue.get(Residue.IN_USE, 0),
        "masked": o.release.get(Release.MASKED, 0),
        "ask": o.release.get(Release.WAITING, 0),
        "anonymise": o.residue.get(Residue.ANONYMISE, 0),
        "delete": o.residue.get(Residue.DELETE, 0),
        "custody": o.residue.get(Residue.CUSTODY, 0),
    }
    given = [o.residue.get(Residue.IN_USE, 0)]
    if case.event not in MOVES_NOTHING:
        given = [o.release.get(r, 0) for r in (Release.AS_IS, Release.MASKED)]
    return Work(
        given=part(*given),
        asked=part(uses["ask"]),
        transformed=part(uses["masked"], uses["anonymise"]),
        erased=part(uses["delete"]),
        kept=part(uses["custody"]),
        ways=tuple(name for name, values in uses.items() if values),
    )


def _page(rules: Catalogue, found: Costs, lines: tuple[CostLine, ...]) -> CostPage:
    names = {o.id: Word(o.zh, o.en) for o in found.options}
    rows = _rows(names, lines)
    classes: dict[str, list[CostRow]] = {}
    for line, row in zip(lines, rows, strict=True):
        classes.setdefault(line.group, []).append(row)
    return CostPage(
        total=tuple(classes.pop("", ())),
        classes=tuple((place_word(rules, g), tuple(mine)) for g, mine in classes.items()),
        values=tuple(
            CostValue(
                id=v.id, said=Word(v.zh, v.en), unit=v.unit, number=f"{v.number:f}",
                source=Word(v.source_zh, v.source), status=v.status, own=v.own,
            )
            for v in found.values.values()
        ),
        hours=tuple(
            HoursLine(said=names[o.id], hours=tuple(f"{o.hours[k]:f}" for k in KINDS)) for o in found.options[:-1]
        ),
        digest=digest({
            **{v.id: f"{v.number:f}" for v in found.values.values()},
            **{f"{o.id}.{k}": f"{o.hours[k]:f}" for o in found.options[:-1] for k in KINDS},
        }),
    )  # fmt: skip


def _rows(names: Mapping[str, Word], lines: tuple[CostLine, ...]) -> list[CostRow]:
    """In whole CNY, each row adding up in itself."""
    base: dict[str, int] = {}
    rows = []
    for x in lines:
        loss = _cny(x.loss)
        base.setdefault(x.group, _cny(x.loss + x.avoided))
        rows.append(
            CostRow(
                option=names[x.option], plan=x.option == PLAN, technique=_cny(x.people["technique"]),
                counsel=_cny(x.people["counsel"]), training=_cny(x.people["training"]), handling=_cny(x.handling),
                loss=loss, avoided=base[x.group] - loss, persons=x.persons, kept=x.kept, margin=_cny(x.margin),
                exposed=x.exposed,
            )
        )  # fmt: skip
    return rows


def _cny(amount: Decimal) -> int:
    return int(amount.to_integral_value(ROUND_HALF_UP))
