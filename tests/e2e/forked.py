"""Commands of the command line in processes of their own that need not load it anew: one process has, and forks.

    python forked.py        orders on standard input and exit codes on standard output, one JSON value a line

    {"words": […], "cwd": …, "env": {…}, "out": path, "err": path, "first": code}  →  0, or -9 where a signal ended it

`first` is run before the command, as if it stood at the head of a program of its own.
"""

import atexit
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_running: list[subprocess.Popen[str]] = []


def run_command(
    words: Sequence[str], cwd: Path, env: Mapping[str, str], *, first: str = ""
) -> "subprocess.CompletedProcess[str]":
    """Run `bequest` with these words, in this folder and environment alone."""
    if not _running:
        _running.append(_start())
    process = _running[0]
    assert process.stdin is not None
    assert process.stdout is not None
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        order = {
            "words": list(words), "cwd": str(cwd), "env": dict(env), "out": str(out), "err": str(err), "first": first,
        }  # fmt: skip
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
        code = json.loads(process.stdout.readline())
        return subprocess.CompletedProcess(list(words), code, out.read_text("utf-8"), err.read_text("utf-8"))


def _start() -> "subprocess.Popen[str]":
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    process = subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
    )
    atexit.register(_end, process)
    return process


def _end(process: "subprocess.Popen[str]") -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
    process.wait(timeout=60)


def _child(order: dict[str, Any]) -> None:
    """Become the process that was ordered; its end is the command's."""
    from bequest.cli.main import main

    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    for number, stream in enumerate((os.devnull, order["out"], order["err"])):
        how = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT
        os.dup2(os.open(stream, how, 0o600), number)
    sys.argv = ["-c", *order["words"]]
    exec(order["first"], {"__name__": "__main__"})  # noqa: S102 - the test's own words
    main()


def serve() -> None:
    """Fork a process for each order."""
    from bequest.cli.main import program

    program()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _child(json.loads(line))
            sys.exit(0)
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
