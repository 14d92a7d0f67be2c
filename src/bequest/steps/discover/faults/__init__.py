"""What is wrong with the information a company holds: the six usual faults, quality, and where it came from.

Looked for in the data map and in the sample that discovery takes: `rules.toml` says each rule in both languages with
its article, one module per fault finds it, `look.find_faults` puts them together. No value leaves here, only counts.
"""

from bequest.steps.discover.faults.fault import Fault
from bequest.steps.discover.faults.look import Surroundings, find_faults
from bequest.steps.discover.faults.rules import KINDS, PARAMETERS, RULES, Rule

__all__ = ["KINDS", "PARAMETERS", "RULES", "Fault", "Rule", "Surroundings", "find_faults"]
