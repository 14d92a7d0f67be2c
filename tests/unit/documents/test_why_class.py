"""Every piece of evidence that discovery writes has a sentence in both languages."""

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bequest.documents.why_class import Side, how_sure, is_known, why_class
from bequest.model.datamap import ColumnMap, FieldClass, Verdict
from bequest.model.facts import RowRole
from bequest.steps.discover.context import Topic
from bequest.steps.discover.detectors import DETECTORS

COLUMN = ColumnMap("mobile", "text", FieldClass.PHONE, True, False, RowRole.CUSTOMER, 990, 980)
DISCOVER = Path(__file__).resolve().parents[3] / "src" / "bequest" / "steps" / "discover"


def literals() -> set[str]:
    """Every literal piece of evidence in the code of discovery."""
    found = set()
    for path in DISCOVER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            value = node.value if isinstance(node, ast.Constant) else None
            if isinstance(value, str) and re.match(r"(context|values|comment|name|reference):\S", value):
                found.add(value)
    return {f for f in found if f[-1] not in ": ("}  # the beginnings of longer ones


def test_the_literal_evidence_of_discovery_is_known() -> None:
    written = literals()
    assert len(written) > 8
    assert [e for e in written if not is_known(e)] == []


MADE = [
    "name:customer no", "comment:手机", "comment:something else", "reference:key of crm.customers",
    "values:cn.mobile 98.2% of 284 distinct", "values:do not bear it (424 distinct)", "values:only 2 distinct of 300",
    "values:identifiers inside text: phone, email", "values:running text", "context:3 columns about one person",
    "context:other columns are named after kin", "by name only", "nothing personal found",
    "no word known, no value known", "undecided: person_name 31.0%",
    *(f"context:{t.value} table" for t in Topic if t is not Topic.UNKNOWN),
]  # fmt: skip


@pytest.mark.parametrize("evidence", MADE)
def test_what_discovery_puts_together_is_known_and_said_in_both_languages(evidence: str) -> None:
    assert is_known(evidence)
    [said] = why_class(replace(COLUMN, evidence=(evidence,)))
    assert re.search(r"[\u4e00-\u9fff]", said.text.zh)
    assert re.search(r"[a-z]{3}", said.text.en)
    assert "{" not in said.text.zh + said.text.en


def test_detectors_that_look_at_values_are_called_by_what_they_look_for() -> None:
    for d in (d for d in DETECTORS if d.shape is not None):
        [said] = why_class(replace(COLUMN, evidence=(f"values:{d.id} 90.0% of 20 distinct",)))
        assert d.id not in said.text.zh


def test_what_speaks_for_the_class_comes_first_and_few_values_speak_against() -> None:
    said = why_class(replace(COLUMN, evidence=("by name only", "name:mobile", "values:cn.mobile 12.0% of 50 distinct")))
    assert [s.side for s in said] == [Side.FOR, Side.AGAINST, Side.AGAINST]


def test_a_persons_word_is_no_matter_of_confidence() -> None:
    assert how_sure(COLUMN).en == "all but certain"
    assert how_sure(replace(COLUMN, confidence=510)).en == "just over even"
    assert how_sure(replace(COLUMN, verdict=Verdict.CORRECTED)).en == "decided by a person"
