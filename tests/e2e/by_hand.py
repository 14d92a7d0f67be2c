"""A case run as its users would: the written template filled in, then commands of the command line only."""

import csv
import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.forked import ROOT, run_command

from bequest.crypto.age import generate_identity

OPENED = "2026-11-02T01:00:00Z"
DYING = """
import os, signal
from bequest.app.context import Run
guard, left = Run.guard, [{n}]
def dying(self):
    left[0] -= 1
    if left[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    guard(self)
Run.guard = dying
"""
"""Killed where a step is about to change something for the n-th time: `Run.guard` comes before each batch."""


@dataclass
class ByHand:
    """Commands in one folder, and what they said."""

    folder: Path
    case_id: str
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    def try_(self, *words: str, kill_at: int | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command, whatever comes of it; with `kill_at` it dies after so many guarded batches."""
        env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "src"), "HOME": str(self.folder)}
        more = {"BEQUEST_HOME": str(self.folder / "home"), "BEQUEST_LANG": "en"}
        first = "" if kill_at is None else DYING.format(n=kill_at)
        return run_command(words, self.folder, env | more | self.environ, first=first)

    def do(self, *words: str) -> str:
        """Run a command that must do; what it printed."""
        done = self.try_(*words)
        assert done.returncode == 0, f"{' '.join(words)}: {done.stdout[-1500:]}{done.stderr[-1500:]}"
        assert "Traceback" not in done.stderr
        return done.stdout

    def refused(self, *words: str) -> str:
        """Run a command that must be refused with a way out; what it said."""
        done = self.try_(*words)
        assert done.returncode not in (0, 1) or "BQ-" in done.stderr, done.stdout + done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        assert re.search(r"BQ-[A-Z]+-\d+: ", done.stderr), done.stderr
        return done.stderr

    def key(self, person: str) -> str:
        """The private key of a person, made when first asked for."""
        path = self.folder / f"{person}.key"
        if not path.exists():
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", person, "-f", str(path)], check=True,
                capture_output=True,
            )  # fmt: skip
        return str(path)

    def template(self, event: str) -> str:
        """The template with names, dates, contacts and keys filled in."""
        text = self.do("case", "new", "--event", event)
        receiver = generate_identity()
        (self.folder / "receiver.age").write_text(receiver.secret + "\n")
        (self.folder / "receiver.txt").write_text(receiver.recipient + "\n")
        text = text.replace('id = "" ', f'id = "{self.case_id}" ', 1).replace("# effective_on", "effective_on", 1)
        text = text.replace('title = ""', 'title = "样本案"', 1).replace(
            'route_reason = ""', 'route_reason = "整体转让"'
        )
        text = text.replace('contact = ""', 'contact = "privacy@example.com"').replace(
            "# age_recipient", "age_recipient", 1
        )
        for role in re.findall(r'^id = "(\w+)-1"$', text, re.MULTILINE):
            public = Path(self.key(role) + ".pub").name
            block = rf'(id = "{role}-1"\nname = )""(.*?paper = )""(.*?public_key = )""'
            text = re.sub(block, rf'\1"{role}"\2"任命书"\3"file:{public}"', text, count=1, flags=re.DOTALL)
        return re.sub(r'^name = ""', 'name = "示例有限公司"', text, flags=re.MULTILINE)

    def approve_all(self) -> None:
        """Everybody whose approval is needed signs."""
        table = self.do("approve", self.case_id)
        for role in re.findall(r"^(\w+) +│ —", table, re.MULTILINE):
            self.do("approve", self.case_id, "--as", f"{role}-1", "--key", self.key(role))
        assert "in force" in self.do("approve", self.case_id)

    def tell_everybody(self) -> None:
        """Each mail-merge file is handed to a carrier, who delivers all; the rest is told by public notice."""
        said = self.do("notify", self.case_id)
        for n, batch in enumerate(re.findall(r"notify export \S+ (\S+) FILE", said)):
            self.do("notify", "export", self.case_id, batch, f"letters-{n}.csv")
            with (self.folder / f"letters-{n}.csv").open(encoding="utf-8") as file:
                refs = [row["ref"] for row in csv.DictReader(file)]
            lines = ["ref,state,at", *(f"{ref},delivered,2026-11-04T01:00:00Z" for ref in refs)]
            (self.folder / f"report-{n}.csv").write_text("\n".join(lines) + "\n")
        self.do("case", "clock", self.case_id, "--days", "3")
        for path in sorted(self.folder.glob("report-*.csv")):
            self.do("notify", "report", self.case_id, path.name)
        self.do("notify", "publish", self.case_id)

    def destroy(self) -> str:
        """Perform, verify, accept."""
        roles = ("operator", "verifier", "officer")
        return self.do("destroy", self.case_id, *(w for r in roles for w in (f"--{r}-key", self.key(r))))

    def finish(self) -> str:
        """Close, bundle, report; what the verifier says."""
        self.do("close", self.case_id, "--feedback-to", "feedback.csv")
        said = self.do("bundle", self.case_id)
        self.do("report", self.case_id)
        bundle, trust = (re.search(rf"^{w}: +(.+)$", said, re.MULTILINE) for w in ("bundle", "trust"))
        assert bundle is not None
        assert trust is not None
        return self.do("verify", bundle[1], "--trust", trust[1], "--rehearsal")
