"""Erase at the source: set-based, by the row rule, only what was decided at the mark, and any number of times.

Order of one table: read and match → refuse what is not in the ledger → journal to disk → one `apply` of the source.
A row that differs from the one decided on is left and reported; so is a row that the law keeps and that is not yet
sealed in custody. A row on hold (its person objected meanwhile) that is not erased yet stays, blocked. Values are
counted where they are found, so that every column balances against its own source.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from bequest.engine.rows import CHANGED, DECIDED, KEY, LATE, Ecb, RowMatcher
from bequest.engine.tableplan import DECISION_PREFIX, LEAVES, TablePlan
from bequest.engine.text import non_empty
from bequest.kernel.errors import GuardError, StateError
from bequest.model.disposition import Residue
from bequest.sources.source import Changes, CleanReport, Guard, OpenSource
from bequest.steps.destroy.erasure import ColumnErasure, KeptSum
from bequest.steps.destroy.erasure import TableErasure as TableErasure
from bequest.steps.destroy.journal import VALUE, after_digests, journal_path, read_journal, write_journal
from bequest.steps.destroy.ledger import Ledger, row_tokens
from bequest.steps.destroy.order import referring_first

BATCH_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class EraseKeys:
    """Token ciphers: `link` finds the decided rows again, `replay` finds them in the ledger."""

    link_ecb: Ecb
    replay_ecb: Ecb


@dataclass(frozen=True, slots=True)
class ErasureResult:
    """All tables of one source, and how its files were cleaned afterwards; a server's scrub is a matter of its own."""

    tables: tuple[TableErasure, ...]
    cleaned: CleanReport | None


def erase_source(
    plans: Iterable[tuple[int, TablePlan]],
    source: OpenSource,
    keys: EraseKeys,
    ledger: Ledger,
    sealed: Mapping[tuple[str, str], pl.DataFrame],
    work: Path,
    guard: Guard,
    *,
    cleans: bool = True,
    tick: Callable[[int], None] | None = None,
    held: pl.Series | None = None,
) -> ErasureResult:
    """Erase in every table of a source, then clean its files where `cleans` is set.

    `plans` with the fixed number of each table. Tables that refer to others come first: no row goes while another still
    refers to it. `sealed`: (source, table) → `row_tag`, `row_digest` of the rows that are in custody. `held`: subjects
    on hold.
    """
    numbered = dict(plans)
    tables = {
        n: erase(p, source, keys, ledger, sealed.get((p.source, p.table)), work, guard, number=n, tick=tick, held=held)
        for n, p in referring_first(numbered, source)
    }
    return ErasureResult(tuple(tables[n] for n in numbered), source.clean(guard) if cleans else None)


def erase(
    plan: TablePlan,
    source: OpenSource,
    keys: EraseKeys,
    ledger: Ledger,
    sealed: pl.DataFrame | None,
    work: Path,
    guard: Guard,
    *,
    number: int = 0,
    tick: Callable[[int], None] | None = None,
    held: pl.Series | None = None,
) -> TableErasure:
    """Erase what the plan says in one table; run again after a crash, it ends with the same result.

    Raises:
        GuardError: where a row that would go is not in the ledger.
        StateError: where the plan asks for what this version cannot do.
        SourceError: from the source; nothing was changed in this table then.
    """
    if plan.rows.height and plan.indices(residue=frozenset({Residue.ANONYMISE})):
        _refuse_anonymise(plan)
    path = journal_path(work, number)
    taken_from = "" if plan.key else source.fingerprint()
    former = read_journal(path, plan)
    run = _Run(plan, keys, ledger, sealed, former, held)
    for batch in _batches(plan, source, resumed=former.height > 0):
        run.take(batch)
        if tick is not None:
            tick(batch.height)
    guard()
    write_journal(path, run.journal())
    changes = Changes(run.rows_to_delete(), run.cells_to_empty(), plan.key, taken_from)
    n_deleted = 0
    if len(changes.delete) or any(len(s) for s in changes.empty.values()):
        n_deleted = source.apply(plan.table, changes, guard=guard).rows_deleted
    return run.result(rows_after=run.n_live - n_deleted)


