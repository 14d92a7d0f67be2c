"""The dark values stand twice in the stylesheet, for the device's wish and for the user's: they are equal."""

import re

import pytest
from tests.arch.tree import PACKAGE

CSS = (PACKAGE / "documents" / "look" / "bequest.css").read_text(encoding="utf-8")


def block(selector: str, text: str = CSS) -> str:
    """What stands between the braces that follow the selector."""
    assert text.count(selector) == 1, selector
    rest = text[text.index(selector) + len(selector) :]
    depth, start = 0, rest.index("{")
    for at, sign in enumerate(rest):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if depth == 0 and at > start:
            return rest[start + 1 : at]
    raise AssertionError(f"{selector} is never closed")


def values(body: str) -> list[tuple[str, str]]:
    body = re.sub(r"/\*.*?\*/", "", body, flags=re.DOTALL)
    return [(k.strip(), " ".join(v.split())) for k, _, v in (x.partition(":") for x in body.split(";")) if k.strip()]


BY_DEVICE = values(block(':root:not([data-theme="light"])', block("@media (prefers-color-scheme: dark)")))
BY_USER = values(block('\n:root[data-theme="dark"]'))
LIGHT = values(block(":root", CSS[: CSS.index("@media")]))


def test_both_dark_blocks_say_the_same() -> None:
    assert BY_DEVICE == BY_USER


def test_no_value_is_given_twice_in_a_block() -> None:
    names = [k for k, _ in BY_DEVICE]
    assert len(set(names)) == len(names) > 20


def test_every_colour_of_the_light_theme_has_its_dark_one() -> None:
    coloured = {k for k, v in LIGHT if k.startswith("--") and re.search(r"#[0-9a-fA-F]{3}|rgb|hsl", v)}
    assert coloured
    assert coloured - {k for k, _ in BY_DEVICE} == set()


@pytest.mark.parametrize("body", ["--a: #fff; /* --b: 1; */ --c: x  y", "\n  --a: #fff;\n --c: x y;\n"])
def test_blocks_are_read_without_comments_and_spaces(body: str) -> None:
    assert values(body) == [("--a", "#fff"), ("--c", "x y")]
