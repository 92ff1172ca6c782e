from django.db import migrations, models


class Migration(migrations.Migration):
    """The three cases of automatic matching, each a switch that is on."""

    dependencies = [("companies", "0006_summary_frequencies")]
    operations = [
        migrations.AddField("configuration", name, models.BooleanField(default=True, verbose_name=text))
        for name, text in {
            "automatic_match_balance": "match a receipt equal to the customer’s balance",
            "automatic_match_checkout": "match a checkout paid at once",
            "automatic_match_instalments": "match a checkout paid by instalments",
        }.items()
    ]
