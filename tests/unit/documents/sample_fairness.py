"""An invented comparison of outcomes, for the tests of reports and for looking at them."""

from bequest.model.fairness import Circumstance, Comparison, Dimension, Fairness, Interval, Thresholds, Verdict


def _line(
    by: Dimension, group: str, size: int | None, rate: int | None, verdict: Verdict,
    goes_with: tuple[Circumstance, ...] = (),
) -> Comparison:  # fmt: skip
    shown = size is not None and rate is not None
    return Comparison(
        lot="",
        by=by,
        group=group,
        outcome="passed_on",
        verdict=verdict,
        size=size,
        persons=round(size * rate / 1000) if size is not None and rate is not None else None,
        rate=Interval(rate or 0, max(0, (rate or 0) - 30), min(1000, (rate or 0) + 30)) if shown else None,
        raw=Interval((rate or 0) - 800, (rate or 0) - 860, (rate or 0) - 740) if shown else None,
        held=Interval(-120, -170, -70) if verdict is Verdict.FINDING else None,
        comparable=900 if shown else 0,
        goes_with=goes_with,
    )


def sample_fairness() -> Fairness:
    """One of every verdict."""
    phone = Circumstance("phone", "shared", 310, 20, 870)
    return Fairness(
        told=False,
        persons=20_000,
        without_record=1200,
        thresholds=Thresholds(),
        held_to=6,
        facts=("record_class", "objection"),
        comparisons=(
            _line(Dimension.AGE, "under_14", 120, 100, Verdict.APART),
            _line(Dimension.AGE, "adult", 19_000, 810, Verdict.ALIKE),
            _line(Dimension.REGION, "31", 4000, 820, Verdict.ALIKE),
            _line(Dimension.REGION, "62", 800, 610, Verdict.FINDING, (phone,)),
            _line(Dimension.VALUE, "high", 5000, 700, Verdict.EXPLAINED),
            _line(Dimension.KIND, "enterprise_contact", None, None, Verdict.FEW),
        ),
    )
