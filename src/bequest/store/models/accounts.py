"""Tables: accounts of the console and who is signed in."""

from django.db import models

from bequest.store.models.case import Person
from bequest.store.models.scoped import DIGEST_LENGTH


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
