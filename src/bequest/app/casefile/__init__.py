"""The case file: TOML that opens or changes a case. Read strictly, written as a commented template, compared."""

from bequest.app.casefile.compare import diff_cases
from bequest.app.casefile.read import read_case_file
from bequest.app.casefile.template import write_case_template

__all__ = ["diff_cases", "read_case_file", "write_case_template"]
