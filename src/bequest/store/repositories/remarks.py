"""Comments, conditions and refusals of policies."""

from typing import ClassVar

from bequest.store import models as rows
from bequest.store.register import Onward, StatefulRegister
from bequest.store.remark_records import RemarkRecord, RemarkState


class Remarks(StatefulRegister[RemarkRecord, rows.Remark, RemarkState]):
    """What was said stays; a condition that is met and a refusal that is withdrawn are settled."""

    table, cls, key = rows.Remark, RemarkRecord, "remark_id"
    onward: ClassVar[Onward] = {"open": frozenset({"settled"})}

    def of(self, case_id: str, digest: str) -> tuple[RemarkRecord, ...]:
        """The remarks on a policy, in the order they were made."""
        return tuple(self._read(row) for row in self._listed(case_id).filter(policy_digest=digest))
