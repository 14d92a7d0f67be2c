"""Tables: organisations, people, cases, who holds which role."""

from django.db import models

from bequest.store.models.scoped import DIGEST_LENGTH, ID_LENGTH, NAME_LENGTH, WORD_LENGTH, CaseScoped


class Organisation(models.Model):
    """Who runs cases: a company, or an adviser firm with many."""

    name = models.CharField(max_length=NAME_LENGTH, unique=True)
    created_at = models.DateTimeField()


class Person(models.Model):
    """A natural person of an organisation, with the key that person signs with."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    handle = models.CharField(max_length=ID_LENGTH)
    name = models.CharField(max_length=NAME_LENGTH)
    external = models.BooleanField()
    public_key = models.TextField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        """A handle names one person of an organisation."""

        constraints = (models.UniqueConstraint(fields=["organisation", "handle"], name="person_once"),)


class Case(models.Model):
    """One event of one company, as it stands. `rehearsal` is written once and never again."""

    id = models.CharField(primary_key=True, max_length=ID_LENGTH)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    body_json = models.TextField()
    revision = models.PositiveIntegerField()
    rehearsal = models.BooleanField()
    status = models.CharField(max_length=WORD_LENGTH)
    clock_at = models.DateTimeField(null=True)
    """The movable clock of a rehearsal."""
    latest_at = models.DateTimeField()
    """The latest instant ever seen: time never runs backwards past it."""
    law_pack = models.CharField(max_length=NAME_LENGTH)
    law_pack_digest = models.CharField(max_length=DIGEST_LENGTH)
    schema_version = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()


class CaseRevision(CaseScoped):
    """The case as it was at each revision."""

    revision = models.PositiveIntegerField()
    body_json = models.TextField()
    digest = models.CharField(max_length=DIGEST_LENGTH)
    changed_at = models.DateTimeField()

    class Meta:
        """A revision is written once."""

        constraints = (models.UniqueConstraint(fields=["case", "revision"], name="case_revision_once"),)


class CaseMembership(CaseScoped):
    """A person holds a role in a case, from and until, on a paper."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=WORD_LENGTH)
    paper = models.TextField()
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)

    class Meta:
        """A person holds a role once at a time."""

        constraints = (
            models.UniqueConstraint(
                fields=["case", "person", "role"], condition=models.Q(until_at=None), name="membership_once_at_a_time"
            ),
        )
