"""What a text column takes, asked before anything is written, so that every engine refuses the same.

SQLite minds neither length nor NUL; PostgreSQL refuses both, and the whole transaction with them.
"""

import re
from typing import Any

from django.db.models import CharField, Model, TextField
from django.db.models.signals import pre_save
from django.dispatch import receiver

from bequest.kernel.errors import InputError

_HALF = re.compile("[\ud800-\udfff]")


@receiver(pre_save)
def refuse_unfit_text(sender: type[Model], instance: Model, **_: Any) -> None:
    """Refuse a row of ours with a text that some engine cannot keep.

    Raises:
        InputError: naming table and column, never the text.
    """
    if sender._meta.app_label != "store":
        return
    for column in sender._meta.concrete_fields:
        value = getattr(instance, column.attname)
        if not isinstance(value, str) or not isinstance(column, CharField | TextField):
            continue
        what = f"the {column.name} of a {sender._meta.verbose_name}"
        if column.max_length is not None and len(value) > column.max_length:
            raise InputError(
                f"{what} has {len(value)} characters, more than {column.max_length}", hint="Write it shorter."
            )
        if "\0" in value or _HALF.search(value):
            raise InputError(f"{what} holds a character that is none (NUL or half of a pair)", hint="Take it out.")
