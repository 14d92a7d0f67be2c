"""Tables: policies, populations, approvals, notices, answers."""

from django.db import models

from bequest.store.models.scoped import DIGEST_LENGTH, ID_LENGTH, NAME_LENGTH, WORD_LENGTH, CaseScoped


class Policy(CaseScoped):
    """A policy by its digest; `ordinal` tells which was planned last."""

    digest = models.CharField(max_length=DIGEST_LENGTH)
    body_json = models.TextField()
    state = models.CharField(max_length=WORD_LENGTH)
    ordinal = models.PositiveIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        """A policy is one by its digest."""

        constraints = (models.UniqueConstraint(fields=["case", "digest"], name="policy_once"),)


class PopulationRun(CaseScoped):
    """Who is in which situation, counted at an instant."""

    digest = models.CharField(max_length=DIGEST_LENGTH)
    policy_digest = models.CharField(max_length=DIGEST_LENGTH)
    body_json = models.TextField()
    at = models.DateTimeField()


class Approval(CaseScoped):
    """One person's signature over a policy digest, kept whole."""

    policy_digest = models.CharField(max_length=DIGEST_LENGTH)
    person = models.CharField(max_length=ID_LENGTH)
    role = models.CharField(max_length=WORD_LENGTH)
    text = models.TextField()
    signature = models.TextField()
    fingerprint = models.CharField(max_length=NAME_LENGTH)
    signed_at = models.CharField(max_length=ID_LENGTH)
    recorded_at = models.DateTimeField()
    void_at = models.DateTimeField(null=True)
    void_reason = models.TextField()

    class Meta:
        """A person signs once in a role, as long as the signature is not void."""

        constraints = (
            models.UniqueConstraint(
                fields=["case", "policy_digest", "person", "role"],
                condition=models.Q(void_at=None),
                name="approval_once",
            ),
        )


class Remark(CaseScoped):
    """What somebody said of a policy: a comment, a condition, a refusal."""

    remark_id = models.CharField(max_length=ID_LENGTH)
    policy_digest = models.CharField(max_length=DIGEST_LENGTH)
    person = models.CharField(max_length=ID_LENGTH)
    role = models.CharField(max_length=WORD_LENGTH)
    kind = models.CharField(max_length=WORD_LENGTH)
    text = models.TextField()
    state = models.CharField(max_length=WORD_LENGTH)
    created_at = models.DateTimeField()
    state_at = models.DateTimeField()

    class Meta:
        """A remark is one by its id."""

        constraints = (models.UniqueConstraint(fields=["case", "remark_id"], name="remark_once"),)


class NoticeBatch(CaseScoped):
    """Letters of one channel that went out together. Who got one is in the workspace, as tokens."""

    batch_id = models.CharField(max_length=NAME_LENGTH)
    lot = models.CharField(max_length=ID_LENGTH)
    channel = models.CharField(max_length=WORD_LENGTH)
    notice_version = models.CharField(max_length=NAME_LENGTH)
    content_digest = models.CharField(max_length=DIGEST_LENGTH)
    path = models.TextField()
    n_messages = models.PositiveBigIntegerField()
    counts_json = models.TextField()
    state = models.CharField(max_length=WORD_LENGTH)
    created_at = models.DateTimeField()
    state_at = models.DateTimeField()

    class Meta:
        """A batch is prepared once."""

        constraints = (models.UniqueConstraint(fields=["case", "batch_id"], name="notice_batch_once"),)


class AnswerBatch(CaseScoped):
    """Answers that came in together. The same file counts once."""

    batch_id = models.CharField(max_length=NAME_LENGTH)
    channel = models.CharField(max_length=WORD_LENGTH)
    file_digest = models.CharField(max_length=DIGEST_LENGTH)
    n_answers = models.PositiveBigIntegerField()
    counts_json = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        """A batch and a file enter once."""

        constraints = (
            models.UniqueConstraint(fields=["case", "batch_id"], name="answer_batch_once"),
            models.UniqueConstraint(fields=["case", "file_digest"], name="answer_file_once"),
        )
