"""Discovery on invented schemas in the styles of real systems, all tables empty, half without comments.

Each was counted once before anything was changed for it (recall, precision, sensitive recall):

- eleven first ones, written before the rules that now read them: 0.70, 0.90, 0.54; the twenty-two after them 0.80 to
  0.88, 0.92 to 0.98, up to 0.83;
- `STRANGE`, on purpose unlike anything before (invented abbreviations, odd synonyms): in three rounds 0.79, 0.94, 0.67,
  then 0.82, 0.96, 0.78, then 0.78, 0.95, 0.61;
- `LATEST`, in the plain manner of most systems, after all those: 0.96, 0.96, 0.93; nothing was changed for them;
- `NEWEST`, ten of unlike hands and trades (abbreviations of two letters, initials of pinyin, misspellings, headers of
  several words): 0.89, 0.99, 0.87;
- twelve of the trades of most systems: 0.84, 0.95, 0.67, and ten more, `LAST`, by the rules alone 0.82, 0.97, 0.68.

Since then a second opinion is fitted to all of them (`scripts/learn_columns.py`), which trades precision for recall;
its own figures at first sight are those of `LAST` when left out of the fitting, 0.91, 0.94, 0.87, of `HANDS`, ten of
hands as unlike the others as could be, 0.86, 0.91, 0.79, of `FIVE`, five more after what those taught, 0.90, 0.93,
0.84, and of `--crossed`. `BACK_OFFICES` are tables of what clerks count, settle and move, which hold hardly anybody:
before anything was changed for them, 38 of 49 columns taken for personal were not.

All serve to notice a step back.
"""

from collections.abc import Iterable

import pytest
from tests.unit.steps.discover.corpus_score import Score, read_schema, schemas, score

from bequest.steps.discover import discover

COUNTS = ("truly", "hit", "false", "class_right", "sensitive", "sensitive_hit", "apart", "apart_hit")

STRANGE = {
    *("hr_global", "oa_gov", "lend_p2p", "pay_platform", "wuye_cn", "erp_table5", "dorm_cms", "kd_branch"),
    *("hr_rlzy", "oa_collab", "p2p_wd", "pay_union", "estate_en", "crm_sale", "shop_retail", "susheguanli"),
    *("hr_hotelgroup", "oa_school_py", "lend_micro", "pay_campus", "flat_rent", "erp_mill", "courier_app"),
}
LATEST = {"hr_clinicchain", "oa_firm", "lend_village", "pay_parking", "estate_village", "erp_tools"}
NEWEST = {
    *("ali_pay", "crm_saas", "frappe_erp", "hung_hr", "mx_ship"),
    *("old_oa", "p2p_java", "shop_b2c", "stu_dorm", "wy_estate"),
}
LAST = {
    *("shop_bridal", "crm_agent", "hr_wage_py", "oa_school_zh", "p2p_house", "pay_wallet_en", "courier_py"),
    *("erp_trade_en", "estate_owner", "dorm_college"),
}
HANDS = {
    *("p2p_finit", "dorm_factory", "estate_net", "courier_rider", "pay_cobol", "erp_terse", "hr_coded", "crm_beauty"),
    *("oa_think", "shop_teahouse"),
}
FIVE = {"lend_wageadvance", "pay_transit", "hr_med_en", "dorm_wuye_py", "crm_shop_mix"}
TRADES = {"law_office_en", "match_agency_en", "ride_hail_mix", "telco_boss", "xuezhan_py"}
"""Of trades no other schema is of. At first sight: recall 0.86, precision 0.89, sensitive recall 0.79, class 0.85."""
BACK_OFFICES = {"back_clinic", "back_retail"}
TERSE = {"erp_terse"}
"""Tables and columns of two letters and a few: which are of suppliers nobody can tell."""


def _together(scores: Iterable[Score]) -> Score:
    total = Score()
    for one in scores:
        for count in COUNTS:
            setattr(total, count, getattr(total, count) + getattr(one, count))
    return total


@pytest.fixture(name="scores", scope="module")
def _scores() -> dict[str, Score]:
    answer = {}
    for name in schemas():
        samples, labels = read_schema(name)
        answer[name] = score(discover(samples), labels)
    return answer


def test_all_schemas_together(scores: dict[str, Score]) -> None:
    total = _together(scores.values())
    assert total.truly > 5000
    assert total.recall >= 0.97, total
    assert total.precision >= 0.94, total
    assert total.sensitive_recall >= 0.96, total
    # 0.96 until the five of `TRADES` came: 0.962 without them, 0.959 with. The second opinion finds much of what was
    # overlooked there and guesses its class; whether it is somebody's and sensitive weighs more than which class it is.
    assert total.class_accuracy >= 0.955, total
    assert total.apart_hit / total.apart >= 0.91, total


def test_the_newest_schemas_together(scores: dict[str, Score]) -> None:
    total = _together(scores[name] for name in NEWEST)
    assert total.truly > 500
    assert total.recall >= 0.95, total
    assert total.precision >= 0.97, total
    assert total.sensitive_recall >= 0.96, total
    assert total.class_accuracy >= 0.96, total


def test_the_last_schemas_together(scores: dict[str, Score]) -> None:
    total = _together(scores[name] for name in LAST)
    assert total.truly > 600
    assert total.recall >= 0.94, total
    assert total.precision >= 0.95, total
    assert total.sensitive_recall >= 0.92, total


def test_the_schemas_of_other_hands_together(scores: dict[str, Score]) -> None:
    total = _together(scores[name] for name in HANDS | FIVE)
    assert total.truly > 1000
    assert total.recall >= 0.94, total
    assert total.precision >= 0.91, total
    assert total.sensitive_recall >= 0.93, total


def test_the_schemas_of_other_trades_together(scores: dict[str, Score]) -> None:
    total = _together(scores[name] for name in TRADES)
    assert total.truly > 400
    assert total.recall >= 0.93, total
    assert total.precision >= 0.90, total
    assert total.sensitive_recall >= 0.90, total


def test_without_the_other_trades_the_class_is_told_as_well_as_before(scores: dict[str, Score]) -> None:
    total = _together(one for name, one in scores.items() if name not in TRADES)
    assert total.class_accuracy >= 0.96, total


@pytest.mark.parametrize("name", sorted(BACK_OFFICES))
def test_back_offices_hold_hardly_anybody(name: str, scores: dict[str, Score]) -> None:
    assert scores[name].false <= 10, "\n".join(scores[name].wrong)


@pytest.mark.parametrize("name", sorted(set(schemas()) - BACK_OFFICES))
def test_no_schema_falls_behind(name: str, scores: dict[str, Score]) -> None:
    one = scores[name]
    if one.truly < 5:  # a schema that is not about people
        assert one.false <= 2, "\n".join(one.wrong)
        return
    assert one.recall >= 0.80, "\n".join((str(one), *one.wrong))
    assert one.precision >= (0.72 if name in TERSE else 0.80), "\n".join((str(one), *one.wrong))
    if name in LATEST:
        assert one.recall >= 0.90, "\n".join((str(one), *one.wrong))
        assert one.sensitive_recall >= 0.80, "\n".join((str(one), *one.wrong))
