"""Loading and checking a pack: what is wrong is refused or reported by file and place."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bequest.kernel.errors import LawError
from bequest.law.check import check_pack, find_obsolete
from bequest.law.loader import PACKS, load_cases, load_pack
from bequest.law.pack import with_switches

Changed = Callable[[str, str, str], Path]


@pytest.fixture
def changed(tmp_path: Path) -> Changed:
    """A copy of the pack with `old` replaced by `new` in one file; the file is made where `old` is empty."""

    def make(path: str, old: str, new: str) -> Path:
        root = tmp_path / "packs"
        shutil.copytree(PACKS / "cn", root / "cn", ignore=shutil.ignore_patterns("__pycache__"))
        file = root / "cn" / path
        if not old:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(new, encoding="utf-8")
        else:
            text = file.read_text(encoding="utf-8")
            assert old in text
            file.write_text(text.replace(old, new, 1), encoding="utf-8")
        return root

    return make


def problems(root: Path) -> str:
    pack = load_pack("cn", root=root)
    return "\n".join(check_pack(pack, load_cases(pack, root=root)))


AGE = "pipl/params/child_age.yaml"
REFUSED = {
    "a value without a reference": (AGE, "    reference: PIPL-31\n", "", "'reference' is missing"),
    "a value without a status": (AGE, "    status: verified\n", "", "'status' cannot be None"),
    "a value without a number": (AGE, "    value: 14\n", "", "no value"),
    "a parameter without a unit": (AGE, "unit: age\n", "", "'unit' is missing"),
    "a parameter nobody verified": (AGE, "verified:", "verified_not:", "unknown key 'verified_not'"),
    "a unit nobody knows": (AGE, "unit: age", "unit: parsec", "unit is 'parsec'"),
    "a number as text": (AGE, "value: 14", "value: fourteen", "does not fit the unit age"),
    "a number with a fraction": (AGE, "value: 14", "value: 14.5", "does not fit the unit age"),
    "a value without a date of effect": (AGE, "2021-11-01:", "always:", "has no date of effect"),
    "a status nobody knows": (AGE, "status: verified", "status: sure", "'status' cannot be 'sure'"),
    "a reference that is none": (AGE, "PIPL-31", "Article 31", "is not a citation"),
    "an unknown key": (AGE, "unit: age", "unit: age\ncolour: red", "unknown key 'colour'"),
    "a key twice": (AGE, "unit: age", "unit: age\nunit: year", "is there twice"),
    "no Chinese description": (AGE, "  zh: ", "  de: ", "unknown key 'de'"),
    "broken YAML": (AGE, "values:", "values: [", "not readable YAML"),
    "no mapping": (AGE, "", "just text", "holds no mapping"),
    "an instrument twice": ("instruments.yaml", "code: NDSR,", "code: PIPL,", "is there twice"),
    "a gate of no phase": ("gates.yaml", "phase: decide", "phase: dither", "'phase' cannot be 'dither'"),
    "a band counted from nowhere": ("retention.yaml", "from: year_end", "from: easter", "counted from 'easter'"),
    "an open point with one reading": ("open_points.yaml", "readings:", "readings: []\n    was:", "unknown key 'was'"),
    "an item needed sometimes": ("notices/parties.yaml", "when: changed", "when: sometimes", "when is 'sometimes'"),
    "a rule at no gate": ("csl/rules.py", 'gate="log"', 'gate="nowhere"', "has no gate 'nowhere'"),
    "two rules of one id": ("tax/rules.py", "cn.tax.keep_invoice", "cn.csl.keep_log", "two rules are named"),
    "a case with a fact nobody knows": ("tax/cases/invoices.yaml", "{retention:", "{retained:", "no fact is named"),
    "a case with a value nobody takes": ("tax/cases/invoices.yaml", "invoice_10y}", "invoice_9y}", "cannot be"),
    "a missing register": ("pack.yaml", "", "jurisdiction: cn\nversion: 1", "'on_silence' is missing"),
}


@pytest.mark.parametrize(("path", "old", "new", "problem"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_as_it_must_be_is_refused(changed: Changed, path: str, old: str, new: str, problem: str) -> None:
    root = changed(path, old, new)
    with pytest.raises(LawError) as wrong:
        problems(root)
    assert problem in wrong.value.message
    assert wrong.value.hint


REPORTED = {
    "an instrument that is not registered": (AGE, "PIPL-31", "NOLAW-31", "NOLAW, which is not in the register"),
    "a draft cited as law": (AGE, "PIPL-31", "LARGE-31", "not in force on"),
    "a value older than its law": (AGE, "2021-11-01:", "2011-11-01:", "before PIPL-31 was in force"),
    "repealed law in a text": ("tax/rules.py", "已开发票，", "依合同法已开发票，", "cites law that is out of date"),
    "a parameter that does not exist": ("retention.yaml", "param: cn.csl.log_months", "param: cn.csl.no", "cn.csl.no"),
    "other numbers in one language": ("tax/rules.py", "{cn.tax.invoice_years} 年", "十年", "names other numbers"),
    "a rule without a case": (
        "tax/more.py",
        "",
        (PACKS / "cn/tax/rules.py").read_text(encoding="utf-8").replace("cn.tax.keep_invoice", "cn.tax.zz"),
        "rule cn.tax.zz has no law case",
    ),
    "a case with another answer": (
        "tax/cases/invoices.yaml",
        "residue: custody",
        "residue: delete",
        "residue: expected",
    ),
    "a duty of nobody": ("duties.yaml", "owner: legal", "owner: nobody", "is no role"),
    "a duty in no phase": ("duties.yaml", "phase: before_approval", "phase: some_day", "which is no phase"),
    "a duty on an unknown flag": ("duties.yaml", "flags: [children]", "flags: [kids]", "'kids'"),
    "an item of no checklist": ("notices/parties.yaml", "route: PIPL-39", "route: PIPL-99", "no checklist"),
    "a calendar that has moved on": ("calendar/params/working_days_last_year.yaml", '"2026"', '"2019"', "says 2019"),
    "a gate without rules": (
        "gates.yaml",
        "  - {id: note,",
        "  - {id: idle, phase: keep, zh: 空, en: idle}\n  - {id: note,",
        "gate idle",
    ),
}


@pytest.mark.parametrize(("path", "old", "new", "problem"), REPORTED.values(), ids=REPORTED)
def test_what_does_not_fit_together_is_reported(changed: Changed, path: str, old: str, new: str, problem: str) -> None:
    assert problem in problems(changed(path, old, new))


def test_an_unknown_jurisdiction_is_refused_and_the_known_ones_named() -> None:
    with pytest.raises(LawError) as wrong:
        load_pack("atlantis")
    assert "cn" in wrong.value.hint


def test_a_pack_is_loaded_once() -> None:
    assert load_pack("cn") is load_pack("cn")


MOVES_THE_DIGEST = {
    "a parameter": (AGE, "value: 14", "value: 15"),
    "the text of a rule": ("tax/rules.py", "An invoice was issued", "An invoice has been issued"),
    "a comment in a rule's code": ("tax/rules.py", "Art. 29(2) of the rules", "Art. 29(3) of the rules"),
    "the order of gates": ("gates.yaml", 'line: "9"', 'line: "10"'),
    "a duty": ("duties.yaml", "owner: legal", "owner: officer"),
    "the roles": ("pack.yaml", "min_persons: 2", "min_persons: 3"),
}


@pytest.mark.parametrize(("path", "old", "new"), MOVES_THE_DIGEST.values(), ids=MOVES_THE_DIGEST)
def test_every_change_of_law_moves_the_digest(changed: Changed, path: str, old: str, new: str) -> None:
    assert load_pack("cn", root=changed(path, old, new)).digest != load_pack("cn").digest


def test_the_digest_does_not_depend_on_place_or_on_law_cases(changed: Changed) -> None:
    root = changed("tax/cases/invoices.yaml", "residue: custody", "residue: delete")
    assert load_pack("cn", root=root).digest == load_pack("cn").digest


def test_counsels_switches_make_another_digest_and_only_switches_can_be_set() -> None:
    pack = load_pack("cn")
    other = with_switches(pack, (("cn.pipl.treat_id_number_as_sensitive", False),))
    assert other.digest != pack.digest
    with pytest.raises(LawError, match="is no switch"):
        with_switches(pack, (("cn.pipl.child_age", False),))


OBSOLETE = {
    "依照合同法第 60 条": 1,
    "依照劳动合同法第 50 条": 0,
    "网络安全法第 21 条": 1,
    "网络安全法第 23 条": 0,
    "GB/T 35273-2017": 1,
    "NIST SP 800-88r1": 1,
    "民法典第 509 条": 0,
}


@pytest.mark.parametrize(("text", "n"), OBSOLETE.items(), ids=OBSOLETE)
def test_citations_that_are_out_of_date_are_found(text: str, n: int) -> None:
    assert len(find_obsolete(load_pack("cn"), text)) == n
