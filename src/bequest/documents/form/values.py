"""What people filled in, taken out of a form that came back; what was measured must stand in it as it was written."""

from collections.abc import Sequence

from bequest.documents.form.content import Field, Form
from bequest.kernel.errors import InputError


def boxes_of(form: Form, paragraphs: Sequence[str], shown: str) -> dict[str, str]:
    """What stands in each field, by id, empty where nothing does; `shown` is the document's name in errors.

    What stands between the label of a field and the next text of the form is its value.

    Raises:
        InputError: where a text of the form is missing, changed or added to.
    """
    values: dict[str, str] = {}
    texts = list(form.texts)
    at = 0
    for n, text in enumerate(texts):
        if isinstance(text, Field):
            ends = texts[n + 1] if n + 1 < len(texts) else None
            start = at
            while at < len(paragraphs) and not (isinstance(ends, str) and _same(paragraphs[at], ends)):
                at += 1
            values[text.id] = _value(text, paragraphs[start:at])
        elif at < len(paragraphs) and _same(paragraphs[at], text):
            at += 1
        else:
            raise _changed(shown, text)
    if at < len(paragraphs):
        raise _changed(shown, texts[-1] if isinstance(texts[-1], str) else "")
    return values


def values_of(form: Form, paragraphs: Sequence[str], shown: str) -> dict[str, str]:
    """The fields that are filled in, of a form that is complete.

    Raises:
        InputError: also where a required field is empty, or a choice is none of those given.
    """
    values = boxes_of(form, paragraphs, shown)
    _complete(form, values, shown)
    return {name: value for name, value in values.items() if value}


def _same(one: str, other: str) -> bool:
    """Equal but for white space: word processors break and join lines."""
    return one.split() == other.split()


def _value(f: Field, said: Sequence[str]) -> str:
    value = "\n".join(said).strip()
    return "" if _same(value, f.hint) else value


def _changed(shown: str, text: str) -> InputError:
    first = " ".join(text.split())[:40]
    return InputError(
        f"{shown} does not say any more what was measured: it was changed at “{first}”",
        hint="Only the boxes are filled in. Write the form anew and copy into it what was filled in.",
    )


def _complete(form: Form, values: dict[str, str], shown: str) -> None:
    missing = [f.label for f in form.fields if f.required and not values[f.id]]
    if missing:
        raise InputError(
            f"{shown} is not filled in: {len(missing)} required boxes are empty",
            hint=f"Empty: {'; '.join(missing)}.",
        )
    for f in form.fields:
        if f.choices and values[f.id] and values[f.id] not in f.choices:
            raise InputError(
                f"{shown}: what stands in a box is none of its choices",
                hint=f"{f.label}: {', '.join(f.choices)}.",
            )
