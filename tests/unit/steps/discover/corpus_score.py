"""Invented schemas with labels, and how well discovery does on them: the counts of the public label files.

A file of `corpus/` is one schema: a line without indentation opens a table (`name # comment`), the indented ones are
its columns (`name | type | comment | label`). A label is the class, `/` and another defensible one; `*` sensitive, `-`
not personal, `?` the class is debatable, `??` whether it is personal is. No label: about nobody. The first column is
the key.
"""

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from bequest.model.datamap import DataMap
from bequest.steps.discover import ColumnInfo, TableSample

FOLDER = Path(__file__).parent / "corpus"
APART = {"user_id", "order_no", "behaviour", "free_text"}


@dataclass(frozen=True, slots=True)
class Label:
    """What a column holds in truth."""

    classes: tuple[str, ...]
    personal: bool
    sensitive: bool
    debatable: bool
    """Whether it is personal is debatable: not counted."""


@dataclass(slots=True)
class Score:
    """Counts over the columns of the core classes; references, numbers of orders, behaviour and text apart."""

    truly: int = 0
    hit: int = 0
    false: int = 0
    class_right: int = 0
    sensitive: int = 0
    sensitive_hit: int = 0
    apart: int = 0
    apart_hit: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.hit / self.truly

    @property
    def precision(self) -> float:
        return self.hit / (self.hit + self.false)

    @property
    def class_accuracy(self) -> float:
        return self.class_right / self.hit

    @property
    def sensitive_recall(self) -> float:
        return self.sensitive_hit / max(self.sensitive, 1)

    def __str__(self) -> str:
        return (
            f"recall {self.recall:.3f}, precision {self.precision:.3f}, class {self.class_accuracy:.3f},"
            f" sensitive {self.sensitive_recall:.3f}, apart {self.apart_hit / max(self.apart, 1):.3f}"
        )


def schemas() -> list[str]:
    """The names of all invented schemas."""
    return sorted(p.stem for p in FOLDER.glob("*.txt"))


def read_schema(name: str) -> tuple[list[TableSample], dict[tuple[str, str, str], Label]]:
    """The tables of a schema, all of them empty as most of real systems are, and what their columns hold."""
    tables: list[tuple[str, str, list[ColumnInfo]]] = []
    labels = {}
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(" "):
            table, _, comment = line.partition("#")
            tables.append((table.strip(), comment.strip(), []))
            continue
        column, declared, comment, label = (*(p.strip() for p in line.split("|")), "", "", "")[:4]
        columns = tables[-1][2]
        assert column not in {c.name for c in columns}, line
        columns.append(ColumnInfo(column, declared, comment, is_key=not columns))
        labels[name, tables[-1][0], column] = _label(label or "not_pi")
    samples = [
        TableSample(name, table, comment, tuple(cs), 0, pl.DataFrame(schema={c.name: pl.Utf8 for c in cs}))
        for table, comment, cs in tables
    ]
    return samples, labels


def _label(text: str) -> Label:
    classes = tuple(c.strip("*-?") for c in text.split("/"))
    personal = classes[0] != "not_pi" and "-" not in text
    return Label(classes, personal, "*" in text and personal, "??" in text)


def score(found: DataMap, labels: dict[tuple[str, str, str], Label]) -> Score:
    """How well what was found agrees with the labels."""
    total = Score()
    for t in found.tables:
        for c in t.columns:
            _count(total, labels[t.source, t.name, c.name], f"{t.source}.{t.name}.{c.name}", c.cls.value, c)
    return total


def _count(total: Score, label: Label, where: str, cls: str, c: object) -> None:
    personal, sensitive = getattr(c, "personal"), getattr(c, "sensitive")  # noqa: B009
    if label.debatable:
        return
    if APART & set(label.classes):
        total.apart += label.personal
        total.apart_hit += label.personal and personal
        if label.personal and not personal:
            total.wrong.append(f"apart {where} is {label.classes}, said {cls}")
        return
    total.truly += label.personal
    total.hit += label.personal and personal
    total.false += personal and not label.personal
    total.sensitive += label.sensitive
    total.sensitive_hit += label.sensitive and sensitive and personal
    right = cls in label.classes
    total.class_right += label.personal and personal and right
    if label.personal != personal:
        total.wrong.append(f"{'missed' if label.personal else 'FALSE'} {where} is {label.classes}, said {cls}")
    elif label.personal and not right:
        total.wrong.append(f"class {where} is {label.classes}, said {cls}")
    if label.sensitive and personal and not sensitive:
        total.wrong.append(f"sens {where} is {label.classes}, said {cls}")
