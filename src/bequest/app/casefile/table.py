"""One table of the case file: every key is asked for by name and type, and whatever is wrong is said with its place.

Messages name the place, the key and what was expected. They repeat a value only where it is a word of ours or an
identifier, never a name, a contact or a key.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from bequest.kernel.errors import CaseFileError, InputError
from bequest.kernel.ids import parse_identifier
from bequest.kernel.secret import Secrets

E = TypeVar("E", bound=StrEnum)

_SAID = {str: "text", bool: "true or false", int: "a whole number", float: "a number with a fraction"}


def said(value: object) -> str:
    """What kind of TOML value it is, in words."""
    if isinstance(value, datetime):
        return "a date with a time"
    if isinstance(value, date):
        return "a date"
    if isinstance(value, Mapping):
        return "a table"
    return "a list" if isinstance(value, list) else _SAID.get(type(value), "something else")


class References:
    """Values that stand elsewhere: `env:NAME` in the environment, `file:PATH` in a file beside the case file."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self._secrets = Secrets(environ)

    def absolute(self, text: str) -> str:
        """The reference as it holds wherever it is followed."""
        return f"file:{(self.folder / text[5:].strip()).resolve()}" if text.startswith("file:") else text

    def follow(self, text: str, where: str) -> str:
        """The text itself, or what it refers to.

        Raises:
            CaseFileError: when that is not there or is empty.
        """
        try:
            return self._secrets.follow(self.absolute(text), where)
        except InputError as error:
            raise CaseFileError(error.message, hint=error.hint) from None


