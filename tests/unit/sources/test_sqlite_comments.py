"""Comments in CREATE TABLE text."""

import pytest

from bequest.sources.sqlite_comments import read_comments

CASES = {
    "after the column": ("CREATE TABLE t (a TEXT, -- 甲\n b TEXT -- 乙\n)", "", {"a": "甲", "b": "乙"}),
    "block, before the comma": ("CREATE TABLE t (a TEXT /* 甲 */, b TEXT)", "", {"a": "甲", "b": ""}),
    "on its own line, for the next": (
        "CREATE TABLE t (\n -- 甲\n a TEXT,\n /* 乙 */\n b TEXT\n)",
        "",
        {"a": "甲", "b": "乙"},
    ),
    "of the table": ("CREATE TABLE t ( -- 客户\n a TEXT\n)", "客户", {"a": ""}),
    "before the bracket": ("CREATE TABLE t /* 客户 */ (a TEXT -- 甲\n)", "客户", {"a": "甲"}),
    "brackets, quotes and commas inside": (
        "CREATE TABLE t (\n a DECIMAL(10,2) DEFAULT (1,2), -- 甲\n"
        " \"b, --c\" TEXT DEFAULT '--x,', -- 乙\n [d e] TEXT -- 丙\n)",
        "",
        {"a": "甲", "b, --c": "乙", "d e": "丙"},
    ),
    "name in capitals": ("CREATE TABLE t (Mobile TEXT -- 手机\n)", "", {"mobile": "手机"}),
    "two comments": (
        "CREATE TABLE t (\n a TEXT, -- 甲\n /* 乙\n  * 续 */\n b TEXT, -- 补\n c TEXT)",
        "",
        {"a": "甲", "b": "乙 续 补", "c": ""},
    ),
    "leading comma": ("CREATE TABLE t (\n a TEXT -- 甲\n , b TEXT -- 乙\n)", "", {"a": "甲", "b": "乙"}),
}


@pytest.mark.parametrize(("sql", "table", "columns"), CASES.values(), ids=CASES)
def test_comments_belong_to_their_columns(sql: str, table: str, columns: dict[str, str]) -> None:
    found = read_comments(sql)
    assert found.table == table
    assert {n: found.columns.get(n) for n in columns} == columns
