"""One finding: which rule, where, how many."""

from dataclasses import dataclass

from bequest.steps.discover.faults.rules import RULES, Rule


@dataclass(frozen=True, slots=True)
class Fault:
    """`n` of `of` values (rows, where no column is named) bear it, counted in what was looked at.

    `whole`: all rows of the table were looked at; else `of` is the sample's. `about` says more in class words, names of
    columns or tables, never values.
    """

    rule: str
    source: str
    table: str
    column: str
    n: int
    of: int
    whole: bool
    about: str = ""

    @property
    def said(self) -> Rule:
        """The rule in words."""
        return RULES[self.rule]
