"""The reference of the case file, made from its reader: every table and key with type, default and meaning.

Types, defaults and allowed words are taken from the calls with which the reader asks for a key; the meanings stand in
`reference_words.toml`.
"""

import ast
import importlib
import inspect
import pkgutil
import tomllib
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Any

import bequest.app.casefile as package
from bequest.app.casefile import agreements, exporting, papers, read, settlements, showings, switches, witnessing

WORDS: dict[str, Any] = tomllib.loads((Path(__file__).parent / "reference_words.toml").read_text(encoding="utf-8"))
MODULES = tuple(
    importlib.import_module(f"{package.__name__}.{m.name}")
    for m in pkgutil.iter_modules(package.__path__)
    if m.name not in {"table", "compare", "template"}
)
SECTIONS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "case": ("[case]", read.CASE, ("read_case_file",)),
    "transferor": ("[transferor]", read.PARTY, ("_party",)),
    "receivers": ("[[receivers]]", read.SEALING, ("_party",)),
    "custodian": ("[custodian]", read.PARTY, ("_party",)),
    "escrow": ("[escrow]", read.SEALING, ("_party",)),
    "lots": ("[[lots]]", read.LOT, ("_lot",)),
    "scope": ("scope = [{ … }]", read.SCOPE, ("_scope",)),
    "sources": ("[[sources]]", read.SOURCE, ("_source", "read_source", "_server", "_held", "_file_options")),
    "copies": ("[[copies]]", read.COPY, ("_copy",)),
    "people": ("[[people]]", read.PERSON, ("_person",)),
    "papers": ("[[papers]]", papers.PAPER, ("read_paper",)),
    "agreements": ("[[agreements]]", agreements.AGREEMENT, ("read_agreement",)),
    "showings": ("[[showings]]", showings.SHOWING, ("read_showing",)),
    "settle": ("[[settle]]", settlements.SETTLE, ("read_settlement",)),
    "law": ('[law.switches."NAME"]', switches.SWITCH, ("read_switch",)),
    "evidence": ("[evidence]", witnessing.EVIDENCE, ("read_evidence",)),
    "export": ("[export]", exporting.EXPORT, ("read_export",)),
    "window": ("[window]", read.WINDOW, ("_window",)),
}
"""Section → how it is written, the keys the reader knows there, the functions in which it asks for them."""

PARTIES = frozenset({"transferor", "receivers", "custodian", "escrow"})
OF_EVERY_KIND = frozenset({"name", "kind"})
"""What every source must have; what else is required depends on its kind."""
REQUIRED, DEPENDS = object(), object()
BY_KIND = ("视种类而定", "depends on the kind")
TYPES = {
    "text": ("文字", "text"),
    "referred": ("文字，或引用 `env:…`、`file:…`", "text, or a reference `env:…`, `file:…`"),
    "path": ("路径，或引用", "path, or a reference"),
    "identifier": ("标识：小写字母、数字、`-` `_` `.`", "identifier: a–z, 0–9, `-` `_` `.`"),
    "flag": ("`true` 或 `false`", "`true` or `false`"),
    "whole": ("整数", "whole number"),
    "day": ("日期", "date"),
    "word": ("其一：", "one of "),
    "word_list": ("列表，取自：", "list of "),
    "texts": ("文字列表", "list of texts"),
    "values": ("文字或整数的列表", "list of texts or whole numbers"),
    "tables": ("表的列表", "list of tables"),
    "zone": ("时区", "time zone"),
    "url": ("地址，或引用；不得含口令", "address or reference, never with a password"),
}


