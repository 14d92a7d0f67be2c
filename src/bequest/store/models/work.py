"""Tables: data maps, step runs, leases, the evidence outbox, settings, accesses."""

from django.db import models

from bequest.store.models.scoped import DIGEST_LENGTH, ID_LENGTH, NAME_LENGTH, WORD_LENGTH, CaseScoped


class DataMapVersion(CaseScoped):
    """One version of the data map of a case."""

    version = models.PositiveIntegerField()
    body_json = models.TextField()
    digest = models.CharField(max_length=DIGEST_LENGTH)
    created_at = models.DateTimeField()

    class Meta:
        """Versions count up per case."""

        constraints = (models.UniqueConstraint(fields=["case", "version"], name="data_map_version_once"),)


class StepRun(CaseScoped):
    """One run of one step."""

    step = models.CharField(max_length=WORD_LENGTH)
    run_number = models.PositiveIntegerField()
    state = models.CharField(max_length=WORD_LENGTH)
    input_digest = models.CharField(max_length=DIGEST_LENGTH)
    output_digest = models.CharField(max_length=DIGEST_LENGTH)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    seconds = models.FloatField()
    counts_json = models.TextField()
    error_code = models.CharField(max_length=WORD_LENGTH)

    class Meta:
        """Runs count up per step."""

        constraints = (models.UniqueConstraint(fields=["case", "step", "run_number"], name="step_run_once"),)


class Lease(CaseScoped):
    """Who may work on a step now. The fencing number only rises; the row is never deleted."""

    step = models.CharField(max_length=WORD_LENGTH)
    holder = models.CharField(max_length=NAME_LENGTH)
    fencing = models.PositiveBigIntegerField()
    acquired_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    released = models.BooleanField()

    class Meta:
        """One lease per step."""

        constraints = (models.UniqueConstraint(fields=["case", "step"], name="lease_once"),)


class OutboxEvent(CaseScoped):
    """An evidence event, written in the transaction that changed the state, published by the sequencer."""

    event_id = models.CharField(max_length=NAME_LENGTH)
    seq = models.PositiveBigIntegerField()
    typ = models.CharField(max_length=NAME_LENGTH)
    payload_json = models.TextField()
    occurred_at = models.DateTimeField()
    published_index = models.PositiveBigIntegerField(null=True)

    class Meta:
        """An event enters once, has one place in the order, and one index in the log."""

        constraints = (
            models.UniqueConstraint(fields=["case", "event_id"], name="outbox_event_once"),
            models.UniqueConstraint(fields=["case", "seq"], name="outbox_seq_once"),
            models.UniqueConstraint(fields=["case", "published_index"], name="outbox_index_once"),
        )


class Setting(models.Model):
    """A setting of the home, or of one case where `scope` is a case id."""

    scope = models.CharField(max_length=ID_LENGTH, blank=True)
    name = models.CharField(max_length=NAME_LENGTH)
    value_json = models.TextField()
    updated_at = models.DateTimeField()

    class Meta:
        """A setting has one value in a scope."""

        constraints = (models.UniqueConstraint(fields=["scope", "name"], name="setting_once"),)


class AccessRecord(CaseScoped):
    """Somebody looked at, or exported, what identifies people."""

    at = models.DateTimeField()
    person = models.CharField(max_length=NAME_LENGTH)
    action = models.CharField(max_length=NAME_LENGTH)
    purpose = models.TextField()
    target = models.TextField()
    n_rows = models.PositiveBigIntegerField()
