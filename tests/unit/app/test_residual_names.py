"""What residuals are called in the register: no two alike, the same in every run."""

from dataclasses import replace

from bequest.app.write_certificate import residual_ids
from bequest.model.destruction import Residual

ONE = Residual("备份", "backup", "未到期", "not yet due", "到期销毁", "destroyed when due", "2027-02-01")
OTHERS = [replace(ONE, where_en="backup of crm"), replace(ONE, due_on="2027-03-01"), replace(ONE, why_en="kept")]


def test_another_residual_has_another_name_whatever_its_place() -> None:
    names = {r: n for n, r in residual_ids([ONE, *OTHERS])}
    assert len(set(names.values())) == 4
    assert {r: n for n, r in residual_ids([*OTHERS, ONE])} == names


def test_two_that_say_the_same_are_two() -> None:
    names = [n for n, _ in residual_ids([ONE, OTHERS[0], ONE])]
    assert len(set(names)) == 3
    assert names[0] == residual_ids([ONE])[0][0]
