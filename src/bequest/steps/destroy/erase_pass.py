"""One pass of `erase` over a live table against its plan: which rows go, change or are left, and the counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from bequest.engine.rows import CHANGED, DECIDED, KEY, LATE, Ecb, RowMatcher
from bequest.engine.tableplan import DECISION_PREFIX, LEAVES, TablePlan
from bequest.engine.text import non_empty
from bequest.kernel.errors import GuardError
from bequest.model.disposition import Residue
from bequest.steps.destroy.erasure import ColumnErasure, KeptSum, TableErasure
from bequest.steps.destroy.in_place import InPlace
from bequest.steps.destroy.journal import CLASS, VALUE, after_digests
from bequest.steps.destroy.ledger import Ledger, row_tokens


@dataclass(frozen=True, slots=True)
class EraseKeys:
    """Token ciphers: `link` finds the decided rows again, `replay` finds them in the ledger.

    `anonymise` makes what takes the place of identifiers; its key is destroyed with the certificate.
    """

    link_ecb: Ecb
    replay_ecb: Ecb
    anonymise_ecb: Ecb | None = None


class Pass:
    """Batches of the live table are taken one by one; `settle` when all are met; then what is to be done."""

    def __init__(
        self, plan: TablePlan, keys: EraseKeys, ledger: Ledger, sealed: pl.DataFrame | None, former: pl.DataFrame,
        held: pl.Series | None = None,
    ) -> None:  # fmt: skip
        self._plan = plan
        self._keys = keys
        self._names = [c.name for c in plan.columns]
        self._matcher = RowMatcher(plan, keys.link_ecb)
        self._ledger = ledger.rows_of(plan.source, plan.table)
        self._in_custody = _in_custody(plan, sealed)
        self._going: list[pl.Series] = [pl.Series("token", [], dtype=pl.Binary)]
        self._former = former
        self._held = None if held is None or not len(held) else plan.rows["subject"].is_in(held.implode())
        self._on_hold: list[pl.Series] = [pl.Series("pos", [], dtype=pl.UInt32)]
        self._in_place = in_place_of(plan, keys)
        self._gone = plan.indices(residue=LEAVES)
        self._anonymise = plan.indices(residue=frozenset({Residue.ANONYMISE}))
        self._changed: list[pl.DataFrame] = []
        self._done: list[pl.DataFrame] = []
        self._too_few = pl.Series("pos", [], dtype=pl.UInt32)
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
        self._done.append(pl.DataFrame([batch[KEY].filter(found["state"] == "done"), done["row_tag"], done["after"]]))
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

    def settle(self) -> None:
        """All rows are met: whom too few people look like goes, also where a former run had anonymised him.

        Raises:
            GuardError: where a row that would go is not in the ledger.
        """
        self._check_ledger()
        if self._in_place is None:
            return
        rows = pl.concat([*self._acts, self._former]).drop_nulls(CLASS).unique("pos", keep="first", maintain_order=True)
        rows = rows.filter(pl.col("after").is_not_null() & ~pl.col("pos").is_in(pl.concat(self._on_hold).implode()))
        rows = rows.with_columns(self._plan.rows["subject"][rows["pos"]])
        few = rows.filter(self._in_place.too_few(rows))
        self._too_few = few["pos"]
        going = pl.col("pos").is_in(self._too_few.implode())
        self._delete += [c.filter(going)[KEY] for c in self._changed]
        self._changed = [c.filter(~going) for c in self._changed]
        by = ["row_tag", "after"] if self._plan.key else ["after"]
        self._delete += [d.join(few.select(by).unique(), on=by, how="semi")[KEY] for d in self._done]

    def rows_to_change(self) -> pl.DataFrame | None:
        """New values of rows that are anonymised in place: `__key`, and every column that is written."""
        parts = [c.drop("pos") for c in self._changed if c.height]
        return pl.concat(parts) if parts else None

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
        few = pl.col("pos").is_in(self._too_few.implode())
        merged = merged.with_columns(pl.when(~few).then(pl.col("after")).alias("after"))
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
            tuple(self._column(n, gone, journal, decisions) for n, gone in erased.items()),
            self._kept_sums(pl.concat(list(erased.values()))),
            max(missing, 0),
            n[CHANGED],
            n[LATE],
            n["unsealed"],
            left,
            pl.concat(self._on_hold),
            int((journal["after"].is_not_null() & journal[CLASS].is_not_null()).sum()),
            journal["pos"].filter(journal["after"].is_null() & journal[CLASS].is_not_null()),
        )

    def _recognise(self, batch: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
        """Turn rows that a former run has emptied from `changed` into `done`.

        In a table without a key the row numbers have moved with the first run: there rows are known by content.
        """
        if not self._former.height:
            return found.with_columns(pl.lit(None, pl.Binary).alias("after"))
        plan = self._plan
        after = self._after(batch)
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
        ).select("row_tag", "row_digest", "state", "pos", "after")

    def _after(self, content: pl.DataFrame) -> pl.Series:
        """What rows are known by once they are changed."""
        if self._in_place is not None:
            return self._in_place.after(content, self._keys.link_ecb)
        return after_digests(content.select(self._names), self._plan.source, self._plan.table, self._keys.link_ecb)

    def _leave(self, rows: pl.DataFrame) -> None:
        self._left.append(rows.select("row_tag", pl.col("state").alias("what")))

    def _is_sealed(self, batch: pl.DataFrame, decisions: pl.DataFrame, found: pl.DataFrame) -> pl.Series:
        """True where the row needs no custody, or is in it with this very content."""
        needs = pl.any_horizontal(
            pl.col(DECISION_PREFIX + c).is_in(self._kept) & non_empty(pl.col(c)) for c in self._names
        )
        frame = self._beside(decisions, batch)
        open_ = frame.select(needs.alias("n"))["n"]
        if self._in_custody is None or not open_.any():
            return ~open_
        return ~open_ | self._in_custody[found["pos"]]

    def _beside(self, decisions: pl.DataFrame, batch: pl.DataFrame) -> pl.DataFrame:
        """What was decided on each cell, and the cells."""
        decided = decisions.select(DECISION_PREFIX + n for n in self._names)
        return pl.concat([decided, batch.select(self._names)], how="horizontal")

    def _decide(self, batch: pl.DataFrame, decisions: pl.DataFrame, found: pl.DataFrame) -> None:
        """Row keys to delete, cells to empty, counts of what stays."""
        plan = self._plan
        leaves = decisions.select(plan.leaves().alias("l"))["l"]
        changed = decisions.select((plan.anonymises() & ~plan.leaves()).alias("c"))["c"]
        stays = ~leaves & ~changed
        goes = (
            (pl.col(DECISION_PREFIX + n).is_in(self._gone) & stays & non_empty(pl.col(n))).alias(n)
            for n in self._names
            if n not in plan.key
        )
        emptied = self._beside(decisions, batch).select(goes).to_dict()
        acts = pl.DataFrame([leaves, changed, *emptied.values()]).select(pl.any_horizontal(pl.all()).alias("a"))["a"]
        self._going.append(row_tokens(batch.filter(acts), plan.source, plan.table, plan.key, self._names,
                                      self._keys.replay_ecb).alias("token"))  # fmt: skip
        self._delete.append(batch[KEY].filter(leaves))
        for name, cells in emptied.items():
            self._empty.setdefault(name, []).append(batch[KEY].filter(cells))
        self._count_stays(batch.filter(~leaves), decisions.filter(~leaves))
        new = self._anonymised(batch, decisions, changed)
        self._note(batch, found, leaves, emptied, acts, new)
        if self._in_place is not None:
            written = [c.name for c in self._in_place.written]
            rows = pl.DataFrame([batch[KEY], found["pos"], *(new[n] for n in written)])
            self._changed.append(rows.filter(changed))

    def _anonymised(self, batch: pl.DataFrame, decisions: pl.DataFrame, changed: pl.Series) -> pl.DataFrame:
        """The batch with the rows that are anonymised in their new form, and `class`, null for the others.

        What the law says is to be deleted of such a row is emptied, whatever the data map would have made of it.
        """
        if self._in_place is None:
            return batch.with_columns(pl.lit(None, pl.Binary).alias(CLASS))
        made = self._in_place.changed(batch)
        new = []
        for name in made.columns:
            stays = ~decisions[DECISION_PREFIX + name].is_in(self._gone)
            new.append(
                made.select(pl.when(pl.lit(stays)).then(pl.col(name)).alias(name))[name].zip_with(changed, batch[name])
            )
        out = batch.with_columns(new)
        looks = self._in_place.looks(out)
        return out.with_columns(pl.select(pl.when(pl.lit(changed)).then(pl.lit(looks))).to_series().alias(CLASS))

    def _note(
        self,
        batch: pl.DataFrame,
        found: pl.DataFrame,
        leaves: pl.Series,
        emptied: Mapping[str, pl.Series],
        acts: pl.Series,
        new: pl.DataFrame,
    ) -> None:
        rows = pl.DataFrame([leaves.alias("leaves"), acts.alias("acts")]).with_row_index("row")
        stay = rows.filter(pl.col("acts") & ~pl.col("leaves")).select("row")
        content = new[stay["row"]].with_columns(
            pl.when(~cells.gather(stay["row"])).then(pl.col(n)).alias(n) for n, cells in emptied.items()
        )
        after = stay.with_columns(self._after(content).alias("after"))
        filled = batch.select(non_empty(pl.col(n)).alias(VALUE + n) for n in self._names)
        known = pl.DataFrame([rows["row"], found["pos"], found["row_tag"], new[CLASS]])
        note = pl.concat([known, filled], how="horizontal").filter(acts)
        note = note.join(after, on="row", how="left", maintain_order="left")
        self._acts.append(note.select("pos", "row_tag", "after", CLASS, *filled.columns))

    def _check_ledger(self) -> None:
        """Of all batches at once: the ledger is as large as the table, and is gone through once."""
        plan = self._plan
        going = pl.concat(self._going).to_frame()
        absent = going.join(self._ledger.alias("token").to_frame(), on="token", how="anti").height
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
        counts = self._beside(decisions, batch).select(
            pl.col(DECISION_PREFIX + n).filter(non_empty(pl.col(n))).value_counts(name="n").implode().alias(n)
            for n in self._names
        )
        for n in self._names:
            for line in counts[n].item():
                index, count = line[DECISION_PREFIX + n], line["n"]
                residue = self._plan.dispositions[index].residue
                if residue not in LEAVES and residue is not Residue.ANONYMISE:
                    self._stays[n][residue] = self._stays[n].get(residue, 0) + count

    def _column(self, name: str, gone: pl.DataFrame, journal: pl.DataFrame, decisions: pl.DataFrame) -> ColumnErasure:
        by = {Residue.DELETE: 0, Residue.CUSTODY: 0}
        for index, count in gone["d"].value_counts().iter_rows():
            by[self._plan.dispositions[index].residue] += count
        chosen = journal[VALUE + name] & decisions[DECISION_PREFIX + name].is_in(self._anonymise)
        by[Residue.DELETE] += int((chosen & journal["after"].is_null()).sum())  # of too few people
        stays = self._stays[name]
        return ColumnErasure(
            name,
            by[Residue.DELETE],
            by[Residue.CUSTODY],
            stays.get(Residue.BLOCKED, 0),
            stays.get(Residue.IN_USE, 0),
            int((chosen & journal["after"].is_not_null()).sum()),
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


def _in_custody(plan: TablePlan, sealed: pl.DataFrame | None) -> pl.Series | None:
    """Of each row of the plan whether it is in custody with this very content: by key and content, or by content."""
    if sealed is None:
        return None
    by = ["row_tag", "row_digest"] if plan.key else ["row_digest"]
    there = sealed.select(by).unique().with_columns(pl.lit(True).alias("in"))
    return plan.rows.select(by).join(there, on=by, how="left", maintain_order="left")["in"].fill_null(False)


def in_place_of(plan: TablePlan, keys: EraseKeys) -> InPlace | None:
    """What anonymises rows of this table, where any are to be."""
    if not plan.rows.height or not plan.rows.select(plan.anonymises().any()).item():
        return None
    if keys.anonymise_ecb is None:
        raise ValueError("rows are to be anonymised and there is no key for it")
    return InPlace(plan, keys.anonymise_ecb)
