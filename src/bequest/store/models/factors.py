"""Tables: further ways in which a person with an account proves who he or she is."""

from django.db import models

from bequest.store.models.accounts import Account
from bequest.store.models.scoped import DIGEST_LENGTH


class Passkey(models.Model):
    """A passkey of an account. What is kept of it is public."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    credential_id = models.CharField(max_length=1400, unique=True)
    """Base64url; at most 1,023 bytes (WebAuthn §6.5.1)."""
    key_line = models.TextField()
    """The OpenSSH public key line, with the domain it is for."""
    label = models.CharField(max_length=80)
    sign_count = models.BigIntegerField()
    added_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    suspended_at = models.DateTimeField(null=True)
    """Since when its counter went back: it may have been copied, and opens nothing."""


class RecoveryCode(models.Model):
    """A code for the day on which no authenticator is at hand; known by its digest, good once."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=DIGEST_LENGTH)
    used_at = models.DateTimeField(null=True)


class Identity(models.Model):
    """Whom an identity provider knows a person as."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="+")
    issuer = models.CharField(max_length=500)
    subject = models.CharField(max_length=255)
    linked_by = models.CharField(max_length=200)
    linked_at = models.DateTimeField()

    class Meta:
        """An identity is one account's."""

        constraints = (models.UniqueConstraint(fields=("issuer", "subject"), name="identity_of_one_account"),)


class SpentChallenge(models.Model):
    """A challenge that was answered: nobody answers it again while it would still be taken."""

    digest = models.CharField(max_length=DIGEST_LENGTH, unique=True)
    until = models.DateTimeField()
