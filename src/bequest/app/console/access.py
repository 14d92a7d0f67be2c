"""Who may see and do what, by the roles held in the case now: without a role nothing of a case is seen or done."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bequest.app.console.steps import STEPS_AGREED, STEPS_STARTED
from bequest.app.context import Context
from bequest.model.case import Role
from bequest.store.portal_records import SignedIn
from bequest.store.records import AccessRecord, CaseRecord


class Screen(StrEnum):
    """Screens of a case."""

    CASE = "case"
    MAP = "map"
    ASSESS = "assess"
    """Risks, register, liability, impact assessment, costs."""
    PLAN = "plan"
    APPROVALS = "approvals"
    STEPS = "steps"
    """Starting steps, and how far they are."""
    PEOPLE = "people"
    LINKS = "links"
    """Pairs in doubt."""
    NOTICES = "notices"
    REQUESTS = "requests"
    """One request of a customer, with what was written about it."""
    PUBLICITY = "publicity"
    """Posters and wordings for the public."""
    DESTRUCTION = "destruction"
    HITS = "hits"
    """Hits of the verifier that people decide on."""
    EVIDENCE = "evidence"
    BUNDLE = "bundle"
    RIGHTS = "rights"
    ACCESS = "access"
    SAMPLES = "samples"
    """Masked values of a column, on data map and plan: they are read from the source."""


class Act(StrEnum):
    """What somebody can do in a case; each is a form of some screen."""

    APPROVE = "approve"
    """Sign the policy, in a role whose approval is required."""
    REMARK = "remark"
    """Say something of the policy: comment, condition, refusal."""
    CORRECT = "correct"
    """Correct the data map."""
    SEARCH = "search"
    """Look for a person."""
    UNMASK = "unmask"
    """See a person's values in clear, for a purpose."""
    REQUEST = "request"
    """Open what a customer wrote, and answer."""
    REVIEW = "review"
    """Say whether two records are one person's."""
    WITHDRAW = "withdraw"
    """Ask a receiver to delete or correct what was delivered, and take in the receipt for it."""
    TRY = "try"
    """Send a notice to an address of one's own, to see it."""
    INVITE = "invite"
    """Invite somebody of a receiver to the desk."""
    START = "start"
    """Order a step; which ones, by `app.console.steps`."""
    AGREE = "agree"
    """As the second person: agree that a step begins."""
    ASK = "ask"
    """Ask what would be decided otherwise; nothing is written."""
    CHECK = "check"
    """Check an entry of the log with its proof."""
    GRANT = "grant"
    """Ask that a role be given or taken, and decide on what another person asked."""
    VOUCH = "vouch"
    """Hand a head of the log out, and take in who cosigned, stamped or registered it."""
    FILL = "fill"
    """Fill in the impact assessment."""
    ADJUDICATE = "adjudicate"
    """Decide what a hit of the verifier is, and agree to what the other said."""
    HALT = "halt"
    """Withdraw an order that no worker has taken."""


