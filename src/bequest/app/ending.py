"""Where the company ends and nobody takes over: nothing may stay open, and the keeper gets the keys of what is kept."""

import io
from datetime import date

from bequest.app.context import Context, Run
from bequest.app.evidence import record
from bequest.app.law import pack_of
from bequest.crypto.age import encrypt_stream
from bequest.crypto.atomic import PUBLIC, write_file
from bequest.evidence.event_types import EventType
from bequest.kernel.canonical import Json, canonical
from bequest.kernel.errors import StateError
from bequest.law.settling import unsettled
from bequest.model.case import RELEASES_NOTHING, Case
from bequest.model.disposition import Residue
from bequest.model.plan import Policy, Population
from bequest.model.settlement import Unsettled
from bequest.steps.destroy.custody_bucket import HANDED_OVER, KEEPERS_KEY, file_digest, key_purpose, whole_bucket

WARN_DAYS = 60


def check_settled(case: Case, policy: Policy, population: Population) -> None:
    """Refuse to go on with records that would stay blocked at a company that is about to be gone.

    Raises:
        StateError: naming what is open, and how it is settled.
    """
    if case.event not in RELEASES_NOTHING:
        return
    blocked = sum(c.values for c in population.counts if c.residue is Residue.BLOCKED)
    if not blocked:
        return
    pack = pack_of(case)
    met = [policy.decisions[d] for i in population.filled for _, d in policy.rows[i].cells]
    found = {what for d in met if (what := unsettled(pack, d)) is not None}
    names = ", ".join(w for w in Unsettled if w in found)
    raise StateError(
        f"{blocked:,} values are blocked ({names or 'see the plan'}), and once the company is gone nobody could settle"
        " them",
        hint="What is unclassified is best classified: tables and columns are named by the plan, `bequest map import`"
        " takes corrections. For the rest somebody of the case decides, with a reason: write [[settle]] in the case"
        " file with what, how, by, reason, until; take it over with `bequest case update`. Then"
        f" `bequest link {case.id}`, `bequest plan {case.id}` and approve.",
    )


def register_warning(case: Case, today: date) -> tuple[str, str] | None:
    """What to say, in Chinese and English, as the day on which the company is struck off comes near."""
    closes = case.register_closes_on
    if closes is None or (left := (closes - today).days) > WARN_DAYS:
        return None
    if left <= 0:
        return f"注销登记日 {closes} 已到：不能再办理", f"the register closed on {closes}: nothing can be done any more"
    return (
        f"距注销登记日 {closes} 还有 {left} 天：一切须在此之前办完",
        f"{left} days to {closes}, when the register closes: everything is finished before",
    )


def hand_to_keeper(ctx: Context, run: Run) -> None:
    """Put beside each bucket its key, encrypted to the keeper: the archive can be opened without us from then on.

    A whole store may have a keeper of its own, such as the body that a health authority designates for medical records.
    Done before anything is erased; what a killed run handed over stays as it is.
    """
    keeper = run.case.custodian
    if run.case.event not in RELEASES_NOTHING or keeper is None or not keeper.age_recipient:
        return
    with ctx.store.transaction() as tx:
        buckets = [b.bucket_id for b in tx.custody.list(run.case.id)]
    own = {
        whole_bucket(s.name): (s.custodian, s.age_recipient) for s in run.case.sources if s.is_whole and s.age_recipient
    }
    keys = ctx.keys(run.case.id)
    for bucket in buckets:
        path = run.workspace.dir("custody") / bucket / KEEPERS_KEY
        if not path.is_file():  # the key comes last: where it is there, all is there
            run.guard()
            name, recipient = own.get(bucket, (keeper.name, keeper.age_recipient))
            note: dict[str, Json] = {"case": run.case.id, "bucket": bucket, "keeper": name, "key": KEEPERS_KEY}
            write_file(path.with_name(HANDED_OVER), canonical(note) + b"\n", mode=PUBLIC)
            sealed = io.BytesIO()
            encrypt_stream(io.BytesIO(keys.get(key_purpose(bucket))), sealed, (recipient,))
            write_file(path, sealed.getvalue(), mode=PUBLIC)
        with ctx.store.transaction() as tx:
            record(
                ctx, tx, run.case.id, EventType.CUSTODY_HANDED_OVER, bucket, at=run.at,
                content={"keeper": own[bucket][0] if bucket in own else keeper.id}, refs={"key": file_digest(path)},
            )  # fmt: skip
    run.hook("custody_handed_over")
