"""Tables: accounts of the console and who is signed in."""

from django.db import models

from bequest.store.models.case import Person
from bequest.store.models.scoped import DIGEST_LENGTH, ID_LENGTH


class Account(models.Model):
    """How a person signs in: a password as an Argon2id digest, a sealed TOTP secret."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="+")
    password = models.TextField()
    totp_sealed = models.BinaryField()
    totp_last = models.BigIntegerField()
    """The last time step a code was taken for: no code is taken twice."""
    failures = models.PositiveIntegerField()
    locked_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()


class SignIn(models.Model):
    """A browser that is signed in; its cookie is known by its digest only."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    token_digest = models.CharField(max_length=DIGEST_LENGTH, unique=True)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ends_at = models.DateTimeField()


class ApiToken(models.Model):
    """What a program of a person bears instead of a cookie; known by its digest only."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    token_digest = models.CharField(max_length=DIGEST_LENGTH, unique=True)
    name = models.CharField(max_length=ID_LENGTH)
    scopes = models.TextField()
    """Words apart by spaces."""
    created_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class ApiCall(models.Model):
    """A change that a program asked for under a key of its own: asked for again, it is answered and not done again."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+")
    key_digest = models.CharField(max_length=DIGEST_LENGTH)
    request_digest = models.CharField(max_length=DIGEST_LENGTH)
    status = models.PositiveSmallIntegerField()
    """Of the answer; 0 while it is being done."""
    answer = models.TextField()
    """Holds nothing of any customer: what shows values is never kept here."""
    created_at = models.DateTimeField()

    class Meta:
        """A key means one call."""

        constraints = (models.UniqueConstraint(fields=["token", "key_digest"], name="api_call_once"),)
