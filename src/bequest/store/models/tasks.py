"""Tables: what others have to do."""

from django.db import models

from bequest.store.models.scoped import DIGEST_LENGTH, NAME_LENGTH, WORD_LENGTH, CaseScoped


class OwnerTask(CaseScoped):
    """Something that somebody outside the tool must do: delete or keep what he holds, replace a file."""

    task_id = models.CharField(max_length=NAME_LENGTH)
    task_json = models.TextField()
    due_on = models.CharField(max_length=WORD_LENGTH)
    persons = models.PositiveBigIntegerField()
    list_digest = models.CharField(max_length=DIGEST_LENGTH)
    state = models.CharField(max_length=WORD_LENGTH)
    outcome = models.CharField(max_length=WORD_LENGTH)
    evidence_digest = models.CharField(max_length=DIGEST_LENGTH)
    statement_digest = models.CharField(max_length=DIGEST_LENGTH)
    created_at = models.DateTimeField()
    state_at = models.DateTimeField()

    class Meta:
        """A task is listed once."""

        constraints = (models.UniqueConstraint(fields=["case", "task_id"], name="owner_task_once"),)
