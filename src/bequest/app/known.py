"""What a case is decided on, as it stands: people, answers, holds, notices, whole stores. Nothing is written."""

from bequest.app.decide import DecideInput
from bequest.app.fixed import Taken, take_answers
from bequest.app.law import pack_of
from bequest.app.legal_holds import subjects_of, with_holds
from bequest.app.run_link import load_indexes
from bequest.app.telling import answers_of, notice_by_lot, notice_of
from bequest.app.whole import load_files, load_stores
from bequest.app.workspace import Workspace
from bequest.model.case import TELLS_NOBODY, Case
from bequest.model.datamap import DataMap
from bequest.model.plan import ColumnTotal
from bequest.steps.link.link import Linked


def known_input(
    workspace: Workspace, case: Case, datamap: DataMap, linked: Linked, totals: tuple[ColumnTotal, ...], *,
    told: bool, taken: Taken | None = None,
) -> DecideInput:  # fmt: skip
    """What the decision stands on; `told` where notices count as they stand, not as planned.

    `taken`: the answers to go by, where they were taken beforehand; otherwise those of this moment. `totals` are the
    source counts of rows.
    """
    told = told and case.event not in TELLS_NOBODY
    taken = taken or take_answers(workspace)
    answers = answers_of(workspace, linked, taken.answers, case)
    held = subjects_of(workspace, linked, taken.holds)
    return DecideInput(
        case=case,
        datamap=datamap,
        pack=pack_of(case),
        indexes=load_indexes(workspace, datamap),
        linked=linked,
        answers=with_holds(answers, held, (lot.id for lot in case.lots)),
        notice=notice_of(workspace, linked) if told else None,
        totals=totals,
        notice_by_lot=notice_by_lot(workspace, linked, case) if told else {},
        whole_files=frozenset(load_files(workspace)),
        whole_stores=load_stores(workspace),
    )
