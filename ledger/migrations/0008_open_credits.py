from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_attachments")]
    operations = [
        migrations.AddIndex(
            model_name="line",
            index=models.Index(
                fields=["company", "document"],
                condition=models.Q(("amount__lt", 0), ("is_open", True)),
                name="ledger_line_open_credit",
            ),
        ),
    ]
