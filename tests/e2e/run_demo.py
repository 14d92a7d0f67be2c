"""Runs `bequest demo --run` as a user would, and keeps copies of what the case itself changes or purges.

    python run_demo.py KEPT EVENT CUSTOMERS OUT LOTS

Copies: `KEPT/before/sources` (as made), `KEPT/certified/home` (all keys still alive), `KEPT/closing/home` (before the
purge of `close`). Everything else is the plain command.
"""

import shutil
import sys
from pathlib import Path

from bequest.app.context import Context, open_context
from bequest.cli.commands import demo
from bequest.cli.main import main
from bequest.demo.company import DemoCompany, make_company

POINTS = {"destroy.certified": "certified", "close.started": "closing"}


class Keep:
    """Copies the home directory at the boundaries named in `POINTS`."""

    def __init__(self, home: Path, kept: Path) -> None:
        self.home = home
        self.kept = kept

    def at(self, case_id: str, point: str) -> None:
        if point in POINTS:
            shutil.copytree(self.home, self.kept / POINTS[point] / "home")


def run(kept: Path, event: str, customers: str, out: Path, lots: str) -> None:
    def company(folder: Path, **settings: object) -> DemoCompany:
        made = make_company(folder, **settings)  # type: ignore[arg-type]
        shutil.copytree(folder / "sources", kept / "before" / "sources")
        return made

    def context(home: Path, **settings: object) -> Context:
        return open_context(home, hooks=Keep(home, kept), **settings)  # type: ignore[arg-type]

    setattr(demo, "make_company", company)  # noqa: B010 - a name that module imports
    setattr(demo, "open_context", context)  # noqa: B010
    sys.argv = [
        "bequest",
        "demo",
        "--event",
        event,
        "--customers",
        customers,
        "--out",
        str(out),
        "--run",
        "--lots",
        lots,
    ]
    main()


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4]), sys.argv[5])
