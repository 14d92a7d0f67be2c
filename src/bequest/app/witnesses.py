"""The side of the case: heads of its log go out to witnesses, by file or over HTTP, and cosignatures come back."""

import http.client
import re
from dataclasses import dataclass
from pathlib import Path

from bequest.app.context import Context
from bequest.app.evidence import open_log, publish
from bequest.app.http_post import post
from bequest.app.user_files import new_user_file, read_user_text
from bequest.evidence.checkpoint import Checkpoint
from bequest.evidence.heads import NOTE
from bequest.evidence.log import Log
from bequest.evidence.note import NoteKey, parse_vkey
from bequest.evidence.witness import Request
from bequest.kernel.errors import BequestError, EvidenceError, InputError, StateError
from bequest.model.case import Case
from bequest.model.witnessing import NamedWitness

_SIZE = re.compile(r"(0|[1-9][0-9]{0,18})\n?")


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of asking a witness over HTTP; `error` is None where it cosigned."""

    name: str
    error: BequestError | None = None


def witness_keys(case: Case) -> tuple[NoteKey, ...]:
    """The keys of the witnesses the case names."""
    return tuple(parse_vkey(w.vkey) for w in case.evidence.witnesses)


def heads(ctx: Context, case_id: str) -> tuple[Checkpoint, ...]:
    """Every head that was handed out, the smallest first, with who cosigned it."""
    keys = witness_keys(ctx.case(case_id).case)
    with open_log(ctx, case_id) as log:
        return log.heads.all(keys)


def write_requests(
    ctx: Context, case_id: str, folder: Path, *, only: str = "", start: int | None = None
) -> tuple[Path, ...]:
    """Write to a folder, for each witness, what it needs to cosign the newest head (see `make_requests`); the files.

    Raises:
        StateError: where the case names no witness, or not that one.
        InputError: where the log has no head of that size, or the file cannot be written.
    """
    made = []
    for name, text in make_requests(ctx, case_id, only=only, start=start):
        with new_user_file(folder / name) as beside:
            beside.write_text(text, encoding="utf-8")
        made.append(folder / name)
    return tuple(made)


def make_requests(
    ctx: Context, case_id: str, *, only: str = "", start: int | None = None
) -> tuple[tuple[str, str], ...]:
    """Publish the log; for each witness the name of a file and its text: what it needs to cosign the newest head.

    `only` names one witness. `start` is the size of the head that the witness cosigned last, where it is another than
    the case remembers.

    Raises:
        StateError: where the case names no witness, or not that one.
        InputError: where the log has no head of that size.
    """
    case = ctx.case(case_id).case
    wanted = [w for w in _named(case) if only in ("", w.name)]
    if not wanted:
        raise StateError(
            f"the case names no witness {only!r}",
            hint=f"Named are: {', '.join(w.name for w in case.evidence.witnesses)}.",
        )
    publish(ctx, case_id)
    made = []
    with open_log(ctx, case_id) as log:
        head = log.keep_head()
        for named in wanted:
            request = _request(log, head, last_seen(log, named) if start is None else start)
            file = f"{case_id}-{head.size}-{re.sub('[^A-Za-z0-9.-]', '_', named.name)}.request"
            made.append((file, request.render()))
    return tuple(made)


def read_cosignatures(path: Path) -> str:
    """What a witness wrote, from a file of the user's.

    Raises:
        InputError: where the file cannot be read.
    """
    return read_user_text(path, "cosignature", hint="Give the file that the witness wrote.")


def take_cosignatures(ctx: Context, case_id: str, text: str) -> tuple[Checkpoint, ...]:
    """Take in what a witness wrote; the heads that got a cosignature they did not have.

    Raises:
        VerificationError: where it holds no cosignature of a witness of the case over a head that was handed out.
    """
    keys = witness_keys(ctx.case(case_id).case)
    with open_log(ctx, case_id) as log:
        return log.add_cosignatures(text, keys)


def ask_witnesses(ctx: Context, case_id: str) -> tuple[Asked, ...]:
    """Publish the log, and ask every witness with an address to cosign its head."""
    asked = [w for w in ctx.case(case_id).case.evidence.witnesses if w.url]
    publish(ctx, case_id)
    return tuple(_ask(ctx, case_id, named) for named in asked)


def _named(case: Case) -> tuple[NamedWitness, ...]:
    if not case.evidence.witnesses:
        raise StateError(
            f"case {case.id} names no witness",
            hint="Write the key of each under [evidence] in the case file, then `bequest case update`.",
        )
    return case.evidence.witnesses


def last_seen(log: Log, named: NamedWitness) -> int:
    """The size of the largest head this witness cosigned, as far as the case knows; 0 where there is none."""
    return max((head.size for head in log.heads.all([parse_vkey(named.vkey)]) if head.cosignatures), default=0)


def _request(log: Log, head: Checkpoint, old: int) -> Request:
    if not 0 <= old <= head.size:
        raise InputError(
            f"the log has {head.size} entries, and a proof was asked for from {old}",
            hint="Give the size that the witness names; where that is larger, the log is an older copy of what it was.",
        )
    return Request(old, log.consistency(old) if old else (), _published_note(log, head))


def _published_note(log: Log, head: Checkpoint) -> str:
    """The head as the log signed it: what others said of it does not concern a witness."""
    return log.heads.files(head.size)[f"{head.size}{NOTE}"].read_text(encoding="utf-8")


def _ask(ctx: Context, case_id: str, named: NamedWitness) -> Asked:
    """One witness; where it has seen another head than we remember, once more from there."""
    key = parse_vkey(named.vkey)
    try:
        with open_log(ctx, case_id) as log:
            request = _request(log, log.keep_head(), last_seen(log, named))
        status, text = _post(named, request)
        if status == http.client.CONFLICT and (match := _SIZE.fullmatch(text)):
            with open_log(ctx, case_id) as log:
                request = _request(log, log.keep_head(), int(match[1]))
            status, text = _post(named, request)
        if status != http.client.OK:
            raise _refused(named, status)
        with open_log(ctx, case_id) as log:
            log.add_cosignatures(text, [key])
    except BequestError as error:
        return Asked(named.name, error)
    return Asked(named.name)


def _refused(named: NamedWitness, status: int) -> BequestError:
    if status in (http.client.CONFLICT, http.client.UNPROCESSABLE_ENTITY):
        return EvidenceError(
            f"the witness {named.name} has seen another history of this log (answer {status})",
            hint="Do not go on before you know why: a restored copy, a second installation, a rewritten log.",
        )
    known = {http.client.NOT_FOUND: "it does not watch this log", http.client.FORBIDDEN: "it knows another key of it"}
    return EvidenceError(
        f"the witness {named.name} did not cosign (answer {status}): {known.get(status, 'it gave no reason')}",
        hint="Give its keeper the log's key, the line in data/trust/log.vkey, and ask again.",
    )


def _post(named: NamedWitness, request: Request) -> tuple[int, str]:
    """Status and text of the answer to `add-checkpoint` (C2SP tlog-witness)."""
    url = named.url.rstrip("/") + "/add-checkpoint"
    status, body = post(url, request.render().encode(), "text/plain; charset=utf-8")
    return status, body.decode("utf-8", "replace")
