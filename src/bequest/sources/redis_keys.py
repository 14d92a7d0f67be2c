"""Keys of a Redis server: each pattern of the case file is a table, each key a row (see `redis_tables`).

A row goes by UNLINK, a cell of a hash by HDEL. What stood there is then still in dump and log of the server until
`clean` has both written anew. Tried on Redis 7.0.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from bequest.kernel.errors import SourceError
from bequest.kernel.secret import Secrets
from bequest.model.case import Source
from bequest.sources.codes import CONSTRAINT, FORM
from bequest.sources.redis_connect import Keys
from bequest.sources.redis_scrub import plan_scrub, scrub
from bequest.sources.redis_tables import (
    AT_ONCE,
    ID,
    MOST_FIELDS,
    VALUE,
    Pattern,
    divided,
    field_column,
    frame_of,
    in_parts,
    patterns_of,
    rows_of,
)
from bequest.sources.row_keys import check_changes, check_keys, empty_parts, row_keys, sample_positions
from bequest.sources.scrub import ScrubPlan
from bequest.sources.source import BATCH_ROWS, KEY, Applied, Changes, CleanReport, ColumnInfo, Guard, TableInfo

OTHER_KEYS = "(other keys)"
MARKER_KEY = "bequest_rehearsal:"
"""A key of this name with the id of the case behind it marks the database."""


class RedisSource:
    """One database of a Redis server."""

    def __init__(self, spec: Source, secrets: Secrets) -> None:
        self.name = spec.name
        self._spec = spec
        self._keys = Keys(spec, secrets)
        self._patterns = patterns_of(spec.name, spec.tables)

    def inventory(self) -> tuple[TableInfo, ...]:
        """The tables; keys that fit no pattern are told by number."""
        with self._keys.connected() as db:
            found, others = divided(db, self._patterns, tuple(map(Pattern.parse, self._spec.elsewhere)))
            out = [self._info(db, p, found[p.table]) for p in self._patterns]
            others -= sum(bool(db.exists(k)) for k in db.scan_iter(match=MARKER_KEY + "*", count=AT_ONCE))
        if others > 0:
            out.append(TableInfo(OTHER_KEYS, "", (), (), others, "keys_not_declared"))
        return tuple(out)

    def read(
        self,
        table: str,
        columns: Sequence[str] | None = None,
        *,
        key: Sequence[str] = (),
        batch_rows: int = BATCH_ROWS,
        allow_duplicates: bool = False,
    ) -> Iterator[pl.DataFrame]:
        """See `OpenSource.read`. A server without snapshots: a key that goes meanwhile is not in it."""
        info = self._table(table)
        wanted = tuple(info.column_names() if columns is None else columns)
        self._need_columns(info, (*wanted, *key))
        own_key = tuple(key) or info.key
        if own_key != info.key and not allow_duplicates:
            parts = list(self._batches(table, own_key, own_key, AT_ONCE))
            keys = pl.concat([p[KEY] for p in parts]) if parts else pl.Series(KEY, [], dtype=pl.String)
            check_keys(f"{self.name}.{table}", keys, sum(empty_parts(p, own_key) for p in parts))
        return self._batches(table, wanted, own_key, min(batch_rows, AT_ONCE))

    def sample(self, table: str, n: int) -> pl.DataFrame:
        """See `OpenSource.sample`; which rows depends on the order of their keys."""
        names = self._table(table).column_names()
        pattern = self._pattern(table)
        with self._keys.connected() as db:
            ids = divided(db, self._patterns)[0][table]
            some = [ids[i] for i in sample_positions(len(ids), n)]
            parts = [frame_of(*rows_of(db, pattern, part), names) for part in in_parts(some, AT_ONCE)]
        return pl.concat(parts) if parts else pl.DataFrame(schema=dict.fromkeys((KEY, *names), pl.String))

    def fingerprint(self) -> str:
        """SHA-256 over tables, their columns and numbers of rows; `mark` speaks of the content."""
        said = "\n".join(f"{t.name} {t.n_rows} {sorted(t.column_names())}" for t in self.inventory())
        return hashlib.sha256(said.encode()).hexdigest()

    def apply(self, table: str, changes: Changes, *, guard: Guard) -> Applied:
        """Unlink keys and delete fields of hashes, some thousand in one go; see `OpenSource.apply`."""
        info, pattern = self._table(table), self._pattern(table)
        where, key = f"{self.name}.{table}", changes.key or info.key
        there = {c: k for c, k in changes.empty.items() if c in info.column_names() or not len(k)}
        check_changes(where, Changes(changes.delete, there), info.column_names(), key, numbered=False)
        if changes.n_put:
            raise SourceError(
                f"{where}: values of a key store are not anonymised in place; nothing was changed",
                hint="Take `anonymise` off this table in the data map: what is due goes.",
                code=CONSTRAINT,
            )
        if info.key[0] in there:
            raise SourceError(f"{where}: the key column {ID} cannot be emptied", hint="Only whole rows lose their key.")
        named = self._named(table, key)
        gone = list(named(changes.delete))
        deleted, emptied = 0, dict.fromkeys(changes.empty, 0)
        with self._keys.connected("delete_url") as db:
            for part in in_parts(gone, AT_ONCE):
                guard()
                deleted += int(db.unlink(*(pattern.key_of(i) for i in part)))
            leaving = set(gone)
            for column, keys in there.items():
                ids = [i for i in named(keys) if i not in leaving]
                for part in in_parts(ids, AT_ONCE):
                    guard()
                    emptied[column] += self._empty(db, where, pattern, column, part)
        return Applied(deleted, emptied)

    def _empty(self, db: Any, where: str, pattern: Pattern, column: str, ids: Sequence[str]) -> int:
        """Cells of one column; a hash whose last field would go keeps an empty one, else its key were gone."""
        pipe = db.pipeline(transaction=False)
        for i in ids:
            pipe.type(pattern.key_of(i))
        kinds = dict(zip(ids, pipe.execute(), strict=True))
        whole = sum(k not in {b"hash", b"string", b"none"} for k in kinds.values())
        if whole and column == VALUE:
            raise SourceError(
                f"{where}.{VALUE}: {whole} lists, sets or streams cannot be emptied while their key stays",
                hint="Let the rows go as a whole: correct the plan. Nothing of this batch was changed.",
                code=CONSTRAINT,
            )
        n = 0
        for i in [i for i, k in kinds.items() if k == b"string" and column == VALUE]:
            n += int(bool(db.set(pattern.key_of(i), b"", keepttl=True, xx=True, get=True)))
        hashes = [i for i, k in kinds.items() if k == b"hash"]
        for i in hashes:
            pipe.hgetall(pattern.key_of(i))
        for i, fields in zip(hashes, pipe.execute(), strict=True):
            mine = [f for f in fields if field_column(f) == column]
            n += sum(bool(fields[f]) for f in mine)
            for f in mine:
                if len(fields) > 1:
                    pipe.hdel(pattern.key_of(i), f)
                elif fields[f]:
                    pipe.hset(pattern.key_of(i), f, b"")
        pipe.execute()
        return n

    def plan_scrub(self, tables: Sequence[str]) -> ScrubPlan:  # noqa: ARG002 - the files hold all keys
        """Dump and log written anew; what that needs, and what stands against it."""
        with self._keys.connected("scrub_url") as db:
            return plan_scrub(db, self._spec)

    def clean(self, guard: Guard, tables: Sequence[str] | None = None) -> CleanReport:  # noqa: ARG002
        """Have dump and log written anew (see `bequest.sources.redis_scrub`)."""
        with self._keys.connected("scrub_url") as db:
            return scrub(db, self._spec, guard)

    def marker(self, case_id: str) -> bool:
        """Whether a key marks the database as a rehearsal's of that case."""
        with self._keys.connected() as db:
            return bool(db.exists(MARKER_KEY + case_id))

    def raw_paths(self) -> tuple[Path, ...]:
        """None: the files are the server's."""
        return ()

    def _info(self, db: Any, pattern: Pattern, ids: Sequence[str]) -> TableInfo:
        names: dict[str, None] = {}
        for part in in_parts(ids, AT_ONCE):
            for row in rows_of(db, pattern, part)[1]:
                names.update(dict.fromkeys(row))
            if len(names) > MOST_FIELDS:
                raise SourceError(
                    f"{self.name}.{pattern.table} has more than {MOST_FIELDS} different fields",
                    hint="Its fields look like values: such hashes are not read. Name the other keys under `tables`.",
                    code=FORM,
                )
        columns = (ColumnInfo(ID, "text", is_key=True, nullable=False), *(ColumnInfo(n, "text") for n in sorted(names)))
        return TableInfo(pattern.table, "", columns, (ID,), len(ids))

    def _batches(self, table: str, wanted: Sequence[str], key: Sequence[str], n: int) -> Iterator[pl.DataFrame]:
        pattern, names = self._pattern(table), tuple(dict.fromkeys((*wanted, *key)))
        with self._keys.connected() as db:
            ids = divided(db, self._patterns)[0][table]
            for part in in_parts(ids, n):
                frame = frame_of(*rows_of(db, pattern, part), names)
                if frame.height:
                    yield pl.DataFrame([row_keys(frame, key, 0), *(frame[c] for c in wanted)])

    def _named(self, table: str, key: tuple[str, ...]) -> Any:
        """What turns row keys into ids: themselves, unless the rows are called by other columns."""
        if key == (ID,):
            return lambda keys: keys.cast(pl.String).unique().sort().to_list()
        parts = [b.select(pl.lit(b[KEY]).alias("k"), ID) for b in self._batches(table, (ID,), key, AT_ONCE)]
        known = pl.concat(parts) if parts else pl.DataFrame(schema={"k": pl.String, ID: pl.String})
        return lambda keys: known.filter(pl.col("k").is_in(keys.cast(pl.String).implode()))[ID].to_list()

    def _pattern(self, table: str) -> Pattern:
        return next(p for p in self._patterns if p.table == table)

    def _table(self, name: str) -> TableInfo:
        tables = {p.table: p for p in self._patterns}
        if name not in tables:
            raise SourceError(f"source {self.name} has no table {name}", hint=f"Its tables are: {', '.join(tables)}.")
        with self._keys.connected() as db:
            return self._info(db, tables[name], divided(db, self._patterns)[0][name])

    def _need_columns(self, info: TableInfo, columns: Iterable[str]) -> None:
        missing = [c for c in columns if c not in info.column_names()]
        if missing:
            raise SourceError(
                f"{self.name}.{info.name} has no column {', '.join(missing)}",
                hint="Its fields have changed since the data map was made: run discovery again.",
            )
