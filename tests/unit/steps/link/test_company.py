"""A whole company with the troubles of real ones: how many are found again, and that next to nobody is mixed up.

The seeds here are not those the weights were chosen with (1 to 11).
"""

from dataclasses import replace

import pytest
from tests.unit.steps.link.company import Rates, generate
from tests.unit.steps.link.scoring import link_company, score

CASES = {
    "few troubles": (101, Rates().times(0.6), 0.85),
    "the usual": (102, Rates(), 0.70),
    "many": (103, Rates().times(1.3), 0.62),
    "families on one phone, numbers handed on": (104, replace(Rates(), family_phone=0.4, recycled=0.2), 0.68),
    "namesakes in one town": (105, replace(Rates(), namesake=0.5), 0.68),
    "homophones and titles": (106, replace(Rates(), homophone=0.2, title=0.1), 0.62),
    "switchboards and junk": (107, replace(Rates(), switchboard=0.2, junk=0.15), 0.50),
}


@pytest.mark.parametrize(("seed", "rates", "recall"), CASES.values(), ids=CASES)
def test_people_are_found_again_and_not_mixed_up(seed: int, rates: Rates, recall: float) -> None:
    company = generate(seed, 1_000, rates)
    found = score(company, link_company(company))
    assert found.precision >= 0.995, f"{found.wrong} wrong pairs"
    assert found.recall >= recall
    assert found.across_ids == 0
    assert found.asked > 0


def test_the_same_company_gives_the_same_people() -> None:
    company = generate(108, 300)
    one, two = link_company(company), link_company(company)
    assert one.anchors.to_list() == two.anchors.to_list()
    assert one.review.equals(two.review)
