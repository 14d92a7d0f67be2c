"""The operators, by their id."""

from typing import Final

from bequest.model.disposition import Operator
from bequest.steps.transform.operator import OperatorSpec
from bequest.steps.transform.operators import (
    cap,
    drop,
    ff1,
    fixed,
    generalise,
    mask,
    noise,
    redact_text,
    token,
    waybill,
)

OPERATORS: Final[dict[Operator, OperatorSpec]] = {
    spec.id: spec
    for spec in (
        drop.OPERATOR,
        fixed.OPERATOR,
        mask.OPERATOR,
        token.OPERATOR,
        generalise.OPERATOR,
        cap.OPERATOR,
        noise.OPERATOR,
        ff1.OPERATOR,
        redact_text.OPERATOR,
        waybill.OPERATOR,
    )
}
"""Every way to make a masked release."""

__all__ = ["OPERATORS"]