def _batches(plan: TablePlan, source: OpenSource, *, resumed: bool) -> Iterator[pl.DataFrame]:
    """The table as it is now.

    In JSON Lines a column is gone with the last row that had it: after a former run has erased such rows, the column is
    read as empty instead of being missed.
    """
    names = [c.name for c in plan.columns]
    present = names
    if resumed:
        info = next((t for t in source.inventory() if t.name == plan.table), None)
        if info is None or not info.n_rows:
            return
        present = [n for n in names if n in info.column_names()]
    for batch in source.read(plan.table, present, key=plan.key, batch_rows=BATCH_ROWS):
        lost = [pl.lit(None, pl.Utf8).alias(n) for n in names if n not in present]
        yield batch.with_columns(lost).select(KEY, *names)


class _Run:
    """One pass over the live table against its plan."""

    def __init__(
        self, plan: TablePlan, keys: EraseKeys, ledger: Ledger, sealed: pl.DataFrame | None, former: pl.DataFrame,
        held: pl.Series | None = None,
    ) -> None:  # fmt: skip
        self._plan = plan
        self._keys = keys
        self._names = [c.name for c in plan.columns]
        self._matcher = RowMatcher(plan, keys.link_ecb)
        self._ledger = ledger.rows_of(plan.source, plan.table)
        self._sealed = sealed
        self._former = former
        self._held = None if held is None or not len(held) else plan.rows["subject"].is_in(held.implode())
        self._on_hold: list[pl.Series] = [pl.Series("pos", [], dtype=pl.UInt32)]
        self._gone = plan.indices(residue=LEAVES)
        self._kept = plan.indices(residue=frozenset({Residue.CUSTODY}))
        self._acts: list[pl.DataFrame] = [former.clear()]
        self._delete: list[pl.Series] = []
        self._empty: dict[str, list[pl.Series]] = {}
        self._stays: dict[str, dict[Residue, int]] = {n: {} for n in self._names}
        self._left: list[pl.DataFrame] = [pl.DataFrame(schema={"row_tag": pl.Binary, "what": pl.Utf8})]
        self._n_recognised = 0
        self.n_live = 0

    def take(self, batch: pl.DataFrame) -> None:
        """Sort the rows of a batch: to be acted on, done by a former run, left alone."""
        self.n_live += batch.height
        found = self._recognise(batch, self._matcher.match(batch))
        known = found["state"] == DECIDED
        self._leave(found.filter(found["state"].is_in([CHANGED, LATE])))
        done = found.filter(found["state"] == "done")
        self._count_stays(batch.filter(found["state"] == "done"), self._plan.rows[done["pos"]])
        self._n_recognised += done.height + int(known.sum())
        batch, found = self._hold(batch.filter(known), found.filter(known))
        decisions = self._plan.rows[found["pos"]]
        sealed = self._is_sealed(batch, decisions, found)
        self._leave(found.filter(~sealed).with_columns(pl.lit("unsealed").alias("state")))
        self._decide(batch.filter(sealed), decisions.filter(sealed), found.filter(sealed))

    def _hold(self, batch: pl.DataFrame, found: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Rows on hold are counted as blocked and left; the others come back."""
        if self._held is None:
            return batch, found
        held = self._held[found["pos"]].fill_null(False)
        self._on_hold.append(found["pos"].filter(held).alias("pos"))
        for n in self._names:
            filled = int(batch.filter(held).select(non_empty(pl.col(n)).sum()).item())
            self._stays[n][Residue.BLOCKED] = self._stays[n].get(Residue.BLOCKED, 0) + filled
        return batch.filter(~held), found.filter(~held)

    def rows_to_delete(self) -> pl.Series:
        """Row keys of whole rows."""
        return pl.concat([pl.Series(KEY, [], dtype=pl.Utf8), *self._delete])

    def cells_to_empty(self) -> dict[str, pl.Series]:
        """Row keys of rows that stay, by the column that is emptied."""
        return {c: pl.concat(parts) for c, parts in self._empty.items() if sum(map(len, parts))}

    def journal(self) -> pl.DataFrame:
        """What former runs and this one have to do with; rows changed since by somebody else are out of it."""
        lost = pl.concat(self._left).filter(pl.col("what") != LATE)["row_tag"]
        merged = pl.concat([self._former, *self._acts]).unique("pos", keep="first", maintain_order=True)
        merged = merged.filter(~pl.col("pos").is_in(pl.concat(self._on_hold).implode()))  # noted, but not done in time
        return merged.filter(~pl.col("row_tag").is_in(lost.implode())) if self._plan.key else merged

    def result(self, *, rows_after: int) -> TableErasure:
        """The counts."""
        journal = self.journal()
        decisions = self._plan.rows[journal["pos"]]
        left = pl.concat(self._left)
        n = {what: int((left["what"] == what).sum()) for what in (CHANGED, LATE, "unsealed")}
        erased = {n: self._erased(n, journal, decisions) for n in self._names}
        deleted = journal["after"].null_count()
        gone_before = deleted - len(self.rows_to_delete())
        missing = self._plan.rows.height - self._n_recognised - gone_before - n[CHANGED]
        return TableErasure(
            self._plan.source,
            self._plan.table,
            self._plan.rows.height,
            rows_after,
            deleted,
            journal.height - deleted,
            tuple(self._column(n, gone) for n, gone in erased.items()),
            self._kept_sums(pl.concat(list(erased.values()))),
            max(missing, 0),
            n[CHANGED],
            n[LATE],
            n["unsealed"],
            left,
            pl.concat(self._on_hold),
        )

    def _recognise(self, batch: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
        """Turn rows that a former run has emptied from `changed` into `done`.

        In a table without a key the row numbers have moved with the first run: there rows are known by content.
        """
        if not self._former.height:
            return found
        plan = self._plan
        after = after_digests(batch.select(self._names), plan.source, plan.table, self._keys.link_ecb)
        done = self._former.drop_nulls("after").select("row_tag", "after", pl.col("pos").alias("done_pos"))
        by = ["row_tag", "after"] if plan.key else ["after"]
        done = done.unique(by, keep="first").select(*by, "done_pos")
        found = found.with_columns(after).join(done, on=by, how="left", maintain_order="left")
        if not plan.key:
            content = plan.rows.select("row_digest").with_row_index("same_pos").unique("row_digest", keep="first")
            found = found.join(content, on="row_digest", how="left", maintain_order="left")
            found = found.with_columns(pl.coalesce("pos", "same_pos").alias("pos"))
        is_done = pl.col("pos").is_null() & pl.col("done_pos").is_not_null()
        state = pl.when(is_done).then(pl.lit("done")).when(pl.col("pos").is_not_null()).then(pl.lit(DECIDED))
        return found.with_columns(
            state.otherwise("state").alias("state"), pl.coalesce("pos", "done_pos").alias("pos")
        ).select("row_tag", "row_digest", "state", "pos")

    def _leave(self, rows: pl.DataFrame) -> None:
        self._left.append(rows.select("row_tag", pl.col("state").alias("what")))

    def _is_sealed(self, batch: pl.DataFrame, decisions: pl.DataFrame, found: pl.DataFrame) -> pl.Series:
        """True where the row needs no custody, or is in it with this very content."""
        needs = pl.any_horizontal(
            pl.col(DECISION_PREFIX + c).is_in(self._kept) & non_empty(pl.col(c)) for c in self._names
        )
        frame = self._beside(decisions, batch)
        open_ = frame.select(needs.alias("n"))["n"]
        if self._sealed is None or not open_.any():
            return ~open_
        by = ["row_tag", "row_digest"] if self._plan.key else ["row_digest"]
        there = self._sealed.select(by).unique().with_columns(pl.lit(True).alias("in"))
        return ~open_ | found.join(there, on=by, how="left", maintain_order="left")["in"].fill_null(False)

    def _beside(self, decisions: pl.DataFrame, batch: pl.DataFrame) -> pl.DataFrame:
        """What was decided on each cell, and the cells."""
        decided = decisions.select(DECISION_PREFIX + n for n in self._names)
        return pl.concat([decided, batch.select(self._names)], how="horizontal")

    def _decide(self, batch: pl.DataFrame, decisions: pl.DataFrame, found: pl.DataFrame) -> None:
        """Row keys to delete, cells to empty, counts of what stays."""
        plan = self._plan
        leaves = decisions.select(plan.leaves().alias("l"))["l"]
        both = self._beside(decisions, batch)
        goes = (
            (pl.col(DECISION_PREFIX + n).is_in(self._gone) & ~leaves & non_empty(pl.col(n))).alias(n)
            for n in self._names
            if n not in plan.key
        )
        emptied = both.select(goes).to_dict()
        acts = pl.DataFrame([leaves, *emptied.values()]).select(pl.any_horizontal(pl.all()).alias("a"))["a"]
        self._check_ledger(batch.filter(acts))
        self._delete.append(batch[KEY].filter(leaves))
        for name, cells in emptied.items():
            self._empty.setdefault(name, []).append(batch[KEY].filter(cells))
        self._count_stays(batch.filter(~leaves), decisions.filter(~leaves))
        self._note(batch, found, leaves, emptied, acts)

    def _note(
        self,
        batch: pl.DataFrame,
        found: pl.DataFrame,
        leaves: pl.Series,
        emptied: Mapping[str, pl.Series],
        acts: pl.Series,
    ) -> None:
        plan = self._plan
        at = pl.col("row")
        rows = pl.DataFrame([leaves.alias("leaves"), acts.alias("acts")]).with_row_index("row")
        emptied_rows = rows.filter(pl.col("acts") & ~pl.col("leaves")).select(at)
        some = batch[emptied_rows["row"]].select(self._names)
        content = some.with_columns(
            pl.when(~cells.gather(emptied_rows["row"])).then(pl.col(n)).alias(n) for n, cells in emptied.items()
        )
        after = emptied_rows.with_columns(after_digests(content, plan.source, plan.table, self._keys.link_ecb))
        filled = batch.select(non_empty(pl.col(n)).alias(VALUE + n) for n in self._names)
        note = pl.concat([rows.select(at), found.select("pos", "row_tag"), filled], how="horizontal").filter(acts)
        note = note.join(after, on="row", how="left", maintain_order="left")
        self._acts.append(note.select("pos", "row_tag", "after", *filled.columns))

    def _check_ledger(self, batch: pl.DataFrame) -> None:
        plan = self._plan
        token = row_tokens(batch, plan.source, plan.table, plan.key, self._names, self._keys.replay_ecb)
        absent = int((~token.is_in(self._ledger.implode())).sum())
        if absent:
            raise GuardError(
                f"{absent} rows of {plan.source}.{plan.table} are not in the erasure ledger",
                hint="Write the ledger of this cutover first; nothing was erased in this table.",
                code="BQ-DESTROY-2",
            )

    def _count_stays(self, batch: pl.DataFrame, decisions: pl.DataFrame) -> None:
        """Count the values that stay in rows that stay."""
        if not batch.height:
            return
        both = self._beside(decisions, batch)
        counts = both.select(
            pl.col(DECISION_PREFIX + n).filter(non_empty(pl.col(n))).value_counts(name="n").implode().alias(n)
            for n in self._names
        )
        for n in self._names:
            for line in counts[n].item():
                index, count = line[DECISION_PREFIX + n], line["n"]
                residue = self._plan.dispositions[index].residue
                if residue not in LEAVES:
                    self._stays[n][residue] = self._stays[n].get(residue, 0) + count

    def _column(self, name: str, gone: pl.DataFrame) -> ColumnErasure:
        by = {Residue.DELETE: 0, Residue.CUSTODY: 0}
        for index, count in gone["d"].value_counts().iter_rows():
            by[self._plan.dispositions[index].residue] += count
        stays = self._stays[name]
        return ColumnErasure(
            name,
            by[Residue.DELETE],
            by[Residue.CUSTODY],
            stays.get(Residue.BLOCKED, 0),
            stays.get(Residue.IN_USE, 0),
        )

    def _erased(self, name: str, journal: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
        """One line per value of a column that went: its disposition and due date."""
        decided = decisions[DECISION_PREFIX + name]
        went = journal[VALUE + name] & decided.is_in(self._gone)
        if name in self._plan.key:
            went &= journal["after"].is_null()  # a key goes only with its whole row
        return pl.DataFrame([decided.alias("d"), decisions["due_on"].alias("due")]).filter(went)

    def _kept_sums(self, lines: pl.DataFrame) -> tuple[KeptSum, ...]:
        lines = lines.filter(pl.col("d").is_in(self._kept)).group_by("d").agg(pl.len(), pl.col("due").max())
        sums: dict[str, tuple[int, list[date]]] = {}
        for index, values, due in lines.iter_rows():
            rule = self._plan.dispositions[index].until
            so_far, dates = sums.get(rule, (0, []))
            sums[rule] = (so_far + values, dates + ([due] if due else []))
        return tuple(KeptSum(rule, n, max(dates) if dates else None) for rule, (n, dates) in sorted(sums.items()))


def _refuse_anonymise(plan: TablePlan) -> None:
    asked = plan.indices(residue=frozenset({Residue.ANONYMISE}))
    columns = [c.name for c in plan.columns if bool(plan.rows[DECISION_PREFIX + c.name].is_in(asked).any())]
    if columns:
        raise StateError(
            f"{plan.source}.{plan.table}: {', '.join(columns)} are to be anonymised in place",
            hint="This version cannot do that: decide delete or custody for them. Nothing was erased.",
            code="BQ-DESTROY-3",
        )
