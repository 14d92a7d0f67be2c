"""Identifiers in free text against Presidio with pattern recognizers for the same four and no language model at all.

Presidio reads a hundredth of the rows; its seconds are multiplied by a hundred, so that ratios are per row.
"""

from collections.abc import Iterable, Iterator

import polars as pl
from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

from bench import rows, timing
from bench.scan import PATTERNS
from bequest.engine.kernels import spans

SHARE = 100


class NoNlp(NlpEngine):
    """Presidio's door for a language model, with nothing behind it."""

    def load(self) -> None:
        pass

    def is_loaded(self) -> bool:
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        return NlpArtifacts([], [], [], [], self, language)

    def process_batch(self, texts: Iterable[str], language: str, **_: object) -> Iterator[tuple[str, NlpArtifacts]]:
        return ((t, self.process_text(t, language)) for t in texts)

    def is_stopword(self, word: str, language: str) -> bool:
        return False

    def is_punct(self, word: str, language: str) -> bool:
        return False

    def get_supported_entities(self) -> list[str]:
        return []

    def get_supported_languages(self) -> list[str]:
        return ["zh"]


def analyzer() -> AnalyzerEngine:
    registry = RecognizerRegistry(supported_languages=["zh"])
    for kind, pattern in PATTERNS.items():
        patterns = [Pattern(kind, pattern, 0.9)]
        registry.add_recognizer(PatternRecognizer(kind.upper(), patterns=patterns, supported_language="zh"))
    return AnalyzerEngine(registry=registry, nlp_engine=NoNlp(), supported_languages=["zh"])


def run(n: int) -> Iterator[dict[str, object]]:
    texts = rows.remarks(n)
    column, few, engine = pl.Series("remark", texts), texts[: n // SHARE], analyzer()
    assert sum(bool(engine.analyze(t, "zh")) for t in few) == spans.find(column.head(len(few))).n_rows
    taken = timing.seconds(
        {"find": lambda: spans.find(column), "presidio": lambda: [engine.analyze(t, "zh") for t in few]}
    )
    taken["presidio"] = [s * SHARE for s in taken["presidio"]]
    yield timing.result("find spans", n, "find", "presidio", taken, at_least=300)
