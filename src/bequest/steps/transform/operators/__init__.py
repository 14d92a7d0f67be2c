"""The operators, by their id."""

from typing import Final

from bequest.model.disposition import Operator
from bequest.steps.transform.operator import OperatorSpec
from bequest.steps.transform.operators import drop, generalise, mask, redact_text, token, waybill

OPERATORS: Final[dict[Operator, OperatorSpec]] = {
    spec.id: spec
    for spec in (
        drop.OPERATOR,
        mask.OPERATOR,
        token.OPERATOR,
        generalise.OPERATOR,
        redact_text.OPERATOR,
        waybill.OPERATOR,
    )
}
"""Every way to make a masked release."""

__all__ = ["OPERATORS"]
