"""One tree of errors. A message says what was got and what was expected, the hint says the way out.

    BequestError
    ├── InputError          the user's input cannot be used           exit 2
    │   ├── CaseFileError       the case file
    │   ├── SourceError         a source cannot be read as declared
    │   └── DataMapError        the data map
    ├── StateError          the case is not where the command needs it exit 3
    │   └── LeaseError          another process holds the step
    ├── ApprovalError       an approval is missing, void or not valid  exit 4
    ├── LawError            the law pack is unusable or does not answer exit 5
    ├── GuardError          a safety rule stops the action             exit 6
    ├── EvidenceError       evidence cannot be written                 exit 7
    │   └── VerificationError   evidence does not verify              exit 8
    ├── DeliveryError       a package or receipt is unusable           exit 9
    └── ResidueFoundError   the verifier found residue                 exit 10

No message ever carries personal data: it names tables, columns, row numbers and counts, never values.
"""


class BequestError(Exception):
    """Base of all expected failures: shown as `code: message` with a hint, never as a traceback."""

    code = "BQ-000"
    exit_code = 1

    def __init__(self, message: str, *, hint: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code


class InputError(BequestError):
    """The user's input cannot be used; nothing was changed."""

    code = "BQ-INPUT-1"
    exit_code = 2


class CaseFileError(InputError):
    """The case file has an unknown key, a missing value or a contradiction."""

    code = "BQ-CASE-1"


class SourceError(InputError):
    """A source cannot be read or written as it was declared."""

    code = "BQ-SOURCE-1"


class DataMapError(InputError):
    """The data map names something that does not exist or contradicts itself."""

    code = "BQ-MAP-1"


class StateError(BequestError):
    """The case is not in the state this command needs."""

    code = "BQ-STATE-1"
    exit_code = 3


class LeaseError(StateError):
    """Another process is working on this step of this case."""

    code = "BQ-LEASE-1"


class ApprovalError(BequestError):
    """An approval is missing, was given for another digest, or its signature is not valid."""

    code = "BQ-APPROVAL-1"
    exit_code = 4


class LawError(BequestError):
    """The law pack is unusable or does not answer for this date and jurisdiction."""

    code = "BQ-LAW-1"
    exit_code = 5


class GuardError(BequestError):
    """A safety rule stops the action, such as a rehearsal pointed at an unmarked source."""

    code = "BQ-GUARD-1"
    exit_code = 6


class EvidenceError(BequestError):
    """Evidence cannot be written or would carry personal data."""

    code = "BQ-EVIDENCE-1"
    exit_code = 7


class VerificationError(EvidenceError):
    """Evidence does not verify; the message names the file and what is wrong with it."""

    code = "BQ-VERIFY-1"
    exit_code = 8


class DeliveryError(BequestError):
    """A delivery package or receipt is unusable."""

    code = "BQ-DELIVERY-1"
    exit_code = 9


class ResidueFoundError(BequestError):
    """The independent verifier found residue outside the plan: no certificate is issued."""

    code = "BQ-DESTROY-1"
    exit_code = 10
