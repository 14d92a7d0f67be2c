"""In what form a value passes. No rules here: the forms that the rules of release share.

An identifier of ours becomes a token that only this receiver has; identifiers inside free text are masked one by one;
what is needed only in a reduced form is reduced as the data map says, else masked or generalised by class; staff in
customers' rows never pass.
"""

from dataclasses import replace

from bequest.law.params import Params
from bequest.law.rule import Answer, Rest
from bequest.model.datamap import FieldClass, Need
from bequest.model.disposition import Operator
from bequest.model.plan import FieldKind
from bequest.model.reduction import parse_reduction

REDUCED_BY = {
    FieldClass.BIRTHDAY: Operator.GENERALISE,
    FieldClass.ADDRESS: Operator.GENERALISE,
}
"""Classes with a form coarser than masking: the year of a birthday, the region of an address. All others are masked."""


def operator_for(field: FieldKind) -> Operator:
    """How a value of this kind is transformed on its way to the receiver; `none` where it passes as it is."""
    if field.need is Need.REDUCED and field.reduced_by:
        return parse_reduction(field.reduced_by).operator
    if field.cls is FieldClass.FREE_TEXT:
        return Operator.REDACT_TEXT
    if field.cls is FieldClass.USER_ID:
        return Operator.TOKEN
    if field.need is Need.REDUCED:
        return REDUCED_BY.get(field.cls, Operator.MASK)
    return Operator.NONE


_ON_NOTICE = {
    op: Answer(
        ("transfer_on_notice",) if op is Operator.NONE else ("transfer_on_notice", "reduce"),
        rest=Rest.BY_DUTY_OR_SHARED,
        operator=op,
    )
    for op in Operator
}


def passes(field: FieldKind) -> Answer:
    """The answer that lets a value of this kind go on notice, in the form it takes; a shared row stays in use."""
    return _ON_NOTICE[operator_for(field)]


def passes_by_consent(field: FieldKind, p: Params) -> Answer:
    """The answer that lets a value of this kind go because the person agreed to the new purpose."""
    return replace(_ON_NOTICE[operator_for(field)], rest=_rest(p))


def left_out(p: Params) -> Answer:
    """The answer that leaves a value out and the residue to the duties to keep."""
    return Answer(("exclude",), rest=_rest(p))


def _rest(p: Params) -> Rest:
    """Whether the business outside the lot keeps what it shares, also where nothing passes on notice."""
    return Rest.BY_DUTY_OR_SHARED if p.flag("cn.pipl.shared_rows_always_stay") else Rest.BY_DUTY
