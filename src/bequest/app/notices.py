"""Whom the notice tells of which lots, and in what words."""

from collections.abc import Iterable
from itertools import compress

import numpy as np
import polars as pl

from bequest.app.context import Context, Run
from bequest.app.law import is_abroad, pack_of
from bequest.app.reading import open_sources, read_table
from bequest.app.run_link import load_indexes, load_linked
from bequest.app.run_plan import load_plans
from bequest.crypto.cipher import aes_ecb
from bequest.documents.words import word
from bequest.engine.kernels.cmac import tokens
from bequest.engine.tableplan import TablePlan
from bequest.law.notices import ENDING, checklist_of, notice_items
from bequest.law.objecting import objection_effects
from bequest.law.windows import window_rules
from bequest.model.case import COMPANY_ENDS, MOVES_NOTHING, RELEASES_NOTHING, Case, Lot
from bequest.model.datamap import NEVER_PASSES, ColumnMap, DataMap, FieldClass, Need
from bequest.model.disposition import ReasonStatus
from bequest.model.facts import RecordClass, RowRole
from bequest.steps.link.index import primary_role
from bequest.steps.link.link import primary_subjects
from bequest.steps.notify.content import Notice, RequiredItem, compose, compose_several
from bequest.steps.notify.recipients import best_contacts, contacts
from bequest.steps.notify.texts import NoticeFacts

NO_LOT = "-"
"""Stands in the register for people of whom no lot has anything, where the company ends: they are told that it does."""
OWN_RECORD = frozenset({RowRole.CUSTOMER, RowRole.ENTERPRISE_CONTACT, RowRole.PROSPECT})
"""People with a record of their own are told one by one; third parties by the public notice (GB/T 35273 6.4)."""


def notice_for(case: Case, datamap: DataMap, lots: str = "") -> Notice:
    """The wording for some lots (ids with commas; empty: all of the case), with every item each route requires.

    `NO_LOT`: for those whose data end with the company although it has lots.
    """
    chosen = [lot for lot in case.lots if not lots or lot.id in lots.split(",")]
    parts = [_part(case, datamap, lot) for lot in chosen] or [_part(case, datamap, None)]
    if len(parts) > 1 and case.event not in MOVES_NOTHING:
        return compose_several(parts)
    facts, required = parts[0]
    return compose(facts, required, route=_checklist(case, facts.lot))


def notices_for(case: Case, datamap: DataMap, sets: Iterable[str]) -> dict[str, Notice]:
    """The wordings by the lots they tell of; under the empty text the one for all, which is also the public notice."""
    return {lots: notice_for(case, datamap, lots) for lots in dict.fromkeys(["", *sets])}


def _checklist(case: Case, lot: Lot | None) -> str:
    if lot is None and case.event in COMPANY_ENDS:
        return ENDING
    return checklist_of(case.event, lot.legal_route if lot else None)


def _part(case: Case, datamap: DataMap, lot: Lot | None) -> tuple[NoticeFacts, list[RequiredItem]]:
    classes = [
        c for t in datamap.tables if t.in_case for c in t.columns if c.personal and c.cls is not FieldClass.UNKNOWN
    ]
    passing = _passing(datamap)
    whole = {c.cls for c in passing if c.need is not Need.REDUCED and c.cls is not FieldClass.FREE_TEXT}
    sensitive = _labels(c.cls for c in (passing if lot else classes) if c.sensitive)
    abroad = is_abroad(case, lot)
    items = notice_items(
        pack_of(case), _checklist(case, lot), event=case.event, sensitive=bool(sensitive), minors=True,
        changed=bool(lot and lot.new_purposes), consent_basis=abroad, abroad=abroad,
    )  # fmt: skip
    facts = NoticeFacts(
        case=case,
        lot=lot,
        categories=_labels(c.cls for c in classes),
        passing=_labels(c.cls for c in passing),
        reduced=_labels(c.cls for c in passing if c.cls not in whole),
        sensitive=sensitive,
        answer_days=case.window.objection_days,
        effective_on=case.effective_on,
        objections=_objections(case, lot),
        law_names_no_days=window_rules(pack_of(case), case.effective_on).status is not ReasonStatus.VERIFIED,
    )
    return facts, [RequiredItem(i.id, i.zh, i.en, i.article) for i in items]


_STAY = frozenset({RecordClass.STAFF, RecordClass.WEB_LOG, RecordClass.REFERENCE, RecordClass.OTHER})
"""Kinds of record of which nothing passes to anybody: logs are for one's own security, others are not a customer's."""


def _passing(datamap: DataMap) -> list[ColumnMap]:
    """The personal columns that may pass, by what the data map says of them; people of our own never do."""
    return [
        c
        for t in datamap.tables
        if t.in_case and t.record_class not in _STAY
        for c in t.columns
        if c.personal
        and c.role is not RowRole.STAFF
        and c.cls not in NEVER_PASSES | {FieldClass.UNKNOWN}
        and c.need not in {Need.NOT_NEEDED, Need.OVER_COLLECTED}
    ]


