"""Years after the close: what was kept is destroyed when its time is over, and a certificate can be revoked."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.e2e.whole_case import WholeCase

from bequest.app.clock import advance_clock
from bequest.app.context import Context, open_context
from bequest.app.end_custody import custody_buckets, destroy_custody, destroy_in_archive
from bequest.app.evidence import LATER
from bequest.app.make_bundle import make_bundle
from bequest.app.make_report import make_report
from bequest.app.open_custody import open_custody
from bequest.app.revoke_certificate import revoke_certificate
from bequest.crypto.keys import KeyState
from bequest.evidence.report import VerifyReport
from bequest.evidence.verify import verify_bundle
from bequest.kernel.clock import MovableClock
from bequest.kernel.errors import ApprovalError, GuardError, StateError
from bequest.model.case import Role
from bequest.model.destruction import RevocationReason


@dataclass(frozen=True)
class Closed:
    """A deregistration that is closed; its home is the test's own."""

    ctx: Context
    whole: WholeCase
    case_id: str

    @property
    def archive(self) -> Path:
        return self.ctx.workspace(self.case_id).dir("custody")

    def key(self, role: Role) -> Path:
        people = self.ctx.case(self.case_id).case.people
        return self.whole.out / "keys" / next(p.id for p in people if role in p.roles)

    def verify(self, *later: Path) -> VerifyReport:
        return verify_bundle(self.whole.bundle, self.whole.trust, rehearsal=True, later=later)


@pytest.fixture
def closed(scenario: Callable[[str], WholeCase], tmp_path: Path) -> Iterator[Closed]:
    whole = scenario("E7")
    shutil.copytree(whole.home, tmp_path / "home")
    (tmp_path / "home").chmod(0o700)
    ctx = open_context(tmp_path / "home")
    yield Closed(ctx, whole, whole.case_id)
    ctx.store.close()


def test_a_bucket_goes_when_its_month_is_over_and_the_statement_holds_against_the_bundle(closed: Closed) -> None:
    ctx, case_id = closed.ctx, closed.case_id
    two = [closed.key(Role.OFFICER), closed.key(Role.OPERATOR)]
    buckets = [b for b in custody_buckets(ctx, case_id) if b.until is not None]
    assert len(buckets) > 1
    bucket = min(buckets, key=lambda b: b.until).bucket
    assert not any(b.is_due or b.destroyed_on for b in buckets)
    with pytest.raises(GuardError, match="not due"):
        destroy_custody(ctx, case_id, bucket, two)
    for keys in (two[:1], [two[0], two[0]]):
        with pytest.raises(ApprovalError, match="two different people"):
            destroy_custody(ctx, case_id, bucket, keys)
    with pytest.raises(StateError, match="no custody bucket"):
        destroy_custody(ctx, case_id, "2099-01", two)

    due = next(b for b in buckets if b.bucket == bucket).until
    while ctx.now(case_id).date() <= due:
        advance_clock(ctx, case_id, timedelta(days=3660))
    copy = ctx.home.parent / "keepers-archive"
    shutil.copytree(closed.archive, copy)
    ended = destroy_custody(ctx, case_id, bucket, two)
    assert ended.copies == ("installation", "keeper")
    assert ended.files > 0
    assert not list((closed.archive / bucket).glob("*.sealed"))
    assert not (closed.archive / bucket / "key.age").exists()
    assert ctx.keys(case_id).state(f"custody/{bucket}") is KeyState.DESTROYED
    assert next(b for b in custody_buckets(ctx, case_id) if b.bucket == bucket).destroyed_on
    first = ended.statement.read_bytes()
    assert destroy_custody(ctx, case_id, bucket, two).statement.read_bytes() == first  # again: the same
    left = {b.bucket for b in open_custody(closed.archive, closed.whole.out / "keys" / "keeper.age")}
    assert left == {b.bucket for b in custody_buckets(ctx, case_id)} - {bucket}

    report = closed.verify(ended.statement)
    assert report.ok, report.failed
    assert [c.file for c in report.checks if c.code == "custody.ended"] == [ended.statement.name]
    assert ended.statement.parent.name == LATER
    assert make_bundle(ctx, case_id).report.ok  # the bundle is what it was

    keeper = destroy_in_archive(copy, bucket, two, MovableClock(datetime(due.year + 1, 2, 1, tzinfo=UTC)))
    assert keeper.copies == ("keeper",)
    assert not list((copy / bucket).glob("*.sealed"))
    assert closed.verify(keeper.statement).ok


def test_a_certificate_revoked_after_the_close_no_longer_holds_for_who_has_the_statement(closed: Closed) -> None:
    ctx, case_id = closed.ctx, closed.case_id
    with pytest.raises(ApprovalError, match="neither of the two"):
        revoke_certificate(
            ctx, case_id, RevocationReason.WRONG_SCOPE, [closed.key(Role.OPERATOR), closed.key(Role.VERIFIER)]
        )
    two = [closed.key(Role.OFFICER), closed.key(Role.VERIFIER)]
    revoked = revoke_certificate(ctx, case_id, RevocationReason.WRONG_SCOPE, two)
    assert revoked.closed
    assert closed.verify().ok
    assert [c.code for c in closed.verify(revoked.statement).failed] == ["certificate.revoked"]
    assert revoke_certificate(ctx, case_id, RevocationReason.WRONG_SCOPE, two).statement == revoked.statement
    html = make_report(ctx, case_id, "en").read_text(encoding="utf-8")
    assert "revoked" in html
    assert "its scope was wrong" in html
