"""What the duties of a case ask of it, as far as the case and what was decided for its rows say so.

Flags that only people know (important data, what the policy promised, whether the transferor is a bank …) are not set.
"""

from bequest.app.law import is_abroad
from bequest.law.duties import CaseFacts
from bequest.model.case import Case, SourceKind, SystemKind
from bequest.model.facts import Fact
from bequest.model.plan import Policy, Population

_STORES = {SystemKind.LEDGER: "accounting_store", SystemKind.ARCHIVE: "archives_kept"}
_AGES = {"under_14": ("children", "minors"), "14_17": ("minors",)}


def case_facts(case: Case, policy: Policy | None, population: Population | None) -> CaseFacts:
    """The facts of a case for its duties; before there is a plan, those of the case file alone."""
    flags = {_STORES[s.system_kind] for s in case.sources if s.system_kind in _STORES}
    if any(is_abroad(case, lot) for lot in case.lots):
        flags.add("exports")
    if any(lot.new_purposes for lot in case.lots):
        flags.add("changed_purpose")
    if case.escrow is not None:
        flags.add("entrusted")
    if any(s.kind is SourceKind.HELD_ELSEWHERE for s in case.sources):
        flags.add("held_elsewhere")
    if population is not None and any(c.sensitive and c.values for c in population.counts):
        flags.add("sensitive")
    if policy is not None and population is not None:
        met = [policy.rows[i].situation for i in population.filled]
        ages = {value for s in met for fact, value in s.facts if fact == Fact.AGE_BAND}
        flags.update(flag for age in ages for flag in _AGES.get(age, ()))
    return CaseFacts(n_persons=population.n_subjects if population else 0, flags=frozenset(flags))
