"""Which column points to which table: by the name of the other table's key, and by values that occur there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from bequest.model.datamap import FieldClass, Relation, TableMap
from bequest.model.facts import RecordClass, RowRole
from bequest.steps.discover.matching import words_of
from bequest.steps.discover.sample import TableSample
from bequest.steps.discover.words import has_han

_CONTAINED = 0.9
_CONTAINED_IN_PART = 0.3
_ID_WORDS = frozenset({"id", "no", "code", "sn", "number", "num", "key", "uuid", "uid"})
_ID_ENDINGS = ("编号", "号", "编码", "代码", "id", "标识")
_BARE = frozenset(
    {
        "id",
        "name",
        "code",
        "no",
        "编号",
        "名称",
        "sn",
        "key",
        "type",
        "status",
        "sort",
        "序号",
        "主键",
        "行号",
        "流水号",
    }
    | {"number", "num", "row", "rowid", "row id", "row_id", "row_no", "row_num", "seq", "seq_no", "serial", "serial_no"}
    | {
        "index",
        "idx",
        "xuhao",
        "bianhao",
        "xh",
        "bh",
        "line",
        "line_no",
        "record_id",
        "rec_id",
        "autoid",
        "auto_id",
        "pk",
        "sid",
    }
)
"""Names of keys that say nothing of whose key it is."""
_LEAST_DISTINCT = 5
_LEAST_LENGTH, _LONG = 4, 8
_DENSE = 3
"""Serial numbers spread over no more than so many times the rows: some rows are gone."""
_PROBE, _PROBED_SHARE = 24, 0.2
_PROFILES = frozenset({RecordClass.CUSTOMER_PROFILE, RecordClass.STAFF, RecordClass.SUPPLIER})
_SKIP_TABLE_WORDS = frozenset({"t", "tb", "tbl", "sys", "info", "base", "table"})


@dataclass(frozen=True, slots=True, eq=False)
class _Target:
    """A unique column other tables may point to."""

    sample: TableSample
    table: TableMap
    column: str
    declared: bool
    aliases: frozenset[str]
    values: pl.Series
    whole: bool
    """Whether the sample holds the whole table."""


def find_relations(
    samples: Sequence[TableSample], tables: Sequence[TableMap]
) -> dict[tuple[str, str], tuple[Relation, ...]]:
    """The proposed relations of every table, one for each pointing column at most."""
    targets = _Targets([t for s, m in zip(samples, tables, strict=True) for t in _targets(s, m)])
    answer: dict[tuple[str, str], tuple[Relation, ...]] = {}
    for sample, table in zip(samples, tables, strict=True):
        found = (_relation_of(sample, table, column, targets) for column in (c.name for c in sample.columns))
        answer[sample.source, sample.table] = tuple(r for r in found if r is not None)
    return answer


class _Targets:
    """All targets, by the names under which others hold them, and by values for those whose values are telling."""

    def __init__(self, targets: Sequence[_Target]) -> None:
        self._by_alias: dict[str, list[_Target]] = {}
        for target in targets:
            for alias in target.aliases:
                self._by_alias.setdefault(alias, []).append(target)
        self._telling = [t for t in targets if _is_id_name(t.column) and len(t.values)]
        self._sets: dict[int, frozenset[str]] = {}

    def named(self, name: str) -> Sequence[_Target]:
        """Targets that the name means."""
        return self._by_alias.get(name, ())

    def holding(self, own: pl.Series) -> Iterator[_Target]:
        """Targets that hold a fair share of a few of the values; the exact count comes after."""
        probe = own.sort().gather_every(max(1, len(own) // _PROBE)).head(_PROBE).to_list()
        for i, target in enumerate(self._telling):
            if i not in self._sets:
                self._sets[i] = frozenset(target.values)
            if sum(v in self._sets[i] for v in probe) >= _PROBED_SHARE * len(probe):
                yield target


def _is_id_name(name: str) -> bool:
    if has_han(name):
        return name.lower().endswith(_ID_ENDINGS)
    words = words_of(name)
    return bool(words) and words[-1] in _ID_WORDS


def _distinct(sample: TableSample, column: str) -> pl.Series:
    values = sample.values(column).drop_nulls().str.strip_chars()
    return values.filter(values != "").unique()


def _targets(sample: TableSample, table: TableMap) -> list[_Target]:
    found = []
    n_keys = sum(c.is_key for c in sample.columns)
    for column in sample.columns:
        declared = (column.is_key and n_keys == 1) or column.is_unique
        if not declared and not _is_id_name(column.name):
            continue
        values = sample.values(column.name)
        distinct = _distinct(sample, column.name)
        if not declared and (len(values) < _LEAST_DISTINCT or len(distinct) < len(values)):
            continue
        whole = sample.n_rows <= len(values)
        aliases = _aliases(sample.table, column.name)
        found.append(_Target(sample, table, column.name, declared, aliases, distinct, whole))
    return found


def _aliases(table: str, column: str) -> frozenset[str]:
    """The names under which another table would hold this key: its own where it is telling, `<table>_<key>` else."""
    own = "_".join(words_of(column))
    names = set() if own in _BARE else {own}
    words = [w for w in words_of(table) if w not in _SKIP_TABLE_WORDS]
    if own in _BARE and not has_han(column):
        names |= {"_".join((*words[i:], own)) for i in range(len(words))}
    return frozenset(names)


def _relation_of(sample: TableSample, table: TableMap, column: str, targets: _Targets) -> Relation | None:
    if column.lower() in _BARE and any(c.is_key and c.name == column for c in sample.columns):
        return None
    if _is_bare(column) and _is_serial(sample, column):
        return None
    named = targets.named("_".join(words_of(column)))
    by_value = _is_id_name(column)
    if not named and not by_value:
        return None
    own = _distinct(sample, column)
    candidates = [(t, True) for t in named]
    if by_value and _is_telling(own):
        candidates += [(t, False) for t in targets.holding(own) if t not in named]
    best: tuple[int, _Target] | None = None
    for target, by_name in candidates:
        if target.sample is sample:
            continue
        rank = _rank(sample, own, target, by_name)
        if rank and not _is_the_parent(sample, table, column, own, target) and (best is None or rank > best[0]):
            best = (rank, target)
    if best is None:
        return None
    to = best[1]
    return Relation(column, to.sample.source, to.sample.table, to.column, _role(to.table, table, column))


def _is_bare(column: str) -> bool:
    return column.lower() in _BARE or "_".join(words_of(column)) in _BARE


def _is_serial(sample: TableSample, column: str) -> bool:
    """Whether the rows are merely counted by it: whole numbers, each once, with few gaps. Nobody's reference."""
    values = sample.values(column).drop_nulls()
    numbers = values.str.strip_chars().cast(pl.Int64, strict=False)
    if not len(values) or numbers.null_count() or numbers.n_unique() < len(numbers):
        return False
    low, high = numbers.min(), numbers.max()
    dense = isinstance(low, int) and isinstance(high, int) and high - low < _DENSE * max(sample.n_rows, len(values))
    return dense or len(values) < _LEAST_DISTINCT


