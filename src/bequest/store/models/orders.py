"""Tables: steps that people ordered in the console, and the workers that take them."""

from django.db import models

from bequest.store.models.scoped import NAME_LENGTH, WORD_LENGTH, CaseScoped


class StepOrder(CaseScoped):
    """One step that somebody ordered: who, who agreed, how far it is. A case has one open order at most."""

    order_id = models.CharField(max_length=NAME_LENGTH)
    step = models.CharField(max_length=WORD_LENGTH)
    asked_by = models.CharField(max_length=NAME_LENGTH)
    asked_at = models.DateTimeField()
    agreed_by = models.CharField(max_length=NAME_LENGTH)
    agreed_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=WORD_LENGTH)
    state_at = models.DateTimeField()
    runs_before = models.PositiveIntegerField()
    """Runs of the step when the order was first taken: a later one that is done is this order's work."""
    tries = models.PositiveIntegerField()
    """Rises with every worker that takes it: whoever was overtaken no longer ends it."""
    holder = models.CharField(max_length=NAME_LENGTH)
    beat_at = models.DateTimeField(null=True)
    label = models.CharField(max_length=NAME_LENGTH)
    done = models.PositiveBigIntegerField()
    total = models.PositiveBigIntegerField()
    error_code = models.CharField(max_length=WORD_LENGTH)
    error_text = models.TextField()
    error_hint = models.TextField()

    class Meta:
        """An order is given once."""

        constraints = (models.UniqueConstraint(fields=["case", "order_id"], name="step_order_once"),)


class StepWorker(models.Model):
    """A process that takes orders, as long as it is seen."""

    holder = models.CharField(max_length=NAME_LENGTH, unique=True)
    steps_json = models.TextField()
    seen_at = models.DateTimeField()


class RoleChange(CaseScoped):
    """A role that one person wants to give or take in a case, and what a second person said to it."""

    change_id = models.CharField(max_length=NAME_LENGTH)
    gives = models.BooleanField()
    person_json = models.TextField()
    role = models.CharField(max_length=WORD_LENGTH)
    until_on = models.DateField(null=True)
    asked_by = models.CharField(max_length=NAME_LENGTH)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=WORD_LENGTH)
    state_at = models.DateTimeField()
    decided_by = models.CharField(max_length=NAME_LENGTH)

    class Meta:
        """A change is asked for once."""

        constraints = (models.UniqueConstraint(fields=["case", "change_id"], name="role_change_once"),)
