from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("api", "0002_webhooks")]

    operations = [
        migrations.AddField(
            model_name="webhook",
            name="previous_secret",
            field=models.CharField(blank=True, default="", max_length=60),
        ),
        migrations.AddField(
            model_name="webhook",
            name="previous_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(
            "ALTER TABLE api_webhook ADD CONSTRAINT api_webhook_second CHECK ("
            "(previous_secret = '') = (previous_until IS NULL)"
            " AND (previous_secret = '' OR length(previous_secret) >= 40));",
            "ALTER TABLE api_webhook DROP CONSTRAINT api_webhook_second;",
        ),
    ]
