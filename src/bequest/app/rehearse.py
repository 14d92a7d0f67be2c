"""Play a whole demo case: every person of the demo acts with his or her own key, customers answer their letters."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from bequest.app.answers import enter_answers
from bequest.app.approve_policy import approval_state, approve_policy
from bequest.app.casefile import read_case_file
from bequest.app.clock import advance_clock
from bequest.app.context import Context, done_steps
from bequest.app.escrow import release
from bequest.app.fairness import load_fairness
from bequest.app.make_bundle import Bundle, make_bundle, write_trust
from bequest.app.make_report import make_report
from bequest.app.open_case import open_case
from bequest.app.queries.case import steps_of
from bequest.app.receive import accept_package, receive_package, write_receipt
from bequest.app.run_assess import run_assess
from bequest.app.run_close import run_close
from bequest.app.run_cutover import run_cutover
from bequest.app.run_deliver import enter_receipt, package_folders, run_deliver
from bequest.app.run_destroy import run_destroy
from bequest.app.run_discover import run_discover, run_import_map
from bequest.app.run_link import run_link
from bequest.app.run_notify import (
    enter_report,
    publish_notice,
    read_sealed_frame,
    run_notify,
    send_next,
)
from bequest.app.run_plan import run_plan
from bequest.app.scrubbing import decide_scrub, scrub_plans, servers_of
from bequest.app.show_tables import show_tables
from bequest.app.tasks import finish_task, task_list
from bequest.app.telling import register, window_closes
from bequest.engine.kernels import normalise
from bequest.kernel.clock import rfc3339
from bequest.model.case import ENTRUSTS, MOVES_NOTHING, RELEASES_NOTHING, Case, Role
from bequest.steps.notify.ladder import Channel, Told
from bequest.store.records import DeliveryState
from bequest.store.task_records import TaskState

Timed = Callable[[str], AbstractContextManager[None]]

OPENED_AT = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
REPORT_AFTER = timedelta(days=2)
PUBLISH_AFTER = timedelta(days=3)
ENGAGED = timedelta(days=60)
"""How long the one who is entrusted works with the data."""


@dataclass(slots=True)
class Played:
    """What a rehearsal ends with. `seconds` by step, in order."""

    case: Case
    bundle: Bundle
    reports: dict[str, Path]
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Company:
    """Where the demo company lies."""

    folder: Path

    @property
    def behaviour(self) -> pl.DataFrame:
        """How people react."""
        found = pl.read_parquet(self.folder / "behaviour.parquet")
        plain = {"only": pl.lit(""), "transfer": pl.lit("silent"), "late": pl.lit(False)}
        return found.with_columns(e.alias(c) for c, e in plain.items() if c not in found.columns)

    def key(self, person: str) -> Path:
        """The private key of a person of the demo."""
        return self.folder / "keys" / person

    def identity(self, party: str) -> Path:
        """The age identity of a party of the demo."""
        return self.folder / "keys" / f"{party}.age"


PORTAL = "http://127.0.0.1:8640"
"""Where the letters of a demo say that the portal is: `bequest serve` on the machine itself."""


def begin_rehearsal(ctx: Context, folder: Path) -> Case:
    """Run a demo company's case until everybody is told, and nobody has answered: customers may open their links."""
    company = Company(folder)
    case = _prepare(ctx, folder, company, lambda _: nullcontext())
    if "notify" in set(steps_of(case)) - done_steps(ctx, case.id):
        _tell_all(ctx, case, company)
    return case


