from collections.abc import Callable, Sequence

import polars as pl
import pytest

from bequest.steps.discover import ColumnInfo, TableSample
from bequest.steps.discover.detector import Detector
from bequest.steps.discover.matching import comment_hits, name_hits
from bequest.steps.discover.valuetext import column_values


@pytest.fixture
def coverage() -> Callable[[Detector, str], int]:
    """What share of a column holding only this value a detector says bears its identifier, in per mille."""

    def measure(detector: Detector, value: str) -> int:
        values = column_values(pl.Series([value], dtype=pl.Utf8))
        return detector.bearing(values.text, values.compact)

    return measure


@pytest.fixture
def named() -> Callable[[Detector, str], bool]:
    """Whether a column name, or a comment after `#`, names the class of a detector."""

    def ask(detector: Detector, text: str) -> bool:
        hits = comment_hits(text[1:]) if text.startswith("#") else name_hits(text)
        return detector.cls in {h.cls for h in hits}

    return ask


@pytest.fixture(scope="session")
def table() -> Callable[..., TableSample]:
    """A table sample: columns as `name`, `name:TYPE` or `name:TYPE:comment`, values as lists beside them."""

    def make(
        name: str,
        columns: Sequence[str],
        *,
        source: str = "s",
        comment: str = "",
        values: dict[str, Sequence[str | None]] | None = None,
        key: tuple[str, ...] = (),
        n_rows: int | None = None,
        why_not_scanned: str = "",
    ) -> TableSample:
        parts = [(*c.split(":", 2), "", "")[:3] for c in columns]
        infos = tuple(ColumnInfo(n, t, text, n in key) for n, t, text in parts)
        given = values or {}
        length = max((len(v) for v in given.values()), default=0)
        frame = pl.DataFrame(
            {i.name: pl.Series([*given.get(i.name, []), *([None] * length)][:length], dtype=pl.Utf8) for i in infos}
        )
        return TableSample(source, name, comment, infos, length if n_rows is None else n_rows, frame, why_not_scanned)

    return make
