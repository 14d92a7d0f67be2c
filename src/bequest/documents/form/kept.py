"""A form as JSON, and back: each block under the name of its kind."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Final

from bequest.documents.form.content import Block, Field, Form, Head, Heading, Paragraph, Table
from bequest.kernel.canonical import Json, to_json
from bequest.kernel.codec import decode
from bequest.kernel.errors import InputError

KINDS: Final[Mapping[str, type[Block]]] = {
    "heading": Heading,
    "paragraph": Paragraph,
    "table": Table,
    "field": Field,
}


def form_json(form: Form) -> Json:
    """The form without what was filled in."""
    names = {kind: name for name, kind in KINDS.items()}
    blocks: list[Json] = [{names[type(b)]: to_json(b)} for b in form.filled({}).blocks]
    return {"blocks": blocks, **{f.name: to_json(getattr(form, f.name)) for f in fields(Head)}}


def form_of(kept: Mapping[str, Json]) -> Form:
    """The form that was kept.

    Raises:
        InputError: where it is none.
    """
    head = decode(Head, {name: said for name, said in kept.items() if name != "blocks"})
    blocks = kept.get("blocks")
    if not isinstance(blocks, list):
        raise InputError("a form has no blocks")
    return Form(blocks=tuple(_block(b) for b in blocks), **{f.name: getattr(head, f.name) for f in fields(Head)})


def _block(kept: Json) -> Block:
    for name, said in kept.items() if isinstance(kept, dict) else ():
        if name in KINDS:
            return decode(KINDS[name], said)
    raise InputError("a block of a form is of no known kind")
