"""Tables of the interface for programs: tokens, answers kept for repeated requests, web hooks and their messages."""

from django.db import models

from bequest.store.models.accounts import Account
from bequest.store.models.scoped import DIGEST_LENGTH, ID_LENGTH, NAME_LENGTH, WORD_LENGTH, CaseScoped

ADDRESS_LENGTH = 1000


class ApiToken(models.Model):
    """What a program shows instead of signing in: known by its digest only, and gone with its account."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    token_id = models.CharField(max_length=ID_LENGTH, unique=True)
    """Names it in lists and logs; opens nothing."""
    digest = models.CharField(max_length=DIGEST_LENGTH, unique=True)
    label = models.CharField(max_length=NAME_LENGTH)
    cases_json = models.TextField()
    roles_json = models.TextField()
    scopes_json = models.TextField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class ApiAnswer(models.Model):
    """What a write was answered, for the same request sent again. Sealed under the token, which is not kept here."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+")
    key_digest = models.CharField(max_length=DIGEST_LENGTH)
    request_digest = models.CharField(max_length=DIGEST_LENGTH)
    status = models.PositiveSmallIntegerField()
    """0 while the first request is worked on."""
    sealed = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        """A key names one request of a token."""

        constraints = (models.UniqueConstraint(fields=["token", "key_digest"], name="api_answer_once"),)


class WebhookEndpoint(CaseScoped):
    """An address that is told of events of a case."""

    endpoint_id = models.CharField(max_length=ID_LENGTH, unique=True)
    url = models.CharField(max_length=ADDRESS_LENGTH)
    kinds_json = models.TextField()
    secret_sealed = models.BinaryField()
    allow_private = models.BooleanField()
    """Whether an address inside the house may be called."""
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=WORD_LENGTH, blank=True)


class WebhookMessage(CaseScoped):
    """One event for one address, and how its delivery went. Without personal data."""

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="+")
    message_id = models.CharField(max_length=ID_LENGTH)
    kind = models.CharField(max_length=WORD_LENGTH)
    body_json = models.TextField()
    state = models.CharField(max_length=WORD_LENGTH)
    tries = models.PositiveSmallIntegerField()
    next_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    """Of the last answer; none where there was no answer."""
    trouble = models.CharField(max_length=WORD_LENGTH, blank=True)
    created_at = models.DateTimeField()
    state_at = models.DateTimeField()

    class Meta:
        """An event is told to an address under one id."""

        constraints = (models.UniqueConstraint(fields=["endpoint", "message_id"], name="webhook_message_once"),)
