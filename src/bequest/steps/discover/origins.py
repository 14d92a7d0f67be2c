"""Columns that say row by row where data came from, what for, on what ground, under which notice, until when (R14)."""

from bequest.model.datamap import ORIGIN_PARTS, ColumnMap, FieldClass, Origin
from bequest.steps.discover.detector import TypeFamily, type_family
from bequest.steps.discover.matching import words_of
from bequest.steps.discover.sample import ColumnInfo, TableSample
from bequest.steps.discover.words import has_han, listed

_WORDS: dict[str, tuple[str, ...]] = {
    "channel": listed(
        """source, channel, source channel, reg source, register source, data source, lead source, customer source,
        user source, from channel, come from, origin, source type, reg channel, register channel, utm source,
        collect channel, collection channel, 来源, 渠道, 客户来源, 会员来源, 用户来源, 注册来源, 注册渠道,
        来源渠道, 收集渠道, 获客渠道, 数据来源, 线索来源, 简历来源, 采集渠道, 采集方式, laiyuan, qudao"""
    ),
    "purpose": listed(
        """purpose, use purpose, collect purpose, process purpose, processing purpose, usage purpose, 目的, 用途,
        使用目的, 收集目的, 处理目的, 采集目的, 使用用途"""
    ),
    "ground": listed(
        """consent, consented, consent id, consent time, consent at, consented at, agree time, agreed at, agree,
        is agree, authorize time, authorized at, legal basis, lawful basis, legal ground, opt in, opt in time,
        subscribe time, 同意, 是否同意, 同意时间, 授权时间, 授权状态, 是否授权, 合法性基础, 处理依据, 法律依据,
        同意书, 授权书, 授权书编号"""
    ),
    "notice": listed(
        """privacy version, policy version, privacy policy version, agreement version, consent version,
        notice version, protocol version, terms version, privacy notice version, agreement id, protocol id,
        隐私政策版本, 协议版本, 隐私协议版本, 告知书版本, 用户协议版本, 同意版本, 政策版本, 隐私政策, 协议编号"""
    ),
    "keep": listed(
        """retention until, retain until, keep until, retention date, retention end, delete at, delete after,
        delete on, purge at, purge after, destroy date, destroy at, expire delete, data expire at, 留存期限,
        保存期限, 保留期限, 保存至, 保留至, 留存至, 到期删除, 销毁日期, 应删除日期, 删除期限"""
    ),
}
_NOT = frozenset({FieldClass.FREE_TEXT, FieldClass.INCOME_ASSETS, FieldClass.OTHER_PI})


def origins_of(sample: TableSample, columns: tuple[ColumnMap, ...]) -> tuple[Origin, ...]:
    """What the columns of a table with personal information say of where it came from: one origin, or none."""
    if not any(c.personal for c in columns):
        return ()
    found: dict[str, str] = {}
    for part in ORIGIN_PARTS:
        name = next(
            (i.name for i, c in zip(sample.columns, columns, strict=True) if c.cls not in _NOT and _says(part, i)), ""
        )
        if name:
            found[f"{part}_column"] = name
    return (Origin((), **found),) if found else ()


def origin_columns(origin: Origin) -> set[str]:
    """All columns an origin names."""
    named = {getattr(origin, f"{part}_column") for part in ORIGIN_PARTS}
    return (named | set(origin.columns)) - {""}


def _says(part: str, info: ColumnInfo) -> bool:
    if part == "keep" and type_family(info.declared_type) is TypeFamily.FLAG:
        return False
    comment = info.comment.split("：")[0].split(":")[0].split("(")[0].split("（")[0].strip()
    said = " ".join(words_of(info.said)) if not has_han(info.said) else info.said
    words = _WORDS[part]
    return said in words or comment in words
