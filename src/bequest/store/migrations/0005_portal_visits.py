import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0004_remarks"),
    ]

    operations = [
        migrations.CreateModel(
            name="PortalVisit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lookup", models.CharField(max_length=64, unique=True)),
                ("sealed_address", models.BinaryField()),
                ("sealed_links", models.BinaryField()),
                ("tries", models.PositiveSmallIntegerField()),
                ("created_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="PortalMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=64)),
                ("from_staff", models.BooleanField()),
                ("author", models.CharField(blank=True, max_length=64)),
                ("sealed", models.BinaryField()),
                ("created_at", models.DateTimeField()),
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
            name="PortalRating",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64)),
                ("value", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="store.case"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "key"), name="rating_once")],
            },
        ),
    ]
