"""A worker on a step of a case, in a process of its own: started, raced, stopped, killed by a test.

    python worker.py HOME CASE STEP FOLDER WHAT [LEASE_SECONDS]

It prints `ready`, waits for a line, works, and prints how that ended. WHAT: `once` does the work of the step as fast as
it can; `batches` writes a batch whenever it gets a line; `inside` prints and waits for a line inside a transaction;
`publish` writes events and publishes them, without a step.
"""

import sys
from pathlib import Path

from bequest.app import context
from bequest.app.context import Context, Run, open_context, step
from bequest.app.evidence import publish, record
from bequest.evidence.event_types import EventType
from bequest.kernel.errors import BequestError
from bequest.store import postgresql
from bequest.store.settings import database_url

EVENTS = 12
home, case_id, name, folder, what, *more = sys.argv[1:]
ledger = Path(folder) / "ledger.txt"


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def write(run: Run, batch: str) -> None:
    """A batch: into the source under the guard, and on record."""
    run.guard()
    with ledger.open("a") as out:
        out.write(f"{run.fencing} {batch}\n")
    note(run.ctx, f"{name}-{batch}")


def note(ctx: Context, key: str) -> None:
    at = ctx.now(case_id)
    with ctx.store.transaction() as tx:
        record(ctx, tx, case_id, EventType.CLOCK_MOVED, key, at=at)


def work(ctx: Context) -> None:
    if what == "publish":
        for n in range(EVENTS):
            note(ctx, f"{name}-{n}")
            note(ctx, f"both-{n}")
            publish(ctx, case_id)
        return
    with step(ctx, case_id, name) as run:
        if what == "once":
            for n in range(3):
                write(run, str(n))
            publish(ctx, case_id)
        if what == "inside":
            with ctx.store.transaction() as tx:
                record(ctx, tx, case_id, EventType.CLOCK_MOVED, "inside", at=run.at)
                say("inside")
                sys.stdin.readline()
        if what == "batches":
            say(f"working {run.fencing}")
            for line in sys.stdin:
                write(run, line.strip())
                say("written")


def main() -> None:
    if more:
        context.LEASE_SECONDS = float(more[0])  # type: ignore[assignment]
        context.HEARTBEAT_SECONDS = float(more[0]) / 8  # type: ignore[assignment]
        postgresql._BEGIN = postgresql._BEGIN.replace(f"{postgresql.STANDSTILL_SECONDS}s", "1s")
    ctx = open_context(Path(home), database_url=database_url())
    say("ready")
    sys.stdin.readline()
    try:
        work(ctx)
        say("did it")
    except BequestError as error:
        say(f"{type(error).__name__}: {error.message}")


main()