def rehearse(ctx: Context, folder: Path, *, tell: Callable[[str], None] = lambda _: None) -> Played:
    """Run every step of a demo company's case to the bundle and the report.

    Killed and called again, it goes on where it stopped.
    """
    company = Company(folder)
    seconds: dict[str, float] = {}

    @contextmanager
    def timed(name: str) -> Iterator[None]:
        tell(name)
        began = time.perf_counter()
        yield
        seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - began

    case = _prepare(ctx, folder, company, timed)
    done = done_steps(ctx, case.id)
    if "close" not in done and case.showings:
        with timed("show"):
            show_tables(ctx, case.id, folder / "shown")
    if not {"cutover", "close"} & done and "notify" in steps_of(case):
        with timed("notify"):
            _notify_all(ctx, case, company)
    if case.event in ENTRUSTS:
        _entrust(ctx, case, company, timed)
    elif case.event not in MOVES_NOTHING:
        _move(ctx, case, company, timed)
    if "close" not in done:
        with timed("assess"):
            run_assess(ctx, case.id)  # once more: what was treated is carried out now
        with timed("close"):
            run_close(ctx, case.id)
    with timed("bundle"):
        bundle = make_bundle(ctx, case.id)
    with timed("report"):
        reports = {lang: make_report(ctx, case.id, lang, seconds=seconds) for lang in ("zh", "en")}
    return Played(case, bundle, reports, seconds)


def _prepare(ctx: Context, folder: Path, company: Company, timed: Timed) -> Case:
    """Everything up to the approvals."""
    with timed("open"):
        case = _open(ctx, folder)
    done = done_steps(ctx, case.id)
    if "discover" not in done:
        with timed("discover"):
            run_discover(ctx, case.id)
            run_import_map(ctx, case.id, folder / "map.toml")
    if "link" not in done:
        with timed("link"):
            run_link(ctx, case.id)
    if "plan" not in done:
        with timed("plan"):
            run_plan(ctx, case.id)
    if "assess" not in done:
        with timed("assess"):
            run_assess(ctx, case.id)
    with timed("approve"):
        _approve_all(ctx, case, company)
    return case


def _open(ctx: Context, folder: Path) -> Case:
    case = read_case_file(folder / "case.toml")
    with ctx.store.transaction() as tx:
        known = {r.case.id for r in tx.cases.list()}
    return case if case.id in known else open_case(ctx, folder / "case.toml", clock_at=OPENED_AT)


def _approve_all(ctx: Context, case: Case, company: Company) -> None:
    state, seen = approval_state(ctx, case.id), load_fairness(ctx.workspace(case.id))
    signed = {a.role for a in state.approvals}
    busy = {a.person for a in state.approvals}
    for role in state.required:
        if role.value in signed:
            continue
        person = next(p for p in case.people if role in p.roles and p.id not in busy)
        busy.add(person.id)
        approve_policy(ctx, case.id, person.id, company.key(person.id), role=role.value, seen=seen)


def _notify_all(ctx: Context, case: Case, company: Company) -> None:
    """Letters, reports, the public notice, the wait until windows are over and the planned day has come; answers."""
    _tell_all(ctx, case, company)
    end = window_closes(ctx.workspace(case.id), case)
    today = ctx.now(case.id)
    if end is not None and today.date() < (until := max(end + timedelta(days=1), case.effective_on)):
        advance_clock(ctx, case.id, until - today.date())
    _customers_answer(ctx, case, company)


def _tell_all(ctx: Context, case: Case, company: Company) -> None:
    """Letters, what carriers report of them, the public notice for the others."""
    if "notify" not in done_steps(ctx, case.id):
        run_notify(ctx, case.id, portal=PORTAL)
    for _ in Channel:
        state = register(ctx.workspace(case.id))
        sent = state.filter(pl.col("state") == Told.SENT.value)
        if not sent.height:
            break
        advance_clock(ctx, case.id, REPORT_AFTER)
        _carrier_reports(ctx, case, company)
        send_next(ctx, case.id)
    if register(ctx.workspace(case.id)).filter(pl.col("state") != Told.DELIVERED.value).height:
        advance_clock(ctx, case.id, PUBLISH_AFTER)
        publish_notice(ctx, case.id)


def _letters(ctx: Context, case: Case) -> pl.DataFrame:
    """The letters as the people got them: `ref`, `name`, `address`."""
    workspace = ctx.workspace(case.id)
    parts = [pl.DataFrame(schema={"ref": pl.Utf8, "name": pl.Utf8, "address": pl.Utf8})]
    parts += [
        read_sealed_frame(ctx, case.id, path, "bodies", path.stem.encode(), ["ref", "name", "address"])
        for path in sorted(workspace.dir("letters").glob("*-*.sealed"))
    ]
    return pl.concat(parts)


