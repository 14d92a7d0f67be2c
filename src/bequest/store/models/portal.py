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
    asker = models.CharField(max_length=ID_LENGTH, blank=True, default="")
    """Follows from the link one way: its page finds by it what was asked there, and it leads to no card."""
    kind = models.CharField(max_length=WORD_LENGTH)
    lot = models.CharField(max_length=ID_LENGTH, blank=True)
    sealed_text = models.BinaryField()
    due_on = models.DateField(null=True)
    state = models.CharField(max_length=WORD_LENGTH)
    created_at = models.DateTimeField()
    state_at = models.DateTimeField()
    owner = models.CharField(max_length=ID_LENGTH, blank=True, default="")
    outcome = models.CharField(max_length=WORD_LENGTH, blank=True, default="")

    class Meta:
        """Each page looks for what was asked there."""

        indexes = (models.Index(fields=["asker"], name="asked_by"),)


class PortalMessage(CaseScoped):
    """A message about a request. What a customer writes is encrypted to the case, what staff write to the link."""

    code = models.CharField(max_length=ID_LENGTH)
    """Receipt code of the request."""
    from_staff = models.BooleanField()
    author = models.CharField(max_length=ID_LENGTH, blank=True)
    sealed = models.BinaryField()
    created_at = models.DateTimeField()
    told = models.CharField(max_length=WORD_LENGTH, blank=True, default="")
    """Of a reply: whether its customer was told that it is there."""


class PortalRating(CaseScoped):
    """How somebody was satisfied. `key` follows from the link one way: once for each, and nobody knows whose."""

    key = models.CharField(max_length=ID_LENGTH)
    value = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        """The last word of each."""

        constraints = (models.UniqueConstraint(fields=["case", "key"], name="rating_once"),)


class PortalVisit(models.Model):
    """Somebody who typed an address and waits for a code. Nothing here tells whether the address is known."""

    lookup = models.CharField(max_length=ID_LENGTH, unique=True)
    sealed_address = models.BinaryField()
    """Encrypted to the home; removed once a worker has seen it."""
    sealed_links = models.BinaryField()
    """Opens with the visitor's cookie and the code together; random bytes of that length where nothing was found."""
    tries = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField()
    ends_at = models.DateTimeField()


class Attempt(models.Model):
    """How often a source tried something in a window of time. The source is a keyed digest, gone with the window."""

    source = models.CharField(max_length=ID_LENGTH)
    window = models.BigIntegerField()
    n = models.PositiveBigIntegerField()

    class Meta:
        """One counter per source and window."""

        constraints = (models.UniqueConstraint(fields=["source", "window"], name="attempt_once"),)
