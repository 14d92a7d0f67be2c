"""The pack of mainland China as a whole."""

import re

import pytest

from bequest.law.check import check_pack
from bequest.law.loader import load_cases, load_pack

PACK = load_pack("cn")

ARTICLES = (
    *(f"PIPL-{n}" for n in (13, 14, 15, 16, 17, 19, 22, 23, 28, 29, 30, 31, 47, 49, 51, 55, 56, 57)),
    *("ECL-24", "ECL-31", "TAXR-29", "TAX-24", "ACCT-23", "ACCTA-14", "CSL-23", "KIDS-9", "KIDS-17", "MINOR-34"),
    *("NDSR-12", "NDSR-14", "NDSR-21", "NDSR-24", "NDSR-32", "SA-14", "AUD-12", "SMALL-1", "CC-188"),
)

PARAMETERS = {
    "cn.pipl.child_age": (14, "verified"),
    "cn.minor.minor_age": (18, "verified"),
    "cn.pipl.notice_lead_days_art22": (30, "ours"),
    "cn.pipl.objection_window_days": (15, "ours"),
    "cn.pipl.stale_after_months": (36, "ours"),
    "cn.tax.invoice_years": (10, "verified"),
    "cn.csl.log_months": (6, "verified"),
    "cn.pipl.record_keep_years": (3, "verified"),
    "cn.ndsr.provision_record_years": (3, "verified"),
    "cn.pipl.pipia_keep_years": (3, "verified"),
    "cn.acct.voucher_years": (30, "secondary"),
    "cn.appm.dsr_working_days": (15, "verified"),
    "cn.g35273.dsr_days": (30, "verified"),
    "cn.aud.threshold_persons_dpo": (1_000_000, "verified"),
    "cn.ndsr.threshold_persons_as_important": (10_000_000, "verified"),
    "cn.small.threshold_persons": (100_000, "secondary"),
    "cn.pipl.treat_id_number_as_sensitive": (True, "ours"),
    "cn.pipl.sensitive_in_art22_needs_separate_consent": (False, "open"),
    "cn.pipl.art23_separate_consent_when_basis_not_consent": (False, "open"),
    "cn.calendar.timezone": ("Asia/Shanghai", "ours"),
}


def cited() -> set[str]:
    return {
        *(a for r in PACK.rules for a in r.reference),
        *(a for d in PACK.duties for a in d.articles),
        *(v.reference for p in PACK.parameters.values() for v in p.values),
    }


def test_nothing_is_wrong_with_the_pack() -> None:
    assert check_pack(PACK, load_cases(PACK)) == ()


@pytest.mark.parametrize("article", ARTICLES)
def test_each_article_is_a_rule_a_parameter_or_a_duty(article: str) -> None:
    assert article in cited()


@pytest.mark.parametrize(("name", "expected"), PARAMETERS.items(), ids=PARAMETERS)
def test_each_parameter_has_its_value_and_says_how_sure_it_is(name: str, expected: tuple[object, str]) -> None:
    held = PACK.parameters[name].at(PACK.as_of)
    assert held is not None
    assert (held.value, held.status.value) == expected


def test_no_rule_holds_a_number_of_its_own() -> None:
    """Numbers of days, months and years come from parameters: no number stands in a rule's code or texts."""
    for path, text in PACK.texts.items():
        if path.endswith(".py"):
            code = re.sub(r'""".*?"""|#.*|date\(\d+, \d+, \d+\)', "", text, flags=re.DOTALL if '"""' in text else 0)
            code = re.sub(r'"[A-Z0-9]+-[0-9A-Za-z.]+"', "", code)  # citations
            code = re.sub(r"Arts?\. \d+|第 \d+ 条|PIPL[-_]\d+\w*|art_?\d+\w*|(invoice|log|record)_\d+[ym]", "", code)
            code = re.sub(r"under_14|14_17|basis_not_consent", "", code)
            assert not re.search(r"(?<![\w.])\d+(?!\w)", code), path


def test_the_switches_of_ours_and_the_open_points_are_said_to_be_so() -> None:
    switches = {n for n, p in PACK.parameters.items() if p.unit == "switch"}
    statuses = {PACK.parameters[n].values[0].status.value for n in switches}
    assert statuses == {"ours", "open"}
    assert {o.switch for o in PACK.open_points.values() if o.switch} <= switches


def test_the_draft_for_large_processors_is_registered_but_never_cited() -> None:
    assert PACK.instruments["LARGE"].in_force_from is None
    assert not any(c.startswith("LARGE") for c in cited())
