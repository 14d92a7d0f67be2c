"""What every class of field is, in both languages: levels, basis, other vocabularies, usual mask (`classes.toml`)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bequest.model.datamap import FieldClass


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassInfo:
    """One class. `general`: grade 1 to 4 (GB/T 43697-2024), 0 for none; `jrt`: C1 to C3 (JR/T 0171-2020).

    `basis` is the provision that makes it personal information, or sensitive where `sensitive` says it usually is.
    """

    general: int
    jrt: str
    sensitive: bool
    basis: str
    fides: str
    mask_en: str
    mask_zh: str
    about_en: str
    about_zh: str


def _read() -> Mapping[FieldClass, ClassInfo]:
    document = tomllib.loads((Path(__file__).parent / "classes.toml").read_text(encoding="utf-8"))
    return {FieldClass(name): ClassInfo(**item) for name, item in document.items()}


CLASSES: Final = _read()
