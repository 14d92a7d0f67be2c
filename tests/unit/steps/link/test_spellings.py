"""What clerks and forms make of names and addresses, brought to one form, and what is told apart by it."""

import polars as pl
import pytest
from tests.unit.steps.link.test_link import column

from bequest.crypto.cipher import aes_ecb
from bequest.model.datamap import FieldClass, TableMap
from bequest.model.facts import RecordClass, RowRole
from bequest.steps.link.features import role_features, usable_email, written_name
from bequest.steps.link.titles import sex, surname, whole

TABLE = TableMap(
    "shop", "buyers", RecordClass.ORDER, (column("name", FieldClass.PERSON_NAME), column("home", FieldClass.ADDRESS)), 0
)


def features(kind: str, column_name: str, *values: str) -> list[object]:
    frame = pl.DataFrame({"name": "张伟", "home": "路1号"}, schema={"name": pl.Utf8, "home": pl.Utf8})
    frame = pl.DataFrame({column_name: list(values)}).with_columns(pl.lit(frame[0, c]).alias(c) for c in frame.columns
                                                                   if c != column_name)  # fmt: skip
    found = role_features(TABLE, frame, RowRole.CUSTOMER, aes_ecb(bytes(32)), "Asia/Shanghai")
    return found[f"x:customer:{kind}"].to_list()


@pytest.mark.parametrize(
    ("written", "name", "family", "said"),
    [
        ("张伟先生", "张伟", "张", 1),
        ("張偉", "张伟", "张", None),
        ("张先生", None, "张", 1),
        ("欧阳女士", None, "欧阳", 2),
        ("欧阳娜娜", "欧阳娜娜", "欧阳", None),
        ("王总", None, "王", None),
        ("小李", None, None, None),
        ("老王师傅", None, None, None),
        ("张伟（门卫代收）", "张伟", "张", None),
        ("李小红收", "李小红", "李", None),
        ("(张伟)", "(张伟)", None, None),
        ("zhang wei", "zhang wei", None, None),
        ("未知", None, None, None),
    ],
)
def test_a_name_is_taken_from_its_forms_of_address(
    written: str, name: str | None, family: str | None, said: int | None
) -> None:
    made = pl.DataFrame({"v": [written]}, schema={"v": pl.Utf8}).select(written_name(pl.col("v")))
    parts = made.select(whole(pl.col("v")).alias("n"), surname(pl.col("v")).alias("s"), sex(pl.col("v")).alias("g"))
    assert parts.row(0) == (name, family, said)


@pytest.mark.parametrize(
    "other", ["328号4-2-1305", "328 号 4 栋 2 单元 1305 室", "３２８号４－２－１３０５", "328-4-2-1305"]
)
def test_an_address_is_its_street_and_its_numbers_however_they_are_parted(other: str) -> None:
    one, two = features("af", "home", "江苏省南京市建邺区和平路328号4幢2单元1305室", f"和平路{other}")
    assert one == two
    assert one is not None


def test_a_block_alone_agrees_with_the_whole_address_in_its_first_two_numbers() -> None:
    one, two, three = features("am", "home", "和平路328号4幢", "和平路328号4-2-1305", "和平路3284号2-1305")
    assert one == two
    assert one != three


@pytest.mark.parametrize(
    "nobodys", ["a@a.com", "test@example.com", "info@example.com", "KeFu@example.com", "123@qq.com"]
)
def test_a_made_up_address_or_an_offices_is_nobodys(nobodys: str) -> None:
    kept = pl.DataFrame({"v": [nobodys, "Li.Wei@example.com"]}).select(usable_email(pl.col("v")))
    assert kept.to_series().to_list() == [None, "li.wei@example.com"]
