"""The record of processing 个人信息处理活动记录 as a workbook (PIPL Art. 55, 56; GDPR Art. 30).

Three sheets: activities (one line a table), fields (one a column), parties. Every cell is text or a number: nothing a
source calls itself can become a formula, and what a spreadsheet would take for one gets an apostrophe before it.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import BinaryIO

import xlsxwriter

from bequest.documents.citations import cite
from bequest.documents.classes import CLASSES
from bequest.documents.words import word
from bequest.model.case import Case
from bequest.model.datamap import ORIGIN_PARTS, ColumnMap, DataMap, Origin, TableMap, TableState

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_LONGEST_CELL = 32_000
_ACTIVITIES = (
    *(
        "来源系统 System",
        "表 Table",
        "记录类别 Kind of record",
        "涉及的人 People",
        "行数 Rows",
        "个人信息类别 Categories",
    ),
    *(
        "敏感类别 Sensitive",
        "收集渠道 Channel",
        "目的 Purpose",
        "合法性基础 Ground",
        "告知版本 Notice",
        "保存期限 Kept until",
    ),
    *("接收方 Recipients", "在案 In the case"),
)
_FIELDS = (
    *("来源系统 System", "表 Table", "列 Column", "类型 Type", "类别 Class", "个人信息 Personal", "敏感 Sensitive"),
    *("依据 Basis", "一般数据级别 GB/T 43697", "JR/T 0171", "Fides", "说的是谁 Role", "是否需要 Need", "核对 Checked"),
    *("收集渠道 Channel", "目的 Purpose", "合法性基础 Ground", "告知版本 Notice", "保存期限 Kept until", "脱敏 Mask"),
)
_PARTIES = ("角色 Role", "名称 Name", "联系方式 Contact", "国家或地区 Country", "说明 Notes")


def record_of_processing(out: BinaryIO, case: Case, data_map: DataMap, made_at: datetime) -> None:
    """Write the workbook. The same case and map give the same rows."""
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": f"{case.id}", "created": made_at.replace(tzinfo=None)})
    for name, heads, rows in (
        ("处理活动 Activities", _ACTIVITIES, [_activity(case, t) for t in data_map.tables]),
        ("字段 Fields", _FIELDS, [_field(t, c) for t in data_map.tables for c in t.columns]),
        ("各方 Parties", _PARTIES, _parties(case)),
    ):
        _sheet(book, name, heads, rows)
    book.close()


def _sheet(book: xlsxwriter.Workbook, name: str, heads: Sequence[str], rows: Sequence[Sequence[str | int]]) -> None:
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True, "text_wrap": True})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for i, head in enumerate(heads):
        sheet.write_string(0, i, head, bold)
    for r, row in enumerate(rows, start=1):
        for i, cell in enumerate(row):
            if isinstance(cell, int):
                sheet.write_number(r, i, cell)
            else:
                sheet.write_string(r, i, guarded(cell), wrapped)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(heads) - 1, 18)
    sheet.autofilter(0, 0, max(len(rows), 1), len(heads) - 1)


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula, here or after it was saved as CSV, at most as long as a cell."""
    shown = f"'{text}" if text.startswith(_RISKY) else text
    return shown[:_LONGEST_CELL]


def _activity(case: Case, table: TableMap) -> tuple[str | int, ...]:
    personal = [c for c in table.columns if c.personal]
    recipients = "; ".join(p.name for p in case.receivers) if table.in_case and personal else ""
    return (
        table.source,
        table.name if table.state is TableState.SCANNED else f"{table.name}（{_both(table.state)}）",
        _both(table.record_class),
        "; ".join(dict.fromkeys(_both(c.role) for c in personal)),
        table.n_rows,
        "; ".join(dict.fromkeys(_both(c.cls) for c in personal)),
        "; ".join(dict.fromkeys(_both(c.cls) for c in personal if c.sensitive)),
        *(_told(table.origins, part) for part in ORIGIN_PARTS[:-1]),
        _kept(table),
        recipients,
        "是 yes" if table.in_case else "否 no",
    )


def _field(table: TableMap, column: ColumnMap) -> tuple[str | int, ...]:
    info = CLASSES[column.cls]
    told = [o for o in table.origins if not o.columns or column.name in o.columns] if column.personal else []
    return (
        table.source,
        table.name,
        column.name,
        column.declared_type,
        _both(column.cls),
        "是 yes" if column.personal else "否 no",
        "是 yes" if column.sensitive else "否 no",
        cite(info.basis, "zh") if column.personal and info.basis else "",
        info.general if column.personal else 0,
        info.jrt if column.personal else "",
        info.fides if column.personal else "",
        _both(column.role) if column.personal else "",
        _both(column.need) if column.personal else "",
        _both(column.verdict),
        *(_told(told, part) for part in ORIGIN_PARTS),
        f"{info.mask_zh} {info.mask_en}" if column.personal else "",
    )


def _parties(case: Case) -> list[tuple[str | int, ...]]:
    own = [("移交方 transferor", case.transferor)]
    own += [("接收方 receiver", p) for p in case.receivers]
    own += [("留存机构 custodian", case.custodian)] if case.custodian else []
    rows: list[tuple[str | int, ...]] = [(role, p.name, p.contact, p.country, p.address) for role, p in own]
    rows += [("数据源 source", s.name, "", "", f"{s.kind.value} {s.label}".strip()) for s in case.sources]
    rows += [("副本 copy", c.of, "", "", f"{c.kind} {c.where}".strip()) for c in case.copies]
    return rows


def _told(origins: Sequence[Origin], part: str) -> str:
    """What the origins say of one part: texts, and the columns that say it row by row."""
    texts = []
    for o in origins:
        text, column = getattr(o, part), getattr(o, f"{part}_column")
        said = "; ".join(x for x in (text, f"逐行见列 by column: {column}" if column else "") if x)
        if said:
            texts.append(f"{', '.join(o.columns)}: {said}" if o.columns else said)
    return "\n".join(texts)


def _kept(table: TableMap) -> str:
    """The term, and the duties to keep that the data map binds to the table."""
    duties = [f"{r.band}: {r.start_column}" for r in table.retention]
    return "\n".join(x for x in (_told(table.origins, "keep"), *duties) if x)


def _both(value: Enum) -> str:
    said = word(value)
    return f"{said.zh} {said.en}"
