"""One code, one meaning: a code stands in one place, under one name."""

import ast
import re

from tests.arch.tree import modules, name_of, parsed

from bequest.kernel import errors
from bequest.sources import codes

CODES = "sources/codes.py"
_CODE = re.compile(r"BQ-[A-Z]+-[0-9]+")


def named(path) -> dict[str, str]:
    """Constants of a module that are codes, by their names."""
    return {
        node.targets[0].id: node.value.value
        for node in parsed(path).body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
        and _CODE.fullmatch(str(node.value.value))
    }


def test_codes_of_sources_stand_in_one_place() -> None:
    found = [
        f"{name_of(path)}:{node.lineno} {node.value}"
        for path in modules()
        if name_of(path) not in {CODES, "kernel/errors.py"}
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and str(node.value).startswith("BQ-SOURCE-")
    ]
    assert found == []


def test_no_code_has_two_names_and_no_name_two_codes() -> None:
    pairs = [pair for path in modules() for pair in named(path).items()]
    names, values = [n for n, _ in pairs], [v for _, v in pairs]
    assert len(pairs) >= 16
    assert sorted(names) == sorted(set(names))
    assert sorted(values) == sorted(set(values))


def test_the_classes_have_codes_of_their_own() -> None:
    classes = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.BequestError)]
    own = [c.code for c in classes if "code" in vars(c)]
    assert sorted(own) == sorted(set(own))
    assert not set(own) & {v for n, v in vars(codes).items() if n.isupper()}
