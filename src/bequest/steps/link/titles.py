"""Forms of address and notes at a name: 张伟先生 is 张伟, 张伟(门卫代收) too; 张先生 is a surname and a sex."""

import polars as pl

COMPOUND = (
    "欧阳|司马|上官|诸葛|司徒|东方|独孤|南宫|夏侯|尉迟|公孙|慕容|长孙|宇文|令狐|皇甫|轩辕|端木|申屠|闻人|钟离|濮阳|"
    "淳于|单于|太史|公冶|澹台|赫连|呼延|西门|东郭|百里|鲜于|拓跋|段干|左丘|第五"
)
"""Surnames of two characters."""
_MAN, _WOMAN = "先生|叔叔|大叔|大哥|大爷", "女士|小姐|太太|阿姨|大姐|大妈"
_LONG = f"{_MAN}|{_WOMAN}|老师|师傅|经理|同学|医生|教授|主任|律师|老板"
_NOTE = r"(?:\([^()]*\)|\[[^\[\]]*\])$"
_RECEIVED = r"^(\p{Han}{2,4})(?:亲收|亲启|收)$"
_ADDRESSED = rf"^(\p{{Han}}{{1,4}})(?:{_LONG})$"
_SURNAME_ONLY = rf"^(?:\p{{Han}}|{COMPOUND})(?:{_LONG}|总)$"
_FAMILIAR = rf"^[小老阿大]\p{{Han}}(?:{_LONG}|总)?$"
_SURNAME = rf"^({COMPOUND}|\p{{Han}})\p{{Han}}"


def without_notes(name: pl.Expr) -> pl.Expr:
    """A name in normal form without what stands in brackets behind it and without 收 at its end."""
    bare = name.str.replace(_NOTE, "").str.strip_chars()
    return pl.when(bare != "").then(bare).otherwise(name).str.replace(_RECEIVED, "${1}")


def whole(name: pl.Expr) -> pl.Expr:
    """The name without a form of address; null where a surname or a familiar form is all there is (张先生, 小王)."""
    partial = name.str.contains(_SURNAME_ONLY) | name.str.contains(_FAMILIAR) | (name.str.len_chars() < 2)
    return pl.when(~partial).then(name.str.replace(_ADDRESSED, "${1}"))


def surname(name: pl.Expr) -> pl.Expr:
    """The surname, as far as Chinese writing tells it; none of a familiar form."""
    return pl.when(~name.str.contains(_FAMILIAR)).then(name.str.extract(_SURNAME))


def sex(name: pl.Expr) -> pl.Expr:
    """1 (male) or 2 (female) where the form of address says it."""
    man, woman = (name.str.contains(f"^\\p{{Han}}+(?:{words})$") for words in (_MAN, _WOMAN))
    return pl.when(man).then(1).when(woman).then(2)
