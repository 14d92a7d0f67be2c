"""What others have to do, and how it ended."""

from datetime import datetime
from typing import ClassVar

from bequest.store import models as rows
from bequest.store.register import Onward, StatefulRegister
from bequest.store.task_records import TaskRecord, TaskState


class Tasks(StatefulRegister[TaskRecord, rows.OwnerTask, TaskState]):
    """Tasks of owners. A task that is done stays done."""

    table, cls, key = rows.OwnerTask, TaskRecord, "task_id"
    moves = frozenset({"persons", "list_digest", "outcome", "evidence_digest", "statement_digest"})
    order = ("due_on", "task_id")
    onward: ClassVar[Onward] = {"open": frozenset({"done"})}

    def finish(
        self, case_id: str, task_id: str, *, outcome: str, evidence_digest: str, statement_digest: str, at: datetime
    ) -> TaskRecord:
        """The task is done, as the evidence says.

        Raises:
            StateError: when there is no such task.
        """
        held = {"outcome": outcome, "evidence_digest": evidence_digest, "statement_digest": statement_digest}
        return self._move(case_id, task_id, TaskState.DONE, at, **held)

    def note_list(self, case_id: str, task_id: str, *, persons: int, list_digest: str) -> TaskRecord:
        """How many persons the sealed list names.

        Raises:
            StateError: when there is no such task.
        """
        return self._change(case_id, task_id, persons=persons, list_digest=list_digest)