def _reactions(ctx: Context, case: Case, company: Company) -> pl.DataFrame:
    """Who reads which letter: `ref`, `bounces`, `reaction`, `day`."""
    people = company.behaviour.with_columns(
        pl.concat_list("mobiles", "emails").alias("address"), normalise.name(pl.col("name")).alias("reader")
    ).explode("address", keep_nulls=False, empty_as_null=False)
    letters = _letters(ctx, case).with_columns(normalise.name(pl.col("name")).alias("reader"))
    return (
        letters.join(people, on=["address", "reader"], how="left")
        .select(
            "ref",
            pl.col("bounces").fill_null(False),
            pl.col("reaction").fill_null("silent"),
            pl.col("day").fill_null(1),
            pl.col("only").fill_null(""),
            pl.col("transfer").fill_null("silent"),
            pl.col("late").fill_null(False),
        )
        .unique("ref", keep="first", maintain_order=True)
    )


def _carrier_reports(ctx: Context, case: Case, company: Company) -> None:
    state = register(ctx.workspace(case.id)).filter(pl.col("state") == Told.SENT.value)
    known = _reactions(ctx, case, company).select("ref", "bounces")
    report = (
        state.select("ref")
        .join(known, on="ref")
        .select(
            "ref",
            pl.when(pl.col("bounces")).then(pl.lit("bounced")).otherwise(pl.lit("delivered")).alias("state"),
            pl.lit(rfc3339(ctx.now(case.id))).alias("at"),
        )
    )
    path = ctx.workspace(case.id).dir("tmp") / "report.csv"
    report.write_csv(path)
    enter_report(ctx, case.id, path)
    path.unlink()


def _customers_answer(ctx: Context, case: Case, company: Company) -> None:
    """Everybody's answer in one file, dated as many days after the last notice as each takes."""
    said = _reactions(ctx, case, company)
    answers = said.filter(pl.col("reaction") != "silent").select("ref", "day", answer="reaction", lot="only")
    _enter(ctx, case, pl.concat([answers, _consents(said, case, late=False)]))


def _consents(said: pl.DataFrame, case: Case, *, late: bool) -> pl.DataFrame:
    """What people say of the handover itself, where a lot goes by consent."""
    lot = case.lots[-1].id if case.lots else ""
    found = said.filter((pl.col("transfer") != "silent") & (pl.col("late") == late))
    return found.select("ref", "day", answer="transfer", lot=pl.lit(lot))


def _enter(ctx: Context, case: Case, answers: pl.DataFrame) -> None:
    if not answers.height or case.event in MOVES_NOTHING:
        return
    last = register(ctx.workspace(case.id))["told_on"].max()
    by_lot = ["lot"] if len(case.lots) > 1 else []
    rows = answers.select(
        "ref",
        "answer",
        (pl.lit(last, pl.Datetime("us")) + pl.duration(days=pl.col("day").cast(pl.Int64)))
        .dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        .alias("at"),
        pl.lit("letter").alias("channel"),
        *by_lot,
    )
    path = ctx.workspace(case.id).dir("tmp") / "answers.csv"
    rows.write_csv(path)
    enter_answers(ctx, case.id, path)
    path.unlink()


def _move(ctx: Context, case: Case, company: Company, timed: Timed) -> None:
    done = done_steps(ctx, case.id)
    if "cutover" not in done:
        confirmer = next(p.id for p in case.people if Role.CUTOVER in p.roles)
        with timed("cutover"):
            run_cutover(ctx, case.id, confirmed_by=confirmer)
    if "destroy" not in done:
        _finish_tasks(ctx, case, company)
    if case.event not in RELEASES_NOTHING and "deliver" not in done:
        with timed("deliver"):
            run_deliver(ctx, case.id)
    if "destroy" not in done:
        with timed("receive"):
            _receive_all(ctx, case, company)
        late = _consents(_reactions(ctx, case, company), case, late=True)
        if late.height:
            with timed("deliver-wave"):
                _enter(ctx, case, late)
                run_deliver(ctx, case.id, wave=True)
                _receive_all(ctx, case, company)
        with timed("destroy"):
            _approve_scrubs(ctx, case, company)
            run_destroy(ctx, case.id, keys={r: company.key(p) for r, p in _destroyers(case).items()})


