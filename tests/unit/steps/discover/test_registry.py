"""Rules every member of the registry keeps: adding a detector is one file, one line and one test."""

from pathlib import Path

import polars as pl
import pytest

from bequest.model.datamap import FieldClass
from bequest.steps.discover import detectors
from bequest.steps.discover.detector import Detector, bearings
from bequest.steps.discover.detectors import DETECTORS
from bequest.steps.discover.matching import name_hits

_IDS = [d.id for d in DETECTORS]
_FILES = [
    p for p in Path(detectors.__file__).parent.glob("*/*.py") if p.stem not in {"__init__", "surnames"}
]  # fmt: skip


def test_ids_are_unique() -> None:
    assert len(set(_IDS)) == len(_IDS)


def test_every_class_but_unknown_has_a_detector() -> None:
    assert {d.cls for d in DETECTORS} == set(FieldClass) - {FieldClass.UNKNOWN}


def test_every_detector_file_is_registered() -> None:
    assert len(_FILES) == len(DETECTORS)


@pytest.mark.parametrize("path", _FILES, ids=lambda p: p.stem)
def test_every_detector_has_a_test_file(path: Path) -> None:
    assert (Path(__file__).parent / "detectors" / path.parent.name / f"test_{path.name}").is_file()


@pytest.mark.parametrize("detector", DETECTORS, ids=_IDS)
def test_every_detector_says_who_defines_it(detector: Detector) -> None:
    assert detector.reference


@pytest.mark.parametrize("detector", DETECTORS, ids=_IDS)
def test_every_hint_finds_its_own_class(detector: Detector) -> None:
    lost = [
        hint
        for hint in (*detector.hints, *detector.weak_hints)
        if detector.cls not in {h.cls for h in name_hits(hint.replace(" ", "_"))}
    ]
    assert lost == []


def test_no_strong_hint_says_two_classes() -> None:
    said: dict[str, FieldClass] = {}
    double = {h for d in DETECTORS for h in d.hints if said.setdefault(h, d.cls) is not d.cls}
    assert double == set()


@pytest.mark.parametrize("detector", [d for d in DETECTORS if d.shape], ids=lambda d: d.id)
def test_no_shape_bears_nonsense(detector: Detector) -> None:
    nonsense = pl.Series(["~", "???", "§§§ §§§"], dtype=pl.Utf8)
    assert detector.bearing(nonsense, nonsense) == 0


def test_detectors_asked_together_say_what_each_says_alone() -> None:
    values = pl.Series(
        ["13800138000", "11010519491231002X", "张三", "a@example.com", "6222021234567890128", "2026-01-05"]
    )
    together = bearings(DETECTORS, values, values)
    assert together == [d.bearing(values, values) for d in DETECTORS]
    assert max(together) > 0
    assert bearings(DETECTORS, values.clear(), values.clear()) == [0] * len(DETECTORS)
