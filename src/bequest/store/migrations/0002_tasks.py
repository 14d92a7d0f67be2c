import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="OwnerTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("task_id", models.CharField(max_length=200)),
                ("task_json", models.TextField()),
                ("due_on", models.CharField(max_length=32)),
                ("persons", models.PositiveBigIntegerField()),
                ("list_digest", models.CharField(max_length=64)),
                ("state", models.CharField(max_length=32)),
                ("outcome", models.CharField(max_length=32)),
                ("evidence_digest", models.CharField(max_length=64)),
                ("statement_digest", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
                ("state_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.case"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "task_id"), name="owner_task_once")],
            },
        ),
    ]