def _entrust(ctx: Context, case: Case, company: Company, timed: Timed) -> None:
    """The data as of the planned day go to whoever is entrusted, who works with them and gives them back."""
    done = done_steps(ctx, case.id)
    today = ctx.now(case.id).date()
    if today < case.effective_on:
        advance_clock(ctx, case.id, case.effective_on - today)
    if "cutover" not in done:
        with timed("cutover"):
            run_cutover(ctx, case.id, confirmed_by=next(p.id for p in case.people if Role.CUTOVER in p.roles))
    if "deliver" not in done:
        with timed("deliver"):
            run_deliver(ctx, case.id)
    with timed("receive"):
        _receive_all(ctx, case, company)
    if "close" not in done:
        advance_clock(ctx, case.id, ENGAGED)
        _finish_tasks(ctx, case, company, outcome="returned")


def _finish_tasks(ctx: Context, case: Case, company: Company, outcome: str = "kept") -> None:
    """Holders whose letter lies in the demo's folder have answered: the officer vouches for it."""
    officer = next((p.id for p in case.people if Role.OFFICER in p.roles), "")
    for t in task_list(ctx, case.id):
        letter = company.folder / "evidence" / f"{t.task_id}.txt"
        if t.state is TaskState.OPEN and letter.is_file():
            finish_task(
                ctx, case.id, t.task_id, outcome=outcome, evidence=letter, person_id=officer, key=company.key(officer)
            )


def _approve_scrubs(ctx: Context, case: Case, company: Company) -> None:
    """IT opens a window for every server that can be scrubbed, and leaves the others until a day."""
    if not servers_of(case):
        return
    now, it = ctx.now(case.id), next(p.id for p in case.people if Role.IT in p.roles)
    for source, plan in scrub_plans(ctx, case.id).items():
        until = (now + timedelta(days=90)).date()
        window = (now, now + timedelta(hours=12)) if plan.is_possible else None
        reason = "" if window else "演练：服务器无法清理 / rehearsal: the server cannot be scrubbed"
        decide_scrub(ctx, case.id, source, company.key(it), window=window, until=until, reason=reason)


def _destroyers(case: Case) -> dict[Role, str]:
    return {r: next(p.id for p in case.people if r in p.roles) for r in (Role.OPERATOR, Role.VERIFIER, Role.OFFICER)}


def _receive_all(ctx: Context, case: Case, company: Company) -> None:
    """Each receiver opens its package in its own folder and signs for it."""
    for delivery, package in package_folders(ctx, case.id):
        if delivery.state is DeliveryState.RECEIVED:
            continue
        lot = next(lot for lot in case.lots if lot.id == delivery.lot)
        signer = next(p.id for p in case.people if Role.RECEIVER in p.roles and p.party in {"", lot.receiver})
        out = company.folder / "receiver" / delivery.delivery_id
        shutil.rmtree(out, ignore_errors=True)
        out.parent.mkdir(exist_ok=True)
        capsule = _release(ctx, case, company, package, signer)
        received = receive_package(package, company.identity(lot.receiver), out, capsule=capsule)
        receipt = company.folder / "receiver" / f"{delivery.delivery_id}.receipt.json"
        write_receipt(received, company.key(signer), receipt, at=ctx.now(case.id))
        enter_receipt(ctx, case.id, receipt)


def _release(ctx: Context, case: Case, company: Company, package: Path, signer: str) -> Path | None:
    """Where the escrow holds the key: the receiver's first receipt, and what the escrow hands out for it."""
    keys = company.folder / "keys" / "escrow-deliveries"
    if not keys.is_dir():
        return None
    folder = company.folder / "receiver"
    first, trust, at = folder / f"{package.name}.first.json", folder / "trust.json", ctx.now(case.id)
    write_trust(ctx, case.id, trust)
    accept_package(package, company.key(signer), first, trust=trust, at=at)
    enter_receipt(ctx, case.id, first)
    escrow = next(p.id for p in case.people if Role.ESCROW in p.roles)
    made = release(package, first, trust, keys, company.key(escrow), company.folder / "escrow", at=at)
    enter_receipt(ctx, case.id, made.statement)
    return made.capsule
