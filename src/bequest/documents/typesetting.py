"""Setting a template as PDF/A-3b: values go in as data, fonts come from a package, same input, same bytes."""

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import as_file, files
from typing import Any

import typst

_FONT_PACKAGE = "manimgx_fonts_cjk"
_NOT_DISPLAYED = re.compile(r'the text `"(?P<text>.*?)"` could not be displayed', re.DOTALL)
_ESCAPE = re.compile(r"\\u\{([0-9a-fA-F]+)\}")


class NotSetError(Exception):
    """The document could not be set; `fields` are those with a character that the font lacks, if that is why."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__("not set")
        self.fields = fields


def typeset(template: bytes, data: dict[str, Any], at: int) -> bytes:
    """The document as PDF/A-3b; `at` is the only instant in it, in seconds since 1970.

    Raises:
        NotSetError: naming the fields, never the values, where a character has no glyph in the font.
    """
    inputs = {"data": json.dumps(data, ensure_ascii=False, sort_keys=True)}
    try:
        made = typst.compile(
            template,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs=inputs,
            pdf_standards=["a-3b"],
            timestamp=at,
        )
    except typst.TypstError as failure:
        raise NotSetError(_lacking(failure.message, data)) from None
    return bytes(made)


@cache
def _fonts() -> typst.Fonts:
    # the package ships one variable font file beside its module; nothing of the machine's own fonts is used
    with as_file(files(_FONT_PACKAGE)) as folder:
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(folder)])


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
