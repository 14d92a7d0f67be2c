import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, unique=True)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.CharField(max_length=64, primary_key=True, serialize=False)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
                ("body_json", models.TextField()),
                ("revision", models.PositiveIntegerField()),
                ("rehearsal", models.BooleanField()),
                ("status", models.CharField(max_length=32)),
                ("clock_at", models.DateTimeField(null=True)),
                ("latest_at", models.DateTimeField()),
                ("law_pack", models.CharField(max_length=200)),
                ("law_pack_digest", models.CharField(max_length=64)),
                ("schema_version", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="AccessRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("person", models.CharField(max_length=200)),
                ("action", models.CharField(max_length=200)),
                ("purpose", models.TextField()),
                ("target", models.TextField()),
                ("n_rows", models.PositiveBigIntegerField()),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.case"),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("delivery_id", models.CharField(max_length=200)),
                ("lot", models.CharField(max_length=64)),
                ("receiver", models.CharField(max_length=64)),
                ("wave", models.PositiveIntegerField()),
                ("policy_digest", models.CharField(max_length=64)),
                ("population_digest", models.CharField(max_length=64)),
                ("key_release", models.CharField(max_length=32)),
                ("path", models.TextField()),
                ("manifest_digest", models.CharField(max_length=64)),
                ("state", models.CharField(max_length=32)),
                ("created_at", models.DateTimeField()),
                ("state_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.case"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "delivery_id"), name="delivery_once")],
            },
        ),
        migrations.CreateModel(
            name="DeliveryPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("source", models.CharField(max_length=64)),
                ("table", models.CharField(max_length=200)),
                ("n_rows", models.PositiveBigIntegerField()),
                ("n_values", models.PositiveBigIntegerField()),
                ("n_bytes", models.PositiveBigIntegerField()),
                ("plaintext_digest", models.CharField(max_length=64)),
                ("ciphertext_digest", models.CharField(max_length=64)),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.case"),
                ),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.delivery"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("delivery", "name"), name="delivery_part_once")],
            },
        ),
        migrations.CreateModel(
            name="Destruction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("destruction_id", models.CharField(max_length=200)),
                ("policy_digest", models.CharField(max_length=64)),
                ("intent_event_id", models.CharField(max_length=200)),
                ("ledger_digest", models.CharField(max_length=64)),
                ("counts_json", models.TextField()),
                ("state", models.CharField(max_length=32)),
                ("created_at", models.DateTimeField()),
                ("state_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.case"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "destruction_id"), name="destruction_once")],
            },
        ),
        migrations.CreateModel(
            name="Certificate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("certificate_id", models.CharField(max_length=200)),
                ("digest", models.CharField(max_length=64)),
                ("state", models.CharField(max_length=32)),
                ("body_json", models.TextField()),
                ("issued_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.case"),
                ),
                (
                    "destruction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.destruction"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "certificate_id"), name="certificate_once")],
            },
        ),
        migrations.CreateModel(
            name="KeyRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key_id", models.CharField(max_length=200)),
                ("purpose", models.CharField(max_length=200)),
                ("holder", models.CharField(max_length=200)),
                ("backup", models.TextField()),
                ("lost_with_it", models.TextField()),
                ("dies_when", models.TextField()),
                ("dies_on", models.DateField(null=True)),
                ("fingerprint", models.CharField(max_length=200)),
                ("state", models.CharField(max_length=32)),
                ("created_at", models.DateTimeField()),
                ("state_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.case"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "key_id"), name="key_once")],
            },
        ),
        migrations.CreateModel(
            name="Lease",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.CharField(max_length=32)),
                ("holder", models.CharField(max_length=200)),
                ("fencing", models.PositiveBigIntegerField()),
                ("acquired_at", models.DateTimeField()),
                ("heartbeat_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("released", models.BooleanField()),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.case"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "step"), name="lease_once")],
            },
        ),
        migrations.CreateModel(
            name="NoticeBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("batch_id", models.CharField(max_length=200)),
                ("lot", models.CharField(max_length=64)),
                ("channel", models.CharField(max_length=32)),
                ("notice_version", models.CharField(max_length=200)),
                ("content_digest", models.CharField(max_length=64)),
                ("path", models.TextField()),
                ("n_messages", models.PositiveBigIntegerField()),
                ("counts_json", models.TextField()),
                ("state", models.CharField(max_length=32)),
                ("created_at", models.DateTimeField()),
                ("state_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.case"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "batch_id"), name="notice_batch_once")],
            },
        ),
        migrations.CreateModel(
            name="OutboxEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event_id", models.CharField(max_length=200)),
                ("seq", models.PositiveBigIntegerField()),
                ("typ", models.CharField(max_length=200)),
                ("payload_json", models.TextField()),
                ("occurred_at", models.DateTimeField()),
                ("published_index", models.PositiveBigIntegerField(null=True)),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.case"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("case", "event_id"), name="outbox_event_once"),
                    models.UniqueConstraint(fields=("case", "seq"), name="outbox_seq_once"),
                    models.UniqueConstraint(fields=("case", "published_index"), name="outbox_index_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("handle", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=200)),
                ("external", models.BooleanField()),
                ("public_key", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.organisation"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("organisation", "handle"), name="person_once")],
            },
        ),
        migrations.CreateModel(
            name="CaseMembership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=32)),
                ("paper", models.TextField()),
                ("from_at", models.DateTimeField()),
                ("until_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.case"),
                ),
                (
                    "person",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.person"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until_at", None)),
                        fields=("case", "person", "role"),
                        name="membership_once_at_a_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Policy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64)),
                ("body_json", models.TextField()),
                ("state", models.CharField(max_length=32)),
                ("ordinal", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.case"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "digest"), name="policy_once")],
            },
        ),
        migrations.CreateModel(
            name="PopulationRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64)),
                ("policy_digest", models.CharField(max_length=64)),
                ("body_json", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.case"),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("party", models.CharField(max_length=64)),
                ("signer", models.CharField(max_length=200)),
                ("text", models.TextField()),
                ("signature", models.TextField()),
                ("fingerprint", models.CharField(max_length=200)),
                ("signed_at", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.case"),
                ),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.delivery"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("delivery", "party"), name="receipt_once")],
            },
        ),
        migrations.CreateModel(
            name="Residual",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("residual_id", models.CharField(max_length=200)),
                ("destruction_id", models.CharField(max_length=200)),
                ("due_on", models.CharField(max_length=32)),
                ("residual_json", models.TextField()),
                ("state", models.CharField(max_length=32)),
                ("created_at", models.DateTimeField()),
                ("state_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.case"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "residual_id"), name="residual_once")],
            },
        ),
        migrations.CreateModel(
            name="Setting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope", models.CharField(blank=True, max_length=64)),
                ("name", models.CharField(max_length=200)),
                ("value_json", models.TextField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("scope", "name"), name="setting_once")],
            },
        ),
        migrations.CreateModel(
            name="StepRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.CharField(max_length=32)),
                ("run_number", models.PositiveIntegerField()),
                ("state", models.CharField(max_length=32)),
                ("input_digest", models.CharField(max_length=64)),
                ("output_digest", models.CharField(max_length=64)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("seconds", models.FloatField()),
                ("counts_json", models.TextField()),
                ("error_code", models.CharField(max_length=32)),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.case"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "step", "run_number"), name="step_run_once")],
            },
        ),
        migrations.CreateModel(
            name="StoreRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("path", models.TextField()),
                ("content", models.TextField()),
                ("ground", models.TextField()),
                ("key_purpose", models.CharField(max_length=200)),
                ("ends_on", models.DateField(null=True)),
                ("state", models.CharField(max_length=32)),
                ("created_at", models.DateTimeField()),
                ("state_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.case"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "name"), name="store_once")],
            },
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("policy_digest", models.CharField(max_length=64)),
                ("person", models.CharField(max_length=64)),
                ("role", models.CharField(max_length=32)),
                ("text", models.TextField()),
                ("signature", models.TextField()),
                ("fingerprint", models.CharField(max_length=200)),
                ("signed_at", models.CharField(max_length=64)),
                ("recorded_at", models.DateTimeField()),
                ("void_at", models.DateTimeField(null=True)),
                ("void_reason", models.TextField()),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.case"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("void_at", None)),
                        fields=("case", "policy_digest", "person", "role"),
                        name="approval_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AnswerBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("batch_id", models.CharField(max_length=200)),
                ("channel", models.CharField(max_length=32)),
                ("file_digest", models.CharField(max_length=64)),
                ("n_answers", models.PositiveBigIntegerField()),
                ("counts_json", models.TextField()),
                ("created_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.case"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("case", "batch_id"), name="answer_batch_once"),
                    models.UniqueConstraint(fields=("case", "file_digest"), name="answer_file_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseRevision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revision", models.PositiveIntegerField()),
                ("body_json", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("changed_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.case"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "revision"), name="case_revision_once")],
            },
        ),
        migrations.CreateModel(
            name="CustodyBucket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("bucket_id", models.CharField(max_length=200)),
                ("due_month", models.CharField(max_length=7)),
                ("digest", models.CharField(max_length=64)),
                ("n_rows", models.PositiveBigIntegerField()),
                ("n_values", models.PositiveBigIntegerField()),
                ("keeper", models.CharField(max_length=200)),
                ("key_purpose", models.CharField(max_length=200)),
                ("path", models.TextField()),
                ("state", models.CharField(max_length=32)),
                ("created_at", models.DateTimeField()),
                ("state_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.case"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "bucket_id"), name="custody_bucket_once")],
            },
        ),
        migrations.CreateModel(
            name="DataMapVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField()),
                ("body_json", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.case"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "version"), name="data_map_version_once")],
            },
        ),
    ]
