"""Fit the weights of discovery's second opinion (`steps/discover/vocabulary/learned.txt.xz`) to the invented schemas.

    python -m scripts.learn_columns             fit and write the weights
    python -m scripts.learn_columns --without courier_py,p2p_house    the same, these schemas left out
    python -m scripts.learn_columns --crossed   print what they reach on schemas left out in turn; write nothing

The rules know the words of these schemas, for they were written beside them, and would look too sure. So the schemas
are dealt into folds, and each is read with a vocabulary from which the words that only one schema of its fold uses are
left out: as a stranger's schema would be.
"""

import dataclasses
import lzma
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
import scipy.optimize
import scipy.sparse

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT)]

from tests.unit.steps.discover.corpus_score import APART, Label, read_schema, schemas  # noqa: E402

from bequest.steps.discover import matching  # noqa: E402
from bequest.steps.discover.context import TableContext  # noqa: E402, F401 - loads the modules swapped below
from bequest.steps.discover.detector import Detector  # noqa: E402
from bequest.steps.discover.discover import by_rules  # noqa: E402
from bequest.steps.discover.learned import PERSONAL_FROM, SENSITIVE_FROM, care, doubt  # noqa: E402
from bequest.steps.discover.naming import with_readings  # noqa: E402
from bequest.steps.discover.references import with_references  # noqa: E402
from bequest.steps.discover.spelling import Pinyin  # noqa: E402
from bequest.steps.discover.systems import kinds_of  # noqa: E402
from bequest.steps.discover.traits import table_traits  # noqa: E402
from bequest.steps.discover.words import has_han  # noqa: E402

FOLDS = 5
PULL = 3.0
"""How strongly weights are pulled towards nothing."""
LEAST_SEEN, LEAST_WEIGHT = 3, 8
TO = ROOT / "src/bequest/steps/discover/vocabulary/learned.txt.xz"


@dataclasses.dataclass(frozen=True, slots=True)
class Seen:
    """A labelled column: what is seen of it, what it holds in truth, and what the rules said."""

    fold: int
    traits: tuple[str, ...]
    label: Label
    personal: bool
    sensitive: bool

    @property
    def counted(self) -> bool:
        """Whether scores count the column."""
        return not self.label.debatable and not APART & set(self.label.classes)


def fold_of(schema: str) -> int:
    """The fold a schema is dealt into, by its name."""
    return zlib.crc32(schema.encode()) % FOLDS


def discovery() -> list[ModuleType]:
    """The modules of discovery."""
    return [m for n, m in sys.modules.items() if n.startswith("bequest.steps.discover") and isinstance(m, ModuleType)]


def swap(old: object, new: object) -> None:
    """Put one thing in the place of another wherever the modules of discovery name it."""
    for module in discovery():
        for name, value in list(vars(module).items()):
            if value is old:
                setattr(module, name, new)


def know(detectors: tuple[Detector, ...]) -> None:
    """Let discovery know these detectors alone."""
    swap(matching.DETECTORS, detectors)
    swap(matching.BY_ID, {d.id: d for d in detectors})
    swap(matching.WHOLE, {hint: d for d in detectors for hint in d.whole_hints})
    index = matching._index()
    swap(matching.VOCABULARY, index.vocabulary)
    swap(matching.INDEX, index)
    hints = [h for d in reversed(detectors) for h in (*d.hints, *d.weak_hints) if has_han(h)]
    swap(matching.PINYIN, Pinyin([*hints, *(w for w in matching._PLAIN_WORDS if has_han(w))]))
    for module in discovery():
        for value in list(vars(module).values()):
            if hasattr(value, "cache_clear"):
                value.cache_clear()


def words_used(names: Iterable[str]) -> dict[str, set[str]]:
    """Each hint that decides a column, with the schemas where it does."""
    used: dict[str, set[str]] = {}
    for name in names:
        for table in read_schema(name)[0]:
            for c in table.columns:
                for hit in (*matching.name_hits(c.said), *matching.comment_hits(c.comment)):
                    used.setdefault(hit.hint, set()).add(name)
    return used


def without(detector: Detector, words: set[str]) -> Detector:
    """A detector that does not know these words."""
    left = {k: tuple(h for h in getattr(detector, k) if h not in words) for k in ("hints", "weak_hints", "whole_hints")}
    return dataclasses.replace(detector, **left)  # type: ignore[arg-type]


def read(schema: str) -> list[Seen]:
    """The columns of a schema as the rules and the traits see them."""
    samples, labels = read_schema(schema)
    found = []
    kinds = kinds_of(samples)[schema]
    for sample in with_references([with_readings(s) for s in sorted(samples, key=lambda s: (s.source, s.table))]):
        context, columns = by_rules(sample)
        for column, traits in zip(columns, table_traits(sample, context, columns, kinds), strict=True):
            label = labels[schema, sample.table, column.name]
            found.append(Seen(fold_of(schema), tuple(traits), label, column.personal, column.sensitive))
    return found


def read_as_strangers(left_out: frozenset[str]) -> list[Seen]:
    """The columns of all schemas, each read without the words that it alone uses."""
    names = [n for n in schemas() if n not in left_out]
    every = matching.DETECTORS
    used = words_used(names)
    found: list[Seen] = []
    for fold in range(FOLDS):
        own = {hint for hint, where in used.items() if len(where) == 1 and fold_of(next(iter(where))) == fold}
        know(tuple(without(d, own) for d in every))
        found += [seen for name in names if fold_of(name) == fold for seen in read(name)]
    know(every)
    return found


