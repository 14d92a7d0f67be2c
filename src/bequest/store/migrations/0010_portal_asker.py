from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0009_role_changes"),
    ]

    operations = [
        migrations.AddField(
            model_name="portalrequest",
            name="asker",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AddIndex(
            model_name="portalrequest",
            index=models.Index(fields=["asker"], name="asked_by"),
        ),
    ]
