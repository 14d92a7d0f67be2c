from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0009_role_changes"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="portalrequest",
            index=models.Index(fields=["case", "ref"], name="asked_by_person"),
        ),
    ]
