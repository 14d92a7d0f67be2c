"""Tables: sealed cards of the customer portal, what was asked there, how often somebody tried."""

from django.db import models

from bequest.store.models.scoped import ID_LENGTH, WORD_LENGTH, CaseScoped


class PortalCard(CaseScoped):
    """What one person may see, sealed: only the secret of his or her link opens it. `lookup` is no part of that."""

    lookup = models.CharField(max_length=ID_LENGTH, unique=True)
    sealed = models.BinaryField()
    opens_until = models.DateTimeField()
    made_at = models.DateTimeField()


class PortalRequest(CaseScoped):
    """A choice or a request made at the portal. `sealed_text` is encrypted to the case: the portal cannot read it."""

    code = models.CharField(max_length=ID_LENGTH, unique=True)
    ref = models.CharField(max_length=ID_LENGTH)
    kind = models.CharField(max_length=WORD_LENGTH)
    lot = models.CharField(max_length=ID_LENGTH, blank=True)
    sealed_text = models.BinaryField()
    due_on = models.DateField(null=True)
    state = models.CharField(max_length=WORD_LENGTH)
    created_at = models.DateTimeField()
    state_at = models.DateTimeField()


class Attempt(models.Model):
    """How often a source tried something in a window of time. The source is a keyed digest, gone with the window."""

    source = models.CharField(max_length=ID_LENGTH)
    window = models.BigIntegerField()
    n = models.PositiveBigIntegerField()

    class Meta:
        """One counter per source and window."""

        constraints = (models.UniqueConstraint(fields=["source", "window"], name="attempt_once"),)
