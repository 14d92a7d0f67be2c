"""Tables: deliveries and receipts, destructions and certificates, custody, residuals, keys, places that hold values."""

from django.db import models

from bequest.store.models.scoped import DIGEST_LENGTH, ID_LENGTH, NAME_LENGTH, WORD_LENGTH, CaseScoped


class Delivery(CaseScoped):
    """One package for one receiver."""

    delivery_id = models.CharField(max_length=NAME_LENGTH)
    lot = models.CharField(max_length=ID_LENGTH)
    receiver = models.CharField(max_length=ID_LENGTH)
    wave = models.PositiveIntegerField()
    policy_digest = models.CharField(max_length=DIGEST_LENGTH)
    population_digest = models.CharField(max_length=DIGEST_LENGTH)
    key_release = models.CharField(max_length=WORD_LENGTH)
    path = models.TextField()
    manifest_digest = models.CharField(max_length=DIGEST_LENGTH)
    state = models.CharField(max_length=WORD_LENGTH)
    created_at = models.DateTimeField()
    state_at = models.DateTimeField()

    class Meta:
        """A delivery id is used once."""

        constraints = (models.UniqueConstraint(fields=["case", "delivery_id"], name="delivery_once"),)


class DeliveryPart(CaseScoped):
    """One file of a package, with the digests of what is inside and of what is sent."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=NAME_LENGTH)
    source = models.CharField(max_length=ID_LENGTH)
    table = models.CharField(max_length=NAME_LENGTH)
    n_rows = models.PositiveBigIntegerField()
    n_values = models.PositiveBigIntegerField()
    n_bytes = models.PositiveBigIntegerField()
    plaintext_digest = models.CharField(max_length=DIGEST_LENGTH)
    ciphertext_digest = models.CharField(max_length=DIGEST_LENGTH)

    class Meta:
        """A part has one name in its package."""

        constraints = (models.UniqueConstraint(fields=["delivery", "name"], name="delivery_part_once"),)


class Receipt(CaseScoped):
    """A party's signed receipt for a package."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="+")
    party = models.CharField(max_length=ID_LENGTH)
    stage = models.CharField(max_length=WORD_LENGTH)
    signer = models.CharField(max_length=NAME_LENGTH)
    text = models.TextField()
    signature = models.TextField()
    fingerprint = models.CharField(max_length=NAME_LENGTH)
    signed_at = models.CharField(max_length=ID_LENGTH)
    created_at = models.DateTimeField()

    class Meta:
        """A party signs once for a package at each stage."""

        constraints = (models.UniqueConstraint(fields=["delivery", "party", "stage"], name="receipt_once"),)


class Destruction(CaseScoped):
    """One destruction run, from its published intent to what the verifier said."""

    destruction_id = models.CharField(max_length=NAME_LENGTH)
    policy_digest = models.CharField(max_length=DIGEST_LENGTH)
    intent_event_id = models.CharField(max_length=NAME_LENGTH)
    ledger_digest = models.CharField(max_length=DIGEST_LENGTH)
    counts_json = models.TextField()
    state = models.CharField(max_length=WORD_LENGTH)
    created_at = models.DateTimeField()
    state_at = models.DateTimeField()

    class Meta:
        """A run has one id."""

        constraints = (models.UniqueConstraint(fields=["case", "destruction_id"], name="destruction_once"),)


class Certificate(CaseScoped):
    """A certificate as it was issued; an interim one is followed by others."""

    destruction = models.ForeignKey(Destruction, on_delete=models.PROTECT, related_name="+")
    certificate_id = models.CharField(max_length=NAME_LENGTH)
    digest = models.CharField(max_length=DIGEST_LENGTH)
    state = models.CharField(max_length=WORD_LENGTH)
    body_json = models.TextField()
    issued_at = models.DateTimeField()

    class Meta:
        """A certificate is issued once."""

        constraints = (models.UniqueConstraint(fields=["case", "certificate_id"], name="certificate_once"),)


class CustodyBucket(CaseScoped):
    """Sealed rows that fall due in the same month."""

    bucket_id = models.CharField(max_length=NAME_LENGTH)
    due_month = models.CharField(max_length=7)
    digest = models.CharField(max_length=DIGEST_LENGTH)
    n_rows = models.PositiveBigIntegerField()
    n_values = models.PositiveBigIntegerField()
    keeper = models.CharField(max_length=NAME_LENGTH)
    key_purpose = models.CharField(max_length=NAME_LENGTH)
    path = models.TextField()
    state = models.CharField(max_length=WORD_LENGTH)
    created_at = models.DateTimeField()
    state_at = models.DateTimeField()

    class Meta:
        """A bucket has one id."""

        constraints = (models.UniqueConstraint(fields=["case", "bucket_id"], name="custody_bucket_once"),)


class Residual(CaseScoped):
    """Something that remains until a date."""

    residual_id = models.CharField(max_length=NAME_LENGTH)
    destruction_id = models.CharField(max_length=NAME_LENGTH)
    due_on = models.CharField(max_length=WORD_LENGTH)
    residual_json = models.TextField()
    state = models.CharField(max_length=WORD_LENGTH)
    created_at = models.DateTimeField()
    state_at = models.DateTimeField()

    class Meta:
        """A residual is listed once."""

        constraints = (models.UniqueConstraint(fields=["case", "residual_id"], name="residual_once"),)


class KeyRecord(CaseScoped):
    """A line of the key table: never the key."""

    key_id = models.CharField(max_length=NAME_LENGTH)
    purpose = models.CharField(max_length=NAME_LENGTH)
    holder = models.CharField(max_length=NAME_LENGTH)
    backup = models.TextField()
    lost_with_it = models.TextField()
    dies_when = models.TextField()
    dies_on = models.DateField(null=True)
    fingerprint = models.CharField(max_length=NAME_LENGTH)
    state = models.CharField(max_length=WORD_LENGTH)
    created_at = models.DateTimeField()
    state_at = models.DateTimeField()

    class Meta:
        """A key has one line."""

        constraints = (models.UniqueConstraint(fields=["case", "key_id"], name="key_once"),)


class StoreRecord(CaseScoped):
    """A place where values in clear or sealed rest, dated."""

    name = models.CharField(max_length=NAME_LENGTH)
    path = models.TextField()
    content = models.TextField()
    ground = models.TextField()
    key_purpose = models.CharField(max_length=NAME_LENGTH)
    ends_on = models.DateField(null=True)
    state = models.CharField(max_length=WORD_LENGTH)
    created_at = models.DateTimeField()
    state_at = models.DateTimeField()

    class Meta:
        """A place is listed once."""

        constraints = (models.UniqueConstraint(fields=["case", "name"], name="store_once"),)
