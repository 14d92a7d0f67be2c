"""The decided case as the fairness comparison takes it: main records, groups, lawful situations; kept with the plan."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from bequest.app.decide import MAIN_CLASSES, Decided
from bequest.app.workspace import Workspace
from bequest.engine.tableplan import DECISION_PREFIX
from bequest.kernel.canonical import digest, to_json
from bequest.kernel.codec import decode
from bequest.kernel.errors import BequestError, StateError
from bequest.model.case import Case
from bequest.model.datamap import FieldClass, TableMap
from bequest.model.disposition import Disposition, Release, Residue
from bequest.model.facts import FACT_VALUES, Fact
from bequest.model.fairness import Dimension, Fairness, Thresholds
from bequest.model.plan import SituationKey
from bequest.steps.link.groups import PROVINCES, VALUE_STEPS
from bequest.steps.plan.fairness import Codes, Compared, Grouping, compare

TableKey = tuple[str, str]
LAWFUL = (
    Fact.AGE_BAND,
    Fact.GUARDIAN_CONSENT,
    Fact.OBJECTION,
    Fact.DISPUTE,
    Fact.DECEASED,
    Fact.CONSENT_TRANSFER,
    Fact.CONSENT_NEW_PURPOSE,
    Fact.ACCOUNT,
    Fact.OPEN_ORDER,
    Fact.SCOPE,
    Fact.ORDER_STATE,
    Fact.RETENTION,
    Fact.SOFT_DELETED,
)
"""Facts that are the person's own choice or a ground in law. How well somebody could be reached is none, nor is how old
or complete our records are."""
RIGHTS: tuple[tuple[Dimension, Fact, str], ...] = (
    (Dimension.OBJECTED, Fact.OBJECTION, "objected"),
    (Dimension.REFUSED, Fact.CONSENT_TRANSFER, "refused"),
    (Dimension.DISPUTE, Fact.DISPUTE, "open"),
)
UNCONCERNED = frozenset({Residue.IN_USE.value, Residue.CUSTODY.value})
"""What none of these rights asks for: that more is kept at the source, or for longer, than of others."""
RELEASES = ("passed_on", "waiting", "not_passed_on")
_RELEASE_CODE = {Release.AS_IS: 0, Release.MASKED: 0, Release.WAITING: 1, Release.NONE: 2}
VALUES = ("no_orders", "low", "middle", "high")
_UNREAD = -1


@dataclass(frozen=True, slots=True)
class _Main:
    """The main record of each person in one lot: who, which kind of record, dispositions, codes of every fact."""

    who: np.ndarray
    record: np.ndarray
    disposition: np.ndarray
    facts: Mapping[Fact, np.ndarray]


def compare_plan(
    case: Case, decided: Decided, indexes: Mapping[TableKey, pl.DataFrame], n_subjects: int, *, told: bool
) -> Fairness:
    """Outcomes of main records compared by age, region, value, kind and rights used, lot by lot."""
    read = {f for p in (*decided.planned.values(), *decided.shares.values()) for f in _read(p.keys, p.situation)}
    lawful = tuple(f for f in LAWFUL if f.value in read)
    dispositions = next((p.dispositions for p in decided.plans.values()), ())
    groups, about = _groups(decided, indexes, n_subjects), _reached(indexes, decided, n_subjects)
    lots = tuple(lot.id for lot in case.lots)
    sets, met = [], np.zeros(n_subjects, dtype=np.bool_)
    for lot in lots if len(lots) > 1 else (None,):
        main = _main_records(decided, n_subjects, lot)
        if main is not None:
            met[main.who] = True
            sets.append(_compared(lot or "", main, lawful, dispositions, groups, about))
    limits = Thresholds()
    comparisons, made = compare(tuple(sets), limits)
    return Fairness(
        told=told,
        persons=int(met.sum()),
        without_record=int(n_subjects - met.sum()),
        thresholds=limits,
        held_to=made,
        facts=("record_class", *(f.value for f in lawful)),
        comparisons=comparisons,
    )


def _read(keys: Sequence[SituationKey], situation: np.ndarray) -> set[str]:
    return {f for s in np.unique(situation).tolist() for f, _ in keys[s].facts}


def _main_column(table: TableMap) -> str:
    return DECISION_PREFIX + next(
        (c.name for c in table.columns if c.cls is FieldClass.PERSON_NAME), table.columns[0].name
    )


def _main_records(decided: Decided, n_subjects: int, lot: str | None) -> _Main | None:
    """The first record of the strongest class that each person has (in a lot, or at all where `lot` is None)."""
    seen = np.zeros(n_subjects, dtype=np.bool_)
    parts: list[_Main] = []
    for rank, cls in enumerate(MAIN_CLASSES):
        for key, planned in decided.planned.items():
            if planned.table.record_class is not cls:
                continue
            plan, column = decided.plans[key], _main_column(planned.table)
            rows = np.arange(plan.rows.height)
            part = (rows, plan.rows["lot"], plan.rows[column].to_numpy(), decided.facts.rows[key])
            found = [part]
            if key in decided.shares:
                share = decided.facts.shares[key]
                found.append((share.rows, share.lots, plan.shares[column].to_numpy(), share.codes))
            for at, lots, outcome, codes in found:
                who = decided.primary[key][at]
                usable = who >= 0 if lot is None else (who >= 0) & (lots == lot).to_numpy()
                parts.append(_first(who, usable, seen, rank, outcome, codes))
    if not parts or not sum(len(p.who) for p in parts):
        return None
    return _Main(
        np.concatenate([p.who for p in parts]),
        np.concatenate([p.record for p in parts]),
        np.concatenate([p.disposition for p in parts]),
        {f: np.concatenate([p.facts[f] for p in parts]) for f in Fact},
    )


def _first(
    who: np.ndarray,
    usable: np.ndarray,
    seen: np.ndarray,
    rank: int,
    outcome: np.ndarray,
    codes: Mapping[Fact, np.ndarray],
) -> _Main:
    """The first usable row of everybody not seen yet, who are seen from now on."""
    rows = np.flatnonzero(usable)
    rows = rows[~seen[who[rows]]]
    first = np.full(len(seen), _UNREAD, dtype=np.int64)
    first[who[rows[::-1]]] = rows[::-1]  # the last one written is the first row
    subjects = np.flatnonzero(first >= 0)
    at = first[subjects]
    seen[subjects] = True
    record = np.full(len(at), rank, dtype=np.uint8)
    return _Main(subjects, record, outcome[at], {f: codes[f][at] for f in Fact})


def _compared(
    lot: str, main: _Main, lawful: tuple[Fact, ...], dispositions: tuple[Disposition, ...],
    groups: Mapping[Dimension, Codes], about: Mapping[str, Codes],
) -> Compared:  # fmt: skip
    release = np.array([_RELEASE_CODE[d.release] for d in dispositions], dtype=np.uint8)
    residues = tuple(r.value for r in Residue)
    residue = np.array([residues.index(d.residue.value) for d in dispositions], dtype=np.uint8)
    axes = (Codes(release[main.disposition], RELEASES), Codes(residue[main.disposition], residues))
    alike = _stratum(main, lawful)
    groupings = [Grouping(by, Codes(of.codes[main.who], of.values), alike) for by, of in groups.items()]
    for by, fact, value in RIGHTS:
        used = (main.facts[fact] == FACT_VALUES[fact].index(value)).astype(np.uint8)
        without = _stratum(main, tuple(f for f in lawful if f is not fact))
        groupings.append(Grouping(by, Codes(used, ("not_used", "used")), without, UNCONCERNED, "used", more=True))
    return Compared(lot, axes, tuple(groupings), _circumstances(main, about))


def _stratum(main: _Main, lawful: tuple[Fact, ...]) -> np.ndarray:
    """The lawful situation as a dense number. Only being a child is a ground: an age not known is none."""
    place = main.record.astype(np.int64)
    for fact in lawful:
        codes = main.facts[fact].astype(np.int64)
        if fact is Fact.AGE_BAND:
            codes = (codes == FACT_VALUES[fact].index("under_14")).astype(np.int64)
        place = place * len(FACT_VALUES[fact]) + codes
    return np.unique(place, return_inverse=True)[1]


def _circumstances(main: _Main, about: Mapping[str, Codes]) -> dict[str, Codes]:
    found = {f.value: Codes(main.facts[f], FACT_VALUES[f]) for f in (Fact.NOTICE, Fact.FRESHNESS)}
    unknown = (main.facts[Fact.AGE_BAND] == FACT_VALUES[Fact.AGE_BAND].index("unknown")).astype(np.uint8)
    found["birth_date"] = Codes(unknown, ("known", "missing"))
    return found | {name: Codes(of.codes[main.who], of.values) for name, of in about.items()}


def _groups(decided: Decided, indexes: Mapping[TableKey, pl.DataFrame], n: int) -> dict[Dimension, Codes]:
    facts = decided.facts.subject
    return {
        Dimension.AGE: Codes(facts[Fact.AGE_BAND], FACT_VALUES[Fact.AGE_BAND]),
        Dimension.REGION: _regions(decided, indexes, n),
        Dimension.VALUE: _values(decided, indexes, n),
        Dimension.KIND: Codes(facts[Fact.KIND], FACT_VALUES[Fact.KIND]),
    }


def _regions(decided: Decided, indexes: Mapping[TableKey, pl.DataFrame], n: int) -> Codes:
    """The province in the first record that says one, in the order of the data map."""
    provinces = tuple(PROVINCES)
    codes = np.full(n, len(provinces), dtype=np.uint8)
    lut = np.full(256, len(provinces), dtype=np.uint8)
    lut[[int(p) for p in provinces]] = np.arange(len(provinces))
    for key, frame in indexes.items():
        if "g:region" in frame.columns and key in decided.primary:
            said = lut[frame["g:region"].fill_null(0).to_numpy()][::-1]
            who = decided.primary[key][::-1]
            new = (who >= 0) & (said < len(provinces))
            new &= codes[np.where(who >= 0, who, 0)] == len(provinces) if n else new
            codes[who[new]] = said[new]
    return Codes(codes, (*provinces, "unknown"))


def _values(decided: Decided, indexes: Mapping[TableKey, pl.DataFrame], n: int) -> Codes:
    """Sums of order amounts per person in thirds of those who have any."""
    sums = np.zeros(n)
    for key, frame in indexes.items():
        if "g:value" in frame.columns and key in decided.primary:
            said = frame["g:value"]
            has = (said.is_not_null().to_numpy()) & (decided.primary[key] >= 0)
            sizes = np.exp2(said.fill_null(0).to_numpy()[has] / VALUE_STEPS)
            sums += np.bincount(decided.primary[key][has], weights=sizes, minlength=n)
    codes = np.zeros(n, dtype=np.uint8)
    some = sums > 0
    if some.any():
        codes[some] = 1 + np.searchsorted(np.quantile(sums[some], (1 / 3, 2 / 3)), sums[some], side="left")
    return Codes(codes, VALUES)


def _reached(indexes: Mapping[TableKey, pl.DataFrame], decided: Decided, n: int) -> dict[str, Codes]:
    """Whether somebody's own records hold an address to write to, and whether others have the same phone."""
    reachable, shared = np.zeros(n, dtype=np.uint8), np.zeros(n, dtype=np.uint8)
    phones = []
    for key, planned in decided.planned.items():
        who, frame = decided.primary[key], indexes[key]
        for name in (f"x:{planned.primary}:ph", f"x:{planned.primary}:em"):
            if name in frame.columns:
                has = frame[name].is_not_null().to_numpy() & (who >= 0)
                reachable[who[has]] = 1
                if name.endswith(":ph"):
                    phones.append(pl.DataFrame({"who": who[has], "phone": frame[name].filter(pl.Series(has))}))
    if phones:
        met = pl.concat(phones).unique()
        many = met.filter(pl.len().over("phone") > 1)["who"].unique().to_numpy()
        shared[many] = 1
    return {
        "contact": Codes(reachable, ("none_on_file", "on_file")),
        "phone": Codes(shared, ("own", "shared")),
    }


