"""Which account an identity of the provider is: an officer of a case says it, neither the provider nor the person."""

from bequest.app.console.provider_http import is_web_address
from bequest.app.context import Context
from bequest.crypto.id_token import LONGEST_SUBJECT
from bequest.kernel.errors import ApprovalError, InputError
from bequest.model.case import Role
from bequest.store.factor_records import IdentityRecord
from bequest.store.records import AccessRecord

_MAY_LINK = frozenset({Role.OFFICER, Role.ADMINISTRATOR, Role.LIQUIDATOR})


def link_identity(ctx: Context, case_id: str, person_id: str, *, issuer: str, subject: str, by: str) -> None:
    """Let a person of the case come in under this identity, in place of any before.

    Raises:
        InputError: where issuer or subject cannot be one.
        ApprovalError: where `by` is no officer of the case, or the person.
        StateError: where the person has no account, or the identity is another's.
    """
    record = ctx.case(case_id)
    if not is_web_address(issuer) or not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isascii():
        raise InputError(
            "issuer is the https address of the provider, subject what it calls the person",
            hint="Both stand in the provider's file and on the page after a sign-in that opened nothing.",
        )
    officers = {p.id for p in record.case.people if _MAY_LINK & set(p.roles)}
    if by not in officers or by == person_id:
        raise ApprovalError(
            f"{by} does not say who {person_id} is", hint=f"Officers of {case_id}: {', '.join(sorted(officers))}."
        )
    entry = _entry(ctx, case_id, by, "account.linked", person_id)
    with ctx.store.transaction() as tx:
        tx.factors.link(IdentityRecord(record.organisation, person_id, issuer, subject, by, ctx.system.now()))
        tx.access.record(case_id, entry)


def unlink_identity(ctx: Context, case_id: str, person_id: str, *, by: str) -> None:
    """Nobody comes in as this person from the provider any more.

    Raises:
        InputError: where nobody did.
        StateError: where the person has no account.
    """
    record = ctx.case(case_id)
    entry = _entry(ctx, case_id, by, "account.unlinked", person_id)
    with ctx.store.transaction() as tx:
        if not tx.factors.unlink(record.organisation, person_id):
            raise InputError(f"{person_id} is linked with no identity", hint="`bequest account list` shows who is.")
        tx.access.record(case_id, entry)


def _entry(ctx: Context, case_id: str, by: str, action: str, person_id: str) -> AccessRecord:
    return AccessRecord(
        at=ctx.now(case_id), person=by, action=action, purpose="account", target=person_id, n_rows=0
    )  # fmt: skip
