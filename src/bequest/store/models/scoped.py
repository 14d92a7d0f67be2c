"""What all tables of a case have in common."""

from django.db import models

ID_LENGTH = 64
DIGEST_LENGTH = 64
WORD_LENGTH = 32
NAME_LENGTH = 200


class CaseScoped(models.Model):
    """A row that belongs to one case and is never seen from another."""

    case = models.ForeignKey("store.Case", on_delete=models.PROTECT, related_name="+")

    class Meta:
        """No table of its own."""

        abstract = True
