"""A form in one language: blocks of measured text, tables, and fields for people."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bequest.kernel.canonical import digest


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 begins a part."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; a note is set smaller."""

    text: str
    note: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table; `level` 1 to 4 tints it as a cell of a heat map."""

    text: str
    level: int = 0
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table. `widths` are parts of the whole, `figures` the columns that are right-aligned."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[int, ...]
    figures: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Field:
    """A field that people fill in. With `choices` one of them is taken; `value` is what was filled in before.

    `required`: a form is not filed while it is empty.
    """

    id: str
    label: str
    hint: str
    required: bool = True
    choices: tuple[str, ...] = ()
    lines: int = 2
    value: str = ""

    @property
    def asked(self) -> str:
        """The label as it is printed."""
        return f"{self.label} *" if self.required else self.label


Block = Heading | Paragraph | Table | Field


@dataclass(frozen=True, slots=True)
class Head:
    """What a form is. `number` names it on every page; `mark` is the strip of a rehearsal, else empty."""

    lang: str
    title: str
    subtitle: str
    number: str
    mark: str
    made_at: str
    """RFC 3339; the only instant in the files, so that the same form gives the same bytes."""
    properties: tuple[tuple[str, str], ...]
    """What programs read from the file: case, run, digests."""


@dataclass(frozen=True, slots=True)
class Form(Head):
    """A form: what it is, and what stands in it."""

    blocks: tuple[Block, ...]

    @property
    def fields(self) -> Iterator[Field]:
        """The fields, in order."""
        return (b for b in self.blocks if isinstance(b, Field))

    @property
    def texts(self) -> Iterator["str | Field"]:
        """Every paragraph that nobody may change, in order, none empty; and each field, after its label."""
        yield from (self.title, self.subtitle)
        for b in self.blocks:
            if isinstance(b, Table):
                yield from (text for text in (*b.heads, *(c.text for row in b.rows for c in row)) if text.strip())
            elif isinstance(b, Field):
                yield from (b.asked, b)
            else:
                yield b.text

    @property
    def digest(self) -> str:
        """Digest over all of it but what people filled in."""
        return digest(self.filled({}))

    def filled(self, values: Mapping[str, str]) -> "Form":
        """The same form with these values in its fields, and nothing in the others."""
        blocks = tuple(replace(b, value=values.get(b.id, "")) if isinstance(b, Field) else b for b in self.blocks)
        return replace(self, blocks=blocks)
