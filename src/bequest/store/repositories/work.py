"""Data maps and step runs."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from bequest.kernel.canonical import Json
from bequest.kernel.errors import StateError
from bequest.model.datamap import DataMap
from bequest.store import models as rows
from bequest.store.models.scoped import WORD_LENGTH
from bequest.store.records import StepRun, StepState
from bequest.store.register import record_of
from bequest.store.unit import CaseRepository, aware, model_of, pack


class DataMaps(CaseRepository):
    """Versions of a case's data map."""

    def save(self, case_id: str, data_map: DataMap, at: datetime) -> int:
        """The version under which the map is kept: the latest one, where nothing has changed."""
        self._locked_case(case_id)
        last = self._in(rows.DataMapVersion, case_id).order_by("-version").first()
        body = pack(data_map)
        mark = hashlib.sha256(body.encode()).hexdigest()
        if last is not None and last.digest == mark:
            return last.version
        version = 1 if last is None else last.version + 1
        rows.DataMapVersion(case_id=case_id, version=version, body_json=body, digest=mark, created_at=aware(at)).save(
            using=self._unit.alias, force_insert=True
        )
        return version

    def latest(self, case_id: str) -> DataMap | None:
        """The newest data map, if there is one."""
        row = self._in(rows.DataMapVersion, case_id).order_by("-version").first()
        return None if row is None else model_of(DataMap, row.body_json)

    def latest_version(self, case_id: str) -> int:
        """Its number; 0 where there is none."""
        row = self._in(rows.DataMapVersion, case_id).order_by("-version").first()
        return 0 if row is None else row.version

    def version(self, case_id: str, number: int) -> DataMap:
        """The data map as it was at a version.

        Raises:
            StateError: when there is no such version.
        """
        row = self._in(rows.DataMapVersion, case_id).filter(version=number).first()
        if row is None:
            raise StateError(f"case {case_id!r} has no data map version {number}")
        return model_of(DataMap, row.body_json)


class Steps(CaseRepository):
    """Runs of steps. Whoever starts one holds the lease of the step, so an older run that never ended was cut off."""

    def start(self, case_id: str, step: str, input_digest: str, at: datetime) -> StepRun:
        """A new run. A run that was started before and never ended is marked as failed (`interrupted`)."""
        self._locked_case(case_id)
        found = self._in(rows.StepRun, case_id).filter(step=step)
        found.filter(state=StepState.STARTED.value).update(
            state=StepState.FAILED.value, error_code="interrupted", finished_at=aware(at)
        )
        last = found.order_by("-run_number").first()
        row = rows.StepRun(
            case_id=case_id,
            step=step,
            run_number=1 if last is None else last.run_number + 1,
            state=StepState.STARTED.value,
            input_digest=input_digest,
            started_at=aware(at),
            seconds=0.0,
            counts_json="{}",
        )
        row.save(using=self._unit.alias, force_insert=True)
        return record_of(StepRun, row)

    def finish(
        self, run: StepRun, output_digest: str, counts: Mapping[str, Json], at: datetime, seconds: float
    ) -> StepRun:
        """The run has done its work; saying so twice with the same output changes nothing.

        Raises:
            StateError: when the run has ended otherwise, for instance because a later run took over.
        """
        row = self._row(run)
        if row.state == StepState.DONE.value and row.output_digest == output_digest:
            return record_of(StepRun, row)
        self._still_running(row)
        row.state = StepState.DONE.value
        row.output_digest = output_digest
        row.counts_json = pack(counts)
        row.finished_at = aware(at)
        row.seconds = float(seconds)
        row.save(using=self._unit.alias)
        return record_of(StepRun, row)

    def fail(self, run: StepRun, error_code: str, at: datetime, seconds: float = 0.0) -> StepRun:
        """The run ended with an error; failing an ended run changes nothing."""
        row = self._row(run)
        if row.state == StepState.STARTED.value:
            row.state = StepState.FAILED.value
            row.error_code = error_code[:WORD_LENGTH]
            row.finished_at = aware(at)
            row.seconds = float(seconds)
            row.save(using=self._unit.alias)
        return record_of(StepRun, row)

    def latest(self, case_id: str, step: str) -> StepRun | None:
        """The newest run of a step, if there is one."""
        row = self._in(rows.StepRun, case_id).filter(step=step).order_by("-run_number").first()
        return None if row is None else record_of(StepRun, row)

    def latest_done(self, case_id: str, step: str) -> StepRun | None:
        """The newest run of a step that did its work, if there is one."""
        done = self._in(rows.StepRun, case_id).filter(step=step, state=StepState.DONE.value)
        row = done.order_by("-run_number").first()
        return None if row is None else record_of(StepRun, row)

    def all(self, case_id: str) -> tuple[StepRun, ...]:
        """All runs of all steps, in the order they were started."""
        return tuple(record_of(StepRun, row) for row in self._in(rows.StepRun, case_id).order_by("pk"))

    def _row(self, run: StepRun) -> rows.StepRun:
        return self._in(rows.StepRun, run.case_id).select_for_update().get(step=run.step, run_number=run.run_number)

    def _still_running(self, row: rows.StepRun) -> None:
        if row.state != StepState.STARTED.value:
            raise StateError(
                f"run {row.run_number} of step {row.step!r} has ended already ({row.state} {row.error_code})".rstrip(),
                hint="Another run has taken over; look at it with `bequest case show`.",
            )