def _file(workspace: Workspace) -> Path:
    return workspace.dir("work") / "fairness.json"


def save_fairness(workspace: Workspace, found: Fairness) -> None:
    """Keep the comparison with the plan: rates of groups of ten or more, no person."""
    workspace.write_json(_file(workspace), to_json(found))


def keep_as_proposed(workspace: Workspace, found: Fairness) -> str:
    """Keep it under its digest, which the log names, since later decisions compare anew; the digest."""
    reference = digest(found)
    workspace.write_json(workspace.dir("work", "fairness") / f"{reference}.json", to_json(found))
    return reference


def load_fairness(workspace: Workspace) -> Fairness | None:
    """The comparison as kept, or None where none was made yet.

    Raises:
        StateError: where the file is damaged.
    """
    path = _file(workspace)
    if not path.is_file():
        return None
    try:
        return decode(Fairness, json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, BequestError):
        raise StateError(f"the work file {path.name} is damaged", hint="Run `bequest plan` again.") from None


def kept_fairness(workspace: Workspace) -> Fairness:
    """The comparison as kept.

    Raises:
        StateError: where the file is damaged, or none was made yet.
    """
    found = load_fairness(workspace)
    if found is None:
        raise StateError("outcomes were not compared across kinds of people", hint="Run `bequest plan` again.")
    return found
