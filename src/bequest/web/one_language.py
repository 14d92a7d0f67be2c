"""Templates of one language: what is said in both is picked when a template is compiled, not each time it is filled.

So all fixed words of a page are one text of the compiled template. The page is the same, letter for letter.
"""

from typing import Any, Final

from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer

PICK: Final = "L"
"""`L(chinese, english)` in a template."""


class OneLanguage(Environment):
    """An environment whose templates are all filled in one language, `zh` or `en`."""

    def __init__(self, lang: str, **options: Any) -> None:
        super().__init__(**options)
        self._picker = _Picker(lang)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree: nodes.Template = self._picker.visit(super()._parse(source, name, filename))
        return tree


class _Picker(NodeTransformer):
    def __init__(self, lang: str) -> None:
        self._known = {"zh": lang == "zh", "lang": lang}
        self._place = 0 if lang == "zh" else 1

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - named by Jinja
        self.generic_visit(node)
        is_pick = isinstance(node.node, nodes.Name) and node.node.name == PICK and len(node.args) == 2
        return node.args[self._place] if is_pick else node

    def visit_Name(self, node: nodes.Name) -> nodes.Node:  # noqa: N802
        if node.ctx == "load" and node.name in self._known:
            return nodes.Const(self._known[node.name], lineno=node.lineno, environment=node.environment)
        return node
