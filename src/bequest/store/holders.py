"""Names of lease holders on this machine, and whether such a holder is certainly gone.

A process that was killed cannot give its lease back. Its name says enough to tell, on the same machine and since the
same start of it, that the process no longer exists; in every other case it counts as alive and the lease runs out.
"""

import os
import socket
from pathlib import Path

_PROC = Path("/proc")


def this_process() -> str:
    """Name of this process: host, start of the machine, process space, process id, start of the process."""
    return f"{socket.gethostname()}/{_machine_run()}/{os.getpid()}/{_started(os.getpid())}"


def may_be_alive(holder: str) -> bool:
    """False only where the process of that name is certainly gone."""
    parts = holder.split("/")
    if len(parts) != 4 or not parts[2].isdigit() or not parts[1] or parts[1] != _machine_run():
        return True
    return _started(int(parts[2])) == parts[3]


def machine_start() -> str:
    """One start of one machine, as far as its time since then means the same; empty where unknown."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}.{(_PROC / 'self/ns/time').stat().st_ino}"
    except OSError:
        return ""


def _machine_run() -> str:
    """One start of one machine, and the space in which process ids mean something; empty where unknown."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        space = (_PROC / "self/ns/pid").stat().st_ino
    except OSError:
        return ""
    return f"{boot}.{space}"


def _started(pid: int) -> str:
    """When the process started, in ticks since the machine did; empty when there is no such process.

    A process that has ended and waits for its parent to take note is none.
    """
    try:
        line = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    parts = line.rpartition(")")[2].split()  # from field 3 of proc(5) on; the name before may hold spaces
    return "" if parts[0] in "ZX" else parts[19]