def _objections(case: Case, lot: Lot | None) -> tuple[tuple[str, str], ...]:
    """What an objection does in this lot, by ground, as the rules of the law decide it."""
    if lot is None:
        return ()
    effects = objection_effects(pack_of(case), case.event, on=case.effective_on, route=lot.legal_route)
    return tuple((e.zh, e.en) for e in effects)


def _labels(classes: Iterable[FieldClass]) -> tuple[tuple[str, str], ...]:
    words = [word(c) for c in sorted(set(classes), key=str)]
    return tuple((w.zh, w.en) for w in words)


def people_to_tell(ctx: Context, run: Run, datamap: DataMap) -> pl.DataFrame:
    """`ref`, `anchor`, `name`, `phone`, `email`, `public_only`, `lots` for everybody whose data the case touches."""
    workspace = run.workspace
    linked = load_linked(workspace, run.case, datamap)
    indexes = load_indexes(workspace, datamap, ("row_no",))
    plans = load_plans(workspace, datamap)
    sources = open_sources(run.case, run.ctx.secrets)
    everyone = run.case.event in MOVES_NOTHING | RELEASES_NOTHING
    touched = np.zeros(linked.n_subjects, dtype=np.uint64)
    own = np.zeros(linked.n_subjects, dtype=np.uint64)
    parts = []
    for table in datamap.tables:
        key = (table.source, table.name)
        if not table.in_case:
            continue
        role = primary_role(table)
        subjects = primary_subjects(table, linked, indexes[key].height)
        bits = np.ones(len(subjects), np.uint64) if everyone else told_bits(run.case, plans[key])
        for mentioned in linked.subject_of.get(key, {}).values():
            _mark(touched, mentioned, bits)
        if role in OWN_RECORD:
            _mark(own, subjects, bits)
            parts.append(contacts(table, role, read_table(ctx, sources[table.source], table, "contacts"), subjects))
    numbers = pl.DataFrame({"subject": np.flatnonzero(touched)}, schema={"subject": pl.Int64})
    ecb = aes_ecb(ctx.keys(run.case.id).get("link"))
    anchors = linked.anchors.gather(numbers["subject"])
    refs = (
        tokens(anchors.bin.encode("hex"), ecb, "notice-ref\x1f").bin.encode("hex").str.slice(0, 12).str.to_uppercase()
    )
    chosen = numbers["subject"].to_numpy()
    return numbers.with_columns(
        refs.alias("ref"),
        anchors.alias("anchor"),
        pl.Series("public_only", own[chosen] == 0),
        _lots_told(run.case, touched[chosen], own[chosen]).alias("lots"),
    ).join(best_contacts(parts), on="subject", how="left", maintain_order="left")


def lot_bits(case: Case, plan: TablePlan) -> np.ndarray:
    """The lots of each row of a table, a bit each in the order of the case."""
    bit = {lot.id: 1 << n for n, lot in enumerate(case.lots)}
    bits = plan.rows["lot"].replace_strict({"": 0, **bit}, return_dtype=pl.UInt64).to_numpy().copy()
    if plan.shares.height:
        further = plan.shares["lot"].replace_strict(bit, return_dtype=pl.UInt64).to_numpy()
        np.bitwise_or.at(bits, plan.shares["pos"].to_numpy(), further)
    return bits


def told_bits(case: Case, plan: TablePlan) -> np.ndarray:
    """The lots of each row; where the company ends, what lies in none is a further bit: its people are told too."""
    bits = lot_bits(case, plan)
    return np.where(bits == 0, np.uint64(1 << len(case.lots)), bits) if case.event in COMPANY_ENDS else bits


def _mark(people: np.ndarray, subjects: np.ndarray, bits: np.ndarray) -> None:
    known = subjects >= 0
    np.bitwise_or.at(people, subjects[known], bits[known])


def _lots_told(case: Case, touched: np.ndarray, own: np.ndarray) -> pl.Series:
    """Of which lots each person is told: those with data of his or hers; empty for all, also for third parties."""
    ids = [lot.id for lot in case.lots]
    every = (1 << len(ids)) - 1
    names = {
        m: "" if m & every == every else ",".join(compress(ids, (m >> n & 1 for n in range(len(ids))))) or NO_LOT
        for m in set(touched.tolist())
    }
    told = pl.Series("lots", touched).replace_strict(names, return_dtype=pl.Utf8)
    if not ids or case.event in MOVES_NOTHING or (len(ids) < 2 and case.event not in COMPANY_ENDS):
        return pl.Series("lots", [""], dtype=pl.Utf8).new_from_index(0, len(touched))
    return pl.Series("lots", [""], dtype=pl.Utf8).new_from_index(0, len(touched)).zip_with(pl.Series(own == 0), told)
