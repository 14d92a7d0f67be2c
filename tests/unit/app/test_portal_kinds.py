"""Kinds of information by person, as a slow walk over all decided cells finds them."""

import random
from dataclasses import replace
from datetime import date

import polars as pl
from tests.unit.steps import decided_tables as d

from bequest.app.portal.kinds import Kinds, kinds_by_subject
from bequest.engine.tableplan import TablePlan
from bequest.model.datamap import DataMap, FieldClass, TableMap
from bequest.model.disposition import Disposition, Residue
from bequest.model.facts import RecordClass

DISPOSITIONS = (d.PASS_DELETE, d.NONE_CUSTODY, d.PASS_CUSTODY, d.MASK_DELETE)


def decided(name: str, classes: list[FieldClass], n: int, seed: int) -> tuple[TableMap, TablePlan]:
    """A table with rows of a few people, decided at random; every other column is sensitive."""
    rng = random.Random(seed)  # noqa: S311 - a table of a test
    columns = tuple(
        replace(d.column(f"c{i}", cls, personal=cls is not FieldClass.NOT_PI), sensitive=i % 2 == 1)
        for i, cls in enumerate(classes)
    )
    due = [rng.choice([None, date(2030, 12, 31), date(2031, 5, 1)]) for _ in range(n)]
    plan = d.plan_of(
        "crm", name, columns, [["x"] * len(columns)] * n,
        [[rng.choice(DISPOSITIONS) for _ in columns] for _ in range(n)], due_on=due,
    )  # fmt: skip
    who = pl.Series("subject", [rng.choice([None, *range(12)]) for _ in range(n)], dtype=pl.UInt32)
    return TableMap("crm", name, RecordClass.ORDER, columns, n), replace(plan, rows=plan.rows.with_columns(who))


def by_walking(tables: list[tuple[TableMap, TablePlan]]) -> dict[int, str]:
    met: dict[int, dict[tuple[str, str], tuple[str, bool]]] = {}
    for table, plan in tables:
        for row in plan.rows.to_dicts():
            for c in table.columns if row["subject"] is not None else ():
                if c.personal:
                    p: Disposition = plan.dispositions[row[f"d:{c.name}"]]
                    word = f"{p.release}:{p.residue}:{p.operator}:{p.fallback or ''}"
                    until = row["due_on"].isoformat() if row["due_on"] and p.residue is Residue.CUSTODY else ""
                    kinds = met.setdefault(row["subject"], {})
                    before, sensitive = kinds.get((c.cls.value, word), ("", False))
                    kinds[c.cls.value, word] = max(before, until), sensitive or c.sensitive
    return {
        who: ";".join(f"{a}:{b}:{until}:{'s' * s}" for (a, b), (until, s) in sorted(kinds.items()))
        for who, kinds in met.items()
    }


def said(kinds: Kinds) -> dict[int, str]:
    return dict(zip(kinds.of["subject"], kinds.said.gather(kinds.of["kinds"]), strict=True))


def test_the_kinds_of_each_person_are_those_of_all_cells() -> None:
    tables = [
        decided("a", [FieldClass.PHONE, FieldClass.EMAIL, FieldClass.NOT_PI], 40, 1),
        decided("b", [FieldClass.EMAIL, FieldClass.EMAIL], 30, 2),
        decided("c", [FieldClass.NOT_PI], 5, 3),
    ]
    found = kinds_by_subject(DataMap(tuple(t for t, _ in tables)), {("crm", t.name): p for t, p in tables})
    assert said(found) == by_walking(tables)
    assert found.said.n_unique() == len(found.said)


def test_without_personal_columns_there_is_nobody() -> None:
    table, plan = decided("c", [FieldClass.NOT_PI], 5, 3)
    assert said(kinds_by_subject(DataMap((table,)), {("crm", "c"): plan})) == {}
