"""Notices that went out and answers that came in, by batch. Who got or said what is in the workspace, as tokens."""

from collections.abc import Mapping
from typing import ClassVar

from bequest.kernel.canonical import Json
from bequest.kernel.errors import StateError
from bequest.store import models as rows
from bequest.store.records import AnswerBatch, NoticeBatch, NoticeState
from bequest.store.register import Onward, Register, StatefulRegister
from bequest.store.unit import pack


class Notices(StatefulRegister[NoticeBatch, rows.NoticeBatch, NoticeState]):
    """Batches of notices."""

    table, cls, key = rows.NoticeBatch, NoticeBatch, "batch_id"
    onward: ClassVar[Onward] = {
        "prepared": frozenset({"sending", "sent", "published"}),
        "sending": frozenset({"sent", "possibly_sent"}),
        "possibly_sent": frozenset({"sent"}),
    }

    def set_counts(self, case_id: str, batch_id: str, counts: Mapping[str, Json]) -> NoticeBatch:
        """How many letters are in which delivery state now.

        Raises:
            StateError: when the batch is not there.
        """
        return self._change(case_id, batch_id, counts_json=pack(counts))


class Answers(Register[AnswerBatch, rows.AnswerBatch]):
    """Batches of answers. A file whose content was loaded before is not loaded again."""

    table, cls, key = rows.AnswerBatch, AnswerBatch, "batch_id"

    def by_digest(self, case_id: str, file_digest: str) -> AnswerBatch | None:
        """The batch that came from a file of this content, if there is one."""
        row = self._in(self.table, case_id).filter(file_digest=file_digest).first()
        return None if row is None else self._read(row)

    def record(self, case_id: str, record: AnswerBatch) -> AnswerBatch:
        """Write a batch once.

        Raises:
            StateError: when the id is used for other answers, or the same file came in under another id.
        """
        twin = self.by_digest(case_id, record.file_digest)
        if twin is not None and twin.batch_id != record.batch_id:
            raise StateError(
                f"this file was taken in before, as batch {twin.batch_id!r}", hint="Nothing is left to do."
            )
        return super().record(case_id, record)

    def set_counts(self, case_id: str, batch_id: str, counts: Mapping[str, Json]) -> AnswerBatch:
        """How many answers were taken over, and how many could not be matched.

        Raises:
            StateError: when the batch is not there.
        """
        return self._change(case_id, batch_id, counts_json=pack(counts))
