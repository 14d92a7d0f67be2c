"""What a verification found, check by check, in both languages."""

from dataclasses import dataclass

from bequest.kernel.canonical import Json
from bequest.kernel.errors import BequestError


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `file` is the path in the bundle that fails it, or what it looked at."""

    code: str
    ok: bool
    file: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """All checks in order. Good only when every one is, and none was left out."""

    checks: tuple[Check, ...]
    complete: bool
    """False where checks were left out, because what they rest on had failed."""

    @property
    def ok(self) -> bool:
        """Whether the bundle verifies."""
        return self.complete and bool(self.checks) and all(check.ok for check in self.checks)

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(check for check in self.checks if not check.ok)

    def to_json(self) -> dict[str, Json]:
        """The report as JSON values."""
        return {
            "ok": self.ok,
            "complete": self.complete,
            "checks": [{"code": c.code, "ok": c.ok, "file": c.file, "zh": c.zh, "en": c.en} for c in self.checks],
        }


class Findings:
    """Collects checks while a verification runs."""

    def __init__(self) -> None:
        self._checks: list[Check] = []

    def passed(self, code: str, zh: str, en: str, *, file: str = "") -> None:
        """A check that holds."""
        self._checks.append(Check(code, True, file, zh, en))

    def failed(self, code: str, file: str, zh: str, en: str) -> None:
        """A check that does not hold, with the file to blame."""
        self._checks.append(Check(code, False, file, zh, en))

    def refused(self, code: str, file: str, zh: str, en: str, error: BequestError) -> None:
        """A check that does not hold for the reason in `error`."""
        self.failed(code, file, f"{zh}（{error.message}）", f"{en}: {error.message}")

    @property
    def any_failed(self) -> bool:
        """Whether something failed so far."""
        return any(not check.ok for check in self._checks)

    def report(self, *, complete: bool) -> VerifyReport:
        """The report of what was collected."""
        return VerifyReport(tuple(self._checks), complete)
