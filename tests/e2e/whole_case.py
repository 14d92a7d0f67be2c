"""One whole demo case per event, run once for all end-to-end tests, and plain readers of what it left."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
from tests.unit.demo.reading import Tables, read_all

from bequest.app.make_bundle import Bundle
from bequest.demo.schema import TABLES

ROOT = Path(__file__).resolve().parents[2]
CUSTOMERS = 300
TableKey = tuple[str, str]
KEYS: dict[TableKey, tuple[str, ...]] = {(t.source, t.name): t.key for t in TABLES}
IN_CASE = tuple((t.source, t.name) for t in TABLES if t.in_case)


def assert_verifies(bundle: Bundle, user_home: Path) -> None:
    """`bequest verify` accepts the bundle, run as a person would, in a process of its own."""
    command = [sys.executable, "-c", "from bequest.cli.main import main; main()", "verify", str(bundle.folder)]
    done = subprocess.run(
        [*command, "--trust", str(bundle.trust), "--rehearsal"],
        capture_output=True, text=True, check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src"), "HOME": str(user_home)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@dataclass(frozen=True)
class WholeCase:
    """Where everything of a finished case lies. `kept` holds what the case purged since."""

    root: Path
    event: str
    lots: int = 1
    customers: int = CUSTOMERS

    @property
    def case_id(self) -> str:
        return f"demo-{self.event.lower()}"

    @property
    def out(self) -> Path:
        return self.root / "demo"

    @property
    def home(self) -> Path:
        return self.out / "home"

    @property
    def case(self) -> Path:
        return self.home / "cases" / self.case_id

    @property
    def bundle(self) -> Path:
        return self.case / "bundle" / f"evidence-{self.case_id}"

    @property
    def trust(self) -> Path:
        return self.case / "bundle" / "trust.json"

    @property
    def kept(self) -> Path:
        return self.root / "kept"

    @property
    def temp(self) -> Path:
        """The temporary directory of the run, its own."""
        return self.root / "tmp"

    @property
    def user_home(self) -> Path:
        """The home directory of the user who ran it, its own."""
        return self.root / "user"

    @property
    def said(self) -> tuple[Path, Path]:
        """Standard output and standard error of the run."""
        return self.root / "stdout", self.root / "stderr"

    def kept_case(self, point: str) -> Path:
        return self.kept / point / "home" / "cases" / self.case_id

    @cached_property
    def before(self) -> Tables:
        """The sources as they were made, read by plain readers."""
        return read_all(self.kept / "before")

    @cached_property
    def after(self) -> Tables:
        """The sources as they are in the end, read by plain readers."""
        return read_all(self.out)

    def truth(self, name: str) -> pl.DataFrame:
        return pl.read_parquet(self.out / "truth" / f"{name}.parquet")

    def truth_json(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.out / "truth" / f"{name}.json").read_text(encoding="utf-8"))
        return found


def row_key(table: TableKey, number: int, row: dict[str, object]) -> str:
    key = KEYS[table]
    return "\x1f".join(str(row[k]) for k in key) if key else str(number)


def as_text(value: object) -> str | None:
    """A value as a person would write it down."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, float):
        return _plain_number(value)
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return None if value is None else str(value)


def _plain_number(value: float) -> str:
    """The shortest digits that mean the number, without exponent."""
    text = format(Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def play(root: Path, event: str, lots: int = 1, customers: int = CUSTOMERS) -> WholeCase:
    """The finished case in `root`, run now unless another worker of this test session has."""
    name = event.lower() + (f"-{lots}-lots" if lots > 1 else "")
    whole = WholeCase(root / name, event, lots, customers)
    root.mkdir(parents=True, exist_ok=True)
    with _locked(root / f"{name}.lock"):
        if not whole.root.exists():
            _run(whole)
    assert (whole.root / "exit").read_text() == "0", whole.said[1].read_text()[-3000:]
    return whole


def _run(whole: WholeCase) -> None:
    whole.temp.mkdir(parents=True)
    whole.user_home.mkdir()
    out, err = whole.said
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        "TMPDIR": str(whole.temp),
        "HOME": str(whole.user_home),
    }
    with out.open("wb") as stdout, err.open("wb") as stderr:
        done = subprocess.run(
            [
                sys.executable, ROOT / "tests/e2e/run_demo.py", whole.kept, whole.event, str(whole.customers),
                whole.out, str(whole.lots),
            ],
            stdout=stdout, stderr=stderr, env=env, cwd=whole.user_home, check=False,
        )  # fmt: skip
    (whole.root / "exit").write_text(str(done.returncode))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
