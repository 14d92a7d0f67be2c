"""`[export]`: what was exported this year beside the case, and which mechanism is in hand."""

from bequest.app.casefile.table import Table
from bequest.model.exporting import ExemptGround, ExportRecord, Mechanism

EXPORT = (
    "persons",
    "sensitive_persons",
    "exempt_ground",
    "critical_infrastructure",
    "important_data",
    "mechanism",
    "reference",
)
MOST = 10_000_000_000


def read_export(table: Table) -> ExportRecord:
    """The record; what is left out is not known, and asked for where a receiver is abroad.

    Raises:
        CaseFileError: for a number or word that is none, or a mechanism without its reference.
    """
    mechanism = table.word("mechanism", Mechanism, Mechanism.NONE)
    return ExportRecord(
        persons=table.whole("persons", 0, low=0, high=MOST) if table.has("persons") else None,
        sensitive_persons=(
            table.whole("sensitive_persons", 0, low=0, high=MOST) if table.has("sensitive_persons") else None
        ),
        exempt_ground=table.word("exempt_ground", ExemptGround) if table.has("exempt_ground") else None,
        critical_infrastructure=(
            table.flag("critical_infrastructure") if table.has("critical_infrastructure") else None
        ),
        important_data=table.flag("important_data") if table.has("important_data") else None,
        mechanism=mechanism,
        reference=table.text("reference", "" if mechanism is Mechanism.NONE else None),
    )