def matrix(columns: Sequence[Seen], places: dict[str, int]) -> scipy.sparse.csr_matrix:
    """Columns as rows of ones where they have the trait; the bias comes first."""
    rows, cols = [], []
    for i, column in enumerate(columns):
        here = [0, *(places[t] for t in column.traits if t in places)]
        rows += [i] * len(here)
        cols += here
    return scipy.sparse.csr_matrix((np.ones(len(rows)), (rows, cols)), (len(columns), len(places) + 1))


def places_of(columns: Sequence[Seen]) -> dict[str, int]:
    """A place for every trait that stands often enough."""
    counts = Counter(t for c in columns for t in c.traits)
    return {t: i + 1 for i, t in enumerate(sorted(t for t, n in counts.items() if n >= LEAST_SEEN))}


def fitted(x: scipy.sparse.csr_matrix, truth: np.ndarray, steps: int = 120) -> np.ndarray:
    """Weights of a logistic regression, pulled towards nothing except the bias."""
    signs = 2.0 * truth - 1
    turned = x.T.tocsr()

    def loss(b: np.ndarray) -> tuple[float, np.ndarray]:
        margin = signs * (x @ b)
        pull = PULL * np.r_[0, b[1:]]
        slope = turned @ (-signs / (1 + np.exp(np.clip(margin, -30, 30))))
        return float(np.logaddexp(0, -margin).sum() + 0.5 * pull @ b), slope + pull

    start = np.zeros(x.shape[1])
    return scipy.optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": steps}).x


def fit(columns: Sequence[Seen]) -> tuple[dict[str, int], dict[str, np.ndarray]]:
    """The models over the traits of the columns: whether personal; of those that are, whether sensitive."""
    sure = [c for c in columns if not c.label.debatable]
    places = places_of(sure)
    models = {"personal": fitted(matrix(sure, places), np.array([c.label.personal for c in sure]))}
    people = [c for c in sure if c.label.personal]
    x = matrix(people, places)
    models["sensitive"] = fitted(x, np.array([c.label.sensitive for c in people]))
    return places, models


def fit_classes(columns: Sequence[Seen], places: dict[str, int]) -> dict[str, np.ndarray]:
    """One model for each class, over the personal columns."""
    people = [c for c in columns if not c.label.debatable and c.label.personal]
    x = matrix(people, places)
    first = [c.label.classes[0] for c in people]
    return {f"class {cls}": fitted(x, np.array([f == cls for f in first]), steps=40) for cls in sorted(set(first))}


def write(places: dict[str, int], models: dict[str, np.ndarray]) -> None:
    """Write the weights in hundredths; those near nothing are left out."""
    lines = []
    for name, weights in models.items():
        rounded = {t: round(100 * weights[i]) for t, i in {"bias": 0, **places}.items()}
        lines += [f"[{name}]", *(f"{w} {t}" for t, w in rounded.items() if abs(w) >= LEAST_WEIGHT)]
    data = lzma.compress("\n".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME)
    TO.write_bytes(data)
    print(f"{len(lines)} weights, {len(data)} bytes, {TO.relative_to(ROOT)}")


def crossed(columns: Sequence[Seen]) -> None:
    """Each fold judged by weights fitted to the others."""
    odds, sharp = np.zeros(len(columns)), np.zeros(len(columns))
    for fold in range(FOLDS):
        places, models = fit([c for c in columns if c.fold != fold])
        own = [i for i, c in enumerate(columns) if c.fold == fold]
        x = matrix([columns[i] for i in own], places)
        odds[own], sharp[own] = x @ models["personal"], x @ models["sensitive"]
        odds[own] += [care(columns[i].traits, sharp[i]) - doubt(columns[i].traits) for i in own]
    counted = np.array([c.counted for c in columns])
    truth = np.array([c.label.personal for c in columns]) & counted
    grave = np.array([c.label.sensitive for c in columns]) & truth
    by_rules = np.array([c.personal for c in columns]) & counted
    marked = np.array([c.sensitive for c in columns])
    print("from            recall  precision  sensitive recall (its precision)")
    choices = [(np.inf, np.inf)] + [(p, s) for p in (0.5, 0.3, PERSONAL_FROM, -0.3) for s in (-1, SENSITIVE_FROM)]
    for personal, sensitive in choices:
        said = by_rules | (counted & (odds >= personal))
        graver = said & (marked | (sharp >= sensitive))
        chosen = " <" if (personal, sensitive) == (PERSONAL_FROM, SENSITIVE_FROM) else ""
        print(
            f"{personal:5.2f} {sensitive:5.2f}  {(said & truth).sum() / truth.sum():9.3f}"
            f"  {(said & truth).sum() / said.sum():9.3f}  {(graver & grave).sum() / grave.sum():9.3f}"
            f" ({(graver & grave).sum() / graver.sum():.3f}){chosen}"
        )


def main() -> None:
    """Fit, or judge what was fitted."""
    at = sys.argv.index("--without") + 1 if "--without" in sys.argv else 0
    columns = read_as_strangers(frozenset(sys.argv[at].split(",")) if at else frozenset())
    if "--crossed" in sys.argv:
        crossed(columns)
        return
    places, models = fit(columns)
    write(places, models | fit_classes(columns, places))


if __name__ == "__main__":
    main()
