"""Faults of a whole case: those that the demo company's generator planted, by kind, and unknown kinds refused."""

import pytest
from tests.unit.app.conftest import DemoHome

from bequest.app.find_faults import faults_of
from bequest.kernel.errors import InputError


def test_the_faults_of_the_demo_company_are_found(planned: DemoHome) -> None:
    found = {(f.rule, f.table) for f in faults_of(planned.ctx, planned.case_id)}
    assert {
        *(("collected.marked", "customers"), ("storage.plain_password", "customers"), ("storage.in_text", "tickets")),
        *(("stale.rows", "customers"), ("kept.marked_deleted", "customers"), ("quality.check_digit", "customers")),
        ("quality.duplicate", "customers"),
    } <= found


def test_only_the_kinds_asked_for_are_listed(planned: DemoHome) -> None:
    kinds = {f.said.kind for f in faults_of(planned.ctx, planned.case_id, ("quality", "stale"))}
    assert kinds == {"quality", "stale"}
    with pytest.raises(InputError, match="no such kind"):
        faults_of(planned.ctx, planned.case_id, ("tidiness",))
