"""`[law.switches]`: how counsel reads the questions that the law pack leaves open, with a reason."""

from collections.abc import Iterable

from bequest.app.casefile.table import Table
from bequest.kernel.errors import CaseFileError, LawError
from bequest.law.loader import load_pack
from bequest.law.switches import require_switch
from bequest.model.basis import Basis
from bequest.model.case import SPEAK_FOR_THE_LAW, Case, LegalRoute
from bequest.model.switch import Switch

LAW = ("switches",)
SWITCH = ("value", "reason", "by")


STRICT_ART_23 = "cn.pipl.art23_separate_consent_when_basis_not_consent"


def asks_strictly(switches: Iterable[Switch]) -> bool:
    """Whether counsel reads Art. 23 so that separate consent is needed whatever the basis."""
    return any(s.name == STRICT_ART_23 and s.value for s in switches)


def telling_is_enough(route: LegalRoute, basis: Basis, *, abroad: bool, strict: bool) -> bool:
    """Whether silence may let something pass: Art. 22 told, or another basis than consent (Arts. 23, 39)."""
    if route is LegalRoute.PIPL_23:
        return basis.is_other_than_consent and not strict
    return route is LegalRoute.PIPL_22 and (not abroad or basis.is_other_than_consent)


def read_switches(law: Table | None) -> tuple[Switch, ...]:
    """The switches that are set, by name.

    Raises:
        CaseFileError: where something is missing.
    """
    found = {} if law is None else law.named_tables("switches", SWITCH)
    return tuple(read_switch(name, found[name]) for name in sorted(found))


def read_switch(name: str, table: Table) -> Switch:
    """One choice.

    Raises:
        CaseFileError: where something is missing.
    """
    return Switch(name=name, value=table.flag("value"), by=table.text("by"), reason=table.text("reason"))


def check_switches(case: Case, where: str) -> None:
    """Nothing, where the law pack has each switch and somebody who speaks for the law set it.

    Raises:
        CaseFileError: naming the first that does not fit.
    """
    speaking = [p.id for p in case.people if SPEAK_FOR_THE_LAW & set(p.roles)]
    for s in case.switches:
        place = f'{where} law.switches."{s.name}"'
        try:
            require_switch(load_pack(case.law_packs[0]), s.name)
        except LawError as wrong:
            raise CaseFileError(f"{place}: {wrong.message}", hint=wrong.hint) from None
        if s.by not in speaking:
            raise CaseFileError(
                f"{place}.by: {s.by!r} does not speak for the law in this case",
                hint="Name a person with the role legal, liquidator or administrator"
                f": {', '.join(speaking) or 'there is none under [[people]]'}.",
            )