class Table:
    """A table at a place, such as `case.toml: lots#2` or, for the whole file, `case.toml:`.

    Unknown keys are refused as soon as it is opened, before any value is looked at.
    """

    def __init__(self, raw: object, where: str, known: Collection[str], references: References) -> None:
        if not isinstance(raw, Mapping):
            raise CaseFileError(f"{where}: expected a table, got {said(raw)}", hint="Write it as [name] with its keys.")
        self._raw: Mapping[str, object] = raw
        self.where = where
        self.references = references
        strangers = [key for key in raw if key not in known]
        if strangers:
            near = {s: get_close_matches(s, list(known), n=1) for s in strangers}
            meant = [f"{s!r} for {m[0]!r}" for s, m in near.items() if m]
            raise CaseFileError(
                f"{where.removesuffix(':')}: unknown key {', '.join(map(repr, strangers))}",
                hint=f"Did you write {', '.join(meant)}?" if meant else f"Known keys: {', '.join(known)}.",
            )

    def place(self, key: str) -> str:
        """The place of a key, for a message."""
        return f"{self.where} {key}" if self.where.endswith(":") else f"{self.where}.{key}"

    def fault(self, key: str, problem: str, hint: str) -> CaseFileError:
        """The error that says what is wrong with a key, and the way out."""
        return CaseFileError(f"{self.place(key)}: {problem}", hint=hint)

    def has(self, key: str) -> bool:
        """Whether the key is written."""
        return key in self._raw

    def text(self, key: str, default: str | None = None) -> str:
        """Text. Without `default` it must be there and say something."""
        value = self._raw.get(key, default)
        if value is None or (default is None and isinstance(value, str) and not value.strip()):
            raise self.fault(key, "is missing or empty", "Fill it in; `bequest case new` writes a template.")
        if not isinstance(value, str):
            raise self.fault(key, f"expected text, got {said(value)}", 'Put it in quotes: "…".')
        return value.strip()

    def referred(self, key: str, default: str | None = None) -> str:
        """Text, or what it refers to."""
        return self.references.follow(self.text(key, default), self.place(key))

    def identifier(self, key: str) -> str:
        """A lower-case identifier."""
        try:
            return parse_identifier(self.text(key), self.place(key))
        except CaseFileError:
            raise
        except InputError as error:
            raise CaseFileError(error.message, hint=error.hint) from None

    def flag(self, key: str, default: bool | None = None) -> bool:
        """True or false."""
        value = self._raw.get(key, default)
        if value is None:
            raise self.fault(key, "is missing", "Write true or false.")
        if not isinstance(value, bool):
            raise self.fault(key, f"expected true or false, got {said(value)}", "Write true or false without quotes.")
        return value

    def whole(self, key: str, default: int, *, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        value = self._raw.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.fault(key, f"expected a whole number, got {said(value)}", "Write it without quotes.")
        if not low <= value <= high:
            raise self.fault(key, f"{value} is not from {low} to {high}", f"Write a number from {low} to {high}.")
        return value

    def day(self, key: str, *, required: bool = False) -> date | None:
        """A calendar date."""
        value = self._raw.get(key)
        if value is None and not required:
            return None
        if value is None:
            raise self.fault(key, "is missing", f"Write a date: {key} = 2026-12-31")
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.fault(
                key, f"expected a date, got {said(value)}", f"Write it without quotes and time: {key} = 2026-12-31"
            )
        return value

    def word(self, key: str, words: type[E], default: E | None = None, *, only: Collection[E] | None = None) -> E:
        """One of our words; `only` are those that this version can handle."""
        allowed = [w.value for w in words if only is None or w in only]
        if default is not None and key not in self._raw:
            return default
        value = self.text(key)
        if value not in allowed:
            raise self._no_word(key, value, allowed, known=value in {w.value for w in words})
        return words(value)

    def word_list(self, key: str, words: type[E]) -> tuple[E, ...]:
        """One or more of our words, each once."""
        allowed = [w.value for w in words]
        found = self.texts(key, required=True)
        for value in found:
            if value not in allowed:
                raise self._no_word(key, value, allowed, known=False)
            if found.count(value) > 1:
                raise self.fault(key, f"{value!r} is written twice", "Write it once.")
        return tuple(words(value) for value in found)

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of texts, none empty."""
        value = self._raw.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            raise self.fault(key, "expected a list of texts", f'Write it as {key} = ["…", "…"].')
        if required and not value:
            raise self.fault(key, "is missing or empty", f'Write at least one: {key} = ["…"].')
        return tuple(item.strip() for item in value)

    def values(self, key: str) -> tuple[str, ...]:
        """A list of texts or whole numbers, as text: what a column is compared with."""
        value = self._raw.get(key)
        if not isinstance(value, list) or not value:
            raise self.fault(key, "expected a list with at least one value", f'Write it as {key} = ["12"].')
        for item in value:
            if isinstance(item, bool) or not isinstance(item, str | int):
                raise self.fault(key, f"a value is {said(item)}", "Values are texts or whole numbers.")
        texts = tuple(str(item) for item in value)
        if len(set(texts)) != len(texts):
            raise self.fault(key, "a value is written twice", "Write each value once.")
        return texts

    def table(self, key: str, known: Collection[str], *, required: bool = False) -> "Table | None":
        """The table under a key."""
        value = self._raw.get(key)
        if value is None and not required:
            return None
        if value is None:
            raise self.fault(key, "is missing", f"Write a table [{key}].")
        if isinstance(value, list):
            raise self.fault(key, "there is one of these only", f"Write it once, as [{key}] with single brackets.")
        return Table(value, self.place(key), known, self.references)

    def tables(self, key: str, known: Collection[str], *, at_least: int = 0) -> "list[Table]":
        """The list of tables under a key."""
        value = self._raw.get(key, [])
        if isinstance(value, Mapping):
            raise self.fault(key, "there can be several of these", f"Write it as [[{key}]] with double brackets.")
        if not isinstance(value, list):
            raise self.fault(key, f"expected tables, got {said(value)}", f"Write each as [[{key}]] with its keys.")
        if len(value) < at_least:
            raise self.fault(
                key, f"at least {at_least} {'is' if at_least == 1 else 'are'} needed", f"Write [[{key}]] for each."
            )
        return [Table(item, f"{self.place(key)}#{n}", known, self.references) for n, item in enumerate(value, start=1)]

    def named_tables(self, key: str, known: Collection[str]) -> "dict[str, Table]":
        """The tables under a key, each under a name of its own that may hold dots and then stands in quotes."""
        value = self._raw.get(key, {})
        if not isinstance(value, Mapping):
            raise self.fault(key, f"expected tables, got {said(value)}", f'Write each as [{key}."NAME"] with its keys.')
        place = self.place(key)
        for name, item in value.items():
            if "." not in name and isinstance(item, Mapping) and not set(item) & set(known):
                raise self.fault(
                    key, f"{name!r} is only a part of a name", f'Put the whole name in quotes: [{key}."{name}.…"].'
                )
        return {name: Table(item, f'{place}."{name}"', known, self.references) for name, item in value.items()}

    def _no_word(self, key: str, value: str, allowed: list[str], *, known: bool) -> CaseFileError:
        near = get_close_matches(value, allowed, n=1)
        why = "is not supported by this version" if known else "is not known here"
        hint = f"Did you mean {near[0]!r}? " if near and not known else ""
        return self.fault(key, f"{value!r} {why}", f"{hint}Supported: {', '.join(allowed)}.")
