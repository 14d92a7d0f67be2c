"""Setting a template as PDF/A-3b: values go in as data, fonts come from a package, same input, same bytes."""

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import typst

_FONT_PACKAGE = "manimgx_fonts_cjk"
_MORE_FONTS = (Path("/usr/share/fonts/truetype/babelstone"), Path("/usr/share/fonts/truetype/hanazono"))
"""Debian's fonts-babelstone-han and fonts-hanazono: rare characters of names (CJK extensions B to H)."""
_NOT_DISPLAYED = re.compile(r'the text `"(?P<text>.*?)"` could not be displayed', re.DOTALL)
_ESCAPE = re.compile(r"\\u\{([0-9a-fA-F]+)\}")


class NotSetError(Exception):
    """The document could not be set; `fields` are those with a character that the font lacks, if that is why."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__("not set")
        self.fields = fields


def typeset(template: bytes, data: dict[str, Any], at: int) -> bytes:
    """The document as PDF/A-3b; `at` is the only instant in it, in seconds since 1970.

    A character that the packaged font lacks is taken from the fonts of rare characters, where they are installed; a
    document without one never looks at them.

    Raises:
        NotSetError: naming the fields, never the values, where a character has no glyph in the font.
    """
    inputs = {"data": json.dumps(data, ensure_ascii=False, sort_keys=True)}
    more = tuple(str(folder) for folder in _MORE_FONTS if folder.is_dir())
    try:
        return _set(template, inputs, at, ())
    except typst.TypstError as failure:
        lacking = _lacking(failure.message, data)
        if not (lacking and more):
            raise NotSetError(lacking) from None
    try:
        return _set(template, inputs, at, more)
    except typst.TypstError as failure:
        raise NotSetError(_lacking(failure.message, data)) from None


def _set(template: bytes, inputs: dict[str, str], at: int, more: tuple[str, ...]) -> bytes:
    made = typst.compile(
        template,
        font_paths=_fonts(more),
        ignore_system_fonts=True,
        sys_inputs=inputs,
        pdf_standards=["a-3b"],
        timestamp=at,
    )
    return bytes(made)


@cache
def _fonts(more: tuple[str, ...]) -> typst.Fonts:
    # the package ships one variable font file beside its module; nothing else of the machine's own fonts is used
    with as_file(files(_FONT_PACKAGE)) as folder:
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(folder), *more])


def _lacking(message: str, data: dict[str, Any]) -> tuple[str, ...]:
    missing = _NOT_DISPLAYED.search(message)
    if not missing:
        return ()
    text = _ESCAPE.sub(lambda m: chr(int(m[1], 16)), missing["text"])
    return tuple(sorted({path for path, value in _leaves(data) if text in value})) or ("unknown",)


def _leaves(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _leaves(part, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for i, part in enumerate(value):
            yield from _leaves(part, f"{path}[{i + 1}]")
