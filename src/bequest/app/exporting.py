"""Receivers abroad: whom the plan sends there is counted, and which mechanism that needs is asked of the law.

The count is that of a calendar year: what the case file says was exported before, and the people of this case, each
once. What is not known is asked for; until it is, nothing is delivered abroad (gate G7).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from bequest.app.context import Context
from bequest.app.decide import Decided
from bequest.app.law import is_abroad, pack_of
from bequest.app.workspace import Workspace
from bequest.kernel.canonical import to_json
from bequest.kernel.codec import decode
from bequest.kernel.errors import BequestError, GuardError, StateError
from bequest.law.evaluate import params_on
from bequest.law.findings.answer import answer
from bequest.law.findings.load import load_findings
from bequest.law.findings.model import FactValue, Found
from bequest.model.case import Case
from bequest.model.datamap import ColumnMap, FieldClass
from bequest.model.disposition import Release
from bequest.model.exporting import Exported, ExportRecord, Mechanism
from bequest.model.facts import Fact
from bequest.steps.link.link import Linked
from bequest.steps.plan.plan import Planned

PLACES = {"hk": "hong_kong", "mo": "macao", "tw": "taiwan"}
ASKED = ("persons", "sensitive_persons", "exempt_ground", "critical_infrastructure", "important_data")
"""Keys of `[export]` that the law asks for; the facts of a sheet are called alike, the numbers with `exported_`."""
IDENTITY_NUMBERS = frozenset({FieldClass.NATIONAL_ID, FieldClass.PASSPORT})
TableKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ExportState:
    """What the law says of the export of a case. `missing` are keys of `[export]` without which nothing is said."""

    counted: Exported
    total: tuple[int | None, int | None]
    """Persons and persons with sensitive information of the year, this case included; None where not known."""
    found: tuple[Found, ...]
    missing: tuple[str, ...]
    is_settled: bool
    """Whether what is owed is in hand, or nothing is owed."""

    @property
    def words(self) -> frozenset[str]:
        """The outcome words on the mechanism."""
        return frozenset(w for f in self.found for w in f.outcomes) & {
            "exempt", "exempt_lost", "scc_or_certification", "security_assessment",
        }  # fmt: skip


def count_exported(case: Case, decided: Decided, linked: Linked, indexes: Mapping[TableKey, pl.DataFrame]) -> Exported:
    """The people whose values may go to a receiver abroad, each once however many tables and lots name them."""
    abroad = {lot.id for lot in case.lots if is_abroad(case, lot)}
    if not abroad:
        return Exported(persons=0, sensitive_persons=0)
    by_number = params_on(pack_of(case), case.effective_on).flag("cn.pipl.treat_id_number_as_sensitive")
    plain, sensitive = np.zeros(linked.n_subjects, dtype=bool), np.zeros(linked.n_subjects, dtype=bool)
    strangers = [0, 0]
    for key, p in [*decided.planned.items(), *decided.shares.items()]:
        subjects = linked.subject_of.get(key, {})
        unknown = np.zeros((2, len(p.situation)), dtype=bool)
        for at, column in enumerate(p.table.columns):
            if not column.personal:
                continue
            who = subjects.get(column.role)
            for is_sensitive, rows in _rows(p, at, column, abroad, by_number=by_number):
                rows &= indexes[key][f"v:{column.name}"].fill_null(False).to_numpy()
                known = rows if who is None else rows & (who >= 0)
                if who is not None:
                    (sensitive if is_sensitive else plain)[who[known]] = True
                unknown[int(is_sensitive)] |= rows if who is None else rows & (who < 0)
        strangers[0] += int(unknown[0].sum())
        strangers[1] += int(unknown[1].sum())
    return Exported(persons=int(plain.sum()) + strangers[0], sensitive_persons=int(sensitive.sum()) + strangers[1])


def _rows(
    p: Planned, at: int, column: ColumnMap, abroad: set[str], *, by_number: bool
) -> tuple[tuple[bool, np.ndarray], tuple[bool, np.ndarray]]:
    """The rows of which this column may go abroad: as ordinary and as sensitive information (Art. 28)."""
    goes = np.array([k.lot in abroad and p.after[s][at].release is not Release.NONE for s, k in enumerate(p.keys)])
    child = np.array([dict(k.facts).get(Fact.AGE_BAND) == "under_14" for k in p.keys], dtype=bool)
    always = column.sensitive or (by_number and column.cls in IDENTITY_NUMBERS)
    as_sensitive = goes if always else goes & child
    return (False, (goes & ~as_sensitive)[p.situation]), (True, as_sensitive[p.situation])


def save_exported(workspace: Workspace, counted: Exported) -> None:
    """Keep the count with the plan: numbers, no person."""
    workspace.write_json(workspace.dir("work") / "exported.json", to_json(counted))


def export_state(ctx: Context, case_id: str) -> ExportState | None:
    """What the law says of the export; None where no receiver is abroad or nothing is planned yet.

    Raises:
        StateError: where the work file is damaged.
    """
    case = ctx.case(case_id).case
    path = ctx.workspace(case_id).dir("work") / "exported.json"
    if not any(is_abroad(case, lot) for lot in case.lots) or not path.is_file():
        return None
    try:
        counted = decode(Exported, json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, BequestError):
        raise StateError(f"the work file {path.name} is damaged", hint="Run `bequest plan` again.") from None
    return export_of(case, counted)


def export_of(case: Case, counted: Exported) -> ExportState:
    """What the law of the law date says of the count, with what the case file knows."""
    record = case.export or ExportRecord()
    total = _plus(record.persons, counted.persons), _plus(record.sensitive_persons, counted.sensitive_persons)
    facts = _facts(case, record, total)
    got = answer(load_findings(case.law_packs[0]), facts, on=case.effective_on, topics=("export",))
    said = frozenset(w for f in got.found for w in f.outcomes)
    names = {a.fact.removeprefix("exported_") for a in got.asked}
    decided = said & {"exempt", "security_assessment", "scc_or_certification"}
    missing = () if decided else tuple(k for k in ASKED if k in names)
    return ExportState(counted, total, got.found, missing, _in_hand(said, record, missing))


def _in_hand(said: frozenset[str], record: ExportRecord, missing: tuple[str, ...]) -> bool:
    if "security_assessment" in said:
        return record.mechanism is Mechanism.ASSESSMENT
    if "scc_or_certification" in said:
        return record.mechanism is not Mechanism.NONE
    return not missing


def _plus(before: int | None, now: int) -> int | None:
    return None if before is None else before + now


def _facts(case: Case, record: ExportRecord, total: tuple[int | None, int | None]) -> dict[str, FactValue]:
    lots = [lot for lot in case.lots if is_abroad(case, lot)]
    places = {PLACES.get(case.receiver(lot.receiver).country, "abroad") for lot in lots}
    known: dict[str, FactValue | None] = {
        "receiver_place": places.pop() if len(places) == 1 else "abroad",  # no ease that not all of them have
        "exported_persons": total[0],
        "exported_sensitive_persons": total[1],
        "exempt_ground": record.exempt_ground.value if record.exempt_ground else None,
        "critical_infrastructure": record.critical_infrastructure,
        "important_data": record.important_data,
        "basis": None if all(lot.basis.is_other_than_consent for lot in lots) else "consent",
    }
    return {name: value for name, value in known.items() if value is not None}


def require_export(ctx: Context, case_id: str) -> None:
    """Refuse a delivery abroad for which numbers are missing or the mechanism that the law asks for is not in hand.

    Raises:
        GuardError: then.
    """
    state = export_state(ctx, case_id)
    if state is None or state.is_settled:
        return
    if state.missing:
        lacking = ", ".join(state.missing)
        raise GuardError(
            f"a receiver is abroad, and which export mechanism is owed cannot be said without {lacking}",
            hint="Write what is known under [export] in the case file and take it over with `bequest case update`.",
        )
    if "security_assessment" in state.words:
        cited = _cited(state, "security_assessment")
        raise GuardError(
            f"a receiver is abroad, and no passed security assessment ({cited}) is in hand",
            hint="Write mechanism and reference under [export] in the case file once it is, and take it over with"
            " `bequest case update`.",
        )
    cited = _cited(state, "scc_or_certification")
    raise GuardError(
        f"a receiver is abroad, and no standard contract or certification ({cited}) is in hand",
        hint="Write mechanism and reference under [export] in the case file once it is, and take it over with"
        " `bequest case update`.",
    )


def _cited(state: ExportState, word: str) -> str:
    return ", ".join(next(f for f in state.found if word in f.outcomes).articles)