_EVERYTHING = frozenset(Screen)
_STEPS = frozenset({Screen.STEPS})
_DEPARTMENT = frozenset(
    {Screen.CASE, Screen.MAP, Screen.ASSESS, Screen.PLAN, Screen.APPROVALS, Screen.NOTICES, Screen.EVIDENCE}
)
_STANDS_FOR = _EVERYTHING - {Screen.ACCESS, Screen.LINKS, Screen.HITS}
"""Who stands for the departments in a winding-up."""
MAY: Mapping[Role, frozenset[Screen]] = {
    Role.OFFICER: _EVERYTHING,
    Role.LEGAL: _DEPARTMENT
    | {Screen.RIGHTS, Screen.DESTRUCTION, Screen.BUNDLE, Screen.SAMPLES, Screen.PEOPLE}
    | {Screen.PUBLICITY}
    | _STEPS,
    Role.IT: _DEPARTMENT | {Screen.DESTRUCTION, Screen.SAMPLES, Screen.LINKS} | _STEPS,
    Role.HR: _DEPARTMENT,
    Role.MARKETING: _DEPARTMENT | {Screen.PUBLICITY},
    Role.SERVICE: _DEPARTMENT | {Screen.PEOPLE, Screen.REQUESTS, Screen.PUBLICITY} | _STEPS,
    Role.FINANCE: _DEPARTMENT,
    Role.VERIFIER: frozenset({Screen.CASE, Screen.DESTRUCTION, Screen.HITS, Screen.EVIDENCE, Screen.BUNDLE}) | _STEPS,
    Role.OPERATOR: frozenset({Screen.CASE, Screen.DESTRUCTION, Screen.EVIDENCE}) | _STEPS,
    Role.CUTOVER: frozenset({Screen.CASE, Screen.EVIDENCE}) | _STEPS,
    Role.RECEIVER: frozenset(),
    Role.ESCROW: frozenset(),
    Role.ADMINISTRATOR: _STANDS_FOR,
    Role.LIQUIDATOR: _STANDS_FOR,
    Role.AUDITOR: _DEPARTMENT | {Screen.STEPS, Screen.DESTRUCTION, Screen.BUNDLE, Screen.RIGHTS, Screen.ACCESS},
    Role.GUEST: frozenset({Screen.CASE, Screen.DESTRUCTION, Screen.EVIDENCE, Screen.BUNDLE}),
}
"""Least privilege: a role sees what it decides or checks. A receiver has a desk of its own."""
_SIGNS = frozenset({Act.APPROVE, Act.REMARK})
_KNOWS = frozenset({Act.CORRECT, Act.REVIEW})
_SERVES = frozenset({Act.SEARCH, Act.UNMASK, Act.REQUEST, Act.TRY})
_OWN: Mapping[Role, frozenset[Act]] = {
    Role.OFFICER: _SIGNS
    | _KNOWS
    | _SERVES
    | {Act.FILL, Act.ASK, Act.GRANT, Act.INVITE, Act.ADJUDICATE}
    | {Act.WITHDRAW, Act.VOUCH},
    Role.LEGAL: _SIGNS | {Act.SEARCH, Act.FILL, Act.ASK, Act.GRANT, Act.TRY, Act.VOUCH},
    Role.IT: _SIGNS | _KNOWS,
    Role.HR: _SIGNS,
    Role.MARKETING: _SIGNS,
    Role.SERVICE: _SIGNS | _SERVES,
    Role.FINANCE: _SIGNS | {Act.ASK},
    Role.VERIFIER: frozenset({Act.ADJUDICATE}),
    Role.OPERATOR: frozenset(),
    Role.CUTOVER: frozenset(),
    Role.RECEIVER: frozenset(),
    Role.ESCROW: frozenset(),
    Role.ADMINISTRATOR: _SIGNS | _SERVES | {Act.FILL, Act.ASK, Act.GRANT, Act.INVITE, Act.WITHDRAW, Act.VOUCH},
    Role.LIQUIDATOR: _SIGNS | _SERVES | {Act.FILL, Act.ASK, Act.GRANT, Act.WITHDRAW, Act.VOUCH},
    Role.AUDITOR: frozenset(),
    Role.GUEST: frozenset(),
}
MAY_DO: Mapping[Role, frozenset[Act]] = {
    role: own
    | ({Act.CHECK} if Screen.EVIDENCE in MAY[role] else frozenset())
    | ({Act.START, Act.HALT} if role in STEPS_STARTED else frozenset())
    | ({Act.AGREE, Act.HALT} if role in STEPS_AGREED else frozenset())
    for role, own in _OWN.items()
}
"""What a role does at the console. Whether its approval is required, the law pack says, event by event."""
SCREEN_OF: Mapping[Act, Screen] = {
    Act.APPROVE: Screen.APPROVALS,
    Act.REMARK: Screen.APPROVALS,
    Act.CORRECT: Screen.MAP,
    Act.SEARCH: Screen.PEOPLE,
    Act.UNMASK: Screen.PEOPLE,
    Act.REVIEW: Screen.LINKS,
    Act.REQUEST: Screen.REQUESTS,
    Act.TRY: Screen.NOTICES,
    Act.WITHDRAW: Screen.DESTRUCTION,
    Act.INVITE: Screen.RIGHTS,
    Act.ASK: Screen.PLAN,
    Act.CHECK: Screen.EVIDENCE,
    Act.VOUCH: Screen.EVIDENCE,
    Act.GRANT: Screen.RIGHTS,
    Act.FILL: Screen.ASSESS,
    Act.ADJUDICATE: Screen.HITS,
    Act.START: Screen.STEPS,
    Act.AGREE: Screen.STEPS,
    Act.HALT: Screen.STEPS,
}
"""Where an act is done: whoever may not see the screen cannot do it."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody in a case: with which roles, what they let see and do.

    A program that acts for the person by a token is narrowed to the token's scopes, if there are any.
    """

    case_id: str
    who: SignedIn
    roles: frozenset[Role]
    scopes: frozenset[str] = frozenset()
    token_id: str = ""

    @property
    def screens(self) -> frozenset[Screen]:
        """The screens that are there for this person."""
        return frozenset(s for s in screens_of(self.roles) if self._in_scope("read", s))

    @property
    def acts(self) -> frozenset[Act]:
        """What this person can do."""
        seen = screens_of(self.roles)
        may = {a for r in self.roles for a in MAY_DO[r] if SCREEN_OF[a] in seen}
        return frozenset(a for a in may if self._in_scope("do", a))

    def _in_scope(self, verb: str, word: str) -> bool:
        return not self.token_id or verb in self.scopes or f"{verb}:{word}" in self.scopes


def roles_in(ctx: Context, record: CaseRecord, person: SignedIn) -> frozenset[Role]:
    """The roles the person holds in the case now; none in a case of another organisation."""
    if record.organisation != person.organisation:
        return frozenset()
    now = ctx.clock(record).now()
    with ctx.store.transaction() as tx:
        held = tx.memberships.of(record.case.id, now)
    return frozenset(m.role for m in held if m.person == person.person)


def screens_of(roles: frozenset[Role]) -> frozenset[Screen]:
    """What these roles see together."""
    return frozenset(s for r in roles for s in MAY[r])


def cases_of(ctx: Context, person: SignedIn) -> tuple[CaseRecord, ...]:
    """The cases in which the person may see anything."""
    with ctx.store.transaction() as tx:
        known = tx.cases.list()
    return tuple(r for r in known if screens_of(roles_in(ctx, r, person)))


def note_access(
    ctx: Context, seat: Seat, action: str, *, target: str = "", purpose: str = "PIPL-51", rows: int = 0
) -> None:
    """Put on the access table that somebody looked at, or did, something.

    The action is the same whether it was done in the browser or by a program, so that limits count both together; the
    target names the token of a program.
    """
    at = ctx.now(seat.case_id)
    by = f"token {seat.token_id}: " if seat.token_id else ""
    entry = AccessRecord(
        at=at, person=seat.who.person, action=f"console.{action}", purpose=purpose, target=by + (target or action),
        n_rows=rows,
    )  # fmt: skip
    with ctx.store.transaction() as tx:
        tx.access.record(seat.case_id, entry)