class Asked:
    """One call with which the reader asks for a key: how, and what holds where it is left out."""

    def __init__(self, call: ast.Call, module: ModuleType, function: ast.FunctionDef, parent: ast.AST | None) -> None:
        by_name = isinstance(call.func, ast.Name)
        self.how = call.func.id.removeprefix("read_").strip("_") if by_name else call.func.attr  # type: ignore[union-attr]
        self._values = call.args[2 if by_name else 1 :]
        self._named = {k.arg: k.value for k in call.keywords}
        self._module, self._function, self._parent, self._call = module, function, parent, call

    @property
    def words(self) -> list[str]:
        """The words that are allowed."""
        if self.how not in {"word", "word_list"}:
            return []
        kind: type[StrEnum] = self._resolved(self._values[0])
        only = self._resolved(self._named["only"]) if "only" in self._named else kind
        return [w.value for w in kind if w in only]

    @property
    def span(self) -> tuple[int, int] | None:
        """The smallest and the largest number."""
        if self.how != "whole":
            return None
        return self._resolved(self._named["low"]), self._resolved(self._named["high"])

    @property
    def default(self) -> Any:
        """What holds where the key is left out; `REQUIRED` where it may not, `DEPENDS` where other keys say."""
        if isinstance(self._parent, ast.IfExp) and self._parent.body is self._call:
            other = self._parent.orelse
            return DEPENDS if isinstance(other, ast.Call) else self._resolved(other)
        values = self._values[1:] if self.how in {"word", "word_list"} else self._values
        named = self._named.get("default")
        if self.how in {"values", "identifier", "word_list"} or self._says_required():
            return REQUIRED
        if self.how in {"day", "texts", "tables"}:
            return None
        if not values and named is None:
            return REQUIRED
        found = self._resolved(values[0] if values else named)
        return REQUIRED if found is None else found

    def _says_required(self) -> bool:
        return "required" in self._named and bool(self._resolved(self._named["required"]))

    def _resolved(self, node: Any) -> Any:
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Tuple):
            return tuple(self._resolved(x) for x in node.elts)
        if isinstance(node, ast.Attribute):
            return getattr(self._resolved(node.value), node.attr, DEPENDS)
        if isinstance(node, ast.Name) and hasattr(self._module, node.id):
            return getattr(self._module, node.id)
        if isinstance(node, ast.Name):
            made = [
                a.value for a in ast.walk(self._function)
                if isinstance(a, ast.Assign) and isinstance(a.targets[0], ast.Name) and a.targets[0].id == node.id
            ]  # fmt: skip
            if len(made) == 1 and isinstance(made[0], ast.Call) and not made[0].args and not made[0].keywords:
                return self._resolved(made[0].func)()
        return DEPENDS


def _calls(module: ModuleType) -> Iterator[tuple[str, str, Asked]]:
    """`(function, key, how it is asked for)` for every key a module asks for."""
    for function in ast.walk(ast.parse(inspect.getsource(module))):
        if not isinstance(function, ast.FunctionDef):
            continue
        parents = {id(child): node for node in ast.walk(function) for child in ast.iter_child_nodes(node)}
        for call in ast.walk(function):
            if not isinstance(call, ast.Call):
                continue
            by_name = isinstance(call.func, ast.Name)
            name = call.func.id.removeprefix("read_").strip("_") if by_name else getattr(call.func, "attr", "")
            at = call.args[1:2] if by_name else call.args[:1]
            if name in TYPES and at and isinstance(at[0], ast.Constant) and isinstance(at[0].value, str):
                yield function.name, at[0].value, Asked(call, module, function, parents.get(id(call)))


_ASKED = [asked for module in MODULES for asked in _calls(module)]


def asked(section: str, key: str) -> list[Asked]:
    """How the reader asks for a key of a section.

    Raises:
        LookupError: where it never does.
    """
    functions = SECTIONS[section][2]
    here = [a for f, k, a in _ASKED if k == key and f in functions] or [a for _, k, a in _ASKED if k == key]
    if not here:
        raise LookupError(f"the reader never asks for {key} of {section}")
    return here


def meaning(section: str, key: str) -> tuple[str, str]:
    """What a key means, in Chinese and English.

    Raises:
        KeyError: where nobody has written it down.
    """
    own = WORDS.get(section, {})
    zh, en = own[key] if key in own else WORDS["party" if section in PARTIES else section][key]
    return zh, en


def _type(said: list[Asked], lang: int) -> str:
    first = said[0]
    text = TYPES[first.how][lang]
    if first.words:
        text += ("、" if lang == 0 else ", ").join(f"`{w}`" for w in first.words)
    if first.span:
        text += (" {}–{}" if lang == 0 else " from {} to {}").format(*first.span)
    return text


def _default(said: list[Asked], lang: int) -> str:
    found = {id(x) if x in (REQUIRED, DEPENDS) else x: x for x in (a.default for a in said)}
    if len(found) != 1 or DEPENDS in found.values():
        return ("见说明", "see meaning")[lang]
    value = next(iter(found.values()))
    if value is REQUIRED:
        return ("**必填**", "**required**")[lang]
    if value is None or value in ("", ()):
        return "—"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return "`[" + ", ".join(f'"{v}"' for v in value) + "]`"
    return f"`{value}`" if isinstance(value, int | date) else f'`"{value}"`'


def rows(section: str, lang: int) -> Iterator[tuple[str, ...]]:
    """Key, type, default, meaning of a section; `lang` is 0 for Chinese, 1 for English."""
    for key in SECTIONS[section][1]:
        said = asked(section, key)
        default = _default(said, lang)
        if section == "sources" and key not in OF_EVERY_KIND and any(a.default is REQUIRED for a in said):
            default = BY_KIND[lang]
        yield f"`{key}`", _type(said, lang), default, meaning(section, key)[lang]
