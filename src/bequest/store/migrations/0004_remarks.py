import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0003_portal"),
    ]

    operations = [
        migrations.CreateModel(
            name="Remark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("remark_id", models.CharField(max_length=64)),
                ("policy_digest", models.CharField(max_length=64)),
                ("person", models.CharField(max_length=64)),
                ("role", models.CharField(max_length=32)),
                ("kind", models.CharField(max_length=32)),
                ("text", models.TextField()),
                ("state", models.CharField(max_length=32)),
                ("created_at", models.DateTimeField()),
                ("state_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.case"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "remark_id"), name="remark_once")],
            },
        ),
    ]
