"""What people must approve again, and what they need not."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.steps.planning_cases import column, dispositions

from bequest.law.outcomes import is_looser
from bequest.model.datamap import FieldClass
from bequest.model.disposition import CellDecision, Disposition, Reason, ReasonStatus, Release, Residue
from bequest.model.facts import RecordClass, RowRole
from bequest.model.plan import (
    ColumnCount,
    Policy,
    PolicyField,
    PolicyRow,
    Population,
    SituationKey,
    policy_field,
)
from bequest.steps.plan.diff import NEEDS_APPROVAL, ChangeKind, diff, volume_changes

PHONE = PolicyField(RowRole.CUSTOMER, policy_field(column("phone", FieldClass.PHONE)).kind)
NAME = PolicyField(RowRole.CUSTOMER, policy_field(column("name", FieldClass.PERSON_NAME)).kind)
PASSES = Disposition(Release.AS_IS, Residue.DELETE)
LEFT_OUT = Disposition(Release.NONE, Residue.DELETE)
SEALED = Disposition(Release.NONE, Residue.CUSTODY, until="retention:invoice_10y")


def situation(objection: str, lot: str = "shop-12") -> SituationKey:
    return SituationKey(RecordClass.ORDER, RowRole.CUSTOMER, lot, (("objection", objection),))


Lines = dict[tuple[SituationKey, PolicyField], Disposition]
BASE: Lines = {
    (situation("none"), PHONE): PASSES,
    (situation("none"), NAME): PASSES,
    (situation("objected"), PHONE): LEFT_OUT,
    (situation("objected"), NAME): LEFT_OUT,
}


def policy(lines: Lines, **changes: object) -> Policy:
    """A policy with these lines; fields and decisions are numbered as they come."""
    fields = tuple(dict.fromkeys(f for _, f in lines))
    decisions = tuple(CellDecision(d, ("word",), ()) for d in dict.fromkeys(lines.values()))
    place = {d.disposition: i for i, d in enumerate(decisions)}
    rows = tuple(
        PolicyRow(s, tuple((fields.index(f), place[d]) for (at, f), d in lines.items() if at == s))
        for s in dict.fromkeys(s for s, _ in lines)
    )
    made = Policy(
        case_id="demo-e5",
        event="E5",
        law_pack="cn 1",
        law_pack_digest="1" * 64,
        law_date=date(2026, 12, 31),
        cutover_not_after=date(2027, 1, 31),
        tolerance_percent=5,
        schema_digest="2" * 64,
        parties_digest="3" * 64,
        fields=fields,
        decisions=decisions,
        rows=rows,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def kinds(old: Policy, new: Policy) -> list[ChangeKind]:
    return [c.kind for c in diff(old, new, is_looser)]


def test_a_policy_differs_from_itself_in_nothing() -> None:
    assert diff(policy(BASE), policy(BASE), is_looser) == ()


@pytest.mark.parametrize(
    ("change", "kind", "what"),
    [
        ({"schema_digest": "9" * 64}, ChangeKind.SCHEMA, "schema_digest"),
        ({"parties_digest": "9" * 64}, ChangeKind.PARTIES, "parties_digest"),
        ({"law_pack_digest": "9" * 64}, ChangeKind.LAW, "law_pack_digest"),
        ({"law_date": date(2027, 1, 1)}, ChangeKind.DATE, "law_date"),
        ({"cutover_not_after": date(2027, 2, 1)}, ChangeKind.DATE, "cutover_not_after"),
        ({"tolerance_percent": 6}, ChangeKind.TOLERANCE, "tolerance_percent"),
        ({"tolerance_percent": 4}, ChangeKind.TOLERANCE, "tolerance_percent"),
        ({"event": "E2"}, ChangeKind.EVENT, "event"),
    ],
)
def test_a_change_of_what_the_policy_stands_on_needs_approval(change, kind, what) -> None:
    (found,) = diff(policy(BASE), policy(BASE, **change), is_looser)
    assert (found.kind, found.what) == (kind, what)
    assert found.before != found.after
    assert found.kind in NEEDS_APPROVAL


def test_a_situation_nobody_approved_needs_approval_and_one_that_is_gone_does_not() -> None:
    more = BASE | {(situation("none", "shop-13"), PHONE): PASSES}
    (new,) = diff(policy(BASE), policy(more), is_looser)
    assert (new.kind, new.before, new.after) == (ChangeKind.NEW_LINE, "", "as_is × delete")
    assert (new.situation, new.field) == (situation("none", "shop-13"), PHONE)
    (gone,) = diff(policy(more), policy(BASE), is_looser)
    assert (gone.kind, gone.before, gone.after) == (ChangeKind.REMOVED, "as_is × delete", "")
    assert gone.kind not in NEEDS_APPROVAL


@pytest.mark.parametrize(
    ("was", "now", "kind"),
    [
        (LEFT_OUT, PASSES, ChangeKind.LOOSER),
        (PASSES, LEFT_OUT, ChangeKind.STRICTER),
        (LEFT_OUT, SEALED, ChangeKind.LOOSER),
        (SEALED, LEFT_OUT, ChangeKind.STRICTER),
        (SEALED, replace(SEALED, until="retention:record_3y"), ChangeKind.LOOSER),
    ],
)
def test_a_looser_outcome_needs_approval_and_a_stricter_one_does_not(was, now, kind) -> None:
    line = (situation("objected"), PHONE)
    (change,) = diff(policy(BASE | {line: was}), policy(BASE | {line: now}), is_looser)
    assert change.kind is kind
    assert (change.kind in NEEDS_APPROVAL) == (kind is ChangeKind.LOOSER)
    assert change.what == "order/customer/phone"


@given(dispositions, dispositions)
def test_every_change_of_a_pair_is_looser_or_stricter_as_the_law_orders_them(was, now) -> None:
    line = (situation("none"), PHONE)
    found = kinds(policy(BASE | {line: was}), policy(BASE | {line: now}))
    expected = [] if was == now else [ChangeKind.LOOSER if is_looser(was, now) else ChangeKind.STRICTER]
    assert found == expected


def test_other_words_for_the_same_pair_are_no_change_of_what_happens() -> None:
    before, after = policy(BASE), policy(BASE)
    reason = Reason("cn.pipl.22", "word", ("PIPL-22",), ReasonStatus.VERIFIED, "新的理由", "a new reason")
    after = replace(after, decisions=tuple(replace(d, reasons=(reason,)) for d in after.decisions))
    assert before.digest != after.digest
    assert diff(before, after, is_looser) == ()


def test_changes_come_in_a_fixed_order_with_the_table_last() -> None:
    lines = BASE | {(situation("none", "a"), NAME): PASSES, (situation("none", "b"), NAME): PASSES}
    turned = dict(reversed(lines.items()))
    one = diff(policy(BASE), policy(lines, law_date=date(2027, 1, 1), schema_digest="9" * 64), is_looser)
    two = diff(policy(BASE), policy(turned, law_date=date(2027, 1, 1), schema_digest="9" * 64), is_looser)
    assert one == two
    assert [c.kind for c in one] == [ChangeKind.SCHEMA, ChangeKind.DATE, ChangeKind.NEW_LINE, ChangeKind.NEW_LINE]


def population(released: int, *, table: str = "orders", none: int = 0, waiting: int = 0) -> Population:
    def count(release: Release, values: int) -> ColumnCount:
        return ColumnCount(
            "s", table, "phone", RowRole.CUSTOMER, FieldClass.PHONE, False, "l", release, Residue.DELETE, values
        )

    counts = (count(Release.AS_IS, released), count(Release.NONE, none), count(Release.WAITING, waiting))
    return Population(counts, (), 0, 0, 0, 0, ())


@pytest.mark.parametrize(
    ("before", "after", "tolerance", "needs"),
    [
        (100, 105, 5, False),
        (100, 106, 5, True),
        (10, 10, 0, False),
        (10, 11, 0, True),
        (19, 19, 5, False),
        (19, 20, 5, True),
        (20, 21, 5, False),
        (100, 0, 5, False),
        (0, 0, 5, False),
        (0, 1, 5, True),
        (0, 1, 1000, True),
    ],
)
def test_volume_needs_approval_only_beyond_the_tolerance(before, after, tolerance, needs) -> None:
    found = volume_changes(population(before), population(after), tolerance)
    assert [(c.kind, c.what, c.before, c.after) for c in found] == (
        [(ChangeKind.VOLUME, "s.orders", str(before), str(after))] if needs else []
    )


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 100))
def test_the_tolerance_is_exact_to_the_value(before: int, after: int, tolerance: int) -> None:
    needs = bool(volume_changes(population(before), population(after), tolerance))
    assert needs == (after * 100 > before * (100 + tolerance))


def test_values_that_waited_were_approved_and_values_left_out_do_not_count() -> None:
    assert volume_changes(population(50, waiting=50), population(100, none=10**6), 0) == ()


def test_a_table_that_was_not_there_needs_approval() -> None:
    (change,) = volume_changes(population(10), population(1, table="tickets"), 50)
    assert (change.what, change.before, change.after) == ("s.tickets", "0", "1")


def test_only_stricter_and_removed_lines_need_no_approval() -> None:
    assert set(ChangeKind) - NEEDS_APPROVAL == {ChangeKind.STRICTER, ChangeKind.REMOVED}
