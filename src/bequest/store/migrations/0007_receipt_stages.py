from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0006_api"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="receipt", name="receipt_once"),
        migrations.AddField(
            model_name="receipt",
            name="stage",
            field=models.CharField(default="decrypted", max_length=32),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(fields=("delivery", "party", "stage"), name="receipt_once"),
        ),
    ]
