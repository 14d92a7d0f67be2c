"""The liability map: findings lead to consequences with articles and ranges, as the law of a date has them."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bequest.documents.assessment.liability import range_word
from bequest.law.check import _liability, check_pack
from bequest.law.liability import Liability, LiabilityKind, highest_fine_yuan, liabilities
from bequest.law.loader import load_pack
from bequest.law.pack import PenaltyRange
from bequest.law.status import law_status
from bequest.model.disposition import ReasonStatus
from bequest.steps.assess.catalogue import catalogue

PACK = load_pack("cn")
TODAY = date(2026, 12, 31)


def found(*findings: str, on: date = TODAY, industry: str = "") -> dict[str, Liability]:
    return {x.id: x for x in liabilities(PACK, findings, on=on, industry=industry)}


def test_every_finding_of_the_catalogue_is_in_the_law_and_the_other_way_round() -> None:
    used = {f for k in catalogue().kinds.values() for f in k.findings}
    assert used == set(PACK.breaches)


def test_every_finding_has_a_civil_and_an_administrative_consequence_or_none_by_law() -> None:
    for breach in PACK.breaches:
        kinds = {x.kind for x in found(breach, industry="finance").values()}
        assert LiabilityKind.ADMINISTRATIVE in kinds, breach
        assert LiabilityKind.CIVIL in kinds or breach == "records_destroyed"


def test_the_fine_of_the_personal_information_law() -> None:
    said = found("leak")["cn.leak.pipl"]
    company = [(r.low, r.to) for r in said.ranges if r.who == "company" and r.unit == "yuan"]
    assert company == [(None, 1_000_000), (None, 50_000_000)]
    assert [(r.unit, r.to) for r in said.ranges if r.unit == "percent"] == [("percent", 5)]
    assert "PIPL-66" in said.articles
    assert said.status is ReasonStatus.VERIFIED
    assert highest_fine_yuan(list(found("leak").values())) == 50_000_000
    assert highest_fine_yuan([]) == 0


def test_the_crime_of_provision_has_two_terms() -> None:
    said = found("unlawful_provision")["cn.unlawful_provision.criminal"]
    assert [(r.low, r.to, r.unit) for r in said.ranges] == [(None, 3, "year"), (3, 7, "year")]


@pytest.mark.parametrize(
    ("name", "finding", "since"),
    [
        ("cn.leak.pipl", "leak", date(2021, 11, 1)),
        ("cn.leak.dsl", "leak", date(2021, 9, 1)),
        ("cn.leak.csl", "leak", date(2026, 1, 1)),
        ("cn.receiver_unchecked.ndsr", "receiver_unchecked", date(2025, 1, 1)),
        ("cn.unlawful_provision.detention", "unlawful_provision", date(2026, 1, 1)),
    ],
)
def test_a_consequence_is_there_from_its_day_on(name: str, finding: str, since: date) -> None:
    assert name in found(finding, on=since)
    assert name not in found(finding, on=since - timedelta(days=1))


def test_what_binds_one_industry_only() -> None:
    assert "cn.leak.express" not in found("leak", industry="e-commerce")
    assert "cn.leak.express" in found("leak", industry="logistics")
    assert "cn.records_destroyed.aml" in found("records_destroyed", industry="finance")
    assert "cn.records_destroyed.platform" not in found("records_destroyed", industry="e-commerce")


def test_a_consequence_is_no_surer_than_its_ranges() -> None:
    said = found("leak", industry="logistics")
    assert said["cn.leak.csl"].status is ReasonStatus.SECONDARY
    assert said["cn.leak.reputation"].status is ReasonStatus.FROM_KNOWLEDGE
    standing = {s.id: s for s in law_status(PACK) if s.kind == "liability"}
    assert set(standing) == {x.id for x in PACK.liabilities}
    assert standing["cn.leak.csl"].status is ReasonStatus.SECONDARY


def test_the_check_finds_what_leads_nowhere() -> None:
    assert not list(_liability(PACK))
    first = PACK.liabilities[0]
    no_finding = replace(PACK, liabilities=(replace(first, finding="x"), *PACK.liabilities[1:]))
    assert any("'x', which is no finding" in p for p in _liability(no_finding))
    no_penalty = replace(PACK, liabilities=(replace(first, penalty="x"), *PACK.liabilities[1:]))
    assert any("'x', which does not exist" in p for p in _liability(no_penalty))
    leads = replace(PACK, liabilities=tuple(x for x in PACK.liabilities if x.finding != "leak"))
    assert any("finding leak leads to nothing" in p for p in _liability(leads))
    penalty = PACK.penalties[0]
    early = replace(penalty, ranges=(replace(penalty.ranges[0], since=date(2000, 1, 1)), *penalty.ranges[1:]))
    assert any("before PIPL-66" in p for p in _liability(replace(PACK, penalties=(early, *PACK.penalties[1:]))))
    assert any("liability" in p for p in check_pack(no_finding, ()))


def test_the_digest_of_the_pack_covers_it() -> None:
    assert load_pack("cn").liabilities
    assert PACK.texts["liability.yaml"]


@pytest.mark.parametrize(
    ("low", "to", "unit", "zh", "en"),
    [
        (None, 1000000, "yuan", "个人：至多 1,000,000 元（x）", "persons: up to CNY 1,000,000 (y)"),
        (10000, 100000, "yuan", "个人：10,000 至 100,000 元（x）", "persons: CNY 10,000 to 100,000 (y)"),
        (5, None, "day", "至少 拘留 5 日（x）", "at least 5 days of detention (y)"),
        (None, 5, "percent", "至多 上一年度营业额的 5%（x）", "up to 5% of last year's turnover (y)"),
    ],
)
def test_ranges_are_said_with_their_bounds(low: int | None, to: int | None, unit: str, zh: str, en: str) -> None:
    r = PenaltyRange(TODAY, "persons", unit, low, to, "x", "y", "PIPL-66", ReasonStatus.VERIFIED)
    said = range_word(r)
    assert (said.zh, said.en) == (zh, en)
