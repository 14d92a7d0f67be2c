"""What deleting leaves in the files of a Redis server: the dump (RDB) and the append-only log (AOF), both written anew.

The log of slow commands goes too: it holds commands with their values. The log is rewritten before the dump is saved.
Where the files can be seen from here, each is looked at: none may be one that was there before the scrub. Replicas
follow the deletion by themselves; whether their files do is told as a residual, as are freed memory and blocks.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from redis.exceptions import NoPermissionError, ResponseError

from bequest.kernel.errors import SourceError
from bequest.model.case import Source
from bequest.model.destruction import Level
from bequest.sources.codes import NO_SCRUB
from bequest.sources.here import is_here
from bequest.sources.redis_connect import told
from bequest.sources.scrub import Check, ScrubPlan
from bequest.sources.source import CleanReport, Guard

MOST_SECONDS = 3600
_WAIT = 0.1
_UNLINKED_SECONDS = 20


def plan_scrub(db: Any, spec: Source) -> ScrubPlan:
    """What would be written anew. Changes nothing."""
    if spec.managed:
        return ScrubPlan(
            Level.LOGICAL,
            (),
            checks=(Check("managed", fine=False, blocks=True),),
            remains=("persistence_files", "memory"),
        )
    state = _State(db)
    return ScrubPlan(
        Level.LOGICAL,
        state.steps,
        commands=tuple(_COMMANDS[s] for s in state.steps),
        checks=tuple(_checks(state)),
        is_server_wide=True,
        bytes_needed=state.memory,
        remains=state.remains,
    )


_COMMANDS = {"aof_rewritten": "BGREWRITEAOF", "dump_saved": "BGSAVE", "slow_log_emptied": "SLOWLOG RESET"}


class _State:
    """What the server says of itself."""

    def __init__(self, db: Any) -> None:
        info: dict[str, Any] = db.info()
        self.config = _config(db)
        self.memory = int(info.get("used_memory", 0))
        self.has_log = bool(info.get("aof_enabled"))
        saved_by_rule = bool(self.config.get("save", "unknown").strip())
        # a dump there is where one is made by rule, was made since the start, or was loaded at the start
        made = int(info.get("rdb_saves", 1)) or int(info.get("rdb_last_load_keys_loaded", 0))
        self.has_dump = saved_by_rule or bool(made)
        self.is_replica = info.get("role") != "master"
        self.n_replicas = int(info.get("connected_slaves", 0))
        self.busy = bool(info.get("rdb_bgsave_in_progress") or info.get("aof_rewrite_in_progress"))

    @property
    def steps(self) -> tuple[str, ...]:
        """What is to be done."""
        log, dump = (("aof_rewritten",) if self.has_log else ()), (("dump_saved",) if self.has_dump else ())
        return (*log, *dump, "slow_log_emptied")

    @property
    def remains(self) -> tuple[str, ...]:
        """What holds deleted bytes even afterwards."""
        there = {"replicas": bool(self.n_replicas), "memory": True, "freed_blocks": self.has_log or self.has_dump}
        return tuple(code for code, is_so in there.items() if is_so)


def _config(db: Any) -> dict[str, str]:
    """Settings that say where the files lie; none where the account may not ask."""
    try:
        found = db.config_get("dir", "dbfilename", "appenddirname", "save")
    except (NoPermissionError, ResponseError):
        return {}
    return {_text(k): _text(v) for k, v in found.items()}


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _checks(state: _State) -> Iterator[Check]:
    yield Check(
        "rights", fine=not state.is_replica, blocks=True, facts={"missing": "master"} if state.is_replica else {}
    )
    yield Check("locks", fine=not state.busy, facts={"saving_now": int(state.busy)})
    yield Check("space", fine=False, facts={"bytes_needed": state.memory, "bytes_free": "unknown"})
    yield Check("replicas", fine=not state.n_replicas, facts={"replicas": state.n_replicas})
    yield Check("other_databases", fine=False, facts={"files": "hold all databases of the server"})
    yield Check("settings", fine=bool(state.config))


def scrub(db: Any, spec: Source, guard: Guard) -> CleanReport:
    """Write dump and log anew, and look.

    Raises:
        SourceError: the server could not, or an older file is still there.
    """
    if spec.managed:
        raise SourceError(
            f"source {spec.name} is run by others: its files are out of reach",
            hint="Leave it: `bequest scrub approve … --leave --until DAY --reason TEXT`.",
            code=NO_SCRUB,
        )
    state = _State(db)
    files = _files(db, state)
    before = sum(p.stat().st_size for p in files)
    known = {p: _inode(p) for p in files}
    if state.has_log:
        guard()
        _write(db, spec.name, "bgrewriteaof", "aof_rewrite_in_progress", "aof_last_bgrewrite_status")
    if state.has_dump:
        guard()
        _write(db, spec.name, "bgsave", "rdb_bgsave_in_progress", "rdb_last_bgsave_status")
    guard()
    db.slowlog_reset()
    until = time.monotonic() + _UNLINKED_SECONDS  # the server unlinks the old log in a thread of its own
    while old := _left(_files(db, state), known):
        if time.monotonic() > until:
            break
        time.sleep(_WAIT)
    after = _files(db, state)
    if old:
        raise SourceError(
            f"source {spec.name}: {len(old)} files of the server are older than this scrub",
            hint="A log that is no longer written, or a dump under a former name: have IT remove them, then run the"
            " same command again.",
            code=NO_SCRUB,
        )
    return CleanReport(Level.LOGICAL, state.steps, before, sum(p.stat().st_size for p in after), state.remains)


def _left(files: Sequence[Path], known: Mapping[Path, int | None]) -> list[Path]:
    """Files that were there before and still are: what is written anew is another file, whatever the clocks say."""
    return [p for p in files if p.suffix != ".manifest" and (at := _inode(p)) is not None and known.get(p) == at]


def _inode(path: Path) -> int | None:
    """None for a file that went meanwhile."""
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None


def _write(db: Any, name: str, command: str, running: str, status: str) -> None:
    """One background job, begun after whatever runs now, and waited for."""
    _wait(db, name)
    with told(name):
        getattr(db, command)()
    _wait(db, name)
    found = db.info("persistence")
    if found.get(running) or found.get(status) != "ok":
        raise SourceError(
            f"source {name}: the server could not write its files anew",
            hint="Its log says why (room, rights, memory); mend it, then run the same command again.",
            code=NO_SCRUB,
        )


def _wait(db: Any, name: str) -> None:
    until = time.monotonic() + MOST_SECONDS
    while True:
        found = db.info("persistence")
        waits = ("rdb_bgsave_in_progress", "aof_rewrite_in_progress", "aof_rewrite_scheduled")
        if not any(found.get(w) for w in waits):
            return
        if time.monotonic() > until:
            raise SourceError(f"source {name}: the server writes its files for too long", code=NO_SCRUB)
        time.sleep(_WAIT)


def _files(db: Any, state: _State) -> list[Path]:
    """Dump and log, where this machine is the server's and the account may see them."""
    host = str(db.connection_pool.connection_kwargs.get("host", ""))
    folder = state.config.get("dir", "")
    if not folder or not is_here(host):
        return []
    try:
        top = Path(folder)
        found = [top / state.config.get("dbfilename", "dump.rdb"), *top.glob("*.aof")]
        found += (top / state.config.get("appenddirname", "appendonlydir")).glob("*")
        return [p for p in found if p.is_file()]
    except OSError:
        return []