def _is_telling(own: pl.Series) -> bool:
    """Whether values are many and long enough for containment to mean something without a name that agrees."""
    lengths = own.str.len_chars().mean()
    if len(own) < _LEAST_DISTINCT or not isinstance(lengths, float) or lengths < _LEAST_LENGTH:
        return False
    if bool(own.str.contains(r"[^0-9]").all()):
        return True
    return lengths >= _LONG and not _counted_through(own)


def _counted_through(own: pl.Series) -> bool:
    """Whether numbers run on almost without gaps: those of two tables meet by chance."""
    numbers = own.cast(pl.Int64, strict=False).drop_nulls()
    low, high = numbers.min(), numbers.max()
    return isinstance(low, int) and isinstance(high, int) and high - low < _DENSE * len(own)


def _rank(sample: TableSample, own: pl.Series, target: _Target, by_name: bool) -> int:
    """How well a target fits: 0 not at all; name and values together beat either."""
    score = 2 if target.table.record_class is RecordClass.CUSTOMER_PROFILE else 1
    score += 2 * (target.sample.source == sample.source) + target.declared
    if len(own) == 0 or len(target.values) == 0:
        return 10 + score if by_name else 0
    contained = own.is_in(target.values.implode()).mean()
    share = contained if isinstance(contained, float) else 0.0
    enough = _CONTAINED if target.whole else _CONTAINED_IN_PART
    if share < enough:
        return 0
    return (40 if by_name else 20) + score


def _is_the_parent(sample: TableSample, table: TableMap, column: str, own: pl.Series, target: _Target) -> bool:
    """Whether the column is itself what the other points to: both are unique, and it is the fuller or the profile's."""
    info = next(c for c in sample.columns if c.name == column)
    declared = (info.is_key and sum(c.is_key for c in sample.columns) == 1) or info.is_unique
    unique = declared or (len(own) > 0 and len(own) == len(sample.values(column)))
    if not unique or target.declared:
        return declared and not target.declared
    profile, other = table.record_class in _PROFILES, target.table.record_class in _PROFILES
    return profile > other or (profile == other and len(own) >= len(target.values))


def _role(target: TableMap, table: TableMap, column: str) -> RowRole:
    """Whose record the pointing column leads to."""
    if target.record_class is RecordClass.STAFF:
        return RowRole.STAFF
    if target.record_class in {RecordClass.CUSTOMER_PROFILE, RecordClass.LOYALTY_ACCOUNT}:
        own = table.column(column)
        return own.role if own.cls is FieldClass.USER_ID and own.role is not RowRole.RECORD else RowRole.CUSTOMER
    if target.record_class is RecordClass.SUPPLIER:
        return RowRole.SUPPLIER_CONTACT
    return RowRole.RECORD
