from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0010_portal_asker"),
    ]

    operations = [
        migrations.AddField(
            model_name="portalrequest",
            name="owner",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AddField(
            model_name="portalrequest",
            name="outcome",
            field=models.CharField(blank=True, default="", max_length=32),
        ),
        migrations.AddField(
            model_name="portalmessage",
            name="told",
            field=models.CharField(blank=True, default="", max_length=32),
        ),
    ]
